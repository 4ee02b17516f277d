//! One page table in memory.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt;

use pgtable::{Level, Model, PhysAddr, RawEntry};

/// A table: where it lies, what it was made as, and its entries.
///
/// Entries are shared between clones until one of them writes. Trailing unused entries are not stored, so
/// that two tables with the same contents are equal however they came to be.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Table {
    pa: PhysAddr,
    level: Level,
    slots: u32,
    /// What the slots behind the stored ones hold.
    fill: RawEntry,
    entries: Rc<Vec<u64>>,
}

impl Table {
    /// A table at `pa` with `slots` slots, made for `level`; `entries` are its first ones, the rest holds `fill`.
    /// Entries beyond `slots` are dropped.
    pub fn new(pa: PhysAddr, level: Level, slots: u32, fill: RawEntry, mut entries: Vec<u64>) -> Self {
        entries.truncate(slots as usize);
        trim(&mut entries, fill);
        Self { pa, level, slots, fill, entries: Rc::new(entries) }
    }

    /// A table without any used entry, as the kernel allocates it.
    pub fn unused(model: &Model, pa: PhysAddr, level: Level) -> Self {
        let fill = model.empty[model.lowest_sharing(level) as usize];
        Self::new(pa, level, model.slots(level), RawEntry(fill), Vec::new())
    }

    /// Physical address of the first slot.
    pub const fn pa(&self) -> PhysAddr {
        self.pa
    }

    /// The level that the table was made for. A corrupt tree may use it as another.
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Number of slots; none once it is freed.
    pub const fn slots(&self) -> u32 {
        self.slots
    }

    /// Whether its memory has been given back. A freed table has no slots, so that whoever reads it notices.
    pub const fn is_freed(&self) -> bool {
        self.slots == 0
    }

    /// Takes its entries away.
    pub(crate) fn free(&mut self) {
        self.slots = 0;
        self.entries = Rc::default();
    }

    /// Number of entries that are stored: up to the last one that is used.
    pub fn stored(&self) -> usize {
        self.entries.len()
    }

    /// The entry in slot `index`; `None` beyond the end of the table.
    #[inline]
    pub fn get(&self, index: u32) -> Option<RawEntry> {
        match self.entries.get(index as usize) {
            Some(&value) => Some(RawEntry(value)),
            None if index < self.slots => Some(self.fill),
            None => None,
        }
    }

    /// Replaces the entry in slot `index`. Nothing happens beyond the end of the table.
    pub fn set(&mut self, index: u32, value: RawEntry) {
        if index >= self.slots {
            return;
        }
        let entries = Rc::make_mut(&mut self.entries);
        let index = index as usize;
        if index >= entries.len() {
            entries.resize(index + 1, self.fill.0);
        }
        entries[index] = value.0;
        trim(entries, self.fill);
    }
}

fn trim(entries: &mut Vec<u64>, fill: RawEntry) {
    let used = entries.iter().rposition(|&value| value != fill.0).map_or(0, |last| last + 1);
    entries.truncate(used);
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.entries.iter().filter(|&&value| value != self.fill.0).count();
        write!(f, "Table({} at {:#x}, {used} of {} slots used)", self.level.name(), self.pa, self.slots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn equality_does_not_depend_on_history() {
        let fresh = Table::new(PhysAddr(0x1000), Level::Pmd, 512, RawEntry(0), vec![1]);
        let mut written = fresh.clone();
        written.set(500, RawEntry(7));
        assert_ne!(fresh, written);
        written.set(500, RawEntry(0));
        assert_eq!(fresh, written);
    }

    #[test]
    fn unused_slots_hold_what_the_table_was_filled_with() {
        let mut table = Table::new(PhysAddr(0x1000), Level::Pmd, 512, RawEntry(0x9000), vec![1]);
        assert_eq!((table.get(1), table.stored()), (Some(RawEntry(0x9000)), 1));
        table.set(3, RawEntry(0));
        assert_eq!((table.get(2), table.get(3)), (Some(RawEntry(0x9000)), Some(RawEntry(0))));
        table.set(3, RawEntry(0x9000));
        assert_eq!(table.stored(), 1);
    }

    #[test]
    fn a_table_ends() {
        let mut table = Table::new(PhysAddr(0), Level::Pgd, 2, RawEntry(0), vec![1, 2, 3]);
        assert_eq!(table.get(1), Some(RawEntry(2)));
        assert_eq!(table.get(2), None);
        table.set(2, RawEntry(9));
        assert_eq!(table.get(2), None);
    }
}
