//! The tables on the path, one column per level, and the arrows from entry to table.

use narrate::Point;
use narrate::tables::{Column, Row, STRIP, TableView};
use pgtable::{EntryKind, Level};

use super::canvas::{Area, At, Canvas, INNER, MARGIN, Type, count};
use super::head::GAP;
use super::theme::Tone;

/// Between columns, where the arrows are.
const GUTTER: i32 = 16;

/// Width of the bar at the left of a row.
const BAR: i32 = 3;

/// A column and its place.
struct Placed<'a> {
    column: &'a Column,
    name: Vec<String>,
    lit: bool,
    x: i32,
    w: i32,
}

/// Where an arrow starts: at the entry that is followed.
type Tail = Option<(i32, i32)>;

/// The tables. Returns where they end.
pub(crate) fn tables(canvas: &mut Canvas, y: i32, point: &Point) -> i32 {
    let placed = placed(point);
    let names = count(placed.iter().map(|of| of.name.len()).max().unwrap_or(1));
    let top = y + names * Type::HEAD.line();
    let (mut end, mut tail) = (top, None);
    for of in &placed {
        let head = if of.lit { Type::HEAD.tone(Tone::LitLine) } else { Type::HEAD.tone(Tone::Ink) };
        for (at, line) in of.name.iter().enumerate() {
            canvas.text(of.x, y + count(at) * head.line(), At::Start, head, line);
        }
        if of.lit {
            canvas.line(&format!("M{} {}h{}", of.x, top, of.w), Tone::LitLine, 20, "");
        }
        let (below, next) = match &of.column.table {
            Some(table) if table.slots > 0 => table_view(canvas, of, top + 3, table, tail),
            Some(table) => {
                let says = format!("no table at {:#x}", table.pa);
                (top + 3 + canvas.wrapped(of.x, top + 3, of.w, Type::BESIDE.tone(Tone::Bad), &says), None)
            }
            None => (top + 3 + canvas.wrapped(of.x, top + 3, of.w, Type::BESIDE, "not on the path"), None),
        };
        tail = next;
        end = end.max(below);
    }
    end + GAP
}

fn placed<'a>(point: &'a Point) -> Vec<Placed<'a>> {
    let columns = &point.columns;
    // All are equally wide, with a table or without: nothing moves from step to step.
    let all = count(columns.len().max(1));
    let w = (INNER - (all - 1) * GUTTER) / all;
    let mut x = MARGIN;
    let place = |column: &'a Column| {
        let Column { level, name, .. } = column;
        let lit = point.ruler.fields.iter().any(|field| field.lit && field.level == Some(*level));
        let of = Placed { column, name: Type::HEAD.face.wrap(name, w), lit, x, w };
        x += w + GUTTER;
        of
    };
    columns.iter().map(place).collect()
}

/// A table: where it is, the whole of it as a strip, its rows. Returns where it ends, and the entry that is followed.
fn table_view(canvas: &mut Canvas, of: &Placed<'_>, y: i32, table: &TableView, tail: Tail) -> (i32, Tail) {
    let level = of.column.level;
    let at = Type::CODE.bold().tone(Tone::Table);
    let place = format!("{:#x}", table.pa);
    let spans = [(Type::BESIDE, "at "), (at, &*place)];
    let fits = Type::BESIDE.face.width("at ") + at.face.width(&place) <= of.w;
    let mut below = y;
    if fits {
        canvas.spans(of.x, below, &spans);
        below += at.line();
    } else {
        below += canvas.wrapped(of.x, below, of.w, at, &place);
    }
    if let Some(tail) = tail {
        arrow(canvas, tail, of.x, y + 7);
    }
    canvas.text(of.x, below, At::Start, Type::BESIDE, &format!("{} slots", table.slots));
    below += Type::BESIDE.line() + 2;
    strip(canvas, of, below, table);
    below += 10;
    let value = |row: &Row| row.value.filter(|value| value.0 != 0).map(|value| format!("{value:#x}"));
    let widest = table.rows.iter().filter_map(value).map(|value| Type::CODE.face.width(&value)).max();
    let all_fit = widest.unwrap_or(0) <= of.w - BAR - 5;
    let mut followed = None;
    for row in &table.rows {
        let shown = value(row).filter(|_| all_fit || row.current);
        let h = row_view(canvas, Area { x: of.x, y: below, w: of.w, h: 0 }, level, row, shown.as_deref());
        if row.current && row.kind == Some(EntryKind::Table) {
            followed = Some((of.x + of.w, below + h / 2));
        }
        below += h;
    }
    (below, followed)
}

