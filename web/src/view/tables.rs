//! The tables on the path, one column per level, and the entry at hand.

use narrate::Point;
use narrate::tables::{Column, EntryView, Row, TableView};
use pgtable::{EntryKind, Level};
use yew::prelude::*;

use super::Pointing;
use crate::app::Jump;

/// The tables on the path.
pub fn tables(point: &Point, pointing: &Pointing) -> Html {
    html! {
        <section class="tables" aria-label="Page tables on the path">
            <div class="columns">
                { for point.columns.iter().map(|column| view_column(column, point, pointing)) }
            </div>
            { view_entry(point.entry.as_ref()) }
        </section>
    }
}

fn view_column(column: &Column, point: &Point, pointing: &Pointing) -> Html {
    let level = column.level;
    let on_jump = pointing.on_jump.clone();
    let hot = pointing.hot(Some(level));
    let (enter, leave) = (hot.clone(), hot.clone());
    let (focus, blur) = (hot.clone(), hot);
    let lit = point.ruler.fields.iter().any(|field| field.lit && field.level == Some(level));
    let class = classes!(
        "column",
        lit.then_some("lit"),
        (pointing.hot == Some(level)).then_some("hot"),
        column.table.is_none().then_some("away"),
    );
    html! {
        <div {class} onmouseenter={move |_| enter(true)} onmouseleave={move |_| leave(false)}>
            <h2><button type="button" onclick={move |_: MouseEvent| on_jump.emit(Jump::Level(level))}
                onfocus={move |_| focus(true)} onblur={move |_| blur(false)}
                title="to the next step there">{ &column.name }</button></h2>
            { match &column.table {
                Some(table) if table.slots == 0 => html! { <p class="none">{ format!("no table at {:#x}", table.pa) }</p> },
                Some(table) => view_table(column, table, point, pointing),
                None => html! { <p class="none">{ "not on the path" }</p> },
            } }
        </div>
    }
}

fn view_table(column: &Column, table: &TableView, point: &Point, pointing: &Pointing) -> Html {
    html! {
        <>
            <p class="where">{ format!("at {:#x}, {} slots", table.pa, table.slots) }</p>
            { view_strip(table) }
            <table>
                <thead class="sr"><tr><th scope="col">{ "slots and entries" }</th></tr></thead>
                <tbody>{ for table.rows.iter().map(|row| view_row(column, row, point, pointing)) }</tbody>
            </table>
        </>
    }
}

/// The whole table as a strip: where it is in use, and where we are.
fn view_strip(table: &TableView) -> Html {
    let cells = table.strip.len();
    html! {
        <svg class="strip" viewBox={format!("0 0 {cells} 6")} preserveAspectRatio="none" aria-hidden="true">
            { for table.strip.iter().enumerate().filter(|(_, kind)| **kind != EntryKind::None).map(|(at, kind)| html! {
                <rect class={kind_class(*kind)} x={at.to_string()} y="1" width="1" height="4" />
            }) }
            <rect class="here" x={table.strip_at.to_string()} y="0" width="1" height="6" />
        </svg>
    }
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

fn view_row(column: &Column, row: &Row, point: &Point, pointing: &Pointing) -> Html {
    let (level, first, last) = (column.level, row.first, row.last);
    let slots = if first == last { first.to_string() } else { format!("{first}…{last}") };
    let on_jump = pointing.on_jump.clone();
    let onclick = move |_: MouseEvent| on_jump.emit(Jump::Slots(level, first, last));
    let class = classes!("row", row.current.then_some("current"), row.kind.map_or("rest", kind_class));
    let changed = row.current && point.changes.iter().any(|change| change.what.starts_with(level.name()));
    let what = match (row.value, row.kind) {
        (_, None) => format!("{} more", last - first + 1),
        (None, Some(kind)) if kind != EntryKind::None => {
            format!("{} × {kind_word}", last - first + 1, kind_word = word(level, kind))
        }
        (_, Some(kind)) => word(level, kind).to_owned(),
    };
    let value = row.value.filter(|value| value.0 != 0);
    html! {
        <tr class={classes!(class, changed.then_some("changed"))} aria-current={row.current.then_some("true")}>
            <td><button type="button" {onclick} title="to its next step">
                <span class="slot">{ slots }</span>{ " " }<span class="tag">{ what }</span>{ " " }
                if let Some(value) = value {
                    <code>{ format!("{value:#x}") }</code>
                }
            </button></td>
        </tr>
    }
}

/// A leaf of the lowest level is a page.
const fn word(level: Level, kind: EntryKind) -> &'static str {
    match (level, kind) {
        (Level::Pte, EntryKind::Leaf) => "page",
        _ => kind.word(),
    }
}

/// The entry at hand: its value and its bits by name.
fn view_entry(entry: Option<&EntryView>) -> Html {
    let Some(entry) = entry else {
        return html! { <div class="entry"><h2>{ "Entry" }</h2><p class="none">{ "this step looks at no entry" }</p></div> };
    };
    let kind = word(entry.level, entry.kind);
    html! {
        <div class="entry" aria-label="Entry">
            <h2>{ format!("{} entry", entry.level.name()) }
                <span class="where">{ format!("slot {} at {:#x}", entry.slot.index, entry.pa) }</span></h2>
            <p class="raw"><code>{ entry.value.to_string() }</code>
                <span class={classes!("tag", kind_class(entry.kind))}>{ kind }</span>
                if let Some(target) = entry.target {
                    <span class="target">{ if entry.kind == EntryKind::Table { "→ table at " } else { "→ memory at " } }
                        <code>{ format!("{target:#x}") }</code></span>
                }
            </p>
            <ul class="flags" aria-label="Bits that are set">
                { for entry.flags.iter().map(|set| {
                    let flag = set.flag;
                    let bits = if flag.is_field() {
                        format!("bits {}…{}", flag.high_bit(), flag.low_bit())
                    } else {
                        format!("bit {}", flag.low_bit())
                    };
                    let text = if flag.is_field() { format!("{} {}", flag.short, set.value) } else { flag.short.to_owned() };
                    html! {
                        <li title={format!("{}, {bits}: {}", flag.name, flag.about)}>
                            { text }<span class="sr">{ format!(", {}, {bits}: {}", flag.name, flag.about) }</span>
                        </li>
                    }
                }) }
            </ul>
        </div>
    }
}
