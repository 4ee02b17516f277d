//! The locks by name.

use mm::{MmId, VmaId};
use pgtable::PhysAddr;

/// A lock that somebody takes or releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockName {
    /// The `mmap_lock` of an mm.
    Mmap(MmId),
    /// `mem_hotplug_lock`, by `get_online_mems()` and `put_online_mems()`.
    MemHotplug,
    /// The per-VMA lock.
    Vma(VmaId),
    /// `mapping->i_mmap_rwsem`.
    IMmap,
    /// `hugetlb_vma_lock_read()`
    HugetlbVma(VmaId),
    /// `mm->page_table_lock`
    PageTable(MmId),
    /// The page-table lock of the table at this address.
    Ptl(PhysAddr),
    /// x86's `cpa_lock`.
    Cpa,
    /// arm64's `pgtable_split_lock`.
    PgtableSplit,
}
