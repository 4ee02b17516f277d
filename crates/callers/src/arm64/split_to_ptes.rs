//! arm64's `split_to_ptes_ops`: everything in the range becomes ptes without the contiguous hint
//! (arch/arm64/mm/mmu.c, v6.18).
//!
//! A pud leaf becomes a table of pmds, into which the walk then goes as it reads the entry again; a pmd leaf becomes a table
//! of ptes, which need no visit.

use mm::World;
use pagewalk::{Progress, WalkOps};
use pgtable::{Level, RawEntry};
use trace::{Action, Call, Callback, Callbacks, Reply, Sink};

use crate::replace::{EndBlock, Fill, Replace};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Work {
    /// Take the contiguous hint from a block, then replace the pmd with this value.
    EndBlock(EndBlock, Call, RawEntry),
    /// Replace a leaf.
    Replace(Replace),
}

/// The callbacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct SplitToPtes {
    running: Option<Work>,
}

const fn replace(call: &Call, value: RawEntry) -> Work {
    let fill = Fill::Arm64 { cont: false };
    Work::Replace(Replace::new(call.level, call.addr, call.slot, value, fill))
}

impl WalkOps for SplitToPtes {
    fn callbacks(&self) -> Callbacks {
        Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        let Callback::Entry(level) = call.callback else { return Reply::default() };
        let value = world.read_slot(call.slot).unwrap_or(call.value);
        let in_block = level >= Level::Pmd && EndBlock::applies(world, level, value);
        self.running = if in_block {
            Some(Work::EndBlock(EndBlock::new(world, level, call.addr, call.slot), *call, value))
        } else if level != Level::Pte && world.tests(level).leaf(value) {
            Some(replace(call, value))
        } else {
            None
        };
        if self.running.is_none() {
            return Reply::default();
        }
        // The kernel sets the action last, whether or not the split has failed; nobody looks at it before.
        Reply { action: (level == Level::Pmd).then_some(Action::Continue), ..Reply::MORE }
    }

    fn go_on(&mut self, world: &mut World, sink: &mut dyn Sink) -> Progress {
        match &mut self.running {
            None => Progress::Done(Reply::default()),
            Some(Work::EndBlock(block, call, value)) => {
                if !block.step(world, sink) {
                    return Progress::Running;
                }
                if call.level == Level::Pte {
                    self.running = None;
                    return Progress::Done(Reply::default());
                }
                self.running = Some(replace(call, *value));
                Progress::Running
            }
            Some(Work::Replace(replace)) => match replace.step(world, sink) {
                None => Progress::Running,
                Some(ret) => {
                    self.running = None;
                    Progress::Done(Reply::returns(ret))
                }
            },
        }
    }
}
