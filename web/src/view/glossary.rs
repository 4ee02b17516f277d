//! What the terms mean: those of the page first, then all.

use lessons::glossary::Term;

use crate::el::{El, el};

/// The words that are on the page, and all words by what they are about.
pub fn glossary(here: &[Term<'static>], all: &[Term<'static>]) -> El {
    let mut headings: Vec<&str> = all.iter().map(|term| term.heading).collect();
    headings.dedup();
    let groups = headings.into_iter().map(|heading| {
        let of_it = all.iter().filter(move |term| term.heading == heading);
        el("div").child(el("h3").child(heading)).child(list(of_it))
    });
    el("section.glossary[aria-label=Words]")
        .child((!here.is_empty()).then(|| el("h2[tabindex=-1]").child("Words on this page")))
        .child((!here.is_empty()).then(|| list(here.iter())))
        .child(el("h2[tabindex=-1]").child("All words"))
        .children(groups)
}

fn list<'a>(terms: impl Iterator<Item = &'a Term<'static>>) -> El {
    el("dl").children(terms.flat_map(|term| [el("dt").child(term.name()), el("dd").child(term.text)]))
}
