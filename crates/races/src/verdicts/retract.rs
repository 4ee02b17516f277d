//! RCU protects pte tables, and `pte_offset_map()` those who use them under it; the mmap lock does neither.

use super::{Columns, NONE, PTE, PTE_WILD, READ, SAFE, Table, V7_3, Verdicts, WRITE, X86, case, locks};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::retract::RACE,
    cases: &[
        case("map", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("kernel", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("map-no-rcu", &[(NONE, PTE), (READ, PTE), (WRITE, PTE)]),
        case("kernel-no-rcu", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("vmas", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.8",
        name: "pte-tables",
        title: "A walk of a process, and pte tables that are freed without the mmap lock",
        columns: Columns::Locks,
        rows: &[
            locks("khugepaged: map, RCU", &race::retract::RACE, X86, V7_3, "map"),
            locks("khugepaged: kernel, RCU", &race::retract::RACE, X86, V7_3, "kernel"),
            locks("khugepaged: map, at once", &race::retract::RACE, X86, V7_3, "map-no-rcu"),
            locks("khugepaged: kernel, at once", &race::retract::RACE, X86, V7_3, "kernel-no-rcu"),
            locks("PT_RECLAIM: map, RCU", &race::reclaim::RACE, X86, V7_3, "map"),
            locks("PT_RECLAIM: kernel, RCU", &race::reclaim::RACE, X86, V7_3, "kernel"),
            locks("PT_RECLAIM: map, at once", &race::reclaim::RACE, X86, V7_3, "map-no-rcu"),
            locks("PT_RECLAIM: kernel, at once", &race::reclaim::RACE, X86, V7_3, "kernel-no-rcu"),
            locks("khugepaged: walk_page_range()", &race::retract::RACE, X86, V7_3, "vmas"),
            locks("PT_RECLAIM: walk_page_range()", &race::reclaim::RACE, X86, V7_3, "vmas"),
        ],
    }],
};
