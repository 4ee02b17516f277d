//! As with one walker.

use super::{Verdicts, munmap};
use crate::race;

pub(super) static VERDICTS: Verdicts =
    Verdicts { race: &race::two_walkers::RACE, cases: munmap::CASES, tables: &[] };
