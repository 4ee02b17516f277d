//! One CPU: a script, where in it, and the walk or dump that it runs.

use core::hash::Hasher;

use actors::Actor;
use mm::{Frame, LockMode, Slot, Task, World};
use pagewalk::{Event, Fault, Flush, Free, LockName, Sink, Status, Walk};
use pgtable::{Level, PhysAddr, RawEntry};
use ptdump::Ptdump;

use crate::locks::{self, Taken};
use crate::notes::Notes;
use crate::once;
use crate::ops::Ops;
use crate::step::{Line, Lock, Script, Shared, Step};

/// What [`Step::Run`] runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Inner {
    /// Nothing: this CPU does not walk.
    Nothing,
    /// A walk with its callbacks.
    Walk(Walk, Ops),
    /// `ptdump_walk_pgd()`, which takes its locks itself.
    Dump(Ptdump),
}

/// What a line does.
type Look = fn(&mut Cpu, Step, &mut World, &mut dyn Sink);

/// One action of a walk that reads each entry once.
type Once = fn(&mut Walk, &mut Ops, &mut once::Last, &mut World, &mut dyn Sink) -> Status;

late! {
    /// What only lines and walks of races do that come later, and of compositions: nobody has them before.
    later: (Look, Once) = (|cpu, step, world, mut sink| cpu.look(step, world, &mut sink), once::step),
    until (|_, _, _, _| {}, |walk, _, _, _, _| walk.status())
}

/// One CPU of a race: a machine of the walker's kind, one atomic action and one event a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cpu {
    pub(super) script: Shared,
    task: Task,
    /// The line that is next; their number at the end.
    at: u8,
    /// Whether it waits in the queue of the lock that it wants.
    waits: bool,
    /// The tables that it works on: those of the place, until it makes one.
    pub(super) pmd_table: PhysAddr,
    pub(super) pte_table: PhysAddr,
    /// What it read last.
    pub(super) value: RawEntry,
    inner: Inner,
    /// Where its walk reads each entry once: what it has read last.
    once: Option<once::Last>,
    fault: Option<Fault>,
}

impl Cpu {
    pub(super) fn new(task: Task, script: Shared, inner: Inner) -> Self {
        let ground = &script.0.ground;
        let (pmd_table, pte_table) = (ground.pmd_table, ground.pte_table);
        let (at, waits, value, fault) = (0, false, RawEntry(0), None);
        Self { script, task, at, waits, pmd_table, pte_table, value, inner, once: None, fault }
    }

    /// The kernel function that it runs, with its lines.
    pub fn script(&self) -> &Script {
        &self.script.0
    }

    /// The task that it runs as.
    pub const fn task(&self) -> Task {
        self.task
    }

    /// The line that is next; `None` at the end.
    pub fn at(&self) -> Option<usize> {
        (usize::from(self.at) < self.script.0.lines.len()).then_some(usize::from(self.at))
    }

    /// What it walks, if it does.
    pub const fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Lets its walk read each entry once.
    pub(super) fn reads_once(&mut self) {
        self.once = Some(None);
    }

    /// Lets its walk have other callbacks.
    pub(super) fn set_ops(&mut self, of: Ops) {
        if let Inner::Walk(_, ops) = &mut self.inner {
            *ops = of;
        }
    }

    /// The walk that runs or ran last, if it walks.
    pub fn walk(&self) -> Option<&Walk> {
        match &self.inner {
            Inner::Nothing => None,
            Inner::Walk(walk, _) => Some(walk),
            Inner::Dump(dump) => dump.walk(),
        }
    }

    /// Whether it can go on, but for the locks that others hold.
    pub fn status(&self) -> Status {
        match (self.fault, self.at()) {
            (Some(fault), _) => Status::Faulted(fault),
            (None, None) => Status::Done(0),
            (None, Some(_)) => Status::Running,
        }
    }

    /// Hashes where it is and what it has read last, as [`Walk::hash_place`] does.
    pub(super) fn hash_place<H: Hasher>(&self, hasher: &mut H) {
        let at = u64::from(self.at) | u64::from(self.waits) << 8 | (self.task as u64) << 16;
        hasher.write_u64(at ^ self.pte_table.0.rotate_left(24) ^ self.value.0);
        if let Some(walk) = self.walk() {
            walk.hash_place(hasher);
        }
    }

    fn line(&self) -> Option<&Line> {
        self.script.0.lines.get(usize::from(self.at))
    }

