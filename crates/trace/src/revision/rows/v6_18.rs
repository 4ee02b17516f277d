//! v6.18: the lockless kernel walk.

use super::v6_17;
use crate::revision::{AssertOrder, Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "v6.18",
    about: "lockless kernel walk",
    mainline: Some(6180),
    version: (6, 18),
    rules: Rules { kernel_order: AssertOrder::AssertFirst, lockless: true, ..v6_17::ROW.rules },
    ..v6_17::ROW
};

pub(in crate::revision) const RUNS: &str =
    "Mainline v6.18 as it was released; what its long-term line got later is not in this row.";
