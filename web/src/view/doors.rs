//! What a person reads first: what this is, and where to go from here.

use crate::el::{El, el};

/// The doors: where each leads, and what is said of it.
const DOORS: [(&str, &str, &str); 3] = [
    (
        "#v1/learn/from-an-address-to-a-page/1",
        "From an address to a page",
        "for who has never seen a page table",
    ),
    ("#v1/learn/why-the-patch/1", "Why the patch", "two lock rules, and what they miss"),
    ("#v1/safe", "Is my walk safe?", "for who reviews a patch"),
];

/// One sentence on what this is, and the doors.
pub fn doors() -> El {
    let links = DOORS.map(|(href, title, about)| {
        el("li").child(el("a").attr("href", href).child(title)).child(el("span").child(about))
    });
    el("nav.doors[aria-label=Where to begin]")
        .child(el("p").child(
            "Linux walks its own page tables. Step through a walk with the arrow keys, or begin here:",
        ))
        .child(el("ul[data-group]").children(links))
}
