//! `vmalloc()` makes the tables that are missing and maps a page.
//!
//! mm/vmalloc.c, `vmap_pte_range()`, v7.3.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};
use pgtable::Level;

use super::{First, RaceDef, RuleDef, VMALLOC};
use crate::ground::Shape;
use crate::ops::Ops;
use crate::outcome::Outcomes;
use crate::setting::{DUMP, LOOK, NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, line};

/// A walk of kernel tables, and `vmalloc()`.
pub static RACE: RaceDef = RaceDef {
    id: "vmalloc",
    title: "A kernel walk and vmalloc()",
    about: "CPU 0 walks kernel tables. CPU 1 allocates the missing tables and maps a page.",
    goal: "Make anything go wrong on CPU 0.",
    aim: Outcomes::all(),
    why: "Nothing can go wrong. Most changes to kernel tables only add tables, and against those the walker needs \
          no lock. This is why the read lock is enough (b123d09304d8, v6.8), and why init_mm could be \
          handed over to the kernel walk.",
    ground: (VMALLOC, Shape::Nothing),
    runs_on: |_| true,
    absent: |_, _| None,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First {
        model: "x86_64-4level",
        kernel: Revision::V6_17,
        lock: LockMode::Read,
        rule: "kernel-walk",
    },
};

static RULES: [RuleDef; 3] = [
    RuleDef {
        id: "kernel-walk",
        title: "walk_kernel_page_table_range()",
        of_kernel: |_, _| true,
        absent: None,
        set_up: |setting| set_up(setting, EntryPoint::Kernel, MmId::INIT_MM, LOOK),
    },
    RuleDef {
        id: "debug-walk",
        title: "walk_page_range_debug() of init_mm",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| set_up(setting, EntryPoint::Debug, MmId::INIT_MM, DUMP),
    },
    RuleDef {
        id: "other-mm",
        title: "walk_page_range_debug() of another mm",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| set_up(setting, EntryPoint::Debug, MmId::USER, DUMP),
    },
];

fn set_up(setting: &mut Setting, entry: EntryPoint, mm: MmId, ops: Ops) -> Result<(), NotThere> {
    setting.walker(entry, mm, ops, &[(Lock::Mmap(mm), setting.lock)])?;
    setting.other("vmalloc", &LINES);
    Ok(())
}

const WRITE: LockMode = LockMode::Write;

static LINES: [Line; 7] = [
    line("__pmd_alloc(): spin_lock()", Step::Lock(Lock::Pud, WRITE)),
    line("__pmd_alloc(): pud_populate()", Step::Populate(Level::Pud)),
    line("__pmd_alloc(): spin_unlock()", Step::Unlock(Lock::Pud, WRITE)),
    line("__pte_alloc_kernel(): spin_lock()", Step::Lock(Lock::Pud, WRITE)),
    line("__pte_alloc_kernel(): pmd_populate_kernel()", Step::Populate(Level::Pmd)),
    line("__pte_alloc_kernel(): spin_unlock()", Step::Unlock(Lock::Pud, WRITE)),
    line("set_pte_at()", Step::Write(Level::Pte, Value::Leaf)),
];
