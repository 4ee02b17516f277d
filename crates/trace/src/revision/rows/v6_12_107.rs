//! v6.12.107: Debian 13's line, with the split and the fixes of 2026 on older loops.

use super::v6_17;
use crate::revision::{Around, Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "v6.12.107",
    about: "long-term, back-ports",
    mainline: None,
    version: (6, 12),
    rules: Rules {
        debug_asserts_both: true,
        checks_ops: false,
        vma_rdlock: false,
        pud_recheck: true,
        pud_none_retest: false,
        ..v6_17::ROW.rules
    },
    around: Around {
        dump_locks_init_mm: true,
        vmap_locks_init_mm: true,
        has_collapse: false,
        reclaims: false,
        ..v6_17::ROW.around
    },
};

pub(in crate::revision) const RUNS: &str = "Debian 13 and other users of the 6.12 long-term line. It carries the split, both write locks of a dump, the \
     trylock of huge vmaps and the second look at the pud, but not the reset of walk->action.";
