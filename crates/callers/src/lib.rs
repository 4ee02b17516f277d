//! The patch's callers: who walks the kernel's own tables, and changes them.
//!
//! | module | who | lock of `init_mm` |
//! |---|---|---|
//! | `loongarch` | `__set_memory()` | write |
//! | `openrisc` | `arch_dma_set_uncached()`, `arch_dma_clear_uncached()` | write |
//! | `riscv`, `split_linear` | `__set_memory()`, `split_linear_mapping()` | write |
//! | [`hugetlb_vmemmap`], `remap`, `split_pmd` | HVO: `vmemmap_remap_range()` and its callbacks | read |
//! | [`arm64`], `split_leaf`, `split_to_ptes` | `update_range_prot()`, `range_split_to_ptes()` | none |
//!
//! What they share: `program` is what a caller does around its walks, `pageattr` the callbacks that change bits,
//! `replace` the making of a table for a leaf, `bits` the bits by their names, [`memory`] and `place` where
//! things are.
//!
//! A caller is a machine of the walker's kind: one atomic action a step, exactly one event. Its callbacks read an entry
//! in one step and write it in another, so another CPU may come in between, as it may in the kernel.

#![no_std]

extern crate alloc;

pub mod arm64;
pub mod hugetlb_vmemmap;
pub mod memory;
pub mod ops;

mod bits;
mod loongarch;
mod openrisc;
mod pageattr;
mod place;
mod program;
mod remap;
mod replace;
mod riscv;
mod split_leaf;
mod split_linear;
mod split_pmd;
mod split_to_ptes;

#[cfg(test)]
mod tests;

use alloc::rc::Rc;
use alloc::vec::Vec;

use arrayvec::ArrayVec;
use mm::{Blocked, LockMode, MmId, Task, World};
use pagewalk::{
    Args, Callbacks, Check, EntryPoint, Event, Fault, Func, LockName, NotInThisKernel, Revision, SetMemory,
    Sink, StackFrame, Status, Walk, WalkOps,
};
use pgtable::{PhysAddr, VirtAddr};

use actors::{Actor, Stack};
use hugetlb_vmemmap::Expansion;
use ops::Ops;
use program::{Phase, Program};
use split_linear::Split;

pub use arm64::{Arm64, Arm64Func};
pub use hugetlb_vmemmap::{Hvo, Way};
pub use memory::{Area, Memory, View};
pub use program::Order;

/// Most functions of a caller that are active at once outside of its walk.
const MAX_FRAMES: usize = 4;

/// A function of one of the callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// loongarch's `set_memory_*()`.
    Loongarch(SetMemory),
    /// openrisc's `arch_dma_set_uncached()`, or with `false` `arch_dma_clear_uncached()`.
    Uncached(bool),
    /// riscv's `set_memory_*()`.
    Riscv(SetMemory, &'static Memory),
    /// arm64's.
    Arm64(Arm64),
    /// HVO's.
    Hvo(Hvo),
}

impl Request {
    /// The entry point that it walks with.
    pub const fn entry(&self) -> EntryPoint {
        match self {
            Self::Arm64(_) => EntryPoint::KernelLockless,
            _ => EntryPoint::Kernel,
        }
    }

    /// Whether this caller walks with the walker in `revision`: before v6.18 arm64 went through its ptes with
    /// `apply_to_page_range()`, which is none of mm/pagewalk.c.
    pub const fn exists_in(&self, revision: Revision) -> bool {
        match self {
            Self::Arm64(_) => EntryPoint::KernelLockless.exists_in(revision),
            _ => true,
        }
    }
}

/// A call of one of the callers' functions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    revision: Revision,
    order: Order,
    /// What is left to do, the next thing last.
    todo: Vec<Phase>,
    /// The functions that are active, without those of the walk.
    frames: ArrayVec<StackFrame, MAX_FRAMES>,
    ops: Ops,
    /// The pages of the area that the request is about.
    pages: Rc<[PhysAddr]>,
    walk: Walk,
    walking: bool,
    /// The return value so far.
    ret: i32,
    fault: Option<Fault>,
    function: Func,
}

