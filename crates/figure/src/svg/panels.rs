//! The entry at hand, what the step changed, the assertion and its reason, the locks.

use mm::LockMode;
use narrate::Point;
use narrate::locks::{AssertView, DelegateView, LockView};
use narrate::tables::{EntryView, word};
use pgtable::{EntryKind, SetFlag};

use super::canvas::{Area, At, Canvas, INNER, MARGIN, Type};
use super::cards::{Card, PAD};
use super::head::GAP;
use super::tables::tone;
use super::theme::Tone;

/// Width of what stands to the left of the locks.
const LEFT: i32 = 300;

/// Most bits of an entry that are drawn. No kind of entry has as many flags.
const MOST_FLAGS: usize = 24;

/// The entry and the locks side by side, or the assertion and the locks; then the reason. Returns where they end.
pub(crate) fn panels(canvas: &mut Canvas, y: i32, point: &Point) -> i32 {
    let left = match (&point.assertion, &point.delegation, &point.entry) {
        (Some(of), _, _) => Some(assertion(canvas, y, of, point.beside.is_some())),
        (None, Some(of), _) => Some(delegation(canvas, y, of)),
        (None, None, Some(of)) => Some(entry(canvas, y, of)),
        (None, None, None) => None,
    };
    let x = if left.is_some() { MARGIN + LEFT + 2 * GAP } else { MARGIN };
    let right = locks(canvas, Area { x, y, w: MARGIN + INNER - x, h: 0 }, &point.locks);
    let mut end = left.unwrap_or(0).max(right) + GAP;
    if let Some(of) = &point.assertion {
        end += canvas.wrapped(MARGIN, end, INNER, Type::TEXT, &["Why this rule exists. ", of.why].concat())
            + GAP;
    }
    end
}

/// What the step wrote: entries, before and after. Returns where they end.
pub(crate) fn changes(canvas: &mut Canvas, y: i32, point: &Point) -> i32 {
    let mut card = Card::default();
    // Changes of locks are with the locks.
    for change in point.changes.iter().filter(|change| change.diff.is_some()).take(4) {
        card.say(2, Type::STRONG, INNER - 2 * PAD, &change.what);
        card.say(0, Type::CODE, INNER - 2 * PAD, &format!("was {}", change.was));
        card.say(0, Type::CODE.bold(), INNER - 2 * PAD, &format!("is  {}", change.is));
    }
    if card.is_empty() {
        return y;
    }
    y + card.framed(canvas, Area { x: MARGIN, y, w: INNER, h: 0 }, Tone::Panel, Tone::Lock) + GAP
}

fn assertion(canvas: &mut Canvas, y: i32, of: &AssertView, walks: bool) -> i32 {
    let (verdict, fill, border) =
        if of.ok { ("holds", Tone::GoodSoft, Tone::Good) } else { ("fails", Tone::BadSoft, Tone::Bad) };
    let width = LEFT - 2 * PAD - 2;
    let mut card = Card::default();
    card.say(0, Type::CODE.bold().tone(border), width, &format!("{} {verdict}", of.call));
    card.say(2, Type::TEXT, width, &format!("needs {} {}", of.lock, of.need));
    card.say(0, Type::TEXT, width, &["finds it ", &of.held].concat());
    for says in [of.consequence, of.without_lockdep].into_iter().flatten() {
        card.say(3, Type::STRONG, width, says);
    }
    if of.ok && walks {
        card.say(
            3,
            Type::BESIDE.tone(Tone::Ink),
            width,
            "Whether the walk is safe beside other CPUs is another question.",
        );
    }
    y + card.framed(canvas, Area { x: MARGIN, y, w: LEFT, h: 0 }, fill, border)
}

fn delegation(canvas: &mut Canvas, y: i32, of: &DelegateView) -> i32 {
    let width = LEFT - 2 * PAD - 2;
    let mut card = Card::default();
    card.say(0, Type::STRONG.tone(Tone::Accent), width, "Handed over");
    for says in [of.why, of.exchange, &*of.kernels] {
        card.say(2, Type::TEXT, width, says);
    }
    y + card.framed(canvas, Area { x: MARGIN, y, w: LEFT, h: 0 }, Tone::AccentSoft, Tone::Accent)
}

