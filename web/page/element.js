// Starts the program for elements of another page (`page-walk.js`): one for all of them, with the style sheets that their roots share.
import init from "./pagewalk.js";
import { fetched } from "./__wasm_split.js";
import { placing } from "./part.js";

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

// What puts a walk into a root; the sheets of all roots, and that of those in the dark. `added` is called with the sheet of each later part.
export async function start(site, added) {
    placing(async (url) => added((await sheet(url))[0]));
    fetched("element");
    const put = new Promise((ready, failed) => {
        window.pagewalkElements = { site, ready };
        init().catch(failed);
    });
    const [made, [own, dark]] = await Promise.all([put, sheet(new URL("styles/element.css", import.meta.url))]);
    return { put: made, dark, sheets: [own] };
}
