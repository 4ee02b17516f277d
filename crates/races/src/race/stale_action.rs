//! smaps asks for another look at an entry whose pte table has gone, and the wish outlives the look.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};
use pgtable::Thp;

use super::{First, RaceDef, RuleDef, reclaim, retract};
use crate::ground::{Half, Shape};
use crate::ops::Ops;
use crate::outcome::Outcomes;
use crate::setting::{MM, NotThere, Setting};

/// smaps, and `MADV_DONTNEED` that takes the last pte table.
pub static RACE: RaceDef = RaceDef {
    id: "stale-action",
    title: "smaps and a pte table that vanishes",
    about: "CPU 0 adds up a process's memory for smaps. CPU 1 frees the last pte table of the range \
            (PT_RECLAIM; before v6.14 it is khugepaged) right before smaps maps it.",
    goal: "Make CPU 0 count the same memory twice.",
    aim: Outcomes::DOUBLE,
    why: "smaps cannot map the table and sets ACTION_AGAIN. The pmd loop looks again and finds a hole, \
          but the action stays in walk->action. From v7.0 on, the pud loop obeys it and walks the whole \
          table again. v7.3 resets the action first (aedf2efd1897). Before v7.0, the pud loop did not \
          check it.",
    ground: (Half::User, Shape::LeafThenPage),
    runs_on: reclaim::runs_on,
    absent: |revision, model| {
        let nobody = "nobody takes a pte table from under the read lock on this machine in that kernel";
        let is_taken = revision.around().reclaims || model.thp != Thp::No;
        retract::absent(revision, model).or_else(|| (!is_taken).then_some(nobody))
    },
    locks: &[LockMode::Read],
    rules: &[RuleDef::only(set_up)],
    first: First { model: "x86_64-4level", kernel: Revision::V7_1, lock: LockMode::Read, rule: "" },
};

fn set_up(setting: &mut Setting) -> Result<(), NotThere> {
    setting.walker(EntryPoint::Vma, MmId::USER, Ops::Smaps { added: [0; 2] }, &[(MM, setting.lock)])?;
    if setting.revision.around().reclaims {
        setting.other("madvise", &reclaim::LINES);
    } else {
        setting.other("retract_page_tables", &retract::lines(setting.rcu));
    }
    Ok(())
}
