//! The kernel versions, as a table of differences: one file of `rows` each.

mod rows;
mod rules;

pub use rules::{Around, AssertOrder, MmapAssert, Rules};

/// A kernel version: what it is, and what differs in it. The names are the ids of its links.
#[derive(Debug)]
pub struct Row {
    /// Stable name, used in links: `v6.16`, `patch`.
    pub id: &'static str,
    /// What is different about it, in a few words.
    pub about: &'static str,
    /// Its place among the mainline kernels, by age: version times 10, so that the patch has one. None for a long-term kernel,
    /// which has what was ported back to it.
    pub mainline: Option<u16>,
    /// The version that it is or began with, major and minor: what came with a later one is there only if it was ported back.
    pub version: (u16, u16),
    /// The walker.
    pub rules: Rules,
    /// What is around it.
    pub around: Around,
}

/// Declares the revisions by name: each is a file of `rows`.
macro_rules! revisions {
    ($($(#[$doc:meta])* $Name:ident = $file:ident;)+) => {
        /// A version of the kernel, as far as walking page tables and the walk's callers are concerned.
        ///
        /// The order is that of a person's choice, and means nothing else: mainline kernels by age, then those that are maintained for
        /// long, newest first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Revision {
            $($(#[$doc])* $Name,)+
        }

        impl Revision {
            /// All revisions.
            pub const ALL: [Self; [$(stringify!($Name)),+].len()] = [$(Self::$Name),+];

            /// What is known of it.
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$Name => &rows::$file::ROW,)+
                }
            }

            /// Who runs it, and which later fixes it carries, in sentences. No part of the row, as most who ask for that do not ask
            /// for this.
            pub const fn runs(self) -> &'static str {
                match self {
                    $(Self::$Name => rows::$file::RUNS,)+
                }
            }
        }
    };
}

revisions! {
    /// Before the split: one function with two modes.
    V6_16 = v6_16;
    /// The patch as posted (v2, 4 June 2025). Never merged in this form.
    Patch = patch;
    /// The split as merged (v3).
    V6_17 = v6_17;
    /// The kernel walk becomes "assert, then the lockless walk".
    V6_18 = v6_18;
    /// The pud is read again before descending.
    V7_1 = v7_1;
    /// Today: the debug walk wants `init_mm` locked as well and delegates no more. v7.2.13 behaves alike.
    V7_3 = v7_3;
    /// A long-term kernel with the split and the fixes of 2026 back-ported onto old loops.
    V6_12_107 = v6_12_107;
    /// An older one with the split and the fixes of July 2026, but not that of the pud.
    V6_6_153 = v6_6_153;
    /// Debian 12: never split, and its one function asserts the write lock of both.
    V6_1_192 = v6_1_192;
}

