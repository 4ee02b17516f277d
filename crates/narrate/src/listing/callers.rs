//! The listings of the patch's callers.

use pagewalk::{CallerFunc, Rules};

use super::at;

/// The lines of `func` under `rules`, without the first one, which is the function itself.
pub(super) const fn lines(func: CallerFunc, rules: &Rules) -> &'static [(u8, &'static str)] {
    match func {
        CallerFunc::Set(_) => &[
            (at::CHECK, "  loongarch: below vm_map_base? return 0"),
            (at::DESCEND, "  riscv, loongarch: return __set_memory(…)\n  arm64: change_memory_common(…)"),
            (at::FLUSH, "  arm64, by itself: flush_tlb_kernel_range"),
        ],
        CallerFunc::LoongarchSetMemory => &[
            (at::CHECK, "  numpages 0? return 0"),
            (at::LOCK, "  mmap_write_lock(&init_mm)"),
            (at::DESCEND, "  walk: clear and set bits of leaves and ptes"),
            (at::UNLOCK, "  mmap_write_unlock(&init_mm)"),
            (at::FLUSH, "  flush_tlb_kernel_range(start, end)"),
        ],
        CallerFunc::RiscvSetMemory => &[
            (at::CHECK, "  numpages 0? return 0"),
            (at::LOCK, "  mmap_write_lock(&init_mm)"),
            (at::FIND, "  vmalloc: each page's linear alias\n  else the whole linear alias"),
            (at::DESCEND, "    split_linear_mapping; walk the alias"),
            (at::ENTRY, "  walk start to end itself"),
            (at::UNLOCK, "  mmap_write_unlock(&init_mm), on error too"),
            (at::FLUSH, "  flush_tlb_all(), on error too"),
        ],
        CallerFunc::SplitLinearMapping => &[
            (at::LEAF, "  entry wholly in the range? leave it\n  leaf? to be split"),
            (at::ALLOC, "    alloc_page: none? return -ENOMEM"),
            (at::DESCEND, "    fill it with leaves; smp_wmb"),
            (at::ENTRY, "    entry = the new table"),
            (at::OFFSET, "  go down, from p4d to pmd"),
        ],
        CallerFunc::ArchDmaSetUncached => &[
            (at::LOCK, "  mmap_write_lock(&init_mm)"),
            (at::DESCEND, "  walk: each pte"),
            (at::ENTRY, "    set _PAGE_CI"),
            (at::FLUSH, "    flush its TLB entry and its cache lines"),
            (at::UNLOCK, "  mmap_write_unlock(&init_mm)"),
        ],
        CallerFunc::ArchDmaClearUncached => &[
            (at::LOCK, "  mmap_write_lock(&init_mm)"),
            (at::DESCEND, "  walk: each pte; failed? WARN_ON"),
            (at::ENTRY, "    clear _PAGE_CI"),
            (at::FLUSH, "    flush its TLB entry"),
            (at::UNLOCK, "  mmap_write_unlock(&init_mm)"),
        ],
        CallerFunc::ChangeMemoryCommon
        | CallerFunc::UpdateRangeProt
        | CallerFunc::SplitKernelLeafMapping
        | CallerFunc::RangeSplitToPtes
        | CallerFunc::LinearMapSplitToPtes
        | CallerFunc::ArchKfenceInitPool => arm64(func),
        CallerFunc::HugetlbVmemmapOptimizeFolio
        | CallerFunc::HugetlbVmemmapOptimizeFolios
        | CallerFunc::HugetlbVmemmapRestoreFolio
        | CallerFunc::VmemmapRemapFree
        | CallerFunc::VmemmapRemapAlloc
        | CallerFunc::VmemmapRemapSplit
        | CallerFunc::VmemmapRemapRange
        | CallerFunc::VmemmapPmdEntry
        | CallerFunc::VmemmapSplitPmd => hvo(func, rules),
    }
}

const fn arm64(func: CallerFunc) -> &'static [(u8, &'static str)] {
    match func {
        CallerFunc::ChangeMemoryCommon => &[
            (
                at::CHECK,
                "  not at a page? warn, round down\n  not in one vmalloc area? -EINVAL\n  numpages 0? 0",
            ),
            (at::ENTRY, "  RO or RW: update_range_prot of each alias"),
            (at::DESCEND, "  vm_unmap_aliases; update_range_prot(range)"),
            (at::FLUSH, "  flush after each, unless only made valid"),
        ],
        CallerFunc::UpdateRangeProt => &[
            (at::LEAF, "  split_kernel_leaf_mapping: failed? warn"),
            (at::DESCEND, "  in lazy MMU mode:\n    walk_kernel_page_table_range_lockless(…)"),
            (at::CHECK, "    leaf only partly in the range? -EINVAL"),
        ],
        CallerFunc::SplitKernelLeafMapping => &[
            (at::CHECK, "  not at pages? -EINVAL"),
            (at::LOCK, "  mutex_lock(&pgtable_split_lock)"),
            (at::LEAF, "  down to start, then to end:\n    leaf or block around it?"),
            (at::ALLOC, "      a new table: none? return -ENOMEM"),
            (at::DESCEND, "      fill it, contiguous; dsb"),
            (at::ENTRY, "      entry = the table, or without the hint"),
            (at::OFFSET, "    one level down"),
            (at::UNLOCK, "  mutex_unlock(&pgtable_split_lock)"),
        ],
        CallerFunc::RangeSplitToPtes => &[
            (at::DESCEND, "  in lazy MMU mode: lockless walk"),
            (at::ALLOC, "    pud, pmd leaf: a new table of smaller ones"),
            (at::ENTRY, "    contiguous: take the hint from the block"),
        ],
        CallerFunc::LinearMapSplitToPtes => &[
            (at::DESCEND, "  all other CPUs wait\n  range_split_to_ptes: failed? panic"),
            (at::FLUSH, "  flush_tlb_kernel_range(linear map)"),
        ],
        CallerFunc::ArchKfenceInitPool => &[
            (at::LOCK, "  mutex_lock(&pgtable_split_lock)"),
            (at::DESCEND, "  range_split_to_ptes(pool)"),
            (at::UNLOCK, "  mutex_unlock(&pgtable_split_lock)"),
        ],
        _ => &[],
    }
}

