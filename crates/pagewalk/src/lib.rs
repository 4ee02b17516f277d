//! The walker of Linux' `mm/pagewalk.c` as a machine that can stop anywhere.
//!
//! [`Walk`] is the whole state of a walk: a program counter, the frames of the kernel functions that are
//! active, `walk->action`. It is `Clone + Eq + Hash`, so a walk can be stopped, kept, compared and gone on
//! with. [`Walk::step`] runs one atomic action (one read of one entry, one assertion, one callback …) and
//! says so with exactly one [`Event`]. There is no other walker: stepping, running, searching and the
//! conformance tests all drive this one.
//!
//! | module | what it holds |
//! |---|---|
//! | [`entry`] | the entry points and the order of their checks and assertions |
//! | [`ops`] | `mm_walk_ops`: the callbacks of a walk |
//! | [`machine`] | the machine |
//!
//! What it says, and what differs between kernels, is the room below, `trace`; what a user of a walk needs of it has its name
//! here as well.
//!
//! Walks with VMAs and walks without are one machine: they differ in what happens before `walk_pgd_range()`, in how a
//! huge page is met, and in how a pte table is mapped.

#![no_std]

pub mod entry;
pub mod machine;
pub mod ops;

pub use entry::{EntryPoint, NotInThisKernel};
pub use machine::{Args, FolioFlags, Walk};
pub use ops::{Progress, WalkLock, WalkOps};
pub use trace::{
    Action, AssertOrder, By, Call, Callback, Callbacks, CallerCheck, CallerFunc, Check, EINVAL, ENOMEM,
    ENOTSUPP, Event, Fault, Flush, FolioPage, Free, Func, LockName, MapKind, Reply, Revision, Rules,
    SetMemory, Sink, Slot, StackFrame, Status, Subject, Test,
};
