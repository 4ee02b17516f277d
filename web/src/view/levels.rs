//! The levels of a machine, how they are folded, and the bits of its entries; beside another machine what is different.

use narrate::geometry::{BitRow, EntryBits, FACTS, Geometry, NOTES, NOTHING, ROWS, compare, geometry};
use pgtable::{Flag, Model};

use super::button;
use crate::el::{El, el};
use crate::marks::Command;

/// The levels of `machine`; what is different from `before` says what it was there.
pub fn levels(machine: &'static Model, before: Option<&'static Model>) -> El {
    let is = geometry(machine);
    let was = before.map(geometry);
    let was = was.as_ref();
    let compared = was.map(|was| {
        el("p.compared[role=status]")
            .child(format!(
                "Compared with {}, the machine before: a value that differs also says what it was there.",
                was.title
            ))
            .child(" ")
            .child(button(Command::Alone).child("Do not compare"))
    });
    let facts = FACTS.iter().enumerate().map(|(at, name)| {
        let was = was.map(|was| &*was.facts[at]);
        el("div").child(el("dt").child(*name)).child(changed(el("dd"), &is.facts[at], was))
    });
    el("section.levels[tabindex=0]")
        .attr("aria-label", &format!("Levels of {}", is.title))
        .child(el("h2").child("Levels of ").child(is.title))
        .child(compared)
        .child(el("dl.facts").children(facts))
        .child(level_table(&is, was))
        .children(NOTES.iter().map(|note| el("p.note").child(*note)))
        .child(el("h2").child("Bits of an entry"))
        .child(el("div.kinds").children(is.entries.iter().map(|of| entry_table(of, was))))
}

/// One column per level, so that it fits a narrow screen.
fn level_table(is: &Geometry, was: Option<&Geometry>) -> El {
    let names = is.levels.iter().map(|level| el("th[scope=col]").child(level.name));
    let rows = ROWS.iter().enumerate().map(|(row, name)| {
        let cells = is.levels.iter().enumerate().map(|(at, level)| {
            let was = was.map(|was| &*was.levels[at].cells[row]);
            changed(el("td").when(level.folded, ".folded"), &level.cells[row], was)
        });
        el("tr").child(el("th[scope=row]").child(*name)).children(cells)
    });
    el("table.level-list")
        .child(el("thead").child(el("tr").child(el("td")).children(names)))
        .child(el("tbody").children(rows))
}

fn entry_table(of: &EntryBits, other: Option<&Geometry>) -> El {
    // Of several groups of levels the one with the same levels, else the first.
    let like = |other: &Geometry, same: bool| {
        other
            .entries
            .iter()
            .find(|was| was.kind == of.kind && (!same || was.levels == of.levels))
            .map(|was| was.bits)
    };
    // A kind of entry that the other one does not have at all had no bits there.
    let was = other.map(|other| like(other, true).or_else(|| like(other, false)).unwrap_or_default());
    let rows = compare(of.bits, was.unwrap_or(of.bits));
    let empty = rows
        .is_empty()
        .then(|| el("tbody").child(el("tr").child(el("td").child("no bits besides the address"))));
    el("table.bits")
        .child(el("caption").child(of.kind.title()).child(": ").child(&*of.levels))
        .child(el("tbody").children(rows.into_iter().map(bit)))
        .child(empty)
}

fn bit(row: BitRow) -> El {
    let BitRow { is, was, changed: differs } = row;
    let bits = is.or(was).map(|flag| {
        if flag.is_field() {
            format!("{}…{}", flag.high_bit(), flag.low_bit())
        } else {
            flag.low_bit().to_string()
        }
    });
    let name = |flag: Option<&'static Flag>| flag.map_or(NOTHING, |flag| flag.name);
    el("tr")
        .child(el("th[scope=row]").child(bits))
        .child(changed(el("td.name"), name(is), differs.then(|| name(was))))
        .child(el("td.about").child(is.map(|flag| flag.about)))
}

/// A cell with what it is and, where that is different, what it was.
fn changed(cell: El, is: &str, was: Option<&str>) -> El {
    let Some(was) = was.filter(|was| *was != is) else { return cell.child(is) };
    let before = el("span.was");
    let before = if was == NOTHING { before.child("new") } else { before.child("was ").child(was) };
    cell.with(".changed").child(el("b").child(is)).child(" ").child(before)
}
