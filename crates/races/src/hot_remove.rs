//! Memory hot-remove: frees the kernel's page tables of memory that goes.
//!
//! It holds `mem_hotplug_lock` for writing and knows nothing of `init_mm`'s lock (mm/memory_hotplug.c, v7.3). The order of
//! clearing, flushing and freeing is the architecture's: [`HotRemove`].

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::Free;
use pgtable::{HotRemove, Level, TableStep};

use crate::step::{Line, Lock, Step, Value, line};

const BEGIN: Line = line("mem_hotplug_begin()", Step::Lock(Lock::Hotplug, LockMode::Write));
const DONE: Line = line("mem_hotplug_done()", Step::Unlock(Lock::Hotplug, LockMode::Write));
const LOCK: Line = line("spin_lock(&init_mm.page_table_lock)", Step::Lock(Lock::Pud, LockMode::Write));
const UNLOCK: Line = line("spin_unlock(&init_mm.page_table_lock)", Step::Unlock(Lock::Pud, LockMode::Write));
const FLUSH: Line = line("flush_tlb_kernel_range()", Step::Flush { all: false });
const FLUSH_ALL: Line = line("flush_tlb_all()", Step::Flush { all: true });

/// The two tables that go: how freeing them and clearing their entries is called.
const TABLES: [(Line, Line); 2] = [
    (
        line("free pte table", Step::Free(Level::Pte, Free::Now)),
        line("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty)),
    ),
    (
        line("free pmd table", Step::Free(Level::Pmd, Free::Now)),
        line("pud_clear(pud)", Step::Write(Level::Pud, Value::Empty)),
    ),
];

/// `arch_remove_memory()`.
pub(super) fn lines(order: &HotRemove) -> Vec<Line> {
    let mut lines = Vec::from([BEGIN]);
    for (free, clear) in TABLES {
        lines.extend(order.each_table.iter().map(|step| match step {
            TableStep::Lock => LOCK,
            TableStep::Clear => clear,
            TableStep::Unlock => UNLOCK,
            TableStep::Flush => FLUSH,
            TableStep::Free => free,
        }));
    }
    lines.extend(order.flushes_last.then_some(FLUSH_ALL));
    lines.push(DONE);
    lines
}
