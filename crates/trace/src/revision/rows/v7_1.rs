//! v7.1: the pud is read once more before it is followed.

use super::v6_18;
use crate::revision::{Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "v7.1",
    about: "pud re-read before descent",
    mainline: Some(7010),
    version: (7, 1),
    rules: Rules {
        pud_recheck: true,
        pud_none_retest: false,
        unsafe_names: true,
        fw_migration: false,
        ..v6_18::ROW.rules
    },
    ..v6_18::ROW
};

pub(in crate::revision) const RUNS: &str = "Mainline v7.0, v7.1, and v7.2 up to its release candidate 6.";
