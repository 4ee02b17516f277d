//! The machine: one walk, one atomic action a step.
//!
//! The program counter (`Pc`) names the next action. A step runs it, emits exactly one event, and decides
//! which action comes next; decisions that touch no memory and call nobody happen on the way and are no
//! steps of their own. The control flow is that of `mm/pagewalk.c`:
//!
//! | file | functions |
//! |---|---|
//! | this one | the entry points |
//! | `upper.rs` | `walk_pgd_range()`, `walk_p4d_range()`, `walk_pud_range()`, `walk_pmd_range()` |
//! | `pte.rs` | `walk_pte_range()` and `pte_offset_*()` |
//!
//! The four upper loops are one piece of code with the level as a parameter, as their sources differ only in
//! names and in the few places that `Pc` and [`Rules`] name.

mod pte;
mod upper;

#[cfg(test)]
mod tests;

use arrayvec::ArrayVec;
use mm::{MmId, Need, TableId, Task, World};
use pgtable::{Level, PhysAddr, RawEntry, VirtAddr};

use crate::entry::{Prologue, prologue};
use crate::{
    Action, Callbacks, Check, EINVAL, EntryPoint, Event, Fault, Func, MapKind, NotInThisKernel, Revision,
    Rules, Sink, Slot, Subject, WalkOps,
};

/// The arguments of an entry point, apart from the ops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Args {
    /// The mm; `None` is a NULL pointer. The kernel walks ignore it and use `init_mm`.
    pub mm: Option<MmId>,
    /// First address.
    pub start: VirtAddr,
    /// End of the range, excluded.
    pub end: VirtAddr,
    /// The root table to use instead of the mm's own (`walk->pgd`).
    pub pgd: Option<PhysAddr>,
}

/// Whether the machine can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// There is a next step.
    Running,
    /// The entry point has returned this value.
    Done(i32),
    /// The kernel would have crashed, hung or read wild memory here.
    Faulted(Fault),
}

/// One function on the call stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StackFrame {
    /// The function.
    pub func: Func,
    /// Where in its range it is; the start of the range for an entry point.
    pub addr: VirtAddr,
    /// End of its range.
    pub end: VirtAddr,
}

/// A table that the walker holds a pointer into. It may not exist: then the first read is a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct TableRef {
    pa: PhysAddr,
    id: Option<TableId>,
}

impl TableRef {
    fn at(world: &World, pa: PhysAddr) -> Self {
        Self { pa, id: world.table_at(pa) }
    }
}

/// The local variables of one `walk_p?d_range()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Frame {
    /// The entry pointer: table and index.
    table: TableRef,
    index: u32,
    addr: VirtAddr,
    next: VirtAddr,
    end: VirtAddr,
}

impl Frame {
    const fn slot(&self) -> Slot {
        Slot { table: self.table.pa, index: self.index }
    }
}

/// The next action. Variants with a level are labels of that level's loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    /// The n-th thing that the entry point does before the walk proper.
    Prologue(u8),
    /// Enter the loop of a level.
    Enter(Level),
    /// `walk_pmd_range()`: `pudp_get()`, is it still a table?
    Recheck,
    /// `p?d_offset()`: read the entry above to find this level's table.
    Offset(Level),
    /// `p?d_none()`
    NoneTest(Level),
    /// `pgd_bad()`, `p4d_bad()`
    BadTest(Level),
    /// `p?d_clear_bad()`
    ClearBad(Level),
    /// `ops->pte_hole()`
    Hole(Level),
    /// `ops->p?d_entry()`
    Callback(Level),
    /// `p?d_leaf()`
    LeafTest(Level),
    /// `p?d_present()`
    PresentTest(Level),
    /// `pud_none()` again
    NoneRetest,
    /// `goto again`
    Again(Level),
    /// `pte_offset_kernel()`
    MapKernel,
    /// `rcu_read_lock()` of `pte_offset_map()`
    RcuLock,
    /// `pte_offset_map()`: the read
    MapUser,
    /// `pte_offset_map()`: `pmd_clear_bad()`
    ClearBadPmd,
    /// `pte_offset_map()` fails after it has cleared a bad pmd.
    MapFailed,
    /// `ops->pte_entry()`
    PteCallback,
    /// `rcu_read_unlock()` of `pte_unmap()`, or of a failed `pte_offset_map()`.
    RcuUnlock,
    /// The loop of a level returns.
    Return(Level),
    /// The innermost entry point returns.
    ReturnCaller,
    /// All have returned.
    Done,
    /// Stopped for good.
    Faulted(Fault),
}

/// Most entry-point functions that can be on the stack at once: debug, kernel, lockless or helper.
const MAX_CALLERS: usize = 3;

/// A walk: the whole state of one call of an entry point.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Walk {
    entry: EntryPoint,
    revision: Revision,
    prologue: &'static [Prologue],
    args: Args,
    pc: Pc,
    callers: ArrayVec<Func, MAX_CALLERS>,
    /// The innermost level function that has been entered and has not returned.
    innermost: Option<Level>,
    /// `walk->action`
    action: Action,
    /// The value on its way up.
    ret: i32,
    upper: [Frame; 4],
    pte: Frame,
    /// How the current pte table is mapped; with `User` an RCU section is open.
    map: MapKind,
}

