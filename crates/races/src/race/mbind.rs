//! `mbind()` lists all pages of an area, to move them to where its new policy wants them, and a page is faulted in meanwhile.
//!
//! mm/mempolicy.c, `do_mbind()`, `queue_pages_range()`, `vma_replace_policy()`; mm/memory.c, `do_anonymous_page()`; v7.3.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision, WalkLock};
use pgtable::Level;

use super::{First, RaceDef, RuleDef};
use crate::ground::{Half, Shape};
use crate::notes::Notes;
use crate::ops::Ops;
use crate::outcome::Outcomes;
use crate::setting::{MM, NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, behind, line};

/// The walk of `mbind()`, and a page fault.
pub static RACE: RaceDef = RaceDef {
    id: "mbind",
    title: "mbind() and a page fault",
    about: "CPU 0 lists all pages of an area, to move them to another node, and gives the area a new policy. CPU 1 \
            faults in a page of this area.",
    goal: "Make CPU 0 miss a page that is where the old policy wanted it.",
    aim: Outcomes::MISSED,
    why: "Since v6.4 a fault needs only the lock of its VMA, so the mm's write lock does not keep it out. It may \
          allocate a page by the old policy and map it where the walk has been. Since v6.5 and 6.4.13 the walk write-locks each \
          VMA (PGWALK_WRLOCK, 49b0638502da).",
    ground: (Half::User, Shape::EmptyTable),
    runs_on: |_| true,
    absent: |_, _| None,
    locks: &[WRITE],
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_3, lock: WRITE, rule: "mm-only" },
};

static RULES: [RuleDef; 3] = [
    RuleDef {
        id: "vma",
        title: "the walk write-locks each VMA (v6.5, 6.4.13)",
        of_kernel: |revision, _| revision.rules().vma_locks,
        absent: None,
        set_up: |setting| set_up(setting, WalkLock::Wrlock, false),
    },
    RuleDef {
        id: "mm-only",
        title: "the walk locks no VMA: it relies on the mm\u{2019}s write lock",
        of_kernel: |revision, _| !revision.rules().vma_locks,
        absent: None,
        set_up: |setting| set_up(setting, WalkLock::Rdlock, false),
    },
    RuleDef {
        id: "policy",
        title: "the walk locks no VMA, which is write-locked only when its policy is replaced",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| set_up(setting, WalkLock::Rdlock, true),
    },
];

const WRITE: LockMode = LockMode::Write;
const READ: LockMode = LockMode::Read;

fn set_up(setting: &mut Setting, walk_lock: WalkLock, locks_policy: bool) -> Result<(), NotThere> {
    let by_vma = setting.revision.rules().vma_locks && setting.model.per_vma_lock;
    let mut lines = Vec::from([
        line("mmap_write_lock(mm)", Step::Lock(MM, setting.lock)),
        line("walk_page_range()", Step::Run),
    ]);
    if locks_policy && by_vma {
        lines.push(line("vma_start_write(vma)", Step::StartVmaWrite));
    }
    lines.extend([
        line(
            "vma->vm_policy = new",
            Step::Note(
                Notes::NEW_POLICY,
                "gives the area its new policy, and will move the pages on its list",
            ),
        ),
        line("mmap_write_unlock(mm)", Step::Unlock(MM, setting.lock)),
    ]);
    let (args, ops) = (setting.args(MmId::USER), Ops::Queue { walk_lock, queued: false });
    setting.walk(EntryPoint::Range, args, ops, &lines)?;
    setting.other("do_anonymous_page", &fault(by_vma));
    Ok(())
}

/// Under the lock of the VMA, or under that of the mm if it does not get the other one at once or there is none.
fn fault(by_vma: bool) -> Vec<Line> {
    let under_mm = [line("mmap_read_lock(mm)", Step::Lock(MM, READ))];
    let mut lines = Vec::new();
    let mut depth = 0;
    if by_vma {
        lines.push(line("lock_vma_under_rcu()", Step::TryLock(Lock::Vma, READ)));
        lines.extend(mapping(1));
        lines.push(behind(1, "vma_end_read(vma)", Step::Unlock(Lock::Vma, READ)));
        lines.push(line("else", Step::Else));
        depth = 1;
    }
    lines.extend(under_mm.map(|line| Line { depth, ..line }));
    lines.extend(mapping(depth));
    lines.push(behind(depth, "mmap_read_unlock(mm)", Step::Unlock(MM, READ)));
    lines
}

/// A page is allocated and mapped.
fn mapping(depth: u8) -> [Line; 7] {
    let policy = Step::Has(
        Notes::NEW_POLICY,
        ["finds the old policy of the area", "finds the new policy of the area"],
    );
    [
        behind(depth, "vma->vm_policy", policy),
        behind(depth + 1, "alloc_anon_folio()", Step::Act("allocates a page where the new policy wants it")),
        behind(depth, "else", Step::Else),
        behind(
            depth + 1,
            "alloc_anon_folio()",
            Step::Note(Notes::OLD_PAGE, "allocates a page where the old policy wants it"),
        ),
        behind(depth, "pte_offset_map_lock()", Step::Lock(Lock::Pte, WRITE)),
        behind(depth, "set_pte_at()", Step::Write(Level::Pte, Value::Leaf)),
        behind(depth, "pte_unmap_unlock()", Step::Unlock(Lock::Pte, WRITE)),
    ]
}
