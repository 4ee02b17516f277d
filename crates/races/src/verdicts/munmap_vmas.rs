//! A walk that goes by VMAs may read: it finds none any more, or `munmap()` waits for it.

use super::{
    NONE, PMD_WILD, PTE, READ, SAFE, Verdicts, WRITE, case, pmd_tables_by_rcu, pte_tables_at_once,
    pte_tables_by_rcu,
};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::munmap_vmas::RACE,
    cases: &[
        case("downgrade", &[(NONE, PMD_WILD), (READ, SAFE), (WRITE, SAFE)]).on(pmd_tables_by_rcu),
        case("no-downgrade", &[(NONE, PMD_WILD), (READ, SAFE), (WRITE, SAFE)]).on(pmd_tables_by_rcu),
        case("downgrade", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]).on(pte_tables_by_rcu),
        case("no-downgrade", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]).on(pte_tables_by_rcu),
        case("downgrade", &[(NONE, PTE), (READ, SAFE), (WRITE, SAFE)]).on(pte_tables_at_once),
        case("no-downgrade", &[(NONE, PTE), (READ, SAFE), (WRITE, SAFE)]).on(pte_tables_at_once),
    ],
    tables: &[],
};
