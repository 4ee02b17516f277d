//! As with one walker.

use super::{
    NONE, PMD_WILD, PTE, READ, SAFE, Verdicts, WRITE, case, pmd_tables_by_rcu, pte_tables_at_once,
    pte_tables_by_rcu,
};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::two_walkers::RACE,
    cases: &[
        case("downgrade", &[(NONE, PMD_WILD), (READ, PMD_WILD), (WRITE, SAFE)]).on(pmd_tables_by_rcu),
        case("no-downgrade", &[(NONE, PMD_WILD), (READ, SAFE), (WRITE, SAFE)]).on(pmd_tables_by_rcu),
        case("downgrade", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]).on(pte_tables_by_rcu),
        case("no-downgrade", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]).on(pte_tables_by_rcu),
        case("downgrade", &[(NONE, PTE), (READ, PTE), (WRITE, SAFE)]).on(pte_tables_at_once),
        case("no-downgrade", &[(NONE, PTE), (READ, SAFE), (WRITE, SAFE)]).on(pte_tables_at_once),
    ],
    tables: &[],
};
