import init from "./pagewalk.js";
import "./groups.js";

init().catch((error) => {
    const says = document.createElement("p");
    says.className = "start";
    says.setAttribute("role", "alert");
    says.textContent = `Pagewalk could not be started (${error}). Reload the page to try again.`;
    document.querySelector(".loading")?.remove();
    document.body.prepend(says);
});
