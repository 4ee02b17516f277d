//! A kernel walk, and a huge vmap of a pud's size. What the vmap does is in `vmap.rs`.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};

use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF, VMALLOC, vmap};
use crate::ground::Shape;
use crate::setting::{INIT_MM, LOOK, NotThere, Setting};

/// A walk of kernel tables, and a huge vmap of a pud's size.
pub static RACE: RaceDef = RaceDef {
    id: "kernel-pud",
    title: "A kernel walk and a huge vmap of 1 GiB",
    about: "CPU 0 walks kernel addresses with walk_kernel_page_table_range(). CPU 1 maps 1 GiB with one entry, and frees a \
            pmd table and the pte tables below it.",
    goal: READ_FREED,
    aim: UAF,
    why: "As with 2 MiB: the vmap holds init_mm's lock for reading at most, and a walk with the read lock can run at the same \
          time. Here the walker may hold a pointer into the pmd table as well when it is freed.",
    ground: (VMALLOC, Shape::EmptyTable),
    runs_on: vmap::maps_puds,
    absent: vmap::absent,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_3, lock: LockMode::Read, rule: "trylock" },
};

static RULES: [RuleDef; 6] = vmap::rules::<KernelWalk>();

struct KernelWalk;

impl SetUp<vmap::Rule> for KernelWalk {
    fn set_up(setting: &mut Setting, rule: vmap::Rule) -> Result<(), NotThere> {
        setting.walker(EntryPoint::Kernel, MmId::INIT_MM, LOOK, &[(INIT_MM, setting.lock)])?;
        setting.other("vmap_try_huge_pud", &vmap::pud_lines(rule, setting.model));
        Ok(())
    }
}
