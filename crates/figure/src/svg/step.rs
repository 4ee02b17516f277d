//! The figure of a step: the picture of the page, as far as a still one can be.

use narrate::Mark;

use super::canvas::{Canvas, INNER, MARGIN, Type};
use super::head::{GAP, caption, foot, happened};
use super::panels::{changes, panels};
use super::ruler::ruler;
use super::tables::tables;
use super::theme::Theme;
use crate::walk::Walk;

/// A step of a walk.
pub(crate) fn step(walk: &Walk, step: u32, theme: Theme) -> String {
    let (point, stops) = walk.point(step);
    let mut canvas = Canvas::new(theme);
    let mut y = caption(&mut canvas, walk.title(), &walk.choices(), &walk.place(step));
    let start = point.mark == Mark::Start;
    let sentence = if start { walk.about() } else { &point.sentence };
    y = happened(&mut canvas, y, point.mark, &Walk::kind(point.mark, stops), sentence);
    let stack = Walk::stack(&point);
    if !stack.is_empty() {
        let within = ["in ", &stack.join(" \u{203a} ")].concat();
        y +=
            canvas.wrapped(MARGIN, y - GAP / 2, INNER, Type::CODE.tone(Type::BESIDE.tone), &within) + GAP / 2;
    }
    y = ruler(&mut canvas, y, &point.ruler);
    y = tables(&mut canvas, y, &point);
    y = changes(&mut canvas, y, &point);
    y = panels(&mut canvas, y, &point);
    let link = walk.link_to(step).to_string();
    let height = foot(&mut canvas, y, &link);
    let title = format!("{}, {}: {}", walk.title(), walk.place(step), point.mark.title());
    let about = [&*walk.choices().join(", "), ". ", sentence].concat();
    canvas.finish(height, &title, &about)
}
