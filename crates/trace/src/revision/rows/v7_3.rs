//! v7.3: the debug walk asserts both locks. The walker of v7.2.13 behaves alike.

use super::v7_1;
use crate::revision::{Around, Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "v7.3",
    about: "no delegation, both locks",
    mainline: Some(7030),
    version: (7, 3),
    rules: Rules { debug_asserts_both: true, action_reset_first: true, ..v7_1::ROW.rules },
    around: Around {
        dump_locks_init_mm: true,
        vmap_locks_init_mm: true,
        collapse_write_lock: true,
        ..v7_1::ROW.around
    },
};

pub(in crate::revision) const RUNS: &str =
    "Mainline v7.3; v7.2 has its locks from release candidate 7 on, and v7.2.13 its walker.";