/// From the entry that is followed to the table beside it.
fn arrow(canvas: &mut Canvas, (x, y): (i32, i32), to: i32, at: i32) {
    let middle = x + (to - x) / 2 - 1;
    let tip = to - 1;
    canvas.line(&format!("M{x} {y}H{middle}V{at}H{}", tip - 4), Tone::Table, 16, "");
    canvas.shape(tip, at, "M0 0l-6 -3.5v7z", Tone::Table);
}

/// The whole table: where it is in use, and where we are.
fn strip(canvas: &mut Canvas, of: &Placed<'_>, y: i32, table: &TableView) {
    canvas.area(Area { x: of.x, y, w: of.w, h: 6 }, 0, Tone::Sunken, Some((Tone::Line, 10)));
    let cells = count(table.strip.len().clamp(1, STRIP));
    let place = |at: usize| of.x + count(at) * of.w / cells;
    let mut at = 0;
    for run in table.strip.chunk_by(|a, b| a == b) {
        let (from, to) = (place(at), place(at + run.len()));
        at += run.len();
        if run[0] != EntryKind::None {
            canvas.area(Area { x: from, y: y + 1, w: (to - from).max(1), h: 4 }, 0, tone(run[0]), None);
        }
    }
    let (from, to) = (place(table.strip_at), place(table.strip_at + 1).max(place(table.strip_at) + 2));
    canvas.line(&format!("M{from} {}H{to}V{}H{from}z", y - 1, y + 7), Tone::LitLine, 15, "");
}

/// A row: the slots, what is in them, the value of a single one. Returns its height.
fn row_view(canvas: &mut Canvas, of: Area, level: Level, row: &Row, value: Option<&str>) -> i32 {
    let slots = if row.first == row.last {
        row.first.to_string()
    } else {
        format!("{}\u{2026}{}", row.first, row.last)
    };
    let what = row.what(level);
    let line = Type::CODE.line() - 1;
    let slot = if row.current { Type::CODE.bold() } else { Type::CODE };
    let apart = slot.face.width(&slots) + Type::BESIDE.face.width(&what) + BAR + 12 > of.w;
    let inner = of.w - BAR - 5;
    let values = value.map(|value| Type::CODE.face.wrap(value, inner)).unwrap_or_default();
    let h = line * (1 + i32::from(apart) + count(values.len())) + 2;
    if row.current {
        canvas.area(Area { h, ..of }, 0, Tone::Lit, None);
        if canvas.theme().is_plain() {
            canvas.line(&format!("M{} {}h{}v{h}H{}z", of.x, of.y, of.w, of.x), Tone::LitLine, 15, "");
        } else {
            canvas.line(&format!("M{} {}h{}", of.x, of.y + h - 1, of.w), Tone::LitLine, 20, "");
        }
    }
    let bar = Area { w: BAR, h: h - 1, ..of };
    canvas.area(bar, 0, row.kind.map_or(Tone::Line, tone), None);
    let (left, right) = (of.x + BAR + 4, of.x + of.w - 3);
    canvas.text(left, of.y, At::Start, slot, &slots);
    let mut below = of.y;
    if apart {
        below += line;
        canvas.text(left, below, At::Start, Type::BESIDE, &what);
    } else {
        canvas.text(right, below, At::End, Type::BESIDE, &what);
    }
    for value in &values {
        below += line;
        canvas.text(left, below, At::Start, Type::CODE, value);
    }
    h
}

/// The colour of a kind of entry.
pub(crate) const fn tone(kind: EntryKind) -> Tone {
    match kind {
        EntryKind::None => Tone::Line,
        EntryKind::Table => Tone::Table,
        EntryKind::Leaf => Tone::Leaf,
        EntryKind::NotPresent => Tone::Absent,
        EntryKind::Bad => Tone::Bad,
    }
}