/// A walk of `init_mm`; the functions before the split are told so.
fn walk_of(
    entry: EntryPoint,
    revision: Revision,
    start: VirtAddr,
    end: VirtAddr,
) -> Result<Walk, NotInThisKernel> {
    Walk::new(entry, revision, Args { mm: Some(MmId::INIT_MM), start, end, ..Args::default() })
}

impl Caller {
    /// A call that has not started yet, on a machine like `world`.
    ///
    /// # Errors
    /// [`NotInThisKernel`] if this caller does not walk in `revision`.
    pub fn new(revision: Revision, order: Order, world: &World) -> Result<Self, NotInThisKernel> {
        let entry = order.request.entry();
        if !order.request.exists_in(revision) {
            return Err(NotInThisKernel { entry, revision });
        }
        let walk = walk_of(entry.in_revision(revision), revision, order.start, order.end)?;
        let Program { mut phases, ops, pages } = match order.request {
            Request::Loongarch(what) => loongarch::program(what, &order, world, revision),
            Request::Uncached(uncached) => openrisc::program(uncached, &order, world, revision),
            Request::Riscv(what, memory) => riscv::program(what, memory, &order, world, revision),
            Request::Arm64(ref request) => arm64::program(request, &order, world, revision),
            Request::Hvo(request) => hugetlb_vmemmap::program(request, &order, world, revision),
        };
        let function = match phases.first() {
            Some(&Phase::Enter(func, ..)) => Func::Caller(func),
            _ => entry.func(),
        };
        phases.retain(|phase| !order.forgets_lock || !phase.is_init_mm_lock());
        phases.reverse();
        Ok(Self {
            revision,
            order,
            todo: phases,
            frames: ArrayVec::new(),
            ops,
            pages,
            walk,
            walking: false,
            ret: 0,
            fault: None,
            function,
        })
    }

    /// The call's callbacks, with what they keep.
    pub const fn ops(&self) -> &Ops {
        &self.ops
    }

    /// What comes next, in order.
    fn queue(&mut self, phases: Vec<Phase>) {
        let forgets = self.order.forgets_lock;
        self.todo.extend(phases.into_iter().rev().filter(|phase| !forgets || !phase.is_init_mm_lock()));
    }

    fn fail(&mut self, fault: Fault, sink: &mut dyn Sink) {
        sink.event(Event::Fault(fault));
        self.fault = Some(fault);
    }

    fn status(&self) -> Status {
        match self.fault {
            Some(fault) => Status::Faulted(fault),
            None if self.todo.is_empty() => Status::Done(self.ret),
            None => Status::Running,
        }
    }

    fn lock(&mut self, lock: LockName, mode: LockMode, world: &mut World, sink: &mut dyn Sink) {
        let taken = match lock {
            LockName::Mmap(mm) => world.mm_mut(mm).map(|mm| match mode {
                LockMode::Write => mm.mmap_lock.down_write(Task::Walker),
                _ => mm.mmap_lock.down_read(Task::Walker),
            }),
            // pgtable_split_lock: nobody else takes it in a world with one caller.
            _ => Some(Ok(())),
        };
        match taken {
            None => self.fail(Fault::NullMm, sink),
            Some(Err(Blocked { by })) => {
                self.fail(Fault::Deadlock { lock, own: by == Task::Walker }, sink);
            }
            Some(Ok(())) => sink.event(Event::Lock { lock, mode, nested: false }),
        }
    }

    /// One step of the walk; after its last one the caller goes on.
    fn walk_step(&mut self, walk: &Phase, world: &mut World, sink: &mut dyn Sink) {
        if let (false, &Phase::Walk(entry, start, end)) = (self.walking, walk) {
            // It exists, as was seen when the call was made.
            if let Ok(walk) = walk_of(entry, self.revision, start, end) {
                self.walk = walk;
                self.walking = true;
            }
        }
        match self.walk.step_shared(world, &mut self.ops, sink) {
            Status::Running => self.todo.push(*walk),
            Status::Waiting(lock) => self.fail(Fault::Deadlock { lock, own: false }, sink),
            Status::Faulted(fault) => self.fault = Some(fault),
            Status::Done(ret) => {
                self.walking = false;
                self.ret = ret;
            }
        }
    }

