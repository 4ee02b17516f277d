//! Callbacks that follow a script.

use mm::World;
use pagewalk::{Action, Call, Callback, Callbacks, Reply, WalkOps};
use pgtable::RawEntry;

/// One deviation of a callback from returning 0 and changing nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deviation {
    /// Which callback.
    pub callback: Callback,
    /// In which of its calls, from 1; 0 is every call.
    pub nth: u64,
    /// What it returns.
    pub ret: Option<i32>,
    /// What it sets `walk->action` to.
    pub action: Option<Action>,
    /// What it overwrites its entry with.
    pub set: Option<u64>,
}

/// An ops table that follows a script.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Script {
    callbacks: Callbacks,
    deviations: Vec<Deviation>,
    /// Calls so far: of the five entry callbacks and of `pte_hole`.
    calls: [u64; 6],
    applied: Option<Deviation>,
}

impl Script {
    /// Callbacks of which none has been called yet. Of several deviations for one call the first one counts.
    pub const fn new(callbacks: Callbacks, deviations: Vec<Deviation>) -> Self {
        Self { callbacks, deviations, calls: [0; 6], applied: None }
    }

    /// What the last callback did besides returning 0, if anything.
    pub const fn applied(&self) -> Option<&Deviation> {
        self.applied.as_ref()
    }
}

impl WalkOps for Script {
    fn callbacks(&self) -> Callbacks {
        self.callbacks
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        let calls = match call.callback {
            Callback::Entry(level) => &mut self.calls[usize::from(level.depth())],
            Callback::Hole => &mut self.calls[5],
        };
        *calls += 1;
        let nth = *calls;
        let applies =
            |item: &&Deviation| item.callback == call.callback && (item.nth == 0 || item.nth == nth);
        self.applied = self.deviations.iter().find(applies).copied();
        let Some(Deviation { ret, action, set, .. }) = self.applied else { return Reply::default() };
        // A hole's callback has no entry to write to.
        if let (Some(value), Callback::Entry(_), Some(table)) =
            (set, call.callback, world.table_at(call.slot.table))
        {
            world.write(table, call.slot.index, RawEntry(value));
        }
        Reply { ret: ret.unwrap_or(0), action }
    }
}
