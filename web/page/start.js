import init from "./pagewalk.js";
import "./groups.js";

// The step that stands in the page is painted before the program starts; a window that cannot be seen paints nothing.
const painted = new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 100);
});

painted.then(() => init()).catch(stuck);
