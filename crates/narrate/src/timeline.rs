//! Recording a run, and going to any step of it.
//!
//! The run is executed once, in slices, to learn which steps it has; per stop eight bytes are kept, and every
//! few hundred actions a clone of the whole state. Going to a step replays from the clone before it, which
//! gives exactly what was there the first time: the machine is deterministic and its state is a value.

use actors::Actor;
use mm::World;
use pagewalk::{Callbacks, Event, Sink, Status};
use pgtable::Level;
use scenario::link::Grain;

use crate::mark::{self, Mark, Part};

/// Actions between two kept states.
const CHECKPOINT_EVERY: u32 = 512;

/// Actions after which recording ends: a walk that does not end by itself, or one of millions of pages.
pub const MAX_ACTIONS: u32 = 8_000_000;

/// One stop of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Number of actions run when the stop is reached.
    pub actions: u32,
    /// What kind of thing it is.
    pub mark: Mark,
    /// The level that it is about.
    pub level: Option<Level>,
    /// Which of the checks of arguments it is, from 1; else 0.
    pub check: u8,
}

impl Step {
    /// Whether it goes on with a run of like stops: the next page, hole, leaf of the same level.
    fn continues(self, before: Self) -> bool {
        let can_run = matches!(
            self.mark,
            Mark::Page | Mark::Empty | Mark::Hole | Mark::Leaf | Mark::NotPresent | Mark::Write
        );
        can_run && self.mark == before.mark && self.level == before.level
    }
}

/// A step of some grain: where it begins, where it ends, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Number of actions run before it.
    pub from: u32,
    /// Number of actions run after it.
    pub to: u32,
    /// What kind of thing it is: that of its last stop, or of the stop that an action belongs to.
    pub mark: Mark,
    /// How many stops it takes together; 1 unless it is a run.
    pub stops: u32,
}

/// The state at a step, and what led from the step before to it.
#[derive(Clone, Debug)]
pub struct Moment<A> {
    /// The world after the step.
    pub world: World,
    /// Whoever runs, after the step.
    pub actor: A,
    /// The world before the step.
    pub before: World,
    /// The events of the step; none at the start.
    pub events: Vec<Event>,
    /// The last event before the step's.
    pub previous: Option<Event>,
}

/// A recorded run.
#[derive(Clone, Debug)]
pub struct Timeline<A> {
    /// The state at every multiple of [`CHECKPOINT_EVERY`] actions.
    checkpoints: Vec<(World, A)>,
    /// Where recording goes on.
    head: (World, A),
    actions: u32,
    stops: Vec<Step>,
    /// The last stop of each run of like stops.
    runs: Vec<u32>,
    status: Status,
    holes_reported: bool,
    /// Whether a pte callback has begun and not written yet: what it does before belongs to that stop.
    in_callback: bool,
}

/// Keeps the last event.
#[derive(Default)]
struct Last(Option<Event>);

impl Sink for Last {
    fn event(&mut self, event: Event) {
        self.0 = Some(event);
    }
}

impl<A: Actor> Timeline<A> {
    /// A run that has not started.
    pub fn new(world: World, actor: A) -> Self {
        let start = Step { actions: 0, mark: Mark::Start, level: None, check: 0 };
        Self {
            holes_reported: actor.callbacks().contains(Callbacks::PTE_HOLE),
            checkpoints: vec![(world.clone(), actor.clone())],
            head: (world, actor),
            actions: 0,
            stops: vec![start],
            runs: vec![0],
            status: Status::Running,
            in_callback: false,
        }
    }

    /// Records up to `fuel` more actions. Returns whether the run is complete.
    pub fn record(&mut self, fuel: u32) -> bool {
        self.record_each(fuel, &mut |_, _| {})
    }

    /// The same, and hands over each event with the number of its action, from 1.
    pub fn record_each(&mut self, fuel: u32, each: &mut dyn FnMut(&Event, u32)) -> bool {
        for _ in 0..fuel {
            if self.is_complete() {
                break;
            }
            let mut last = Last::default();
            let (world, actor) = &mut self.head;
            self.status = act(actor, world, &mut last);
            // Every action says exactly one thing, so a step without an event is one that did not happen.
            let Some(event) = last.0 else { break };
            self.actions += 1;
            self.note(&event);
            each(&event, self.actions);
            if self.actions.is_multiple_of(CHECKPOINT_EVERY) {
                self.checkpoints.push(self.head.clone());
            }
        }
        self.is_complete()
    }

    fn note(&mut self, event: &Event) {
        let level = mark::level(event);
        let part = mark::part(event, &self.head.0, self.holes_reported);
        self.in_callback = match event {
            Event::Callback { .. } => part == Part::Leads,
            Event::Act(_) => self.in_callback,
            _ => false,
        };
        let mark = match part {
            Part::Leads => return,
            Part::Ends(Mark::Act) if self.in_callback => return,
            Part::Ends(mark) => mark,
            Part::Completes(alone) => match self.stops.last_mut() {
                // The callback's stop goes on to where the walker turned away from the entry.
                Some(last) if last.level == level && is_entry(last.mark) => {
                    last.actions = self.actions;
                    return;
                }
                _ => alone,
            },
        };
        self.push(Step { actions: self.actions, mark, level, check: mark::check(event) });
    }

