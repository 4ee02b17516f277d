// Starts the program for elements of another page (`page-walk.js`): one for all of them, with the style sheets that their roots share.
import { needed } from "./__wasm_split.js";
import init from "./pagewalk.js";
import { given, placing } from "./part.js";

// A sheet of the page as one of a shadow root: what is said of the document is said of the element, whose colours are chosen by the script,
// and sizes do not depend on those of the page around it. Beside it one with what it says of the dark.
async function sheet(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
    const text = (await answer.text())
        .replaceAll(":root", ":host")
        .replace(/(\d*\.?\d+)rem\b/g, (_, size) => `${size * 16}px`);
    // Paper is light.
    const [made, dark] = [new CSSStyleSheet(), new CSSStyleSheet({ media: "screen" })];
    made.replaceSync(text);
    for (const rule of made.cssRules) {
        if (/prefers-color-scheme/.test(rule.media?.mediaText)) {
            for (const of of rule.cssRules) dark.insertRule(of.cssText, dark.cssRules.length);
            rule.media.mediaText = "not all";
        }
        if (rule.selectorText === ":host") rule.style.removeProperty("color-scheme");
    }
    return [made, dark];
}

// What the first part asks for as soon as it runs is fetched beside it, all of it in one file. What fails is asked for again then.
function unpack() {
    const fetched = fetch(new URL("pack_element.wasm", import.meta.url));
    const pack = fetched.then(async (answer) => WebAssembly.compile(await answer.arrayBuffer()));
    for (const name of [...needed("element"), "split_element"]) {
        const program = pack.then((of) => WebAssembly.compile(WebAssembly.Module.customSections(of, name)[0]));
        given(new URL(`./${name}.wasm`, import.meta.url), program);
    }
}

// What puts a walk into a root; the sheets of all roots, and that of those in the dark. `added` is called with the sheet of each later part.
export async function start(site, added) {
    placing(async (url) => added((await sheet(url))[0]));
    unpack();
    const put = new Promise((ready, failed) => {
        window.pagewalkElements = { site, ready };
        init().catch(failed);
    });
    const [made, [own, dark]] = await Promise.all([put, sheet(new URL("styles/element.css", import.meta.url))]);
    return { put: made, dark, sheets: [own] };
}
