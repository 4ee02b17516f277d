//! The world that actors act on.

use alloc::collections::BinaryHeap;
use alloc::rc::Rc;
use alloc::vec::Vec;

use arrayvec::ArrayVec;
use pgtable::{EntryKind, Level, Model, PhysAddr, RawEntry, VirtAddr};

use crate::{HotplugLock, LockMode, MmapLock, Table, Task};

/// Most entries that all tables of a world may hold together: 128 MiB. A hostile image stays below it.
const MAX_ENTRIES: usize = 16 << 20;

/// Most `mm_struct`s in a world.
const MAX_MMS: usize = 4;

/// Which table: its place in the world. Stays the same when other tables come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(u32);

/// Which `mm_struct`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MmId(u8);

impl MmId {
    /// `init_mm`: the kernel's own. Every world has it.
    pub const INIT_MM: Self = Self(0);
    /// The first other mm: a user process.
    pub const USER: Self = Self(1);
}

/// One `mm_struct`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MmStruct {
    /// How the kernel's code calls it in the scenario at hand: `init_mm`, `mm`.
    pub name: &'static str,
    /// Physical address of `mm->pgd`.
    pub pgd: PhysAddr,
    /// `mm->mmap_lock`.
    pub mmap_lock: MmapLock,
}

/// A world cannot be built from what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// Two tables claim one address.
    #[error("two tables lie at physical address {0:#x}")]
    TwoTablesAt(PhysAddr),
    /// A root names no table.
    #[error("there is no table at physical address {pgd:#x}, which {name} has as its root")]
    RootMissing {
        /// The mm's name.
        name: &'static str,
        /// Its root.
        pgd: PhysAddr,
    },
    /// Together the tables would take too much memory.
    #[error("the tables hold more than {MAX_ENTRIES} entries together")]
    TooLarge,
    /// More mms than a world has room for.
    #[error("a world holds at most {MAX_MMS} mm_structs")]
    TooManyMms,
}

/// Page tables, mms and locks of one machine at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    model: &'static Model,
    tables: Rc<Vec<Table>>,
    /// Table ids by physical address, sorted.
    by_pa: Rc<Vec<(PhysAddr, TableId)>>,
    mms: ArrayVec<MmStruct, MAX_MMS>,
    /// `mem_hotplug_lock`.
    pub hotplug: HotplugLock,
    /// `TASK_SIZE` of the current task: below it a walk of a user mm maps pte tables under RCU.
    pub task_size: VirtAddr,
}

impl World {
    /// A machine of `model` with these tables and mms; the first mm is `init_mm`.
    ///
    /// # Errors
    /// [`WorldError`] when two tables overlap in address, an mm's root is missing, or it is all too large.
    pub fn new(
        model: &'static Model,
        tables: Vec<Table>,
        mms: impl IntoIterator<Item = (&'static str, PhysAddr)>,
    ) -> Result<Self, WorldError> {
        let entries: usize = tables.iter().map(Table::stored).sum();
        if entries > MAX_ENTRIES {
            return Err(WorldError::TooLarge);
        }
        let by_pa = tables.iter().enumerate().map(|(id, table)| (table.pa(), TableId(id as u32)));
        // Sorted by a heap: of all ways the one with the least code, which is in the page's first download.
        let by_pa = by_pa.collect::<BinaryHeap<_>>().into_sorted_vec();
        if let Some(pair) = by_pa.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(WorldError::TwoTablesAt(pair[0].0));
        }
        let mut world = Self {
            model,
            tables: Rc::new(tables),
            by_pa: Rc::new(by_pa),
            mms: ArrayVec::new(),
            hotplug: HotplugLock::default(),
            task_size: model.task_size,
        };
        for (name, pgd) in mms {
            if world.table_at(pgd).is_none() {
                return Err(WorldError::RootMissing { name, pgd });
            }
            world
                .mms
                .try_push(MmStruct { name, pgd, mmap_lock: MmapLock::default() })
                .map_err(|_| WorldError::TooManyMms)?;
        }
        Ok(world)
    }

    /// The architecture configuration.
    #[inline]
    pub const fn model(&self) -> &'static Model {
        self.model
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
            mm.mmap_lock = MmapLock::default();
            let taken = match mode {
                LockMode::None => Ok(()),
                LockMode::Read => mm.mmap_lock.down_read(task),
                LockMode::Write => mm.mmap_lock.down_write(task),
            };
            debug_assert!(taken.is_ok(), "a lock that nobody holds can be taken");
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

    /// What `ptep_get()` returns for a pte slot: its own value, except in one of arm64's contiguous blocks,
    /// where accessed and dirty of all slots of the block are gathered.
    #[inline]
    pub fn ptep_get(&self, id: TableId, index: u32) -> Option<RawEntry> {
        let own = self.read(id, index)?;
        match &self.model.contiguous {
            Some(block) if (block.is_block)(own.0) => {
                let first = index & !(u32::from(block.slots) - 1);
                let all = (first..first + u32::from(block.slots)).filter_map(|slot| self.read(id, slot));
                Some(RawEntry(all.fold(own.0, |value, other| (block.gather)(value, other.0))))
            }
            _ => Some(own),
        }
    }

    /// The slots of a table, grouped into runs of neighbours that are the same kind of thing at `level`:
    /// first slot, last slot, kind.
    pub fn runs(&self, id: TableId, level: Level) -> Vec<(u32, u32, EntryKind)> {
        let Some(table) = self.table(id) else { return Vec::new() };
        let mut runs: Vec<(u32, u32, EntryKind)> = Vec::new();
        for slot in 0..table.slots() {
            let kind = self.model.classify(level, table.get(slot).unwrap_or_default());
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
    use alloc::vec;
    use pgtable::model;

    fn x86() -> &'static Model {
        model("x86_64-4level").expect("a known model")
    }

    fn table(pa: u64, entries: Vec<u64>) -> Table {
        Table::new(PhysAddr(pa), Level::Pgd, 512, entries)
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
        let rootless = World::new(x86(), vec![], [("init_mm", PhysAddr(0x1000))]);
        assert_eq!(rootless, Err(WorldError::RootMissing { name: "init_mm", pgd: PhysAddr(0x1000) }));
    }

    #[test]
    fn runs_cover_every_slot_once() {
        let world = World::new(
            x86(),
            vec![table(0x1000, vec![0, 0x2067, 0x3067, 0])],
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
