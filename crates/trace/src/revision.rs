//! The kernel versions, as a table of differences.

/// A version of `mm/pagewalk.c` and `mm/ptdump.c`.
///
/// The order is that of a person's choice: history first, the long-term kernel last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// Before the split: one function with two modes.
    V6_16,
    /// The patch as posted (v2, 4 June 2025). Never merged in this form.
    Patch,
    /// The split as merged (v3).
    V6_17,
    /// The kernel walk becomes "assert, then the lockless walk".
    V6_18,
    /// The pud is read again before descending.
    V7_1,
    /// Today: the debug walk wants `init_mm` locked as well and delegates no more. v7.2.13 behaves alike.
    V7_3,
    /// A long-term kernel with the split and the fixes of 2026 back-ported onto old loops.
    V6_12_107,
}

impl Revision {
    /// All revisions.
    pub const ALL: [Self; 7] =
        [Self::V6_16, Self::Patch, Self::V6_17, Self::V6_18, Self::V7_1, Self::V7_3, Self::V6_12_107];

    /// Stable name, used in links: `v6.16`, `patch`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::V6_16 => "v6.16",
            Self::Patch => "patch",
            Self::V6_17 => "v6.17",
            Self::V6_18 => "v6.18",
            Self::V7_1 => "v7.1",
            Self::V7_3 => "v7.3",
            Self::V6_12_107 => "v6.12.107",
        }
    }

    /// The revision with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.id() == id)
    }

    /// What is different about it, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::V6_16 => "one function, two modes",
            Self::Patch => "the split as posted",
            Self::V6_17 => "the split as merged",
            Self::V6_18 => "lockless kernel walk",
            Self::V7_1 => "pud re-read before descent",
            Self::V7_3 => "no delegation, both locks",
            Self::V6_12_107 => "long-term, back-ports",
        }
    }

    /// The differences.
    pub const fn rules(self) -> &'static Rules {
        match self {
            Self::V6_16 => &V6_16,
            Self::Patch => &PATCH,
            Self::V6_17 => &V6_17,
            Self::V6_18 => &V6_18,
            Self::V7_1 => &V7_1,
            Self::V7_3 => &V7_3,
            Self::V6_12_107 => &V6_12_107,
        }
    }
}

/// Where a function checks its arguments and where it asserts locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssertOrder {
    /// `-EINVAL` tests first: a wrong range returns before any lock is looked at.
    ChecksFirst,
    /// The assertion first.
    AssertFirst,
}

/// What differs between revisions. The one machine consults it; nothing else knows a version.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a table of independent yes/no facts, one per change to the kernel"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Whether `walk_page_range_novma()` was split into a kernel and a debug walk.
    pub split: bool,
    /// Order of checks and assertion in the kernel walk.
    pub kernel_order: AssertOrder,
    /// Whether `walk_kernel_page_table_range_lockless()` exists and the kernel walk calls it.
    pub lockless: bool,
    /// Whether both walks go through `__walk_page_range_novma()`, as in the patch as posted.
    pub helper: bool,
    /// Whether the debug walk asserts write on its mm and on `init_mm`, before anything else.
    pub debug_asserts_both: bool,
    /// Whether `install_pte` exists, so that the exported entry points refuse it.
    pub checks_ops: bool,
    /// Whether the functions that may install are called `*_unsafe()`, and `walk_page_range_vma()` is one of those behind a
    /// check of the ops table (v6.19).
    pub unsafe_names: bool,
    /// Whether `PGWALK_VMA_RDLOCK_VERIFY` exists.
    pub vma_rdlock: bool,
    /// Whether `folio_walk_start()` knows `FW_MIGRATION`.
    pub fw_migration: bool,
    /// Whether `walk_pmd_range()` reads the pud once more and answers AGAIN when it is no table, and
    /// `walk_pud_range()` honours that.
    pub pud_recheck: bool,
    /// Whether the pud loop asks `pud_none()` again before descending.
    pub pud_none_retest: bool,
    /// Whether `walk->action` is reset at `again:` (otherwise after the hole test).
    pub action_reset_first: bool,
    /// Whether `ptdump_walk_pgd()` takes the memory-hotplug lock itself.
    pub ptdump_hotplug: bool,
    /// Whether `ptdump_walk_pgd()` write-locks `init_mm` besides another mm.
    pub ptdump_locks_init_mm: bool,
    /// Whether HVO points all tail pages of a size to one shared page of their own (mm/hugetlb_vmemmap.c, v7.1). Before, it
    /// pointed them to the copied head page of each huge page.
    pub hvo_shared_tail: bool,
    /// Whether arm64 takes a page out of the direct map by marking it present-invalid (`PTE_PRESENT_INVALID`, v7.1). Before,
    /// it cleared the valid bit and nothing else.
    pub arm64_present_invalid: bool,
}

