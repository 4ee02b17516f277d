//! Memory hot-remove: frees the kernel's page tables of memory that goes.
//!
//! It holds `mem_hotplug_lock` for writing and knows nothing of `init_mm`'s lock. x86 and riscv free a table before they clear
//! the entry that points to it (`free_pte_table()`, arch/{x86,riscv}/mm; x86 clears under `page_table_lock`); arm64 clears,
//! flushes and then frees (`unmap_hotplug_range()`, `free_empty_pte_table()`); v7.3.

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::Free;
use pgtable::{Arch, Level};

use super::step::{Line, Lock, Step, Value, line};

pub(super) fn lines(arch: Arch) -> Vec<Line> {
    let begin = line("mem_hotplug_begin()", Step::Lock(Lock::Hotplug, LockMode::Write));
    let done = line("mem_hotplug_done()", Step::Unlock(Lock::Hotplug, LockMode::Write));
    let free = |level| {
        let text = if level == Level::Pte { "free pte table" } else { "free pmd table" };
        line(text, Step::Free(level, Free::Now))
    };
    let lock = line("spin_lock(&init_mm.page_table_lock)", Step::Lock(Lock::Pud, LockMode::Write));
    let unlock = line("spin_unlock(&init_mm.page_table_lock)", Step::Unlock(Lock::Pud, LockMode::Write));
    let clear = |level| {
        let text = if level == Level::Pmd { "pmd_clear(pmd)" } else { "pud_clear(pud)" };
        line(text, Step::Write(level, Value::Empty))
    };
    let flush = line("flush_tlb_kernel_range()", Step::Flush { all: false });
    let flush_all = line("flush_tlb_all()", Step::Flush { all: true });
    let (pmd, pud, pte) = (Level::Pmd, Level::Pud, Level::Pte);
    match arch {
        Arch::X86_64 => Vec::from([
            begin,
            free(pte),
            lock,
            clear(pmd),
            unlock,
            free(pmd),
            lock,
            clear(pud),
            unlock,
            flush_all,
            done,
        ]),
        Arch::Arm64 => Vec::from([begin, clear(pmd), flush, free(pte), clear(pud), flush, free(pmd), done]),
        _ => Vec::from([begin, free(pte), clear(pmd), free(pmd), clear(pud), flush_all, done]),
    }
}
