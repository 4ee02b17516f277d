//! The tables at stake.

use narrate::race::{Life, StakeSlot, StakeTable};
use pgtable::EntryKind;

use crate::el::{El, el};

/// The tables at stake, the ones above to the left.
pub fn tables(tables: &[StakeTable]) -> El {
    el("section.stake[aria-label=Page tables at stake]")
        .child(el("h2").child("Page tables at stake"))
        .child(el("div.stake-tables").children(tables.iter().map(view_table)))
}

const fn life(life: Life) -> (&'static str, &'static str) {
    match life {
        Life::Live => ("live", "●"),
        Life::Unlinked => ("unlinked", "○"),
        Life::Leaving => ("leaving", "◐"),
        Life::Freed => ("freed", "✗"),
    }
}

fn view_table(table: &StakeTable) -> El {
    let (class, sign) = life(table.life);
    let rows =
        (!table.slots.is_empty()).then(|| {
            el("table")
                .child(el("thead.sr").child(
                    el("tr").children(
                        ["slot", "entry", "who is there"].map(|text| el("th[scope=col]").child(text)),
                    ),
                ))
                .child(el("tbody").children(table.slots.iter().map(view_slot)))
        });
    // Whoever points at a slot is shown there; into a freed table somebody may point all the same.
    let here = (table.slots.is_empty() && !table.walkers.is_empty())
        .then(|| el("p.pointer").child(format!("◂ {} still points into it", table.walkers.join(", "))));
    el("div.stake-table")
        .class(class)
        .attr("data-life", class)
        .child(el("h3").child(&*table.name).child(el("span.where").child(format!(" at {:#x}", table.pa))))
        .child(
            el("p.life")
                .when(table.changed, ".changed")
                .child(el("span.badge[aria-hidden=true]").child(sign))
                .child(&*table.life_words),
        )
        .child(rows)
        .child(here)
}

fn view_slot(slot: &StakeSlot) -> El {
    let kind = match slot.kind {
        EntryKind::Table => "kind-table",
        EntryKind::Leaf => "kind-leaf",
        EntryKind::Bad => "kind-bad",
        EntryKind::None | EntryKind::NotPresent => "kind-none",
    };
    let pointers =
        (!slot.walkers.is_empty()).then(|| el("span.pointer").child("◂ ").child(slot.walkers.join(", ")));
    el("tr")
        .when(slot.changed, ".changed")
        .child(el("th[scope=row]").child(slot.index))
        .child(el("td").class(kind).child(&*slot.words))
        .child(el("td").child(pointers))
}
