//! `munmap()` of a file's memory against a walk that finds its areas by the file.
//!
//! mm/memory.c, `free_pgtables()`: an area leaves the file's reverse map, under `i_mmap_rwsem` held for writing, before the tables
//! that mapped it are freed (v6.16 to v7.3).

use mm::{LockMode, MmId};
use pagewalk::{Args, EntryPoint, Revision};
use pgtable::Level;

use super::munmap::{self, End};
use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF};
use crate::ground::{Half, Shape};
use crate::setting::{NotThere, PTES, Setting};
use crate::step::{Lock, Step, Value, line};
use crate::walker;

/// A walk of all areas that map a file, and `munmap()`.
pub static RACE: RaceDef = RaceDef {
    id: "munmap-mapping",
    title: "A walk of a file\u{2019}s areas and munmap()",
    about: "CPU 0 walks the areas of all processes that map a file, with walk_page_mapping(). It holds i_mmap_rwsem and no \
            mmap lock. CPU 1 unmaps one of them.",
    goal: READ_FREED,
    aim: UAF,
    why: "No mmap lock is needed here: munmap() takes the area out of the file\u{2019}s reverse map before it frees the page \
          tables, and for that it needs i_mmap_rwsem for writing. While the walk holds it for reading, munmap() waits there.",
    ground: (Half::User, Shape::Page),
    runs_on: |_| true,
    absent: |_, _| None,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_3, lock: LockMode::None, rule: "downgrade" },
};

static RULES: [RuleDef; 2] = munmap::rules::<MappingWalk>();

struct MappingWalk;

impl SetUp<End> for MappingWalk {
    fn set_up(setting: &mut Setting, end: End) -> Result<(), NotThere> {
        let nr = (setting.ground.end.0 - setting.ground.start.0) / setting.model.page_bytes();
        let vma = setting.ground.vma.and_then(|id| setting.world.vma_mut(id));
        let first_index = vma.map_or(0, |vma| {
            vma.in_mapping = true;
            vma.pgoff
        });
        let lines = walker::lines(&[(Lock::IMmap, setting.lock)], "walk_page_mapping");
        let args = Args { first_index, nr, ..setting.args(MmId::USER) };
        setting.walk(EntryPoint::Mapping, args, PTES, &lines)?;
        let mut lines = munmap::lines(end, setting);
        let frees = lines.iter().position(|line| line.step == Step::Write(Level::Pmd, Value::Empty));
        let unlinks = [
            line("i_mmap_lock_write(mapping)", Step::Lock(Lock::IMmap, LockMode::Write)),
            line(
                "vma_interval_tree_remove()",
                Step::Unlink(
                    "removes the VMA from the file's reverse map, so that no walk of the file finds it",
                ),
            ),
            line("i_mmap_unlock_write(mapping)", Step::Unlock(Lock::IMmap, LockMode::Write)),
        ];
        let at = frees.unwrap_or(lines.len());
        lines.splice(at..at, unlinks);
        setting.other("munmap", &lines);
        Ok(())
    }
}
