//! v6.16, the last mainline kernel before the split. The other rows are differences to this one.

use crate::revision::{Around, AssertOrder, MmapAssert, Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "v6.16",
    about: "one function, two modes",
    mainline: Some(6160),
    version: (6, 16),
    rules: Rules {
        mmap_assert: MmapAssert::LockdepOrWord,
        hugetlb_lock: true,
        vma_locks: true,
        vma_tests: false,
        map_can_fail: true,
        folio_walk: true,
        split: false,
        kernel_order: AssertOrder::ChecksFirst,
        lockless: false,
        helper: false,
        debug_asserts_both: false,
        checks_ops: true,
        unsafe_names: false,
        vma_rdlock: false,
        fw_migration: true,
        pud_recheck: false,
        pud_none_retest: true,
        action_reset_first: false,
    },
    around: Around {
        dump_hotplug: false,
        dump_locks_init_mm: false,
        vmap_locks_init_mm: false,
        late_huge_vmaps: true,
        late_hot_remove: true,
        has_collapse: true,
        collapse_write_lock: false,
        retracts_without_lock: true,
        vfio_maps_puds: true,
        reclaims: true,
        hvo_walks: true,
        loongarch_set_memory: true,
    },
};

pub(in crate::revision) const RUNS: &str =
    "The last mainline kernel before the split of walk_page_range_novma().";
