//! What if arm64 merged pages back into large entries, as was announced on the lists in 2026? Who changes permissions walks without a
//! lock, and owns the pages but not their table.
//!
//! Nothing of this is in a kernel: the lines are those of x86's collapse under arm64's lock.

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::{Free, Revision};
use pgtable::{Level, SetMemory};

use super::set_prot::{self, Splits};
use super::{First, RaceDef, RuleDef, UAF, VMALLOC};
use crate::ground::Shape;
use crate::outcome::Outcomes;
use crate::setting::{INIT_MM, NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, inner, line};

/// A change of permissions on arm64, and a merge of small pages.
pub static RACE: RaceDef = RaceDef {
    id: "set-prot-merge",
    title: "A permission change beside a merge on arm64",
    about: "CPU 0 makes a page read-only, as its owner and without a lock. CPU 1 merges the ptes of the same block into a \
            large entry and frees their table, which arm64 does not do yet.",
    goal: "Make CPU 0 read a freed page table, or lose its change.",
    aim: UAF.union(Outcomes::LOST),
    why: "Who owns a page does not own the table that maps it. A lock that only those hold who merge and split keeps \
          no walk out, also if it is held for writing. It would have to be held until the pages are changed.",
    ground: (VMALLOC, Shape::Page),
    runs_on: |model| model.kernel.set_memory == SetMemory::SplitsThenLockless,
    absent: set_prot::absent,
    locks: &[LockMode::None],
    rules: &RULES,
    first: First { model: "arm64-4k-48", kernel: Revision::V7_3, lock: LockMode::None, rule: "mutex" },
};

static RULES: [RuleDef; 4] = [
    RuleDef {
        id: "no-merge",
        title: "arm64 merges nothing, as in all kernels",
        of_kernel: |_, _| true,
        absent: None,
        set_up: |setting| {
            set_prot::change(setting, Splits::WithMutex, 0)?;
            let stays = Step::Act("leaves the small pages as they are");
            setting.other("set_memory_rox", &[line("(arm64 merges nothing)", stays)]);
            Ok(())
        },
    },
    RuleDef {
        id: "mutex",
        title: "the merge takes pgtable_split_lock",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| set_up(setting, Splits::WithMutex, false),
    },
    RuleDef {
        id: "init-write",
        title: "the merge takes pgtable_split_lock and init_mm\u{2019}s write lock",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| set_up(setting, Splits::WithMutex, true),
    },
    RuleDef {
        id: "to-the-end",
        title: "both CPUs take pgtable_split_lock, and CPU 0 holds it until its pages are changed",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| set_up(setting, Splits::MutexToTheEnd, false),
    },
];

fn set_up(setting: &mut Setting, splits: Splits, init_mm: bool) -> Result<(), NotThere> {
    set_prot::change(setting, splits, 0)?;
    let write = LockMode::Write;
    let mut lines: Vec<Line> = Vec::from([
        line("mutex_lock(&pgtable_split_lock)", Step::Lock(Lock::Split, write)),
        line("are all ptes alike?", Step::Alike),
        inner("set_pmd()", Step::Write(Level::Pmd, Value::Leaf)),
        inner("flush_tlb_kernel_range()", Step::Flush { all: false }),
        inner("pte_free_kernel()", Step::Free(Level::Pte, Free::Now)),
        line("mutex_unlock(&pgtable_split_lock)", Step::Unlock(Lock::Split, write)),
    ]);
    if init_mm {
        lines.insert(0, line("mmap_write_lock(&init_mm)", Step::Lock(INIT_MM, write)));
        lines.push(line("mmap_write_unlock(&init_mm)", Step::Unlock(INIT_MM, write)));
    }
    setting.other("merge", &lines);
    Ok(())
}
