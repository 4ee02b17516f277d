//! A race and a schedule as one actor, for code that steps through a single actor.

use alloc::rc::Rc;

use actors::{Actor, Stack};
use explore::{Lane, Schedule, Turn};
use mm::World;
use pagewalk::{Callbacks, Func, Sink, Status, Walk, WalkOps};

use crate::cpu::Inner;
use crate::state::{Cpus, State, step_lane, turn_of};

/// The CPUs of a race, which move in the order of a schedule. As an actor, it reports the stack and the walk of its
/// first CPU.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scheduled {
    cpus: Cpus,
    schedule: Rc<Schedule>,
    taken: usize,
}

impl Scheduled {
    /// A race before anybody has moved: its world, and who acts on it.
    pub fn new(state: State, schedule: Schedule) -> (World, Self) {
        (state.world, Self { cpus: state.cpus, schedule: Rc::new(schedule), taken: 0 })
    }

    /// Everybody in a world.
    pub fn state(&self, world: &World) -> State {
        State { world: world.clone(), cpus: self.cpus.clone() }
    }

    /// The lane that moves next; `None` at the end of the schedule.
    pub fn next(&self) -> Option<Lane> {
        self.schedule.steps().get(self.taken).copied()
    }

    /// The lane that moved last.
    pub fn last(&self) -> Option<Lane> {
        self.taken.checked_sub(1).and_then(|last| self.schedule.steps().get(last)).copied()
    }
}

impl Actor for Scheduled {
    /// At the end of the schedule it is done, whoever could still move; a step that a lane cannot take does not happen, and what
    /// follows it neither.
    fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        if let Some(lane) = self.next()
            && turn_of(world, &self.cpus, lane) == Turn::Move
        {
            step_lane(world, &mut self.cpus, lane, sink);
            self.taken += 1;
        }
        let fault =
            self.cpus.iter().map(crate::Cpu::status).find(|status| matches!(status, Status::Faulted(_)));
        match (fault, self.next()) {
            (Some(fault), _) => fault,
            (None, None) => Status::Done(0),
            (None, Some(_)) => Status::Running,
        }
    }

    fn function(&self) -> Func {
        self.walk().map_or(Func::WalkPageRangeDebug, |walk| walk.entry().func())
    }

    fn callbacks(&self) -> Callbacks {
        match self.cpus.first().map(crate::Cpu::inner) {
            Some(Inner::Walk(_, ops)) => ops.callbacks(),
            Some(Inner::Dump(dump)) => dump.callbacks(),
            _ => Callbacks::empty(),
        }
    }

    fn stack(&self) -> Stack {
        match self.cpus.first().map(crate::Cpu::inner) {
            Some(Inner::Walk(walk, _)) => walk.stack().collect(),
            Some(Inner::Dump(dump)) => dump.stack(),
            _ => Stack::new(),
        }
    }

    fn walk(&self) -> Option<&Walk> {
        self.cpus.first().and_then(crate::Cpu::walk)
    }
}
