//! A fault of a file maps the pages around it as well, and khugepaged takes the pte table away meanwhile.
//!
//! mm/memory.c, `do_fault_around()`; mm/filemap.c, `filemap_map_pages()`, `filemap_map_pmd()`; mm/pgtable-generic.c,
//! `__pte_offset_map_lock()`; v7.3. What khugepaged does is in `retract.rs`.

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::{Revision, Test};
use pgtable::{Level, Thp};

use super::{First, RaceDef, RuleDef, UAF, retract};
use crate::ground::{Half, Shape};
use crate::outcome::Outcomes;
use crate::setting::{MM, Setting};
use crate::step::{Line, Lock, Step, Value, behind, line};

/// Fault-around, and khugepaged.
pub static RACE: RaceDef = RaceDef {
    id: "fault-around",
    title: "Fault-around and khugepaged",
    about: "CPU 0 handles a fault of a file and maps the pages around it. It allocates a pte table before, if it finds \
            none. CPU 1 (khugepaged) removes the pte table that was there, without the mmap lock.",
    goal: "Make CPU 0 use a page table that it does not have.",
    aim: Outcomes::WILD.union(UAF),
    why: "That there was a table does not mean that there is one. Where filemap_map_pmd() found an empty pmd it took \
          for granted that a table had been allocated, and installed nothing as one. Since v6.7 and 6.6.7 it looks \
          (9aa1345d66b8).",
    ground: (Half::User, Shape::Page),
    runs_on: |model| model.thp != Thp::No && model.kernel.frees_by_rcu,
    absent: retract::absent,
    locks: &[READ],
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_3, lock: READ, rule: "trusts" },
};

static RULES: [RuleDef; 3] = [
    RuleDef {
        id: "looks",
        title: "CPU 0 looks whether it has allocated a table (v6.7, 6.6.7)",
        of_kernel: |_, _| true,
        absent: None,
        set_up: |setting| {
            set_up(setting, true, true);
            Ok(())
        },
    },
    RuleDef {
        id: "trusts",
        title: "CPU 0 takes for granted that it has allocated a table (v5.12 to 6.6.6)",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            set_up(setting, false, true);
            Ok(())
        },
    },
    RuleDef {
        id: "no-rcu",
        title: "CPU 0 looks whether it has allocated a table; khugepaged frees its table at once",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            set_up(setting, true, false);
            Ok(())
        },
    },
];

const READ: LockMode = LockMode::Read;
const WRITE: LockMode = LockMode::Write;

fn set_up(setting: &mut Setting, looks: bool, rcu: bool) {
    setting.other("filemap_map_pages", &lines(setting.lock, looks));
    setting.other("retract_page_tables", &retract::lines(rcu));
}

fn lines(lock: LockMode, looks: bool) -> Vec<Line> {
    let depth = u8::from(looks);
    let mut lines = Vec::from([
        line("mmap_read_lock(mm)", Step::Lock(MM, lock)),
        line("vmf->prealloc_pte = NULL", Step::Spare(false)),
        line("do_fault_around(): pmd_none(*pmd)", Step::Is(Level::Pmd, Test::None)),
        behind(1, "pte_alloc_one()", Step::Spare(true)),
        line("rcu_read_lock()", Step::Rcu(true)),
        line("filemap_map_pmd(): pmd_none(*pmd)", Step::Is(Level::Pmd, Test::None)),
    ]);
    if looks {
        lines.push(behind(1, "vmf->prealloc_pte", Step::HasSpare));
    }
    lines.extend([
        behind(depth + 1, "pmd_install(): pmd_lock()", Step::Lock(Lock::Pmd, WRITE)),
        behind(depth + 1, "pmd_none(*pmd)", Step::Is(Level::Pmd, Test::None)),
        behind(depth + 2, "pmd_populate()", Step::Write(Level::Pmd, Value::Table)),
        behind(depth + 1, "spin_unlock(ptl)", Step::Unlock(Lock::Pmd, WRITE)),
        line("pte_offset_map_lock(): pmdp_get_lockless()", Step::Get(Level::Pmd)),
        behind(1, "spin_lock(ptl)", Step::Lock(Lock::Pte, WRITE)),
        behind(1, "pmd_same()", Step::Same(Level::Pmd)),
        behind(2, "set_pte_range()", Step::Write(Level::Pte, Value::Leaf)),
        behind(1, "spin_unlock(ptl)", Step::Unlock(Lock::Pte, WRITE)),
        line("rcu_read_unlock()", Step::Rcu(false)),
        line("mmap_read_unlock(mm)", Step::Unlock(MM, lock)),
    ]);
    lines
}
