//! The pud loop looked at a wish that was not forgotten from v7.0 to v7.2, and so does the long-term kernel.

use super::{
    Columns, PATCH, READ, SAFE, Table, V6_12_107, V6_16, V6_17, V6_18, V7_1, V7_3, Verdicts, X86, case,
    has_pmd_tables, kernels,
};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::stale_action::RACE,
    cases: &[
        case("", &[(READ, SAFE)]).kernels(&[V6_16, PATCH, V6_17, V6_18, V7_3]),
        // Where pmd entries are in the root, a pud entry leads to one pmd entry only: there is nothing before it to add up again.
        case("", &[(READ, SAFE)]).on(|model| !has_pmd_tables(model)).kernels(&[V7_1, V6_12_107]),
        case("", &[(READ, Outcomes::DOUBLE)]).on(has_pmd_tables).kernels(&[V7_1, V6_12_107]),
    ],
    tables: &[Table {
        id: "3.6",
        name: "stale-action",
        title: "smaps, and a pte table that vanishes",
        columns: Columns::Revisions,
        rows: &[kernels("double walk", &race::stale_action::RACE, X86, READ, "")],
    }],
};
