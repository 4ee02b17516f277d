//! A task takes a lock for reading twice, and a writer comes in between.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};

use super::{First, RaceDef, RuleDef};
use crate::ground::{Half, Shape};
use crate::outcome::Outcomes;
use crate::setting::{MM, NotThere, PTES, Setting};
use crate::step::{Step, line};

/// A walk whose task takes the lock for reading twice, and a writer.
pub static RACE: RaceDef = RaceDef {
    id: "nested-read",
    title: "A read lock inside a read lock",
    about: "CPU 0 holds an mmap lock for reading and takes it for reading again. CPU 1 wants it for writing.",
    goal: "Make both wait for ever.",
    aim: Outcomes::DEADLOCK,
    why: "While a task waits for the write lock, nobody new gets the read lock, so that the task has its \
          turn. The second read lock waits behind the write lock, and the write lock waits for the first \
          read lock.",
    ground: (Half::User, Shape::Page),
    runs_on: |_| true,
    absent: |_, _| None,
    locks: &[LockMode::Read],
    rules: &[RuleDef::only(set_up)],
    first: First { model: "x86_64-4level", kernel: Revision::V7_3, lock: LockMode::Read, rule: "" },
};

fn set_up(setting: &mut Setting) -> Result<(), NotThere> {
    setting.walker(EntryPoint::Range, MmId::USER, PTES, &[(MM, setting.lock), (MM, setting.lock)])?;
    let write = LockMode::Write;
    let mprotect = [
        line("mmap_write_lock(mm)", Step::Lock(MM, write)),
        line("mmap_write_unlock(mm)", Step::Unlock(MM, write)),
    ];
    setting.other("mprotect", &mprotect);
    Ok(())
}
