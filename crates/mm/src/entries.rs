//! Reading and writing entries.

use alloc::rc::Rc;
use alloc::vec::Vec;

use pgtable::{Contiguous, EntryKind, Level, RawEntry};

use crate::{Slot, TableId, World};

impl World {
    /// The level that the root table at `root` is of: where the depth of a tree is read from its entries (s390), that of its first one
    /// (`pgd_offset()`); elsewhere always pgd.
    pub fn root_level(&self, root: pgtable::PhysAddr) -> Level {
        let first = || self.read_slot(Slot { table: root, index: 0 });
        self.model().type_of.and_then(|of| first().map(|value| of(value.0))).unwrap_or(Level::Pgd)
    }

    /// Whether the entry `value` of `level` is that of the level below as well, by its own type.
    #[inline]
    pub fn folds(&self, level: Level, value: RawEntry) -> bool {
        self.model().type_of.is_some_and(|of| of(value.0) > level)
    }

    /// Reads one entry; `None` beyond the end of the table.
    #[inline]
    pub fn read(&self, id: TableId, index: u32) -> Option<RawEntry> {
        self.table(id)?.get(index)
    }

    /// Writes one entry; nothing happens beyond the end of the table.
    pub fn write(&mut self, id: TableId, index: u32, value: RawEntry) {
        if let Some(table) = Rc::make_mut(&mut self.tables).get_mut(id.0 as usize) {
            table.set(index, value);
        }
    }

    /// Reads the entry in a slot; `None` if there is no such slot.
    pub fn read_slot(&self, slot: Slot) -> Option<RawEntry> {
        self.read(self.table_at(slot.table)?, slot.index)
    }

    /// Writes the entry in a slot; nothing happens if there is no such slot.
    pub fn write_slot(&mut self, slot: Slot, value: RawEntry) {
        if let Some(id) = self.table_at(slot.table) {
            self.write(id, slot.index, value);
        }
    }

    /// What `ptep_get()` returns for a pte slot: its own value, except in one of arm64's contiguous blocks,
    /// where accessed and dirty of all slots of the block are gathered.
    #[inline]
    pub fn ptep_get(&self, id: TableId, index: u32) -> Option<RawEntry> {
        let own = self.read(id, index)?;
        match &self.model().contiguous {
            Some(block) if (block.is_block)(own.0) => Some(self.gathered(id, index, own, block)),
            _ => Some(own),
        }
    }

    /// A pte of a block. Kept out of the walker's loop over ptes.
    #[cold]
    fn gathered(&self, id: TableId, index: u32, own: RawEntry, block: &Contiguous) -> RawEntry {
        let first = index & !(u32::from(block.slots) - 1);
        let all = (first..first + u32::from(block.slots)).filter_map(|slot| self.read(id, slot));
        RawEntry(all.fold(own.0, |value, other| (block.gather)(value, other.0)))
    }

    /// The slots of a table, grouped into runs of neighbours that are the same kind of thing at `level`:
    /// first slot, last slot, kind.
    pub fn runs(&self, id: TableId, level: Level) -> Vec<(u32, u32, EntryKind)> {
        let Some(table) = self.table(id) else { return Vec::new() };
        let mut runs: Vec<(u32, u32, EntryKind)> = Vec::new();
        for slot in 0..table.slots() {
            let kind = self.classify(level, table.get(slot).unwrap_or_default());
            match runs.last_mut() {
                Some((_, last, of)) if *of == kind => *last = slot,
                _ => runs.push((slot, slot, kind)),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;
    use alloc::vec;
    use pgtable::{PhysAddr, model};

    #[test]
    fn runs_cover_every_slot_once() {
        let x86 = model("x86_64-4level").expect("a known model");
        let world = World::new(
            x86,
            vec![Table::new(PhysAddr(0x1000), Level::Pgd, 512, RawEntry(0), vec![0, 0x2067, 0x3067, 0])],
            [("init_mm", PhysAddr(0x1000))],
        )
        .expect("valid");
        let id = world.table_at(PhysAddr(0x1000)).expect("it is there");
        assert_eq!(
            world.runs(id, Level::Pgd),
            vec![(0, 0, EntryKind::None), (1, 2, EntryKind::Table), (3, 511, EntryKind::None)]
        );
    }
}
