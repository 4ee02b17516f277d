//! The tests that the kernel makes on an entry: none, bad, present, leaf.

use crate::{Level, LevelSpec, Model, PhysAddr, RawEntry};

/// The tests of one level of one architecture, and where an entry points.
///
/// Plain functions, as in the architecture's `pgtable.h`: the walker asks them in the kernel's order, and
/// two of them may well contradict each other (on x86-64 a non-present value with bit 7 set is a leaf).
///
/// `none` and `present` are also told what an unused slot of the level holds. That is 0 everywhere but on
/// loongarch, whose unused slots point to an invalid table of the next level: there "none" is to be equal to that
/// pointer, and the pointer depends on where the kernel lies in memory.
#[derive(Clone, Copy, Debug)]
pub struct EntryRules {
    /// `p?d_none()`: nothing is mapped here. Value and what an unused slot holds.
    pub none: fn(u64, u64) -> bool,
    /// `p?d_bad()`: not a valid table entry. The walker asks it of pgd and p4d entries
    /// (`p?d_none_or_clear_bad`), and of pmd entries inside `pte_offset_map()` only.
    pub bad: fn(u64) -> bool,
    /// `p?d_present()`. Value and what an unused slot holds.
    pub present: fn(u64, u64) -> bool,
    /// `p?d_leaf()`: maps memory itself.
    pub leaf: fn(u64) -> bool,
    /// `p?d_trans_huge()`, with transparent huge pages configured where the architecture allows them.
    pub trans_huge: fn(u64) -> bool,
    /// The physical address of the table that the entry points to, *without* asking whether it does:
    /// what `p?d_offset()` of the next level dereferences, also for a leaf.
    pub table: fn(u64) -> u64,
}

pub(crate) const fn never(_: u64) -> bool {
    false
}

impl EntryRules {
    /// The level above a folded one: never none, never bad, always present, never a leaf
    /// (`asm-generic/pgtable-nop4d.h` and its siblings; run-time folding alike). There is only one word: it leads where the
    /// folded level's does.
    const fn above(folded: Self) -> Self {
        Self {
            none: |_, _| false,
            bad: never,
            present: |_, _| true,
            leaf: never,
            trans_huge: never,
            table: folded.table,
        }
    }

    /// The tests as the C code sees them: `own`, but constants above a folded level.
    pub(crate) const fn folded(levels: &[LevelSpec; 5], own: [Self; 5]) -> [Self; 5] {
        let mut rules = own;
        let mut level = rules.len() - 1;
        while level > 0 {
            if levels[level].is_folded() {
                rules[level - 1] = Self::above(rules[level]);
            }
            level -= 1;
        }
        rules
    }
}

/// What an unused slot of each level holds, root first. A level above a folded one has the value of the level that its
/// words belong to.
pub type Empty = [u64; 5];

/// The tests of one level on one machine: the architecture's rules, and what an unused slot holds there.
#[derive(Clone, Copy, Debug)]
pub struct Tests {
    rules: &'static EntryRules,
    empty: u64,
}

impl Tests {
    /// `p?d_none()`
    #[inline]
    pub fn none(self, value: RawEntry) -> bool {
        (self.rules.none)(value.0, self.empty)
    }

    /// `p?d_bad()`
    #[inline]
    pub fn bad(self, value: RawEntry) -> bool {
        (self.rules.bad)(value.0)
    }

    /// `p?d_present()`
    #[inline]
    pub fn present(self, value: RawEntry) -> bool {
        (self.rules.present)(value.0, self.empty)
    }

    /// `p?d_leaf()`
    #[inline]
    pub fn leaf(self, value: RawEntry) -> bool {
        (self.rules.leaf)(value.0)
    }

    /// `p?d_trans_huge()`
    #[inline]
    pub fn trans_huge(self, value: RawEntry) -> bool {
        (self.rules.trans_huge)(value.0)
    }

    /// What an unused slot holds.
    #[inline]
    pub const fn empty(self) -> RawEntry {
        RawEntry(self.empty)
    }
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
    /// The tests of `level` on a machine whose unused slots hold `empty`; those of a level above a folded one are
    /// constants.
    #[inline]
    pub fn tests(&'static self, level: Level, empty: &Empty) -> Tests {
        Tests { rules: &self.rules[level as usize], empty: empty[level as usize] }
    }

    /// What `value` is at `level`, asked in the walker's order, on a machine whose unused slots hold `empty`.
    ///
    /// A level above a folded one answers as its lowest folded level: there is only one word.
    pub fn classify(&'static self, level: Level, value: RawEntry, empty: &Empty) -> EntryKind {
        let level = self.lowest_sharing(level);
        let tests = self.tests(level, empty);
        if tests.none(value) {
            return EntryKind::None;
        }
        match level {
            Level::Pgd | Level::P4d if tests.bad(value) => EntryKind::Bad,
            Level::Pgd | Level::P4d => EntryKind::Table,
            Level::Pte if tests.present(value) => EntryKind::Leaf,
            Level::Pte => EntryKind::NotPresent,
            Level::Pud | Level::Pmd if tests.leaf(value) => EntryKind::Leaf,
            Level::Pud | Level::Pmd if !tests.present(value) => EntryKind::NotPresent,
            Level::Pmd if tests.bad(value) => EntryKind::Bad,
            Level::Pud | Level::Pmd => EntryKind::Table,
        }
    }

    /// Where an entry of `level` points when it is taken for a table entry.
    #[inline]
    pub fn table_address(&self, level: Level, value: RawEntry) -> PhysAddr {
        PhysAddr((self.rules[level as usize].table)(value.0))
    }

    /// The first address of the memory that a leaf of `level` maps.
    pub fn leaf_address(&self, level: Level, value: RawEntry) -> PhysAddr {
        let bytes = 1u64 << self.level(self.lowest_sharing(level)).shift;
        PhysAddr((self.frame)(value.0) & !(bytes - 1))
    }
}
