//! arm64 changes permissions in the kernel's tables without `init_mm`'s lock (v6.18): who owns a range splits what only
//! partly belongs to it, and then walks locklessly.
//!
//! arch/arm64/mm/pageattr.c, `update_range_prot()`; arch/arm64/mm/mmu.c, `split_kernel_leaf_mapping()`; v7.3.

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::{Args, EntryPoint, Revision, Test};
use pgtable::{Level, Model, SetMemory, VirtAddr};

use super::{First, RaceDef, RuleDef, SetUp, VMALLOC};
use crate::ground::Shape;
use crate::ops::Ops;
use crate::outcome::Outcomes;
use crate::setting::{NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, inner, line};

/// Two changes of permissions in one block on arm64.
pub static RACE: RaceDef = RaceDef {
    id: "set-prot",
    title: "Two permission changes in one block",
    about: "arm64 changes permissions without init_mm's lock, because the caller owns the range. Two \
            CPUs own neighbouring pages of one large entry, which has to be split for both.",
    goal: "Make one CPU undo the other one's change.",
    aim: Outcomes::LOST,
    why: "Both CPUs see the large entry, and both fill a table from it. The table that is installed last \
          hides the change that was made in the first one. No table is freed, so nothing else can go \
          wrong. Splits therefore take a mutex (pgtable_split_lock).",
    ground: (VMALLOC, Shape::PmdLeaf),
    runs_on: |model| model.kernel.set_memory == SetMemory::SplitsThenLockless,
    absent,
    locks: &[LockMode::None],
    rules: &RULES,
    first: First { model: "arm64-4k-48", kernel: Revision::V6_18, lock: LockMode::None, rule: "no-mutex" },
};

/// Why nothing is changed without a lock in a kernel.
pub(super) fn absent(revision: Revision, _: &Model) -> Option<&'static str> {
    let locked = "arm64 walks without a lock to change permissions only since v6.18 (update_range_prot())";
    (!revision.rules().lockless).then_some(locked)
}

static RULES: [RuleDef; 2] = rules::<TwoChanges>();

/// Whether splits exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Splits {
    /// By `pgtable_split_lock`, as in the kernel.
    WithMutex,
    /// Not at all.
    WithoutLock,
    /// By `pgtable_split_lock`, which is held until the pages have been changed as well.
    MutexToTheEnd,
}

/// The rules of all races with a change of permissions.
pub(super) const fn rules<W: SetUp<Splits>>() -> [RuleDef; 2] {
    [
        RuleDef {
            id: "mutex",
            title: "splits take the mutex",
            of_kernel: |_, _| true,
            absent: None,
            set_up: |setting| W::set_up(setting, Splits::WithMutex),
        },
        RuleDef {
            id: "no-mutex",
            title: "splits take no lock",
            of_kernel: |_, _| false,
            absent: None,
            set_up: |setting| W::set_up(setting, Splits::WithoutLock),
        },
    ]
}

struct TwoChanges;

impl SetUp<Splits> for TwoChanges {
    fn set_up(setting: &mut Setting, splits: Splits) -> Result<(), NotThere> {
        // Neighbours in one block.
        change(setting, splits, 0)?;
        change(setting, splits, 1)
    }
}

/// Adds a CPU that makes a page read-only: the `nth` before the page where the walk starts.
pub(super) fn change(setting: &mut Setting, splits: Splits, nth: u64) -> Result<(), NotThere> {
    let bytes = setting.model.page_bytes();
    let start = VirtAddr(setting.ground.start.0 - nth * bytes);
    let args = Args { start, end: VirtAddr(start.0 + bytes), ..Args::default() };
    // What set_memory_ro() sets and clears: PTE_RDONLY and PTE_WRITE.
    let prot = setting.model.make.prot;
    let (read_only, writable) = (prot.kernel_ro.pte, prot.kernel.pte);
    let ops = Ops::SetProt { set: read_only & !writable, clear: writable & !read_only };
    setting.walk(EntryPoint::KernelLockless, args, ops, &lines(splits))
}

fn lines(splits: Splits) -> Vec<Line> {
    static LINES: [Line; 9] = [
        line("mutex_lock(&pgtable_split_lock)", Step::Lock(Lock::Split, LockMode::Write)),
        line("pmd_leaf(pmdp_get(pmdp))", Step::Is(Level::Pmd, Test::Leaf)),
        inner("split_pmd(): new table", Step::Fill),
        inner("split_pmd(): __pmd_populate()", Step::Write(Level::Pmd, Value::Table)),
        line("mutex_unlock(&pgtable_split_lock)", Step::Unlock(Lock::Split, LockMode::Write)),
        line("lazy_mmu_mode_enable()", Step::Act("enters lazy MMU mode")),
        line("walk_kernel_page_table_range_lockless()", Step::Run),
        line("lazy_mmu_mode_disable()", Step::Act("leaves lazy MMU mode")),
        line("flush_tlb_kernel_range()", Step::Flush { all: false }),
    ];
    let mut lines = LINES.to_vec();
    lines.retain(|line| {
        splits != Splits::WithoutLock || !matches!(line.step, Step::Lock(..) | Step::Unlock(..))
    });
    if splits == Splits::MutexToTheEnd {
        // Unlocks last instead of before the walk.
        lines[4..].rotate_left(1);
    }
    lines
}
