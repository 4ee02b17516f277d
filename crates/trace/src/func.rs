//! The kernel's functions, what they check and what they assert.

use mm::Need;
use pgtable::Level;

use crate::{CheckDef, Function};

/// A kernel function that can be on the call stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Func {
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
    /// A function of whoever acts around the walker.
    Other(&'static Function),
}

impl Func {
    /// The C identifier.
    pub const fn name(self) -> &'static str {
        match self {
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
            Self::Other(func) => func.name,
        }
    }
}

/// An argument check. The function returns `-EINVAL` if it fails, unless the variant says something else.
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
    /// Whoever acts around the walker checks something.
    Other(&'static CheckDef),
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

impl Subject {
    /// The assertion as the kernel's source has it.
    pub const fn assertion(self, need: Need) -> &'static str {
        match (self, need) {
            (Self::Walked, Need::Held) => "mmap_assert_locked(mm)",
            (Self::Walked, Need::Write) => "mmap_assert_write_locked(mm)",
            (Self::InitMm, Need::Held) => "mmap_assert_locked(&init_mm)",
            (Self::InitMm, Need::Write) => "mmap_assert_write_locked(&init_mm)",
            (Self::Vma, Need::Held) => "vma_assert_locked(vma)",
            (Self::Vma, Need::Write) => "vma_assert_write_locked(vma)",
            (Self::IMmap, _) => "lockdep_assert_held(&mapping->i_mmap_rwsem)",
        }
    }
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
