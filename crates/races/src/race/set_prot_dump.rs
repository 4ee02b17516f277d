//! A dump, and one change of permissions: a leaf that becomes a table is the harmless direction.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};
use pgtable::SetMemory;

use super::set_prot::{self, Splits};
use super::{First, RaceDef, RuleDef, SetUp, VMALLOC};
use crate::ground::Shape;
use crate::outcome::Outcomes;
use crate::setting::{DUMP, INIT_MM, NotThere, Setting};

/// A debug walk of `init_mm`, and a change of permissions on arm64.
pub static RACE: RaceDef = RaceDef {
    id: "set-prot-dump",
    title: "A dump and a permission change",
    about: "CPU 0 dumps init_mm. CPU 1 splits a large entry and changes one page, without init_mm's lock.",
    goal: "Make anything go wrong on CPU 0.",
    aim: Outcomes::all(),
    why: "Nothing can go wrong. The new table is filled before the entry points to it, and it is never freed. The \
          dump may show the state before or after the change.",
    ground: (VMALLOC, Shape::PmdLeaf),
    runs_on: |model| model.kernel.set_memory == SetMemory::SplitsThenLockless,
    absent: set_prot::absent,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "arm64-4k-48", kernel: Revision::V6_18, lock: LockMode::Write, rule: "mutex" },
};

static RULES: [RuleDef; 2] = set_prot::rules::<DumpAndChange>();

struct DumpAndChange;

impl SetUp<Splits> for DumpAndChange {
    fn set_up(setting: &mut Setting, splits: Splits) -> Result<(), NotThere> {
        setting.walker(EntryPoint::Debug, MmId::INIT_MM, DUMP, &[(INIT_MM, setting.lock)])?;
        set_prot::change(setting, splits, 0)
    }
}
