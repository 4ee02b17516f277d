//! What an architecture demands around a change to an entry that CPUs may be using.
//!
//! From the architectures' manuals and what Linux does about them; each demand names its source. The manuals are cited by section,
//! the kernel by file and function.

pub(crate) mod arm64;
pub(crate) mod riscv;
pub(crate) mod software;
pub(crate) mod x86;

use crate::change::{Demand, Weight};

pub(crate) const SAME: Demand = Demand {
    rule: "same",
    weight: Weight::Free,
    says: "The two values are equal: nothing has to be done.",
    source: "-",
};
