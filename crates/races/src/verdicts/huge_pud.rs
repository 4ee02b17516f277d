//! As a vmap of a pmd, one level up.

use super::{BOTH_WILD, NONE, READ, SAFE, Verdicts, WILD, WRITE, case};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::huge_pud::RACE,
    cases: &[
        case("nothing", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, BOTH_WILD)]),
        case("key", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, WILD)]),
        case("trylock", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, SAFE)]),
        case("blocking", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, SAFE)]),
        case("trylock-key", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, Outcomes::DEADLOCK)]),
        case("no-huge", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[],
};
