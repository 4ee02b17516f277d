//! The tables on the path, one column per level; the entry at hand.

use narrate::Point;
use narrate::tables::{Column, EntryView, Row, TableView, word};
use pgtable::{EntryKind, Level, SetFlag};
use web_sys::Element;

use super::{PRESS, of_level};
use crate::el::{El, el};
use crate::marks::Mark;

/// Stands at the current line of a dump, and at the slots that it comes from.
pub(super) const NOTED: &str = "\u{2261}";

/// The tables on the path; `hot` is the level that is pointed at.
pub fn tables(point: &Point, hot: Option<Level>) -> El {
    el("section.tables[aria-label=Page tables on the path]").child(
        el("div.columns[data-group]")
            .children(point.columns.iter().map(|column| view_column(column, point, hot))),
    )
}

fn view_column(column: &Column, point: &Point, hot: Option<Level>) -> El {
    let level = column.level;
    let lit = point.ruler.fields.iter().any(|field| field.lit && field.level == Some(level));
    let heading =
        el("button[type=button][title=to the next step there]").does(Mark::Level(level)).child(&*column.name);
    let shown = of_level(el("div.column"), level, hot)
        .when(lit, ".lit")
        .when(column.table.is_none(), ".away")
        .child(el("h2").child(heading));
    match &column.table {
        Some(table) if table.slots == 0 => {
            shown.child(el("p.none").child(format!("no table at {:#x}", table.pa)))
        }
        Some(table) => view_table(shown, level, table, point),
        None => shown.child(el("p.none").child("not on the path")),
    }
}

fn view_table(column: El, level: Level, table: &TableView, point: &Point) -> El {
    let changed = point.changes.iter().any(|change| change.what.starts_with(level.name()));
    column
        .child(
            el("p.where")
                .child("at ")
                .child(el("span.base").child(format!("{:#x}", table.pa)))
                .child(format!(", {} slots", table.slots)),
        )
        .child(view_strip(table))
        .child(
            el("table")
                .child(el("thead.sr").child(el("tr").child(el("th[scope=col]").child("slots and entries"))))
                .child(el("tbody").children(table.rows.iter().map(|row| view_row(level, row, changed)))),
        )
}

/// The whole table as a strip: where it is in use, and where we are.
fn view_strip(table: &TableView) -> El {
    let used = table.strip.iter().enumerate().filter(|(_, kind)| **kind != EntryKind::None);
    el("svg.strip[preserveAspectRatio=none][aria-hidden=true]")
        .attr("viewBox", &format!("0 0 {} 6", table.strip.len()))
        .children(used.map(|(at, kind)| {
            el("rect[y=1][width=1][height=4]").class(kind_class(*kind)).attr("x", &at.to_string())
        }))
        .child(el("rect.here[y=0][width=1][height=6]").attr("x", &table.strip_at.to_string()))
}

const fn kind_class(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::None => "kind-none",
        EntryKind::Table => "kind-table",
        EntryKind::Leaf => "kind-leaf",
        EntryKind::NotPresent => "kind-absent",
        EntryKind::Bad => "kind-bad",
    }
}

fn view_row(level: Level, row: &Row, changed: bool) -> El {
    let (first, last) = (row.first, row.last);
    let what = row.what(level);
    let value = row.value.filter(|value| value.0 != 0);
    // Heard as "slots 402 to 465: 64 tables".
    let heard = |words: &'static str| (first < last).then(|| el("span.sr").child(words));
    let slot = el("span.slot")
        .child(heard("slots "))
        .child(first)
        .child((first < last).then(|| el("span[aria-hidden=true]").child("…")))
        .child(heard(" to "))
        .child((first < last).then_some(last))
        .child(heard(":"))
        .child(row.noted.then(noted));
    let button = el(PRESS)
        .does(Mark::Slots(level, first, last))
        .child(slot)
        .child(" ")
        .child(el("span.tag").child(what))
        .child(" ")
        .child(value.map(|value| el("code").child(format!("{value:#x}"))));
    el("tr.row")
        .class(row.kind.map_or("rest", kind_class))
        .when(row.current, ".current[aria-current=true]")
        .when(row.current && changed, ".changed")
        .child(el("td").child(button))
}