    /// Takes one action of a splitter for what it is. Answers whether it did something.
    fn split(&mut self, split: Split, again: Phase, sink: &mut dyn Sink) -> bool {
        match split {
            Split::Running => self.todo.push(again),
            Split::Done(ret) => {
                self.ret = ret;
                return false;
            }
            Split::Faulted(fault) => self.fail(fault, sink),
        }
        true
    }

    /// Runs one phase. Answers whether it did something, which then was exactly one thing with one event.
    fn run(&mut self, phase: Phase, world: &mut World, sink: &mut dyn Sink) -> bool {
        match phase {
            Phase::Enter(func, start, end) => {
                let func = Func::Caller(func);
                // There are never more than MAX_FRAMES.
                let _ = self.frames.try_push(StackFrame { func, addr: start, end });
                sink.event(Event::Enter { func, start, end });
            }
            Phase::Return(func) => {
                self.frames.pop();
                sink.event(Event::Return { func: Func::Caller(func), ret: self.ret });
            }
            Phase::Check(check, ok, ret) => {
                sink.event(Event::Check { check: Check::Caller(check), ok });
                if !ok {
                    self.ret = ret;
                }
            }
            Phase::Lock(lock, mode) => self.lock(lock, mode, world, sink),
            Phase::Unlock(lock, mode) => {
                if let LockName::Mmap(mm) = lock
                    && let Some(mm) = world.mm_mut(mm)
                {
                    mm.mmap_lock.up(Task::Walker);
                }
                sink.event(Event::Unlock { lock, mode });
            }
            Phase::Flush(flush) | Phase::FlushIfOk(flush) => sink.event(Event::Flush(flush)),
            Phase::Act(what) | Phase::ActIfOk(what) | Phase::ActIfFailed(what) => {
                sink.event(Event::Act(what));
            }
            Phase::Oops(how) | Phase::OopsIfFailed(how) => self.fail(Fault::Oops(how), sink),
            Phase::Walk(..) => self.walk_step(&phase, world, sink),
            Phase::SplitLinear(mut splitter) => {
                let split = splitter.step(world, sink);
                return self.split(split, Phase::SplitLinear(splitter), sink);
            }
            Phase::SplitLeaf(mut splitter) => {
                let split = splitter.step(world, sink);
                return self.split(split, Phase::SplitLeaf(splitter), sink);
            }
            Phase::Riscv(step) => {
                if let Request::Riscv(_, memory) = self.order.request {
                    self.queue(riscv::expand(step, memory, &self.pages, world, self.revision));
                }
                return false;
            }
            Phase::Arm64(step) => {
                if let Request::Arm64(request) = self.order.request {
                    self.queue(arm64::expand(step, &request, &self.pages, world));
                }
                return false;
            }
            Phase::Hvo(step) => {
                let Ops::Remap(remap) = &mut self.ops else { return false };
                match hugetlb_vmemmap::run(step, remap, &mut self.ret, self.revision, world, sink) {
                    Expansion::Acted(next) => self.queue(next),
                    Expansion::Phases(next) => {
                        self.queue(next);
                        return false;
                    }
                }
            }
        }
        true
    }
}

impl Actor for Caller {
    fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        while self.fault.is_none()
            && let Some(phase) = self.todo.pop()
        {
            let failed = self.ret != 0;
            let passed_over = if failed { phase.wants_success() } else { phase.wants_failure() };
            if !passed_over && self.run(phase, world, sink) {
                break;
            }
        }
        self.status()
    }

    fn function(&self) -> Func {
        self.function
    }

    fn callbacks(&self) -> Callbacks {
        self.ops.callbacks()
    }

    fn stack(&self) -> Stack {
        let mut stack: Stack = self.frames.iter().copied().collect();
        if self.walking {
            stack.extend(self.walk.stack());
            if let Ops::Remap(remap) = &self.ops {
                stack.extend(remap.frames());
            }
        }
        stack
    }

    fn walk(&self) -> Option<&Walk> {
        Some(&self.walk)
    }
}
