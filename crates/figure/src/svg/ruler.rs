//! The address and its bit fields.

use narrate::ruler::{Field, Ruler};

use super::canvas::{Area, At, Canvas, INNER, MARGIN, Type, count};
use super::head::GAP;
use super::theme::Tone;

/// A field as it is drawn.
struct Box<'a> {
    field: &'a Field,
    bits: String,
    name: Vec<String>,
    value: String,
    width: i32,
}

/// Least free width beside the text of a field.
const AROUND: i32 = 8;

/// The address, its region, and its fields: each as wide as its text, and the rest by its bits. Returns where it ends.
pub(crate) fn ruler(canvas: &mut Canvas, y: i32, ruler: &Ruler) -> i32 {
    let address = ruler.addr.to_string();
    let mut spans = vec![(Type::ADDRESS, &*address)];
    if let Some(region) = ruler.region {
        spans.extend([(Type::BESIDE, "   "), (Type::BESIDE, region)]);
    }
    canvas.spans(MARGIN, y, &spans);
    let top = y + Type::ADDRESS.line() + 3;
    let mut boxes = boxes(ruler);
    spread(&mut boxes);
    let names = count(boxes.iter().map(|of| of.name.len()).max().unwrap_or(1));
    let (small, value) = (Type::BESIDE.line() - 2, Type::VALUE.line());
    let height = small * (1 + names) + value + 4;
    let mut x = MARGIN;
    for of in &boxes {
        let area = Area { x, y: top, w: of.width, h: height };
        let lit = of.field.lit;
        let fill = match of.field.level {
            _ if lit => Tone::Lit,
            Some(_) => Tone::Panel,
            None => Tone::Sunken,
        };
        canvas.area(area, 0, fill, Some((Tone::Line, 10)));
        let middle = x + of.width / 2;
        canvas.text(middle, top + 1, At::Middle, Type::BESIDE, &of.bits);
        let mut below = top + 1 + small;
        let name = Type::BESIDE.tone(Tone::Ink);
        for line in &of.name {
            canvas.text(middle, below, At::Middle, if lit { name.bold() } else { name }, line);
            below += small;
        }
        canvas.text(middle, top + 1 + small * (1 + names), At::Middle, Type::VALUE, &of.value);
        x += of.width;
    }
    lit_frame(canvas, &boxes, top, height);
    top + height + GAP
}

/// The frame of the field that the step is about, above those of its neighbours.
fn lit_frame(canvas: &mut Canvas, boxes: &[Box<'_>], y: i32, h: i32) {
    let mut x = MARGIN;
    for of in boxes {
        if of.field.lit {
            let (w, right) = (of.width, x + of.width);
            canvas.line(&format!("M{x} {y}h{w}v{h}H{x}z"), Tone::LitLine, 15, "");
            canvas.line(&format!("M{x} {}H{right}", y + h - 1), Tone::LitLine, 25, "");
        }
        x += of.width;
    }
}

fn boxes(ruler: &Ruler) -> Vec<Box<'_>> {
    let of = |field| boxed(field, i32::MAX / 4096);
    let boxes: Vec<Box<'_>> = ruler.fields.iter().map(of).collect();
    let width: i32 = boxes.iter().map(|of| of.width).sum();
    if width <= INNER {
        return boxes;
    }
    // Names of levels that share a table are long: they are broken where they are not to be had otherwise.
    ruler.fields.iter().map(|field| boxed(field, 64)).collect()
}

fn boxed(field: &Field, widest: i32) -> Box<'_> {
    let bits = match (field.high, field.low) {
        (high, low) if high == low => high.to_string(),
        (high, low) => format!("{high}\u{2026}{low}"),
    };
    let value = match field.level {
        Some(_) => field.value.to_string(),
        None => format!("{:#x}", field.value),
    };
    let name = Type::BESIDE.bold().face;
    let names = name.wrap(&field.name, widest);
    let texts = names.iter().map(|line| name.width(line));
    let wide =
        texts.chain([Type::BESIDE.face.width(&bits), Type::VALUE.face.width(&value)]).max().unwrap_or(0);
    Box { field, bits, name: names, value, width: wide + AROUND }
}

/// Gives the boxes what there is besides, by their bits.
fn spread(boxes: &mut [Box<'_>]) {
    let used: i32 = boxes.iter().map(|of| of.width).sum();
    let rest = (INNER - used).max(0);
    let bits = |of: &Box<'_>| i32::from(of.field.high - of.field.low) + 1;
    let all: i32 = boxes.iter().map(bits).sum();
    let mut left = rest;
    for of in &mut *boxes {
        let share = rest * bits(of) / all.max(1);
        of.width += share;
        left -= share;
    }
    if let Some(last) = boxes.last_mut() {
        last.width += left;
    }
}
