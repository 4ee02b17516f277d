//! Two walkers at once: who comes while a writer waits, waits behind it.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};

use super::munmap::{self, End};
use super::{First, RaceDef, RuleDef, SetUp, UAF};
use crate::ground::{Half, Shape};
use crate::setting::{DUMP, MM, NotThere, Setting};

/// Two debug walks of a process, and `munmap()`.
pub static RACE: RaceDef = RaceDef {
    id: "two-walkers",
    title: "Two debug walks and munmap()",
    about: "CPU 0 and CPU 2 both walk a process's tables; CPU 1 unmaps.",
    goal: "Make one of the walkers read a page table that has been freed.",
    aim: UAF,
    why: "One task at a time can hold the write lock, but many can hold the read lock. A task that asks \
          for the read lock while munmap() waits for the write lock queues behind it: the lock is fair.",
    ground: (Half::User, Shape::Page),
    runs_on: |_| true,
    absent: |_, _| None,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V6_17, lock: LockMode::Read, rule: "downgrade" },
};

static RULES: [RuleDef; 2] = munmap::rules::<TwoWalks>();

struct TwoWalks;

impl SetUp<End> for TwoWalks {
    fn set_up(setting: &mut Setting, end: End) -> Result<(), NotThere> {
        let locks = [(MM, setting.lock)];
        setting.walker(EntryPoint::Debug, MmId::USER, DUMP, &locks)?;
        setting.other("munmap", &munmap::lines(end, setting));
        setting.walker(EntryPoint::Debug, MmId::USER, DUMP, &locks)
    }
}
