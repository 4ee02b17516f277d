//! The entry points, and the order of their checks and assertions.
//!
//! This order is the most visible difference between kernel versions: that of the walks without VMAs moved three times
//! between v6.16 and v7.3 (mm/pagewalk.c of each version).

use mm::Need;

use crate::{AssertOrder, Check, Func, Revision, Subject};

/// A function of `mm/pagewalk.c` that starts a walk.
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
    /// `walk_page_range(mm, start, end, ops, private)`: the VMAs of a range, and the gaps between them.
    Range,
    /// `walk_page_range_mm(mm, start, end, ops, private)`: the same, and may install entries. Up to v6.18.
    RangeMm,
    /// `walk_page_range_mm_unsafe(mm, start, end, ops, private)`: its name from v6.19.
    RangeMmUnsafe,
    /// `walk_page_range_vma(vma, start, end, ops, private)`: a part of one VMA.
    RangeVma,
    /// `walk_page_range_vma_unsafe(vma, start, end, ops, private)`: the same, and may install entries. v6.19 on.
    RangeVmaUnsafe,
    /// `walk_page_vma(vma, ops, private)`: one VMA.
    Vma,
    /// `walk_page_mapping(mapping, first_index, nr, ops, private)`: all VMAs that map a part of a file.
    Mapping,
    /// `folio_walk_start(fw, vma, addr, flags)` and, with what it found still locked, `folio_walk_end(fw, vma)`.
    FolioWalk,
}

/// How the walk proper begins once an entry point has checked and asserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Body {
    /// `walk_pgd_range()` at once, without VMAs.
    NoVma,
    /// VMA after VMA of a range of addresses.
    Range,
    /// One VMA.
    OneVma,
    /// VMA after VMA of a file.
    Mapping,
    /// One address.
    Folio,
}

impl EntryPoint {
    /// All entry points.
    pub const ALL: [Self; 12] = [
        Self::Novma,
        Self::Kernel,
        Self::KernelLockless,
        Self::Debug,
        Self::Range,
        Self::RangeMm,
        Self::RangeMmUnsafe,
        Self::RangeVma,
        Self::RangeVmaUnsafe,
        Self::Vma,
        Self::Mapping,
        Self::FolioWalk,
    ];

    /// The kernel function.
    pub const fn func(self) -> Func {
        match self {
            Self::Novma => Func::WalkPageRangeNovma,
            Self::Kernel => Func::WalkKernelPageTableRange,
            Self::KernelLockless => Func::WalkKernelPageTableRangeLockless,
            Self::Debug => Func::WalkPageRangeDebug,
            Self::Range => Func::WalkPageRange,
            Self::RangeMm => Func::WalkPageRangeMm,
            Self::RangeMmUnsafe => Func::WalkPageRangeMmUnsafe,
            Self::RangeVma => Func::WalkPageRangeVma,
            Self::RangeVmaUnsafe => Func::WalkPageRangeVmaUnsafe,
            Self::Vma => Func::WalkPageVma,
            Self::Mapping => Func::WalkPageMapping,
            Self::FolioWalk => Func::FolioWalkStart,
        }
    }

    pub(crate) const fn body(self) -> Body {
        match self {
            Self::Novma | Self::Kernel | Self::KernelLockless | Self::Debug => Body::NoVma,
            Self::Range | Self::RangeMm | Self::RangeMmUnsafe => Body::Range,
            Self::RangeVma | Self::RangeVmaUnsafe | Self::Vma => Body::OneVma,
            Self::Mapping => Body::Mapping,
            Self::FolioWalk => Body::Folio,
        }
    }

    /// Whether the function walks the VMAs of an mm, or one of them, or those of a file.
    pub const fn has_vmas(self) -> bool {
        !matches!(self.body(), Body::NoVma)
    }

    /// Whether the function takes a VMA, whose mm is the one that is walked.
    pub const fn takes_vma(self) -> bool {
        matches!(self.body(), Body::OneVma | Body::Folio)
    }

    /// Whether the function takes an mm; the kernel walks always use `init_mm`, the others that of a VMA.
    pub const fn takes_mm(self) -> bool {
        matches!(self, Self::Novma | Self::Debug) || matches!(self.body(), Body::Range)
    }

