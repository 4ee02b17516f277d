//! Tables are only added.

use super::{Columns, NONE, OPENRISC, READ, SAFE, Table, V7_3, Verdicts, WRITE, X86, case, locks};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::page_fault::RACE,
    cases: &[
        case("debug-walk", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("vma-walk", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.8",
        name: "only-added",
        title: "Changes that only add tables",
        columns: Columns::Locks,
        rows: &[
            locks("page fault", &race::page_fault::RACE, X86, V7_3, "debug-walk"),
            locks("page fault, walk_page_range()", &race::page_fault::RACE, X86, V7_3, "vma-walk"),
            locks("vmalloc(), kernel walk", &race::vmalloc::RACE, X86, V7_3, "kernel-walk"),
            locks("vmalloc(), a dump of another mm", &race::vmalloc::RACE, X86, V7_3, "other-mm"),
            locks("vmalloc(), openrisc", &race::vmalloc::RACE, OPENRISC, V7_3, "kernel-walk"),
        ],
    }],
};
