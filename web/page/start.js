import init from "./pagewalk.js";
import "./groups.js";
import { fetched } from "./__wasm_split.js";

// The step that stands in the page is painted before the program starts; a window that cannot be seen paints nothing.
const painted = new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 100);
});

painted
    .then(() => {
        fetched("page");
        return init();
    })
    .catch(stuck);
