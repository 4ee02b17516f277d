// Defines <page-walk>, a walk in another page. docs/embedding.md says how it is used.
//
// The element is cheap: what draws walks is fetched when one of them comes near the window and can be seen, once for all of them. Until
// then, and where it cannot be fetched, what stands in the element is shown: a figure of the step.
(() => {
    // Of several versions the first one counts.
    if (customElements.get("page-walk")) return;
    const own = document.currentScript?.src || [...document.scripts].find((of) => /\/page-walk\.js([?#]|$)/.test(of.src))?.src;
    const site = new URL(".", own ?? location.href).href;

    // What says which walk is shown; a change of one of these opens another one.
    const CHOICES = ["scenario", "machine", "kernel", "lock", "init", "by", "link", "race", "compare", "lesson"];
    const OTHERS = ["step", "controls", "theme"];

    const isStep = (step) => Number.isInteger(step) && step >= 0 && step < 2 ** 32;

    // The pages that are no walk: what is shown there is opened otherwise.
    const isOther = (link) => /^v\d+\/(race|compare|learn|verdicts|callers|safe|open|call|compose)(?=[/?]|$)/.test(link);

    // Those that are live: a sheet that arrives later is for all of them, and a hidden page stops all.
    const live = new Set();
    let program;
    const fetched = () => {
        if (program) return program;
        // Most of it, while the script that starts it is on its way.
        const first = document.createElement("link");
        Object.assign(first, { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: new URL("app/pagewalk_bg.wasm", site) });
        document.head.append(first);
        program = import(new URL("app/element.js", site)).then(({ start }) =>
            start(site, (sheet) => {
                program.then((of) => {
                    of.sheets.push(sheet);
                    redress();
                });
            }),
        );
        const arrived = () => first.remove();
        program.then(arrived, () => {
            arrived();
            // What has failed can be tried again.
            program = undefined;
        });
        return program;
    };
    document.addEventListener("visibilitychange", () => document.hidden && live.forEach((of) => of.pause()));
    const prefersDark = matchMedia("(prefers-color-scheme: dark)");
    const redress = () => live.forEach((of) => of.dressed());
    prefersDark.addEventListener?.("change", redress);
    // Hosts change their theme by an attribute of the document or of its body.
    const themes = new MutationObserver(redress);
    const watch = () => [document.documentElement, document.body].forEach((of) => of && themes.observe(of, { attributes: true }));

    // Whether it is dark where an element stands: by the `color-scheme` there, by what hosts call their theme, by the ground that it
    // stands on, or else as the system has it.
    const NAMED = ["data-theme", "data-bs-theme", "data-color-mode"];
    const isDark = (element) => {
        const scheme = getComputedStyle(element).colorScheme.replace("only", "").trim();
        if (scheme === "dark" || scheme === "light") return scheme === "dark";
        for (let of = element.parentNode; of; of = of.parentNode ?? of.host) {
            const named = NAMED.map((name) => of.getAttribute?.(name)).find((name) => name === "dark" || name === "light");
            if (named) return named === "dark";
        }
        for (let of = element.parentNode; of; of = of.parentNode ?? of.host) {
            const ground = of.nodeType === 1 && /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(getComputedStyle(of).backgroundColor);
            if (!ground || Number(ground[4] ?? 1) < 0.5) continue;
            const [red, green, blue] = ground.slice(1, 4).map(Number);
            return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
        }
        return prefersDark.matches;
    };

    // A box from the beginning, also before it is live: nothing around it moves then, if it has a height.
    const BOX = new CSSStyleSheet();
    BOX.replaceSync(":host { display: block } :host([hidden]) { display: none }");

    const SEEN = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };
    const canBeSeen = (of) => of.getClientRects().length > 0 && (of.checkVisibility?.(SEEN) ?? true);

    class PageWalk extends HTMLElement {
        static observedAttributes = [...CHOICES, ...OTHERS];

        #root = this.attachShadow({ mode: "open" });
        #slot = document.createElement("slot");
        #live;
        #ask;
        #made;
        #state;
        // Where the keys have led that are not drawn yet: they come faster than steps are drawn.
        #ahead;
        #observer;
        #again;
        #mirrors = false;
        // Which attributes have changed that nothing follows yet.
        #changed = new Set();
        // What was asked for before the walk was here.
        #wanted = [];

        constructor() {
            super();
            this.#root.append(this.#slot);
            this.#root.adoptedStyleSheets = [BOX];
            this.#root.addEventListener("keydown", (event) => this.#key(event));
            // As a button is pressed, for what is one but for its text.
            for (const kind of ["keyup", "keypress"]) {
                this.#root.addEventListener(kind, (event) => isField(event) && event.stopPropagation());
            }
        }

        connectedCallback() {
            watch();
            // What was set before this script came is hidden by nothing.
            for (const name of [...CHOICES, ...OTHERS]) {
                if (!Object.hasOwn(this, name)) continue;
                const value = this[name];
                delete this[name];
                this[name] = value;
            }
            // A busy page gets several reports at once: the last one is what is so.
            this.#observer ??= new IntersectionObserver((reports) => this.#near(reports.at(-1).isIntersecting), { rootMargin: "200px" });
            this.#observer.observe(this);
            if (this.#state && !this.#ask) this.#begin();
        }

        disconnectedCallback() {
            // Not if it is only moved.
            queueMicrotask(() => {
                if (this.isConnected) return;
                this.#observer.disconnect();
                clearTimeout(this.#again);
                this.#end();
            });
        }

        attributeChangedCallback(name, before, value) {
            if (before === value || this.#mirrors || name === "controls") return;
            if (name === "theme") {
                this.dressed();
                return;
            }
            // Several that are set together open one walk, at the step that was set with them.
            if (!this.#changed.size) queueMicrotask(() => this.#follow());
            this.#changed.add(name);
        }

        #follow() {
            const withStep = this.#changed.delete("step");
            const other = this.#changed.size > 0;
            this.#changed.clear();
            if (!other) this.seek(Number(this.getAttribute("step")));
            // What is not live has no step any more that could be shown again.
            else if (!this.#ask) this.#state = undefined;
            else {
                this.#ahead = undefined;
                this.#ask("open", this.#address(withStep));
            }
        }

        get step() {
            return this.#state?.step ?? Number(this.getAttribute("step") ?? 0);
        }
        set step(step) {
            // React sets what a text of JSX says as a property.
            const number = typeof step === "string" && step.trim() ? Number(step) : step;
            if (isStep(number)) this.setAttribute("step", number);
        }
        get last() {
            return this.#state?.last;
        }
        get playing() {
            return this.#state?.playing ?? false;
        }
        get sentence() {
            return this.#state?.sentence;
        }
        get href() {
            return `${site}#${this.#shown().replace(/([?&])embed(&|$)/, "$1").replace(/[?&]$/, "")}`;
        }
        next() {
            this.#do(() => this.#ask("press", "next"));
        }
        previous() {
            this.#do(() => this.#ask("press", "back"));
        }
        play() {
            this.#do(() => this.playing || this.#ask("press", "play"));
        }
        pause() {
            if (this.playing) this.#ask?.("press", "play");
        }
        seek(step) {
            if (!isStep(step)) return;
            if (!this.#ask) {
                // As if it had begun there.
                this.#state = undefined;
                this.#mirror(step, true);
                return;
            }
            this.#ahead = undefined;
            if (step === this.#state?.step) return;
            const to = this.#state?.complete ? Math.min(step, this.#state.last) : step;
            if (isOther(this.#shown())) {
                this.#ask("go", to);
                return;
            }
            const [path, query = ""] = this.#shown().split("?");
            const options = query.split("&").filter((option) => option && !option.startsWith("t="));
            this.#ask("open", `${path}?${[`t=${to}`, ...options].join("&")}`);
        }

        // The sheets, and the colours of where the element stands.
        dressed() {
            const made = this.#made;
            if (!made || !this.#live) return;
            const theme = this.getAttribute("theme");
            const dark = theme === "dark" || (theme !== "light" && isDark(this));
            this.#root.adoptedStyleSheets = [BOX, ...made.sheets, ...(dark ? [made.dark] : [])];
            this.#live.style.colorScheme = dark ? "dark" : "light";
        }

        // The link that the attributes make, or that of the step that is shown.
        #shown() {
            return this.#state?.link ?? this.#address(true);
        }
        #address(withStep) {
            // A name stays one: what a link is made of is written otherwise.
            const encoded = (text) => text.replace(/[?#&/%]/g, encodeURIComponent);
            const of = (name) => encoded(this.getAttribute(name) ?? "");
            let link = this.getAttribute("link");
            const own = ["race", "compare", "lesson"].find((name) => this.hasAttribute(name));
            const [machine, kernel] = [of("machine"), of("kernel")];
            if (link === null && own === "race") {
                // On the machine that there is, if only the kernel is said.
                const where = kernel && !machine ? `?near=x86_64-4level/${kernel}` : `/${machine}/${kernel}`;
                link = `v1/race/${of("race")}${where}`.replace(/\/+$/, "");
            } else if (link === null && own === "lesson") {
                // Its name, and the number of the stop.
                link = ["v1/learn", ...(this.getAttribute("lesson") ?? "").split("/").map(encoded)].join("/").replace(/\/+$/, "");
            } else if (link === null) {
                const choices = [of("scenario"), machine, kernel];
                // Which is the first one.
                if (own || choices.some(Boolean)) choices[0] ||= "start";
                link = [own ? "v1/compare" : "v1", ...choices].join("/").replace(/\/+$/, "");
            } else {
                link = link.split("#").pop();
                if (!/^v\d+(\/|$)/.test(link)) link = `v1/${link}`;
            }
            const [path, query = ""] = link.split("?");
            let options = query.split("&").filter((option) => option && !/^(embed|present|theme|view)\b/.test(option));
            // What an attribute says counts, not what a link says of the same.
            const say = (name, attribute) => {
                if (!this.hasAttribute(attribute)) return;
                options = options.filter((option) => option.split("=")[0] !== name);
                options.push(`${name}=${of(attribute)}`);
            };
            for (const name of ["lock", "init", "by"]) say(name, name);
            if (isOther(path)) {
                if (/^v\d+\/compare/.test(path)) say("with", "compare");
            } else {
                options.push("embed");
            }
            // A lesson has stops, and no steps of its own.
            if (withStep && !/^v\d+\/learn/.test(path)) say("t", "step");
            return options.length ? `${path}?${options.join("&")}` : path;
        }

        #near(is) {
            clearTimeout(this.#again);
            if (!is) this.pause();
            else if (this.#ask || this.#made) return;
            else if (canBeSeen(this)) this.#begin();
            // On a slide that is not shown it is near and invisible, and nothing tells when that ends.
            else this.#again = setTimeout(() => this.#near(true), 250);
        }

        #do(what) {
            this.#ahead = undefined;
            // As long as its tables are on their way, a walk has no steps.
            if (this.#ask && this.#state) {
                what();
                return;
            }
            this.#wanted.push(what);
            if (this.isConnected) this.#begin();
        }

        async #begin() {
            if (this.#ask || this.#made) return;
            try {
                this.#made = fetched();
                this.#made = await this.#made;
            } catch (error) {
                this.#made = undefined;
                this.#fail(error);
                return;
            }
            // Meanwhile it may have gone, or gone and come.
            if (this.#ask) return;
            if (!this.isConnected) {
                this.#made = undefined;
                return;
            }
            this.#root.querySelector(".says")?.remove();
            const box = document.createElement("div");
            box.className = "live";
            box.hidden = true;
            // Yew writes numbers that begin at 1 into the elements of a page. Those of another program must not be taken for ours.
            Object.defineProperty(box, "__yew_subtree_id", { get: () => undefined, set() {} });
            this.#live = box;
            this.#root.append(box);
            this.dressed();
            live.add(this);
            this.#ask = this.#made.put(box, this.#shown(), (state) => this.#told(state));
        }

        #end() {
            this.#ask?.("end");
            this.#ask = this.#made = undefined;
            this.#live?.remove();
            this.#live = undefined;
            live.delete(this);
            if (!this.#slot.isConnected) this.#root.prepend(this.#slot);
        }

        #fail(error) {
            const what = String(error?.message ?? error);
            // A browser does not say why it was given nothing.
            const why = error instanceof TypeError ? `: is ${site} served, does it send Access-Control-Allow-Origin, does the policy of this page allow it?` : "";
            this.#says(`The walk could not be started here (${what}${why}).`);
        }

        #says(what) {
            this.#root.querySelector(".says")?.remove();
            const says = document.createElement("p");
            says.className = "says";
            says.setAttribute("role", "alert");
            says.textContent = `${what} `;
            const link = document.createElement("a");
            link.href = this.href;
            link.target = "_blank";
            link.rel = "noopener";
            link.textContent = "Open it in Pagewalk";
            says.append(link);
            this.#root.append(says);
        }

        #told(state) {
            const box = this.#live;
            if (!box) return;
            for (const link of box.querySelectorAll('a[href^="#"]')) {
                link.href = site + link.getAttribute("href");
                link.target = "_blank";
                link.rel = "noopener";
            }
            for (const of of box.querySelectorAll(".pagewalk > *")) of.setAttribute("part", of.classList[0]);
            if (state?.refused) {
                // What stands in the element stays, or comes back.
                box.hidden = true;
                this.#root.prepend(this.#slot);
                this.#says(state.refused);
                return;
            }
            if (box.hidden && (state || box.querySelector("[role=alert], .failed"))) {
                box.hidden = false;
                this.#slot.remove();
                this.#root.querySelector(".says")?.remove();
            }
            if (!state) return;
            const tables = box.querySelector(".tables");
            const row = tables?.querySelector(".lit .current");
            if (row) {
                // In sight, where the page has said how high the walk is.
                const [frame, place] = [tables, row].map((of) => of.getBoundingClientRect());
                if (place.bottom > frame.bottom || place.top < frame.top) tables.scrollTop += place.bottom - frame.bottom + frame.height / 4;
            }
            const before = this.#state;
            this.#state = state;
            if (this.#ahead === state.step) this.#ahead = undefined;
            this.#mirror(state.step);
            if (!before) this.#say("ready");
            const other = before?.step !== state.step || before?.link !== state.link;
            if (other || before?.complete !== state.complete) this.#say("step");
            if (other && state.marker) this.#say("marker");
            if (before && before.answer === undefined && state.answer !== undefined) this.#say("answer", { right: state.answer });
            if (state.complete && state.step === state.last && before && before.step !== state.step) this.#say("end");
            if (state.playing && !canBeSeen(this)) this.pause();
            const wanted = this.#wanted;
            this.#wanted = [];
            // Not while the program draws.
            if (wanted.length) queueMicrotask(() => wanted.forEach((what) => this.#ask && what()));
        }

        #mirror(step, always) {
            this.#mirrors = true;
            if (always || step || this.hasAttribute("step")) this.setAttribute("step", step);
            this.#mirrors = false;
        }

        #say(type, more) {
            const { step, last, complete, sentence, kind, playing } = this.#state;
            this.dispatchEvent(new CustomEvent(type, { detail: { step, last, complete, sentence, kind, playing, href: this.href, ...more } }));
        }

        // Keys that are taken do not reach the host, and none of a field does; all others do. What the walk has no use for is the host's.
        #key(event) {
            const { key } = event;
            const [target] = event.composedPath();
            if (!this.#ask) return;
            const taken = () => {
                event.preventDefault();
                event.stopPropagation();
            };
            if (key === "Escape") {
                taken();
                this.#root.activeElement?.blur();
                this.dispatchEvent(new CustomEvent("leave"));
            } else if ((key === "Enter" || key === " ") && target.matches?.("[role=button]")) {
                taken();
                target.click();
            } else if (key !== "." && !this.#isAtEnd(event) && this.#ask("key", event)) {
                taken();
                const { step, last } = this.#state ?? {};
                const by = event.shiftKey ? 0 : ON.includes(key) ? 1 : BACK.includes(key) ? -1 : 0;
                this.#ahead = by && last !== undefined ? Math.max(0, Math.min(last, (this.#ahead ?? step) + by)) : undefined;
            } else if (isField(event)) {
                event.stopPropagation();
            }
        }

        #isAtEnd({ key, shiftKey }) {
            const { step, last, complete } = this.#state ?? {};
            if (shiftKey || !complete) return false;
            const at = this.#ahead ?? step;
            return (at === last && ON.includes(key)) || (at === 0 && BACK.includes(key));
        }
    }

    const ON = ["ArrowRight", "PageDown"];
    const BACK = ["ArrowLeft", "PageUp"];
    const isField = (event) => event.composedPath()[0].matches?.("input, select, textarea");

    // Properties that are those of the attributes.
    for (const name of [...CHOICES, "controls", "theme"]) {
        Object.defineProperty(PageWalk.prototype, name, {
            configurable: true,
            enumerable: true,
            get() {
                return this.getAttribute(name);
            },
            set(value) {
                if (value === null || value === undefined) this.removeAttribute(name);
                else this.setAttribute(name, value);
            },
        });
    }
    customElements.define("page-walk", PageWalk);
})();
