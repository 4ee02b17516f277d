//! A table of steps.

use std::ops::RangeInclusive;

use narrate::Mark;
use narrate::race::words;

use super::canvas::{At, Canvas, INNER, MARGIN, Type};
use super::head::{GAP, caption, foot};
use super::sign::{lane, sign};
use super::theme::{Theme, Tone};
use crate::race::Race;
use crate::walk::Walk;

/// The columns: the number, the sign, of which kind or whose, at which address.
const NUMBER: i32 = 28;
const SIGN: i32 = 18;
const KIND: i32 = 92;
const ADDRESS: i32 = 118;

/// A row.
struct Row {
    number: u32,
    kind: String,
    at: String,
    says: String,
    strong: bool,
}

/// A table of steps of a walk.
pub(crate) fn table(walk: &Walk, steps: RangeInclusive<u32>, theme: Theme) -> String {
    let (from, to) = (*steps.start(), *steps.end());
    let mut canvas = Canvas::new(theme);
    let place = format!("steps {from} to {to} of {}", walk.last());
    let mut y = caption(&mut canvas, walk.title(), &walk.choices(), &place);
    y = head(&mut canvas, y, &["kind", "address", "what happens"]);
    for step in steps {
        let (point, _) = walk.point(step);
        let start = point.mark == Mark::Start;
        sign(&mut canvas, MARGIN + NUMBER + 6, y + 9, point.mark);
        let row = Row {
            number: step,
            kind: point.mark.title().to_owned(),
            at: if start { String::new() } else { point.ruler.addr.to_string() },
            says: brief(if start { walk.about() } else { &point.sentence }),
            strong: matches!(point.mark, Mark::AssertFails | Mark::CheckFailed | Mark::Fault),
        };
        y = view(&mut canvas, y, &row, ADDRESS);
    }
    let height = foot(&mut canvas, y + GAP, &walk.link_to(from).to_string());
    canvas.finish(height, &format!("{}, {place}", walk.title()), &walk.choices().join(", "))
}

/// A table of steps of a race. Those that decide it stand out.
pub(crate) fn race_table(race: &Race, steps: RangeInclusive<u32>, theme: Theme) -> String {
    let (from, to) = (*steps.start(), *steps.end());
    let session = race.session();
    let mut canvas = Canvas::new(theme);
    let place = format!("steps {from} to {to} of {}", race.last());
    let title = session.choice().race.title;
    let mut y = caption(&mut canvas, title, &race.choices(), &place);
    y = head(&mut canvas, y, &["who", "what happens"]);
    let deciding = race.deciding();
    for step in steps {
        let point = race.point(step as usize);
        let who = point.lane.map_or_else(String::new, |lane| words::who(lane, session.cpus()));
        if let Some(of) = point.lane {
            let number = if of.index() < session.cpus() { of.index() } else { 3 };
            let (path, tone) = lane(number);
            canvas.shape(MARGIN + NUMBER + 6, y + 9, path, tone);
        }
        let row = Row {
            number: step,
            says: brief(
                point
                    .sentence
                    .strip_prefix(&*who)
                    .map_or(&*point.sentence, |rest| rest.trim_start_matches([':', ' '])),
            ),
            kind: who,
            at: String::new(),
            strong: deciding.iter().any(|(of, _)| *of == step as usize),
        };
        y = view(&mut canvas, y, &row, 0);
    }
    let height = foot(&mut canvas, y + GAP, &session.link().to_string());
    canvas.finish(height, &format!("{title}, {place}"), &race.choices().join(", "))
}

/// What is long is told in its first sentence: the others are for who stands at the step.
pub(crate) fn brief(sentence: &str) -> String {
    sentence.split_once(". ").map_or_else(|| sentence.to_owned(), |(first, _)| [first, "."].concat())
}

fn head(canvas: &mut Canvas, y: i32, names: &[&str]) -> i32 {
    let kind = MARGIN + NUMBER + SIGN;
    let places = [kind, kind + KIND, kind + KIND + ADDRESS];
    canvas.text(MARGIN + NUMBER - 8, y, At::End, Type::HEAD, "step");
    for (x, name) in places.into_iter().zip(names) {
        canvas.text(x, y, At::Start, Type::HEAD, name);
    }
    let y = y + Type::HEAD.line() + 1;
    canvas.line(&format!("M{MARGIN} {y}h{INNER}"), Tone::Dim, 10, "");
    y
}

fn view(canvas: &mut Canvas, y: i32, row: &Row, address: i32) -> i32 {
    let top = y + 2;
    let kind = MARGIN + NUMBER + SIGN;
    let says = kind + KIND + address;
    let (strong, text) =
        if row.strong { (Type::STRONG.tone(Tone::Bad), Type::STRONG) } else { (Type::STRONG, Type::TEXT) };
    canvas.text(MARGIN + NUMBER - 8, top, At::End, strong, &row.number.to_string());
    let left = canvas.wrapped(kind, top, KIND - 4, Type::BESIDE.tone(Tone::Ink), &row.kind);
    if !row.at.is_empty() {
        canvas.text(kind + KIND, top, At::Start, Type::CODE, &row.at);
    }
    let right = canvas.wrapped(says, top, MARGIN + INNER - says, text, &row.says);
    let y = top + left.max(right) + 2;
    canvas.line(&format!("M{MARGIN} {y}h{INNER}"), Tone::Line, 10, "");
    y
}
