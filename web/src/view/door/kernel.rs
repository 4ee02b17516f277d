//! Which row of kernels one is that somebody runs.

use narrate::kernel::{facts, sure};
use pagewalk::EntryPoint;
use pagewalk::release::Nearest;

use crate::answers::Kernel;
use crate::el::{El, el};
use crate::shared::sentence;

/// The row, how sure that is, and what tells it from others.
pub(super) fn kernel(of: &Kernel) -> El {
    let revision = of.row;
    let near = of.release.map(|release| {
        let Nearest { sure: how, why, .. } = release.nearest();
        el("p").child(el("b").child(sentence(&sure(how)))).child(format!(" {release} {why}."))
    });
    let id = revision.id();
    let function = EntryPoint::Debug.in_revision(revision).func().name();
    let walk = |of: &str, title: &'static str| {
        el("li").child(el("a").attr("href", &format!("#v1/{of}/x86_64-4level/{id}")).child(title))
    };
    el("div.kernel")
        .child(
            el("p")
                .child(el("b").child(id))
                .child(": ")
                .child(revision.about())
                .child(". ")
                .child(revision.runs()),
        )
        .child(near)
        .child(el("h3").child("What tells the row ").child(id).child(" from others"))
        .child(el("ul").children(facts(revision).iter().map(|fact| el("li").child(said(fact)))))
        .child(el("h3").child("Open it"))
        .child(
            el("ul")
                .child(walk("debug-init-mm", "A debug walk of init_mm in this kernel"))
                .child(walk(&["safe/", function].concat(), "Is my walk safe in this kernel?")),
        )
}

/// A sentence, but for a name of a function at its begin, which is written small.
fn said(fact: &String) -> String {
    let is_name = fact.split(' ').next().is_some_and(|word| word.contains('_'));
    if is_name { format!("{fact}.") } else { sentence(fact) }
}
