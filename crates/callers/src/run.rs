//! A caller at work: a machine of the walker's kind, one atomic action and one event a step.

use alloc::vec::Vec;
use core::hash::Hash;

use actors::{Actor, Stack};
use arrayvec::ArrayVec;
use mm::{Blocked, LockMode, MmId, Task, World};
use pagewalk::{Args, Callbacks, EntryPoint, NotInThisKernel, Walk};
use pgtable::VirtAddr;
use trace::{Check, Event, Fault, Func, LockName, Revision, Sink, StackFrame, Status};

use crate::procedure::{Begun, Do, Next, Now, Procedure, What, When};

/// Most functions of a caller that are active at once outside of its walk.
const MAX_FRAMES: usize = 4;

/// A call of one of a caller's functions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Run<P: Procedure> {
    revision: Revision,
    procedure: P,
    /// Whether what takes or releases `init_mm`'s lock is left out.
    forgets_lock: bool,
    /// What is left to do, the next thing last.
    todo: Vec<Do<P::Step>>,
    /// The functions that are active, without those of the walk.
    frames: ArrayVec<StackFrame, MAX_FRAMES>,
    walk: Walk,
    walking: bool,
    /// The return value so far.
    ret: i32,
    fault: Option<Fault>,
    function: Func,
}

/// A walk of `init_mm`; the functions before the split take the mm as an argument.
fn walk_of(
    entry: EntryPoint,
    revision: Revision,
    start: VirtAddr,
    end: VirtAddr,
) -> Result<Walk, NotInThisKernel> {
    Walk::new(entry, revision, Args { mm: Some(MmId::INIT_MM), start, end, ..Args::default() })
}

impl<P: Procedure> Run<P> {
    /// A call that has not started yet; `entry` is the walk that the caller makes, and `range` what it is called for.
    ///
    /// # Errors
    /// [`NotInThisKernel`] if `revision` does not have that walk.
    pub(crate) fn new(
        revision: Revision,
        entry: EntryPoint,
        (start, end): (VirtAddr, VirtAddr),
        forgets_lock: bool,
        begun: Begun<P>,
    ) -> Result<Self, NotInThisKernel> {
        let entry = entry.in_revision(revision);
        let walk = walk_of(entry, revision, start, end)?;
        let function = match begun.todo.first() {
            Some(&Do { what: What::Enter(func, ..), .. }) => Func::Other(func),
            _ => entry.func(),
        };
        let mut run = Self {
            revision,
            procedure: begun.procedure,
            forgets_lock,
            todo: Vec::new(),
            frames: ArrayVec::new(),
            walk,
            walking: false,
            ret: 0,
            fault: None,
            function,
        };
        run.queue(begun.todo);
        Ok(run)
    }

    /// What comes next, in order.
    fn queue(&mut self, todo: Vec<Do<P::Step>>) {
        let forgets = self.forgets_lock;
        self.todo.extend(todo.into_iter().rev().filter(|one| !forgets || !one.is_init_mm_lock()));
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
    fn walk_step(
        &mut self,
        (entry, start, end): (EntryPoint, VirtAddr, VirtAddr),
        world: &mut World,
        sink: &mut dyn Sink,
    ) {
        // It exists, as was seen when the call was made.
        if !self.walking
            && let Ok(walk) = walk_of(entry, self.revision, start, end)
        {
            self.walk = walk;
            self.walking = true;
        }
        match self.walk.step_shared(world, self.procedure.ops(), sink) {
            Status::Running => self.todo.push(Do::walk(entry, start, end)),
            Status::Waiting(lock) => self.fail(Fault::Deadlock { lock, own: false }, sink),
            Status::Faulted(fault) => self.fault = Some(fault),
            Status::Done(ret) => {
                self.walking = false;
                self.ret = ret;
            }
        }
    }

    /// Runs a step of the caller's own. Answers whether it did something.
    fn own_step(&mut self, step: P::Step, world: &mut World, sink: &mut dyn Sink) -> bool {
        let mut now = Now { revision: self.revision, world, sink, ret: &mut self.ret };
        match self.procedure.step(step, &mut now) {
            Next::Instead(todo) => {
                self.queue(todo);
                return false;
            }
            Next::Did(todo) => self.queue(todo),
            Next::Again(step) => self.todo.push(Do::step(step)),
            Next::Faulted(fault) => self.fail(fault, sink),
        }
        true
    }

    /// Does one thing. Answers whether something was done; then it was exactly one action with one event.
    fn act(&mut self, what: What<P::Step>, world: &mut World, sink: &mut dyn Sink) -> bool {
        match what {
            What::Enter(func, start, end) => {
                let func = Func::Other(func);
                // There are never more than MAX_FRAMES.
                let _ = self.frames.try_push(StackFrame { func, addr: start, end });
                sink.event(Event::Enter { func, start, end });
            }
            What::Return(func) => {
                self.frames.pop();
                sink.event(Event::Return { func: Func::Other(func), ret: self.ret });
            }
            What::Check(check, ok, ret) => {
                sink.event(Event::Check { check: Check::Other(check), ok });
                if !ok {
                    self.ret = ret;
                }
            }
            What::Lock(lock, mode) => self.lock(lock, mode, world, sink),
            What::Unlock(lock, mode) => {
                if let LockName::Mmap(mm) = lock
                    && let Some(mm) = world.mm_mut(mm)
                {
                    mm.mmap_lock.up(Task::Walker);
                }
                sink.event(Event::Unlock { lock, mode });
            }
            What::Flush(flush) => sink.event(Event::Flush(flush)),
            What::Act(words) => sink.event(Event::Act(words)),
            What::Oops(words) => self.fail(Fault::Oops(words), sink),
            What::Walk(entry, start, end) => self.walk_step((entry, start, end), world, sink),
            What::Step(step) => return self.own_step(step, world, sink),
        }
        true
    }
}

impl<P: Procedure> Actor for Run<P> {
    fn step<S: Sink>(&mut self, world: &mut World, mut sink: &mut S) -> Status {
        while self.fault.is_none()
            && let Some(Do { when, what }) = self.todo.pop()
        {
            let wanted = match when {
                When::Always => true,
                When::IfOk => self.ret == 0,
                When::IfFailed => self.ret != 0,
            };
            if wanted && self.act(what, world, &mut sink) {
                break;
            }
        }
        self.status()
    }

    fn function(&self) -> Func {
        self.function
    }

    fn callbacks(&self) -> Callbacks {
        self.procedure.callbacks()
    }

    fn stack(&self) -> Stack {
        let mut stack: Stack = self.frames.iter().copied().collect();
        if self.walking {
            stack.extend(self.walk.stack());
            stack.extend(self.procedure.frames().into_iter().flatten());
        }
        stack
    }

    fn walk(&self) -> Option<&Walk> {
        Some(&self.walk)
    }
}
