//! Two runs side by side: what is different here, then each of them.

use narrate::{Mark, Pair, Point};
use pagewalk::Revision;
use pgtable::Level;
use scenario::{Held, Library, Setup, Tables};

use super::choices::{choose, machines, option, scenarios};
use super::help::of as help_of;
use super::locks::{rule, view_assertion, view_delegation};
use super::scrubber::scrubber;
use super::sign::sign;
use super::transport::{BUTTONS, picture, play};
use super::{locks, tables};
use crate::el::{El, el};
use crate::keys::{PRESENT, TAB};
use crate::marks::{Command, List};
use crate::run::{Tick, Ticks};

/// One of the two runs at the line that is shown.
#[derive(Debug)]
pub struct Side<'a> {
    /// What is said of it.
    pub name: String,
    /// What tells it from the other, in a sentence.
    pub brief: String,
    /// Its step.
    pub point: &'a Point,
}

/// A line of a comparison.
#[derive(Debug)]
pub struct Line<'a> {
    /// Which stops it has.
    pub pair: &'a Pair,
    /// Both runs.
    pub sides: [Side<'a>; 2],
    /// Its number, from 0.
    pub line: u32,
    /// How many there are.
    pub lines: u32,
    /// The lines of which it can be seen that they differ.
    pub differences: &'a [u32],
    /// Whether they are of two machines: then entries have other places and addresses.
    pub machines: bool,
    /// Whether it plays.
    pub playing: bool,
    /// The level that is pointed at.
    pub hot: Option<Level>,
}

/// What can be compared of two machines, and what cannot.
const MACHINES: &str = " These are two machines with tables of their own. Their steps are put beside each other by level and \
                        function, the third pmd entry beside the third one. Addresses, slots and what is mapped cannot be \
                        compared: an entry that is of another kind says that the tables differ, not the rules.";

/// The keys and what they do.
const KEYS: [(&str, &str); 9] = [
    ("← →", "one step back, one step on"),
    ("Shift ← →", "ten steps back, ten steps on"),
    ("Home, End", "first step, last step"),
    ("[ ]", "previous difference, next difference"),
    ("Tab", TAB),
    ("Space", "play or pause"),
    PRESENT,
    ("?", "show or hide this help"),
    (
        "Esc",
        "close this help or a message; else leave Pagewalk: its keys do nothing until it has the focus again",
    ),
];

/// The sign of a difference: two halves. Nothing has to be wrong with it.
const DIFFERS: Mark = Mark::Split;

/// Ticks on the slider at most.
const MOST_TICKS: usize = 240;

/// What can be chosen: of both, and of each.
pub fn choices(setups: &[Setup; 2], files: [Option<El>; 2], library: &Library) -> El {
    let [left, right] = setups;
    let scenario = left.scenario;
    let machines = |of: Tables| machines(scenario, of);
    let [left_files, right_files] = files;
    let kernels = |of: Revision| scenario.revisions().map(move |id| option(id.id(), id.id(), id == of));
    let locks = |of: Held| Held::ALL.iter().map(move |id| option(id.id(), id.title(), *id == of));
    let has_locks = scenario.caller_holds_locks();
    el("div.choices")
        .child(choose(List::Scenario, "Scenario", scenarios(library, scenario.id)))
        .child(choose(List::Machine, "Left: machine", machines(left.tables).chain(left_files)))
        .child(choose(List::Kernel, "Left: kernel", kernels(left.revision)))
        .child(has_locks.then(|| choose(List::Lock, "Left: lock held", locks(left.lock))))
        .child(choose(List::OtherMachine, "Right: machine", machines(right.tables).chain(right_files)))
        .child(choose(List::OtherKernel, "Right: kernel", kernels(right.revision)))
        .child(has_locks.then(|| choose(List::OtherLock, "Right: lock held", locks(right.lock))))
}

/// The line: what is different, both runs, the controls.
pub fn compare(line: &Line<'_>) -> El {
    let says = difference(line);
    let of = |side: usize| view_side(&line.sides[side], line, side);
    el("div.compared-runs")
        .child(
            el("section.difference[aria-label=What is different here]")
                .when(!line.pair.alike, ".differs")
                .child(
                    el("p.sentence[role=status][aria-live=polite]")
                        .attr("data-step", &line.line.to_string())
                        .child(&*says),
                )
                .child(first_difference(line)),
        )
        .children([of(0), of(1)])
        .child(controls(line, &says))
}

