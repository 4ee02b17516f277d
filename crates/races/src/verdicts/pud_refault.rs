//! From v7.0 on the pud is read once more, and so it is in v6.12.107, but in no older long-term kernel. Until v6.1 a walk of
//! one VMA passes a `VM_PFNMAP` area by, but not one of device-dax, which alone maps puds there.

use super::{Columns, READ, SAFE, Table, Verdicts, WILD, X86, case, kernels};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::pud_refault::RACE,
    cases: &[
        case("", &[(READ, WILD)]).kernels(|of| !of.rules().pud_recheck),
        case("", &[(READ, SAFE)]).kernels(|of| of.rules().pud_recheck),
    ],
    tables: &[Table {
        id: "3.7",
        name: "pud-refault",
        title: "numa_maps, and a pud that is faulted in again",
        columns: Columns::Revisions,
        rows: &[kernels("leaf taken for a table", &race::pud_refault::RACE, X86, READ, "")],
    }],
};
