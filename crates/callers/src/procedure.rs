//! What a caller does around its walks: a list of things to do, some of them steps of its own.
//!
//! A [`Procedure`] begins with such a list. [`Run`](crate::run::Run) does one thing after the other. A step of the caller's own is
//! replaced by what it amounts to when its turn comes, because only then is known what the tables hold. Once something has
//! failed, with a return value other than 0, what needs success is passed over, and what must happen in any case (unlocking,
//! returning, most flushes) still does: this is the kernel's `goto unlock`.

use alloc::vec::Vec;
use core::fmt::Debug;
use core::hash::Hash;

use mm::{LockMode, MmId, World};
use pagewalk::{Callbacks, EntryPoint, WalkOps};
use pgtable::VirtAddr;
use trace::{CheckDef, Fault, Flush, Function, LockName, Revision, Sink, StackFrame};

/// When a thing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum When {
    /// In any case.
    Always,
    /// If nothing has failed so far.
    IfOk,
    /// If something has failed.
    IfFailed,
}

/// One thing to do, `S` being the steps of the caller's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Do<S> {
    pub(crate) when: When,
    pub(crate) what: What<S>,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum What<S> {
    /// A function is entered, with its range.
    Enter(&'static Function, VirtAddr, VirtAddr),
    /// It returns the return value so far.
    Return(&'static Function),
    /// Something is checked: whether it is so, and the return value if it is not.
    Check(&'static CheckDef, bool, i32),
    /// A lock is taken.
    Lock(LockName, LockMode),
    /// A lock is released.
    Unlock(LockName, LockMode),
    /// A TLB or cache is flushed.
    Flush(Flush),
    /// Something that changes neither entries nor locks, in words that end a sentence.
    Act(&'static str),
    /// A walk of `init_mm`. Its return value becomes the caller's.
    Walk(EntryPoint, VirtAddr, VirtAddr),
    /// The kernel crashes here, in these words.
    Oops(&'static str),
    /// A step of the caller's own.
    Step(S),
}

impl<S> Do<S> {
    const fn new(when: When, what: What<S>) -> Self {
        Self { when, what }
    }

    /// Enters a function.
    pub(crate) const fn enter(func: &'static Function, start: VirtAddr, end: VirtAddr) -> Self {
        Self::new(When::Always, What::Enter(func, start, end))
    }

    /// Returns from a function.
    pub(crate) const fn leave(func: &'static Function) -> Self {
        Self::new(When::Always, What::Return(func))
    }

    /// Checks something; `ret` is the return value if it is not so.
    pub(crate) const fn check(check: &'static CheckDef, ok: bool, ret: i32) -> Self {
        Self::new(When::Always, What::Check(check, ok, ret))
    }

    /// Takes a lock.
    pub(crate) const fn lock(lock: LockName, mode: LockMode) -> Self {
        Self::new(When::Always, What::Lock(lock, mode))
    }

    /// Releases a lock.
    pub(crate) const fn unlock(lock: LockName, mode: LockMode) -> Self {
        Self::new(When::Always, What::Unlock(lock, mode))
    }

    /// Takes the `mmap_lock` of `init_mm`.
    pub(crate) const fn lock_init_mm(mode: LockMode) -> Self {
        Self::lock(INIT_MM, mode)
    }

    /// Releases the `mmap_lock` of `init_mm`.
    pub(crate) const fn unlock_init_mm(mode: LockMode) -> Self {
        Self::unlock(INIT_MM, mode)
    }

    /// Flushes.
    pub(crate) const fn flush(flush: Flush) -> Self {
        Self::new(When::Always, What::Flush(flush))
    }

    /// Does what these words say.
    pub(crate) const fn act(words: &'static str) -> Self {
        Self::new(When::Always, What::Act(words))
    }

    /// Crashes.
    pub(crate) const fn oops(words: &'static str) -> Self {
        Self::new(When::Always, What::Oops(words))
    }

    /// Walks, if nothing has failed.
    pub(crate) const fn walk(entry: EntryPoint, start: VirtAddr, end: VirtAddr) -> Self {
        Self::new(When::IfOk, What::Walk(entry, start, end))
    }

    /// A step of the caller's own, if nothing has failed.
    pub(crate) const fn step(step: S) -> Self {
        Self::new(When::IfOk, What::Step(step))
    }

    /// The same in any case.
    pub(crate) fn always(self) -> Self {
        Self { when: When::Always, ..self }
    }

    /// The same if nothing has failed.
    pub(crate) fn if_ok(self) -> Self {
        Self { when: When::IfOk, ..self }
    }

    /// The same if something has failed.
    pub(crate) fn if_failed(self) -> Self {
        Self { when: When::IfFailed, ..self }
    }

    /// Whether it takes or releases the `mmap_lock` of `init_mm`.
    pub(crate) const fn is_init_mm_lock(&self) -> bool {
        matches!(self.what, What::Lock(INIT_MM, _) | What::Unlock(INIT_MM, _))
    }
}

const INIT_MM: LockName = LockName::Mmap(MmId::INIT_MM);

/// One caller.
pub(crate) trait Procedure: Clone + Debug + Eq + Hash {
    /// Its own steps.
    type Step: Copy + Debug + Eq + Hash;

    /// Which callbacks its walks have.
    fn callbacks(&self) -> Callbacks;

    /// The callbacks.
    fn ops(&mut self) -> &mut dyn WalkOps;

    /// The functions that are active inside a callback, outermost first.
    fn frames(&self) -> [Option<StackFrame>; 2] {
        [None, None]
    }

    /// Runs a step of its own.
    fn step(&mut self, step: Self::Step, now: &mut Now<'_>) -> Next<Self::Step>;
}

/// Where a step finds the run.
pub(crate) struct Now<'a> {
    pub(crate) revision: Revision,
    pub(crate) world: &'a mut World,
    pub(crate) sink: &'a mut dyn Sink,
    /// The return value so far.
    pub(crate) ret: &'a mut i32,
}

/// What a step amounts to.
pub(crate) enum Next<S> {
    /// These things, in their place. No event was emitted.
    Instead(Vec<Do<S>>),
    /// One action was done, with its event. Then these come.
    Did(Vec<Do<S>>),
    /// One action was done, with its event. The step goes on as this one.
    Again(S),
    /// The kernel would crash. No event was emitted.
    Faulted(Fault),
}

/// How a splitter of leaves went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Split {
    /// One action was done, with its event.
    Running,
    /// Nothing is left to do, and no event was emitted: the return value.
    Done(i32),
    /// The kernel would crash. No event was emitted.
    Faulted(Fault),
}

impl Split {
    /// The same as what a step amounts to that has a splitter as its state, which now is `again`.
    pub(crate) fn next<S>(self, again: S, now: &mut Now<'_>) -> Next<S> {
        match self {
            Self::Running => Next::Again(again),
            Self::Done(ret) => {
                *now.ret = ret;
                Next::Instead(Vec::new())
            }
            Self::Faulted(fault) => Next::Faulted(fault),
        }
    }
}

/// A caller with what it is to do.
pub(crate) struct Begun<P: Procedure> {
    pub(crate) procedure: P,
    pub(crate) todo: Vec<Do<P::Step>>,
}

/// The entry point that walks the kernel's tables in `revision`.
pub(crate) const fn kernel_walk(revision: Revision) -> EntryPoint {
    EntryPoint::Kernel.in_revision(revision)
}
