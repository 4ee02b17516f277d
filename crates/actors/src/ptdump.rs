//! `ptdump_walk_pgd()`: the debug walk's only user.
//!
//! It takes the locks that the walk asserts, walks one or two ranges, releases the locks and then closes its
//! last line. Which locks it takes changed with the kernel (mm/ptdump.c):
//!
//! | | memory hotplug | the mm | `init_mm` besides another mm |
//! |---|---|---|---|
//! | v6.16, patch | left to the architecture | write | – |
//! | v6.17 … v7.1 | read | write | – |
//! | v7.3, v6.12.107 | read | write | write, nested |
//!
//! Hotplug comes first and `init_mm` last; nobody takes `init_mm`'s lock before another mm's.

use arrayvec::ArrayVec;
use mm::{Blocked, LockMode, MmId, Task, World};
use pagewalk::{
    Args, Callbacks, EntryPoint, Event, Fault, Func, LockName, NotInThisKernel, Revision, Sink, StackFrame,
    Status, Walk,
};
use pgtable::{PhysAddr, VirtAddr};

use crate::{Actor, Observer, Stack};

/// Most ranges that a dump walks. The kernel's own dumpers have one, or on x86 two with the non-canonical hole
/// between them; the conformance cases have up to three.
pub const MAX_RANGES: usize = 3;

/// The ranges of a dump: start and end of each.
pub type Ranges = ArrayVec<(VirtAddr, VirtAddr), MAX_RANGES>;

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
}

impl Ptdump {
    /// A dump of `mm` from its own root, or from `pgd`, over `ranges`.
    ///
    /// # Errors
    /// [`NotInThisKernel`] never happens: every revision has a walk for ptdump. The type is the walk's.
    pub fn new(
        revision: Revision,
        mm: MmId,
        pgd: Option<PhysAddr>,
        ranges: Ranges,
    ) -> Result<Self, NotInThisKernel> {
        let walk = Self::walk_of(revision, mm, pgd, ranges.first().copied().unwrap_or_default())?;
        Ok(Self { revision, mm, pgd, ranges, at: 0, walk, pc: Pc::Enter })
    }

    fn walk_of(
        revision: Revision,
        mm: MmId,
        pgd: Option<PhysAddr>,
        (start, end): (VirtAddr, VirtAddr),
    ) -> Result<Walk, NotInThisKernel> {
        let entry = EntryPoint::Debug.in_revision(revision);
        Walk::new(entry, revision, Args { mm: Some(mm), start, end, pgd })
    }

    const fn locks_init_mm_too(&self) -> bool {
        self.revision.rules().ptdump_locks_init_mm && !matches!(self.mm, MmId::INIT_MM)
    }

    fn whole_range(&self) -> (VirtAddr, VirtAddr) {
        let start = self.ranges.first().map_or(VirtAddr(0), |range| range.0);
        let end = self.ranges.last().map_or(VirtAddr(0), |range| range.1);
        (start, end)
    }

    fn lock<S: Sink>(&mut self, mm: MmId, nested: bool, then: Pc, world: &mut World, sink: &mut S) {
        let lock = LockName::Mmap(mm);
        let taken = world.mm_mut(mm).map(|mm| mm.mmap_lock.down_write(Task::Walker));
        match taken {
            None => self.fault(Fault::NullMm, sink),
            Some(Err(Blocked { by })) => {
                self.fault(Fault::Deadlock { lock, own: by == Task::Walker }, sink);
            }
            Some(Ok(())) => {
                sink.event(Event::Lock { lock, mode: LockMode::Write, nested });
                self.pc = then;
            }
        }
    }

    fn unlock<S: Sink>(&mut self, mm: MmId, then: Pc, world: &mut World, sink: &mut S) {
        if let Some(mm) = world.mm_mut(mm) {
            mm.mmap_lock.up(Task::Walker);
        }
        sink.event(Event::Unlock { lock: LockName::Mmap(mm), mode: LockMode::Write });
        self.pc = then;
    }

    fn fault<S: Sink>(&mut self, fault: Fault, sink: &mut S) {
        sink.event(Event::Fault(fault));
        self.pc = Pc::Faulted(fault);
    }

    /// One step of the walk; after its last one the next range, or the way out. The result is ignored.
    fn walk_step<S: Sink>(&mut self, world: &mut World, sink: &mut S) {
        let mut ops = Observer::PTDUMP;
        match self.walk.step(world, &mut ops, sink) {
            Status::Running => {}
            Status::Faulted(fault) => self.pc = Pc::Faulted(fault),
            Status::Done(_) => {
                self.at += 1;
                let next = self.ranges.get(usize::from(self.at)).copied();
                match next.and_then(|range| Self::walk_of(self.revision, self.mm, self.pgd, range).ok()) {
                    Some(walk) => self.walk = walk,
                    None if self.locks_init_mm_too() => self.pc = Pc::UnlockInitMm,
                    None => self.pc = Pc::UnlockMm,
                }
            }
        }
    }

    fn first_walk(&self) -> Pc {
        if self.ranges.is_empty() { Pc::UnlockMm } else { Pc::Walk }
    }
}

impl Actor for Ptdump {
    fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        let hotplug = self.revision.rules().ptdump_hotplug;
        let (start, end) = self.whole_range();
        match self.pc {
            Pc::Enter => {
                sink.event(Event::Enter { func: Func::PtdumpWalkPgd, start, end });
                self.pc = if hotplug { Pc::GetOnlineMems } else { Pc::LockMm };
            }
            Pc::GetOnlineMems => {
                world.hotplug.get();
                sink.event(Event::Lock { lock: LockName::MemHotplug, mode: LockMode::Read, nested: false });
                self.pc = Pc::LockMm;
            }
            Pc::LockMm => {
                let then = if self.locks_init_mm_too() { Pc::LockInitMm } else { self.first_walk() };
                self.lock(self.mm, false, then, world, sink);
            }
            Pc::LockInitMm => self.lock(MmId::INIT_MM, true, self.first_walk(), world, sink),
            Pc::Walk => self.walk_step(world, sink),
            Pc::UnlockInitMm => self.unlock(MmId::INIT_MM, Pc::UnlockMm, world, sink),
            Pc::UnlockMm => {
                let then = if hotplug { Pc::PutOnlineMems } else { Pc::Flush };
                self.unlock(self.mm, then, world, sink);
            }
            Pc::PutOnlineMems => {
                world.hotplug.put();
                sink.event(Event::Unlock { lock: LockName::MemHotplug, mode: LockMode::Read });
                self.pc = Pc::Flush;
            }
            Pc::Flush => {
                sink.event(Event::NotePageFlush);
                self.pc = Pc::Return;
            }
            Pc::Return => {
                sink.event(Event::Return { func: Func::PtdumpWalkPgd, ret: 0 });
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
        Func::PtdumpWalkPgd
    }

    fn callbacks(&self) -> Callbacks {
        Observer::PTDUMP.callbacks
    }

    fn stack(&self) -> Stack {
        let mut stack = Stack::new();
        if !matches!(self.pc, Pc::Enter | Pc::Done) {
            let (start, end) = self.whole_range();
            stack.push(StackFrame { func: Func::PtdumpWalkPgd, addr: start, end });
        }
        // A finished walk has no frames left; one that is stopped by a fault keeps them.
        stack.extend(self.walk.stack());
        stack
    }

    fn walk(&self) -> Option<&Walk> {
        Some(&self.walk)
    }
}
