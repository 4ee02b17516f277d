//! From v7.0 on the pud is read once more, and so it is in the long-term kernel.

use super::{
    Columns, PATCH, READ, SAFE, Table, V6_12_107, V6_16, V6_17, V6_18, V7_1, V7_3, Verdicts, WILD, X86, case,
    kernels,
};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::pud_refault::RACE,
    cases: &[
        case("", &[(READ, WILD)]).kernels(&[V6_16, PATCH, V6_17, V6_18]),
        case("", &[(READ, SAFE)]).kernels(&[V7_1, V7_3, V6_12_107]),
    ],
    tables: &[Table {
        id: "3.7",
        name: "pud-refault",
        title: "numa_maps, and a pud that is faulted in again",
        columns: Columns::Revisions,
        rows: &[kernels("leaf taken for a table", &race::pud_refault::RACE, X86, READ, "")],
    }],
};
