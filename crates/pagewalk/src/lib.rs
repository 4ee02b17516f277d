//! The walker of Linux' `mm/pagewalk.c` as a machine that can stop anywhere.
//!
//! [`Walk`] is the whole state of a walk: a program counter, the frames of the kernel functions that are
//! active, `walk->action`. It is `Clone + Eq + Hash`, so a walk can be stopped, kept, compared and gone on
//! with. [`Walk::step`] runs one atomic action (one read of one entry, one assertion, one callback …) and
//! says so with exactly one [`Event`]. There is no other walker: stepping, running, searching and the
//! conformance tests all drive this one.
//!
//! A walk of the kernel's tables without `init_mm`'s lock, whose root is empty:
//!
//! ```
//! use mm::{Table, World};
//! use pagewalk::{Args, Call, Callback, Callbacks, EntryPoint, Event, Reply, Revision, Status, Walk, WalkOps};
//! use pgtable::{Level, PhysAddr, VirtAddr, model};
//!
//! /// All callbacks are set, and each returns 0.
//! struct Look;
//! impl WalkOps for Look {
//!     fn callbacks(&self) -> Callbacks {
//!         Callbacks::WITHOUT_VMA
//!     }
//!     fn call(&mut self, _: &Call, _: &mut World) -> Reply {
//!         Reply::default()
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let x86 = model("x86_64-4level")?;
//! let root = Table::unused(x86, PhysAddr(0x1000), Level::Pgd);
//! let mut world = World::new(x86, vec![root], [("init_mm", PhysAddr(0x1000))])?;
//! let (start, end) = (VirtAddr(0xffff_c900_0000_0000), VirtAddr(0xffff_c900_0000_2000));
//! let mut walk = Walk::new(EntryPoint::Kernel, Revision::V7_3, Args { start, end, ..Args::default() })?;
//! let mut events: Vec<Event> = Vec::new();
//! while walk.step(&mut world, &mut Look, &mut events) == Status::Running {}
//! assert_eq!(walk.status(), Status::Done(0));
//! // The assertion warns, and the walk goes on: it reads the root's slot, finds nothing and reports a hole.
//! let is_hole = |event: &Event| matches!(event, Event::Callback { call, .. } if call.callback == Callback::Hole);
//! assert_eq!(events.iter().filter(|event| is_hole(event)).count(), 1);
//! # Ok(())
//! # }
//! ```
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
pub use machine::{Args, FolioFlags, Walk, complete};
pub use ops::{Progress, WalkLock, WalkOps};
pub use trace::names;
pub use trace::{
    Action, AssertOrder, By, Call, Callback, Callbacks, Check, EINVAL, ENOMEM, ENOTSUPP, Event, Fault, Flush,
    FolioPage, Free, Func, LockName, MapKind, MmapAssert, Release, Reply, Revision, Rules, Sink, Slot,
    StackFrame, Status, Subject, Test, release,
};
