//! The tables of a machine: what they are, and where they begin.

use pgtable::MODELS;

use super::{Press, compared, listing, option};
use crate::answers::Machine;
use crate::el::{El, el};
use crate::marks::List;
use crate::view::choices::choose;

/// What is written of a root beside an answer: the physical address of the root table.
pub const ROOT: &str = ".root-of input[name=root]";
/// Where a raw image begins in physical memory.
pub const BASE: &str = ".root-of input[name=base]";
/// Whose tables they are.
pub const MODEL: &str = ".root-of select";

/// What is said of them.
pub(super) fn machine(nth: usize, of: &Machine) -> Vec<El> {
    let mut all = vec![el("p").child(format!("{}.", of.what)), listing::walks(&of.tables)];
    if let Some(chosen) = of.root.filter(|_| !of.roots.is_empty()) {
        let roots = of.roots.iter().enumerate().map(|(number, root)| {
            let title = format!("{}, at {:#x}", root.name, root.at.0);
            option(nth, &number.to_string(), &title, root.at.0 == chosen.at && root.model == chosen.model)
        });
        all.push(el("div.fields").child(choose(List::Whose, "Whose tables: the root", roots)));
    }
    if of.root.is_some() {
        let summary = el("summary").child("Another root, by its address");
        all.push(el("details").child(summary).child(asks(nth)));
    }
    if !of.assumed.is_empty() {
        let says = of.assumed.iter().map(|says| el("li").child(&**says));
        all.push(el("div.assumed").child(el("h3").child("How it was read")).child(el("ul").children(says)));
    }
    all.extend(of.checked.as_ref().map(compared::checked));
    if of.count > 0 {
        let title = "What the root maps; rights are effective: what the entries of all levels leave";
        all.push(listing::mapped(title, &of.ranges, of.count));
    }
    all
}

/// Where its tables begin, to be said by a person.
pub(super) fn asks(nth: usize) -> El {
    let field = |name: &'static str, title: &'static str, hint: &'static str| {
        let input = el("input[type=text][size=18][spellcheck=false][autocomplete=off]");
        el("label.choose")
            .child(el("span").child(title))
            .child(input.attr("name", name).attr("placeholder", hint))
    };
    let models = MODELS.iter().enumerate().map(|(nth, model)| {
        // The browser would choose the one that is put there first, which is the last.
        el("option").attr("value", model.id).when(nth == 0, "[selected]").child(model.title)
    });
    el("div.root-of[data-keys=none]")
        .child(el("p").child(
            "This may be a machine\u{2019}s memory. It does not tell where its page tables begin: say it, and it is read from there. On x86-64 that \
             is cr3 without its low twelve bits, on arm64 ttbr1_el1, on riscv the page number in satp with three zeros behind it.",
        ))
        .child(
            el("div.fields")
                .child(field("root", "Root table: physical address, hexadecimal", "1a2b000"))
                .child(el("label.choose").child(el("span").child("Machine")).child(el("select").children(models)))
                .child(field("base", "The first byte of a raw image lies at", "0"))
                .child(Press::Root(nth).button().child("Read its tables")),
        )
}