    /// The lock that the next step waits for, if it does: then stepping changes nothing.
    pub fn waits_for(&self, world: &World) -> Option<LockName> {
        let lock = match self.line()?.step {
            Step::Lock(lock, _) => self.name(lock)?,
            Step::StartVmaWrite => self.name(Lock::Vma)?,
            Step::Run => {
                return match &self.inner {
                    Inner::Nothing => None,
                    Inner::Walk(walk, _) => walk.waits_for(world),
                    Inner::Dump(dump) => dump.waits_for(world),
                };
            }
            _ => return None,
        };
        locks::blocks(world, lock, self.task, self.waits).then_some(lock)
    }

    /// Whether the next step waits for others to leave their RCU read sections.
    pub fn waits_for_readers(&self, world: &World) -> bool {
        matches!(self.line(), Some(Line { step: Step::Sync, .. })) && !world.frames.readers().is_empty()
    }

    /// A lock by the name that it has in the world.
    fn name(&self, lock: Lock) -> Option<LockName> {
        let ground = &self.script.0.ground;
        Some(match lock {
            Lock::Mmap(mm) => LockName::Mmap(mm),
            Lock::Hotplug => LockName::MemHotplug,
            Lock::Vma => LockName::Vma(ground.vma?),
            Lock::IMmap => LockName::IMmap,
            Lock::Pmd if ground.pud.is_some() => LockName::Ptl(self.pmd_table),
            Lock::Pud | Lock::Pmd => LockName::PageTable(ground.mm),
            Lock::Pte => LockName::Ptl(self.pte_table),
            Lock::Cpa => LockName::Cpa,
            Lock::Split => LockName::PgtableSplit,
        })
    }

    /// The slot of an entry.
    pub(super) fn slot(&self, entry: Level) -> Slot {
        let ground = &self.script.0.ground;
        match entry {
            Level::Pte => Slot { table: self.pte_table, index: ground.pte },
            Level::Pmd => Slot { table: self.pmd_table, index: ground.pmd },
            _ => ground.pud.unwrap_or_default(),
        }
    }

    pub(super) const fn table(&self, level: Level) -> PhysAddr {
        match level {
            Level::Pte => self.pte_table,
            _ => self.pmd_table,
        }
    }

    /// The first line from `from` on that does not stand deeper than `depth`.
    fn past(&self, depth: u8, from: u8) -> u8 {
        let lines = &self.script.0.lines;
        let rest = lines.iter().zip(0..).skip(usize::from(from));
        rest.filter(|(line, _)| line.depth <= depth).map(|(_, at)| at).next().unwrap_or(lines.len() as u8)
    }

    /// On to the next line; where a condition does not hold past what depends on it.
    pub(super) fn go_on(&mut self, holds: bool) {
        let depth = self.line().map_or(0, |line| line.depth);
        self.at = if holds { self.at + 1 } else { self.past(depth, self.at + 1) };
        // Behind what was done there may be several things to do otherwise. One that stands further out belongs to a condition that held.
        while let Some(&Line { step: Step::Else, depth: of, .. }) = self.line() {
            if !holds && of == depth {
                self.at += 1;
                return;
            }
            self.at = self.past(of, self.at + 1);
        }
    }

    pub(super) fn fail<S: Sink>(&mut self, fault: Fault, sink: &mut S) {
        self.fault = Some(fault);
        sink.event(Event::Fault(fault));
    }

