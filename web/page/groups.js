// Groups of controls, each with one stop for the Tab key (a roving tab index). A view marks what holds a group with `data-group`,
// and does nothing else for it. The stops are set when the Tab key goes down, just before the browser moves the focus, so that
// drawing a step costs nothing. Where the focus has come by that key, the arrows, Home and End move it inside the group; where a
// pointer has set it they step the page, as everywhere else. It is a script because that is a third of the bytes.
// What is a button but for its text, which can be selected (that of a button cannot), is pressed here as a button is.
const PRESS = "[role=button]";
const ITEMS = `button, a, input, ${PRESS}`;
const CELL = "td, th";
// Those that can be seen.
const all = (group) => [...group.querySelectorAll(ITEMS)].filter((item) => item.offsetParent);

// In a table up and down lead to the next row that has something in the same column.
const vertical = (items, from, by) => {
    const cell = from.closest(CELL);
    const ahead = (of) => of?.cellIndex === cell.cellIndex && cell.compareDocumentPosition(of) & (by < 0 ? 2 : 4);
    const cells = items.map((item) => item.closest(CELL));
    return items[cells.indexOf(cells.filter(ahead).at(by < 0 ? -1 : 0))];
};

// Whether the focus has come by the Tab key.
let tabbed = false;

const keydown = (event) => {
    const { key, target } = event;
    if ((key === "Enter" || key === " ") && target.matches?.(PRESS)) {
        event.preventDefault();
        event.stopPropagation();
        target.click();
        return;
    }
    if (key === "Tab") {
        tabbed = true;
        for (const group of document.querySelectorAll("[data-group]")) {
            const items = all(group);
            const first = (what) => items.find((item) => item.closest(what));
            // Where the focus is, else where the step is.
            const stop = first(":focus") ?? first("[aria-current]") ?? items[0];
            for (const item of items) item.tabIndex = -(item !== stop);
        }
    }
    const group = target.closest?.("[data-group]");
    if (!group || !tabbed) return;
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const items = all(group);
    const at = items.indexOf(target);
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -at, End: items.length - 1 - at }[key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const to = /Up|Down/.test(key) && target.closest(CELL) ? vertical(items, target, by) : items[at + by];
    if (to) {
        target.tabIndex = -1;
        to.tabIndex = 0;
        to.focus();
    }
};

// Before the page hears of it.
addEventListener("keydown", keydown, true);
addEventListener("pointerdown", () => (tabbed = false), true);
// Where a text has been selected, the pointer has pressed nothing.
const click = (event) => {
    if (event.detail && event.target.closest?.(PRESS) && `${getSelection()}`) event.stopPropagation();
};
addEventListener("click", click, true);
