// What the page fetches is in this file: it is given out here, under an address that no network has.
const base = "https://pagewalk.invalid/";
const files = JSON.parse(document.getElementById("pagewalk-files").textContent);
const unpacked = (name) => {
    const packed = Uint8Array.from(atob(files[name]), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).blob();
};
const named = (address) => {
    const { href, pathname } = new URL(address, base);
    return href.startsWith(base) ? pathname.slice(1) : undefined;
};
// Whether a part of the program is in this file: what is not is not looked for.
window.pagewalkHas = (part) => Object.keys(files).some((name) => name.endsWith(`/pack_${part}.wasm`));
window.fetch = async (what) => {
    const name = named(what.url ?? what);
    if (!Object.hasOwn(files, name)) return new Response(null, { status: 404, statusText: "not in this file" });
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(await unpacked(name), { headers: { "content-type": type } });
};
// A later part's style sheet is a link that is added: it gets its address once the sheet is unpacked.
const { get, set } = Object.getOwnPropertyDescriptor(HTMLLinkElement.prototype, "href");
Object.defineProperty(HTMLLinkElement.prototype, "href", {
    configurable: true,
    get,
    set(address) {
        const name = named(address);
        if (name === undefined) return set.call(this, address);
        // Its program is not inside either: that says so.
        if (!Object.hasOwn(files, name)) return set.call(this, "data:text/css,");
        unpacked(name).then((sheet) => set.call(this, URL.createObjectURL(new Blob([sheet], { type: "text/css" }))));
    },
});
