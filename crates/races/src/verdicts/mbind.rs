//! The mm's write lock keeps a fault out only where there are no locks of VMAs, or where the walk takes those as well.

use super::{Columns, OPENRISC, SAFE, Table, Verdicts, WRITE, X86, case, kernels};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::mbind::RACE,
    cases: &[
        case("vma", &[(WRITE, SAFE)]),
        case("mm-only", &[(WRITE, MISSED)]).on(|of| of.per_vma_lock).kernels(|of| of.rules().vma_locks),
        case("mm-only", &[(WRITE, SAFE)]).on(|of| !of.per_vma_lock).kernels(|of| of.rules().vma_locks),
        case("mm-only", &[(WRITE, SAFE)]).kernels(|of| !of.rules().vma_locks),
        case("policy", &[(WRITE, MISSED)]).on(|of| of.per_vma_lock).kernels(|of| of.rules().vma_locks),
        case("policy", &[(WRITE, SAFE)]).on(|of| !of.per_vma_lock).kernels(|of| of.rules().vma_locks),
        case("policy", &[(WRITE, SAFE)]).kernels(|of| !of.rules().vma_locks),
    ],
    tables: &[Table {
        id: "3.9",
        name: "mbind",
        title: "mbind() lists all pages of an area, and one is faulted in",
        columns: Columns::Revisions,
        rows: &[
            kernels("as the kernel has it", &race::mbind::RACE, X86, WRITE, ""),
            kernels("the mm\u{2019}s write lock only", &race::mbind::RACE, X86, WRITE, "mm-only"),
            kernels("the VMA locked for the policy", &race::mbind::RACE, X86, WRITE, "policy"),
            kernels(
                "openrisc, the mm\u{2019}s write lock only",
                &race::mbind::RACE,
                OPENRISC,
                WRITE,
                "mm-only",
            ),
        ],
    }],
};

const MISSED: Outcomes = Outcomes::MISSED;
