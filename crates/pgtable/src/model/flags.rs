//! The bits of an entry, by the names of the architecture's headers.

use crate::{EntryKind, Level, Model, RawEntry};

/// One bit or field of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flag {
    /// The header's own name: `_PAGE_RW`, `PTE_UXN`.
    pub name: &'static str,
    /// What ptdump or a person calls it: `RW`, `UXN`.
    pub short: &'static str,
    /// The bits that it occupies.
    pub mask: u64,
    /// What it means, in a few words.
    pub about: &'static str,
}

impl Flag {
    /// A flag of one bit.
    pub(crate) const fn bit(bit: u8, name: &'static str, short: &'static str, about: &'static str) -> Self {
        Self { name, short, mask: 1 << bit, about }
    }

    /// A field of several bits, `high` and `low` included.
    pub(crate) const fn field(
        high: u8,
        low: u8,
        name: &'static str,
        short: &'static str,
        about: &'static str,
    ) -> Self {
        let mask = (u64::MAX >> (63 - (high - low))) << low;
        Self { name, short, mask, about }
    }

    /// Lowest bit position.
    pub const fn low_bit(&self) -> u32 {
        self.mask.trailing_zeros()
    }

    /// Highest bit position.
    pub const fn high_bit(&self) -> u32 {
        self.mask.ilog2()
    }

    /// Whether it is wider than one bit, so that its value matters and not only that it is set.
    pub const fn is_field(&self) -> bool {
        self.mask.count_ones() > 1
    }
}

/// A flag that is set in an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetFlag {
    /// Which one.
    pub flag: &'static Flag,
    /// Its value, shifted down: 1 for a single bit.
    pub value: u64,
}

impl Model {
    /// Every flag that an entry of this kind can have at `level`, lowest bit first.
    pub fn flags(&self, level: Level, kind: EntryKind) -> &'static [Flag] {
        (self.flags)(self.lowest_sharing(level), kind)
    }

    /// The flags that are set in `value`, which is of this kind, lowest bit first. Nothing for an empty entry.
    pub fn set_flags(
        &self,
        level: Level,
        kind: EntryKind,
        value: RawEntry,
    ) -> impl Iterator<Item = SetFlag> + use<> {
        self.flags(level, kind).iter().filter_map(move |flag| {
            let set = value.0 & flag.mask;
            (set != 0).then_some(SetFlag { flag, value: set >> flag.low_bit() })
        })
    }
}
