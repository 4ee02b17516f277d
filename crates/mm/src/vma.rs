//! Virtual memory areas: what a process has mapped.

use pgtable::VirtAddr;

use crate::{LockMode, MmId, Rwsem, Task};

bitflags::bitflags! {
    /// `vma->vm_flags`, by the kernel's bits (include/linux/mm.h, v7.3). Those without a name are kept.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct VmaFlags: u64 {
        /// `VM_READ`
        const READ = 0x1;
        /// `VM_WRITE`
        const WRITE = 0x2;
        /// `VM_EXEC`
        const EXEC = 0x4;
        /// `VM_SHARED`
        const SHARED = 0x8;
        /// `VM_PFNMAP`: raw page frames without `struct page`, usually of a device.
        const PFNMAP = 0x400;
        /// `VM_HUGETLB`: pages of hugetlbfs.
        const HUGETLB = 0x40_0000;
        const _ = !0;
    }
}

/// What backs an area: decides how a huge page of it is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum VmaKind {
    /// Anonymous memory: a huge pmd becomes a table of ptes.
    #[default]
    Anon,
    /// A file: a huge pmd is cleared, to be faulted in again.
    File,
}

/// Which area: its place in the world, which is its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VmaId(pub(crate) u16);

impl VmaId {
    /// Its number.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One `vm_area_struct`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Vma {
    /// `vm_mm`; `None` is a NULL pointer.
    pub mm: Option<MmId>,
    /// `vm_start`: first address.
    pub start: VirtAddr,
    /// `vm_end`: first address behind it.
    pub end: VirtAddr,
    /// `vm_flags`.
    pub flags: VmaFlags,
    /// What backs it.
    pub kind: VmaKind,
    /// `huge_page_size()` of its hstate in bytes, a power of two; 0 unless it is of hugetlbfs.
    pub huge_page_bytes: u64,
    /// `vm_pgoff`: where in the file it starts, in pages.
    pub pgoff: u64,
    /// Whether it is in the reverse map of the file that `walk_page_mapping()` walks.
    pub in_mapping: bool,
    /// Whether the maple tree still has it: munmap takes areas out before it frees their tables.
    pub in_tree: bool,
    /// The per-VMA lock (`CONFIG_PER_VMA_LOCK`).
    pub lock: Rwsem,
}

impl Vma {
    /// An area of anonymous memory in `mm`.
    pub fn anon(mm: MmId, start: VirtAddr, end: VirtAddr) -> Self {
        Self {
            mm: Some(mm),
            start,
            end,
            flags: VmaFlags::empty(),
            kind: VmaKind::Anon,
            huge_page_bytes: 0,
            pgoff: start.0 >> 12,
            in_mapping: false,
            in_tree: true,
            lock: Rwsem::default(),
        }
    }

    /// Whether it is of hugetlbfs: `is_vm_hugetlb_page()`.
    pub const fn is_hugetlb(&self) -> bool {
        self.flags.contains(VmaFlags::HUGETLB)
    }

    /// How `task` holds its lock.
    pub fn held_by(&self, task: Task) -> LockMode {
        self.lock.held_by(task)
    }
}