/// What is different at this line, as a sentence.
pub fn difference(line: &Line<'_>) -> String {
    let [left, right] = &line.sides;
    let Pair { has, moved, alike, .. } = *line.pair;
    if has != [true, true] {
        let (one, other) = if has[0] { (left, right) } else { (right, left) };
        let then = if moved { "does it at another place" } else { "does not do it" };
        return format!("Only {} does this here: {} {} {then}.", one.brief, one.point.sentence, other.brief);
    }
    if !alike {
        let (was, is) = (left.point.mark.title(), right.point.mark.title());
        return format!("The same step ends differently: {was} in {}, {is} in {}.", left.brief, right.brief);
    }
    if left.point.mark == Mark::Start {
        return left.point.sentence.clone();
    }
    if left.point.sentence != right.point.sentence {
        let how = if line.machines { "each in its own tables" } else { "not quite in the same way" };
        return format!("Both runs do this, {how}. {}", left.point.sentence);
    }
    format!("Both runs do the same. {}", left.point.sentence)
}

/// Where the first difference is, and how many there are.
fn first_difference(line: &Line<'_>) -> El {
    let (first, count) = (line.differences.first().copied(), line.differences.len());
    let says = match first {
        None => "Step by step the two runs are alike. Their locks and entries may still differ.".to_owned(),
        Some(first) if first == line.line => format!("This is the first of {count} differences."),
        Some(first) => format!("The first of {count} differences is at step {first}."),
    };
    let says = if line.machines { [&says, MACHINES].concat() } else { says };
    el("p.differences").child(says).child(first.map(|_| {
        super::button(Command::NextMarker).child("Next difference").attr("title", "Next difference (])")
    }))
}

fn view_side(side: &Side<'_>, line: &Line<'_>, at: usize) -> El {
    let point = side.point;
    let label = |of: &str| format!("{of}, {}", side.name);
    let is_here = line.pair.has[at];
    let card = point.assertion.as_ref().filter(|_| is_here);
    el("section.side")
        .attr("aria-label", if at == 0 { "Left run" } else { "Right run" })
        .when(!is_here, ".absent")
        .child(el("h2").child(&*side.name))
        .child(
            el("div.what")
                .child(el("p.kind").child(sign(point.mark)).child(if is_here {
                    point.mark.title()
                } else {
                    "no such step here; the one before it:"
                }))
                .child(el("p.said").child(&*point.sentence)),
        )
        .child(card.map(view_assertion))
        .child(card.map(rule))
        .child(point.delegation.as_ref().filter(|_| is_here).map(view_delegation))
        .child(tables(point, line.hot).attr("aria-label", &label("Page tables on the path")))
        .child(tables::entry(point.entry.as_ref()).attr("aria-label", &label("Entry")))
        .child(locks::list(point).attr("aria-label", &label("Locks")))
}

fn controls(line: &Line<'_>, says: &str) -> El {
    let last = line.lines.saturating_sub(1).max(1);
    let every = (line.differences.len() / MOST_TICKS).max(1);
    let tick = |of: &u32| Tick { at: (u64::from(*of) * 1000 / u64::from(last)) as u32, mark: DIFFERS };
    let ticks: Vec<_> = line.differences.iter().step_by(every).map(tick).collect();
    let named = BUTTONS.map(|(command, path, label, key)| match command {
        Command::PreviousMarker => (command, path, "Previous difference", key),
        Command::NextMarker => (command, path, "Next difference", key),
        _ => (command, path, label, key),
    });
    el("section.transport[aria-label=Controls]")
        .child(
            el("div.buttons[data-group]")
                .children(named.into_iter().chain([play(line.playing)]).map(picture)),
        )
        .child(scrubber(line.line, line.lines, &Ticks { signs: ticks, band: None }, says))
        .child(
            el("p.count")
                .child("step ")
                .child(el("b").child(line.line))
                .child(format!(" of {}", line.lines.saturating_sub(1))),
        )
}

/// The help: keys and signs.
pub fn help() -> El {
    let about = "Both runs are stepped together, by what they do and not by number. A step that only one of them has stands \
                 alone, and the other one waits.";
    help_of(&KEYS, about, [(sign(DIFFERS), "the runs are different here")])
}
