import init from "./pagewalk.js";
import "./groups.js";
import { unpack } from "./unpack.js";

// The step that stands in the page is painted before the program starts; a window that cannot be seen paints nothing.
const painted = new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 100);
});

painted
    .then(() => {
        unpack("page");
        return init();
    })
    .catch(stuck);
