//! A file for each kernel. A row is stated as a difference to another one, by name.

pub(super) mod patch;
pub(super) mod v6_12_107;
pub(super) mod v6_16;
pub(super) mod v6_17;
pub(super) mod v6_18;
pub(super) mod v6_1_192;
pub(super) mod v6_6_153;
pub(super) mod v7_1;
pub(super) mod v7_3;
