//! `struct mm_walk_ops`: the callbacks of a walk.

use mm::World;
use pgtable::{Level, RawEntry, VirtAddr};

use crate::Slot;

bitflags::bitflags! {
    /// Which callbacks of an ops table are not NULL.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Callbacks: u8 {
        /// `pgd_entry`
        const PGD_ENTRY = 1 << 0;
        /// `p4d_entry`
        const P4D_ENTRY = 1 << 1;
        /// `pud_entry`
        const PUD_ENTRY = 1 << 2;
        /// `pmd_entry`
        const PMD_ENTRY = 1 << 3;
        /// `pte_entry`
        const PTE_ENTRY = 1 << 4;
        /// `pte_hole`
        const PTE_HOLE = 1 << 5;
        /// `install_pte` (v6.13): refused by every walk without VMAs.
        const INSTALL_PTE = 1 << 6;
    }
}

impl Callbacks {
    /// The entry callback of a level.
    #[inline]
    pub const fn entry(level: Level) -> Self {
        Self::from_bits_truncate(1 << level as u8)
    }

    /// Whether anything below `level` is wanted: `has_handler` of the loops. `pte_hole` does not count, so
    /// a table with nothing but `pte_hole` never descends.
    #[inline]
    pub const fn wants_below(self, level: Level) -> bool {
        let entries = self.bits() & 0b1_1111;
        entries >> (level as u8 + 1) != 0
    }
}

/// One callback of `mm_walk_ops`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Callback {
    /// `pgd_entry` … `pte_entry`.
    Entry(Level),
    /// `pte_hole`.
    Hole,
}

impl Callback {
    /// The member of `struct mm_walk_ops`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry(Level::Pgd) => "pgd_entry",
            Self::Entry(Level::P4d) => "p4d_entry",
            Self::Entry(Level::Pud) => "pud_entry",
            Self::Entry(Level::Pmd) => "pmd_entry",
            Self::Entry(Level::Pte) => "pte_entry",
            Self::Hole => "pte_hole",
        }
    }
}

/// A call of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// Which one.
    pub callback: Callback,
    /// The level of the loop that calls; of a hole, the level at which it was found.
    pub level: Level,
    /// First address.
    pub addr: VirtAddr,
    /// End of the entry or of the range, whichever comes first; at pte level always `addr + PAGE_SIZE`.
    pub next: VirtAddr,
    /// The slot that the entry pointer points to. A hole callback gets no pointer in the kernel.
    pub slot: Slot,
    /// What the kernel's getter (`pgdp_get()` … `ptep_get()`) returns for it at this moment.
    pub value: RawEntry,
    /// Of a hole: `real_depth()`, 0 for pgd to 3 for pmd. 0 otherwise.
    pub depth: u8,
}

/// `enum page_walk_action`: what a callback asks the walker to do next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// `ACTION_SUBTREE`: descend, splitting huge pages if needed.
    #[default]
    Subtree,
    /// `ACTION_CONTINUE`: go on with the next entry.
    Continue,
    /// `ACTION_AGAIN`: look at this entry again.
    Again,
}

impl Action {
    /// The kernel's constant.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subtree => "ACTION_SUBTREE",
            Self::Continue => "ACTION_CONTINUE",
            Self::Again => "ACTION_AGAIN",
        }
    }
}

/// What a callback answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reply {
    /// Return value; anything but 0 ends the walk with it.
    pub ret: i32,
    /// `walk->action`, if the callback sets it.
    pub action: Option<Action>,
}

/// An ops table with its private data.
pub trait WalkOps {
    /// Which callbacks are not NULL. Must not change during a walk.
    fn callbacks(&self) -> Callbacks;

    /// Runs a callback, which may change the world.
    fn call(&mut self, call: &Call, world: &mut World) -> Reply;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_entry_callbacks_below_make_the_walker_descend() {
        let ops = Callbacks::PUD_ENTRY | Callbacks::PTE_HOLE;
        assert!(ops.wants_below(Level::Pgd) && ops.wants_below(Level::P4d));
        assert!(!ops.wants_below(Level::Pud) && !ops.wants_below(Level::Pmd));
        assert!(!Callbacks::PTE_HOLE.wants_below(Level::Pgd));
        assert!(!Callbacks::INSTALL_PTE.wants_below(Level::Pgd));
        assert!(Callbacks::PTE_ENTRY.wants_below(Level::Pmd));
    }
}
