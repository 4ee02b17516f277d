//! arm64 changes permissions in the kernel's tables without `init_mm`'s lock (v6.18): who owns a range splits what only
//! partly belongs to it, and then walks locklessly.
//!
//! arch/arm64/mm/pageattr.c, `update_range_prot()`; arch/arm64/mm/mmu.c, `split_kernel_leaf_mapping()`; v7.3.

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::Test;
use pgtable::{Level, Model};

use crate::step::{Line, Lock, Step, Value, inner, line};

/// What `set_memory_ro()` sets and clears: `PTE_RDONLY` and `PTE_WRITE`.
pub(super) const fn read_only(model: &Model) -> (u64, u64) {
    let (is, was) = (model.make.prot.kernel_ro.pte, model.make.prot.kernel.pte);
    (is & !was, was & !is)
}

pub(super) fn lines(mutex: bool) -> Vec<Line> {
    static LINES: [Line; 9] = [
        line("mutex_lock(&pgtable_split_lock)", Step::Lock(Lock::Split, LockMode::Write)),
        line("pmd_leaf(pmdp_get(pmdp))", Step::Is(Level::Pmd, Test::Leaf)),
        inner("split_pmd(): new table", Step::Fill),
        inner("split_pmd(): __pmd_populate()", Step::Write(Level::Pmd, Value::Table)),
        line("mutex_unlock(&pgtable_split_lock)", Step::Unlock(Lock::Split, LockMode::Write)),
        line("lazy_mmu_mode_enable()", Step::Act("enters lazy MMU mode")),
        line("walk_kernel_page_table_range_lockless()", Step::Run),
        line("lazy_mmu_mode_disable()", Step::Act("leaves lazy MMU mode")),
        line("flush_tlb_kernel_range()", Step::Flush { all: false }),
    ];
    let mut lines = LINES.to_vec();
    lines.retain(|line| mutex || !matches!(line.step, Step::Lock(..) | Step::Unlock(..)));
    lines
}
