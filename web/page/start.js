import init from "./pagewalk.js";
import "./groups.js";

// The step that stands in the page is painted before the program starts; a window that cannot be seen paints nothing.
const painted = new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 100);
});

painted.then(() => init()).catch((error) => {
    const says = document.createElement("p");
    says.className = "start";
    says.setAttribute("role", "alert");
    says.textContent = `Pagewalk could not be started (${error}). Reload the page to try again.`;
    document.querySelector(".loading")?.remove();
    document.body.prepend(says);
});
