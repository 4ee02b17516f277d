// Fetches the later parts of the program, each with its style sheet, once. The script that wasm-split writes calls this, also for
// what several parts share, which has no style.

// Who takes a part's style sheet: the page, if it is not another one's.
let place = style;
export const placing = (by) => (place = by);

// What was asked for, by its address. What has failed is not in it, and can be asked for again.
const asked = new Map();

// A part of the program, compiled.
export async function part(url) {
    const name = /\/split_(\w+)\.wasm$/.exec(url.pathname)?.[1];
    // What reads tables, what writes files and more races draw nothing; the page and what is for elements are drawn with the sheets that are there.
    const sheet = name && !/^(page|tables|element|take|rare)$/.test(name) && new URL(`styles/${name}.css`, url);
    const styles = sheet && once(sheet, place);
    const program = once(url, (url) => compiled(url, name));
    await Promise.all([styles, program]);
    return program;
}

// Fetches the file with all that is a part's own: a program without code, which has programs in it as custom sections by their names.
export function unpack(name, programs) {
    const url = (of) => new URL(`./${of}.wasm`, import.meta.url);
    if (asked.has(url(`split_${name}`).href)) return;
    const pack = compiled(url(`pack_${name}`), name);
    for (const of of programs) {
        if (asked.has(url(of).href)) continue;
        given(url(of), pack.then((all) => WebAssembly.compile(WebAssembly.Module.customSections(all, of)[0])));
    }
}

// A part that runs, as `WebAssembly.instantiateStreaming` would answer.
export async function started(program, imports) {
    return { instance: await WebAssembly.instantiate(await program, imports) };
}

function once(url, make) {
    return asked.get(url.href) ?? given(url, make(url));
}

// What is at an address, by other means.
function given(url, made) {
    asked.set(url.href, made);
    made.catch(() => asked.delete(url.href));
    return made;
}

async function compiled(url, name) {
    const answer = await fetch(url);
    if (!answer.ok) {
        throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
    }
    // Not while it arrives: browsers do that for one type only, which not every server knows.
    return WebAssembly.compile(await (name ? counted(answer, name) : answer).arrayBuffer());
}

// An answer. While it arrives, the window gets events `part` with the number of bytes so far and of all of
// them, 0 if that is not known: a length that comes with a compressed body is not that of what arrives here. Where the
// browser cannot say that, it only arrives.
function counted(answer, part) {
    const total = answer.headers.has("content-encoding") ? 0 : Number(answer.headers.get("content-length"));
    let done = 0;
    const transform = (bytes, out) => {
        done += bytes.length;
        out.enqueue(bytes);
        window.dispatchEvent(new CustomEvent("part", { detail: { part, done, total } }));
    };
    try {
        new CustomEvent("part");
        return new Response(answer.body.pipeThrough(new TransformStream({ transform })));
    } catch {
        return answer;
    }
}

// Adds a style sheet to the page, and waits until it applies. One without rules is none: a server may answer with a page of
// its own.
function style(url) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = url;
    const loaded = new Promise((done, failed) => {
        const fail = () => {
            link.remove();
            failed(new Error(`${url} could not be loaded`));
        };
        link.onload = () => (hasRules(link.sheet) ? done() : fail());
        link.onerror = fail;
    });
    document.head.append(link);
    return loaded;
}

// In a frame without an origin of its own no sheet can be looked into.
function hasRules(sheet) {
    try {
        return sheet.cssRules.length > 0;
    } catch {
        return sheet !== null;
    }
}
