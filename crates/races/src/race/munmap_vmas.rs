//! A walk that goes by VMAs, and `munmap()`.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};

use super::munmap::{self, End};
use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF};
use crate::ground::{Half, Shape};
use crate::setting::{MM, NotThere, PTES, Setting};

/// A walk of a process's VMAs, and `munmap()`.
pub static RACE: RaceDef = RaceDef {
    id: "munmap-vmas",
    title: "A walk of VMAs and munmap()",
    about: "CPU 0 walks the VMAs of a process with walk_page_range(). CPU 1 unmaps them.",
    goal: READ_FREED,
    aim: UAF,
    why: "Here the read lock is enough. If the walk gets it first, munmap() waits. If munmap() comes \
          first, it has detached the VMA, and the walk finds a gap, whose tables it never reads. Without \
          any lock, neither is true.",
    ground: (Half::User, Shape::Page),
    runs_on: |_| true,
    absent: |_, _| None,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V6_17, lock: LockMode::None, rule: "downgrade" },
};

static RULES: [RuleDef; 2] = munmap::rules::<VmaWalk>();

struct VmaWalk;

impl SetUp<End> for VmaWalk {
    fn set_up(setting: &mut Setting, end: End) -> Result<(), NotThere> {
        setting.walker(EntryPoint::Range, MmId::USER, PTES, &[(MM, setting.lock)])?;
        setting.other("munmap", &munmap::lines(end, setting));
        Ok(())
    }
}
