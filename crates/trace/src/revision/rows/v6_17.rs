//! v6.17: the split as merged.

use super::v6_16;
use crate::revision::{Around, Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "v6.17",
    about: "the split as merged",
    mainline: Some(6170),
    version: (6, 17),
    rules: Rules { split: true, vma_rdlock: true, ..v6_16::ROW.rules },
    around: Around { dump_hotplug: true, ..v6_16::ROW.around },
};

pub(in crate::revision) const RUNS: &str = "Mainline v6.17.";
