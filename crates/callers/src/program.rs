//! What a caller does around its walks, as a list of phases.
//!
//! Each caller's file builds such a list from its arguments; [`Caller`](super::Caller) runs it. Once something has failed,
//! with a return value other than 0, phases that only make sense after success are passed over, and what must happen in
//! any case (unlock, return, most flushes) still does: that is what the kernel's `goto unlock` comes to.

use alloc::rc::Rc;
use alloc::vec::Vec;

use mm::{LockMode, MmId, World};
use pagewalk::{CallerCheck, CallerFunc, EntryPoint, Flush, LockName, Revision};
use pgtable::{PhysAddr, VirtAddr};

use super::Request;
use super::arm64::Arm64Step;
use super::hugetlb_vmemmap::HvoStep;
use super::ops::Ops;
use super::riscv::RiscvStep;
use super::split_leaf::SplitLeaf;
use super::split_linear::SplitLinear;

/// What a caller is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// Which function, with what it knows of the machine.
    pub request: Request,
    /// The first address.
    pub start: VirtAddr,
    /// The address behind the last one. Functions that take a number of pages get that of whole pages in between, others the
    /// number of bytes.
    pub end: VirtAddr,
    /// Whether the caller forgets to take `init_mm`'s lock, which no kernel does: then the walk's assertion says so.
    pub forgets_lock: bool,
}

impl Order {
    /// `numpages`
    pub(super) const fn pages(&self, world: &World) -> u64 {
        self.end.0.wrapping_sub(self.start.0) >> world.model().page_shift
    }
}

/// One thing that a caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    /// Enters a function.
    Enter(CallerFunc, VirtAddr, VirtAddr),
    /// Returns from it with the return value so far.
    Return(CallerFunc),
    /// Checks something. The return value is set if the check fails.
    Check(CallerCheck, bool, i32),
    /// Takes a lock.
    Lock(LockName, LockMode),
    /// Releases a lock.
    Unlock(LockName, LockMode),
    /// Flushes.
    Flush(Flush),
    /// Flushes if all went well.
    FlushIfOk(Flush),
    /// Something else, in words that end a sentence.
    Act(&'static str),
    /// The same if all went well.
    ActIfOk(&'static str),
    /// The same if something failed.
    ActIfFailed(&'static str),
    /// Walks, if all went well.
    Walk(EntryPoint, VirtAddr, VirtAddr),
    /// Splits leaves, if all went well.
    SplitLinear(SplitLinear),
    /// The same for arm64.
    SplitLeaf(SplitLeaf),
    /// riscv goes on, if all went well.
    Riscv(RiscvStep),
    /// arm64 goes on, if all went well.
    Arm64(Arm64Step),
    /// HVO goes on.
    Hvo(HvoStep),
    /// The kernel crashes here, in these words.
    Oops(&'static str),
    /// The kernel crashes here if something failed.
    OopsIfFailed(&'static str),
}

impl Phase {
    /// Whether it is passed over once something has failed.
    pub(super) const fn wants_success(&self) -> bool {
        match self {
            Self::FlushIfOk(_)
            | Self::ActIfOk(_)
            | Self::Walk(..)
            | Self::SplitLinear(_)
            | Self::SplitLeaf(_)
            | Self::Riscv(_)
            | Self::Arm64(_) => true,
            Self::Hvo(step) => step.wants_success(),
            _ => false,
        }
    }

    /// Whether it is passed over as long as nothing has failed.
    pub(super) const fn wants_failure(&self) -> bool {
        matches!(self, Self::ActIfFailed(_) | Self::OopsIfFailed(_))
    }

    /// The `mmap_lock` of `init_mm` is taken.
    pub(super) const fn lock_init_mm(mode: LockMode) -> Self {
        Self::Lock(LockName::Mmap(MmId::INIT_MM), mode)
    }

    /// The `mmap_lock` of `init_mm` is released.
    pub(super) const fn unlock_init_mm(mode: LockMode) -> Self {
        Self::Unlock(LockName::Mmap(MmId::INIT_MM), mode)
    }

    /// Whether it takes or releases `init_mm`'s `mmap_lock`.
    pub(super) const fn is_init_mm_lock(&self) -> bool {
        matches!(
            self,
            Self::Lock(LockName::Mmap(MmId::INIT_MM), _) | Self::Unlock(LockName::Mmap(MmId::INIT_MM), _)
        )
    }
}

/// A caller's phases, in order, with the callbacks of its walks.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) phases: Vec<Phase>,
    pub(super) ops: Ops,
    /// The pages of the `vmalloc()` area that the request is about (`area->pages`).
    pub(super) pages: Rc<[PhysAddr]>,
}

impl Program {
    pub(super) fn new(phases: Vec<Phase>, ops: Ops) -> Self {
        Self { phases, ops, pages: Rc::default() }
    }
}

/// The entry point that walks the kernel's tables in `revision`.
pub(super) const fn kernel_walk(revision: Revision) -> EntryPoint {
    EntryPoint::Kernel.in_revision(revision)
}
