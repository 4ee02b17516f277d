//! The world that actors act on.

pub mod allocate;
pub mod frames;

use alloc::collections::BinaryHeap;
use alloc::rc::Rc;
use alloc::vec::Vec;

use arrayvec::ArrayVec;
use pgtable::{Empty, EntryKind, Level, Model, PhysAddr, RawEntry, SetFlag, Tests, VirtAddr};

use crate::error::{MAX_ENTRIES, MAX_MMS};
use crate::{
    Allocator, Frames, LockMode, MmId, MmStruct, Pages, Rwsem, Table, TableId, Task, Vma, WorldError,
};

/// Most page-table locks that are held at once.
pub const MAX_PTLS: usize = 4;

/// Page tables, mms and locks of one machine at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    model: &'static Model,
    pub(crate) tables: Rc<Vec<Table>>,
    /// Table ids by physical address, sorted.
    by_pa: Rc<Vec<(PhysAddr, TableId)>>,
    mms: ArrayVec<MmStruct, MAX_MMS>,
    pub(crate) vmas: Rc<Vec<Vma>>,
    empty: Empty,
    /// Where new tables come from.
    pub allocator: Allocator,
    /// What is on its way out, and who is inside an RCU read section.
    pub frames: Frames,
    /// `mem_hotplug_lock`: read by `get_online_mems()`, written by memory hot-remove.
    pub hotplug: Rwsem,
    /// `mapping->i_mmap_rwsem` of the one file whose reverse map is walked.
    pub i_mmap: Rwsem,
    /// Who holds x86's `cpa_lock`.
    pub cpa_lock: Option<Task>,
    /// Who holds arm64's `pgtable_split_lock`.
    pub pgtable_split_lock: Option<Task>,
    /// How many dumps have arm64's static key `arm64_ptdump_lock_key` turned on (v6.18 to v7.2-rc6).
    pub ptdump_key: u8,
    /// What tells pages from what only looks like one.
    pub pages: Pages,
    /// The page-table locks that are held: the table, and who holds its lock.
    pub ptls: ArrayVec<(PhysAddr, Task), MAX_PTLS>,
    /// `TASK_SIZE` of the current task: below it a walk of a user mm maps pte tables under RCU.
    pub task_size: VirtAddr,
}

