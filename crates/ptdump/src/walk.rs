//! `ptdump_walk_pgd()`: the debug walk's only user.
//!
//! It takes the locks that the walk asserts, walks one or two ranges, releases the locks and then closes its
//! last line. Which locks it takes changed with the kernel (mm/ptdump.c):
//!
//! | | memory hotplug | the mm | `init_mm` besides another mm |
//! |---|---|---|---|
//! | v6.16, patch | left to the architecture | write | – |
//! | v6.17 … v7.1 | read | write | – |
//! | v7.3, and the long-term kernels | read | write | write, nested |
//!
//! Hotplug comes first and `init_mm` last; nobody takes `init_mm`'s lock before another mm's.

use mm::{LockMode, MmId, Rwsem, Task, World};
use pagewalk::{
    Args, Callbacks, EntryPoint, Event, Fault, Func, LockName, Revision, Sink, StackFrame, Status, Walk,
};
use pgtable::{PhysAddr, VirtAddr};
use trace::{Function, Line, On, Returns};

use actors::{Actor, Observer, Stack};

use crate::Ranges;

/// `ptdump_walk_pgd()`
pub static WALK_PGD: Function = Function {
    name: "ptdump_walk_pgd",
    file: "mm/ptdump.c",
    lines,
    returns: Returns::Nothing(" has released its locks and"),
};

/// Its listing. Which locks it takes depends on the kernel.
const fn lines(revision: Revision) -> &'static [Line] {
    const fn with(locks: &'static str) -> [Line; 6] {
        [
            Line::new(On::Enter, "ptdump_walk_pgd(st, mm, pgd)"),
            Line::new(On::Lock, locks),
            Line::new(On::Descend, "  each range: debug walk"),
            Line::new(On::Unlock, "  unlock in reverse order"),
            Line::new(On::Flush, "  note_page_flush(st)"),
            Line::new(On::Return, "  return"),
        ]
    }
    let around = revision.around();
    match (around.dump_hotplug, around.dump_locks_init_mm) {
        (false, _) => const { &with("  mmap_write_lock(mm)") },
        (true, false) => const { &with("  get_online_mems()\n  mmap_write_lock(mm)") },
        (true, true) => {
            const {
                &with(
                    "  get_online_mems()\n  mmap_write_lock(mm)\n  mmap_write_lock_nested(&init_mm), if another",
                )
            }
        }
    }
}

/// The next action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    Enter,
    GetOnlineMems,
    LockMm,
    LockInitMm,
    Walk,
    UnlockInitMm,
    UnlockMm,
    PutOnlineMems,
    Flush,
    Return,
    Done,
    Faulted(Fault),
}

/// A call of `ptdump_walk_pgd()`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ptdump {
    revision: Revision,
    mm: MmId,
    pgd: Option<PhysAddr>,
    ranges: Ranges,
    /// Which range is being walked.
    at: u8,
    walk: Walk,
    pc: Pc,
    /// Whether it waits in the queue of the lock that it is about to take.
    waits: bool,
}

impl Ptdump {
    /// A dump of `mm` from its own root, or from `pgd`, over `ranges`.
    pub fn new(revision: Revision, mm: MmId, pgd: Option<PhysAddr>, ranges: Ranges) -> Self {
        let walk = Self::walk_of(revision, mm, pgd, ranges.first().copied().unwrap_or_default());
        Self { revision, mm, pgd, ranges, at: 0, walk, pc: Pc::Enter, waits: false }
    }

    fn walk_of(
        revision: Revision,
        mm: MmId,
        pgd: Option<PhysAddr>,
        (start, end): (VirtAddr, VirtAddr),
    ) -> Walk {
        let args = Args { mm: Some(mm), start, end, pgd, ..Args::default() };
        Walk::in_revision(EntryPoint::Debug, revision, args)
    }

    const fn locks_init_mm_too(&self) -> bool {
        self.revision.around().dump_locks_init_mm && !matches!(self.mm, MmId::INIT_MM)
    }

