//! Any walk over any world, made from any bytes.
//!
//! Every byte string is a program: a model, a kernel version, an entry point with arguments, VMAs, an ops table whose
//! callbacks follow a script, page tables of any contents. So one generator serves the property tests, which draw the
//! bytes at random, the fuzzer, which breeds them, and findings, which are kept as they are.
//!
//! | module | what it reads |
//! |---|---|
//! | [`choices`] | bytes as choices |
//! | `call` | the entry point, its arguments and its ops |
//! | `vmas` | the VMAs and their locks |
//! | `tables` | the page tables |

mod call;
pub mod choices;
mod tables;
mod vmas;

use mm::{LockMode, MmId, Slot, Task, World};
use pagewalk::{EntryPoint, Event, Revision, Status, Walk};
use pgtable::{MODELS, RawEntry, VirtAddr};

use crate::script::Script;
use choices::Choices;

/// Most steps that a program is followed for: walks may go on for ever.
pub const FUEL: u64 = 3000;

/// A call on a world: everything that a walk depends on.
#[derive(Clone, Debug)]
pub struct Program {
    /// The world before the call.
    pub world: World,
    /// The call, not started.
    pub walk: Walk,
    /// The ops table.
    pub ops: Script,
    /// What another task writes meanwhile.
    pub writes: Vec<Write>,
    /// Some number, for laws that need to choose where to look.
    pub seed: u64,
}

/// A write of another task.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    /// After how many steps of the walk.
    pub after: u64,
    /// Where.
    pub slot: Slot,
    /// What.
    pub value: RawEntry,
}

/// How a program ran.
#[derive(Clone, Debug)]
pub struct Run {
    /// Everything that it said.
    pub events: Vec<Event>,
    /// The world after it.
    pub world: World,
    /// The walk after it.
    pub walk: Walk,
    /// The ops table after it.
    pub ops: Script,
    /// How it ended; `Running` if the fuel was gone first.
    pub status: Status,
}

/// A program after one of its steps.
#[derive(Debug)]
pub struct Moment<'m> {
    /// What the step said.
    pub event: Event,
    /// The walk after it.
    pub walk: &'m Walk,
    /// The world after it.
    pub world: &'m World,
}

impl Program {
    /// The program that these bytes are. Bytes that are not there are zero, and zero is the plainest choice.
    pub fn decode(bytes: &[u8]) -> Self {
        let mut choices = Choices::new(bytes);
        let c = &mut choices;
        let seed = c.number(2);
        let model = c.of(MODELS);
        let revision = c.of(&Revision::ALL);
        let entry = call::entry(c).in_revision(revision);
        // Nothing does the work of folio_walk_start() before v6.12.
        let entry = if entry.exists_in(revision) { entry } else { EntryPoint::RangeVma };
        let around = call::start(c, model);
        let vmas = if entry.has_vmas() { vmas::vmas(c, model, around) } else { Vec::new() };
        let args = call::args(c, model, entry, &vmas, around);
        let ops = call::ops(c, model, entry);
        let held = call::held(c);
        let mut world = tables::world(c, model);
        if c.one_in(8) {
            world.task_size = VirtAddr(around.0.wrapping_add(model.page_bytes()) & model.word_mask);
        }
        world.allocator.fails_at = if c.one_in(3) { 1 + c.below(4) } else { 0 };
        for (id, (task, mode)) in [MmId::INIT_MM, MmId::USER].into_iter().zip(held) {
            world.preset_lock(id, task, mode);
        }
        let (task, mode) = held[2];
        world.i_mmap.preset(task, mode);
        let (mut vmas, mut nth) = (vmas, args.vma);
        if c.one_in(2) {
            // The identity of a VMA says nothing about its place.
            vmas.reverse();
            nth = vmas.len().wrapping_sub(nth + 1);
        }
        let world = world.with_vmas(vmas).unwrap_or_else(|error| unreachable!("made to be valid: {error}"));
        let args = args.with(world.vmas().map(|(id, _)| id).nth(nth));
        let walk =
            Walk::new(entry, revision, args).unwrap_or_else(|error| unreachable!("chosen to exist: {error}"));
        let writes = if c.one_in(3) { tables::writes(c, model) } else { Vec::new() };
        Self { world, walk, ops, writes, seed }
    }

    /// Runs it for at most `fuel` steps.
    pub fn run(&self, fuel: u64) -> Run {
        let Self { mut world, mut walk, mut ops, .. } = self.clone();
        let mut events = Vec::new();
        let mut done = 0;
        let mut status = walk.status();
        // In one go from write to write.
        while done < fuel && status == Status::Running {
            self.disturb(done, &mut world);
            let next = self.writes.iter().map(|write| write.after).filter(|&after| after > done).min();
            let slice = next.map_or(fuel, |next| next.min(fuel)) - done;
            status = walk.run(&mut world, &mut ops, &mut events, slice);
            done += slice;
        }
        Run { events, world, walk, ops, status }
    }

    /// Runs it step by step, and calls `see` after each step.
    pub fn watch(&self, mut see: impl FnMut(&Moment<'_>)) -> Status {
        let Self { mut world, mut walk, mut ops, .. } = self.clone();
        let mut events = Vec::new();
        for done in 0..FUEL {
            self.disturb(done, &mut world);
            let status = walk.step(&mut world, &mut ops, &mut events);
            for event in events.drain(..) {
                see(&Moment { event, walk: &walk, world: &world });
            }
            if status != Status::Running {
                return status;
            }
        }
        walk.status()
    }

    /// What others do when the walk has done so many steps.
    pub(crate) fn disturb(&self, done: u64, world: &mut World) {
        for write in self.writes.iter().filter(|write| write.after == done) {
            world.write_slot(write.slot, write.value);
        }
    }

    /// The same, with nobody else who writes.
    #[must_use]
    pub fn undisturbed(&self) -> Self {
        Self { writes: Vec::new(), ..self.clone() }
    }

    /// The same call under another kernel, by the function that has this purpose there.
    #[must_use]
    pub fn under(&self, revision: Revision) -> Self {
        let entry = self.walk.entry().in_revision(revision);
        let walk = Walk::new(entry, revision, *self.walk.args())
            .unwrap_or_else(|error| unreachable!("chosen to exist: {error}"));
        Self { walk, ..self.clone() }
    }

    /// The same with another ops table.
    #[must_use]
    pub fn with(&self, ops: Script) -> Self {
        Self { ops, ..self.clone() }
    }

    /// Whether nobody but the walker holds a lock: then it never waits.
    pub fn is_alone(&self) -> bool {
        let free = LockMode::None;
        self.world.vmas().all(|(_, vma)| vma.held_by(Task::Other) == free)
            && self.world.mms().all(|(_, mm)| mm.mmap_lock.held_by(Task::Other) == free)
    }
}
