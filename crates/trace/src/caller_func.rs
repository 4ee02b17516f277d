//! The functions of the patch's callers.
//!
//! The kernel walk's users: `arch/{loongarch,riscv,arm64}/mm/pageattr.c`, `arch/openrisc/kernel/dma.c`,
//! `mm/hugetlb_vmemmap.c` and `arch/arm64/mm/mmu.c` (v7.3).

/// What a `set_memory_*()` or `set_direct_map_*()` function asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetMemory {
    /// Executable.
    X,
    /// Not executable.
    Nx,
    /// Read-only.
    Ro,
    /// Writable.
    Rw,
    /// Writable and not executable (riscv).
    RwNx,
    /// Out of the direct map, without a TLB flush by the architecture's own choice.
    DirectMapInvalid,
    /// Back in the direct map.
    DirectMapDefault,
    /// Valid again, with the permissions unchanged (arm64).
    Valid,
    /// Not valid (arm64).
    Invalid,
}

impl SetMemory {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::X,
        Self::Nx,
        Self::Ro,
        Self::Rw,
        Self::RwNx,
        Self::DirectMapInvalid,
        Self::DirectMapDefault,
        Self::Valid,
        Self::Invalid,
    ];
}

/// A function of one of the callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerFunc {
    /// `set_memory_x()` and its siblings, `set_direct_map_*_noflush()`, `set_memory_valid()`.
    Set(SetMemory),
    /// `__set_memory()` of loongarch.
    LoongarchSetMemory,
    /// `__set_memory()` of riscv.
    RiscvSetMemory,
    /// `split_linear_mapping()` of riscv.
    SplitLinearMapping,
    /// `change_memory_common()` of arm64.
    ChangeMemoryCommon,
    /// `update_range_prot()` of arm64 (v6.18).
    UpdateRangeProt,
    /// `split_kernel_leaf_mapping()` of arm64 (v6.18).
    SplitKernelLeafMapping,
    /// `range_split_to_ptes()` of arm64 (v6.18).
    RangeSplitToPtes,
    /// `linear_map_split_to_ptes()` of arm64 (v6.18): at boot, with all other CPUs waiting.
    LinearMapSplitToPtes,
    /// `arch_kfence_init_pool()` of arm64 (v6.18).
    ArchKfenceInitPool,
    /// `arch_dma_set_uncached()` of openrisc.
    ArchDmaSetUncached,
    /// `arch_dma_clear_uncached()` of openrisc.
    ArchDmaClearUncached,
    /// `hugetlb_vmemmap_optimize_folio()`
    HugetlbVmemmapOptimizeFolio,
    /// `hugetlb_vmemmap_optimize_folios()`: many at once, so that one TLB flush does for all.
    HugetlbVmemmapOptimizeFolios,
    /// `hugetlb_vmemmap_restore_folio()`
    HugetlbVmemmapRestoreFolio,
    /// `vmemmap_remap_free()`
    VmemmapRemapFree,
    /// `vmemmap_remap_alloc()`
    VmemmapRemapAlloc,
    /// `vmemmap_remap_split()`
    VmemmapRemapSplit,
    /// `vmemmap_remap_range()`
    VmemmapRemapRange,
    /// `vmemmap_pmd_entry()`: the callback.
    VmemmapPmdEntry,
    /// `vmemmap_split_pmd()`
    VmemmapSplitPmd,
}

impl CallerFunc {
    /// The C identifier.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Set(SetMemory::X) => "set_memory_x",
            Self::Set(SetMemory::Nx) => "set_memory_nx",
            Self::Set(SetMemory::Ro) => "set_memory_ro",
            Self::Set(SetMemory::Rw) => "set_memory_rw",
            Self::Set(SetMemory::RwNx) => "set_memory_rw_nx",
            Self::Set(SetMemory::DirectMapInvalid) => "set_direct_map_invalid_noflush",
            Self::Set(SetMemory::DirectMapDefault) => "set_direct_map_default_noflush",
            Self::Set(SetMemory::Valid | SetMemory::Invalid) => "set_memory_valid",
            Self::LoongarchSetMemory | Self::RiscvSetMemory => "__set_memory",
            Self::SplitLinearMapping => "split_linear_mapping",
            Self::ChangeMemoryCommon => "change_memory_common",
            Self::UpdateRangeProt => "update_range_prot",
            Self::SplitKernelLeafMapping => "split_kernel_leaf_mapping",
            Self::RangeSplitToPtes => "range_split_to_ptes",
            Self::LinearMapSplitToPtes => "linear_map_split_to_ptes",
            Self::ArchKfenceInitPool => "arch_kfence_init_pool",
            Self::ArchDmaSetUncached => "arch_dma_set_uncached",
            Self::ArchDmaClearUncached => "arch_dma_clear_uncached",
            Self::HugetlbVmemmapOptimizeFolio => "hugetlb_vmemmap_optimize_folio",
            Self::HugetlbVmemmapOptimizeFolios => "hugetlb_vmemmap_optimize_folios",
            Self::HugetlbVmemmapRestoreFolio => "hugetlb_vmemmap_restore_folio",
            Self::VmemmapRemapFree => "vmemmap_remap_free",
            Self::VmemmapRemapAlloc => "vmemmap_remap_alloc",
            Self::VmemmapRemapSplit => "vmemmap_remap_split",
            Self::VmemmapRemapRange => "vmemmap_remap_range",
            Self::VmemmapPmdEntry => "vmemmap_pmd_entry",
            Self::VmemmapSplitPmd => "vmemmap_split_pmd",
        }
    }
}

/// What a caller checks. Each variant says what the caller does when the check fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallerCheck {
    /// `numpages` is not 0; otherwise there is nothing to do, and 0 is returned.
    Pages,
    /// loongarch: the address is not below `vm_map_base`; what is below lies in windows, not in tables, and 0 is returned.
    InTables,
    /// arm64's `split_kernel_leaf_mapping()`: both ends are multiples of the page size; `-EINVAL` otherwise.
    Aligned,
    /// arm64's `change_memory_common()`: the same of the address, which is rounded down with a warning otherwise.
    AlignedOrWarn,
    /// `vmemmap_remap_range()`: the same of both ends, by `VM_BUG_ON()`.
    AlignedOrBug,
    /// arm64: the range is inside one area of `vmalloc()`; `-EINVAL` otherwise.
    Area,
    /// arm64: the leaf lies in the range as a whole; a warning and `-EINVAL` otherwise.
    WholeLeaf,
    /// HVO: the huge page has its vmemmap pages (`vmemmap_should_optimize_folio()`); otherwise there is nothing to do.
    NotOptimized,
    /// HVO: its vmemmap pages have been given back; otherwise there is nothing to restore.
    Optimized,
    /// HVO: the vmemmap pages do not describe themselves (`PageVmemmapSelfHosted()`); `-ENOTSUPP` otherwise.
    NotSelfHosted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_the_kernels_names() {
        for (func, name) in [
            (CallerFunc::Set(SetMemory::RwNx), "set_memory_rw_nx"),
            (CallerFunc::Set(SetMemory::DirectMapInvalid), "set_direct_map_invalid_noflush"),
            (CallerFunc::RiscvSetMemory, "__set_memory"),
            (CallerFunc::VmemmapRemapRange, "vmemmap_remap_range"),
        ] {
            assert_eq!(func.name(), name);
        }
    }
}
