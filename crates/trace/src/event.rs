//! What the machine says: one event per step.

use mm::{LockMode, Need, OutOfMemory, Populated, Seen, Slot, Split, VmaId};
use pgtable::{Level, PhysAddr, RawEntry, VirtAddr};

use crate::{By, Call, Check, Fault, FolioPage, Func, LockName, MapKind, Reply, Subject, Test};

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
    FolioFound(Option<FolioPage>),
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
