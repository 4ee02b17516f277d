//! The world that actors act on.

use alloc::collections::BinaryHeap;
use alloc::rc::Rc;
use alloc::vec::Vec;

use arrayvec::ArrayVec;
use pgtable::{Contiguous, Empty, EntryKind, Level, Model, PhysAddr, RawEntry, SetFlag, Tests, VirtAddr};

use crate::{Allocator, Frames, LockMode, Rwsem, Table, Task, Vma, VmaId};

/// Most entries that all tables of a world may hold together: 128 MiB. A hostile image stays below it.
const MAX_ENTRIES: usize = 16 << 20;

/// Most page-table locks that are held at once.
pub const MAX_PTLS: usize = 4;

/// Most `mm_struct`s in a world.
const MAX_MMS: usize = 4;

/// Most areas of all mms together.
const MAX_VMAS: usize = 4096;

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

/// A slot of a table: what an entry pointer points to. Beyond the table's end if the walker ran off it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Physical address of the table.
    pub table: PhysAddr,
    /// Index in it.
    pub index: u32,
}

impl Slot {
    /// Physical address of the slot, for entries of `entry_bytes` bytes.
    pub const fn pa(self, entry_bytes: u8) -> PhysAddr {
        self.table.slot(self.index, entry_bytes)
    }
}

/// One `mm_struct`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MmStruct {
    /// How the kernel's code calls it in the scenario at hand: `init_mm`, `mm`.
    pub name: &'static str,
    /// Physical address of `mm->pgd`.
    pub pgd: PhysAddr,
    /// `mm->mmap_lock`.
    pub mmap_lock: Rwsem,
    /// Who holds `mm->page_table_lock`.
    pub page_table_lock: Option<Task>,
}

/// What `folio_walk_start()` asks about what an entry maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pages {
    /// Where the shared page of zeroes lies (`is_zero_pfn()`).
    pub zero: Option<PhysAddr>,
    /// Where the shared huge page of zeroes lies (`is_huge_zero_pmd()`).
    pub huge_zero: Option<PhysAddr>,
    /// The bits that tell a migration entry from other non-present ones, and what they are then.
    pub migration: Option<(u64, u64)>,
}

/// A world cannot be built from what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// Two tables claim one address.
    #[error("two tables lie at physical address {0:#x}")]
    TwoTablesAt(PhysAddr),
    /// Two tables lie upon each other.
    #[error(
        "the tables at physical addresses {first:#x} and {second:#x} overlap: the first has {bytes} bytes"
    )]
    Overlap {
        /// The lower one.
        first: PhysAddr,
        /// The one that starts inside it.
        second: PhysAddr,
        /// Size of the lower one.
        bytes: u64,
    },
    /// A table does not lie at a multiple of its size, or of the page size if that is less.
    #[error("the table at physical address {pa:#x} does not lie at a multiple of {align} bytes")]
    Unaligned {
        /// Where it lies.
        pa: PhysAddr,
        /// What its address must be a multiple of.
        align: u64,
    },
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
    /// More areas than a world has room for.
    #[error("a world holds at most {MAX_VMAS} VMAs")]
    TooManyVmas,
    /// An area that ends before it starts.
    #[error("the VMA from {start:#x} to {end:#x} is empty or ends before it starts")]
    VmaRange {
        /// Its first address.
        start: VirtAddr,
        /// The address behind its last one.
        end: VirtAddr,
    },
    /// A hugetlb area whose page size is none.
    #[error(
        "the hugetlb VMA at {start:#x} has pages of {bytes} bytes, which is not a power of two of at least a page"
    )]
    HugePageSize {
        /// First address of the area.
        start: VirtAddr,
        /// The size it claims.
        bytes: u64,
    },
}

/// Page tables, mms and locks of one machine at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    model: &'static Model,
    tables: Rc<Vec<Table>>,
    /// Table ids by physical address, sorted.
    by_pa: Rc<Vec<(PhysAddr, TableId)>>,
    mms: ArrayVec<MmStruct, MAX_MMS>,
    vmas: Rc<Vec<Vma>>,
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
    /// [`WorldError`] when two tables overlap in address, an mm's root is missing, or it is all too large.
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
            if second.0 - first.0 < bytes {
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

    /// The same world with these areas, whose identities are their places in the list.
    ///
    /// # Errors
    /// [`WorldError`] names the area that cannot be one.
    pub fn with_vmas(mut self, vmas: Vec<Vma>) -> Result<Self, WorldError> {
        if vmas.len() > MAX_VMAS {
            return Err(WorldError::TooManyVmas);
        }
        for vma in &vmas {
            let (start, end, bytes) = (vma.start, vma.end, vma.huge_page_bytes);
            if start >= end {
                return Err(WorldError::VmaRange { start, end });
            }
            let fits = bytes.is_power_of_two() && bytes >= self.model.page_bytes();
            if vma.is_hugetlb() && !fits {
                return Err(WorldError::HugePageSize { start, bytes });
            }
        }
        self.vmas = Rc::new(vmas);
        Ok(self)
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

    /// All areas, by identity.
    pub fn vmas(&self) -> impl Iterator<Item = (VmaId, &Vma)> {
        self.vmas.iter().enumerate().map(|(id, vma)| (VmaId(id as u16), vma))
    }

    /// An area of this world.
    #[inline]
    pub fn vma(&self, id: VmaId) -> Option<&Vma> {
        self.vmas.get(id.index())
    }

    /// An area of this world, to lock or change it.
    pub fn vma_mut(&mut self, id: VmaId) -> Option<&mut Vma> {
        Rc::make_mut(&mut self.vmas).get_mut(id.index())
    }

    /// All areas, to unlock them.
    pub(crate) fn vmas_mut(&mut self) -> &mut [Vma] {
        Rc::make_mut(&mut self.vmas).as_mut_slice()
    }

    /// `find_vma()`: the first area of `mm` that ends behind `addr`. It may start behind it as well.
    pub fn find_vma(&self, mm: MmId, addr: VirtAddr) -> Option<VmaId> {
        let candidates = self.vmas().filter(|(_, vma)| vma.mm == Some(mm) && vma.in_tree && vma.end > addr);
        candidates.min_by_key(|(_, vma)| vma.start).map(|(id, _)| id)
    }

    /// The areas of the file that overlap pages `first` to `last`, in the order of the reverse map: by page offset. Of
    /// those, the first one behind `after`.
    pub fn next_in_mapping(&self, first: u64, last: u64, after: Option<VmaId>) -> Option<VmaId> {
        let key = |id: VmaId, vma: &Vma| (vma.pgoff, id);
        let after = after.and_then(|id| Some(key(id, self.vma(id)?)));
        let page_shift = self.model.page_shift;
        let overlaps = |vma: &Vma| {
            let pages = (vma.end.0 - vma.start.0) >> page_shift;
            vma.in_mapping && vma.pgoff <= last && vma.pgoff.saturating_add(pages.saturating_sub(1)) >= first
        };
        let candidates =
            self.vmas().filter(|&(id, vma)| overlaps(vma) && after.is_none_or(|after| key(id, vma) > after));
        candidates.min_by_key(|&(id, vma)| key(id, vma)).map(|(id, _)| id)
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
        match &self.model.contiguous {
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
