//! The entry points, and the order of their checks and assertions.
//!
//! This order is the most visible difference between kernel versions: it moved three times between v6.16
//! and v7.3 (mm/pagewalk.c of each version).

use mm::Need;

use crate::{AssertOrder, Check, Func, Revision, Subject};

/// A function of `mm/pagewalk.c` that starts a walk without VMAs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryPoint {
    /// `walk_page_range_novma(mm, start, end, ops, pgd, private)`: up to v6.16.
    Novma,
    /// `walk_kernel_page_table_range(start, end, ops, pgd, private)`: always `init_mm`.
    Kernel,
    /// `walk_kernel_page_table_range_lockless(start, end, ops, pgd, private)`: v6.18 on.
    KernelLockless,
    /// `walk_page_range_debug(mm, start, end, ops, pgd, private)`: for ptdump only.
    Debug,
}

impl EntryPoint {
    /// All entry points.
    pub const ALL: [Self; 4] = [Self::Novma, Self::Kernel, Self::KernelLockless, Self::Debug];

    /// The kernel function.
    pub const fn func(self) -> Func {
        match self {
            Self::Novma => Func::WalkPageRangeNovma,
            Self::Kernel => Func::WalkKernelPageTableRange,
            Self::KernelLockless => Func::WalkKernelPageTableRangeLockless,
            Self::Debug => Func::WalkPageRangeDebug,
        }
    }

    /// Whether the function takes an mm; the kernel walks always use `init_mm`.
    pub const fn takes_mm(self) -> bool {
        matches!(self, Self::Novma | Self::Debug)
    }

    /// Whether the function exists in `revision`.
    pub const fn exists_in(self, revision: Revision) -> bool {
        let rules = revision.rules();
        match self {
            Self::Novma => !rules.split,
            Self::Kernel | Self::Debug => rules.split,
            Self::KernelLockless => rules.lockless,
        }
    }

    /// The function that does this one's work in `revision`: before the split that was
    /// `walk_page_range_novma()` for both walks, before v6.18 the lockless walk was the locked one.
    #[must_use]
    pub const fn in_revision(self, revision: Revision) -> Self {
        match self {
            _ if self.exists_in(revision) => self,
            Self::Novma => Self::Debug,
            Self::KernelLockless if Self::Kernel.exists_in(revision) => Self::Kernel,
            Self::Kernel | Self::KernelLockless | Self::Debug => Self::Novma,
        }
    }
}

/// The entry point does not exist in this kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}() does not exist in {}", .entry.func().name(), .revision.id())]
pub struct NotInThisKernel {
    /// Which function.
    pub entry: EntryPoint,
    /// Which kernel.
    pub revision: Revision,
}

/// One thing that an entry point does before the walk proper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Prologue {
    /// Enters a function.
    Enter(Func),
    /// Returns `-EINVAL` unless the check holds.
    Check(Check),
    /// Asserts a lock.
    Assert(Subject, Need),
    /// v6.16: asserts that `init_mm` is held, or any other mm write-locked.
    AssertByMm,
    /// Hands `init_mm` over to the kernel walk. Nothing happens for another mm.
    DelegateInitMm,
}

use Prologue::{Assert, AssertByMm, DelegateInitMm, Enter};
const RANGE: Prologue = Prologue::Check(Check::Range);
const MM: Prologue = Prologue::Check(Check::Mm);
const OPS: Prologue = Prologue::Check(Check::Ops);
const INIT_MM_HELD: Prologue = Assert(Subject::InitMm, Need::Held);
const INIT_MM_WRITE: Prologue = Assert(Subject::InitMm, Need::Write);
const MM_WRITE: Prologue = Assert(Subject::Walked, Need::Write);
const NOVMA: Prologue = Enter(Func::WalkPageRangeNovma);
const KERNEL: Prologue = Enter(Func::WalkKernelPageTableRange);
const LOCKLESS: Prologue = Enter(Func::WalkKernelPageTableRangeLockless);
const DEBUG: Prologue = Enter(Func::WalkPageRangeDebug);
const HELPER: Prologue = Enter(Func::WalkPageRangeNovmaHelper);

/// What `entry` does in `revision` before the walk proper, in order.
pub(crate) const fn prologue(entry: EntryPoint, revision: Revision) -> &'static [Prologue] {
    let rules = revision.rules();
    match entry {
        EntryPoint::Novma => &[NOVMA, RANGE, MM, OPS, AssertByMm],
        EntryPoint::Kernel => match (rules.kernel_order, rules.helper, rules.lockless) {
            (AssertOrder::AssertFirst, true, _) => &[KERNEL, INIT_MM_HELD, HELPER, RANGE, MM, OPS],
            (AssertOrder::AssertFirst, false, true) => &[KERNEL, INIT_MM_HELD, LOCKLESS, RANGE, OPS],
            (AssertOrder::AssertFirst, false, false) => &[KERNEL, INIT_MM_HELD, RANGE, OPS],
            (AssertOrder::ChecksFirst, ..) if rules.checks_ops => &[KERNEL, RANGE, OPS, INIT_MM_HELD],
            (AssertOrder::ChecksFirst, ..) => &[KERNEL, RANGE, INIT_MM_HELD],
        },
        EntryPoint::KernelLockless => &[LOCKLESS, RANGE, OPS],
        EntryPoint::Debug => match (rules.debug_asserts_both, rules.helper) {
            (true, _) if rules.checks_ops => &[DEBUG, MM_WRITE, INIT_MM_WRITE, RANGE, OPS],
            (true, _) => &[DEBUG, MM_WRITE, INIT_MM_WRITE, RANGE],
            (false, true) => &[DEBUG, DelegateInitMm, MM_WRITE, HELPER, RANGE, MM, OPS],
            (false, false) => &[DEBUG, DelegateInitMm, RANGE, MM, OPS, MM_WRITE],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_revision_can_walk_kernel_and_user_tables() {
        for revision in Revision::ALL {
            for entry in EntryPoint::ALL {
                assert!(entry.in_revision(revision).exists_in(revision), "{entry:?} in {revision:?}");
            }
        }
        assert_eq!(EntryPoint::Debug.in_revision(Revision::V6_16), EntryPoint::Novma);
        assert_eq!(EntryPoint::KernelLockless.in_revision(Revision::V6_17), EntryPoint::Kernel);
    }
}