impl Walk {
    /// A call of `entry` that has not started yet.
    ///
    /// # Errors
    /// [`NotInThisKernel`] when the function does not exist in `revision`.
    pub fn new(entry: EntryPoint, revision: Revision, args: Args) -> Result<Self, NotInThisKernel> {
        if !entry.exists_in(revision) {
            return Err(NotInThisKernel { entry, revision });
        }
        let mm = if entry.takes_mm() { args.mm } else { Some(MmId::INIT_MM) };
        Ok(Self {
            entry,
            revision,
            prologue: prologue(entry, revision),
            args: Args { mm, ..args },
            pc: Pc::Prologue(0),
            callers: ArrayVec::new(),
            innermost: None,
            action: Action::Subtree,
            ret: 0,
            upper: [Frame::default(); 4],
            pte: Frame::default(),
            map: MapKind::Kernel,
        })
    }

    /// The function that was called.
    pub const fn entry(&self) -> EntryPoint {
        self.entry
    }

    /// The kernel version whose rules this walk follows.
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// What the walk was called with; the mm is `init_mm` for the kernel walks.
    pub const fn args(&self) -> &Args {
        &self.args
    }

    /// `walk->action` at this moment.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Whether the walk has ended.
    pub const fn status(&self) -> Status {
        match self.pc {
            Pc::Done => Status::Done(self.ret),
            Pc::Faulted(fault) => Status::Faulted(fault),
            _ => Status::Running,
        }
    }

