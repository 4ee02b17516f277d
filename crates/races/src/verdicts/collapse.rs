//! A read lock of `init_mm` keeps out writers, a write lock all who take it, `cpa_lock` none.

use super::{Columns, NONE, PTE_WILD, READ, SAFE, Table, V7_1, V7_3, Verdicts, WRITE, X86, case, locks};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::collapse::RACE,
    cases: &[
        case("cpa-lock", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("init-read", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, SAFE)]),
        case("init-write", &[(NONE, PTE_WILD), (READ, SAFE), (WRITE, SAFE)]),
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
        ],
    }],
};
