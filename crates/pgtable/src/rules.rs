//! The tests that the kernel makes on an entry: none, bad, present, leaf.

use crate::{Level, Model, PhysAddr, RawEntry};

/// The tests of one level of one architecture, and where an entry points.
///
/// Plain functions, as in the architecture's `pgtable.h`: the walker asks them in the kernel's order, and
/// two of them may well contradict each other (on x86-64 a non-present value with bit 7 set is a leaf).
#[derive(Clone, Copy, Debug)]
pub struct EntryRules {
    /// `p?d_none()`: nothing is mapped here.
    pub none: fn(u64) -> bool,
    /// `p?d_bad()`: not a valid table entry. The walker asks it of pgd and p4d entries
    /// (`p?d_none_or_clear_bad`), and of pmd entries inside `pte_offset_map()` only.
    pub bad: fn(u64) -> bool,
    /// `p?d_present()`.
    pub present: fn(u64) -> bool,
    /// `p?d_leaf()`: maps memory itself.
    pub leaf: fn(u64) -> bool,
    /// `p?d_trans_huge()`, with transparent huge pages configured where the architecture allows them.
    pub trans_huge: fn(u64) -> bool,
    /// The physical address of the table that the entry points to, *without* asking whether it does:
    /// what `p?d_offset()` of the next level dereferences, also for a leaf.
    pub table: fn(u64) -> u64,
}

const fn never(_: u64) -> bool {
    false
}

const fn always(_: u64) -> bool {
    true
}

const fn itself(value: u64) -> u64 {
    value
}

impl EntryRules {
    /// The level above a folded one: never none, never bad, always present, never a leaf
    /// (`asm-generic/pgtable-nop4d.h` and its siblings; the run-time folding of x86 and riscv alike).
    pub const ABOVE_FOLDED: Self =
        Self { none: never, bad: never, present: always, leaf: never, trans_huge: never, table: itself };
}

/// What an entry is, in the order in which the no-VMA walker finds it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// `p?d_none()` (at pte level `pte_none()`): a hole.
    None,
    /// Points to a table of the next level.
    Table,
    /// Maps memory itself.
    Leaf,
    /// Neither none nor present: swap, migration, `PROT_NONE`, a guard marker.
    NotPresent,
    /// Fails the `p?d_bad()` test that the walker makes at this level.
    Bad,
}

impl EntryKind {
    /// One word for a person.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "empty",
            Self::Table => "table",
            Self::Leaf => "leaf",
            Self::NotPresent => "not present",
            Self::Bad => "bad",
        }
    }
}

impl Model {
    /// What `value` is at `level`, asked in the walker's order.
    ///
    /// A level above a folded one answers as its lowest folded level: there is only one word.
    pub fn classify(&self, level: Level, value: RawEntry) -> EntryKind {
        let level = self.lowest_sharing(level);
        let rules = self.rules(level);
        let value = value.0;
        if (rules.none)(value) {
            return EntryKind::None;
        }
        match level {
            Level::Pgd | Level::P4d if (rules.bad)(value) => EntryKind::Bad,
            Level::Pgd | Level::P4d => EntryKind::Table,
            Level::Pte if (rules.present)(value) => EntryKind::Leaf,
            Level::Pte => EntryKind::NotPresent,
            Level::Pud | Level::Pmd if (rules.leaf)(value) => EntryKind::Leaf,
            Level::Pud | Level::Pmd if !(rules.present)(value) => EntryKind::NotPresent,
            Level::Pmd if (rules.bad)(value) => EntryKind::Bad,
            Level::Pud | Level::Pmd => EntryKind::Table,
        }
    }

    /// Where an entry of `level` points when it is taken for a table entry.
    ///
    /// A level above a folded one answers as its lowest folded level: there is only one word.
    pub fn table_address(&self, level: Level, value: RawEntry) -> PhysAddr {
        PhysAddr((self.rules(self.lowest_sharing(level)).table)(value.0))
    }
}
