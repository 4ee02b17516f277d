//! A kernel walk that takes its lock for reading, and a huge vmap of a pmd's size. What the vmap does is in `vmap.rs`.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};

use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF, VMALLOC, vmap};
use crate::ground::Shape;
use crate::setting::{INIT_MM, LOOK, NotThere, Setting};

/// A walk of kernel tables, and a huge vmap of a pmd's size.
pub static RACE: RaceDef = RaceDef {
    id: "kernel-vmap",
    title: "A kernel walk and a huge vmap",
    about: "CPU 0 walks kernel addresses with walk_kernel_page_table_range(). CPU 1 maps 2 MiB with one entry where an earlier \
            mapping left an empty page table, and frees that table.",
    goal: READ_FREED,
    aim: UAF,
    why: "walk_kernel_page_table_range() asserts only that init_mm's lock is held, and its callers hold the read lock. \
          Since v7.3 a huge vmap holds the read lock too (26444eb71465), and two read locks do not exclude each other. \
          arm64's rule of v6.18 does not help either: it waits only for dumps. These callers are safe because they walk \
          memory of their own, which nobody else maps at the same time. A walk of other addresses has to hold the write \
          lock, as ptdump does.",
    ground: (VMALLOC, Shape::EmptyTable),
    runs_on: |model| model.kernel.huge_vmap.is_some(),
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
        setting.other("vmap_try_huge_pmd", &vmap::lines(rule));
        Ok(())
    }
}
