//! What the machine says: one event per step.

use mm::{LockMode, MmId, Need, OutOfMemory, Populated, Seen, Slot, Split, VmaId};
use pgtable::{EntryKind, Level, PhysAddr, RawEntry, VirtAddr};

use crate::{Call, CallerCheck, CallerFunc, Reply};

/// A kernel function that can be on the call stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Func {
    /// `ptdump_walk_pgd()` of mm/ptdump.c.
    PtdumpWalkPgd,
    /// `walk_page_range_novma()`
    WalkPageRangeNovma,
    /// `walk_page_range_debug()`
    WalkPageRangeDebug,
    /// `walk_kernel_page_table_range()`
    WalkKernelPageTableRange,
    /// `walk_kernel_page_table_range_lockless()`
    WalkKernelPageTableRangeLockless,
    /// `__walk_page_range_novma()` of the patch as posted.
    WalkPageRangeNovmaHelper,
    /// `walk_page_range()`
    WalkPageRange,
    /// `walk_page_range_mm()`: v6.13 to v6.18.
    WalkPageRangeMm,
    /// `walk_page_range_mm_unsafe()`: the same from v6.19.
    WalkPageRangeMmUnsafe,
    /// `walk_page_range_vma()`
    WalkPageRangeVma,
    /// `walk_page_range_vma_unsafe()`: v6.19 on.
    WalkPageRangeVmaUnsafe,
    /// `walk_page_vma()`
    WalkPageVma,
    /// `walk_page_mapping()`
    WalkPageMapping,
    /// `__walk_page_range()`: one VMA.
    WalkOneVma,
    /// `walk_hugetlb_range()`
    WalkHugetlbRange,
    /// `folio_walk_start()`
    FolioWalkStart,
    /// `folio_walk_end()`
    FolioWalkEnd,
    /// `walk_pgd_range()` … `walk_pte_range()`
    WalkRange(Level),
    /// A function of one of the patch's callers.
    Caller(CallerFunc),
}

impl Func {
    /// The C identifier.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PtdumpWalkPgd => "ptdump_walk_pgd",
            Self::WalkPageRangeNovma => "walk_page_range_novma",
            Self::WalkPageRangeDebug => "walk_page_range_debug",
            Self::WalkKernelPageTableRange => "walk_kernel_page_table_range",
            Self::WalkKernelPageTableRangeLockless => "walk_kernel_page_table_range_lockless",
            Self::WalkPageRangeNovmaHelper => "__walk_page_range_novma",
            Self::WalkPageRange => "walk_page_range",
            Self::WalkPageRangeMm => "walk_page_range_mm",
            Self::WalkPageRangeMmUnsafe => "walk_page_range_mm_unsafe",
            Self::WalkPageRangeVma => "walk_page_range_vma",
            Self::WalkPageRangeVmaUnsafe => "walk_page_range_vma_unsafe",
            Self::WalkPageVma => "walk_page_vma",
            Self::WalkPageMapping => "walk_page_mapping",
            Self::WalkOneVma => "__walk_page_range",
            Self::WalkHugetlbRange => "walk_hugetlb_range",
            Self::FolioWalkStart => "folio_walk_start",
            Self::FolioWalkEnd => "folio_walk_end",
            Self::WalkRange(Level::Pgd) => "walk_pgd_range",
            Self::WalkRange(Level::P4d) => "walk_p4d_range",
            Self::WalkRange(Level::Pud) => "walk_pud_range",
            Self::WalkRange(Level::Pmd) => "walk_pmd_range",
            Self::WalkRange(Level::Pte) => "walk_pte_range",
            Self::Caller(func) => func.name(),
        }
    }
}

/// An argument check that answers `-EINVAL` where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// `start >= end`
    Range,
    /// `!walk.mm`
    Mm,
    /// The ops table has `install_pte`.
    Ops,
    /// The range is not inside the VMA.
    Bounds,
    /// `install_pte` on a VMA of hugetlbfs.
    HugetlbInstall,
    /// The address is in the VMA (`folio_walk_start()`, which warns and finds nothing).
    InVma,
    /// One of the patch's callers checks its own arguments.
    Caller(CallerCheck),
}

/// Whose lock an assertion names in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The mm that is walked: `mm` or `walk.mm`. It may be `init_mm`.
    Walked,
    /// `&init_mm`.
    InitMm,
    /// The VMA at hand.
    Vma,
    /// `&mapping->i_mmap_rwsem`.
    IMmap,
}

