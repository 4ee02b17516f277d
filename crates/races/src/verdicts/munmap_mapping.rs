//! A walk that holds `i_mmap_rwsem` keeps the area in the file's reverse map, and with it the tables.

use super::{Columns, Table, V6_16, V7_3, Verdicts, X86, locks, munmap_vmas};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::munmap_mapping::RACE,
    cases: munmap_vmas::CASES,
    tables: &[Table {
        id: "3.1.3",
        name: "munmap-mapping",
        title: "A walk of a file\u{2019}s areas and munmap()",
        columns: Columns::Locks,
        rows: &[
            locks("v6.16", &race::munmap_mapping::RACE, X86, V6_16, "downgrade"),
            locks("v7.3", &race::munmap_mapping::RACE, X86, V7_3, "downgrade"),
            locks("MAP_FIXED, mremap", &race::munmap_mapping::RACE, X86, V7_3, "no-downgrade"),
        ],
    }],
};
