//! The call stack, and the function at work line by line.

use narrate::Point;
use narrate::listing::Line;
use narrate::point::StackLine;
use pgtable::Level;

use super::{PRESS, of_level};
use crate::el::{El, el};
use crate::marks::Mark;

/// The call stack and the listing; `hot` is the level that is pointed at.
pub fn code(point: &Point, hot: Option<Level>) -> El {
    let listing = &point.listing;
    let source = listing.source.as_ref().map(|source| {
        el("a[target=_blank][rel=noopener noreferrer]").attr("href", source).child("kernel source")
    });
    let frames = point.stack.iter().enumerate().map(|(depth, frame)| view_frame(depth, frame, hot));
    el("section.code[aria-label=Call stack and code]")
        .child(el("h2").child("Call stack"))
        .child(point.stack.is_empty().then(|| el("p.none").child("empty")))
        .child(el("ol.stack[data-group]").children(frames))
        .child(
            el("div[data-group]")
                .child(el("h2.listing-title").child(el("code").child(listing.func).child("()")).child(source))
                .child(
                    el("ol.listing[aria-label=What the function does]")
                        .children(listing.lines.iter().map(view_line)),
                ),
        )
}

fn view_line(line: &Line) -> El {
    // Two blanks are a step inwards; a line that wraps stays there.
    let text = line.text.trim_start_matches(' ');
    let indent = line.text.len() - text.len();
    let button = el(PRESS)
        .does(Mark::Line(line.number.into()))
        .class(["", "in-1", "in-2"][(indent / 2).min(2)])
        .child(text);
    el("li").when(line.lit, ".lit[aria-current=step]").child(button)
}

fn view_frame(depth: usize, frame: &StackLine, hot: Option<Level>) -> El {
    let name = el("code").child(frame.delegated.then_some("↪ ")).child(frame.func);
    let shown = el("li.frame");
    let shown = match frame.level {
        Some(level) => {
            of_level(shown, level, hot).child(el("button[type=button]").does(Mark::Level(level)).child(name))
        }
        None => shown.child(name),
    };
    shown
        .when(frame.current, ".current[aria-current=true]")
        .when(frame.delegated, ".delegated")
        .attr("style", &format!("--depth: {depth}"))
        .child(el("span.range").child(&*frame.range))
}
