//! Callbacks that look, and little else.

use mm::World;
use pagewalk::{Action, Call, Callback, Callbacks, Reply, WalkLock, WalkOps};
use pgtable::{Level, PhysAddr, Prot};

/// What an [`Observer`] does besides looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Quirk {
    /// Nothing.
    #[default]
    None,
    /// Leaves answer `ACTION_CONTINUE`, as ptdump's callbacks do (mm/ptdump.c).
    ContinueAtLeaves,
    /// The first `pmd_entry` answers `ACTION_AGAIN`.
    AgainOnce,
    /// In the second `pmd_entry` the pte table goes away, as another CPU may zap it (`CONFIG_PT_RECLAIM`), and the callback
    /// answers `ACTION_AGAIN`, as smaps does when it cannot map the table.
    VanishOnce,
}

/// An ops table whose callbacks return 0 and, but for its [`Quirk`], change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Observer {
    /// Which callbacks are set.
    pub callbacks: Callbacks,
    /// `walk_lock` of the ops table.
    pub walk_lock: WalkLock,
    /// What they do besides.
    pub quirk: Quirk,
    /// How often `pmd_entry` has been called, up to 2.
    pmds: u8,
}

impl Observer {
    /// All five entry callbacks and `pte_hole`, each returning 0 and no more. The set_memory() callers of the
    /// kernel walk have such a table.
    pub const ALL: Self =
        Self { callbacks: Callbacks::WITHOUT_VMA, walk_lock: WalkLock::Rdlock, quirk: Quirk::None, pmds: 0 };

    /// ptdump's: the same, and `ACTION_CONTINUE` at leaves (mm/ptdump.c).
    pub const PTDUMP: Self = Self { quirk: Quirk::ContinueAtLeaves, ..Self::ALL };

    /// All callbacks of a walk with VMAs but `test_walk`, which would replace the rule for `VM_PFNMAP`.
    pub const VMAS: Self = Self {
        callbacks: Callbacks::WITHOUT_VMA
            .union(Callbacks::HUGETLB_ENTRY)
            .union(Callbacks::PRE_VMA)
            .union(Callbacks::POST_VMA),
        ..Self::ALL
    };

    /// The same with these callbacks only.
    #[must_use]
    pub const fn only(self, callbacks: Callbacks) -> Self {
        Self { callbacks, ..self }
    }

    /// The same with another `walk_lock`.
    #[must_use]
    pub const fn locking(self, walk_lock: WalkLock) -> Self {
        Self { walk_lock, ..self }
    }

    /// The same with a quirk.
    #[must_use]
    pub const fn quirky(self, quirk: Quirk) -> Self {
        Self { quirk, ..self }
    }

    /// What the quirk makes of a `pmd_entry`.
    fn pmd(&mut self, call: &Call, world: &mut World) -> Option<Action> {
        self.pmds = (self.pmds + 1).min(3);
        match (self.quirk, self.pmds) {
            (Quirk::AgainOnce, 1) => Some(Action::Again),
            (Quirk::VanishOnce, 2) => {
                world.write_slot(call.slot, world.tests(Level::Pmd).empty());
                Some(Action::Again)
            }
            _ => None,
        }
    }
}

/// A page of its own for an installed pte.
fn new_page(world: &mut World) -> PhysAddr {
    let pa = world.allocator.next;
    world.allocator.next = PhysAddr(pa.0.wrapping_add(world.model().page_bytes()));
    pa
}

impl WalkOps for Observer {
    #[inline]
    fn callbacks(&self) -> Callbacks {
        self.callbacks
    }

    fn walk_lock(&self) -> WalkLock {
        self.walk_lock
    }

    #[inline]
    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        let action = match (call.callback, self.quirk) {
            (Callback::Entry(level), Quirk::ContinueAtLeaves) => {
                let leaf = level != Level::Pte && world.tests(call.level).leaf(call.value);
                leaf.then_some(Action::Continue)
            }
            (Callback::Entry(Level::Pmd), Quirk::AgainOnce | Quirk::VanishOnce) => self.pmd(call, world),
            _ => None,
        };
        let mut reply = Reply { action, ..Reply::default() };
        if call.callback == Callback::InstallPte {
            reply.pte = world.model().make_pte(new_page(world), Prot::Shared);
        }
        reply
    }
}
