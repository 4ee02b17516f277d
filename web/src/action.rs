//! What a person can do.

use pagewalk::Revision;
use pgtable::Level;
use scenario::link::Grain;
use scenario::{Held, Machine, Scenario};

use crate::keys::Command;
use crate::run::Filter;

/// Something that a person did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// A key or a button.
    Command(Command),
    /// A choice in a list.
    Choose(Choice),
    /// A place on the time slider: show this step.
    GoTo(u32),
    /// Go to the next step of something.
    Jump(Jump),
    /// The pointer or the focus is on something of a level, or has left it.
    Hot(Option<Level>),
}

/// Something that a person pointed at, to go to its next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// A level: a field of the address, a column, a frame of the call stack.
    Level(Level),
    /// Slots of the table of a level, first and last.
    Slots(Level, u32, u32),
    /// A line of the listing.
    Line(u8),
    /// A line of the dump.
    #[cfg(feature = "lab")]
    DumpLine(u32),
}

/// A choice in a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Choice {
    /// The scenario.
    Scenario(&'static Scenario),
    /// The machine.
    Machine(&'static Machine),
    /// The kernel.
    Revision(Revision),
    /// The lock of the walked mm.
    Lock(Held),
    /// The lock of `init_mm` besides.
    InitLock(Held),
    /// What a step is.
    Grain(Grain),
    /// What `[` and `]` go to.
    Filter(Filter),
    /// How fast play is.
    Speed(Speed),
}

impl Choice {
    /// What choosing `id` in the list with this name means.
    pub fn of(name: &str, id: &str) -> Option<Self> {
        match name {
            "scenario" => Scenario::from_id(id).map(Self::Scenario),
            "machine" => Machine::from_id(id).map(Self::Machine),
            "kernel" => Revision::from_id(id).map(Self::Revision),
            "lock" => Held::from_id(id).map(Self::Lock),
            "init" => Held::from_id(id).map(Self::InitLock),
            "grain" => Grain::from_id(id).map(Self::Grain),
            "filter" => Filter::ALL.into_iter().find(|filter| filter.title() == id).map(Self::Filter),
            "speed" => SPEEDS.into_iter().find(|speed| speed.title == id).map(Self::Speed),
            _ => None,
        }
    }
}

/// A speed of play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// For a person.
    pub title: &'static str,
    /// Milliseconds from step to step.
    pub step_ms: u32,
}

/// The speeds of play; the second is the one to start with.
pub const SPEEDS: [Speed; 5] = [
    Speed { title: "0.5×", step_ms: 2000 },
    Speed { title: "1×", step_ms: 1000 },
    Speed { title: "2×", step_ms: 500 },
    Speed { title: "4×", step_ms: 250 },
    Speed { title: "8×", step_ms: 125 },
];
