//! Of two CPUs of which each writes and then reads what the other one writes, one sees the other. Who does not read again sees nothing. A
//! table that is freed at once has to wait for all who have interrupts off: by itself, or by a flush that interrupts them.

use pgtable::Model;

use super::{ARM64, Columns, NONE, PTE, SAFE, Table, V7_3, Verdicts, X86, case, locks};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::gup_fast::RACE,
    cases: &[
        case("pmd-again", &[(NONE, SAFE)]),
        case("no-sync", &[(NONE, PTE)]).on(flushes_silently),
        case("no-sync", &[(NONE, SAFE)]).on(flush_interrupts),
        case("pte-only", &[(NONE, Outcomes::STALE.union(PTE))]).on(flushes_silently),
        case("pte-only", &[(NONE, SAFE)]).on(flush_interrupts),
        case("retract", &[(NONE, SAFE)]),
        case("retract-now", &[(NONE, PTE)]).on(flushes_silently),
        case("retract-now", &[(NONE, SAFE)]).on(flush_interrupts),
        case("retract-sync", &[(NONE, SAFE)]),
        case("munmap", &[(NONE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.11",
        name: "gup-fast",
        title: "get_user_pages_fast(), and who moves the page or frees its table",
        columns: Columns::One,
        rows: &[
            locks("pmd read again, khugepaged waits", &race::gup_fast::RACE, ARM64, V7_3, "pmd-again"),
            locks("pmd read again, no wait", &race::gup_fast::RACE, ARM64, V7_3, "no-sync"),
            locks("only the pte read again, no wait", &race::gup_fast::RACE, ARM64, V7_3, "pte-only"),
            locks("x86-64, only the pte read again", &race::gup_fast::RACE, X86, V7_3, "pte-only"),
            locks("a file\u{2019}s table, freed by RCU", &race::gup_fast::RACE, ARM64, V7_3, "retract"),
            locks("a file\u{2019}s table, freed at once", &race::gup_fast::RACE, ARM64, V7_3, "retract-now"),
            locks("x86-64, freed at once", &race::gup_fast::RACE, X86, V7_3, "retract-now"),
            locks("freed when all interrupts are on", &race::gup_fast::RACE, ARM64, V7_3, "retract-sync"),
            locks("munmap()", &race::gup_fast::RACE, ARM64, V7_3, "munmap"),
        ],
    }],
};

const fn flush_interrupts(model: &Model) -> bool {
    model.kernel.flush_interrupts
}

const fn flushes_silently(model: &Model) -> bool {
    !flush_interrupts(model)
}
