//! Text of a module becomes read-only and executable in two steps, and a dump looks for pages that are writable and executable.
//!
//! include/linux/set_memory.h, `set_memory_rox()`; mm/ptdump.c, `ptdump_check_wx()`; v7.3.

use alloc::vec::Vec;

use actors::Observer;
use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};
use pgtable::{Level, Model};

use super::{First, RaceDef, RuleDef};
use crate::ground::{Half, Shape};
use crate::ops::Ops;
use crate::outcome::Outcomes;
use crate::setting::{INIT_MM, NotThere, Setting};
use crate::step::{Line, Rights, Step, Value, line};

/// A dump of `init_mm` that looks for W+X, and `set_memory_rox()`.
pub static RACE: RaceDef = RaceDef {
    id: "rox",
    title: "check_wx and set_memory_rox()",
    about: "CPU 0 dumps init_mm and looks for pages that are writable and executable. CPU 1 makes a page of a module \
            read-only and executable.",
    goal: "Make CPU 0 find a page that is writable and executable.",
    aim: Outcomes::WX,
    why: "No lock keeps a dump out between two changes of permissions. So the page is made read-only first, and executable \
          after that (f2c65fb3221a, v5.2). One write for both does as well, as on x86 since v6.2: a TLB that still holds \
          the writable entry is not modelled.",
    ground: (Half::Kernel("modules"), Shape::Page),
    // Elsewhere nothing looks for such pages.
    runs_on: |model| model.make.prot.write_execute.is_some(),
    absent: |_, _| None,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_3, lock: LockMode::Write, rule: "x-first" },
};

static RULES: [RuleDef; 3] = [
    RuleDef {
        id: "ro-first",
        title: "CPU 1 makes the page read-only, then executable",
        of_kernel: |revision, model| !at_once(revision, model),
        absent: None,
        set_up: |setting| {
            set_up(setting, &[("set_memory_ro()", Rights::Read), ("set_memory_x()", Rights::Execute)])
        },
    },
    RuleDef {
        id: "x-first",
        title: "CPU 1 makes the page executable, then read-only (until v5.1)",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            set_up(setting, &[("set_memory_x()", Rights::WriteExecute), ("set_memory_ro()", Rights::Execute)])
        },
    },
    RuleDef {
        id: "at-once",
        title: "CPU 1 does both by one write (x86, v6.2)",
        of_kernel: at_once,
        absent: None,
        set_up: |setting| set_up(setting, &[("set_memory_rox()", Rights::Execute)]),
    },
];

/// x86 changes both at once where `set_memory_rox()` is a function of its own, since v6.2. The rows that have it are those that have what came
/// with v6.3.
const fn at_once(revision: Revision, model: &Model) -> bool {
    model.kernel.rox_at_once && revision.rules().hugetlb_lock
}

/// Each change of permissions writes the pte and flushes.
fn set_up(setting: &mut Setting, changes: &[(&'static str, Rights)]) -> Result<(), NotThere> {
    let ops = Ops::CheckWx { of: Observer::PTDUMP, found: false };
    setting.walker(EntryPoint::Debug, MmId::INIT_MM, ops, &[(INIT_MM, setting.lock)])?;
    let change = |&(text, rights)| {
        [
            line(text, Step::Write(Level::Pte, Value::Rights(rights))),
            line("flush_tlb_kernel_range()", Step::Flush { all: false }),
        ]
    };
    let lines: Vec<Line> = changes.iter().flat_map(change).collect();
    setting.other("set_memory_rox", &lines);
    Ok(())
}
