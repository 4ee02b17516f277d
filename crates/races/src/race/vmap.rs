//! A huge vmap: one large entry takes the place of a page table that an earlier mapping left empty.
//!
//! mm/vmalloc.c, `vmap_try_huge_pmd()`; `pmd_free_pte_page()` of arch/{x86,arm64,riscv}. Its rule against walkers changed with
//! the kernel. A pud is promoted alike.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Free, Revision, Test};
use pgtable::{DumpGuard, Level, Model, PhysAddr, Prot};

use super::{RuleDef, SetUp};
use crate::setting::{DUMP, INIT_MM, NotThere, Setting};
use crate::step::{Line, Step, Value, line};
use crate::walker;

/// What a huge vmap does so that nobody reads the table that it frees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Nothing.
    Nothing,
    /// Between clearing the entry and freeing the table it takes `init_mm`'s lock for reading and drops it, if a static key
    /// says that a dump runs.
    Key,
    /// It holds `init_mm`'s lock for reading while it clears, frees and sets, or maps small pages if it does not get that lock
    /// at once.
    Trylock,
    /// What v7.2-rc7 might have done: the same, and it waits for the lock.
    Blocking,
    /// What v7.2-rc7 had to avoid: arm64's rule left in place besides the new one.
    TrylockAndKey,
    /// There are no huge vmaps.
    NoHuge,
}

impl Rule {
    /// The rule that a kernel follows on a machine: mm/vmalloc.c's own from v7.2-rc7 on, before that its architecture's.
    pub(super) const fn of(revision: Revision, model: &Model) -> Self {
        let Some(huge_vmap) = model.kernel.huge_vmap else { return Self::NoHuge };
        let around = revision.around();
        // As v6.18 brought the lockless walk. The trylock that long-term kernels got does not make the architecture agree.
        let guard = if revision.rules().lockless { huge_vmap.before_v7_2 } else { huge_vmap.before_v6_18 };
        if matches!(guard, DumpGuard::NoHugeVmap) {
            return Self::NoHuge;
        }
        if around.vmap_locks_init_mm {
            return Self::Trylock;
        }
        match guard {
            DumpGuard::Nothing => Self::Nothing,
            DumpGuard::NoHugeVmap => Self::NoHuge,
            DumpGuard::StaticKey => Self::Key,
        }
    }

    /// Whether arm64's static key plays a part: then a dump turns it on.
    const fn has_key(self) -> bool {
        matches!(self, Self::Key | Self::TrylockAndKey)
    }
}

/// The rules of all races with a huge vmap.
pub(super) const fn rules<W: SetUp<Rule>>() -> [RuleDef; 6] {
    [
        RuleDef {
            id: "nothing",
            title: "frees without any lock (until v7.2-rc6)",
            of_kernel: |revision, model| Rule::of(revision, model) == Rule::Nothing,
            absent: None,
            set_up: |setting| W::set_up(setting, Rule::Nothing),
        },
        RuleDef {
            id: "key",
            title: "arm64: waits for dumps between clearing and freeing (v6.18 to v7.2-rc6)",
            of_kernel: |revision, model| Rule::of(revision, model) == Rule::Key,
            absent: None,
            set_up: |setting| W::set_up(setting, Rule::Key),
        },
        RuleDef {
            id: "trylock",
            title: "holds init_mm's read lock, or else maps small pages (v7.2-rc7)",
            of_kernel: |revision, model| Rule::of(revision, model) == Rule::Trylock,
            absent: None,
            set_up: |setting| W::set_up(setting, Rule::Trylock),
        },
        RuleDef {
            id: "blocking",
            title: "holds init_mm's read lock, and waits for it",
            of_kernel: |_, _| false,
            absent: None,
            set_up: |setting| W::set_up(setting, Rule::Blocking),
        },
        RuleDef {
            id: "trylock-key",
            title: "arm64's rule of v6.18 and that of v7.2-rc7 together",
            of_kernel: |_, _| false,
            absent: None,
            set_up: |setting| W::set_up(setting, Rule::TrylockAndKey),
        },
        RuleDef {
            id: "no-huge",
            title: "never maps huge pages (arm64 until v6.17, with ptdump in debugfs)",
            of_kernel: |revision, model| Rule::of(revision, model) == Rule::NoHuge,
            absent: Some(NO_HUGE),
            set_up: |setting| W::set_up(setting, Rule::NoHuge),
        },
    ]
}