impl Revision {
    /// Stable name, used in links: `v6.16`, `patch`.
    pub const fn id(self) -> &'static str {
        self.row().id
    }

    /// What is different about it, in a few words.
    pub const fn about(self) -> &'static str {
        self.row().about
    }

    /// What differs in the walker.
    pub const fn rules(self) -> &'static Rules {
        &self.row().rules
    }

    /// What differs around the walker.
    pub const fn around(self) -> &'static Around {
        &self.row().around
    }

    /// The revision with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.id() == id)
    }

    /// Whether it began with `version`, or a later one.
    pub const fn has_version(self, version: (u16, u16)) -> bool {
        let own = self.row().version;
        own.0 > version.0 || own.0 == version.0 && own.1 >= version.1
    }

    /// Whether it is a mainline kernel that has everything that came with `release`. A long-term kernel has what its row says.
    pub const fn includes(self, release: Self) -> bool {
        match (self.row().mainline, release.row().mainline) {
            (Some(own), Some(other)) => own >= other,
            _ => false,
        }
    }
}

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

    /// The kernels in which `rule` holds are just these.
    fn kernels(rule: impl Fn(Revision) -> bool, ids: &[&str]) {
        let found = Revision::ALL.into_iter().filter(|&of| rule(of)).map(Revision::id);
        assert!(found.eq(ids.iter().copied()), "{ids:?}");
    }

    #[test]
    fn rules_of_the_walker_hold_in_these_kernels() {
        kernels(|of| of.rules().debug_delegates(), &["patch", "v6.17", "v6.18", "v7.1"]);
        kernels(|of| of.rules().debug_asserts_both, &["v7.3", "v6.12.107", "v6.6.153", "v6.1.192"]);
        kernels(|of| !of.rules().split, &["v6.16", "v6.1.192"]);
        kernels(|of| of.rules().mmap_assert == MmapAssert::LockdepOrBug, &["v6.6.153", "v6.1.192"]);
        kernels(|of| of.rules().pud_recheck, &["v7.1", "v7.3", "v6.12.107"]);
        kernels(|of| !of.rules().map_can_fail, &["v6.1.192"]);
        kernels(|of| !of.rules().folio_walk, &["v6.6.153", "v6.1.192"]);
        kernels(|of| !of.rules().checks_ops, &["v6.12.107", "v6.6.153", "v6.1.192"]);
    }

    #[test]
    fn rules_around_the_walker_hold_in_these_kernels() {
        let fixed = ["v7.3", "v6.12.107", "v6.6.153", "v6.1.192"];
        kernels(|of| of.around().dump_locks_init_mm, &fixed);
        kernels(|of| of.around().vmap_locks_init_mm, &fixed);
        kernels(|of| !of.around().dump_hotplug, &["v6.16", "patch"]);
        kernels(|of| of.around().has_collapse, &["v6.16", "patch", "v6.17", "v6.18", "v7.1", "v7.3"]);
        kernels(|of| of.around().collapse_write_lock, &["v7.3"]);
        kernels(|of| !of.around().retracts_without_lock, &["v6.1.192"]);
        kernels(|of| !of.around().late_huge_vmaps, &["v6.1.192"]);
        kernels(|of| !of.around().late_hot_remove, &["v6.6.153", "v6.1.192"]);
        kernels(|of| !of.around().reclaims, &["v6.12.107", "v6.6.153", "v6.1.192"]);
        kernels(|of| !of.around().hvo_walks, &["v6.6.153", "v6.1.192"]);
        kernels(|of| !of.around().vfio_maps_puds, &["v6.6.153", "v6.1.192"]);
    }

    #[test]
    fn a_row_has_the_version_that_its_name_begins_with() {
        for of in Revision::ALL {
            let (major, minor) = of.row().version;
            let named = crate::Release::parse(of.id()).map(|of| (of.major, of.minor));
            // The patch is on v6.16.
            assert_eq!(named.unwrap_or((6, 16)), (major, minor), "{}", of.id());
            assert!(of.has_version((major, minor)) && !of.has_version((major, minor + 1)), "{}", of.id());
            assert!(of.has_version((5, 99)) && !of.has_version((8, 0)), "{}", of.id());
        }
    }

    #[test]
    fn a_long_term_kernel_includes_no_release() {
        let with = |release: Revision| {
            Revision::ALL.into_iter().filter(move |of| of.includes(release)).map(Revision::id)
        };
        assert!(with(Revision::V6_16).eq(["v6.16", "patch", "v6.17", "v6.18", "v7.1", "v7.3"]));
        assert!(with(Revision::V6_17).eq(["v6.17", "v6.18", "v7.1", "v7.3"]));
        assert!(with(Revision::V7_3).eq(["v7.3"]));
        assert_eq!(with(Revision::V6_12_107).count(), 0);
    }

    #[test]
    fn each_kernel_is_about_something_else() {
        for (nth, one) in Revision::ALL.into_iter().enumerate() {
            assert!(one.about().contains(' '), "{one:?}: a few words");
            assert!(one.runs().ends_with('.'), "{one:?}: a sentence");
            assert!(Revision::ALL[..nth].iter().all(|other| other.about() != one.about()), "{one:?}");
        }
    }
}