/// Which function makes an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// A function of mm/pagewalk.c.
    Walk,
    /// `find_vma()`
    FindVma,
    /// `vma_start_write()`
    VmaStartWrite,
    /// `vma_assert_write_locked()`
    VmaAssertWriteLocked,
    /// `vma_assert_locked()`
    VmaAssertLocked,
}

impl By {
    /// The C function, for those that are no part of the walker.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Walk => None,
            Self::FindVma => Some("find_vma"),
            Self::VmaStartWrite => Some("vma_start_write"),
            Self::VmaAssertWriteLocked => Some("vma_assert_write_locked"),
            Self::VmaAssertLocked => Some("vma_assert_locked"),
        }
    }
}

/// Why an entry is read. Each reason is a read of its own: the entry may change between two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// `p?d_none()`
    None,
    /// `pgd_bad()`, `p4d_bad()`
    Bad,
    /// `pud_leaf()`, `pmd_leaf()`
    Leaf,
    /// `pud_present()`, `pmd_present()`
    Present,
    /// `pud_none()` once more before descending (up to v6.18).
    NoneAgain,
    /// `pudp_get()` at the top of `walk_pmd_range()`: still a table? (v7.0 on)
    StillTable,
    /// `p?d_offset()`: where is the next table?
    Offset,
    /// `pud_present()`, `pmd_present()` of a walk that only installs.
    InstallPresent,
    /// `pud_trans_huge()`, `pmd_trans_huge()` of a walk that only installs.
    InstallHuge,
    /// `pte_offset_map_lock()`: is there a pte table?
    MapTable,
    /// `pmd_same()` under the page-table lock: is it still the same table?
    Same,
    /// `pmd_leaf()` by a callback, under the page-table lock.
    LeafLocked,
    /// A caller that splits leaves reads an entry once: is it one that is only partly wanted?
    ToSplit,
}

/// How a pte table is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MapKind {
    /// `pte_offset_kernel()`: no check, no RCU, no lock.
    Kernel,
    /// `pte_offset_map()`: one read of the pmd that is checked and used, under RCU.
    User,
    /// `pte_offset_map_lock()`: the same, and the table's lock is taken and the pmd compared once more.
    Lock,
}

/// A lock that somebody takes or releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockName {
    /// The `mmap_lock` of an mm.
    Mmap(MmId),
    /// `mem_hotplug_lock`, by `get_online_mems()` and `put_online_mems()`.
    MemHotplug,
    /// The per-VMA lock.
    Vma(VmaId),
    /// `mapping->i_mmap_rwsem`.
    IMmap,
    /// `hugetlb_vma_lock_read()`
    HugetlbVma(VmaId),
    /// `mm->page_table_lock`
    PageTable(MmId),
    /// The page-table lock of the table at this address.
    Ptl(PhysAddr),
    /// x86's `cpa_lock`.
    Cpa,
    /// arm64's `pgtable_split_lock`.
    PgtableSplit,
}

/// Where the kernel would crash, hang, or read memory that is no page table. The machine stops there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// An assertion dereferences a NULL mm.
    #[error("the lock assertion dereferences a NULL mm: the kernel would oops")]
    NullMm,
    /// An entry pointer ran past the end of its table.
    #[error("slot {} of the {} table at {:#x} is beyond its end: the kernel would read whatever lies there", .slot.index, .level.name(), .slot.table)]
    OffTable {
        /// The level whose table it is.
        level: Level,
        /// The slot that is not there.
        slot: Slot,
    },
    /// An entry was followed to an address where no table is.
    #[error("there is no {} table at {pa:#x}: the kernel would take whatever lies there for one", .level.name())]
    NoTable {
        /// The level whose table was wanted.
        level: Level,
        /// Where it was looked for.
        pa: PhysAddr,
    },
    /// A page table is read that has been freed: its memory may hold anything by now.
    #[error("the {} table at {pa:#x} has been freed: the kernel would read whatever its memory holds now", .level.name())]
    UseAfterFree {
        /// The level whose table it was.
        level: Level,
        /// Where it lay.
        pa: PhysAddr,
    },
    /// An entry was followed as if it pointed to a table when it did not, or no longer. Without another CPU only tables
    /// that contradict themselves lead here.
    #[error("an entry that {} was followed as if it pointed to a {} table: the kernel would read at {pa:#x}", followed(*.entry), .level.name())]
    WildRead {
        /// The level whose table was wanted.
        level: Level,
        /// Where it was looked for.
        pa: PhysAddr,
        /// What the entry was when it was followed.
        entry: EntryKind,
    },
    /// A callback that is not set is called: `install_pte` is set, `pte_entry` is not, and the pte is not none.
    #[error("pte_entry is NULL and the pte is not empty: the kernel would call address 0")]
    NullCall,
    /// A task waits for a lock that nobody but itself can release, or that is not released in this scenario.
    #[error("the task waits for a lock that is never released")]
    Deadlock {
        /// Which lock.
        lock: LockName,
        /// Whether it is the waiting task itself that holds it.
        own: bool,
    },
    /// A caller of the walk crashes by itself; the words say how.
    #[error("{0}")]
    Oops(&'static str),
}

