// Starts the program for elements of another page (`page-walk.js`): one for all of them, with the style sheets that their roots share.
import init from "./pagewalk.js";
import { placing } from "./part.js";

// A sheet of the page as one of a shadow root: what is said of the document is said of the element, whose colours are chosen by the script,
// and sizes do not depend on those of the page around it.
async function sheet(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
    const text = (await answer.text())
        .replaceAll(":root", ":host")
        .replace(/(\d*\.?\d+)rem\b/g, (_, size) => `${size * 16}px`);
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    for (const rule of made.cssRules) {
        if (/prefers-color-scheme/.test(rule.media?.mediaText)) rule.media.mediaText = "not all";
        if (rule.selectorText === ":host") rule.style.removeProperty("color-scheme");
    }
    return made;
}

// What puts a walk into a root; the sheets of all roots, and that of those in the dark. `added` is called with the sheet of each later part.
export async function start(site, added) {
    const styles = (name) => sheet(new URL(`styles/${name}.css`, import.meta.url));
    placing(async (url) => added(await sheet(url)));
    const program = new Promise((ready, failed) => {
        window.pagewalkElements = { site, ready };
        init().catch(failed);
    });
    const [put, dark, ...sheets] = await Promise.all([program, ...["dark", "first", "embed", "element"].map(styles)]);
    return { put, dark, sheets };
}
