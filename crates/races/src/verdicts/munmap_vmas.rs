//! A walk that goes by VMAs may read: it finds none any more, or `munmap()` waits for it.

use super::{
    BOTH_WILD, Case, NONE, PMD_WILD, PTE, PTE_WILD, READ, SAFE, Verdicts, WRITE, case, pmd_tables_by_rcu,
    pte_tables_at_once, pte_tables_by_rcu, reads_under_rcu, reads_without_rcu,
};
use crate::race;

/// By VMAs, or by the areas of a file.
pub(super) const CASES: &[Case] = &[
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
];

pub(super) static VERDICTS: Verdicts = Verdicts { race: &race::munmap_vmas::RACE, cases: CASES, tables: &[] };
