//! khugepaged has put the pages of a file together and takes the pte tables of all that map it, through the reverse map and
//! without their `mmap_lock`.
//!
//! mm/khugepaged.c, `retract_page_tables()`, v7.3. It defers the free with `pte_free_defer()`.

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Free, Revision};
use pgtable::{Level, Model, Thp};

use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF};
use crate::ground::{Half, Shape};
use crate::setting::{DUMP, MM, NotThere, PTES, Setting};
use crate::step::{Line, Lock, Step, Value, line};

/// A debug walk of a process, and khugepaged.
pub static RACE: RaceDef = RaceDef {
    id: "retract",
    title: "A walk of a process and khugepaged",
    about: "CPU 0 walks a process's tables. CPU 1 (khugepaged) has collected the pages of a file in a \
            huge page. It removes the pte tables of all processes that map the file, without their mmap \
            locks.",
    goal: READ_FREED,
    aim: UAF,
    why: "Neither the read lock nor the write lock of the mm keeps khugepaged out: only RCU protects a \
          process's pte tables. pte_offset_map() reads the pmd once, under RCU, and uses the value that \
          it has tested. The table is freed when all RCU read sections that began before have ended.",
    ground: (Half::User, Shape::Page),
    runs_on: |model| model.thp != Thp::No && model.kernel.frees_by_rcu,
    absent,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_3, lock: LockMode::Write, rule: "map" },
};

/// Why no pte table of a file goes without the mmap lock in a kernel.
pub(super) fn absent(revision: Revision, _: &Model) -> Option<&'static str> {
    let held =
        "khugepaged takes the mmap lock for the pte tables of a file until v6.5 (retract_page_tables())";
    (!revision.around().retracts_without_lock).then_some(held)
}

static RULES: [RuleDef; 5] = rules::<Retract>();

/// How the walker maps a pte table, and when a table is freed that others may have mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PteTables {
    /// `pte_offset_map()`, which reads the pmd once and under RCU. Otherwise `pte_offset_kernel()`, as where a 32-bit task
    /// dumps a 64-bit one, whose addresses are no user addresses to it.
    maps: bool,
    /// After an RCU grace period; otherwise at once.
    rcu: bool,
    /// `walk_page_range()`, which goes by VMAs; otherwise a debug walk.
    vmas: bool,
}

impl PteTables {
    /// Makes it so.
    fn apply(self, setting: &mut Setting) {
        if !self.maps {
            setting.world.task_size = setting.ground.start;
        }
        setting.rcu &= self.rcu;
    }

    /// Adds the CPU that walks.
    pub(super) fn walks(self, setting: &mut Setting) -> Result<(), NotThere> {
        self.apply(setting);
        let (entry, ops) = if self.vmas { (EntryPoint::Range, PTES) } else { (EntryPoint::Debug, DUMP) };
        setting.walker(entry, MmId::USER, ops, &[(MM, setting.lock)])
    }
}

const MAPS: PteTables = PteTables { maps: true, rcu: true, vmas: false };

/// The rules of all races in which pte tables go without the mmap lock.
pub(super) const fn rules<W: SetUp<PteTables>>() -> [RuleDef; 5] {
    [
        RuleDef {
            id: "map",
            title: "mapped with pte_offset_map(), freed by RCU",
            of_kernel: |_, _| true,
            absent: None,
            set_up: |setting| W::set_up(setting, MAPS),
        },
        RuleDef {
            id: "kernel",
            title: "mapped with pte_offset_kernel(), freed by RCU: a 32-bit task dumps a 64-bit one",
            of_kernel: |_, _| false,
            absent: None,
            set_up: |setting| W::set_up(setting, PteTables { maps: false, ..MAPS }),
        },
        RuleDef {
            id: "map-no-rcu",
            title: "mapped with pte_offset_map(), freed at once",
            of_kernel: |_, _| false,
            absent: None,
            set_up: |setting| W::set_up(setting, PteTables { rcu: false, ..MAPS }),
        },
        RuleDef {
            id: "kernel-no-rcu",
            title: "mapped with pte_offset_kernel(), freed at once",
            of_kernel: |_, _| false,
            absent: None,
            set_up: |setting| W::set_up(setting, PteTables { maps: false, rcu: false, ..MAPS }),
        },
        RuleDef {
            id: "vmas",
            title: "walk_page_range(), with pte_offset_map(); freed by RCU",
            of_kernel: |_, _| false,
            absent: None,
            set_up: |setting| W::set_up(setting, PteTables { vmas: true, ..MAPS }),
        },
    ]
}

struct Retract;

impl SetUp<PteTables> for Retract {
    fn set_up(setting: &mut Setting, tables: PteTables) -> Result<(), NotThere> {
        tables.walks(setting)?;
        setting.other("retract_page_tables", &lines(setting.rcu));
        Ok(())
    }
}

/// `rcu`: whether `pte_free_defer()` does what it says.
pub(super) fn lines(rcu: bool) -> Vec<Line> {
    const WRITE: LockMode = LockMode::Write;
    const READ: LockMode = LockMode::Read;
    static LINES: [Line; 9] = [
        line("i_mmap_lock_read(mapping)", Step::Lock(Lock::IMmap, READ)),
        line("pmd_lock(mm, pmd)", Step::Lock(Lock::Pmd, WRITE)),
        line("spin_lock_nested(ptl)", Step::Lock(Lock::Pte, WRITE)),
        line("pmdp_collapse_flush(): clear", Step::Write(Level::Pmd, Value::Empty)),
        line("pmdp_collapse_flush(): flush", Step::Flush { all: false }),
        line("spin_unlock(ptl)", Step::Unlock(Lock::Pte, WRITE)),
        line("spin_unlock(pml)", Step::Unlock(Lock::Pmd, WRITE)),
        line("pte_free_defer(mm, pgtable)", Step::Free(Level::Pte, Free::Rcu)),
        line("i_mmap_unlock_read(mapping)", Step::Unlock(Lock::IMmap, READ)),
    ];
    let mut lines = LINES.to_vec();
    for line in &mut lines {
        if let Step::Free(_, how) = &mut line.step
            && !rcu
        {
            line.text = "pte_free(mm, pgtable)";
            *how = Free::Now;
        }
    }
    lines
}
