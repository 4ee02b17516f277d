//! The help: keys and signs.

use narrate::Mark;

use super::{button, sign};
use crate::el::{El, el};
use crate::keys::{self, Keys};
use crate::marks::Command;

/// What can be opened.
const FILES: &str = "Page tables of your own, in a file (tables.json, or compressed) or as text that a program printed: drop or \
    paste them anywhere. They are read here, and nothing of them leaves your computer.";

/// The signs that are explained: one per shape.
const SIGNS: [(Mark, &str); 13] = [
    (Mark::Call, "a function of mm/pagewalk.c is called, or returns"),
    (Mark::AssertHolds, "an assertion or check holds"),
    (Mark::AssertFails, "an assertion or check fails"),
    (Mark::Delegate, "the debug walk hands init_mm over to the kernel walk"),
    (Mark::Descend, "down a level; an entry that points to a table"),
    (Mark::Ascend, "up a level"),
    (Mark::Leaf, "a leaf: an upper entry that maps memory itself"),
    (Mark::Hole, "a hole: an empty entry"),
    (Mark::Page, "a page"),
    (Mark::Map, "a pte table is mapped; an entry that is not present"),
    (Mark::Lock, "a lock is taken or released"),
    (Mark::Bad, "a bad entry: p?d_bad() does not take its flags for those of a table"),
    (Mark::Fault, "the kernel would crash here"),
];

/// The help.
pub fn help() -> El {
    let about = "Keys work while Pagewalk has the focus. While a list has it, the arrows choose in the list.";
    of(&keys::HELP, about, SIGNS.map(|(mark, what)| (sign(mark), what)))
        .child(el("h2").child("Files"))
        .child(el("p").child(FILES))
        .child(el("h2").child("Can I trust it?"))
        .child(
            el("p")
                .child("It is compared with what kernels did: ")
                .child(el("a[href=#v1/verdicts/trust]").child("what is equal, by machine and kernel"))
                .child("."),
        )
}

/// The help of a page that is read.
pub fn text() -> El {
    let keys = &keys::HELP[keys::HELP.len() - 5..keys::HELP.len() - 1];
    of(keys, "All other keys scroll the page.", [])
}

/// A help: the keys with what each does, when they work, and the signs.
pub fn of<const N: usize>(
    keys: &[(&'static str, &'static str)],
    about: &'static str,
    signs: [(El, &'static str); N],
) -> El {
    let keys =
        keys.iter().flat_map(|(key, what)| [el("dt").child(el("kbd").child(*key)), el("dd").child(*what)]);
    let signs = signs.into_iter().map(|(sign, what)| el("li").child(sign).child(what));
    // Its keys are its own: the arrows scroll it, and do not step what is under it.
    el("div.help[role=dialog][aria-label=Help][tabindex=-1]")
        .attr("data-keys", Keys::Text.name())
        .child(el("div.help-head").child(el("h2").child("Keys")).child(button(Command::Help).child("Close")))
        .child(el("p").child(about))
        .child(el("dl.keys").children(keys))
        .child((N > 0).then(|| el("h2").child("Signs")))
        .child((N > 0).then(|| el("ul.signs").children(signs)))
}