/// The mark of a slot that is in the current line of a dump.
fn noted() -> El {
    el("span.noted[title=in the current line of the dump]")
        .child(el("span[aria-hidden=true]").child(NOTED))
        .child(el("span.sr").child("in the current line of the dump"))
}

/// The entry at hand: its value and its bits by name.
pub fn entry(entry: Option<&EntryView>) -> El {
    let shown = el("section.entry[aria-label=Entry]");
    let Some(entry) = entry else {
        return shown.child(el("h2").child("Entry")).child(el("p.none").child("this step looks at no entry"));
    };
    let target = entry.target.map(|target| {
        el("span.target")
            .child(if entry.kind == EntryKind::Table { "→ table at " } else { "→ memory at " })
            .child(el("code.base").child(format!("{target:#x}")))
            .child(bits_of(entry.address_bits))
    });
    let place = format!("slot {} at {:#x}", entry.slot.index, entry.pa);
    shown
        .child(el("h2").child(entry.level.name()).child(" entry").child(el("span.where").child(place)))
        .child(
            el("p.raw")
                .child(view_value(entry))
                .child(el("span.tag").class(kind_class(entry.kind)).child(word(entry.level, entry.kind)))
                .child(target),
        )
        .child(el("ul.flags[aria-label=Bits that are set]").children(entry.flags.iter().map(view_flag)))
}

/// Which bits say where an entry points: ", bits 51…12"; on arm64 they may be in two places.
fn bits_of(mut mask: u64) -> String {
    let mut text = String::new();
    while mask != 0 {
        let high = mask.ilog2();
        let length = (mask << (63 - high)).leading_ones();
        let low = high + 1 - length;
        mask &= (1 << low) - 1;
        text.push_str(if text.is_empty() { ", bits " } else { " and " });
        text.push_str(&high.to_string());
        if low < high {
            text.push('…');
            text.push_str(&low.to_string());
        }
    }
    text
}

/// The value of an entry, with the digits that say where it points apart from the flags around them.
fn view_value(entry: &EntryView) -> El {
    let text = entry.value.to_string();
    let is_address = |at: usize| {
        // Four bits a digit, from the end. A digit that has bits of both is one of the address.
        let bits = (text.len() - 1 - at) * 4;
        bits < 64 && entry.address_bits >> bits & 15 != 0
    };
    let mut code = el("code");
    let mut start = 0;
    for end in 1..=text.len() {
        if end == text.len() || is_address(end) != is_address(start) {
            let digits = el(if is_address(start) { "span.base" } else { "span" }).child(&text[start..end]);
            code = code.child(digits);
            start = end;
        }
    }
    code
}

fn view_flag(set: &SetFlag) -> El {
    let flag = set.flag;
    let bits = if flag.is_field() {
        format!("bits {}…{}", flag.high_bit(), flag.low_bit())
    } else {
        format!("bit {}", flag.low_bit())
    };
    let about = format!("{}, {bits}: {}", flag.name, flag.about);
    el("li")
        .attr("title", &about)
        .child(flag.short)
        .child(flag.is_field().then(|| format!(" {}", set.value)))
        .child(el("span.sr").child(", ").child(about))
}

/// Where the tables are wider than the screen: scrolls them, and nothing else, so that the level of the step comes first.
pub fn show_lit(root: &Element) {
    let find = |what: &str| root.query_selector(what).ok().flatten();
    let (Some(columns), Some(lit)) = (find(".columns"), find(".column.lit")) else { return };
    let (frame, column) = (columns.get_bounding_client_rect(), lit.get_bounding_client_rect());
    if column.left() < frame.left() || column.right() > frame.right() {
        let by = column.left() - frame.left();
        columns.set_scroll_left(columns.scroll_left() + by as i32);
    }
}
