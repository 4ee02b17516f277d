//! x86 merges equal ptes back into a large page at the end of `set_memory_rox()` and frees their table (v6.15).
//!
//! arch/x86/mm/pat/set_memory.c, `cpa_collapse_large_pages()`.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{Free, Test};
use pgtable::Level;

use crate::step::{Line, Lock, Step, Value, inner, line};

/// `held`: how the collapse holds `init_mm`'s lock besides `cpa_lock`. Not at all up to v7.3-rc2, for reading in a draft of
/// July 2026, for writing from v7.3-rc3.
pub(super) fn lines(held: LockMode) -> Vec<Line> {
    let init_mm = Lock::Mmap(MmId::INIT_MM);
    let (take, give) = match held {
        LockMode::Write => ("mmap_write_lock(&init_mm)", "mmap_write_unlock(&init_mm)"),
        _ => ("mmap_read_lock(&init_mm)", "mmap_read_unlock(&init_mm)"),
    };
    let mut lines = Vec::from([
        line(take, Step::Lock(init_mm, held)),
        line("spin_lock(&cpa_lock)", Step::Lock(Lock::Cpa, LockMode::Write)),
        line("collapse_pmd_page(): are all ptes alike?", Step::Is(Level::Pte, Test::Present)),
        inner("set_pmd(pmd, _pmd)", Step::Write(Level::Pmd, Value::Leaf)),
        inner("list_add(&pgtables)", Step::Free(Level::Pte, Free::Queued)),
        inner("flush_tlb_all()", Step::Flush { all: true }),
        inner("pagetable_free()", Step::Free(Level::Pte, Free::Now)),
        line("spin_unlock(&cpa_lock)", Step::Unlock(Lock::Cpa, LockMode::Write)),
        line(give, Step::Unlock(init_mm, held)),
    ]);
    lines.retain(|line| {
        held != LockMode::None
            || !matches!(line.step, Step::Lock(Lock::Mmap(_), _) | Step::Unlock(Lock::Mmap(_), _))
    });
    lines
}
