//! `get_user_pages_fast()` finds a page and takes a reference to it without any lock: interrupts are off, and what it has read
//! is read again. Others collapse the page or free its page table meanwhile.
//!
//! mm/gup.c, `gup_fast_pmd_range()`, `gup_fast_pte_range()`; mm/khugepaged.c, `collapse_huge_page()`; mm/huge_memory.c, `zap_huge_pmd()`; v7.3.

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::{Free, Revision, Test};
use pgtable::{Level, Thp};

use super::munmap::{self, End};
use super::{First, RaceDef, RuleDef, UAF, retract};
use crate::ground::{Half, Shape};
use crate::notes::Notes;
use crate::outcome::Outcomes;
use crate::setting::{MM, Setting};
use crate::step::{Line, Lock, Step, Value, behind, line};

/// GUP-fast, and who collapses or unmaps.
pub static RACE: RaceDef = RaceDef {
    id: "gup-fast",
    title: "get_user_pages_fast() and khugepaged",
    about: "CPU 0 pins a page without a lock, with interrupts off. CPU 1 moves the page into a huge one and unmaps that later, or \
            removes its page table.",
    goal: "Make CPU 0 pin a page that has moved, or read a freed page table.",
    aim: Outcomes::STALE.union(UAF),
    why: "khugepaged clears the pmd and then looks whether the page is pinned. CPU 0 pins the page and then looks \
          whether the pmd has changed, so that one of them sees the other (70cbc3cc78a9, v6.0). A pte that has not \
          changed says nothing. The page table is kept, and freed at once when the huge page is unmapped, so khugepaged also \
          waits until nobody has interrupts off (2ba99c5e0881, v6.1). RCU waits for that by itself, and on x86 so does, as a rule, a \
          flush, which is an interrupt.",
    ground: (Half::User, Shape::Page),
    runs_on: |model| model.thp != Thp::No && model.kernel.frees_by_rcu,
    absent: |_, _| None,
    locks: &[LockMode::None],
    rules: &RULES,
    first: First { model: "arm64-4k-48", kernel: Revision::V7_3, lock: LockMode::None, rule: "pte-only" },
};

static RULES: [RuleDef; 7] = [
    RuleDef {
        id: "pmd-again",
        title: "CPU 0 reads pmd and pte again, and khugepaged waits for interrupts to be on (v6.1)",
        of_kernel: |_, _| true,
        absent: None,
        set_up: |setting| {
            collapses(setting, true, true);
            Ok(())
        },
    },
    RuleDef {
        id: "no-sync",
        title: "CPU 0 reads pmd and pte again, and khugepaged does not wait (v6.0)",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            collapses(setting, true, false);
            Ok(())
        },
    },
    RuleDef {
        id: "pte-only",
        title: "CPU 0 reads only the pte again, and khugepaged does not wait (until v5.19)",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            collapses(setting, false, false);
            Ok(())
        },
    },
    RuleDef {
        id: "retract",
        title: "khugepaged removes the page table of a file, and RCU frees it",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            frees(setting, "retract_page_tables", &retract::lines(true));
            Ok(())
        },
    },
    RuleDef {
        id: "retract-now",
        title: "khugepaged removes the page table of a file, and frees it at once",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            frees(setting, "retract_page_tables", &retract::lines(false));
            Ok(())
        },
    },
    RuleDef {
        id: "retract-sync",
        title: "khugepaged removes the page table of a file, and frees it when all interrupts are on (2ba99c5e0881)",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            let mut lines = retract::lines(false);
            let free = lines.iter().position(|line| matches!(line.step, Step::Free(..))).unwrap_or(0);
            lines.insert(free, line("tlb_remove_table_sync_one()", Step::Sync));
            frees(setting, "retract_page_tables", &lines);
            Ok(())
        },
    },
    RuleDef {
        id: "munmap",
        title: "munmap(2) removes the page table",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            let lines = munmap::lines(End::Downgrades, setting);
            frees(setting, "munmap", &lines);
            Ok(())
        },
    },
];

const WRITE: LockMode = LockMode::Write;

fn collapses(setting: &mut Setting, pmd_again: bool, waits: bool) {
    setting.other("gup_fast", &lines(pmd_again));
    let mut lines = COLLAPSE.to_vec();
    lines.retain(|line| waits || line.step != Step::Sync);
    other(setting, "collapse_huge_page", lines);
}

fn frees(setting: &mut Setting, name: &'static str, lines: &[Line]) {
    setting.other("gup_fast", &self::lines(true));
    other(setting, name, lines.to_vec());
}