    fn whole_range(&self) -> (VirtAddr, VirtAddr) {
        let start = self.ranges.first().map_or(VirtAddr(0), |range| range.0);
        let end = self.ranges.last().map_or(VirtAddr(0), |range| range.1);
        (start, end)
    }

    /// The lock that the next action takes, if it takes one: which, and how.
    const fn takes(&self) -> Option<(LockName, LockMode)> {
        match self.pc {
            Pc::GetOnlineMems => Some((LockName::MemHotplug, LockMode::Read)),
            Pc::LockMm => Some((LockName::Mmap(self.mm), LockMode::Write)),
            Pc::LockInitMm => Some((LockName::Mmap(MmId::INIT_MM), LockMode::Write)),
            _ => None,
        }
    }

    /// The lock that the next step waits for, if it does: then stepping changes nothing.
    pub fn waits_for(&self, world: &World) -> Option<LockName> {
        let (lock, _) = self.takes().filter(|_| self.waits)?;
        let rwsem = match lock {
            LockName::Mmap(mm) => &world.mm(mm)?.mmap_lock,
            _ => &world.hotplug,
        };
        rwsem.waits(Task::Walker).map(|_| lock)
    }

    /// Takes the lock that is due, or waits in its queue. A task that holds the lock already waits for ever.
    fn lock(&mut self, then: Pc, world: &mut World, sink: &mut dyn Sink) {
        let Some((lock, mode)) = self.takes() else { return };
        let rwsem = match lock {
            LockName::Mmap(mm) => world.mm_mut(mm).map(|mm| &mut mm.mmap_lock),
            _ => Some(&mut world.hotplug),
        };
        let Some(rwsem) = rwsem else { return self.fault(Fault::NullMm, sink) };
        let own = |rwsem: &Rwsem| mode == LockMode::Write && rwsem.held_by(Task::Walker) != LockMode::None;
        if !self.waits && own(rwsem) {
            return self.fault(Fault::Deadlock { lock, own: true }, sink);
        }
        if self.waits || rwsem.down(Task::Walker, mode).is_ok() {
            self.waits = false;
            let nested = self.pc == Pc::LockInitMm;
            sink.event(Event::Lock { lock, mode, nested });
            self.pc = then;
        } else {
            self.waits = true;
            sink.event(Event::Wait { lock, mode });
        }
    }

    fn unlock(&mut self, mm: MmId, then: Pc, world: &mut World, sink: &mut dyn Sink) {
        world.mmap_unlock(mm, Task::Walker);
        sink.event(Event::Unlock { lock: LockName::Mmap(mm), mode: LockMode::Write });
        self.pc = then;
    }

    fn fault(&mut self, fault: Fault, sink: &mut dyn Sink) {
        sink.event(Event::Fault(fault));
        self.pc = Pc::Faulted(fault);
    }

    /// One step of the walk; after its last one the next range, or the way out. The result is ignored.
    fn walk_step(&mut self, world: &mut World, sink: &mut dyn Sink) {
        let mut ops = Observer::PTDUMP;
        match self.walk.step_shared(world, &mut ops, sink) {
            Status::Running => {}
            // It takes none.
            Status::Waiting(lock) => self.fault(Fault::Deadlock { lock, own: false }, sink),
            Status::Faulted(fault) => self.pc = Pc::Faulted(fault),
            Status::Done(_) => {
                self.at += 1;
                let next = self.ranges.get(usize::from(self.at)).copied();
                match next.map(|range| Self::walk_of(self.revision, self.mm, self.pgd, range)) {
                    Some(walk) => self.walk = walk,
                    None => self.pc = self.after_walks(),
                }
            }
        }
    }

    const fn after_walks(&self) -> Pc {
        if self.locks_init_mm_too() { Pc::UnlockInitMm } else { Pc::UnlockMm }
    }

    fn first_walk(&self) -> Pc {
        if self.ranges.is_empty() { self.after_walks() } else { Pc::Walk }
    }
}

