//! What differs between kernels, as tables of facts.

/// Where a function checks its arguments and where it asserts locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssertOrder {
    /// `-EINVAL` tests first: a wrong range returns before any lock is looked at.
    ChecksFirst,
    /// The assertion first.
    AssertFirst,
}

/// What `mmap_assert_locked()` and `mmap_assert_write_locked()` look at (include/linux/mmap_lock.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MmapAssert {
    /// v5.8 to v6.8: lockdep, if it is built in; then `VM_BUG_ON_MM()` unless the rwsem is locked by anybody in any mode, which
    /// `CONFIG_DEBUG_VM` alone makes a BUG. A kernel with neither checks nothing.
    LockdepOrBug,
    /// v6.9 on (`rwsem_assert_held()`, `rwsem_assert_held_write()`): lockdep, or without it the lock word, which warns.
    LockdepOrWord,
}

/// What differs between the versions of mm/pagewalk.c. The one machine consults it; nothing else in it knows a version.
///
/// A long-term kernel has back-ports: what it has of a later version is in its row.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a table of independent yes/no facts, one per change to the kernel"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// What an assertion of an mmap lock looks at.
    pub mmap_assert: MmapAssert,
    /// v6.3: `walk_hugetlb_range()` holds the lock of the hugetlb VMA.
    pub hugetlb_lock: bool,
    /// v6.4, with `walk_lock` in the ops table since v6.6: VMAs have locks of their own.
    pub vma_locks: bool,
    /// Until v6.1: `walk_page_vma()` asks `test_walk()` and passes `VM_PFNMAP` by.
    pub vma_tests: bool,
    /// v6.5: `pte_offset_map()` and `pte_offset_map_lock()` may find no table, hold RCU, and a pmd is looked at again then.
    /// Before, both are arithmetic, and with a VMA `pmd_trans_unstable()` asks before.
    pub map_can_fail: bool,
    /// v6.12: `folio_walk_start()` exists.
    pub folio_walk: bool,
    /// v6.17: `walk_page_range_novma()` is split into a kernel and a debug walk.
    pub split: bool,
    /// v6.18: the kernel walk asserts before it checks. So did the patch as posted.
    pub kernel_order: AssertOrder,
    /// v6.18: `walk_kernel_page_table_range_lockless()` exists, and the kernel walk calls it.
    pub lockless: bool,
    /// The patch as posted, and nothing else: both walks go through `__walk_page_range_novma()`.
    pub helper: bool,
    /// v7.3 (27c32e553834): the debug walk asserts write on its mm and on `init_mm`, before anything else. Where it was ported
    /// back to kernels without the split, `walk_page_range_novma()` does, after its checks.
    pub debug_asserts_both: bool,
    /// v6.13: `install_pte` exists, so the exported entry points refuse it.
    pub checks_ops: bool,
    /// v6.19: the functions that may install are called `*_unsafe()`, and `walk_page_range_vma()` is one of those behind a
    /// check of the ops table.
    pub unsafe_names: bool,
    /// v6.17: `PGWALK_VMA_RDLOCK_VERIFY` exists.
    pub vma_rdlock: bool,
    /// Until v6.19 or v7.0: `folio_walk_start()` knows `FW_MIGRATION`.
    pub fw_migration: bool,
    /// v7.1: `walk_pmd_range()` reads the pud once more and answers AGAIN when it is no table, and `walk_pud_range()` honours
    /// that.
    pub pud_recheck: bool,
    /// Until v7.0: the pud loop asks `pud_none()` again before descending.
    pub pud_none_retest: bool,
    /// v7.3: `walk->action` is reset at `again:`; before, after the hole test.
    pub action_reset_first: bool,
}

impl Rules {
    /// Whether the debug walk hands `init_mm` over to the kernel walk: since there are two, until it asserted both locks.
    pub const fn debug_delegates(&self) -> bool {
        self.split && !self.debug_asserts_both
    }
}

/// What differs between kernels around the walker: in mm/ptdump.c, and in what other CPUs do.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a table of independent yes/no facts, one per change to the kernel"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Around {
    /// v6.17 (59305202c67f): `ptdump_walk_pgd()` takes the memory-hotplug lock itself.
    pub dump_hotplug: bool,
    /// v7.3 (27c32e553834): `ptdump_walk_pgd()` write-locks `init_mm` besides another mm.
    pub dump_locks_init_mm: bool,
    /// v7.2-rc7 (26444eb71465, mm/vmalloc.c): a huge vmap holds `init_mm`'s lock for reading while it frees a page table, and
    /// maps small pages if it does not get that lock at once.
    pub vmap_locks_init_mm: bool,
    /// After v6.1: architectures that did not have huge vmaps then have them (`HAVE_ARCH_HUGE_VMAP` in arch/riscv/Kconfig).
    pub late_huge_vmaps: bool,
    /// v6.11 (arch/riscv/Kconfig, `ARCH_ENABLE_MEMORY_HOTREMOVE`): riscv, which could not, removes memory.
    pub late_hot_remove: bool,
    /// v6.15 (arch/x86/mm/pat/set_memory.c, `cpa_collapse_large_pages()`): x86 merges equal ptes into a large page and frees
    /// their table.
    pub has_collapse: bool,
    /// v7.3-rc3 (a1c7570cedd0): that collapse holds `init_mm`'s lock for writing besides `cpa_lock`.
    pub collapse_write_lock: bool,
    /// v6.6 (mm/khugepaged.c, `retract_page_tables()`): pte tables of a file are freed without the mmap lock.
    pub retracts_without_lock: bool,
    /// v6.12 (drivers/vfio/pci/vfio_pci_core.c, `vfio_pci_mmap_huge_fault()`): a fault maps a pud of a device's memory that VFIO
    /// hands out. Before, only device-dax maps puds of a process.
    pub vfio_maps_puds: bool,
    /// v6.14 (mm/pt_reclaim.c): `MADV_DONTNEED` frees empty pte tables.
    pub reclaims: bool,
    /// v6.8 (mm/hugetlb_vmemmap.c): its loops are page walks.
    pub hvo_walks: bool,
    /// v6.11 (arch/loongarch/mm/pageattr.c): loongarch has `set_memory_*()`.
    pub loongarch_set_memory: bool,
}
