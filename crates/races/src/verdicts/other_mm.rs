//! The mm's own lock does not protect the kernel's half; `init_mm`'s does, where the vmap looks at it.

use super::{Columns, NONE, PTE_WILD, READ, SAFE, Table, V7_1, V7_3, Verdicts, WRITE, X86, case, locks};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::other_mm::RACE,
    cases: &[
        case("mm", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("both", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)])
            .kernels(|of| !of.around().vmap_locks_init_mm),
        case("both", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)])
            .kernels(|of| of.around().vmap_locks_init_mm),
        case("ptdump", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)])
            .kernels(|of| !of.around().dump_locks_init_mm),
        case("ptdump", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)])
            .kernels(|of| of.around().dump_locks_init_mm),
    ],
    tables: &[Table {
        id: "3.4.1",
        name: "other-mm",
        title: "Kernel addresses through another mm, and a huge vmap",
        columns: Columns::Locks,
        rows: &[
            locks("v7.1, the mm's lock", &race::other_mm::RACE, X86, V7_1, "mm"),
            locks("v7.3, the mm's lock", &race::other_mm::RACE, X86, V7_3, "mm"),
            locks("v7.3, init_mm's as well", &race::other_mm::RACE, X86, V7_3, "both"),
        ],
    }],
};
