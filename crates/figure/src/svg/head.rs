//! The caption of a figure, what just happened, and the address of the live step.

use narrate::Mark;

use super::canvas::{At, Canvas, INNER, MARGIN, Type, WIDTH};
use super::sign::sign;

/// Space between pieces.
pub(crate) const GAP: i32 = 8;

/// What is shown: its title, the choices, the step. Returns where it ends.
pub(crate) fn caption(canvas: &mut Canvas, title: &str, choices: &[String], place: &str) -> i32 {
    let aside = Type::BESIDE.face.width(place) + GAP;
    let mut y = MARGIN;
    canvas.text(WIDTH - MARGIN, y + 4, At::End, Type::BESIDE, place);
    y += canvas.wrapped(MARGIN, y, INNER - aside, Type::TITLE, title);
    y += canvas.wrapped(MARGIN, y + 1, INNER, Type::BESIDE, &choices.join(" \u{b7} "));
    y + GAP
}

/// Of which kind a step is, and its sentence. Returns where it ends.
pub(crate) fn happened(canvas: &mut Canvas, y: i32, mark: Mark, kind: &str, sentence: &str) -> i32 {
    sign(canvas, MARGIN + 6, y + 7, mark);
    canvas.text(MARGIN + 18, y, At::Start, Type::HEAD, &kind.to_uppercase());
    let y = y + Type::HEAD.line() + 1;
    y + canvas.wrapped(MARGIN, y, INNER, Type::LEAD, sentence) + GAP
}

/// The address at the foot. Returns where the figure ends.
pub(crate) fn foot(canvas: &mut Canvas, y: i32, link: &str) -> i32 {
    let address = ["#", link].concat();
    y + canvas.wrapped(MARGIN, y, INNER, Type::CODE.tone(Type::BESIDE.tone), &address) + MARGIN - 4
}
