//! Who frees a pte table of a process without its `mmap_lock`: khugepaged, and zapping.

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::Free;
use pgtable::Level;

use crate::step::{Line, Lock, Step, Value, inner, line};

const WRITE: LockMode = LockMode::Write;
const READ: LockMode = LockMode::Read;

/// khugepaged has put the pages of a file together and takes the pte tables of all that map it, through the reverse map:
/// `retract_page_tables()`, mm/khugepaged.c, v7.3. It defers the free with `pte_free_defer()`; `rcu` says whether that
/// does what it says.
pub(super) fn retract(rcu: bool) -> Vec<Line> {
    static LINES: [Line; 9] = [
        line("i_mmap_lock_read(mapping)", Step::Lock(Lock::IMmap, READ)),
        line("pmd_lock(mm, pmd)", Step::Lock(Lock::Pmd, WRITE)),
        line("spin_lock_nested(ptl)", Step::Lock(Lock::Pte, WRITE)),
        line("pmdp_collapse_flush(): clear", Step::Write(Level::Pmd, Value::Empty)),
        line("pmdp_collapse_flush(): flush", Step::Flush { all: false }),
        line("spin_unlock(ptl)", Step::Unlock(Lock::Pte, WRITE)),
        line("spin_unlock(pml)", Step::Unlock(Lock::Pmd, WRITE)),
        line("pte_free_defer(mm, pgtable)", Step::Free(Level::Pte, Free::Rcu)),
        line("i_mmap_unlock_read(mapping)", Step::Unlock(Lock::IMmap, READ)),
    ];
    let mut lines = LINES.to_vec();
    for line in &mut lines {
        if let Step::Free(_, how) = &mut line.step
            && !rcu
        {
            *how = Free::Now;
        }
    }
    lines
}

/// `MADV_DONTNEED` of at least a pmd's worth under the VMA's own lock: it clears ptes and takes the table that is empty then
/// (`CONFIG_PT_RECLAIM`, `zap_pte_table_if_empty()`, mm/memory.c, v7.3).
pub(super) static RECLAIM: [Line; 11] = [
    line("lock_vma_under_rcu()", Step::TryLock(Lock::Vma, READ)),
    inner("pte_offset_map_lock()", Step::Lock(Lock::Pte, WRITE)),
    inner("ptep_get_and_clear_full()", Step::Write(Level::Pte, Value::Empty)),
    inner("pmd_trylock()", Step::TryLock(Lock::Pmd, WRITE)),
    deep("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty)),
    deep("spin_unlock(pml)", Step::Unlock(Lock::Pmd, WRITE)),
    deep("pte_free_tlb()", Step::Free(Level::Pte, Free::Queued)),
    inner("pte_unmap_unlock()", Step::Unlock(Lock::Pte, WRITE)),
    inner("tlb_flush_mmu_tlbonly()", Step::Flush { all: false }),
    inner("tlb_table_flush()", Step::Finish(Level::Pte)),
    inner("vma_end_read(vma)", Step::Unlock(Lock::Vma, READ)),
];

const fn deep(text: &'static str, step: Step) -> Line {
    Line { depth: 2, ..line(text, step) }
}
