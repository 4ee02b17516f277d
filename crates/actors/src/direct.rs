//! A caller that only calls an entry point, and takes no lock itself.

use mm::World;
use pagewalk::{Callbacks, Func, Sink, Status, Walk, WalkOps};

use crate::{Actor, Stack};

/// One call of an entry point.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Direct<O> {
    walk: Walk,
    ops: O,
}

impl<O: WalkOps> Direct<O> {
    /// A call that has not started yet.
    pub const fn new(walk: Walk, ops: O) -> Self {
        Self { walk, ops }
    }

    /// The ops table, to see what its callbacks kept.
    pub const fn ops(&self) -> &O {
        &self.ops
    }
}

impl<O: WalkOps + Clone + Eq + core::hash::Hash> Actor for Direct<O> {
    fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        self.walk.step_shared(world, &mut self.ops, sink)
    }

    fn function(&self) -> Func {
        self.walk.entry().func()
    }

    fn callbacks(&self) -> Callbacks {
        self.ops.callbacks()
    }

    fn stack(&self) -> Stack {
        self.walk.stack().collect()
    }

    fn walk(&self) -> Option<&Walk> {
        Some(&self.walk)
    }
}
