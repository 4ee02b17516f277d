//! Who acts on a world: the callers of the walker.
//!
//! An [`Actor`] is a machine of the walker's kind: `Clone + Eq + Hash`, one atomic action a step. It holds a
//! [`Walk`] while it walks and adds what its kernel function does around it.
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