const fn followed(entry: EntryKind) -> &'static str {
    match entry {
        EntryKind::None => "was empty",
        EntryKind::Leaf => "was a leaf",
        EntryKind::NotPresent => "was not present",
        EntryKind::Bad => "was bad",
        EntryKind::Table => "was a table entry",
    }
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A function was entered.
    Enter {
        /// Which one.
        func: Func,
        /// Its range.
        start: VirtAddr,
        /// End of the range.
        end: VirtAddr,
    },
    /// A function returned.
    Return {
        /// Which one.
        func: Func,
        /// What it returned.
        ret: i32,
    },
    /// An argument was checked.
    Check {
        /// Which check.
        check: Check,
        /// Whether it passed; otherwise the function returns, with `-EINVAL` unless the check says something else.
        ok: bool,
    },
    /// A lock was asserted. The kernel goes on in any case.
    Assert {
        /// What the source names.
        subject: Subject,
        /// Which lock that is.
        lock: LockName,
        /// What is demanded.
        need: Need,
        /// What was found.
        seen: Seen,
        /// Which function asserts.
        by: By,
    },
    /// `walk_page_range_debug()` hands `init_mm` over to `walk_kernel_page_table_range()`.
    Delegate,
    /// An entry was read and tested.
    Read {
        /// The level that asks.
        level: Level,
        /// The address at hand.
        addr: VirtAddr,
        /// Which slot.
        slot: Slot,
        /// What was in it.
        value: RawEntry,
        /// Why it was read.
        test: Test,
        /// The answer; true for [`Test::Offset`].
        verdict: bool,
    },
    /// A callback ran.
    Callback {
        /// With what.
        call: Call,
        /// What it answered.
        reply: Reply,
    },
    /// A bad entry was reported and cleared (`p?d_clear_bad()`).
    BadCleared {
        /// Its level.
        level: Level,
        /// The address at hand.
        addr: VirtAddr,
        /// Its slot.
        slot: Slot,
        /// What was in it.
        value: RawEntry,
        /// False where the level is folded at compile time: then the macro is empty and nothing is done.
        cleared: bool,
    },
    /// `goto again`: the entry is looked at again.
    Again {
        /// Its level.
        level: Level,
        /// Its address.
        addr: VirtAddr,
    },
    /// `rcu_read_lock()` of `pte_offset_map()`.
    RcuLock,
    /// `rcu_read_unlock()`.
    RcuUnlock,
    /// A pte table was mapped, or not.
    Map {
        /// How.
        how: MapKind,
        /// For which address.
        addr: VirtAddr,
        /// The pmd slot that was read.
        slot: Slot,
        /// What was in it.
        value: RawEntry,
        /// Whether there is a table.
        ok: bool,
    },
    /// `find_vma()` looked for the first VMA that ends behind an address.
    FindVma {
        /// The address.
        addr: VirtAddr,
        /// What it found.
        found: Option<VmaId>,
    },
    /// `walk_page_mapping()` took the next VMA of the reverse map.
    NextInMapping {
        /// Which one; none when there are no more.
        found: Option<VmaId>,
    },
    /// `vma_start_write()`: the VMA is write-locked until the mm's lock is released or downgraded.
    VmaStartWrite {
        /// Which VMA.
        vma: VmaId,
        /// How its lock was held before.
        was: LockMode,
    },
    /// `hugetlb_walk()` looked for the entry of a hugetlb page.
    HugetlbWalk {
        /// For which address.
        addr: VirtAddr,
        /// Where the entry is, with its level; none where the tables do not reach so far.
        found: Option<(Level, Slot)>,
    },
    /// `split_huge_pmd()` or `split_huge_pud()` was called.
    Split {
        /// At which level.
        level: Level,
        /// The address at hand.
        addr: VirtAddr,
        /// The entry.
        slot: Slot,
        /// What was in it.
        value: RawEntry,
        /// What was done.
        did: Split,
        /// The VMA.
        vma: VmaId,
    },
    /// `__p4d_alloc()` … `__pte_alloc()` was called for an empty entry.
    Alloc {
        /// The level of the entry; the new table is one level below.
        level: Level,
        /// The address at hand.
        addr: VirtAddr,
        /// The entry.
        slot: Slot,
        /// What came of it.
        result: Result<Populated, OutOfMemory>,
    },
    /// `set_pte_at()` for an installed pte.
    SetPte {
        /// Its address.
        addr: VirtAddr,
        /// Its slot.
        slot: Slot,
        /// The value that was written.
        value: RawEntry,
    },
    /// `update_mmu_cache()`
    UpdateMmuCache {
        /// For which address.
        addr: VirtAddr,
    },
    /// A lock was taken.
    Lock {
        /// Which one.
        lock: LockName,
        /// How.
        mode: LockMode,
        /// With `SINGLE_DEPTH_NESTING`: a second lock of the same class.
        nested: bool,
    },
    /// A writer became a reader (`mmap_write_downgrade()`): readers that wait may enter.
    Downgrade {
        /// Of which lock.
        lock: LockName,
    },
    /// A lock was released.
    Unlock {
        /// Which one.
        lock: LockName,
        /// How it was held.
        mode: LockMode,
    },
    /// `folio_walk_start()` found a page, or nothing.
    FolioFound(Option<crate::FolioPage>),
    /// ptdump closes its last line (`note_page_flush()`).
    NotePageFlush,
    /// Somebody wrote an entry: a callback, or another CPU.
    Write {
        /// Its level.
        level: Level,
        /// An address that it covers.
        addr: VirtAddr,
        /// Its slot.
        slot: Slot,
        /// What was in it.
        was: RawEntry,
        /// What is in it now.
        is: RawEntry,
    },
    /// A page was allocated: for a table that nothing points to yet, or for data.
    NewPage {
        /// The level of the table.
        table: Option<Level>,
        /// Where it lies.
        result: Result<PhysAddr, OutOfMemory>,
    },
    /// A TLB or a cache was flushed.
    Flush(Flush),
    /// A page table was freed, or queued for freeing.
    Free {
        /// Its level.
        level: Level,
        /// Where it lies.
        table: PhysAddr,
        /// How.
        how: Free,
    },
    /// A lock is held by others: the task waits in its queue.
    Wait {
        /// Which lock.
        lock: LockName,
        /// How it wants it.
        mode: LockMode,
    },
    /// A lock was tried for and not taken.
    TryLockFailed {
        /// Which lock.
        lock: LockName,
    },
    /// Something that changes neither entries nor locks that are modelled, in words that end a sentence: "detaches the VMAs
    /// from the maple tree".
    Act(&'static str),
    /// The machine cannot go on.
    Fault(Fault),
}

