// Says in one line why the program does not run, names the step that was asked for, and where else it can be opened. The error is in
// `cause`; there is none where the first script was refused before it ran.
(() => {
    const { hash, href, protocol } = location;
    const { cause } = window;
    const [path, query = ""] = hash.slice(1, 400).split("?");
    const options = query.split("&").filter((option) => option && !/^(embed|theme|t=|present|view)/.test(option));
    const step = /(?:^|&)t=(\d+)/.exec(query)?.[1] ?? 0;
    const names = [...path.split("/").slice(1), ...options].filter(Boolean);
    const what = names.length ? `Step ${step} of ${names.join(", ")}` : "The step below";
    const why = () => {
        if (cause) {
            return /unsafe-eval/.test(cause)
                ? "the Content-Security-Policy of its server forbids WebAssembly: script-src lacks 'wasm-unsafe-eval'"
                : `its program did not start (${cause}): reload the page to try again`;
        }
        if (protocol === "file:") {
            return "browsers run no program from a disk: serve the site, or make one file of the walk (pagewalk standalone)";
        }
        if (self.origin === "null") {
            return "a sandbox without allow-same-origin gets the program only from a server that sends Access-Control-Allow-Origin: *";
        }
        return "its program has not arrived: reload the page to try again";
    };
    const says = document.createElement("p");
    says.className = "start";
    says.setAttribute("role", "alert");
    says.textContent = `${what} could not be started here, because ${why()}. `;
    const link = document.createElement("a");
    link.href = href.replace(/[?&](embed|theme=\w*)(?=&|$)/g, "");
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Open it in Pagewalk";
    says.append(link);
    const show = () => {
        document.querySelector(".loading")?.remove();
        document.body.prepend(says);
    };
    if (document.body) show();
    else addEventListener("DOMContentLoaded", show);
})();
