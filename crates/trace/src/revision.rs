//! The kernel versions, as a table of differences.

/// Declares the revisions: each with its name in links, what is different about it, and its rules.
macro_rules! revisions {
    ($($(#[$doc:meta])* $Name:ident = $id:literal, $about:literal, $rules:ident;)+) => {
        /// A version of the kernel, as far as walking page tables and the walk's callers are concerned.
        ///
        /// The order is that of a person's choice: mainline kernels by age, then those that are maintained for long.
        ///
        /// The walker's differences are here, in [`Rules`]. Who calls it keeps its own beside its machine and asks
        /// [`Revision::includes`], so that a further mainline kernel needs nothing there unless it changes something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Revision {
            $($(#[$doc])* $Name,)+
        }

        impl Revision {
            /// All revisions.
            pub const ALL: [Self; [$($id),+].len()] = [$(Self::$Name),+];

            /// Stable name, used in links: `v6.16`, `patch`.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$Name => $id,)+
                }
            }

            /// What is different about it, in a few words.
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$Name => $about,)+
                }
            }

            /// What differs in the walker.
            pub const fn rules(self) -> &'static Rules {
                match self {
                    $(Self::$Name => &$rules,)+
                }
            }
        }
    };
}

revisions! {
    /// Before the split: one function with two modes.
    V6_16 = "v6.16", "one function, two modes", V6_16;
    /// The patch as posted (v2, 4 June 2025). Never merged in this form.
    Patch = "patch", "the split as posted", PATCH;
    /// The split as merged (v3).
    V6_17 = "v6.17", "the split as merged", V6_17;
    /// The kernel walk becomes "assert, then the lockless walk".
    V6_18 = "v6.18", "lockless kernel walk", V6_18;
    /// The pud is read again before descending.
    V7_1 = "v7.1", "pud re-read before descent", V7_1;
    /// Today: the debug walk wants `init_mm` locked as well and delegates no more. v7.2.13 behaves alike.
    V7_3 = "v7.3", "no delegation, both locks", V7_3;
    /// A long-term kernel with the split and the fixes of 2026 back-ported onto old loops.
    V6_12_107 = "v6.12.107", "long-term, back-ports", V6_12_107;
}

impl Revision {
    /// The revision with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.id() == id)
    }

    /// Whether it is a mainline kernel that has everything that came with `release`. A long-term kernel has what was
    /// back-ported to it, which each owner of a rule names itself.
    pub const fn includes(self, release: Self) -> bool {
        !matches!(self, Self::V6_12_107) && self as u8 >= release as u8
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

/// What differs between the versions of mm/pagewalk.c. The one machine consults it; nothing else in it knows a version.
///
/// v6.12.107 has back-ports: what it has of a later version is in its row.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a table of independent yes/no facts, one per change to the kernel"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// v6.17: `walk_page_range_novma()` is split into a kernel and a debug walk.
    pub split: bool,
    /// v6.18: the kernel walk asserts before it checks. So did the patch as posted.
    pub kernel_order: AssertOrder,
    /// v6.18: `walk_kernel_page_table_range_lockless()` exists, and the kernel walk calls it.
    pub lockless: bool,
    /// The patch as posted, and nothing else: both walks go through `__walk_page_range_novma()`.
    pub helper: bool,
    /// v7.3 (27c32e553834): the debug walk asserts write on its mm and on `init_mm`, before anything else.
    pub debug_asserts_both: bool,
    /// v6.13: `install_pte` exists, so the exported entry points refuse it.
    pub checks_ops: bool,
    /// v6.19: the functions that may install are called `*_unsafe()`, and `walk_page_range_vma()` is one of those behind a
    /// check of the ops table.
    pub unsafe_names: bool,
    /// v6.17: `PGWALK_VMA_RDLOCK_VERIFY` exists.
    pub vma_rdlock: bool,
    /// Until v6.19 or v7.0: `folio_walk_start()` knows `FW_MIGRATION`.
    pub fw_migration: bool,
    /// v7.1: `walk_pmd_range()` reads the pud once more and answers AGAIN when it is no table, and `walk_pud_range()` honours
    /// that.
    pub pud_recheck: bool,
    /// Until v7.0: the pud loop asks `pud_none()` again before descending.
    pub pud_none_retest: bool,
    /// v7.3: `walk->action` is reset at `again:`; before, after the hole test.
    pub action_reset_first: bool,
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
};

const PATCH: Rules = Rules { split: true, kernel_order: AssertOrder::AssertFirst, helper: true, ..V6_16 };

const V6_17: Rules = Rules { split: true, vma_rdlock: true, ..V6_16 };

const V6_18: Rules = Rules { kernel_order: AssertOrder::AssertFirst, lockless: true, ..V6_17 };

const V7_1: Rules =
    Rules { pud_recheck: true, pud_none_retest: false, unsafe_names: true, fw_migration: false, ..V6_18 };

const V7_3: Rules = Rules { debug_asserts_both: true, action_reset_first: true, ..V7_1 };

const V6_12_107: Rules = Rules {
    debug_asserts_both: true,
    checks_ops: false,
    vma_rdlock: false,
    pud_recheck: true,
    pud_none_retest: false,
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
    }

    #[test]
    fn a_long_term_kernel_includes_no_release() {
        let with = |release: Revision| {
            Revision::ALL.into_iter().filter(move |of| of.includes(release)).map(Revision::id)
        };
        assert!(with(Revision::V6_16).eq(["v6.16", "patch", "v6.17", "v6.18", "v7.1", "v7.3"]));
        assert!(with(Revision::V6_17).eq(["v6.17", "v6.18", "v7.1", "v7.3"]));
        assert!(with(Revision::V7_3).eq(["v7.3"]));
    }

    #[test]
    fn each_kernel_is_about_something_else() {
        for (nth, one) in Revision::ALL.into_iter().enumerate() {
            assert!(one.about().contains(' '), "{one:?}: a few words");
            assert!(Revision::ALL[..nth].iter().all(|other| other.about() != one.about()), "{one:?}");
        }
    }
}