    /// The call stack, outermost first.
    pub fn stack(&self) -> impl Iterator<Item = StackFrame> + '_ {
        let Args { start, end, .. } = self.args;
        let callers = self.callers.iter().map(move |&func| StackFrame { func, addr: start, end });
        let depth = self.innermost.map_or(0, |level| level as usize + 1);
        let levels = Level::ALL.into_iter().take(depth).map(|level| {
            let frame = self.frame(level);
            StackFrame { func: Func::WalkRange(level), addr: frame.addr, end: frame.end }
        });
        callers.chain(levels)
    }

    /// The slots that the active level functions point to, root first. Folded levels point to the same slot
    /// as the level above.
    pub fn path(&self) -> impl Iterator<Item = (Level, Slot)> + '_ {
        let depth = self.innermost.map_or(0, |level| level as usize + 1);
        Level::ALL.into_iter().take(depth).filter_map(|level| {
            let frame = self.frame(level);
            // Entered but not mapped or looked up yet: no table.
            (frame.table != TableRef::default()).then(|| (level, frame.slot()))
        })
    }

    /// The slot of the root table that the walk starts at: in `walk->pgd` if there is one, else in the mm's own root. No
    /// table is there if the mm is NULL.
    pub fn root(&self, world: &World) -> Slot {
        let table = self.args.pgd.or_else(|| Some(world.mm(self.args.mm?)?.pgd)).unwrap_or_default();
        Slot { table, index: world.model().index(Level::Pgd, self.args.start) }
    }

    /// Runs one atomic action and emits its event. Does nothing once the walk has ended.
    #[inline]
    pub fn step<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &mut O, sink: &mut S) -> Status {
        match self.pc {
            Pc::PteCallback => self.pte_callback(world, ops, sink),
            Pc::Enter(Level::Pte) => self.enter_pte(world, sink),
            Pc::MapKernel => self.map_kernel(world, sink),
            Pc::Return(Level::Pte) => self.return_pte(world, ops, sink),
            Pc::NoneTest(level) => self.none_test(level, world, ops, sink),
            Pc::Callback(level) => self.callback(level, world, ops, sink),
            Pc::LeafTest(level) => self.leaf_test(level, world, ops, sink),
            Pc::PresentTest(level) => self.present_test(level, world, ops, sink),
            Pc::Hole(level) => self.hole(level, world, ops, sink),
            Pc::Enter(level) => self.enter(level, world, ops, sink),
            Pc::Offset(level) => self.offset(level, world, ops, sink),
            Pc::Recheck => self.recheck(world, ops, sink),
            Pc::BadTest(level) => self.bad_test(level, world, ops, sink),
            Pc::ClearBad(level) => self.clear_bad(level, world, ops, sink),
            Pc::NoneRetest => self.none_retest(world, sink),
            Pc::Again(level) => self.again(level, world, ops, sink),
            Pc::RcuLock => self.rcu_lock(sink),
            Pc::MapUser => self.map_user(world, sink),
            Pc::ClearBadPmd => self.clear_bad_pmd(world, sink),
            Pc::MapFailed => self.map_failed(sink),
            Pc::RcuUnlock => self.rcu_unlock(sink),
            Pc::Return(level) => self.return_upper(level, world, ops, sink),
            Pc::Prologue(at) => self.entry_point(at, world, ops.callbacks(), sink),
            Pc::ReturnCaller => self.return_caller(sink),
            Pc::Done | Pc::Faulted(_) => {}
        }
        self.status()
    }

    /// Steps until the walk ends or `fuel` steps have been run. `Running` means that the fuel is gone.
    ///
    /// Nothing else bounds a walk: a callback that always answers AGAIN repeats its entry for ever, and
    /// tables that point to each other make a few kilobytes look like 2⁴⁸ bytes.
    pub fn run<O: WalkOps, S: Sink>(
        &mut self,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
        fuel: u64,
    ) -> Status {
        for _ in 0..fuel {
            let status = self.step(world, ops, sink);
            if status != Status::Running {
                return status;
            }
        }
        self.status()
    }

    const fn rules(&self) -> &'static Rules {
        self.revision.rules()
    }

    #[inline]
    fn frame(&self, level: Level) -> &Frame {
        match level {
            Level::Pgd => &self.upper[0],
            Level::P4d => &self.upper[1],
            Level::Pud => &self.upper[2],
            Level::Pmd => &self.upper[3],
            Level::Pte => &self.pte,
        }
    }

    #[inline]
    fn frame_mut(&mut self, level: Level) -> &mut Frame {
        match level {
            Level::Pgd => &mut self.upper[0],
            Level::P4d => &mut self.upper[1],
            Level::Pud => &mut self.upper[2],
            Level::Pmd => &mut self.upper[3],
            Level::Pte => &mut self.pte,
        }
    }

    /// Reads the entry that a level's pointer points to.
    #[inline]
    fn read(&self, level: Level, world: &World) -> Result<RawEntry, Fault> {
        let frame = self.frame(level);
        match frame.table.id.and_then(|id| world.read(id, frame.index)) {
            Some(value) => Ok(value),
            None => Err(self.unreadable(level, world)),
        }
    }

    /// Why the entry that a level's pointer points to cannot be read.
    #[cold]
    fn unreadable(&self, level: Level, world: &World) -> Fault {
        let frame = self.frame(level);
        let level = world.model().table_level(level);
        match frame.table.id {
            None => Fault::NoTable { level, pa: frame.table.pa },
            Some(_) => Fault::OffTable { level, slot: frame.slot() },
        }
    }

    #[cold]
    fn fault<S: Sink>(&mut self, fault: Fault, sink: &mut S) {
        sink.event(Event::Fault(fault));
        self.pc = Pc::Faulted(fault);
    }

    /// Runs one thing of an entry point.
    fn entry_point<S: Sink>(&mut self, at: u8, world: &World, set: Callbacks, sink: &mut S) {
        let Some(&now) = self.prologue.get(usize::from(at)) else {
            return self.pc = Pc::Enter(Level::Pgd);
        };
        self.pc = Pc::Prologue(at + 1);
        match now {
            Prologue::Enter(func) => {
                // Bounded by the longest prologue: debug, then kernel, then lockless or helper.
                self.callers.push(func);
                sink.event(Event::Enter { func, start: self.args.start, end: self.args.end });
            }
            Prologue::Check(check) => self.check(check, set, sink),
            Prologue::Assert(subject, need) => self.assert(subject, need, world, sink),
            Prologue::AssertByMm => {
                let kernel = self.args.mm == Some(MmId::INIT_MM);
                let need = if kernel { Need::Held } else { Need::Write };
                self.assert(Subject::Walked, need, world, sink);
            }
            Prologue::DelegateInitMm => {
                if self.args.mm == Some(MmId::INIT_MM) {
                    self.prologue = prologue(EntryPoint::Kernel, self.revision);
                    self.pc = Pc::Prologue(0);
                    sink.event(Event::Delegate);
                } else {
                    self.entry_point(at + 1, world, set, sink);
                }
            }
        }
        if let Pc::Prologue(next) = self.pc
            && usize::from(next) == self.prologue.len()
        {
            self.pc = Pc::Enter(Level::Pgd);
        }
    }

    fn check<S: Sink>(&mut self, check: Check, set: Callbacks, sink: &mut S) {
        let ok = match check {
            Check::Range => self.args.start < self.args.end,
            Check::Mm => self.args.mm.is_some(),
            Check::Ops => !set.contains(Callbacks::INSTALL_PTE),
        };
        sink.event(Event::Check { check, ok });
        if !ok {
            self.ret = EINVAL;
            self.pc = Pc::ReturnCaller;
        }
    }

    /// Asserts, warns, and goes on: only a NULL mm stops the kernel here.
    fn assert<S: Sink>(&mut self, subject: Subject, need: Need, world: &World, sink: &mut S) {
        let mm = match subject {
            Subject::Walked => self.args.mm,
            Subject::InitMm => Some(MmId::INIT_MM),
        };
        match mm.and_then(|id| Some((id, world.mm(id)?))) {
            Some((mm, found)) => {
                let seen = found.mmap_lock.inspect(Task::Walker, need);
                sink.event(Event::Assert { subject, mm, need, seen });
            }
            None => self.fault(Fault::NullMm, sink),
        }
    }

    fn return_caller<S: Sink>(&mut self, sink: &mut S) {
        if let Some(func) = self.callers.pop() {
            sink.event(Event::Return { func, ret: self.ret });
        }
        if self.callers.is_empty() {
            self.pc = Pc::Done;
        }
    }
}
