//! A strip: steps below each other, each with where the walk is in the tables.

use std::ops::RangeInclusive;

use narrate::Point;
use narrate::tables::{TableView, word};
use pgtable::{EntryKind, Level};

use super::canvas::{Area, At, Canvas, INNER, MARGIN, Type, count};
use super::head::{GAP, caption, foot};
use super::panels::locks;
use super::sign::sign;
use super::table::brief;
use super::tables::tone;
use super::theme::{Theme, Tone};
use crate::walk::Walk;

/// Room for the number of a step and its sign.
const NUMBER: i32 = 30;
const SIGN: i32 = 18;

/// A small table, and what is between two of them.
const SMALL: i32 = 38;
const HIGH: i32 = 30;
const BETWEEN: i32 = 8;

/// Steps of a walk.
pub(crate) fn strip(walk: &Walk, steps: RangeInclusive<u32>, theme: Theme) -> String {
    let (from, to) = (*steps.start(), *steps.end());
    let mut canvas = Canvas::new(theme);
    let place =
        if from == to { walk.place(from) } else { format!("steps {from} to {to} of {}", walk.last()) };
    let mut y = caption(&mut canvas, walk.title(), &walk.choices(), &place);
    let points: Vec<(u32, Point)> = steps.map(|step| (step, walk.point(step).0)).collect();
    let levels = count(points.first().map_or(0, |(_, point)| point.columns.len()));
    let left = MARGIN + NUMBER + SIGN;
    let text = left + levels * (SMALL + BETWEEN) + 4;
    if let Some((_, point)) = points.first() {
        for (at, column) in (0..).zip(&point.columns) {
            let x = left + at * (SMALL + BETWEEN) + SMALL / 2;
            canvas.text(x, y, At::Middle, Type::HEAD, column.level.upper_name());
        }
        y += Type::HEAD.line() + 2;
    }
    for (step, point) in &points {
        canvas.line(&format!("M{MARGIN} {y}h{INNER}"), Tone::Line, 10, "");
        y += 6;
        canvas.text(MARGIN + NUMBER - 8, y, At::End, Type::STRONG, &step.to_string());
        sign(&mut canvas, MARGIN + NUMBER + 5, y + 7, point.mark);
        path(&mut canvas, left, y, point);
        let said = row(&mut canvas, text, y, walk, point);
        y += said.max(HIGH) + 6;
    }
    canvas.line(&format!("M{MARGIN} {y}h{INNER}"), Tone::Line, 10, "");
    y += GAP;
    if let Some((step, point)) = points.last() {
        let of = Area { x: MARGIN, y: y + Type::HEAD.line(), w: INNER, h: 0 };
        canvas.text(MARGIN, y, At::Start, Type::BESIDE, &format!("After step {step}:"));
        y = locks(&mut canvas, of, &point.locks) + GAP;
    }
    let height = foot(&mut canvas, y, &walk.link_to(from).to_string());
    let says: Vec<String> =
        points.iter().map(|(step, point)| format!("{step}. {}", point.sentence)).collect();
    let title = format!("{}, {place}", walk.title());
    canvas.finish(height, &title, &[&*walk.choices().join(", "), ". ", &says.join(" ")].concat())
}

/// What a step says; returns its height.
fn row(canvas: &mut Canvas, x: i32, y: i32, walk: &Walk, point: &Point) -> i32 {
    let width = MARGIN + INNER - x;
    let start = point.mark == narrate::Mark::Start;
    let sentence = if start { walk.about() } else { &point.sentence };
    canvas.text(x, y, At::Start, Type::HEAD, &point.mark.title().to_uppercase());
    let mut below = y + Type::HEAD.line();
    below += canvas.wrapped(x, below, width, Type::TEXT, &brief(sentence));
    if let Some(says) = point.assertion.as_ref().and_then(|of| of.consequence) {
        below += canvas.wrapped(x, below + 2, width, Type::BESIDE, says) + 2;
    }
    below - y
}

/// The path as small tables: the slot in each that the walk is at, and an arrow where it leads to the next one.
fn path(canvas: &mut Canvas, left: i32, y: i32, point: &Point) {
    let lit = point.ruler.fields.iter().find(|field| field.lit).and_then(|field| field.level);
    for (at, column) in point.columns.iter().enumerate() {
        let x = left + count(at) * (SMALL + BETWEEN);
        let Some(table) = column.table.as_ref().filter(|table| table.slots > 0) else {
            let (tone, wide) = if lit == Some(column.level) { (Tone::LitLine, 20) } else { (Tone::Line, 10) };
            canvas.line(&format!("M{x} {y}h{SMALL}v{HIGH}h-{SMALL}z"), tone, wide, "2 3");
            continue;
        };
        let here = lit == Some(column.level);
        let next = point.columns.get(at + 1).is_some_and(|next| next.table.is_some());
        small(canvas, x, y, column.level, table, here);
        if next {
            let middle = y + HIGH / 2;
            canvas.shape(x + SMALL + BETWEEN - 1, middle, "M0 0l-6 -3.5v7z", Tone::Table);
        }
    }
}

/// A small table: where the slot lies in it, its number, and what is in it.
fn small(canvas: &mut Canvas, x: i32, y: i32, level: Level, table: &TableView, here: bool) {
    let (fill, border) = if here { (Tone::Lit, (Tone::LitLine, 20)) } else { (Tone::Panel, (Tone::Dim, 10)) };
    canvas.area(Area { x, y, w: SMALL, h: HIGH }, 2, fill, Some(border));
    let row = table.rows.iter().find(|row| row.current);
    let Some(row) = row else { return };
    let colour = row.kind.filter(|kind| *kind != EntryKind::None).map_or(Tone::Dim, tone);
    let cells = count(table.strip.len().max(1));
    let bar = y + 2 + count(table.strip_at) * (HIGH - 6) / cells;
    canvas.area(Area { x: x + 1, y: bar, w: 4, h: 3 }, 0, colour, None);
    let number = if here { Type::CODE.bold() } else { Type::CODE };
    canvas.text(x + SMALL - 3, y + 2, At::End, number, &row.first.to_string());
    let word = match row.kind {
        // The whole word has no room here.
        Some(EntryKind::NotPresent) => "absent",
        Some(kind) => word(level, kind),
        None => "",
    };
    canvas.text(x + SMALL - 3, y + 14, At::End, Type::BESIDE.tone(colour), word);
}
