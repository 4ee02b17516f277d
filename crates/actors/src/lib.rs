//! Who acts on a world: the callers of the walker.
//!
//! An [`Actor`] is a machine of the walker's kind: `Clone + Eq + Hash`, one atomic action a step. It holds a
//! [`Walk`] while it walks and adds what its kernel function does around it.
//!
//! A caller of the kernel walk, over an empty table, step by step:
//!
//! ```
//! use actors::{Actor, Direct, Observer};
//! use mm::{Table, World};
//! use pagewalk::{Args, Callback, EntryPoint, Event, Revision, Status, Walk};
//! use pgtable::{Level, PhysAddr, VirtAddr, model};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let riscv = model("riscv64-sv39")?;
//! let root = Table::unused(riscv, PhysAddr(0x1000), Level::Pgd);
//! let mut world = World::new(riscv, vec![root], [("init_mm", PhysAddr(0x1000))])?;
//! let (start, end) = (VirtAddr(0xffff_ffd6_0000_0000), VirtAddr(0xffff_ffd6_0000_1000));
//! let walk = Walk::new(EntryPoint::Kernel, Revision::V7_3, Args { start, end, ..Args::default() })?;
//! let mut caller = Direct::new(walk, Observer::ALL);
//! let mut events: Vec<Event> = Vec::new();
//! let mut functions = Vec::new();
//! while caller.step(&mut world, &mut events) == Status::Running {
//!     functions.extend(caller.stack().last().map(|frame| frame.func.name()));
//! }
//! functions.dedup();
//! assert_eq!(functions[..3], ["walk_kernel_page_table_range", "walk_kernel_page_table_range_lockless", "walk_pgd_range"]);
//! let is_hole = |event: &Event| matches!(event, Event::Callback { call, .. } if call.callback == Callback::Hole);
//! assert_eq!(events.iter().filter(|event| is_hole(event)).count(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! | module | who |
//! |---|---|
//! | [`any`] | one of any type |
//! | [`direct`] | a caller that does nothing but call an entry point |
//! | [`observer`] | callbacks that only look |

#![no_std]

extern crate alloc;

pub mod any;
pub mod direct;
pub mod observer;

use core::hash::Hash;

use arrayvec::ArrayVec;
use mm::World;
use pagewalk::{Callbacks, Func, Sink, StackFrame, Status, Walk};

pub use any::AnyActor;
pub use direct::Direct;
pub use observer::{Observer, Quirk};

/// Most functions that can be active at once: four of a caller, two entry points, five levels, two inside a callback.
pub const MAX_STACK: usize = 13;

/// A call stack, outermost function first.
pub type Stack = ArrayVec<StackFrame, MAX_STACK>;

/// Something that acts on a world, one atomic action a step.
pub trait Actor: Clone + Eq + Hash {
    /// Runs one atomic action and emits its event. Does nothing once it has ended.
    fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status;

    /// The kernel function that it runs.
    fn function(&self) -> Func;

    /// The callbacks that its walk has set.
    fn callbacks(&self) -> Callbacks;

    /// The functions that are active.
    fn stack(&self) -> Stack;

    /// The walk that runs or ran last.
    fn walk(&self) -> Option<&Walk>;
}
