//! `munmap()`: removes VMAs under the write lock, and frees their page tables under the lock that it still holds: the read
//! lock if it downgrades, else the write lock.
//!
//! mm/vma.c, `vms_complete_munmap_vmas()`, `free_pgtables()`; mm/mmu_gather.c; v7.3. The range covers all that the pmd table
//! maps, so that it goes as well.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::Free;
use pgtable::Level;

use crate::step::{Line, Lock, Step, Value, line};

/// `munmap(2)` and brk downgrade to a read lock before they unmap; who maps something else at once does not (`MAP_FIXED`,
/// a moving mremap).
pub(super) fn lines(downgrades: bool, per_vma_lock: bool) -> Vec<Line> {
    const MM: Lock = Lock::Mmap(MmId::USER);
    static LINES: [Line; 15] = [
        line("mmap_write_lock(mm)", Step::Lock(MM, LockMode::Write)),
        line("vma_start_write(vma)", Step::StartVmaWrite),
        line(
            "vma_iter_clear_gfp()",
            Step::Detach("removes the VMA from the maple tree, so that nobody can find it any more"),
        ),
        line("mmap_write_downgrade(mm)", Step::Downgrade(MmId::USER)),
        line("pte_offset_map_lock()", Step::Lock(Lock::Pte, LockMode::Write)),
        line("ptep_get_and_clear_full()", Step::Write(Level::Pte, Value::Empty)),
        line("pte_unmap_unlock()", Step::Unlock(Lock::Pte, LockMode::Write)),
        line("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty)),
        line("pte_free_tlb()", Step::Free(Level::Pte, Free::Queued)),
        line("pud_clear(pud)", Step::Write(Level::Pud, Value::Empty)),
        line("pmd_free_tlb()", Step::Free(Level::Pmd, Free::Queued)),
        line("tlb_flush_mmu_tlbonly()", Step::Flush { all: false }),
        line("tlb_table_flush(): pte table", Step::Finish(Level::Pte)),
        line("tlb_table_flush(): pmd table", Step::Finish(Level::Pmd)),
        line("mmap_read_unlock(mm)", Step::Unlock(MM, LockMode::Read)),
    ];
    let mut lines = LINES.to_vec();
    if let Some(last) = lines.last_mut().filter(|_| !downgrades) {
        *last = line("mmap_write_unlock(mm)", Step::Unlock(MM, LockMode::Write));
    }
    lines.retain(|line| match line.step {
        Step::Downgrade(_) => downgrades,
        Step::StartVmaWrite => per_vma_lock,
        _ => true,
    });
    lines
}
