// Before anything is shown: the step that stands in the page is not what another address asks for.
document.documentElement.classList.toggle("elsewhere", location.hash.length > 1);
