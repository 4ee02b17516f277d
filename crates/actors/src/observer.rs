//! Callbacks that only look.

use mm::World;
use pagewalk::{Action, Call, Callback, Callbacks, Reply, WalkOps};
use pgtable::Level;

/// An ops table whose callbacks change nothing and always return 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Observer {
    /// Which callbacks are set.
    pub callbacks: Callbacks,
    /// Whether an entry callback answers `ACTION_CONTINUE` for a leaf.
    pub continue_at_leaves: bool,
}

impl Observer {
    /// All five entry callbacks and `pte_hole`, each returning 0 and no more. The set_memory() callers of the
    /// kernel walk have such a table.
    pub const ALL: Self =
        Self { callbacks: Callbacks::WITHOUT_VMA, continue_at_leaves: false };

    /// ptdump's: the same, and `ACTION_CONTINUE` at leaves (mm/ptdump.c).
    pub const PTDUMP: Self = Self { continue_at_leaves: true, ..Self::ALL };
}

impl WalkOps for Observer {
    #[inline]
    fn callbacks(&self) -> Callbacks {
        self.callbacks
    }

    #[inline]
    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        let upper = matches!(call.callback, Callback::Entry(level) if level != Level::Pte);
        let leaf = self.continue_at_leaves && upper && world.tests(call.level).leaf(call.value);
        Reply { action: leaf.then_some(Action::Continue), ..Reply::default() }
    }
}
