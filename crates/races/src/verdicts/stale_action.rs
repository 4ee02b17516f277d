//! The pud loop looked at a wish that was not forgotten from v7.0 to v7.2, and so does v6.12.107.

use super::{Columns, READ, Revision, SAFE, Table, Verdicts, X86, case, has_pmd_tables, kernels};
use crate::outcome::Outcomes;
use crate::race;

/// Whether the pud loop honours AGAIN and may find one that an earlier entry left.
const fn keeps_wish(of: Revision) -> bool {
    of.rules().pud_recheck && !of.rules().action_reset_first
}

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::stale_action::RACE,
    cases: &[
        case("", &[(READ, SAFE)]).kernels(|of| !keeps_wish(of)),
        // Where pmd entries are in the root, a pud entry leads to one pmd entry only: there is nothing before it to add up again.
        case("", &[(READ, SAFE)]).on(|model| !has_pmd_tables(model)).kernels(keeps_wish),
        case("", &[(READ, Outcomes::DOUBLE)]).on(has_pmd_tables).kernels(keeps_wish),
    ],
    tables: &[Table {
        id: "3.6",
        name: "stale-action",
        title: "smaps, and a pte table that vanishes",
        columns: Columns::Revisions,
        rows: &[kernels("double walk", &race::stale_action::RACE, X86, READ, "")],
    }],
};