impl Actor for Ptdump {
    fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        if let Some(lock) = self.waits_for(world) {
            return Status::Waiting(lock);
        }
        let hotplug = self.revision.around().dump_hotplug;
        let (start, end) = self.whole_range();
        match self.pc {
            Pc::Enter => {
                sink.event(Event::Enter { func: Func::Other(&WALK_PGD), start, end });
                self.pc = if hotplug { Pc::GetOnlineMems } else { Pc::LockMm };
            }
            Pc::GetOnlineMems => self.lock(Pc::LockMm, world, sink),
            Pc::LockMm => {
                let then = if self.locks_init_mm_too() { Pc::LockInitMm } else { self.first_walk() };
                self.lock(then, world, sink);
            }
            Pc::LockInitMm => self.lock(self.first_walk(), world, sink),
            Pc::Walk => self.walk_step(world, sink),
            Pc::UnlockInitMm => self.unlock(MmId::INIT_MM, Pc::UnlockMm, world, sink),
            Pc::UnlockMm => {
                let then = if hotplug { Pc::PutOnlineMems } else { Pc::Flush };
                self.unlock(self.mm, then, world, sink);
            }
            Pc::PutOnlineMems => {
                world.hotplug.up(Task::Walker);
                sink.event(Event::Unlock { lock: LockName::MemHotplug, mode: LockMode::Read });
                self.pc = Pc::Flush;
            }
            Pc::Flush => {
                sink.event(Event::NotePageFlush);
                self.pc = Pc::Return;
            }
            Pc::Return => {
                sink.event(Event::Return { func: Func::Other(&WALK_PGD), ret: 0 });
                self.pc = Pc::Done;
            }
            Pc::Done | Pc::Faulted(_) => {}
        }
        match self.pc {
            Pc::Done => Status::Done(0),
            Pc::Faulted(fault) => Status::Faulted(fault),
            _ => Status::Running,
        }
    }

    fn function(&self) -> Func {
        Func::Other(&WALK_PGD)
    }

    fn callbacks(&self) -> Callbacks {
        Observer::PTDUMP.callbacks
    }

    fn stack(&self) -> Stack {
        let mut stack = Stack::new();
        if !matches!(self.pc, Pc::Enter | Pc::Done) {
            let (start, end) = self.whole_range();
            stack.push(StackFrame { func: Func::Other(&WALK_PGD), addr: start, end });
        }
        // A finished walk has no frames left; one that is stopped by a fault keeps them.
        stack.extend(self.walk.stack());
        stack
    }

    fn walk(&self) -> Option<&Walk> {
        Some(&self.walk)
    }
}

#[cfg(test)]
mod tests {
    extern crate alloc;
    use super::*;

    use alloc::{format, string::String, vec, vec::Vec};
    use mm::Table;
    use pgtable::{Level, RawEntry};

    const ROOT: PhysAddr = PhysAddr(0x1000);

    fn world() -> World {
        let model = pgtable::model("x86_64-4level").expect("a known model");
        let root = Table::new(ROOT, Level::Pgd, 512, RawEntry(0), Vec::new());
        World::new(model, vec![root], [("init_mm", ROOT), ("mm", ROOT)]).expect("a valid world")
    }

    /// What a dump does to locks and where it walks, in short words, and how it ends.
    fn dump(revision: Revision, mm: MmId, ranges: u64, world: &mut World) -> (String, Status) {
        let ranges = (0..ranges).map(|n| (VirtAddr(n << 39), VirtAddr((n << 39) + 0x1000))).collect();
        let mut dump = Ptdump::new(revision, mm, None, ranges);
        let mut events: Vec<Event> = Vec::new();
        let mut status = Status::Running;
        for _ in 0..1000 {
            status = dump.step(world, &mut events);
            if status != Status::Running {
                break;
            }
        }
        let name = |lock: LockName| match lock {
            LockName::MemHotplug => "hotplug",
            LockName::Mmap(mm) => world.mm(mm).expect("an mm of this world").name,
            other => panic!("ptdump takes no {other:?}"),
        };
        let words: Vec<String> = events
            .iter()
            .filter_map(|event| match *event {
                Event::Lock { lock, mode, nested } => {
                    Some(format!("+{}:{}{}", name(lock), mode.name(), if nested { ":nested" } else { "" }))
                }
                Event::Unlock { lock, .. } => Some(format!("-{}", name(lock))),
                Event::Enter { func: Func::WalkRange(Level::Pgd), .. } => Some("walk".into()),
                Event::Assert { seen, .. } if !seen.lockdep_ok => Some("WARN".into()),
                Event::NotePageFlush => Some("flush".into()),
                Event::Wait { .. } => Some("wait".into()),
                _ => None,
            })
            .collect();
        (words.join(" "), status)
    }

