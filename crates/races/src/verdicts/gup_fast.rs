//! Of two CPUs of which each writes and then reads what the other one writes, one sees the other. Who does not read again sees nothing.

use super::{ARM64, Columns, NONE, PTE, SAFE, Table, V7_3, Verdicts, case, locks};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::gup_fast::RACE,
    cases: &[
        case("pmd-again", &[(NONE, SAFE)]),
        case("no-sync", &[(NONE, SAFE)]),
        case("pte-only", &[(NONE, Outcomes::STALE)]),
        case("retract", &[(NONE, SAFE)]),
        case("retract-now", &[(NONE, PTE)]),
        case("retract-sync", &[(NONE, SAFE)]),
        case("munmap", &[(NONE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.11",
        name: "gup-fast",
        title: "get_user_pages_fast(), and who moves the page or frees its table",
        columns: Columns::One,
        rows: &[
            locks("collapse; pmd read again", &race::gup_fast::RACE, ARM64, V7_3, "pmd-again"),
            locks("pmd read again; no wait", &race::gup_fast::RACE, ARM64, V7_3, "no-sync"),
            locks("collapse; pte only", &race::gup_fast::RACE, ARM64, V7_3, "pte-only"),
            locks("table freed by RCU", &race::gup_fast::RACE, ARM64, V7_3, "retract"),
            locks("table freed at once", &race::gup_fast::RACE, ARM64, V7_3, "retract-now"),
            locks("freed when interrupts are on", &race::gup_fast::RACE, ARM64, V7_3, "retract-sync"),
            locks("munmap()", &race::gup_fast::RACE, ARM64, V7_3, "munmap"),
        ],
    }],
};
