//! All CPUs in one world, and what has gone wrong there.

use arrayvec::ArrayVec;
use explore::{Lane, Turn};
use mm::{LockMode, Slot, Task, World};
use pagewalk::{Event, Fault, Free, LockName, Sink, Status};
use pgtable::{EntryKind, Level};

use crate::cpu::{Cpu, Inner};
use crate::locks;
use crate::notes::Notes;
use crate::ops::{self, Ops};
use crate::outcome::Outcomes;

/// The CPUs of a race, in the order of their lanes.
pub type Cpus = ArrayVec<Cpu, { Task::ALL.len() }>;

fn fault_of(cpus: &Cpus) -> Option<Fault> {
    cpus.iter().find_map(|cpu| match cpu.status() {
        Status::Faulted(fault) => Some(fault),
        _ => None,
    })
}

/// What a lane can do: a CPU's, or RCU's, which comes after them.
pub(super) fn turn_of(world: &World, cpus: &Cpus, lane: Lane) -> Turn {
    if fault_of(cpus).is_some() {
        return Turn::Done;
    }
    match cpus.get(lane.index()) {
        Some(cpu) => turn_of_cpu(world, cpu),
        None if lane.index() == cpus.len() => turn_of_rcu(world),
        None => Turn::Done,
    }
}

/// What a CPU can do as long as none was stopped by a fault.
pub(super) fn turn_of_cpu(world: &World, cpu: &Cpu) -> Turn {
    if cpu.at().is_none() {
        Turn::Done
    } else if cpu.waits_for(world).is_some() || cpu.waits_for_readers(world) {
        Turn::Wait
    } else {
        Turn::Move
    }
}

/// The same of RCU.
pub(super) fn turn_of_rcu(world: &World) -> Turn {
    if world.frames.rcu().is_empty() {
        Turn::Done
    } else if world.grace_period_over().is_some() {
        Turn::Move
    } else {
        Turn::Wait
    }
}

/// Takes the next step of a lane that can move.
pub(super) fn step_lane<S: Sink>(world: &mut World, cpus: &mut Cpus, lane: Lane, sink: &mut S) {
    if let Some(cpu) = cpus.get_mut(lane.index()) {
        cpu.step(world, sink);
    } else {
        grace_period_ends(world, sink);
    }
}

/// Frees the oldest table whose grace period is over.
pub(super) fn grace_period_ends<S: Sink>(world: &mut World, sink: &mut S) {
    if let Some(table) = world.grace_period_over() {
        let level = world.table_at(table).and_then(|id| world.table(id)).map(mm::Table::level);
        world.free_table(table);
        sink.event(Event::Free { level: level.unwrap_or(Level::Pte), table, how: Free::Now });
    }
}

/// All CPUs in one world.
///
/// Lanes: the CPUs in their order, then RCU, which frees a table once its grace period is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The world.
    pub world: World,
    pub(super) cpus: Cpus,
}

impl State {
    /// The CPUs, in the order of their lanes. The first one walks.
    pub fn cpus(&self) -> &[Cpu] {
        &self.cpus
    }

    /// The CPU of a lane; none if that is RCU's or nobody's.
    pub fn cpu(&self, lane: Lane) -> Option<&Cpu> {
        self.cpus.get(lane.index())
    }

    /// Whether a lane is RCU's.
    pub fn is_rcu(&self, lane: Lane) -> bool {
        lane.index() == self.cpus.len()
    }

    /// What stopped a CPU, if anything did. Then nobody moves any more: the kernel has crashed, or may have.
    pub fn fault(&self) -> Option<Fault> {
        fault_of(&self.cpus)
    }

    /// What a lane can do.
    pub fn turn(&self, lane: Lane) -> Turn {
        turn_of(&self.world, &self.cpus, lane)
    }

    /// What a CPU's lane waits for, and who holds it and how.
    pub fn waits_for(&self, lane: Lane) -> Option<(LockName, Option<(Task, LockMode)>)> {
        let lock = self.cpu(lane)?.waits_for(&self.world)?;
        Some((lock, locks::holder(&self.world, lock)))
    }

