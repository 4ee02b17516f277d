//! A debug walk is safe only where it keeps `munmap()` out as a writer: what goes is the pmd table, of which RCU knows nothing.

use super::{
    ARM64, BOTH_WILD, Case, Columns, NONE, OPENRISC, PMD_WILD, PTE, PTE_WILD, READ, RISCV, SAFE, Table,
    V6_17, Verdicts, WRITE, X86, case, locks, pmd_tables_by_rcu, pte_tables_at_once, pte_tables_by_rcu,
    reads_under_rcu, reads_without_rcu,
};
use crate::race;

/// With one walker or two.
pub(super) const CASES: &[Case] = &[
    case("downgrade", &[(NONE, PMD_WILD), (READ, PMD_WILD), (WRITE, SAFE)])
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
    case("downgrade", &[(NONE, PTE), (READ, PTE), (WRITE, SAFE)])
        .on(pte_tables_at_once)
        .kernels(reads_under_rcu),
    case("no-downgrade", &[(NONE, PTE), (READ, SAFE), (WRITE, SAFE)])
        .on(pte_tables_at_once)
        .kernels(reads_under_rcu),
    // Until v6.4 neither RCU nor a check stands between a pmd and the table that it leads to.
    case("downgrade", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, SAFE)])
        .on(pmd_tables_by_rcu)
        .kernels(reads_without_rcu),
    case("no-downgrade", &[(NONE, BOTH_WILD), (READ, SAFE), (WRITE, SAFE)])
        .on(pmd_tables_by_rcu)
        .kernels(reads_without_rcu),
    case("downgrade", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, SAFE)])
        .on(|model| !pmd_tables_by_rcu(model))
        .kernels(reads_without_rcu),
    case("no-downgrade", &[(NONE, PTE_WILD), (READ, SAFE), (WRITE, SAFE)])
        .on(|model| !pmd_tables_by_rcu(model))
        .kernels(reads_without_rcu),
];

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::munmap::RACE,
    cases: CASES,
    tables: &[Table {
        id: "3.2",
        name: "munmap",
        title: "A walk of a process's tables, and munmap()",
        columns: Columns::Locks,
        rows: &[
            locks("x86-64, downgrades", &race::munmap::RACE, X86, V6_17, "downgrade"),
            locks("x86-64, keeps the lock", &race::munmap::RACE, X86, V6_17, "no-downgrade"),
            locks("arm64, downgrades", &race::munmap::RACE, ARM64, V6_17, "downgrade"),
            locks("riscv64, downgrades", &race::munmap::RACE, RISCV, V6_17, "downgrade"),
            locks("no RCU (openrisc), downgrades", &race::munmap::RACE, OPENRISC, V6_17, "downgrade"),
            locks("no RCU (openrisc), keeps", &race::munmap::RACE, OPENRISC, V6_17, "no-downgrade"),
            locks("walk of VMAs, downgrades", &race::munmap_vmas::RACE, X86, V6_17, "downgrade"),
            locks("walk of VMAs, keeps", &race::munmap_vmas::RACE, X86, V6_17, "no-downgrade"),
            locks("two debug walks, downgrades", &race::two_walkers::RACE, X86, V6_17, "downgrade"),
        ],
    }],
};
