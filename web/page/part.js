// Fetches a later part of the program, with its style sheet. The script that wasm-split writes calls this, also for what
// several parts share, which has no style.
export default async function part(url) {
    const name = /\/split_(\w+)\.wasm$/.exec(url.pathname)?.[1];
    const styles = name && style(new URL(`styles/${name}.css`, url));
    const answer = await fetch(url);
    if (!answer.ok) {
        throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
    }
    const program = name ? counted(answer, name) : answer.body;
    await styles;
    // Compiled while it arrives, which the browser does for this type only; not every server knows it.
    return new Response(program, { headers: { "content-type": "application/wasm" } });
}

// The body of an answer. While it arrives, the window gets events `part` with the number of bytes so far and of all of
// them, 0 if that is not known: a length that comes with a compressed body is not that of what arrives here.
function counted(answer, part) {
    const total = answer.headers.has("content-encoding") ? 0 : Number(answer.headers.get("content-length"));
    let done = 0;
    return answer.body.pipeThrough(
        new TransformStream({
            transform(bytes, out) {
                done += bytes.length;
                window.dispatchEvent(new CustomEvent("part", { detail: { part, done, total } }));
                out.enqueue(bytes);
            },
        }),
    );
}

// Adds a style sheet to the page, and waits until it applies.
function style(url) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = url;
    const loaded = new Promise((done, failed) => {
        link.onload = done;
        link.onerror = () => {
            link.remove();
            failed(new Error(`${url} could not be loaded`));
        };
    });
    // Whoever waits for it hears of its failure; if the program fails first, nobody waits.
    loaded.catch(() => {});
    document.head.append(link);
    return loaded;
}
