//! Memory hot-remove: frees the kernel's page tables of memory that goes.
//!
//! It holds `mem_hotplug_lock` for writing and knows nothing of `init_mm`'s lock. x86 and riscv free a table before they clear
//! the entry that points to it (`free_pte_table()`, arch/{x86,riscv}/mm; x86 clears under `page_table_lock`); arm64 clears,
//! flushes and then frees (`unmap_hotplug_range()`, `free_empty_pte_table()`); v7.3.

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::Free;
use pgtable::{Arch, Level};

use crate::step::{Line, Lock, Step, Value, line};

const BEGIN: Line = line("mem_hotplug_begin()", Step::Lock(Lock::Hotplug, LockMode::Write));
const DONE: Line = line("mem_hotplug_done()", Step::Unlock(Lock::Hotplug, LockMode::Write));
const FREE_PTE: Line = line("free pte table", Step::Free(Level::Pte, Free::Now));
const FREE_PMD: Line = line("free pmd table", Step::Free(Level::Pmd, Free::Now));
const LOCK: Line = line("spin_lock(&init_mm.page_table_lock)", Step::Lock(Lock::Pud, LockMode::Write));
const UNLOCK: Line = line("spin_unlock(&init_mm.page_table_lock)", Step::Unlock(Lock::Pud, LockMode::Write));
const CLEAR_PMD: Line = line("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty));
const CLEAR_PUD: Line = line("pud_clear(pud)", Step::Write(Level::Pud, Value::Empty));
const FLUSH: Line = line("flush_tlb_kernel_range()", Step::Flush { all: false });
const FLUSH_ALL: Line = line("flush_tlb_all()", Step::Flush { all: true });

static X86: [Line; 11] =
    [BEGIN, FREE_PTE, LOCK, CLEAR_PMD, UNLOCK, FREE_PMD, LOCK, CLEAR_PUD, UNLOCK, FLUSH_ALL, DONE];
static ARM64: [Line; 8] = [BEGIN, CLEAR_PMD, FLUSH, FREE_PTE, CLEAR_PUD, FLUSH, FREE_PMD, DONE];
static OTHERS: [Line; 7] = [BEGIN, FREE_PTE, CLEAR_PMD, FREE_PMD, CLEAR_PUD, FLUSH_ALL, DONE];

pub(super) fn lines(arch: Arch) -> Vec<Line> {
    let lines: &[Line] = match arch {
        Arch::X86_64 => &X86,
        Arch::Arm64 => &ARM64,
        _ => &OTHERS,
    };
    lines.to_vec()
}