    /// Runs one atomic action and emits its event. Does nothing once it has ended.
    pub fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        if self.fault.is_some() {
            return self.status();
        }
        if let Some(lock) = self.waits_for(world) {
            return Status::Waiting(lock);
        }
        let Some(&Line { step, .. }) = self.line().filter(|_| !self.waits_for_readers(world)) else {
            return self.status();
        };
        match step {
            Step::Act(what) => self.did(Event::Act(what), sink),
            Step::Lock(lock, mode) => self.lock(lock, mode, world, sink),
            Step::StartVmaWrite => self.lock(Lock::Vma, LockMode::Write, world, sink),
            Step::TryLock(lock, mode) => self.try_lock(lock, mode, world, sink),
            Step::Unlock(lock, mode) => {
                if let Some(lock) = self.name(lock) {
                    locks::release(world, lock, self.task);
                    self.did(Event::Unlock { lock, mode }, sink);
                }
            }
            Step::Downgrade(mm) => {
                world.mmap_downgrade(mm, self.task);
                self.did(Event::Downgrade { lock: LockName::Mmap(mm) }, sink);
            }
            Step::Detach(what) => {
                if let Some(vma) = self.script.0.ground.vma.and_then(|id| world.vma_mut(id)) {
                    vma.in_tree = false;
                }
                self.did(Event::Act(what), sink);
            }
            Step::Unlink(what) => {
                if let Some(vma) = self.script.0.ground.vma.and_then(|id| world.vma_mut(id)) {
                    vma.in_mapping = false;
                }
                self.did(Event::Act(what), sink);
            }
            Step::Is(entry, test) => self.ask(entry, test, world, sink),
            Step::Write(entry, value) => self.write(entry, value, world, sink),
            Step::Populate(entry) => self.populate(entry, world, sink),
            Step::Fill => self.fill(world, sink),
            Step::Free(level, how) => self.free(level, how, world, sink),
            Step::Finish(level) if world.frame(self.table(level)) == Some(Frame::Queued) => {
                let how = if self.script.0.rcu { Free::Rcu } else { Free::Now };
                self.free(level, how, world, sink);
            }
            Step::Finish(_) => self.did(Event::Act("has no page table to free"), sink),
            Step::Flush { all } => {
                let ground = &self.script.0.ground;
                let flush = if all { Flush::All } else { Flush::Range(ground.start, ground.end) };
                self.did(Event::Flush(flush), sink);
            }
            Step::SetKey(on) => {
                let dumps = world.ptdump_key;
                world.ptdump_key = if on { dumps.saturating_add(1) } else { dumps.saturating_sub(1) };
                self.did(Event::Act(KEY[usize::from(on)]), sink);
            }
            Step::IsKeyOn => {
                let on = world.ptdump_key > 0;
                sink.event(Event::Act(KEY_FOUND[usize::from(on)]));
                self.go_on(on);
            }
            // Passed over on the way.
            Step::Else => self.go_on(true),
            Step::Run => return self.run(world, sink),
            Step::Alike => self.alike(world, sink),
            other => (later::here().0)(self, other, world, sink),
        }
        if self.task == Task::Other && self.at().is_none() {
            world.frames.notes |= Notes::SETTLED.bits();
        }
        self.status()
    }

    pub(super) fn did<S: Sink>(&mut self, event: Event, sink: &mut S) {
        sink.event(event);
        self.go_on(true);
    }

    /// Takes a lock, or goes to its queue; once served there it has it.
    fn lock<S: Sink>(&mut self, lock: Lock, mode: LockMode, world: &mut World, sink: &mut S) {
        let Some(lock) = self.name(lock) else { return };
        // The lock of a page table is in what the kernel keeps of its page (struct ptdesc).
        if let LockName::Ptl(pa) = lock
            && world.frame(pa) == Some(Frame::Freed)
        {
            let level = if pa == self.pte_table { Level::Pte } else { Level::Pmd };
            return self.fail(Fault::UseAfterFree { level, pa }, sink);
        }
        if !self.waits && locks::take(world, lock, mode, self.task) == Taken::Queued {
            self.waits = true;
            return sink.event(Event::Wait { lock, mode });
        }
        self.waits = false;
        let event = match lock {
            LockName::Vma(vma) => Event::VmaStartWrite { vma, was: LockMode::None },
            _ => Event::Lock { lock, mode, nested: false },
        };
        self.did(event, sink);
    }

    fn try_lock<S: Sink>(&mut self, lock: Lock, mode: LockMode, world: &mut World, sink: &mut S) {
        let Some(lock) = self.name(lock) else { return };
        // A VMA that munmap() has detached is not found any more.
        let there = match lock {
            LockName::Vma(vma) => world.vma(vma).is_some_and(|vma| vma.in_tree),
            _ => true,
        };
        let taken = there && locks::try_take(world, lock, mode, self.task) == Taken::Yes;
        sink.event(if taken {
            Event::Lock { lock, mode, nested: false }
        } else {
            Event::TryLockFailed { lock }
        });
        self.go_on(taken);
    }

    /// One action of the walk or dump.
    fn run<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        let status = match &mut self.inner {
            Inner::Nothing => Status::Done(0),
            Inner::Walk(walk, ops) => match &mut self.once {
                None => walk.step_shared(world, ops, sink),
                Some(last) => (later::here().1)(walk, ops, last, world, sink),
            },
            Inner::Dump(dump) => dump.step(world, sink),
        };
        match status {
            Status::Running => {}
            Status::Waiting(_) => return status,
            Status::Done(_) => self.go_on(true),
            Status::Faulted(fault) => self.fault = Some(fault),
        }
        self.status()
    }
}

/// The words for arm64's static key when it is turned off or on, and when it is found off or on.
const KEY: [&str; 2] = ["turns the static key off", "turns the static key on: a dump runs"];
const KEY_FOUND: [&str; 2] =
    ["finds the static key off: no dump runs", "finds the static key on: a dump runs"];
