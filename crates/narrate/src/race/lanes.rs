//! The lanes: who is where, and what each does next.

use actors::Actor;
use explore::{Lane, Turn};
use mm::Task;
use pagewalk::{Event, Func, Revision, Status};
use races::{Cpu, Inner, State};

use super::tape::act;
use super::{locks, words};
use crate::listing;
use crate::sentence::sentence;

/// What a lane can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneStatus {
    /// It can take its next step.
    Ready,
    /// It waits for another lane.
    Waits,
    /// It has finished, or has nothing to do.
    Done,
    /// Its kernel crashed, or may have.
    Faulted,
    /// Another one's did.
    Stopped,
}

/// A lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneView {
    /// Which.
    pub lane: Lane,
    /// "CPU 0", "RCU".
    pub name: String,
    /// Whether it is RCU's.
    pub rcu: bool,
    /// What it is there for.
    pub role: &'static str,
    /// The kernel function that it runs.
    pub func: &'static str,
    /// What it can do.
    pub status: LaneStatus,
    /// What it does next, or why it does not.
    pub says: String,
    /// The functions that are active inside, outermost first.
    pub stack: Vec<&'static str>,
    /// The line of the innermost function that comes next, in our words.
    pub code: Option<String>,
    /// The lines of its script.
    pub lines: Vec<LaneLine>,
    /// Whether it moved last.
    pub moved: bool,
}

/// A line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneLine {
    /// In the kernel's words.
    pub text: &'static str,
    /// How many conditions it depends on: by so many levels it is indented.
    pub depth: u8,
    /// Whether it comes next.
    pub current: bool,
    /// Whether the kernel's own script has no such line.
    pub added: bool,
}

/// A lane at a moment; `moved` is the lane that moved last.
pub(super) fn lane(state: &State, lane: Lane, moved: Option<Lane>, revision: Revision) -> LaneView {
    let turn = state.turn(lane);
    let next = (turn == Turn::Move).then(|| {
        let mut after = state.clone();
        let event = act(&mut after, lane);
        (event, after)
    });
    let event = next.as_ref().and_then(|(event, _)| event.as_ref());
    let next_words = next.as_ref().map(|(event, after)| {
        let own = event.as_ref().and_then(|event| words::read(state, lane, event));
        brief(&own.unwrap_or_else(|| sentence(event.as_slice(), &after.world, revision)))
    });
    let view = LaneView {
        lane,
        name: words::who(lane, state.cpus().len()),
        rcu: state.is_rcu(lane),
        role: "frees a table when all RCU readers have finished",
        func: "call_rcu",
        status: status(state, lane, turn),
        says: String::new(),
        stack: Vec::new(),
        code: None,
        lines: Vec::new(),
        moved: moved == Some(lane),
    };
    let says = next_words.unwrap_or_else(|| stands(state, lane, turn));
    let Some(cpu) = state.cpu(lane) else { return LaneView { says, ..view } };
    let walks = !matches!(cpu.inner(), Inner::Nothing);
    let lines = cpu.script().lines.iter().enumerate();
    LaneView {
        role: match cpu.task() {
            _ if walks => "walks the tables",
            Task::Walker => "looks for a page in the tables",
            _ => "changes the tables",
        },
        func: cpu.script().name,
        says,
        stack: stack(cpu),
        code: event.and_then(|event| code(cpu, event, revision)),
        lines: lines
            .map(|(at, line)| LaneLine {
                text: line.text,
                depth: line.depth,
                current: cpu.at() == Some(at),
                added: false,
            })
            .collect(),
        ..view
    }
}

/// What comes next in one sentence: its details are told once it has happened.
fn brief(sentence: &str) -> String {
    let sentence = sentence.strip_prefix("It ").unwrap_or(sentence);
    match sentence.split_once(". ") {
        Some((first, _)) => [first, "."].concat(),
        None => sentence.to_owned(),
    }
}

fn status(state: &State, lane: Lane, turn: Turn) -> LaneStatus {
    let faulted = |cpu: &Cpu| matches!(cpu.status(), Status::Faulted(_));
    match turn {
        Turn::Move => LaneStatus::Ready,
        Turn::Wait => LaneStatus::Waits,
        Turn::Done if state.cpu(lane).is_some_and(faulted) => LaneStatus::Faulted,
        Turn::Done if state.fault().is_some() && state.cpu(lane).is_some_and(|cpu| cpu.at().is_some()) => {
            LaneStatus::Stopped
        }
        Turn::Done => LaneStatus::Done,
    }
}

/// Why a lane does not move.
fn stands(state: &State, lane: Lane, turn: Turn) -> String {
    if state.is_rcu(lane) {
        let readers = state.world.frames.rcu().iter().flat_map(|(_, readers)| readers.iter());
        let names: Vec<String> = readers.map(words::cpu).collect();
        return match turn {
            Turn::Wait => {
                let mut names = names;
                names.dedup();
                format!("waits for {} to leave its RCU read section", names.join(", "))
            }
            _ => "nothing to do".to_owned(),
        };
    }
    match (status(state, lane, turn), state.cpu(lane), state.waits_for(lane)) {
        (_, Some(cpu), Some((lock, _))) => locks::waits(state, cpu.task(), lock),
        (LaneStatus::Waits, ..) => {
            let readers: Vec<String> = state.world.frames.readers().iter().map(words::cpu).collect();
            format!("waits for {} to turn its interrupts on again", readers.join(", "))
        }
        (LaneStatus::Faulted, ..) => "the kernel would crash here, or continue with wrong data".to_owned(),
        (LaneStatus::Stopped, ..) => "stopped: something went wrong on another CPU".to_owned(),
        _ => "has finished".to_owned(),
    }
}

fn stack(cpu: &Cpu) -> Vec<&'static str> {
    let functions: Vec<Func> = match cpu.inner() {
        Inner::Walk(walk, _) => walk.stack().map(|frame| frame.func).collect(),
        Inner::Dump(dump) => dump.stack().iter().map(|frame| frame.func).collect(),
        Inner::Nothing => Vec::new(),
    };
    // The first one is that of the script.
    let inside = functions.into_iter().map(Func::name).skip_while(|name| *name == cpu.script().name);
    inside.collect()
}

/// The line of the walker that an event is on.
fn code(cpu: &Cpu, event: &Event, revision: Revision) -> Option<String> {
    let runs = cpu.at().and_then(|at| cpu.script().lines.get(at))?;
    if runs.step != races::Step::Run {
        return None;
    }
    let last = match cpu.inner() {
        Inner::Walk(walk, _) => walk.stack().last().map(|frame| frame.func),
        Inner::Dump(dump) => dump.stack().last().map(|frame| frame.func),
        Inner::Nothing => None,
    };
    let func = listing::func_of(event).or(last)?;
    let listing = listing::listing(func, revision, Some(listing::line_of(event)));
    let line = listing.lines.into_iter().find(|line| line.lit)?;
    Some(line.text.trim_start().to_owned())
}