/// Why there is no race under [`Rule::NoHuge`].
const NO_HUGE: &str = "until v6.17, an arm64 kernel that can dump its tables in debugfs (CONFIG_PTDUMP_DEBUGFS) has no huge vmaps, so \
     none frees a table; one with CONFIG_DEBUG_WX alone has them, and the first rule shows what they do to its check at boot";

/// Why there are no huge vmaps in a kernel at all, whatever it is built with.
pub(super) fn absent(revision: Revision, model: &Model) -> Option<&'static str> {
    let has = revision.around().late_huge_vmaps || model.kernel.huge_vmap.is_some_and(|of| of.in_v6_1);
    (!has).then_some("riscv has huge vmaps only after v6.1 (HAVE_ARCH_HUGE_VMAP)")
}

/// Whether a vmap of a pud's size is possible (`arch_vmap_pud_supported()`): of the architectures with huge vmaps only arm64 has
/// pages of more than 4 KiB, and no large pud then (`pud_sect_supported()`, arch/arm64/include/asm/vmalloc.h, v7.3).
pub(super) fn maps_puds(model: &Model) -> bool {
    model.kernel.huge_vmap.is_some()
        && model.page_bytes() == 4096
        && model.make_leaf(PhysAddr(0), Prot::Kernel, Level::Pud).is_some()
}

/// Adds the CPU that dumps `init_mm`, and says so by the static key where there is one.
pub(super) fn dumper(setting: &mut Setting, rule: Rule) -> Result<(), NotThere> {
    let entry = EntryPoint::Debug.in_revision(setting.revision);
    let mut lines = walker::lines(&[(INIT_MM, setting.lock)], entry.func().name());
    if rule.has_key() {
        lines.insert(0, line("static_branch_inc(&arm64_ptdump_lock_key)", Step::SetKey(true)));
        lines.push(line("static_branch_dec(&arm64_ptdump_lock_key)", Step::SetKey(false)));
    }
    setting.walk(entry, setting.args(MmId::INIT_MM), DUMP, &lines)
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

/// A pud is set: `vmap_try_huge_pud()`. Its pmd table goes, and that table's pte tables: each of those first, or after the pud has
/// been cleared.
pub(super) fn pud_lines(rule: Rule, model: &Model) -> Vec<Line> {
    let pud = ("pud_clear(pud)", Step::Write(Level::Pud, Value::Empty));
    let pmd = ("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty));
    let pte_table = ("pte_free_kernel()", Step::Free(Level::Pte, Free::Now));
    let pmd_table = ("pmd_free()", Step::Free(Level::Pmd, Free::Now));
    let pmds_first = [pmd, FLUSH, KEY, pte_table, pud, FLUSH, KEY, pmd_table];
    let pud_first = [pud, FLUSH, KEY, pte_table, pmd_table];
    let free: &[_] =
        if model.kernel.huge_vmap.is_some_and(|of| of.pmds_first) { &pmds_first } else { &pud_first };
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
        Rule::Blocking => push(1, ("mmap_read_lock(&init_mm)", Step::Lock(INIT_MM, read))),
        _ if trylock => push(1, ("mmap_read_trylock(&init_mm)", Step::TryLock(INIT_MM, read))),
        _ => {}
    }
    let depth = 1 + u8::from(trylock);
    for &action in free {
        if action.1 != Step::IsKeyOn {
            push(depth, action);
        } else if rule.has_key() {
            push(depth, action);
            push(depth + 1, ("mmap_read_lock(&init_mm)", Step::Lock(INIT_MM, read)));
            push(depth + 1, ("mmap_read_unlock(&init_mm)", Step::Unlock(INIT_MM, read)));
        }
    }
    push(depth, huge);
    if trylock || rule == Rule::Blocking {
        push(depth, ("mmap_read_unlock(&init_mm)", Step::Unlock(INIT_MM, read)));
    }
    if trylock {
        push(1, ("else", Step::Else));
        push(2, small);
    }
    push(0, ("else", Step::Else));
    push(1, huge);
    lines
}
