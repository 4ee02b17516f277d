//! Callbacks that follow a script.

use mm::World;
use pagewalk::{Action, Call, Callback, Callbacks, Reply, WalkLock, WalkOps};
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
    walk_lock: WalkLock,
    /// What `install_pte` hands out.
    install: u64,
    deviations: Vec<Deviation>,
    /// Calls so far, in the order of [`Callback::ALL`].
    calls: [u64; Callback::ALL.len()],
    applied: Option<Deviation>,
}

impl Script {
    /// Callbacks of which none has been called yet. Of several deviations for one call the first one counts.
    pub const fn new(callbacks: Callbacks, deviations: Vec<Deviation>) -> Self {
        let (walk_lock, calls) = (WalkLock::Rdlock, [0; Callback::ALL.len()]);
        Self { callbacks, walk_lock, install: 0, deviations, calls, applied: None }
    }

    /// The same with another `walk_lock`, and with what `install_pte` hands out.
    #[must_use]
    pub fn with(self, walk_lock: WalkLock, install: u64) -> Self {
        Self { walk_lock, install, ..self }
    }

    /// The same with every deviation replaced.
    #[must_use]
    pub fn map(mut self, replace: impl FnMut(Deviation) -> Deviation) -> Self {
        self.deviations = self.deviations.into_iter().map(replace).collect();
        self
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

    fn walk_lock(&self) -> WalkLock {
        self.walk_lock
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        let index = Callback::ALL.iter().position(|&callback| callback == call.callback).unwrap_or_default();
        self.calls[index] += 1;
        let nth = self.calls[index];
        let applies =
            |item: &&Deviation| item.callback == call.callback && (item.nth == 0 || item.nth == nth);
        self.applied = self.deviations.iter().find(applies).copied();
        let plain = Reply { pte: RawEntry(self.install), ..Reply::default() };
        let Some(Deviation { ret, action, set, .. }) = self.applied else { return plain };
        match (set, call.callback) {
            (Some(value), Callback::Entry(_) | Callback::Hugetlb) => {
                world.write_slot(call.slot, RawEntry(value));
            }
            // What it hands out is what will be written.
            (Some(value), Callback::InstallPte) => {
                return Reply { ret: ret.unwrap_or(0), action, pte: RawEntry(value), ..plain };
            }
            // The others have no entry to write to.
            _ => {}
        }
        Reply { ret: ret.unwrap_or(0), action, ..plain }
    }
}
