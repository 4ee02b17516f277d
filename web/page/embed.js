// A page in a frame: its manners towards the page around it. docs/embedding.md has the messages. It is fetched only where an address
// says `embed`, and knows of the program what any page knows: the address, the slider, what keys and buttons do.
(() => {
    const { src } = document.currentScript;
    const root = document.documentElement;
    const host = parent === self ? undefined : parent;
    // Of what the program draws: the step that stands in the HTML is another one.
    const find = (what) => document.querySelector(`${what}:not(.first *)`);
    // Storage and history throw where a frame has no origin or no address.
    const attempt = (of) => {
        try {
            return of();
        } catch {
            return undefined;
        }
    };

    const sheet = (name) => {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = new URL(`styles/${name}.css`, src);
        document.head.append(link);
        return link;
    };
    sheet("embed");

    let colours;
    const theme = (name) => {
        colours?.remove();
        colours = name === "auto" ? undefined : sheet(name);
        root.style.colorScheme = name === "auto" ? "" : name;
    };

    const rewrite = (hash) => {
        attempt(() => history.replaceState(null, "", hash));
        // A document without an address has no history to spare.
        if (location.hash !== hash) location.hash = hash;
    };
    // The address with its options changed.
    const readdress = (change) => {
        const [path, query = ""] = location.hash.split("?");
        const options = change(query.split("&").filter(Boolean));
        rewrite(options.length ? `${path}?${options.join("&")}` : path);
    };
    // The program does not know this option.
    const takeTheme = () => {
        const name = /[?&]theme=(auto|light|dark)(?=&|$)/.exec(location.hash)?.[1];
        if (!name) return;
        theme(name);
        readdress((options) => options.filter((option) => option !== `theme=${name}`));
    };

    const shown = () => {
        const of = find("[role=slider]");
        if (!of) return undefined;
        const [step, last] = ["now", "max"].map((name) => Number(of.getAttribute(`aria-value${name}`)));
        return { step, last, complete: !find(".count")?.textContent.includes("…") };
    };
    const isPlaying = () => find("[data-does=play]")?.getAttribute("aria-label") === "Pause";

    // What is done: as by keys, and by the address, in the history entry that there is.
    let ours = false;
    const press = (key) => {
        ours = true;
        find("[data-keys]")?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        ours = false;
    };
    const pause = () => isPlaying() && press(" ");
    const seek = (step) => {
        readdress((options) => [`t=${step}`, ...options.filter((option) => !option.startsWith("t="))]);
        dispatchEvent(new Event("hashchange"));
    };
    const isStep = (step) => Number.isInteger(step) && step >= 0 && step < 2 ** 32;

    let reveals = Boolean(attempt(() => host?.Reveal));
    const toReveal = (method) => reveals && host?.postMessage(JSON.stringify({ method }), "*");
    const post = (type, more) => host?.postMessage({ pagewalk: 1, type, ...more }, "*");

    const asked = {
        seek({ step }) {
            const now = shown();
            if (isStep(step)) seek(now?.complete ? Math.min(step, now.last) : step);
        },
        next: () => press("ArrowRight"),
        previous: () => press("ArrowLeft"),
        play: () => isPlaying() || press(" "),
        pause,
        theme: ({ theme: name }) => ["auto", "light", "dark"].includes(name) && theme(name),
    };
    addEventListener("pointerdown", () => (ahead = undefined), true);
    addEventListener("message", ({ source, data }) => {
        if (!host || source !== host) return;
        ahead = undefined;
        if (data === "slide:start" || data === "slide:stop") {
            reveals = true;
            if (data === "slide:stop") pause();
        } else if (data?.pagewalk === 1 && typeof data.type === "string" && Object.hasOwn(asked, data.type)) {
            asked[data.type](data);
        }
    });

    // Keys. What the walk has no use for is the host's: at either end, the keys of a clicker that darken the screen, any other.
    const ON = ["ArrowRight", "PageDown"];
    const BACK = ["ArrowLeft", "PageUp"];
    const given = ({ key, code, shiftKey, ctrlKey, altKey, metaKey }) => {
        post("key", { key, code, shiftKey, ctrlKey, altKey, metaKey });
        if (ON.includes(key)) toReveal("next");
        if (BACK.includes(key)) toReveal("prev");
        if (key === "." || key === "b") toReveal("togglePause");
    };
    // Where the keys have led that are not drawn yet: they come faster than steps are drawn.
    let ahead;
    const leave = () => {
        post("leave");
        attempt(() => host?.focus());
    };
    const isField = (of) => of.matches?.("select, input, textarea");
    addEventListener(
        "keydown",
        (event) => {
            const { key, target } = event;
            if (ours || !host || isField(target)) return;
            const now = shown();
            const at = ahead ?? now?.step;
            const is = (keys, end) => keys.includes(key) && !event.shiftKey && now?.complete && at === end;
            if (key === "." || is(ON, now?.last) || is(BACK, 0)) {
                event.preventDefault();
                event.stopImmediatePropagation();
                given(event);
            } else if (key === "Escape") {
                // It closes a message or the help first.
                setTimeout(() => (document.activeElement ?? document.body) === document.body && leave());
            } else {
                const by = event.shiftKey ? 0 : ON.includes(key) ? 1 : BACK.includes(key) ? -1 : 0;
                const isOurs = target.closest?.("[data-keys]");
                ahead = by && now && isOurs ? Math.max(0, Math.min(now.last, at + by)) : undefined;
            }
        },
        true,
    );
    addEventListener("keydown", (event) => {
        const own = ["Tab", "Escape", "Shift", "Control", "Alt", "Meta"].includes(event.key);
        if (ours || !host || own || event.defaultPrevented || isField(event.target)) return;
        if (event.target.closest?.("button, a, summary") && [" ", "Enter"].includes(event.key)) return;
        given(event);
    });

    // How high the walk is where it has all the room that it wants. It only grows at a width: what is high in one step and low in the
    // next would move the host up and down.
    let told = { width: 0, height: 0 };
    const measure = () => {
        const main = find(".pagewalk");
        if (!host || !main || !innerWidth) return;
        root.classList.add("natural");
        const height = Math.ceil(main.getBoundingClientRect().height);
        root.classList.remove("natural");
        if (innerWidth !== told.width) told = { width: innerWidth, height: 0 };
        if (height > told.height) {
            told.height = height;
            post("height", { height });
        }
    };

    // The row of the step is in sight, and nothing but the tables scrolls for it.
    const showRow = () => {
        const tables = find(".tables");
        const row = tables?.querySelector(".lit .current");
        if (!row) return;
        const [frame, place] = [tables, row].map((of) => of.getBoundingClientRect());
        if (place.bottom > frame.bottom || place.top < frame.top) tables.scrollTop += place.bottom - frame.bottom + frame.height / 4;
    };

    // The step is kept under the address that the host has written, for when the frame is loaded again.
    const kept = `pagewalk ${location.hash}`;
    let seen = true;
    const isSeen = () => seen && !document.hidden && innerWidth > 0 && innerHeight > 0;
    let before;
    const look = () => {
        const now = shown();
        if (!now || !find(".sentence")) return;
        if (ahead === now.step) ahead = undefined;
        const playing = isPlaying();
        if (playing && !isSeen()) pause();
        const link = location.hash.slice(1);
        const says = JSON.stringify([now, playing, link]);
        if (says !== before?.says) {
            if (!before) post("ready", { ...now, link });
            if (before?.step !== now.step || !before.complete !== !now.complete) {
                post("step", { ...now, playing, link, sentence: find(".sentence").textContent });
                if (now.complete && now.step === now.last && before) post("end", { step: now.step });
                attempt(() => host && sessionStorage.setItem(kept, now.step));
            }
            before = { says, ...now };
            showRow();
        }
        measure();
    };

    takeTheme();
    addEventListener("hashchange", takeTheme, true);
    const back = attempt(() => host && sessionStorage.getItem(kept));
    if (back && isStep(Number(back))) seek(Number(back));
    new MutationObserver(look).observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-valuenow", "aria-valuemax", "aria-label"] });
    const rest = () => isSeen() || pause();
    document.addEventListener("visibilitychange", rest);
    addEventListener("resize", () => {
        rest();
        measure();
    });
    if ("IntersectionObserver" in self) {
        new IntersectionObserver(([{ isIntersecting }]) => {
            seen = isIntersecting;
            rest();
        }).observe(root);
    }
})();
