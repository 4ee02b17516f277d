//! A dump of `init_mm`, and a huge vmap of a pmd's size. What the vmap does is in `vmap.rs`.

use mm::LockMode;
use pagewalk::Revision;

use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF, VMALLOC, vmap};
use crate::ground::Shape;
use crate::setting::{NotThere, Setting};

/// A debug walk of `init_mm`, and a huge vmap of a pmd's size.
pub static RACE: RaceDef = RaceDef {
    id: "huge-vmap",
    title: "A debug walk of init_mm and a huge vmap",
    about: "CPU 0 dumps the kernel's tables. CPU 1 maps 2 MiB with one entry where an earlier mapping left an empty \
            page table, and frees that table.",
    goal: READ_FREED,
    aim: UAF,
    why: "\u{201c}Kernel tables are not freed\u{201d} was the reason why the read lock was enough, and \
          why init_mm could be handed over to the kernel walk. But a huge vmap does free a kernel table. \
          It held no lock, so not even the write lock kept it out. Since v7.3 it holds init_mm's lock \
          for reading (26444eb71465), and a dump holds it for writing.",
    ground: (VMALLOC, Shape::EmptyTable),
    runs_on: |model| model.kernel.huge_vmap.is_some(),
    absent: vmap::absent,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V6_17, lock: LockMode::Write, rule: "nothing" },
};

static RULES: [RuleDef; 6] = vmap::rules::<Pmd>();

struct Pmd;

impl SetUp<vmap::Rule> for Pmd {
    fn set_up(setting: &mut Setting, rule: vmap::Rule) -> Result<(), NotThere> {
        vmap::dumper(setting, rule)?;
        setting.other("vmap_try_huge_pmd", &vmap::lines(rule));
        Ok(())
    }
}
