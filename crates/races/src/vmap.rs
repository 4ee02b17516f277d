//! A huge vmap: one large entry takes the place of a page table that an earlier mapping left empty.
//!
//! mm/vmalloc.c, `vmap_try_huge_pmd()`; `pmd_free_pte_page()` of arch/{x86,arm64,riscv}. Its rule against walkers changed with
//! the kernel. A pud is promoted alike.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{Free, Revision, Test};
use pgtable::{DumpGuard, Level, Model};

use crate::step::{Line, Lock, Step, Value, line};

/// What a huge vmap does so that nobody reads the table that it frees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Nothing: v4.16 to v7.2-rc6.
    Nothing,
    /// arm64, v6.18 to v7.2-rc6: between clearing the entry and freeing the table it takes `init_mm`'s lock for reading
    /// and drops it, if a static key says that a dump runs.
    Key,
    /// v7.2-rc7: it holds `init_mm`'s lock for reading while it clears, frees and sets, or maps small pages if it
    /// does not get that lock at once.
    Trylock,
    /// What v7.2-rc7 might have done: the same, and it waits for the lock.
    Blocking,
    /// What v7.2-rc7 had to avoid: arm64's rule left in place besides the new one.
    TrylockAndKey,
    /// There are no huge vmaps: arm64 up to v6.17 with `CONFIG_PTDUMP_DEBUGFS`, and architectures that have none at all.
    NoHuge,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 6] =
        [Self::Nothing, Self::Key, Self::Trylock, Self::Blocking, Self::TrylockAndKey, Self::NoHuge];

    /// The rule of a kernel on an architecture.
    pub const fn of(revision: Revision, model: &Model) -> Self {
        let Some(vmap) = &model.kernel.huge_vmap else { return Self::NoHuge };
        let rules = revision.rules();
        // Each came with the same series as what is asked for.
        let guard = if rules.debug_asserts_both {
            return Self::Trylock;
        } else if rules.lockless {
            vmap.before_v7_2
        } else {
            vmap.before_v6_18
        };
        match guard {
            DumpGuard::Nothing => Self::Nothing,
            DumpGuard::NoHugeVmap => Self::NoHuge,
            DumpGuard::StaticKey => Self::Key,
        }
    }

    /// Whether arm64's static key plays a part: then a dump turns it on.
    pub const fn has_key(self) -> bool {
        matches!(self, Self::Key | Self::TrylockAndKey)
    }
}

/// A pmd is set: `vmap_try_huge_pmd()`.
pub(super) fn lines(rule: Rule) -> Vec<Line> {
    let free = [
        ("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty)),
        FLUSH,
        KEY,
        ("pte_free_kernel()", Step::Free(Level::Pte, Free::Now)),
    ];
    promote(rule, Level::Pmd, "pmd_present(*pmd)", &free, "pmd_set_huge(pmd)")
}

/// A pud is set: `vmap_try_huge_pud()`. Its pmd table goes, and that table's pte tables before or after the pud has been cleared.
pub(super) fn pud_lines(rule: Rule, model: &Model) -> Vec<Line> {
    let pud = ("pud_clear(pud)", Step::Write(Level::Pud, Value::Empty));
    let pmd = ("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty));
    let pte_table = ("pte_free_kernel()", Step::Free(Level::Pte, Free::Now));
    let pmd_table = ("pmd_free()", Step::Free(Level::Pmd, Free::Now));
    let pmds_first = [pmd, FLUSH, KEY, pte_table, pud, FLUSH, KEY, pmd_table];
    let pud_first = [pud, FLUSH, KEY, pte_table, pmd_table];
    let pmds = model.kernel.huge_vmap.is_some_and(|vmap| vmap.pmds_first);
    let free: &[_] = if pmds { &pmds_first } else { &pud_first };
    promote(rule, Level::Pud, "pud_present(*pud)", free, "pud_set_huge(pud)")
}

const FLUSH: (&str, Step) = ("flush_tlb_kernel_range()", Step::Flush { all: false });
/// Where arm64 looks whether a dump runs.
const KEY: (&str, Step) = ("static_branch_unlikely(&arm64_ptdump_lock_key)", Step::IsKeyOn);

/// What is present is freed and replaced by a leaf, under a rule.
fn promote(
    rule: Rule,
    level: Level,
    present: &'static str,
    free: &[(&'static str, Step)],
    set: &'static str,
) -> Vec<Line> {
    let init_mm = Lock::Mmap(MmId::INIT_MM);
    let read = LockMode::Read;
    let small = ("set_pte_at(): small pages", Step::Write(Level::Pte, Value::Leaf));
    if rule == Rule::NoHuge {
        return Vec::from([line(small.0, small.1)]);
    }
    let trylock = matches!(rule, Rule::Trylock | Rule::TrylockAndKey);
    let huge = (set, Step::Write(level, Value::Leaf));
    let mut lines = Vec::from([line(present, Step::Is(level, Test::Present))]);
    let mut push = |depth: u8, (text, step)| lines.push(Line { text, depth, step });
    match rule {
        Rule::Blocking => push(1, ("mmap_read_lock(&init_mm)", Step::Lock(init_mm, read))),
        _ if trylock => push(1, ("mmap_read_trylock(&init_mm)", Step::TryLock(init_mm, read))),
        _ => {}
    }
    let depth = 1 + u8::from(trylock);
    for &action in free {
        if action.1 != Step::IsKeyOn {
            push(depth, action);
        } else if rule.has_key() {
            push(depth, action);
            push(depth + 1, ("mmap_read_lock(&init_mm)", Step::Lock(init_mm, read)));
            push(depth + 1, ("mmap_read_unlock(&init_mm)", Step::Unlock(init_mm, read)));
        }
    }
    push(depth, huge);
    if trylock || rule == Rule::Blocking {
        push(depth, ("mmap_read_unlock(&init_mm)", Step::Unlock(init_mm, read)));
    }
    if trylock {
        push(1, ("else", Step::Else));
        push(2, small);
    }
    push(0, ("else", Step::Else));
    push(1, huge);
    lines
}
