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
//! | [`revision`] | the kernel versions, as a table of differences |
//! | [`entry`] | the entry points and the order of their checks and assertions |
//! | [`ops`] | `mm_walk_ops`: the callbacks of a walk |
//! | [`event`] | what the machine says |
//! | [`caller_func`] | the functions of the patch's callers |
//! | [`machine`] | the machine |
//!
//! Walks with VMAs and walks without are one machine: they differ in what happens before `walk_pgd_range()`, in how a
//! huge page is met, and in how a pte table is mapped.

#![no_std]

extern crate alloc;

pub mod caller_func;
pub mod entry;
pub mod event;
pub mod machine;
pub mod ops;
pub mod revision;

pub use caller_func::{CallerCheck, CallerFunc, SetMemory};
pub use entry::{EntryPoint, NotInThisKernel};
pub use event::{By, Check, Event, Fault, Flush, Free, Func, LockName, MapKind, Sink, Subject, Test};
pub use machine::{Args, FolioFlags, FolioPage, StackFrame, Status, Walk};
pub use mm::Slot;
pub use ops::{Action, Call, Callback, Callbacks, Progress, Reply, WalkLock, WalkOps};
pub use revision::{AssertOrder, Revision, Rules};

/// `-EINVAL` (include/uapi/asm-generic/errno-base.h).
pub const EINVAL: i32 = -22;

/// `-ENOMEM`: there is no memory for a page table (include/uapi/asm-generic/errno-base.h).
pub const ENOMEM: i32 = -12;

/// `-ENOTSUPP`: not the kernel's own `-EOPNOTSUPP`, but what it uses inside itself (include/linux/errno.h).
pub const ENOTSUPP: i32 = -524;

#[cfg(test)]
mod tests {
    #[test]
    fn errors_are_negative_as_the_kernel_returns_them() {
        assert_eq!([super::EINVAL, super::ENOMEM, super::ENOTSUPP], [-22, -12, -524]);
    }
}
