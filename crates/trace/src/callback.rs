//! The callbacks of a walk: which there are, how they are called and what they answer.

use mm::{Slot, VmaId};
use pgtable::{Level, RawEntry, VirtAddr};

bitflags::bitflags! {
    /// Which callbacks of an ops table are not NULL.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Callbacks: u16 {
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
        /// `install_pte` (v6.13): refused by every exported entry point.
        const INSTALL_PTE = 1 << 6;
        /// `hugetlb_entry`
        const HUGETLB_ENTRY = 1 << 7;
        /// `test_walk`
        const TEST_WALK = 1 << 8;
        /// `pre_vma`
        const PRE_VMA = 1 << 9;
        /// `post_vma`
        const POST_VMA = 1 << 10;
    }
}

impl Callbacks {
    /// Those that a walk without VMAs calls: the five entry callbacks and `pte_hole`.
    pub const WITHOUT_VMA: Self = Self::from_bits_truncate(0b11_1111);

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

    /// Whether the walker goes below `level`: something there is wanted, or is to be installed.
    #[inline]
    pub const fn descends(self, level: Level) -> bool {
        self.wants_below(level) || self.contains(Self::INSTALL_PTE)
    }
}

/// One callback of `mm_walk_ops`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Callback {
    /// `pgd_entry` … `pte_entry`.
    Entry(Level),
    /// `pte_hole`.
    Hole,
    /// `hugetlb_entry`.
    Hugetlb,
    /// `test_walk`.
    TestWalk,
    /// `pre_vma`.
    PreVma,
    /// `post_vma`.
    PostVma,
    /// `install_pte`.
    InstallPte,
}

impl Callback {
    /// All callbacks, in the order of `struct mm_walk_ops`.
    pub const ALL: [Self; 11] = [
        Self::Entry(Level::Pgd),
        Self::Entry(Level::P4d),
        Self::Entry(Level::Pud),
        Self::Entry(Level::Pmd),
        Self::Entry(Level::Pte),
        Self::Hole,
        Self::Hugetlb,
        Self::TestWalk,
        Self::PreVma,
        Self::PostVma,
        Self::InstallPte,
    ];

    /// Whether it is about a VMA and not about an entry.
    pub const fn is_about_vma(self) -> bool {
        matches!(self, Self::TestWalk | Self::PreVma | Self::PostVma)
    }

    /// Which bit of [`Callbacks`] says that it is set.
    pub const fn flag(self) -> Callbacks {
        match self {
            Self::Entry(level) => Callbacks::entry(level),
            Self::Hole => Callbacks::PTE_HOLE,
            Self::Hugetlb => Callbacks::HUGETLB_ENTRY,
            Self::TestWalk => Callbacks::TEST_WALK,
            Self::PreVma => Callbacks::PRE_VMA,
            Self::PostVma => Callbacks::POST_VMA,
            Self::InstallPte => Callbacks::INSTALL_PTE,
        }
    }

    /// The member of `struct mm_walk_ops`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry(Level::Pgd) => "pgd_entry",
            Self::Entry(Level::P4d) => "p4d_entry",
            Self::Entry(Level::Pud) => "pud_entry",
            Self::Entry(Level::Pmd) => "pmd_entry",
            Self::Entry(Level::Pte) => "pte_entry",
            Self::Hole => "pte_hole",
            Self::Hugetlb => "hugetlb_entry",
            Self::TestWalk => "test_walk",
            Self::PreVma => "pre_vma",
            Self::PostVma => "post_vma",
            Self::InstallPte => "install_pte",
        }
    }
}

/// A call of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// Which one.
    pub callback: Callback,
    /// The level of the loop that calls; of a hole, the level at which it was found; of a hugetlb page, the level of
    /// its entry; pgd outside of all loops.
    pub level: Level,
    /// First address.
    pub addr: VirtAddr,
    /// End of the entry or of the range, whichever comes first; at pte level always `addr + PAGE_SIZE`.
    pub next: VirtAddr,
    /// The slot that the entry pointer points to. Only entry callbacks and `hugetlb_entry` get a pointer in the kernel.
    pub slot: Slot,
    /// What the kernel's getter (`pgdp_get()` … `ptep_get()`) returns for it at this moment.
    pub value: RawEntry,
    /// Of a hole: `real_depth()`, 0 for pgd to 3 for pmd, -1 where the page tables were not asked. 0 otherwise.
    pub depth: i8,
    /// `walk->vma`.
    pub vma: Option<VmaId>,
    /// Of a hugetlb page: `huge_page_mask()`. 0 otherwise.
    pub hmask: u64,
}

impl Call {
    /// A call with a range and nothing else.
    pub const fn new(callback: Callback, addr: VirtAddr, next: VirtAddr, vma: Option<VmaId>) -> Self {
        let slot = Slot { table: pgtable::PhysAddr(0), index: 0 };
        Self { callback, level: Level::Pgd, addr, next, slot, value: RawEntry(0), depth: 0, vma, hmask: 0 }
    }
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
    /// Of `install_pte`: the pte to install.
    pub pte: RawEntry,
    /// Of an entry callback: it has only begun, and `WalkOps::go_on()` runs the rest of it, action by action. Its return value
    /// comes with `Progress::Done`; it may set `walk->action` now or then.
    pub more: bool,
}

impl Reply {
    /// The answer of an entry callback that has more to do than to look.
    pub const MORE: Self = Self { ret: 0, action: None, pte: RawEntry(0), more: true };

    /// An answer with a return value and nothing else.
    pub const fn returns(ret: i32) -> Self {
        Self { ret, action: None, pte: RawEntry(0), more: false }
    }
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

    #[test]
    fn constants_have_the_kernels_names() {
        assert_eq!(
            [Action::Subtree, Action::Continue, Action::Again].map(Action::name),
            ["ACTION_SUBTREE", "ACTION_CONTINUE", "ACTION_AGAIN"]
        );
    }

    #[test]
    fn three_callbacks_are_about_a_vma() {
        let about = Callback::ALL.into_iter().filter(|callback| callback.is_about_vma()).map(Callback::name);
        assert!(about.eq(["test_walk", "pre_vma", "post_vma"]));
    }
}
