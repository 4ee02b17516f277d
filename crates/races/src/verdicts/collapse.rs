//! A read lock of `init_mm` keeps out writers, a write lock all who take it, `cpa_lock` none.

use super::{Columns, NONE, PTE_WILD, READ, SAFE, Table, V7_1, V7_3, Verdicts, WRITE, X86, case, locks};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::collapse::RACE,
    cases: &[
        case("cpa-lock", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("init-read", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, SAFE)]),
        case("init-write", &[(NONE, PTE_WILD), (READ, SAFE), (WRITE, SAFE)]),
        case("debug-cpa-lock", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("debug-init-write", &[(NONE, PTE_WILD), (READ, SAFE), (WRITE, SAFE)]),
        // The lock of another mm says nothing of init_mm's tables.
        case("mm-cpa-lock", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("mm-init-write", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("both-init-write", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.4.2",
        name: "collapse",
        title: "A walk of kernel tables, and x86's collapse",
        columns: Columns::Locks,
        rows: &[
            locks("cpa_lock", &race::collapse::RACE, X86, V7_1, "cpa-lock"),
            locks("and init_mm for reading", &race::collapse::RACE, X86, V7_1, "init-read"),
            locks("and init_mm for writing", &race::collapse::RACE, X86, V7_3, "init-write"),
            locks("a dump of init_mm, cpa_lock", &race::collapse::RACE, X86, V7_1, "debug-cpa-lock"),
            locks("a dump of init_mm, v7.3", &race::collapse::RACE, X86, V7_3, "debug-init-write"),
            locks("a dump of another mm, cpa_lock", &race::collapse::RACE, X86, V7_1, "mm-cpa-lock"),
            locks("a dump of another mm, v7.3", &race::collapse::RACE, X86, V7_3, "mm-init-write"),
            locks(
                "the same, init_mm\u{2019}s lock as well",
                &race::collapse::RACE,
                X86,
                V7_3,
                "both-init-write",
            ),
        ],
    }],
};