    #[test]
    fn locks_are_taken_in_each_revisions_order_and_satisfy_the_walk() {
        use Revision::{Patch, V6_1_192, V6_6_153, V6_12_107, V6_16, V6_17, V6_18, V7_1, V7_3};
        let bare = ["+init_mm:write walk -init_mm flush", "+mm:write walk -mm flush"];
        let hotplug = [
            "+hotplug:read +init_mm:write walk -init_mm -hotplug flush",
            "+hotplug:read +mm:write walk -mm -hotplug flush",
        ];
        let both =
            [hotplug[0], "+hotplug:read +mm:write +init_mm:write:nested walk -init_mm -mm -hotplug flush"];
        for (revision, expected) in [
            (V6_16, bare),
            (Patch, bare),
            (V6_17, hotplug),
            (V6_18, hotplug),
            (V7_1, hotplug),
            (V7_3, both),
            (V6_12_107, both),
            (V6_6_153, both),
            (V6_1_192, both),
        ] {
            for (mm, expected) in [MmId::INIT_MM, MmId::USER].into_iter().zip(expected) {
                let mut now = world();
                let (words, status) = dump(revision, mm, 1, &mut now);
                assert_eq!((words.as_str(), status), (expected, Status::Done(0)), "{revision:?}");
                assert_eq!(now, world(), "everything is released");
            }
        }
    }

    #[test]
    fn the_locks_are_held_over_all_ranges() {
        let (words, _) = dump(Revision::V6_16, MmId::USER, 3, &mut world());
        assert_eq!(words, "+mm:write walk walk walk -mm flush");
        let (words, _) = dump(Revision::V6_16, MmId::USER, 0, &mut world());
        assert_eq!(words, "+mm:write -mm flush");
    }

    #[test]
    fn a_lock_that_is_never_released_stops_the_dump() {
        let lock = LockName::Mmap(MmId::INIT_MM);
        for (task, status, wait) in [
            (Task::Other, Status::Waiting(lock), " wait"),
            (Task::Walker, Status::Faulted(Fault::Deadlock { lock, own: true }), ""),
        ] {
            let mut now = world();
            now.preset_lock(MmId::INIT_MM, task, LockMode::Read);
            let result = dump(Revision::V7_3, MmId::USER, 1, &mut now);
            assert_eq!(result, (format!("+hotplug:read +mm:write{wait}"), status));
        }
    }

    #[test]
    fn a_lock_that_is_waited_for_is_had_once_it_is_released() {
        let mut now = world();
        now.hotplug.preset(Task::Other, LockMode::Write);
        let mut dump = Ptdump::new(Revision::V7_3, MmId::INIT_MM, None, Ranges::new());
        let mut events: Vec<Event> = Vec::new();
        let mut steps = |count: usize, now: &mut World| {
            let status = (0..count).map(|_| dump.step(now, &mut events)).last();
            (status, events.drain(..).next_back())
        };
        let (lock, mode) = (LockName::MemHotplug, LockMode::Read);
        assert_eq!(steps(2, &mut now), (Some(Status::Running), Some(Event::Wait { lock, mode })));
        assert_eq!(steps(3, &mut now), (Some(Status::Waiting(lock)), None));
        now.hotplug.up(Task::Other);
        let taken = Event::Lock { lock, mode, nested: false };
        assert_eq!(steps(1, &mut now), (Some(Status::Running), Some(taken)));
        assert_eq!(steps(9, &mut now).0, Some(Status::Done(0)));
    }
}