const fn hvo(func: CallerFunc, rules: &Rules) -> &'static [(u8, &'static str)] {
    match func {
        CallerFunc::HugetlbVmemmapOptimizeFolio if rules.hvo_shared_tail => &[
            (at::CHECK, "  optimized already? return"),
            (at::ALLOC, "  the shared tail page of this size\n  a page for the head: none? -ENOMEM"),
            (at::DESCEND, "  copy the head; vmemmap_remap_free(…)\n  free what is no longer mapped"),
        ],
        CallerFunc::HugetlbVmemmapOptimizeFolio => &[
            (at::CHECK, "  optimized already? return"),
            (at::DESCEND, "  vmemmap_remap_free(…)\n  free what is no longer mapped"),
        ],
        CallerFunc::HugetlbVmemmapOptimizeFolios => &[
            (at::CHECK, "  optimized already? not this one"),
            (at::LEAF, "  each folio: vmemmap_remap_split(…)"),
            (at::FLUSH, "  flush_tlb_all()"),
            (at::ALLOC, "  each folio: the pages that it needs"),
            (at::DESCEND, "    vmemmap_remap_free(…)\n  flush_tlb_all(); free the pages"),
        ],
        CallerFunc::HugetlbVmemmapRestoreFolio => {
            &[(at::CHECK, "  not optimized? return 0"), (at::DESCEND, "  vmemmap_remap_alloc(…)")]
        }
        CallerFunc::VmemmapRemapFree if rules.hvo_shared_tail => &[
            (at::DESCEND, "  vmemmap_remap_range(…)"),
            (at::AGAIN, "  failed half-way? the same range, to restore"),
        ],
        CallerFunc::VmemmapRemapFree => &[
            (at::ALLOC, "  a page for the head, if there is one"),
            (at::DESCEND, "  copy the head; vmemmap_remap_range(…)"),
            (at::AGAIN, "  failed half-way? the same range, to restore"),
        ],
        CallerFunc::VmemmapRemapAlloc => {
            &[(at::ALLOC, "  a page for each pte: none? -ENOMEM"), (at::DESCEND, "  vmemmap_remap_range(…)")]
        }
        CallerFunc::VmemmapRemapSplit => &[(at::DESCEND, "  vmemmap_remap_range(…), without a flush")],
        CallerFunc::VmemmapRemapRange => &[
            (at::CHECK, "  VM_BUG_ON: not at pages"),
            (at::LOCK, "  mmap_read_lock(&init_mm)"),
            (at::DESCEND, "  walk: pmd_entry splits, pte_entry remaps"),
            (at::ENTRY, "    a pte: head page, shared page or fresh one"),
            (at::UNLOCK, "  mmap_read_unlock(&init_mm)"),
            (at::FLUSH, "  all well: flush_tlb_kernel_range"),
        ],
        CallerFunc::VmemmapPmdEntry => &[
            (at::ENTRY, "  only splitting? ACTION_CONTINUE"),
            (at::MAP, "  spin_lock(&init_mm.page_table_lock)"),
            (at::LEAF, "  a leaf?"),
            (at::CHECK, "  first one, and self-hosted? -ENOTSUPP"),
            (at::UNMAP, "  spin_unlock(&init_mm.page_table_lock)"),
            (at::DESCEND, "  leaf: return vmemmap_split_pmd(…)"),
        ],
        CallerFunc::VmemmapSplitPmd => &[
            (at::ALLOC, "  a pte table: none? return -ENOMEM"),
            (at::DESCEND, "  fill it; later split_page, smp_wmb"),
            (at::MAP, "  spin_lock(&init_mm.page_table_lock)"),
            (at::LEAF, "  still a leaf?"),
            (at::ENTRY, "    pmd = the new table"),
            (at::FLUSH, "    flush_tlb_kernel_range(pmd), if wanted"),
            (at::FREED, "  no longer: free the new table"),
            (at::UNMAP, "  spin_unlock(&init_mm.page_table_lock)"),
        ],
        _ => &[],
    }
}
