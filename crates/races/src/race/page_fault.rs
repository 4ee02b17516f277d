//! A page fault makes the tables that are missing and maps a page, under the VMA's own lock; until v6.3, which has none, under the
//! mm's.
//!
//! mm/memory.c, `__handle_mm_fault()`, v7.3; the same in v6.1.192, with arch/x86/mm/fault.c.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};
use pgtable::Level;

use super::{First, RaceDef, RuleDef};
use crate::ground::{Half, Shape};
use crate::ops::Ops;
use crate::outcome::Outcomes;
use crate::setting::{DUMP, MM, NotThere, PTES, Setting};
use crate::step::{Line, Lock, Step, Value, inner, line};

/// A debug walk of a process, and a page fault.
pub static RACE: RaceDef = RaceDef {
    id: "page-fault",
    title: "A walk of a process and a page fault",
    about: "CPU 0 walks a process's tables. CPU 1 allocates the missing tables and maps a page, under \
            the VMA's own lock, or until v6.3 the mm's read lock.",
    goal: "Make anything go wrong on CPU 0.",
    aim: Outcomes::all(),
    why: "Nothing can go wrong, because tables are only added. The walk may see some entries from before the \
          fault and some from after it, but every table that it sees exists.",
    ground: (Half::User, Shape::Nothing),
    runs_on: |model| model.per_vma_lock,
    absent: |_, _| None,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First {
        model: "x86_64-4level",
        kernel: Revision::V7_3,
        lock: LockMode::Write,
        rule: "debug-walk",
    },
};

static RULES: [RuleDef; 2] = [
    RuleDef {
        id: "debug-walk",
        title: "walk_page_range_debug()",
        of_kernel: |_, _| true,
        absent: None,
        set_up: |setting| set_up(setting, EntryPoint::Debug, DUMP),
    },
    RuleDef {
        id: "vma-walk",
        title: "walk_page_range()",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| set_up(setting, EntryPoint::Range, PTES),
    },
];

fn set_up(setting: &mut Setting, entry: EntryPoint, ops: Ops) -> Result<(), NotThere> {
    setting.walker(entry, MmId::USER, ops, &[(MM, setting.lock)])?;
    let lines = locked(setting.revision.rules().vma_locks, &PAGE_FAULT);
    setting.other("handle_mm_fault", &lines);
    Ok(())
}

const WRITE: LockMode = LockMode::Write;
const READ: LockMode = LockMode::Read;

/// What is done under the lock.
static PAGE_FAULT: [Line; 9] = [
    line("__pmd_alloc(): pud_lock()", Step::Lock(Lock::Pud, WRITE)),
    line("__pmd_alloc(): pud_populate()", Step::Populate(Level::Pud)),
    line("__pmd_alloc(): spin_unlock(ptl)", Step::Unlock(Lock::Pud, WRITE)),
    line("__pte_alloc(): pmd_lock()", Step::Lock(Lock::Pmd, WRITE)),
    line("__pte_alloc(): pmd_populate()", Step::Populate(Level::Pmd)),
    line("__pte_alloc(): spin_unlock(ptl)", Step::Unlock(Lock::Pmd, WRITE)),
    line("pte_offset_map_lock()", Step::Lock(Lock::Pte, WRITE)),
    line("set_pte_at()", Step::Write(Level::Pte, Value::Leaf)),
    line("pte_unmap_unlock()", Step::Unlock(Lock::Pte, WRITE)),
];

/// What a fault does under the lock of its VMA, or of its mm. It may not get that of the VMA; it waits for the mm's.
pub(super) fn locked(by_vma: bool, lines: &[Line]) -> Vec<Line> {
    let (first, last) = if by_vma {
        (
            line("lock_vma_under_rcu()", Step::TryLock(Lock::Vma, READ)),
            inner("vma_end_read(vma)", Step::Unlock(Lock::Vma, READ)),
        )
    } else {
        (
            line("mmap_read_lock(mm)", Step::Lock(MM, READ)),
            line("mmap_read_unlock(mm)", Step::Unlock(MM, READ)),
        )
    };
    let between = lines.iter().map(|of| Line { depth: of.depth + last.depth, ..*of });
    [first].into_iter().chain(between).chain([last]).collect()
}
