// A plugin for reveal.js 6: the steps of a walk are fragments of its slide, so that a clicker leads through them and then out of the slide.
//
//     <page-walk … data-steps="2..9">   from step 2 to step 9
//     <page-walk … data-steps="2..">    from step 2 to the last one, which is known once the walk is live
//     new Reveal({ plugins: [PageWalks] })
//
// Going back, the address (#/2/0/5), the overview and the speaker's view follow, as they do with all fragments; and where the walk is stepped by
// its own keys, the deck follows. In the print view, figures stand for the walks.
const PageWalks = () => {
    const walks = new Map();
    let deck;
    // Whether the deck follows a walk just now, and does not lead.
    let follows = false;

    const slideOf = (walk) => walk.closest("section");
    const stepOf = ({ first, fragments }) => first + fragments.filter((of) => of.classList.contains("visible")).length;

    const add = (walk, own, count) => {
        while (own.fragments.length < count) {
            const fragment = document.createElement("span");
            fragment.className = "fragment";
            fragment.hidden = true;
            (own.fragments.at(-1) ?? walk).after(fragment);
            own.fragments.push(fragment);
        }
    };

    // Those that an author has put in an order keep it; all others are as they stand.
    const grow = (walk, own, last) => {
        if (!own.isOpen || own.fragments.length >= last - own.first) return;
        add(walk, own, last - own.first);
        const slide = slideOf(walk);
        for (const of of slide.querySelectorAll(".fragment")) {
            if (!own.ordered.has(of)) of.removeAttribute("data-fragment-index");
        }
        deck.syncFragments(slide);
    };

    // The walks of a slide show what its fragments say.
    const lead = () => {
        if (follows) return;
        for (const [walk, own] of walks) {
            if (slideOf(walk) !== deck.getCurrentSlide()) continue;
            const step = stepOf(own);
            if (own.asked === undefined && (walk.step ?? Number(walk.getAttribute("step"))) === step) continue;
            own.asked = step;
            walk.setAttribute("step", step);
        }
    };

    // A walk shows another step.
    const stepped = (walk, own, { step, last, complete }) => {
        grow(walk, own, last);
        if (own.asked !== undefined) {
            // Steps that it was asked for meanwhile are on the way to this one.
            if (step === own.asked || (complete && step === last)) own.asked = undefined;
            else walk.seek(own.asked);
            return;
        }
        if (step === stepOf(own) || slideOf(walk) !== deck.getCurrentSlide()) return;
        const shown = Math.max(0, Math.min(own.fragments.length, step - own.first));
        const index = (at) => Number(own.fragments[at].dataset.fragmentIndex);
        follows = true;
        if (own.fragments.length) deck.navigateFragment(shown ? index(shown - 1) : index(0) - 1);
        follows = false;
    };

    return {
        id: "page-walks",
        init(of) {
            deck = of;
            for (const walk of deck.getSlidesElement().querySelectorAll("page-walk")) {
                if (deck.isPrintView()) {
                    if (walk.children.length) walk.replaceWith(...walk.childNodes);
                    continue;
                }
                const range = /^(\d+)\.\.(\d*)$/.exec(walk.dataset.steps ?? "");
                if (!range) continue;
                const [first, last] = [Number(range[1]), Number(range[2])];
                const ordered = new Set(slideOf(walk).querySelectorAll(".fragment[data-fragment-index]"));
                const own = { first, isOpen: range[2] === "", fragments: [], ordered, asked: undefined };
                walks.set(walk, own);
                walk.setAttribute("step", first);
                add(walk, own, last - first);
                walk.addEventListener("step", ({ detail }) => stepped(walk, own, detail));
            }
            for (const event of ["ready", "slidechanged", "fragmentshown", "fragmenthidden"]) deck.on(event, lead);
        },
    };
};
