//! As with khugepaged: RCU protects pte tables, no mode of the mmap lock does.

use super::{NONE, PTE, PTE_WILD, READ, SAFE, Verdicts, WRITE, case};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::reclaim::RACE,
    cases: &[
        case("map", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("kernel", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("map-no-rcu", &[(NONE, PTE), (READ, PTE), (WRITE, PTE)]),
        case("kernel-no-rcu", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("vmas", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[],
};