impl Rules {
    /// Whether the debug walk hands `init_mm` over to the kernel walk: since there are two, until it asserted both locks.
    pub const fn debug_delegates(&self) -> bool {
        self.split && !self.debug_asserts_both
    }
}

const V6_16: Rules = Rules {
    split: false,
    kernel_order: AssertOrder::ChecksFirst,
    lockless: false,
    helper: false,
    debug_asserts_both: false,
    checks_ops: true,
    unsafe_names: false,
    vma_rdlock: false,
    fw_migration: true,
    pud_recheck: false,
    pud_none_retest: true,
    action_reset_first: false,
    ptdump_hotplug: false,
    ptdump_locks_init_mm: false,
    hvo_shared_tail: false,
    arm64_present_invalid: false,
};

const PATCH: Rules = Rules { split: true, kernel_order: AssertOrder::AssertFirst, helper: true, ..V6_16 };

const V6_17: Rules = Rules { split: true, vma_rdlock: true, ptdump_hotplug: true, ..V6_16 };

const V6_18: Rules = Rules { kernel_order: AssertOrder::AssertFirst, lockless: true, ..V6_17 };

const V7_1: Rules = Rules {
    pud_recheck: true,
    pud_none_retest: false,
    unsafe_names: true,
    fw_migration: false,
    hvo_shared_tail: true,
    arm64_present_invalid: true,
    ..V6_18
};

const V7_3: Rules =
    Rules { debug_asserts_both: true, action_reset_first: true, ptdump_locks_init_mm: true, ..V7_1 };

const V6_12_107: Rules = Rules {
    debug_asserts_both: true,
    checks_ops: false,
    vma_rdlock: false,
    pud_recheck: true,
    pud_none_retest: false,
    ptdump_locks_init_mm: true,
    ..V6_17
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_again() {
        for revision in Revision::ALL {
            assert_eq!(Revision::from_id(revision.id()), Some(revision));
        }
        assert_eq!(Revision::from_id("v5.6"), None);
    }

    #[test]
    fn rules_that_callers_of_the_walk_look_at_hold_in_these_kernels() {
        let all = || Revision::ALL.into_iter();
        let kernels = |rule: fn(&Rules) -> bool, ids: &[&str]| {
            let found = all().filter(|revision| rule(revision.rules())).map(Revision::id);
            assert!(found.eq(ids.iter().copied()), "{ids:?}");
        };
        kernels(Rules::debug_delegates, &["patch", "v6.17", "v6.18", "v7.1"]);
        kernels(|rules| rules.ptdump_hotplug, &["v6.17", "v6.18", "v7.1", "v7.3", "v6.12.107"]);
        kernels(|rules| rules.ptdump_locks_init_mm, &["v7.3", "v6.12.107"]);
        kernels(|rules| rules.hvo_shared_tail, &["v7.1", "v7.3"]);
        kernels(|rules| rules.arm64_present_invalid, &["v7.1", "v7.3"]);
    }

    #[test]
    fn each_kernel_is_about_something_else() {
        for (nth, one) in Revision::ALL.into_iter().enumerate() {
            assert!(one.about().contains(' '), "{one:?}: a few words");
            assert!(Revision::ALL[..nth].iter().all(|other| other.about() != one.about()), "{one:?}");
        }
    }
}