    fn push(&mut self, stop: Step) {
        let index = self.stops.len() as u32;
        match (self.stops.last(), self.runs.last_mut()) {
            (Some(&before), Some(run)) if stop.continues(before) => *run = index,
            _ => self.runs.push(index),
        }
        self.stops.push(stop);
    }

    /// Whether everything has been recorded that will be.
    pub fn is_complete(&self) -> bool {
        self.status != Status::Running || self.actions >= MAX_ACTIONS
    }

    /// How the run ended; `Running` if it was cut off or is still being recorded.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Number of actions recorded.
    pub const fn actions(&self) -> u32 {
        self.actions
    }

    /// The stops, the start included.
    pub fn stops(&self) -> &[Step] {
        &self.stops
    }

    /// Number of steps of a grain that are known so far, the start included.
    pub fn len(&self, grain: Grain) -> u32 {
        match grain {
            Grain::Runs => self.runs.len() as u32,
            Grain::Stops => self.stops.len() as u32,
            Grain::Actions => self.actions + 1,
        }
    }

    /// Step `index` of a grain; the last one beyond the end.
    pub fn span(&self, grain: Grain, index: u32) -> Span {
        let index = index.min(self.len(grain) - 1);
        let end_of = |stop: u32| self.stops[stop as usize];
        match grain {
            Grain::Actions => {
                // An action belongs to the stop that it leads to; the last ones may lead to none.
                let stop = self.stops.partition_point(|stop| stop.actions < index);
                let mark = self.stops[stop.min(self.stops.len() - 1)].mark;
                Span { from: index.saturating_sub(1), to: index, mark, stops: 1 }
            }
            Grain::Stops | Grain::Runs => {
                let last = |index: u32| if grain == Grain::Runs { self.runs[index as usize] } else { index };
                let stop = last(index);
                let before = index.checked_sub(1).map(last);
                Span {
                    from: before.map_or(0, |before| end_of(before).actions),
                    to: end_of(stop).actions,
                    mark: end_of(stop).mark,
                    stops: before.map_or(1, |before| stop - before),
                }
            }
        }
    }

    /// The first step of a grain that ends after at least `actions` actions; the last one if none does.
    pub fn index_of(&self, grain: Grain, actions: u32) -> u32 {
        let index = match grain {
            Grain::Actions => actions as usize,
            Grain::Stops => self.stops.partition_point(|stop| stop.actions < actions),
            Grain::Runs => self.runs.partition_point(|&stop| self.stops[stop as usize].actions < actions),
        };
        (index as u32).min(self.len(grain) - 1)
    }

    /// The number of actions after which the next event comes that is `wanted`, from the start if there is none after
    /// `after` actions.
    pub fn find(&self, after: u32, wanted: &mut dyn FnMut(&Event) -> bool) -> Option<u32> {
        let mut in_range = |from: u32, to: u32| {
            let base = (from / CHECKPOINT_EVERY) as usize;
            let (mut world, mut actor) = self.checkpoints.get(base)?.clone();
            let mut event = Last::default();
            for at in base as u32 * CHECKPOINT_EVERY + 1..=to {
                act(&mut actor, &mut world, &mut event);
                if at > from && event.0.is_some_and(|event| wanted(&event)) {
                    return Some(at);
                }
            }
            None
        };
        in_range(after, self.actions).or_else(|| in_range(0, after))
    }

    /// The state after `actions` actions; `events` are those after the first `from` of them.
    ///
    /// Beyond the end of the recording it is the last state.
    pub fn moment(&self, from: u32, actions: u32) -> Moment<A> {
        let actions = actions.min(self.actions);
        let from = from.min(actions);
        // One event before the step is wanted as well.
        let base = (from.saturating_sub(1) / CHECKPOINT_EVERY) as usize;
        let (mut world, mut actor) = self.checkpoints[base.min(self.checkpoints.len() - 1)].clone();
        let mut previous = Last::default();
        for _ in base as u32 * CHECKPOINT_EVERY..from {
            act(&mut actor, &mut world, &mut previous);
        }
        let before = world.clone();
        let mut events = Vec::new();
        let mut event = Last::default();
        for _ in from..actions {
            act(&mut actor, &mut world, &mut event);
            events.extend(event.0.take());
        }
        Moment { world, actor, before, events, previous: previous.0 }
    }
}

/// One action. With a sink that is not known by its type, as whoever else runs an actor has it in the page: each kind of
/// sink would compile all actors once more.
fn act<A: Actor>(actor: &mut A, world: &mut World, last: &mut Last) -> Status {
    let mut sink: &mut dyn Sink = last;
    actor.step(world, &mut sink)
}

/// Whether a stop is an entry callback's, so that a later test can complete it.
const fn is_entry(mark: Mark) -> bool {
    matches!(mark, Mark::Table | Mark::Leaf | Mark::NotPresent | Mark::Bad | Mark::Hole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_is_small() {
        assert!(size_of::<Step>() <= 8);
    }
}