    /// Whether the function exists in `revision`.
    pub const fn exists_in(self, revision: Revision) -> bool {
        let rules = revision.rules();
        match self {
            Self::Novma => !rules.split,
            Self::Kernel | Self::Debug => rules.split,
            Self::KernelLockless => rules.lockless,
            // Both came with install_pte.
            Self::RangeMm => rules.checks_ops && !rules.unsafe_names,
            Self::RangeMmUnsafe | Self::RangeVmaUnsafe => rules.unsafe_names,
            Self::FolioWalk => rules.folio_walk,
            Self::Range | Self::RangeVma | Self::Vma | Self::Mapping => true,
        }
    }

    /// The function that does this one's work in `revision`: before the split that was
    /// `walk_page_range_novma()` for both walks, before v6.18 the lockless walk was the locked one; what may install
    /// was renamed in v6.19 and came with `install_pte`. Nothing does the work of `folio_walk_start()` where it does not exist.
    #[must_use]
    pub const fn in_revision(self, revision: Revision) -> Self {
        match self {
            _ if self.exists_in(revision) => self,
            Self::Novma => Self::Debug,
            Self::KernelLockless if Self::Kernel.exists_in(revision) => Self::Kernel,
            Self::RangeMm if Self::RangeMmUnsafe.exists_in(revision) => Self::RangeMmUnsafe,
            Self::RangeMmUnsafe if Self::RangeMm.exists_in(revision) => Self::RangeMm,
            Self::RangeMm | Self::RangeMmUnsafe => Self::Range,
            Self::RangeVmaUnsafe => Self::RangeVma,
            Self::FolioWalk => Self::FolioWalk,
            _ => Self::Novma,
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
    /// `process_mm_walk_lock()`: what is asserted depends on the ops table.
    MmWalkLock,
    /// `process_vma_walk_lock()`: what is asserted or taken depends on the ops table.
    VmaWalkLock,
    /// `vma_pgtable_walk_begin()`: the lock of a hugetlb VMA. Nothing happens for another VMA.
    HugetlbLock,
}

use Prologue::{Assert, AssertByMm, DelegateInitMm, Enter, HugetlbLock, MmWalkLock, VmaWalkLock};
const RANGE: Prologue = Prologue::Check(Check::Range);
const MM: Prologue = Prologue::Check(Check::Mm);
const OPS: Prologue = Prologue::Check(Check::Ops);
const BOUNDS: Prologue = Prologue::Check(Check::Bounds);
const IN_VMA: Prologue = Prologue::Check(Check::InVma);
const INIT_MM_HELD: Prologue = Assert(Subject::InitMm, Need::Held);
const INIT_MM_WRITE: Prologue = Assert(Subject::InitMm, Need::Write);
const MM_HELD: Prologue = Assert(Subject::Walked, Need::Held);
const MM_WRITE: Prologue = Assert(Subject::Walked, Need::Write);
const I_MMAP_HELD: Prologue = Assert(Subject::IMmap, Need::Held);
const NOVMA: Prologue = Enter(Func::WalkPageRangeNovma);
const KERNEL: Prologue = Enter(Func::WalkKernelPageTableRange);
const LOCKLESS: Prologue = Enter(Func::WalkKernelPageTableRangeLockless);
const DEBUG: Prologue = Enter(Func::WalkPageRangeDebug);
const HELPER: Prologue = Enter(Func::WalkPageRangeNovmaHelper);
const PAGE_RANGE: Prologue = Enter(Func::WalkPageRange);
const RANGE_MM: Prologue = Enter(Func::WalkPageRangeMm);
const RANGE_MM_UNSAFE: Prologue = Enter(Func::WalkPageRangeMmUnsafe);
const RANGE_VMA: Prologue = Enter(Func::WalkPageRangeVma);
const RANGE_VMA_UNSAFE: Prologue = Enter(Func::WalkPageRangeVmaUnsafe);
const PAGE_VMA: Prologue = Enter(Func::WalkPageVma);
const MAPPING: Prologue = Enter(Func::WalkPageMapping);
const FOLIO: Prologue = Enter(Func::FolioWalkStart);

/// What `entry` does in `revision` before the walk proper, in order.
pub(crate) const fn prologue(entry: EntryPoint, revision: Revision) -> &'static [Prologue] {
    let rules = revision.rules();
    match entry {
        EntryPoint::Novma if rules.debug_asserts_both => &[NOVMA, RANGE, MM, MM_WRITE, INIT_MM_WRITE],
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
        EntryPoint::Range if !rules.checks_ops => &[PAGE_RANGE, RANGE, MM, MmWalkLock],
        EntryPoint::Range if rules.unsafe_names => &[PAGE_RANGE, OPS, RANGE_MM_UNSAFE, RANGE, MM, MmWalkLock],
        EntryPoint::Range => &[PAGE_RANGE, OPS, RANGE_MM, RANGE, MM, MmWalkLock],
        EntryPoint::RangeMm => &[RANGE_MM, RANGE, MM, MmWalkLock],
        EntryPoint::RangeMmUnsafe => &[RANGE_MM_UNSAFE, RANGE, MM, MmWalkLock],
        EntryPoint::RangeVma if !rules.checks_ops => &[RANGE_VMA, RANGE, MM, BOUNDS, MmWalkLock, VmaWalkLock],
        EntryPoint::RangeVma if rules.unsafe_names => {
            &[RANGE_VMA, OPS, RANGE_VMA_UNSAFE, RANGE, MM, BOUNDS, MmWalkLock, VmaWalkLock]
        }
        EntryPoint::RangeVma => &[RANGE_VMA, RANGE, MM, BOUNDS, OPS, MmWalkLock, VmaWalkLock],
        EntryPoint::RangeVmaUnsafe => &[RANGE_VMA_UNSAFE, RANGE, MM, BOUNDS, MmWalkLock, VmaWalkLock],
        EntryPoint::Vma if !rules.checks_ops => &[PAGE_VMA, MM, MmWalkLock, VmaWalkLock],
        EntryPoint::Vma => &[PAGE_VMA, MM, OPS, MmWalkLock, VmaWalkLock],
        EntryPoint::Mapping if !rules.checks_ops => &[MAPPING, I_MMAP_HELD],
        EntryPoint::Mapping => &[MAPPING, OPS, I_MMAP_HELD],
        EntryPoint::FolioWalk => &[FOLIO, MM_HELD, HugetlbLock, IN_VMA],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_revision_has_a_function_for_every_purpose() {
        for revision in Revision::ALL {
            for entry in EntryPoint::ALL {
                let found = entry.in_revision(revision);
                let missing = entry == EntryPoint::FolioWalk && !revision.rules().folio_walk;
                assert_eq!(found.exists_in(revision), !missing, "{entry:?} in {revision:?}");
                assert_eq!(found.body(), entry.body(), "{entry:?} in {revision:?}");
            }
        }
        assert_eq!(EntryPoint::Debug.in_revision(Revision::V6_16), EntryPoint::Novma);
        assert_eq!(EntryPoint::KernelLockless.in_revision(Revision::V6_17), EntryPoint::Kernel);
        assert_eq!(EntryPoint::RangeMm.in_revision(Revision::V7_3), EntryPoint::RangeMmUnsafe);
        assert_eq!(EntryPoint::RangeMmUnsafe.in_revision(Revision::V6_18), EntryPoint::RangeMm);
        assert_eq!(EntryPoint::RangeMmUnsafe.in_revision(Revision::V6_12_107), EntryPoint::Range);
        assert_eq!(EntryPoint::Kernel.in_revision(Revision::V6_1_192), EntryPoint::Novma);
        assert_eq!(EntryPoint::Debug.in_revision(Revision::V6_6_153), EntryPoint::Debug);
    }

    #[test]
    fn the_first_four_walk_without_vmas() {
        for (nth, entry) in EntryPoint::ALL.into_iter().enumerate() {
            assert_eq!(entry.has_vmas(), nth >= 4, "{entry:?}");
        }
    }
}
