//! A lane per CPU, and RCU's.

use narrate::race::{LaneLine, LaneStatus, LaneView};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::el::{El, el};
use crate::marks::Mark;
use crate::view::show_in_frame;

/// The lanes.
pub fn lanes(lanes: &[LaneView]) -> El {
    el("section.lanes[aria-label=CPUs][data-group]").children(lanes.iter().map(view_lane))
}

const fn status_class(status: LaneStatus) -> &'static str {
    match status {
        LaneStatus::Ready => "ready",
        LaneStatus::Waits => "waits",
        LaneStatus::Done => "done",
        LaneStatus::Faulted => "faulted",
        LaneStatus::Stopped => "stopped",
    }
}

fn view_lane(lane: &LaneView) -> El {
    let says = match lane.status {
        LaneStatus::Ready => el("p.next").child(el("b").child("Next: ")).child(&*lane.says),
        _ => el("p.next").child(el("b").child(&*lane.says)),
    };
    // Where it is longer than its box it scrolls, with keys as well.
    let lines = (!lane.lines.is_empty())
        .then(|| el("ol.script[tabindex=0]").children(lane.lines.iter().map(|line| view_line(lane, line))));
    el("section.lane")
        .class(status_class(lane.status))
        .when(lane.moved, ".moved")
        .attr("aria-label", &lane.name)
        .attr("data-status", status_class(lane.status))
        .child(
            el("div.lane-head")
                .child(el("h2").child(sign(shape_of(lane))).child(&*lane.name))
                .child(step_button(lane)),
        )
        .child(el("p.lane-role").child(el("code").child(lane.func).child("()")).child(" ").child(lane.role))
        .child(says)
        .child(lines)
}

/// The button that steps a lane.
pub fn step_button(lane: &LaneView) -> El {
    // Not disabled, which would take the focus away and the keys with it.
    let off = if lane.status == LaneStatus::Ready { "false" } else { "true" };
    el("button.step[type=button]")
        .does(Mark::Lane(lane.lane.index() as u32))
        .attr("aria-disabled", off)
        .child(el("span.verb").child("Step "))
        .child(&*lane.name)
}

fn view_line(lane: &LaneView, line: &LaneLine) -> El {
    let inside = (line.current && !lane.stack.is_empty()).then(|| {
        el("div.inside")
            .child(
                el("ol.stack[aria-label=Call stack inside]")
                    .children(lane.stack.iter().map(|name| el("li").child(el("code").child(*name)))),
            )
            .child(lane.code.as_ref().map(|code| el("code.code-line").child(&**code)))
    });
    el("li")
        .class(["", "in-1", "in-2", "in-3"][usize::from(line.depth).min(3)])
        .when(line.current, ".lit[aria-current=step]")
        .when(line.added, ".added")
        .child(el("code").child(line.text))
        .child(line.added.then(|| el("span.sr").child(" (not in the kernel)")))
        .child(inside)
}

/// Which shape a lane has: a CPU's by its number, RCU's is the last.
pub fn shape_of(lane: &LaneView) -> usize {
    if lane.rcu { 3 } else { lane.lane.index() }
}

/// A lane's shape in a line of text.
pub fn sign(shape: usize) -> El {
    el("svg.inline-sign[viewBox=-6 -6 12 12][aria-hidden=true]").child(path(shape))
}

/// A shape and its colour, centred, some ten units wide.
pub fn path(shape: usize) -> El {
    let (class, path) = match shape {
        0 => ("of-cpu-0", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"),
        1 => ("of-cpu-1", "M-4 -4h8v8h-8z"),
        2 => ("of-cpu-2", "M-5 4h10l-5 -9z"),
        _ => ("of-rcu", "M0 -5l5 5l-5 5l-5 -5z"),
    };
    el("path.lane-sign").class(class).attr("d", path)
}

/// Where the lines of a lane are longer than their box: scrolls it, and nothing else, to the current one.
pub fn show_current(root: &Element) {
    let Ok(found) = root.query_selector_all(".script") else { return };
    for index in 0..found.length() {
        if let Some(script) = found.get(index) {
            show_in_frame(script.unchecked_ref(), ".lit", 0.0);
        }
    }
}
