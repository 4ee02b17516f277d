//! Who owns a page does not own its table: only a lock that the walk holds as well keeps a merge out.

use super::{ARM64, Columns, NONE, PTE_WILD, SAFE, Table, V7_3, Verdicts, case, locks};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::set_prot_merge::RACE,
    cases: &[
        case("no-merge", &[(NONE, SAFE)]),
        case("mutex", &[(NONE, ALL)]),
        case("init-write", &[(NONE, ALL)]),
        case("to-the-end", &[(NONE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.5",
        name: "set-prot-merge",
        title: "A permission change beside a merge of small pages, if arm64 had one",
        columns: Columns::One,
        rows: &[
            locks("as it is: no merge", &race::set_prot_merge::RACE, ARM64, V7_3, "no-merge"),
            locks("the mutex of splits", &race::set_prot_merge::RACE, ARM64, V7_3, "mutex"),
            locks("the mutex and init_mm, write", &race::set_prot_merge::RACE, ARM64, V7_3, "init-write"),
            locks("the mutex to the end", &race::set_prot_merge::RACE, ARM64, V7_3, "to-the-end"),
        ],
    }],
};

/// The freed table is read, or an entry is followed that is a leaf by now, or the change is lost.
const ALL: Outcomes = PTE_WILD.union(Outcomes::LOST);
