// Before anything is shown: the step that stands in the page is not what another address asks for.
const { hash } = location;
document.documentElement.classList.toggle("elsewhere", hash.length > 1);

const { src } = document.currentScript;
const add = (name) => {
    const script = document.createElement("script");
    script.src = new URL(name, src);
    document.head.append(script);
};
// Why the program does not start is said by a script that only those fetch who need it. A module is refused before it runs where
// a frame or a file has no origin.
window.stuck = (cause) => {
    window.cause = cause;
    add("stuck.js");
};
addEventListener("error", ({ target }) => target.type === "module" && stuck(), true);
if (/[?&]embed\b/.test(hash)) add("embed.js");
