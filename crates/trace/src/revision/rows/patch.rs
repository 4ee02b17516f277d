//! The patch as posted: v2 of the series, 4 June 2025.

use super::v6_16;
use crate::revision::{AssertOrder, Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "patch",
    about: "the split as posted",
    mainline: Some(6165),
    rules: Rules { split: true, kernel_order: AssertOrder::AssertFirst, helper: true, ..v6_16::ROW.rules },
    ..v6_16::ROW
};

pub(in crate::revision) const RUNS: &str =
    "Nobody: the patch as it was posted on 4 June 2025, on v6.16. It was merged in another form.";
