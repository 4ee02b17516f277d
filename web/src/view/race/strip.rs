//! The time slider over the schedule, a row per lane, and the branches.

use narrate::race::{BranchView, LaneView, RacePoint, Session};

use super::lanes::{path, shape_of, sign, step_button};
use crate::el::{El, el};
use crate::marks::Command;
use crate::marks::Mark;
use crate::view::sign::per_mille;
use crate::view::transport::{BUTTONS, Picture, picture, play};

/// Marks at most; more could not be told apart.
const MOST_MARKS: usize = 400;

/// Height of a lane's row, in pixels.
const ROW: usize = 14;

/// The time slider, its buttons, and the branches; whether it plays.
pub fn strip(session: &Session, point: &RacePoint, playing: bool) -> El {
    let (at, last) = (session.at(), session.steps().len());
    let fatal = session.fatal().map(|fatal| {
        el("span.fatal")
            .child(el("span.badge[aria-hidden=true]").child("✗"))
            .child(format!("goes wrong at step {fatal}"))
    });
    el("section.transport.time[aria-label=Time]")
        .child(
            el("div.buttons[data-group]")
                .children(BUTTONS.into_iter().map(named).chain([play(playing)]).map(picture)),
        )
        .child(el("div.lane-buttons[data-group]").children(point.lanes.iter().map(step_button)))
        .child(
            el("p.count")
                .child("step ")
                .child(el("b").child(at as u32))
                .child(format!(" of {last}"))
                .child(fatal),
        )
        .child(
            el("div.rows")
                .child(el("ol.row-names").children(point.lanes.iter().map(row_name)))
                .child(slider(session, point)),
        )
        .child(branches(session))
}

/// As on the page of a walk, where a marker is something else.
fn named((command, path, label, key): Picture) -> Picture {
    let label = match command {
        Command::PreviousMarker => "Where another CPU took over",
        Command::NextMarker => "Where another CPU takes over",
        _ => label,
    };
    (command, path, label, key)
}

fn row_name(lane: &LaneView) -> El {
    el("li").child(sign(shape_of(lane))).child(&*lane.name)
}

fn slider(session: &Session, point: &RacePoint) -> El {
    let (at, steps) = (session.at(), session.steps());
    let last = steps.len();
    let place = |step: usize| per_mille((step * 1000 / last.max(1)) as u32);
    let stride = last / MOST_MARKS + 1;
    let fatal = session.fatal();
    let marks = steps.iter().zip(1..).filter(|(_, step)| step % stride == 0 || Some(*step) == fatal);
    let marks = marks.filter_map(|(&lane, step)| {
        let row = point.lanes.iter().position(|of| of.lane == lane)?;
        Some(mark(&point.lanes[row], row, &place(step), step > at))
    });
    let cross = fatal.map(|step| {
        el("svg[overflow=visible]")
            .attr("x", &place(step))
            .attr("y", &(point.lanes.len() * ROW + 4).to_string())
            .child(el("path.fatal-sign[d=M-5 -3.500l1.500 -1.500l3.500 3.500l3.500 -3.500l1.500 1.500l-3.500 3.500l3.500 3.500l-1.500 1.500l-3.500 -3.500l-3.500 3.500l-1.500 -1.500l3.500 -3.500z]"))
    });
    let spoken = match fatal {
        Some(fatal) => format!("step {at} of {last}, goes wrong at step {fatal}: {}", point.sentence),
        None => format!("step {at} of {last}: {}", point.sentence),
    };
    el("div.scrubber[role=slider][tabindex=0][aria-label=Step of the schedule][aria-valuemin=0]")
        .attr("aria-valuemax", &last.to_string())
        .attr("aria-valuenow", &at.to_string())
        .attr("aria-valuetext", &spoken)
        .attr("style", &format!("height: {}px", point.lanes.len() * ROW + 12))
        .child(el("svg.marks[aria-hidden=true]").children(marks).child(cross))
        .child(el("div.now").attr("style", &format!("left: {}", place(at))))
}

/// One step: in the row of its lane, filled once it has been taken.
fn mark(lane: &LaneView, row: usize, place: &str, ahead: bool) -> El {
    el("svg[overflow=visible]")
        .attr("x", place)
        .attr("y", &(row * ROW + ROW / 2).to_string())
        .when(ahead, ".ahead")
        .child(path(shape_of(lane)))
}

fn branches(session: &Session) -> El {
    let branches = session.branches().enumerate().map(|(index, branch)| view_branch(index, &branch));
    el("ol.branches[aria-label=Branches][data-group]").children(branches)
}

fn view_branch(index: usize, branch: &BranchView) -> El {
    let wrong = branch
        .wrong
        .as_ref()
        .map(|wrong| el("span.wrong").child(el("span.badge[aria-hidden=true]").child("✗")).child(&**wrong));
    el("li").child(
        el("button[type=button]")
            .does(Mark::Branch(index as u32))
            .attr("aria-pressed", if branch.current { "true" } else { "false" })
            .child(format!("{}: {}", branch.name, branch.about))
            .child(wrong),
    )
}
