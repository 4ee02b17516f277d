import init from "./pagewalk.js";

init().catch((error) => {
    document.body.textContent = `Pagewalk could not be started (${error}). Reload the page to try again.`;
});
