//! A pmd once seen does not stay: khugepaged waits for no fault.

use super::{Columns, PTE, READ, SAFE, Table, Verdicts, WILD, X86, case, kernels};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::fault_around::RACE,
    cases: &[case("looks", &[(READ, SAFE)]), case("trusts", &[(READ, WILD)]), case("no-rcu", &[(READ, PTE)])],
    tables: &[Table {
        id: "3.10",
        name: "fault-around",
        title: "Fault-around, and a pte table that khugepaged takes away",
        columns: Columns::Revisions,
        rows: &[
            kernels("looks for its table", &race::fault_around::RACE, X86, READ, ""),
            kernels("takes it for granted", &race::fault_around::RACE, X86, READ, "trusts"),
            kernels("looks, table freed at once", &race::fault_around::RACE, X86, READ, "no-rcu"),
        ],
    }],
};
