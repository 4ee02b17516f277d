//! What an architecture demands around a change to an entry that CPUs may be using.
//!
//! From the architectures' manuals and what Linux does about them; each demand names its source. The manuals are cited by section,
//! the kernel by file and function.

pub(crate) mod arm64;
pub(crate) mod riscv;
pub(crate) mod software;
pub(crate) mod x86;

use pgtable::Level;

/// How much a demand binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing has to be done.
    Free,
    /// Linux does it, or may leave it undone with a reason.
    Usual,
    /// The architecture demands it.
    Must,
}

impl Weight {
    /// For a person, at the beginning of a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Free => "Nothing has to be done",
            Self::Usual => "What Linux does, though the architecture does not demand it",
            Self::Must => "The architecture demands it",
        }
    }

    /// One word, for a program.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Usual => "usual",
            Self::Must => "must",
        }
    }
}

/// What has to happen around a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Short, stable name: `break-before-make`.
    pub rule: &'static str,
    /// How much it binds.
    pub weight: Weight,
    /// What it says, in a sentence or two.
    pub says: &'static str,
    /// Where that is from.
    pub source: &'static str,
}

/// What the rules ask about a change, said once for all architectures.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent yes/no facts about one change, each asked for by some rule"
)]
pub(crate) struct Facts {
    /// The level that gives the word its meaning.
    pub(crate) level: Level,
    /// The old value.
    pub(crate) old: u64,
    /// The new value.
    pub(crate) new: u64,
    /// Whether the CPU uses the old value.
    pub(crate) was_used: bool,
    /// Whether the CPU uses the new value.
    pub(crate) is_used: bool,
    /// One is a table, the other a leaf.
    pub(crate) kind_changed: bool,
    /// Both lead somewhere, and not to the same place.
    pub(crate) moved: bool,
}

impl Facts {
    /// Whether any of these bits differ.
    pub(crate) const fn differ(&self, mask: u64) -> bool {
        (self.old ^ self.new) & mask != 0
    }

    /// Whether any of these bits were set and are not.
    pub(crate) const fn cleared(&self, mask: u64) -> bool {
        self.old & !self.new & mask != 0
    }

    /// Whether any of these bits were not set and are.
    pub(crate) const fn set(&self, mask: u64) -> bool {
        !self.old & self.new & mask != 0
    }

    /// Whether nothing but these bits differs.
    pub(crate) const fn only(&self, mask: u64) -> bool {
        (self.old ^ self.new) & !mask == 0
    }
}

pub(crate) const SAME: Demand = Demand {
    rule: "same",
    weight: Weight::Free,
    says: "The two values are equal: nothing has to be done.",
    source: "-",
};