impl World {
    /// A machine of `model` with these tables and mms; the first mm is `init_mm`.
    ///
    /// # Errors
    /// - [`WorldError::TooLarge`]: the tables hold more entries together than any world may.
    /// - [`WorldError::Unaligned`]: a table does not lie at a multiple of its size.
    /// - [`WorldError::TwoTablesAt`], [`WorldError::Overlap`]: two tables claim the same memory.
    /// - [`WorldError::RootMissing`]: there is no table where an mm has its root.
    /// - [`WorldError::TooManyMms`]: there are more mms than a world has room for.
    pub fn new(
        model: &'static Model,
        tables: Vec<Table>,
        mms: impl AsRef<[(&'static str, PhysAddr)]>,
    ) -> Result<Self, WorldError> {
        Self::made_of(model, tables, mms.as_ref())
    }

    /// Not generic, so that there is one copy of the code.
    fn made_of(
        model: &'static Model,
        tables: Vec<Table>,
        mms: &[(&'static str, PhysAddr)],
    ) -> Result<Self, WorldError> {
        let entries: usize = tables.iter().map(Table::stored).sum();
        if entries > MAX_ENTRIES {
            return Err(WorldError::TooLarge);
        }
        let bytes = |table: &Table| u64::from(table.slots()) * u64::from(model.entry_bytes);
        for table in &tables {
            let (pa, align) = (table.pa(), bytes(table).next_power_of_two().min(model.page_bytes()));
            if !pa.0.is_multiple_of(align) {
                return Err(WorldError::Unaligned { pa, align });
            }
        }
        let by_pa = tables.iter().enumerate().map(|(id, table)| (table.pa(), TableId(id as u32)));
        // Sorted by a heap: of all ways the one with the least code, which is in the page's first download.
        let by_pa = by_pa.collect::<BinaryHeap<_>>().into_sorted_vec();
        if let Some(pair) = by_pa.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(WorldError::TwoTablesAt(pair[0].0));
        }
        for pair in by_pa.windows(2) {
            let (first, id) = pair[0];
            let (bytes, second) = (bytes(&tables[id.0 as usize]), pair[1].0);
            if second - first < bytes {
                return Err(WorldError::Overlap { first, second, bytes });
            }
        }
        let mut world = Self {
            model,
            tables: Rc::new(tables),
            by_pa: Rc::new(by_pa),
            mms: ArrayVec::new(),
            vmas: Rc::default(),
            empty: model.empty,
            allocator: Allocator::default(),
            frames: Frames::default(),
            hotplug: Rwsem::default(),
            i_mmap: Rwsem::default(),
            cpa_lock: None,
            pgtable_split_lock: None,
            ptdump_key: 0,
            pages: Pages::default(),
            ptls: ArrayVec::new(),
            task_size: model.task_size,
        };
        for &(name, pgd) in mms {
            if world.table_at(pgd).is_none() {
                return Err(WorldError::RootMissing { name, pgd });
            }
            world
                .mms
                .try_push(MmStruct { name, pgd, mmap_lock: Rwsem::default(), page_table_lock: None })
                .map_err(|_| WorldError::TooManyMms)?;
        }
        Ok(world)
    }

    /// The architecture configuration.
    #[inline]
    pub const fn model(&self) -> &'static Model {
        self.model
    }

    /// The same world, where unused slots of `level` and of the levels that share its words hold `value`.
    #[must_use]
    pub fn with_empty(mut self, level: Level, value: RawEntry) -> Self {
        for of in Level::ALL {
            if self.model.lowest_sharing(of) == level {
                self.empty[of as usize] = value.0;
            }
        }
        self
    }

    /// The tests of a level on this machine.
    #[inline]
    pub fn tests(&self, level: Level) -> Tests {
        self.model.tests(level, &self.empty)
    }

    /// What `value` is at `level`, asked in the walker's order.
    pub fn classify(&self, level: Level, value: RawEntry) -> EntryKind {
        self.model.classify(level, value, &self.empty)
    }

    /// The flags that are set in `value`, lowest bit first. Nothing for an empty entry.
    pub fn set_flags(&self, level: Level, value: RawEntry) -> impl Iterator<Item = SetFlag> + use<> {
        self.model.set_flags(level, self.classify(level, value), value)
    }

    /// All tables.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// All mms, `init_mm` first.
    pub fn mms(&self) -> impl Iterator<Item = (MmId, &MmStruct)> {
        self.mms.iter().enumerate().map(|(id, mm)| (MmId(id as u8), mm))
    }

    /// An mm of this world.
    pub fn mm(&self, id: MmId) -> Option<&MmStruct> {
        self.mms.get(usize::from(id.0))
    }

    /// An mm of this world, to lock it.
    pub fn mm_mut(&mut self, id: MmId) -> Option<&mut MmStruct> {
        self.mms.get_mut(usize::from(id.0))
    }

    /// Puts a lock into a mode before anything runs; whoever else held it no longer does.
    pub fn preset_lock(&mut self, id: MmId, task: Task, mode: LockMode) {
        if let Some(mm) = self.mm_mut(id) {
            mm.mmap_lock.preset(task, mode);
        }
    }

    /// The table at exactly this physical address.
    pub fn table_at(&self, pa: PhysAddr) -> Option<TableId> {
        self.by_pa.binary_search_by_key(&pa, |&(at, _)| at).ok().map(|found| self.by_pa[found].1)
    }

    /// A table of this world.
    #[inline]
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(id.0 as usize)
    }

    /// Takes a table's entries away.
    pub(crate) fn free_entries(&mut self, id: TableId) {
        if let Some(table) = Rc::make_mut(&mut self.tables).get_mut(id.0 as usize) {
            table.free();
        }
    }

    /// Adds a table. There must be none at its address.
    pub(crate) fn insert(&mut self, table: Table) {
        let id = TableId(self.tables.len() as u32);
        let by_pa = Rc::make_mut(&mut self.by_pa);
        let at = by_pa.partition_point(|&(pa, _)| pa < table.pa());
        by_pa.insert(at, (table.pa(), id));
        Rc::make_mut(&mut self.tables).push(table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use pgtable::model;

    fn x86() -> &'static Model {
        model("x86_64-4level").expect("a known model")
    }

    fn table(pa: u64, entries: Vec<u64>) -> Table {
        Table::new(PhysAddr(pa), Level::Pgd, 512, RawEntry(0), entries)
    }

    #[test]
    fn clones_share_until_one_writes() {
        let world =
            World::new(x86(), vec![table(0x1000, vec![1])], [("init_mm", PhysAddr(0x1000))]).expect("valid");
        let id = world.table_at(PhysAddr(0x1000)).expect("it is there");
        let mut copy = world.clone();
        assert_eq!(copy, world);
        copy.write(id, 0, RawEntry(2));
        assert_eq!(world.read(id, 0), Some(RawEntry(1)));
        assert_eq!(copy.read(id, 0), Some(RawEntry(2)));
        copy.write(id, 0, RawEntry(1));
        assert_eq!(copy, world);
    }

    #[test]
    fn impossible_worlds_are_refused() {
        let two = World::new(x86(), vec![table(0x1000, vec![]), table(0x1000, vec![])], []);
        assert_eq!(two, Err(WorldError::TwoTablesAt(PhysAddr(0x1000))));
        let (first, second) = (PhysAddr(0x10_0000), PhysAddr(0x10_1000));
        let large = pgtable::model("arm64-64k-42").expect("a known model");
        let on_another = World::new(
            large,
            vec![
                Table::unused(large, first, Level::Pgd),
                Table::unused(large, PhysAddr(0x10_8000), Level::Pte),
            ],
            [],
        );
        assert_eq!(on_another, Err(WorldError::Unaligned { pa: PhysAddr(0x10_8000), align: 0x1_0000 }));
        // Roots of a few slots may lie close to each other, but not upon each other.
        let small = pgtable::model("arm64-64k-48").expect("a known model");
        let roots = |at| {
            vec![Table::unused(small, first, Level::Pgd), Table::unused(small, PhysAddr(at), Level::Pgd)]
        };
        assert!(World::new(small, roots(0x10_0200), []).is_ok());
        let pte = Table::unused(x86(), second, Level::Pte);
        let wide = Table::new(first, Level::Pgd, 1024, RawEntry(0), vec![]);
        assert_eq!(
            World::new(x86(), vec![wide, pte], []),
            Err(WorldError::Overlap { first, second, bytes: 0x2000 })
        );
        let rootless = World::new(x86(), vec![], [("init_mm", PhysAddr(0x1000))]);
        assert_eq!(rootless, Err(WorldError::RootMissing { name: "init_mm", pgd: PhysAddr(0x1000) }));
    }
}