    /// Takes the next step of a lane, if it can move.
    pub fn step<S: Sink>(&mut self, lane: Lane, sink: &mut S) {
        if self.turn(lane) == Turn::Move {
            // Of one type for all: each kind of sink would compile everybody once more.
            let mut sink: &mut dyn Sink = sink;
            step_lane(&mut self.world, &mut self.cpus, lane, &mut sink);
        }
    }

    /// What has gone wrong. A deadlock is for whoever looks at all lanes.
    pub fn outcomes(&self) -> Outcomes {
        self.cpus.iter().map(|cpu| outcomes_of(&self.world, cpu)).collect()
    }

    /// For whom it has gone wrong: the first such CPU's lane.
    pub fn loser(&self) -> Option<Lane> {
        let at = self.cpus.iter().position(|cpu| !outcomes_of(&self.world, cpu).is_empty())?;
        Lane::ALL.get(at).copied()
    }
}

/// What has gone wrong for one CPU.
pub(super) fn outcomes_of(world: &World, cpu: &Cpu) -> Outcomes {
    let stopped = match cpu.status() {
        Status::Faulted(Fault::UseAfterFree { level: Level::Pte, .. }) => Outcomes::UAF_PTE,
        Status::Faulted(Fault::UseAfterFree { .. }) => Outcomes::UAF_PMD,
        Status::Faulted(_) => Outcomes::WILD,
        _ => Outcomes::empty(),
    };
    let did = match cpu.inner() {
        Inner::Walk(_, Ops::Smaps { added }) if added.iter().any(|&times| times > 1) => Outcomes::DOUBLE,
        // Who was refused has lost nothing.
        Inner::Walk(walk, Ops::SetProt { set, clear }) if walk.status() == Status::Done(0) => {
            match pte_of(world, cpu, walk.args().start) {
                Some(pte) if pte & set == *set && pte & clear == 0 => Outcomes::empty(),
                _ => Outcomes::LOST,
            }
        }
        _ => later::here()(world, cpu),
    };
    stopped | did
}

late! {
    /// What can only go wrong in races that come later.
    later: fn(&World, &Cpu) -> Outcomes = later_outcomes, until |_, _| Outcomes::empty()
}

/// What can only go wrong in races that come [later](crate::complete).
pub(crate) fn later_outcomes(world: &World, cpu: &Cpu) -> Outcomes {
    match cpu.inner() {
        Inner::Walk(_, Ops::CheckWx { found: true, .. }) => Outcomes::WX,
        // The page is there for good, and the walk is over: it will never be found.
        Inner::Walk(_, Ops::Queue { queued: false, .. })
            if cpu.at().is_none() && Notes::OLD_PAGE.are_in(world) && maps_page(world, cpu) =>
        {
            Outcomes::MISSED
        }
        Inner::Walk(walk, Ops::Dump { of, shown, before })
            if matches!(walk.status(), Status::Done(_))
                && shown != before
                && Notes::SETTLED.are_in(world)
                && *shown != ops::shown(walk, *of, world) =>
        {
            Outcomes::TORN
        }
        Inner::Nothing
            if cpu.task() == Task::Walker
                && cpu.at().is_none()
                && Notes::PINNED.union(Notes::MOVED).are_in(world) =>
        {
            Outcomes::STALE
        }
        _ => Outcomes::empty(),
    }
}

/// Whether the page at stake is mapped.
fn maps_page(world: &World, cpu: &Cpu) -> bool {
    let pte = pte_of(world, cpu, cpu.script().ground.start);
    pte.is_some_and(|pte| world.tests(Level::Pte).present(pgtable::RawEntry(pte)))
}

/// The pte that maps an address under the pmd entry at stake, if a pte table hangs there.
fn pte_of(world: &World, cpu: &Cpu, addr: pgtable::VirtAddr) -> Option<u64> {
    let ground = &cpu.script().ground;
    let pmd = world.read_slot(Slot { table: ground.pmd_table, index: ground.pmd })?;
    let is_table = world.classify(Level::Pmd, pmd) == EntryKind::Table;
    let table = is_table.then(|| world.model().table_address(Level::Pmd, pmd))?;
    let index = world.model().index(Level::Pte, addr);
    world.read_slot(Slot { table, index }).map(|pte| pte.0)
}
