//! No lock of a dump keeps it from what stands between two changes; the order of the changes does.

use super::{Columns, NONE, READ, SAFE, Table, V7_3, Verdicts, WRITE, X86, case, locks};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::rox::RACE,
    cases: &[
        case("ro-first", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("x-first", &[(NONE, WX), (READ, WX), (WRITE, WX)]),
        case("at-once", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.12",
        name: "rox",
        title: "A dump that looks for W+X, and set_memory_rox()",
        columns: Columns::Locks,
        rows: &[
            locks("read-only first", &race::rox::RACE, X86, V7_3, "ro-first"),
            locks("executable first", &race::rox::RACE, X86, V7_3, "x-first"),
            locks("both at once", &race::rox::RACE, X86, V7_3, "at-once"),
        ],
    }],
};

const WX: Outcomes = Outcomes::WX;
