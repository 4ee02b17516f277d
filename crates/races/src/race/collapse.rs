//! x86 merges equal ptes back into a large page at the end of `set_memory_rox()` and frees their table (v6.15).
//!
//! arch/x86/mm/pat/set_memory.c, `cpa_collapse_large_pages()`.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Free, Revision};
use pgtable::Level;

use super::{First, READ_FREED, RaceDef, RuleDef, UAF};
use crate::ground::{Half, Shape};
use crate::setting::{DUMP, INIT_MM, LOOK, NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, inner, line};

/// A walk of kernel tables, and x86's collapse of small pages into a large one.
pub static RACE: RaceDef = RaceDef {
    id: "collapse",
    title: "A kernel walk and x86's large pages",
    about: "CPU 0 walks kernel tables. CPU 1 replaces 512 matching ptes by one large entry and frees \
            their table (v6.15).",
    goal: READ_FREED,
    aim: UAF,
    why: "cpa_lock keeps out only those who take it too. If the collapse held init_mm's read lock, the \
          many walks that hold the read lock could still run at the same time. Since v7.3-rc3 it holds \
          the write lock (a1c7570cedd0), so the read lock is enough for everybody else.",
    ground: (Half::Kernel("modules"), Shape::Page),
    runs_on: |model| model.kernel.collapses,
    absent: |revision, _| {
        (!revision.around().has_collapse)
            .then_some("x86 merges equal ptes only since v6.15 (cpa_collapse_large_pages())")
    },
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_1, lock: LockMode::Write, rule: "cpa-lock" },
};

static RULES: [RuleDef; 8] = [
    RuleDef {
        id: "cpa-lock",
        title: "cpa_lock only (v6.15)",
        of_kernel: |revision, _| !revision.around().collapse_write_lock,
        absent: None,
        set_up: |setting| set_up(setting, LockMode::None),
    },
    RuleDef {
        id: "init-read",
        title: "cpa_lock and init_mm's read lock (a draft)",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| set_up(setting, LockMode::Read),
    },
    RuleDef {
        id: "init-write",
        title: "cpa_lock and init_mm's write lock (v7.3-rc3)",
        of_kernel: |revision, _| revision.around().collapse_write_lock,
        absent: None,
        set_up: |setting| set_up(setting, LockMode::Write),
    },
    RuleDef {
        id: "debug-cpa-lock",
        title: "cpa_lock only; CPU 0 dumps init_mm",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| dumps(setting, MmId::INIT_MM, LockMode::None, LockMode::None),
    },
    RuleDef {
        id: "debug-init-write",
        title: "cpa_lock and init_mm's write lock; CPU 0 dumps init_mm",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| dumps(setting, MmId::INIT_MM, LockMode::None, LockMode::Write),
    },
    RuleDef {
        id: "mm-cpa-lock",
        title: "cpa_lock only; CPU 0 dumps another mm and holds its lock",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| dumps(setting, MmId::USER, LockMode::None, LockMode::None),
    },
    RuleDef {
        id: "mm-init-write",
        title: "cpa_lock and init_mm's write lock; CPU 0 dumps another mm and holds its lock",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| dumps(setting, MmId::USER, LockMode::None, LockMode::Write),
    },
    RuleDef {
        id: "both-init-write",
        title: "cpa_lock and init_mm's write lock; CPU 0 dumps another mm and holds init_mm's write lock as well",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| dumps(setting, MmId::USER, LockMode::Write, LockMode::Write),
    },
];

/// `held`: how the collapse holds `init_mm`'s lock besides `cpa_lock`.
fn set_up(setting: &mut Setting, held: LockMode) -> Result<(), NotThere> {
    setting.walker(EntryPoint::Kernel, MmId::INIT_MM, LOOK, &[(INIT_MM, setting.lock)])?;
    collapses(setting, held);
    Ok(())
}

/// The same beside a debug walk of an mm, which holds `init_mm`'s lock like this as well.
fn dumps(setting: &mut Setting, mm: MmId, init_mm: LockMode, held: LockMode) -> Result<(), NotThere> {
    setting.walker(EntryPoint::Debug, mm, DUMP, &[(Lock::Mmap(mm), setting.lock), (INIT_MM, init_mm)])?;
    collapses(setting, held);
    Ok(())
}

fn collapses(setting: &mut Setting, held: LockMode) {
    setting.other("cpa_collapse_large_pages", &lines(held));
}

fn lines(held: LockMode) -> Vec<Line> {
    let (take, give) = match held {
        LockMode::Write => ("mmap_write_lock(&init_mm)", "mmap_write_unlock(&init_mm)"),
        _ => ("mmap_read_lock(&init_mm)", "mmap_read_unlock(&init_mm)"),
    };
    let mut lines = Vec::from([
        line(take, Step::Lock(INIT_MM, held)),
        line("spin_lock(&cpa_lock)", Step::Lock(Lock::Cpa, LockMode::Write)),
        line("collapse_pmd_page(): are all ptes alike?", Step::Alike),
        inner("set_pmd(pmd, _pmd)", Step::Write(Level::Pmd, Value::Leaf)),
        inner("list_add(&pgtables)", Step::Free(Level::Pte, Free::Queued)),
        inner("flush_tlb_all()", Step::Flush { all: true }),
        inner("pagetable_free()", Step::Free(Level::Pte, Free::Now)),
        line("spin_unlock(&cpa_lock)", Step::Unlock(Lock::Cpa, LockMode::Write)),
        line(give, Step::Unlock(INIT_MM, held)),
    ]);
    lines.retain(|line| {
        held != LockMode::None
            || !matches!(line.step, Step::Lock(Lock::Mmap(_), _) | Step::Unlock(Lock::Mmap(_), _))
    });
    lines
}
