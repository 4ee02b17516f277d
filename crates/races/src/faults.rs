//! Who adds to page tables while others walk: page faults, and the kernel's own mappings.

use mm::LockMode;
use pagewalk::Test;
use pgtable::Level;

use crate::step::{Line, Lock, Step, Value, inner, line};

const WRITE: LockMode = LockMode::Write;
const READ: LockMode = LockMode::Read;

/// A page fault under the VMA's own lock makes the tables that are missing and maps a page: `__handle_mm_fault()`,
/// mm/memory.c, v7.3.
pub(super) static PAGE_FAULT: [Line; 11] = [
    line("lock_vma_under_rcu()", Step::TryLock(Lock::Vma, READ)),
    inner("__pmd_alloc(): pud_lock()", Step::Lock(Lock::Pud, WRITE)),
    inner("__pmd_alloc(): pud_populate()", Step::Populate(Level::Pud)),
    inner("__pmd_alloc(): spin_unlock(ptl)", Step::Unlock(Lock::Pud, WRITE)),
    inner("__pte_alloc(): pmd_lock()", Step::Lock(Lock::Pmd, WRITE)),
    inner("__pte_alloc(): pmd_populate()", Step::Populate(Level::Pmd)),
    inner("__pte_alloc(): spin_unlock(ptl)", Step::Unlock(Lock::Pmd, WRITE)),
    inner("pte_offset_map_lock()", Step::Lock(Lock::Pte, WRITE)),
    inner("set_pte_at()", Step::Write(Level::Pte, Value::Leaf)),
    inner("pte_unmap_unlock()", Step::Unlock(Lock::Pte, WRITE)),
    inner("vma_end_read(vma)", Step::Unlock(Lock::Vma, READ)),
];

/// A device's memory is touched again and mapped by one large pud, as before: `vfio_pci_mmap_huge_fault()`.
pub(super) static PUD_FAULT: [Line; 6] = [
    line("lock_vma_under_rcu()", Step::TryLock(Lock::Vma, READ)),
    inner("pud_none(*pud)", Step::Is(Level::Pud, Test::None)),
    deep("pud_lock(mm, pud)", Step::Lock(Lock::Pud, WRITE)),
    deep("insert_pud(): leaf", Step::Write(Level::Pud, Value::Leaf)),
    deep("spin_unlock(ptl)", Step::Unlock(Lock::Pud, WRITE)),
    inner("vma_end_read(vma)", Step::Unlock(Lock::Vma, READ)),
];

/// `vmalloc()` makes the tables that are missing and maps a page: `vmap_pte_range()`, mm/vmalloc.c, v7.3.
pub(super) static VMALLOC: [Line; 7] = [
    line("__pmd_alloc(): spin_lock()", Step::Lock(Lock::Pud, WRITE)),
    line("__pmd_alloc(): pud_populate()", Step::Populate(Level::Pud)),
    line("__pmd_alloc(): spin_unlock()", Step::Unlock(Lock::Pud, WRITE)),
    line("__pte_alloc_kernel(): spin_lock()", Step::Lock(Lock::Pud, WRITE)),
    line("__pte_alloc_kernel(): pmd_populate_kernel()", Step::Populate(Level::Pmd)),
    line("__pte_alloc_kernel(): spin_unlock()", Step::Unlock(Lock::Pud, WRITE)),
    line("set_pte_at()", Step::Write(Level::Pte, Value::Leaf)),
];

const fn deep(text: &'static str, step: Step) -> Line {
    Line { depth: 2, ..line(text, step) }
}