/// The entry at hand: its value, with the digits that say where it points, and its bits by name.
fn entry(canvas: &mut Canvas, y: i32, of: &EntryView) -> i32 {
    let head = format!("{} ENTRY", of.level.upper_name());
    let place = format!("  slot {} at {:#x}", of.slot.index, of.pa);
    canvas.spans(MARGIN, y, &[(Type::HEAD, &*head), (Type::BESIDE, &*place)]);
    let mut below = y + Type::HEAD.line() + 1;
    let colour = match of.kind {
        EntryKind::None => Tone::Dim,
        kind => tone(kind),
    };
    let value = of.value.to_string();
    let mut spans: Vec<(Type, &str)> = Vec::new();
    for (digits, is_address) in digits(&value, of.address_bits) {
        spans.push((if is_address { Type::VALUE.tone(colour) } else { Type::VALUE }, digits));
    }
    let tag = ["  ", word(of.level, of.kind)].concat();
    spans.push((Type::STRONG.tone(colour), &tag));
    canvas.spans(MARGIN, below, &spans);
    below += Type::VALUE.line();
    if let Some(target) = of.target {
        let what = if of.kind == EntryKind::Table { "points to the table at " } else { "maps memory at " };
        let target = format!("{target:#x}");
        canvas.spans(MARGIN, below, &[(Type::TEXT, what), (Type::VALUE.tone(colour), &*target)]);
        below += Type::TEXT.line();
    }
    flags(canvas, below + 2, &of.flags)
}

/// A value in pieces, each with whether its digits say where the entry points: a digit has four bits.
fn digits(value: &str, mask: u64) -> Vec<(&str, bool)> {
    let is_address = |at: usize| {
        let bits = value.len().saturating_sub(1 + at) * 4;
        bits < 64 && mask >> bits & 15 != 0
    };
    let mut pieces = Vec::new();
    let mut start = 0;
    for end in 1..=value.len() {
        if end == value.len() || is_address(end) != is_address(start) {
            pieces.push((&value[start..end], is_address(start)));
            start = end;
        }
    }
    pieces
}

/// The bits that are set, each in a frame. Returns where they end.
fn flags(canvas: &mut Canvas, y: i32, flags: &[SetFlag]) -> i32 {
    let of = Type::CODE;
    let (mut x, mut below) = (MARGIN, y);
    for set in flags.iter().take(MOST_FLAGS) {
        let short = set.flag.short;
        let text = if set.flag.is_field() { format!("{short} {}", set.value) } else { short.to_owned() };
        let w = of.face.width(&text) + 6;
        if x > MARGIN && x + w > MARGIN + LEFT {
            x = MARGIN;
            below += 18;
        }
        canvas.area(Area { x, y: below, w, h: 15 }, 2, Tone::Panel, Some((Tone::Line, 10)));
        canvas.text(x + w / 2, below, At::Middle, of, &text);
        x += w + 4;
    }
    below + if flags.is_empty() { 0 } else { 18 }
}

/// Who holds which lock. Returns where they end.
pub(crate) fn locks(canvas: &mut Canvas, of: Area, locks: &[LockView]) -> i32 {
    canvas.text(of.x, of.y, At::Start, Type::HEAD, "LOCKS");
    let mut y = of.y + Type::HEAD.line() + 1;
    for lock in locks {
        let held = held(lock);
        let is_held = lock.mode != LockMode::None;
        let says = if is_held { Type::HEAD.tone(Tone::Lock) } else { Type::BESIDE };
        let was = lock.was.map(|was| format!("  was {}", was.name())).unwrap_or_default();
        y = pair(canvas, Area { y, ..of }, &lock.name, says, &held, &was);
    }
    y
}

/// A lock and what is said of it, in a line where both fit. Returns where it ends.
pub(crate) fn pair(canvas: &mut Canvas, of: Area, name: &str, says: Type, held: &str, was: &str) -> i32 {
    let wide = Type::CODE.face.width(name) + says.face.width(held) + Type::BESIDE.face.width(was);
    let mut y = of.y + 1;
    if wide + 12 <= of.w {
        canvas.text(of.x, y, At::Start, Type::CODE, name);
        let whole = [held, was].concat();
        canvas.text(of.x + of.w, y, At::End, says, &whole);
        y += says.line();
    } else {
        y += canvas.wrapped(of.x, y, of.w, Type::CODE, name) - 1;
        y += canvas.wrapped(of.x + 10, y, of.w - 10, says, &[held, was].concat());
    }
    canvas.line(&format!("M{} {}h{}", of.x, y, of.w), Tone::Line, 10, "");
    y + 1
}

fn held(lock: &LockView) -> String {
    match (lock.mode, lock.holder) {
        (LockMode::None, _) | (_, None) => "not held".to_owned(),
        (mode, Some(holder)) => format!("{}, {holder}", mode.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_a_value_that_say_where_it_points_are_apart() {
        let value = digits("0x80000000010001e3", 0xf_ffff_ffe0_0000);
        assert_eq!(value, [("0x800", false), ("00000010", true), ("001e3", false)]);
        assert_eq!(digits("0x0", 0), [("0x0", false)]);
        assert_eq!(digits("", 0), [("", false); 0]);
    }
}
