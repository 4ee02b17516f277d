//! `munmap()`: removes VMAs under the write lock, and frees their page tables under the lock that it still holds: the read
//! lock if it downgrades, else the write lock.
//!
//! mm/vma.c, `vms_complete_munmap_vmas()`, `free_pgtables()`; mm/mmu_gather.c; v7.3. The range covers all that the pmd table
//! maps, so that it goes as well.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Free, Revision};
use pgtable::Level;

use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF};
use crate::ground::{Half, Shape};
use crate::setting::{DUMP, MM, NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, line};

/// A debug walk of a process, and `munmap()`.
pub static RACE: RaceDef = RaceDef {
    id: "munmap",
    title: "A debug walk and munmap()",
    about: "CPU 0 walks a process's page tables without looking at VMAs. CPU 1 unmaps the memory and frees its \
            tables.",
    goal: READ_FREED,
    aim: UAF,
    why: "munmap() removes the VMA from the tree under the write lock, downgrades to the read lock, and \
          only then frees the tables. A walk by addresses does not notice that the VMA is gone, and with \
          the read lock it can run while munmap() frees. Hence walk_page_range_debug() asserts the write \
          lock (8782fb61cc84, v6.0).",
    ground: (Half::User, Shape::Page),
    runs_on: |_| true,
    absent: |_, _| None,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V6_17, lock: LockMode::Read, rule: "downgrade" },
};

static RULES: [RuleDef; 2] = rules::<DebugWalk>();

/// Under which lock `munmap()` frees page tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// `munmap(2)` and brk downgrade to a read lock before they unmap.
    Downgrades,
    /// Who maps something else at once does not: `MAP_FIXED`, a moving mremap.
    KeepsTheLock,
}

/// The rules of all races with `munmap()`.
pub(super) const fn rules<W: SetUp<End>>() -> [RuleDef; 2] {
    [
        RuleDef {
            id: "downgrade",
            title: "munmap(2): downgrades to a read lock",
            of_kernel: |_, _| true,
            absent: None,
            set_up: |setting| W::set_up(setting, End::Downgrades),
        },
        RuleDef {
            id: "no-downgrade",
            title: "MAP_FIXED, mremap: keeps the write lock",
            of_kernel: |_, _| false,
            absent: None,
            set_up: |setting| W::set_up(setting, End::KeepsTheLock),
        },
    ]
}

struct DebugWalk;

impl SetUp<End> for DebugWalk {
    fn set_up(setting: &mut Setting, end: End) -> Result<(), NotThere> {
        setting.walker(EntryPoint::Debug, MmId::USER, DUMP, &[(MM, setting.lock)])?;
        setting.other("munmap", &lines(end, setting));
        Ok(())
    }
}

/// In the names of the kernel that runs. Until v6.2 the tree is changed by itself (`do_mas_align_munmap()`, mm/mmap.c).
pub(super) fn lines(end: End, setting: &Setting) -> Vec<Line> {
    static LINES: [Line; 15] = [
        line("mmap_write_lock(mm)", Step::Lock(MM, LockMode::Write)),
        line("vma_start_write(vma)", Step::StartVmaWrite),
        line(
            "vma_iter_clear_gfp()",
            Step::Detach("removes the VMA from the maple tree, so that nobody can find it any more"),
        ),
        line("mmap_write_downgrade(mm)", Step::Downgrade(MmId::USER)),
        line("pte_offset_map_lock()", Step::Lock(Lock::Pte, LockMode::Write)),
        line("ptep_get_and_clear_full()", Step::Write(Level::Pte, Value::Empty)),
        line("pte_unmap_unlock()", Step::Unlock(Lock::Pte, LockMode::Write)),
        line("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty)),
        line("pte_free_tlb()", Step::Free(Level::Pte, Free::Queued)),
        line("pud_clear(pud)", Step::Write(Level::Pud, Value::Empty)),
        line("pmd_free_tlb()", Step::Free(Level::Pmd, Free::Queued)),
        line("tlb_flush_mmu_tlbonly()", Step::Flush { all: false }),
        line("tlb_table_flush(): pte table", Step::Finish(Level::Pte)),
        line("tlb_table_flush(): pmd table", Step::Finish(Level::Pmd)),
        line("mmap_read_unlock(mm)", Step::Unlock(MM, LockMode::Read)),
    ];
    let has_vma_locks = setting.revision.rules().vma_locks;
    let downgrades = end == End::Downgrades;
    let mut lines = LINES.to_vec();
    if let Some(last) = lines.last_mut().filter(|_| !downgrades) {
        *last = line("mmap_write_unlock(mm)", Step::Unlock(MM, LockMode::Write));
    }
    for line in &mut lines {
        if matches!(line.step, Step::Detach(_)) && !has_vma_locks {
            line.text = "mas_store_prealloc()";
        }
    }
    lines.retain(|line| match line.step {
        Step::Downgrade(_) => downgrades,
        Step::StartVmaWrite => has_vma_locks && setting.model.per_vma_lock,
        _ => true,
    });
    lines
}
