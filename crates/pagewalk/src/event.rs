//! What the machine says: one event per step.

use mm::{LockMode, MmId, Need, Seen};
use pgtable::{Level, PhysAddr, RawEntry, VirtAddr};

use crate::{Call, Reply};

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
    /// `walk_pgd_range()` … `walk_pte_range()`
    WalkRange(Level),
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
            Self::WalkRange(Level::Pgd) => "walk_pgd_range",
            Self::WalkRange(Level::P4d) => "walk_p4d_range",
            Self::WalkRange(Level::Pud) => "walk_pud_range",
            Self::WalkRange(Level::Pmd) => "walk_pmd_range",
            Self::WalkRange(Level::Pte) => "walk_pte_range",
        }
    }
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

/// An argument check that answers `-EINVAL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// `start >= end`
    Range,
    /// `!walk.mm`
    Mm,
    /// The ops table has `install_pte`.
    Ops,
}

/// Whose lock an assertion names in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The mm that is walked: `mm` or `walk.mm`. It may be `init_mm`.
    Walked,
    /// `&init_mm`.
    InitMm,
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
}

/// How a pte table is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MapKind {
    /// `pte_offset_kernel()`: no check, no RCU, no lock.
    Kernel,
    /// `pte_offset_map()`: one read of the pmd that is checked and used, under RCU.
    User,
}

/// A lock that somebody takes or releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockName {
    /// The `mmap_lock` of an mm.
    Mmap(MmId),
    /// `mem_hotplug_lock`, by `get_online_mems()` and `put_online_mems()`.
    MemHotplug,
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
    /// A task waits for a lock that nobody but itself can release, or that is not released in this scenario.
    #[error("the task waits for a lock that is never released")]
    Deadlock {
        /// Which lock.
        lock: LockName,
        /// Whether it is the waiting task itself that holds it.
        own: bool,
    },
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
        /// Whether it passed; otherwise the function returns `-EINVAL`.
        ok: bool,
    },
    /// A lock was asserted. The kernel goes on in any case.
    Assert {
        /// What the source names.
        subject: Subject,
        /// Whose `mmap_lock` that is.
        mm: MmId,
        /// What is demanded.
        need: Need,
        /// What was found.
        seen: Seen,
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
    /// A caller took a lock.
    Lock {
        /// Which one.
        lock: LockName,
        /// How.
        mode: LockMode,
        /// With `SINGLE_DEPTH_NESTING`: a second lock of the same class.
        nested: bool,
    },
    /// A caller released a lock.
    Unlock {
        /// Which one.
        lock: LockName,
        /// How it was held.
        mode: LockMode,
    },
    /// ptdump closes its last line (`note_page_flush()`).
    NotePageFlush,
    /// The machine cannot go on.
    Fault(Fault),
}

/// Where events go. Dispatched statically: `()` drops them at no cost.
pub trait Sink {
    /// Takes one event.
    fn event(&mut self, event: Event);
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