/// What is flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flush {
    /// All TLB entries, of all CPUs: `flush_tlb_all()`.
    All,
    /// The TLB entries of a range: `flush_tlb_kernel_range(start, end)` and the like.
    Range(VirtAddr, VirtAddr),
    /// The data cache of a physical range: `local_dcache_range_flush()`.
    Dcache(PhysAddr, PhysAddr),
}

/// How a page table goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Free {
    /// Gone at once.
    Now,
    /// Unlinked and kept until the TLB flush.
    Queued,
    /// Handed to RCU: gone once all readers of now have left.
    Rcu,
}

/// Where events go. Dispatched statically: `()` drops them at no cost.
pub trait Sink {
    /// Takes one event.
    fn event(&mut self, event: Event);
}

impl<S: Sink + ?Sized> Sink for &mut S {
    #[inline]
    fn event(&mut self, event: Event) {
        (**self).event(event);
    }
}

impl Sink for () {
    #[inline]
    fn event(&mut self, _: Event) {}
}

impl Sink for alloc::vec::Vec<Event> {
    #[inline]
    fn event(&mut self, event: Event) {
        self.push(event);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_wild_read_says_what_was_followed() {
        for (entry, was) in [
            (EntryKind::None, "was empty"),
            (EntryKind::Leaf, "was a leaf"),
            (EntryKind::NotPresent, "was not present"),
            (EntryKind::Bad, "was bad"),
        ] {
            let fault = Fault::WildRead { level: Level::Pte, pa: PhysAddr(0x1000), entry };
            let expected = std::format!(
                "an entry that {was} was followed as if it pointed to a pte table: the kernel would read at 0x1000"
            );
            assert_eq!(fault.to_string(), expected);
        }
    }
}
