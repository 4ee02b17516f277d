//! The pages of the site, and which address opens which.

use crate::el::{El, el};

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// A walk, step by step.
    Walk,
    /// The patch's callers, side by side.
    Callers,
    /// A race, CPU by CPU.
    Race,
    /// The verdicts of all races.
    Verdicts,
}

/// The pages with their names and their hashes.
const PAGES: [(Page, &str, &str); 4] = [
    (Page::Walk, "Walk", "#v1"),
    (Page::Callers, "Callers", "#v1/callers"),
    (Page::Race, "Race lab", "#v1/race/munmap"),
    (Page::Verdicts, "Verdicts", "#v1/verdicts"),
];

/// Where the pages are that are not in this program: the light one knows only walks.
pub const ELSEWHERE: &str = if cfg!(feature = "lab") { "" } else { "lab.html" };

impl Page {
    /// The page that a hash opens.
    pub fn of(hash: &str) -> Self {
        let name = hash.trim_start_matches('#').strip_prefix("v1/").unwrap_or_default();
        match name.split(['/', '?']).next() {
            Some("callers") => Self::Callers,
            Some("race") => Self::Race,
            Some("verdicts") => Self::Verdicts,
            _ => Self::Walk,
        }
    }
}

/// Goes on in the whole page, if `hash` asks for what is only there. Returns whether it does.
#[cfg(not(feature = "lab"))]
pub fn leave_for_the_lab(hash: &str) -> bool {
    use scenario::link::LinkProblem;

    // What no page knows is for the whole one to say.
    let unknown = matches!(scenario::Link::parse(hash).1, Some(LinkProblem::Scenario(_)));
    let window = web_sys::window().filter(|_| unknown);
    // Without a history entry for this page, which would lead there again. If it is refused, this page says what it
    // does not know.
    window.is_some_and(|window| window.location().replace(&format!("{ELSEWHERE}{hash}")).is_ok())
}

/// The name of the site, and the way to the other pages.
pub fn title(here: Page) -> El {
    el("div.title").child(el("h1").child("Pagewalk")).child(nav(here))
}

/// The way to the other pages.
fn nav(here: Page) -> El {
    let link = |(page, name, hash): (Page, &'static str, &str)| {
        let place = if page == Page::Walk { "" } else { ELSEWHERE };
        el("a").attr("href", &format!("{place}{hash}")).when(page == here, "[aria-current=page]").child(name)
    };
    el("nav.pages[aria-label=Pages]").children(PAGES.into_iter().map(link))
}
