//! Where new page tables come from.

use pgtable::{Level, Owner, PhysAddr, RawEntry};

use crate::{Slot, Table, VmaKind, World};

/// Most tables of a world. A walk that installs entries everywhere runs out of memory here, as it would there.
const MAX_TABLES: usize = 1 << 20;

/// There is no memory for a page table: `-ENOMEM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("no memory is left for a page table")]
pub struct OutOfMemory;

/// Hands out page tables at rising physical addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Allocator {
    /// Where the next table will lie, if nothing is there yet.
    pub next: PhysAddr,
    /// How many allocations that may fail have been asked for.
    pub asked: u32,
    /// Which of them fails, from 1; 0 is none.
    pub fails_at: u32,
}

impl Default for Allocator {
    /// Far from where captured tables lie.
    fn default() -> Self {
        Self { next: PhysAddr(0x2_0000_0000), asked: 0, fails_at: 0 }
    }
}

/// What `__p4d_alloc()` … `__pte_alloc()` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Populated {
    /// The entry now points to a new table.
    Table(PhysAddr),
    /// The entry held something already, so the new table was not needed.
    NotNeeded,
}

/// What `split_huge_pmd()` or `split_huge_pud()` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// Nothing: there is no huge page, or the architecture has none at this level.
    Nothing,
    /// The entry was cleared: a file's pages can be faulted in again.
    Cleared,
    /// The entry now points to a new table that maps the same memory by pages.
    Table(PhysAddr),
}

impl World {
    /// An empty table of `level`.
    ///
    /// # Errors
    /// [`OutOfMemory`] when the world holds as many tables as it can.
    pub fn new_table(&mut self, level: Level) -> Result<PhysAddr, OutOfMemory> {
        if self.tables().len() >= MAX_TABLES {
            return Err(OutOfMemory);
        }
        let model = self.model();
        let slots = model.slots(level);
        let bytes = (u64::from(slots) * u64::from(model.entry_bytes)).max(model.page_bytes());
        let pa = self.next_free(bytes);
        let fill = self.tests(model.lowest_sharing(level)).empty();
        self.insert(Table::new(pa, level, slots, fill, alloc::vec::Vec::new()));
        Ok(pa)
    }

    /// An empty table of `level`, in a page whose allocation may fail.
    ///
    /// # Errors
    /// [`OutOfMemory`] when this allocation is to fail, or no table can be made.
    pub fn alloc_table(&mut self, level: Level) -> Result<PhysAddr, OutOfMemory> {
        self.ask_for_memory()?;
        self.new_table(level)
    }

    /// A page that is no page table. Its allocation may fail.
    ///
    /// # Errors
    /// [`OutOfMemory`] when this allocation is to fail.
    pub fn alloc_page(&mut self) -> Result<PhysAddr, OutOfMemory> {
        self.ask_for_memory()?;
        Ok(self.next_free(self.model().page_bytes()))
    }

    /// The next place of `bytes` bytes where no table lies.
    fn next_free(&mut self, bytes: u64) -> PhysAddr {
        let mut pa = self.allocator.next;
        while self.table_at(pa).is_some() {
            pa = pa + bytes;
        }
        self.allocator.next = pa + bytes;
        pa
    }

    /// Counts an allocation that may fail, and says whether it does.
    fn ask_for_memory(&mut self) -> Result<(), OutOfMemory> {
        self.allocator.asked = self.allocator.asked.saturating_add(1);
        if self.allocator.asked == self.allocator.fails_at { Err(OutOfMemory) } else { Ok(()) }
    }

    /// `__p4d_alloc()` … `__pte_alloc()`: a table of `lower` for the entry of `level` in `slot`, unless somebody was
    /// faster. An allocation that is to fail fails first.
    ///
    /// # Errors
    /// [`OutOfMemory`] when this allocation is to fail, or no table can be made.
    pub fn populate(&mut self, level: Level, slot: Slot) -> Result<Populated, OutOfMemory> {
        self.ask_for_memory()?;
        let value = self.read_slot(slot).unwrap_or_default();
        let tests = self.tests(level);
        // pmd_install() asks for none, the others for present.
        let taken = if level == Level::Pmd { !tests.none(value) } else { tests.present(value) };
        if taken {
            return Ok(Populated::NotNeeded);
        }
        let pa = self.new_table(level.lower().unwrap_or(level))?;
        self.write_slot(slot, self.model().make_table(level, pa, Owner::User));
        Ok(Populated::Table(pa))
    }

    /// A pte table that maps what a huge or non-present pmd does, page by page. Nothing points to it yet.
    ///
    /// # Errors
    /// [`OutOfMemory`] when no table can be made.
    pub fn new_pte_table(&mut self, huge: RawEntry) -> Result<PhysAddr, OutOfMemory> {
        let model = self.model();
        let present = self.tests(Level::Pmd).present(huge);
        let pa = self.new_table(Level::Pte)?;
        let table = self.table_at(pa);
        for index in 0..model.slots(Level::Pte) {
            let pte = if present {
                (model.make.pte_of_huge)(huge.0).wrapping_add(u64::from(index) * model.make.next_page)
            } else {
                (model.make.pte_of_absent)(huge.0)
            };
            if let Some(table) = table {
                self.write(table, index, RawEntry(pte));
            }
        }
        Ok(pa)
    }