/// Where a flush is an interrupt it waits for who has interrupts off.
fn other(setting: &mut Setting, name: &'static str, mut lines: Vec<Line>) {
    let flush = lines.iter().position(|line| matches!(line.step, Step::Flush { .. }));
    if let Some(at) = flush.filter(|_| setting.model.kernel.flush_interrupts) {
        lines.insert(at + 1, line("smp_call_function_many_cond(): waits", Step::Sync));
    }
    setting.other(name, &lines);
}

fn lines(pmd_again: bool) -> Vec<Line> {
    let put = Step::Forget(Notes::PINNED, "gives its reference back, as it pinned the page of another time");
    let mut lines = Vec::from([
        line("local_irq_save()", Step::Interrupts(false)),
        line("gup_fast_pud_range(): READ_ONCE(*pud)", Step::Get(Level::Pud)),
        behind(1, "gup_fast_pmd_range(): READ_ONCE(*pmd)", Step::Get(Level::Pmd)),
        behind(2, "gup_fast_pte_range(): ptep_get()", Step::Is(Level::Pte, Test::Present)),
        behind(3, "try_grab_folio_fast()", Step::Note(Notes::PINNED, "takes a reference to the page")),
        behind(3, "pmd_val(pmd) == pmd_val(*pmdp)", Step::Same(Level::Pmd)),
        behind(4, "pte_val(pte) == pte_val(*ptep)", Step::Same(Level::Pte)),
        behind(5, "pages[nr] = page", Step::Act("has pinned the page")),
        behind(4, "else", Step::Else),
        behind(5, "gup_put_folio()", put),
        behind(3, "else", Step::Else),
        behind(4, "gup_put_folio()", put),
        line("local_irq_restore()", Step::Interrupts(true)),
    ]);
    if !pmd_again {
        // With what is done if the pmd has changed.
        lines.drain(10..12);
        lines.remove(5);
        for line in &mut lines {
            line.depth -= u8::from(line.depth > 3);
        }
    }
    lines
}

static COLLAPSE: [Line; 22] = [
    line("mmap_write_lock(mm)", Step::Lock(MM, WRITE)),
    line("pmd_lock(mm, pmd)", Step::Lock(Lock::Pmd, WRITE)),
    line("pmdp_collapse_flush(): clear", Step::Write(Level::Pmd, Value::Empty)),
    line("pmdp_collapse_flush(): flush", Step::Flush { all: false }),
    line("spin_unlock(pmd_ptl)", Step::Unlock(Lock::Pmd, WRITE)),
    line("tlb_remove_table_sync_one()", Step::Sync),
    line("pte_offset_map_lock()", Step::Lock(Lock::Pte, WRITE)),
    line(
        "folio_ref_count() != expected",
        Step::Has(Notes::PINNED, ["finds that nobody has pinned the page", "finds that the page is pinned"]),
    ),
    behind(1, "spin_unlock(pte_ptl)", Step::Unlock(Lock::Pte, WRITE)),
    behind(1, "pmd_populate(): the old table", Step::Write(Level::Pmd, Value::Table)),
    line("else", Step::Else),
    behind(1, "spin_unlock(pte_ptl)", Step::Unlock(Lock::Pte, WRITE)),
    behind(
        1,
        "__collapse_huge_page_copy()",
        Step::Note(Notes::MOVED, "copies the page to its place in the huge page"),
    ),
    behind(1, "ptep_clear()", Step::Write(Level::Pte, Value::Empty)),
    behind(1, "pgtable_trans_huge_deposit()", Step::Act("keeps the page table beside the huge page")),
    behind(1, "set_pmd_at()", Step::Write(Level::Pmd, Value::Leaf)),
    line("mmap_write_unlock(mm)", Step::Unlock(MM, WRITE)),
    // What unmaps the huge page later, whoever that is.
    line("later, zap_huge_pmd(): pmd_trans_huge(*pmd)", Step::Is(Level::Pmd, Test::Leaf)),
    behind(1, "pmd_trans_huge_lock()", Step::Lock(Lock::Pmd, WRITE)),
    behind(1, "pmdp_huge_get_and_clear_full()", Step::Write(Level::Pmd, Value::Empty)),
    behind(1, "zap_deposited_table(): pte_free()", Step::Free(Level::Pte, Free::Now)),
    behind(1, "spin_unlock(ptl)", Step::Unlock(Lock::Pmd, WRITE)),
];
