//! A leaf that becomes a table harms nobody who walks.

use super::{ARM64, Columns, NONE, READ, SAFE, Table, V7_3, Verdicts, WRITE, case, locks};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::set_prot_dump::RACE,
    cases: &[
        case("mutex", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("no-mutex", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.5",
        name: "set-prot-dump",
        title: "A dump, and a permission change of arm64",
        columns: Columns::Locks,
        rows: &[locks("leaf to table", &race::set_prot_dump::RACE, ARM64, V7_3, "mutex")],
    }],
};
