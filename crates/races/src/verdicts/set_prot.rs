//! The mutex is what keeps one change from hiding the other.

use super::{ARM64, Columns, NONE, SAFE, Table, V7_3, Verdicts, case, locks};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::set_prot::RACE,
    cases: &[case("mutex", &[(NONE, SAFE)]), case("no-mutex", &[(NONE, Outcomes::LOST)])],
    tables: &[Table {
        id: "3.5",
        name: "set-prot",
        title: "Two permission changes in one block of arm64",
        columns: Columns::One,
        rows: &[
            locks("no mutex", &race::set_prot::RACE, ARM64, V7_3, "no-mutex"),
            locks("mutex", &race::set_prot::RACE, ARM64, V7_3, "mutex"),
        ],
    }],
};
