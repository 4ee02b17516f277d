//! v6.1.192: Debian 12 (linux-source-6.1 6.1.192-3; mm/pagewalk.c is blob 9c3eae516130).
//!
//! The fixes of 2026 on code that was never split. Its lock rule exists in no mainline version: `walk_page_range_novma()` asserts
//! the write lock of its mm and of `init_mm`, whatever the mm is (6.1.191, CVE-2026-74599).

use super::v6_6_153;
use crate::revision::{Around, Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "v6.1.192",
    about: "Debian 12: never split, both locks",
    mainline: None,
    version: (6, 1),
    rules: Rules {
        hugetlb_lock: false,
        vma_locks: false,
        vma_tests: true,
        map_can_fail: false,
        split: false,
        ..v6_6_153::ROW.rules
    },
    around: Around { late_huge_vmaps: false, retracts_without_lock: false, ..v6_6_153::ROW.around },
};

pub(in crate::revision) const RUNS: &str = "Debian 12 and other users of the 6.1 long-term line from 6.1.191 on. It carries both write locks of a dump and the \
     trylock of huge vmaps, on code that was never split; it has no locks of VMAs, and no second look at the pud.";
