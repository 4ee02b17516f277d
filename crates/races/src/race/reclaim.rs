//! `MADV_DONTNEED` of at least a pmd's worth under the VMA's own lock clears ptes and takes the table that is empty then.
//!
//! `CONFIG_PT_RECLAIM`; mm/memory.c, `zap_pte_table_if_empty()`, v7.3.

use mm::LockMode;
use pagewalk::{Free, Revision};
use pgtable::{Level, Model};

use super::retract::{self, PteTables};
use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF};
use crate::ground::{Half, Shape};
use crate::setting::{NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, deep, inner, line};

/// A debug walk of a process, and `MADV_DONTNEED` that takes an empty pte table.
pub static RACE: RaceDef = RaceDef {
    id: "reclaim",
    title: "A walk of a process and an emptied pte table",
    about: "CPU 0 walks a process's tables. CPU 1 empties a pte table with MADV_DONTNEED, under the \
            VMA's own lock, and frees it (PT_RECLAIM).",
    goal: READ_FREED,
    aim: UAF,
    why: "The mm's write lock does not keep out a task that holds only the VMA's lock. Again, RCU \
          protects the pte tables, and the write lock protects the tables above them.",
    ground: (Half::User, Shape::Page),
    runs_on,
    absent: |revision, _| {
        (!revision.around().reclaims)
            .then_some("MADV_DONTNEED frees page tables only since v6.14 (PT_RECLAIM)")
    },
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_3, lock: LockMode::Write, rule: "map" },
};

/// `CONFIG_PT_RECLAIM` wants page tables freed by RCU; the VMA's own lock is what it runs under here.
pub(super) const fn runs_on(model: &Model) -> bool {
    model.per_vma_lock && model.kernel.frees_by_rcu
}

static RULES: [RuleDef; 5] = retract::rules::<Reclaim>();

struct Reclaim;

impl SetUp<PteTables> for Reclaim {
    fn set_up(setting: &mut Setting, tables: PteTables) -> Result<(), NotThere> {
        tables.walks(setting)?;
        setting.other("madvise", &LINES);
        Ok(())
    }
}

const WRITE: LockMode = LockMode::Write;
const READ: LockMode = LockMode::Read;

/// The lines of `madvise()`.
pub(super) static LINES: [Line; 11] = [
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