    /// `split_huge_pmd()` of an entry in an area of `kind`.
    pub fn split_huge_pmd(&mut self, kind: VmaKind, slot: Slot) -> Split {
        let model = self.model();
        let Some(value) = self.read_slot(slot) else { return Split::Nothing };
        let tests = self.tests(Level::Pmd);
        let present = tests.present(value);
        let huge = if present { tests.trans_huge(value) } else { !tests.none(value) };
        if model.thp == pgtable::Thp::No || !huge {
            return Split::Nothing;
        }
        if kind == VmaKind::File {
            self.write_slot(slot, tests.empty());
            return Split::Cleared;
        }
        let Ok(pa) = self.new_pte_table(value) else { return Split::Nothing };
        self.write_slot(slot, model.make_table(Level::Pmd, pa, Owner::User));
        Split::Table(pa)
    }

    /// `split_huge_pud()`: a huge pud is cleared, in anonymous and file mappings alike, and is faulted in again later.
    pub fn split_huge_pud(&mut self, slot: Slot) -> Split {
        let Some(value) = self.read_slot(slot) else { return Split::Nothing };
        let tests = self.tests(Level::Pud);
        if self.model().thp != pgtable::Thp::PmdAndPud || !tests.trans_huge(value) {
            return Split::Nothing;
        }
        self.write_slot(slot, tests.empty());
        Split::Cleared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    fn world(id: &str, entries: Vec<u64>) -> World {
        let model = pgtable::model(id).expect("a known model");
        let pa = PhysAddr(0x10_0000);
        let table = Table::new(pa, Level::Pmd, model.slots(Level::Pmd), RawEntry(0), entries);
        let root = Table::new(PhysAddr(0x20_0000), Level::Pgd, model.slots(Level::Pgd), RawEntry(0), vec![]);
        World::new(model, vec![root, table], [("init_mm", PhysAddr(0x20_0000))]).expect("valid")
    }

    const SLOT: Slot = Slot { table: PhysAddr(0x10_0000), index: 0 };

    #[test]
    fn a_split_page_maps_the_same_memory_with_the_same_bits() {
        // x86: PSE goes, the PAT bit moves from 12 to 7.
        let mut world = world("x86_64-4level", vec![0x8000_0000_4020_10e7]);
        let Split::Table(pa) = world.split_huge_pmd(VmaKind::Anon, SLOT) else { panic!("it is huge") };
        let pte = |index| world.read_slot(Slot { table: pa, index }).map(|entry| entry.0);
        assert_eq!(pte(0), Some(0x8000_0000_4020_00e7));
        assert_eq!(pte(511), Some(0x8000_0000_403f_f0e7));
        assert_eq!(world.read_slot(SLOT), Some(RawEntry(pa.0 | 0x67)));
        assert_eq!(world.clone().split_huge_pmd(VmaKind::Anon, SLOT), Split::Nothing, "a table now");
    }

    #[test]
    fn a_file_is_cleared_and_a_migration_entry_is_copied() {
        let mut file = world("x86_64-4level", vec![0x4020_00e7]);
        assert_eq!(file.split_huge_pmd(VmaKind::File, SLOT), Split::Cleared);
        assert_eq!(file.read_slot(SLOT), Some(RawEntry(0)));
        let mut absent = world("riscv64-sv39", vec![0x4000]);
        let Split::Table(pa) = absent.split_huge_pmd(VmaKind::Anon, SLOT) else { panic!("it is not none") };
        assert_eq!(absent.read_slot(Slot { table: pa, index: 7 }), Some(RawEntry(0x4000)));
    }

    #[test]
    fn pages_and_tables_count_as_one() {
        let mut world = world("x86_64-4level", vec![]);
        world.allocator.fails_at = 3;
        let base = world.allocator.next;
        assert_eq!(world.alloc_page(), Ok(base));
        assert_eq!(world.alloc_table(Level::Pte), Ok(base + 0x1000));
        assert_eq!((world.alloc_page(), world.table_at(base)), (Err(OutOfMemory), None));
        assert_eq!(world.alloc_table(Level::Pte), Ok(base + 0x2000));
    }

    #[test]
    fn an_allocation_fails_when_it_is_to_and_only_then() {
        let mut world = world("x86_64-4level", vec![0, 0x60, 0x67]);
        world.allocator.fails_at = 2;
        let base = world.allocator.next;
        assert_eq!(world.populate(Level::Pmd, SLOT), Ok(Populated::Table(base)));
        assert_eq!(world.populate(Level::Pmd, Slot { index: 1, ..SLOT }), Err(OutOfMemory));
        // Accessed and dirty alone are none on x86.
        let second = base + 0x1000;
        assert_eq!(world.populate(Level::Pmd, Slot { index: 1, ..SLOT }), Ok(Populated::Table(second)));
        assert_eq!(world.populate(Level::Pmd, Slot { index: 2, ..SLOT }), Ok(Populated::NotNeeded));
    }
}
