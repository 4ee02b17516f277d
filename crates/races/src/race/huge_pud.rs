//! A dump of `init_mm`, and a huge vmap of a pud's size. What the vmap does is in `vmap.rs`.

use mm::LockMode;
use pagewalk::Revision;

use super::{First, READ_FREED, RaceDef, RuleDef, SetUp, UAF, VMALLOC, vmap};
use crate::ground::Shape;
use crate::setting::{NotThere, Setting};

/// A debug walk of `init_mm`, and a huge vmap of a pud's size.
pub static RACE: RaceDef = RaceDef {
    id: "huge-pud",
    title: "A debug walk of init_mm and a huge vmap of 1 GiB",
    about: "The same, one level higher: CPU 1 frees a pmd table and the pte tables below it.",
    goal: READ_FREED,
    aim: UAF,
    why: "The walker keeps its pointer into the pmd table while it walks a whole pte table. x86 and \
          riscv clear the pud before they free the tables below it. arm64 clears and frees each pte \
          table first.",
    ground: (VMALLOC, Shape::EmptyTable),
    runs_on: vmap::maps_puds,
    absent: vmap::absent,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V6_17, lock: LockMode::Write, rule: "nothing" },
};

static RULES: [RuleDef; 6] = vmap::rules::<Pud>();

struct Pud;

impl SetUp<vmap::Rule> for Pud {
    fn set_up(setting: &mut Setting, rule: vmap::Rule) -> Result<(), NotThere> {
        vmap::dumper(setting, rule)?;
        setting.other("vmap_try_huge_pud", &vmap::pud_lines(rule, setting.model));
        Ok(())
    }
}
