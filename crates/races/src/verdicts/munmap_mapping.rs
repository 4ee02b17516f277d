//! A walk that holds `i_mmap_rwsem` keeps the area in the file's reverse map, and with it the tables.

use super::{
    BOTH_WILD, Columns, NONE, PMD_WILD, PTE, PTE_WILD, READ, SAFE, Table, V6_16, V7_3, Verdicts, WRITE, X86,
    case, locks, pmd_tables_by_rcu, pte_tables_at_once, pte_tables_by_rcu, reads_under_rcu,
    reads_without_rcu,
};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::munmap_mapping::RACE,
    cases: &[
        case("downgrade", &[(NONE, PMD_WILD), (READ, SAFE), (WRITE, SAFE)])
            .on(pmd_tables_by_rcu)
            .kernels(reads_under_rcu),
        case("no-downgrade", &[(NONE, PMD_WILD), (READ, SAFE), (WRITE, SAFE)])
            .on(pmd_tables_by_rcu)
            .kernels(reads_under_rcu),
        case("downgrade", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)])
            .on(pte_tables_by_rcu)
            .kernels(reads_under_rcu),
        case("no-downgrade", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)])
            .on(pte_tables_by_rcu)
            .kernels(reads_under_rcu),
        case("downgrade", &[(NONE, PTE), (READ, SAFE), (WRITE, SAFE)])
            .on(pte_tables_at_once)
            .kernels(reads_under_rcu),
        case("no-downgrade", &[(NONE, PTE), (READ, SAFE), (WRITE, SAFE)])
            .on(pte_tables_at_once)
            .kernels(reads_under_rcu),
        // Until v6.4 neither RCU nor a check stands between a pmd and the table that it leads to.
        case("downgrade", &[(NONE, BOTH_WILD), (READ, SAFE), (WRITE, SAFE)])
            .on(pmd_tables_by_rcu)
            .kernels(reads_without_rcu),
        case("no-downgrade", &[(NONE, BOTH_WILD), (READ, SAFE), (WRITE, SAFE)])
            .on(pmd_tables_by_rcu)
            .kernels(reads_without_rcu),
        case("downgrade", &[(NONE, PTE_WILD), (READ, SAFE), (WRITE, SAFE)])
            .on(|model| !pmd_tables_by_rcu(model))
            .kernels(reads_without_rcu),
        case("no-downgrade", &[(NONE, PTE_WILD), (READ, SAFE), (WRITE, SAFE)])
            .on(|model| !pmd_tables_by_rcu(model))
            .kernels(reads_without_rcu),
    ],
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
