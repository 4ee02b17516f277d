//! Tables are only added.

use super::{NONE, READ, SAFE, Verdicts, WRITE, case};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::vmalloc::RACE,
    cases: &[
        case("kernel-walk", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("debug-walk", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("other-mm", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[],
};
