//! The callbacks of all callers as one type, so that the walker is compiled for them once.

use mm::World;
use pagewalk::{Call, Callbacks, Progress, Reply, Sink, WalkOps};

use super::pageattr::Pageattr;
use super::remap::Remap;
use super::split_to_ptes::SplitToPtes;

/// The callbacks of a caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ops {
    /// They change bits.
    Pageattr(Pageattr),
    /// They split leaves.
    SplitToPtes(SplitToPtes),
    /// They are HVO's.
    Remap(Remap),
}

impl WalkOps for Ops {
    fn callbacks(&self) -> Callbacks {
        match self {
            Self::Pageattr(ops) => ops.callbacks(),
            Self::SplitToPtes(ops) => ops.callbacks(),
            Self::Remap(ops) => ops.callbacks(),
        }
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        match self {
            Self::Pageattr(ops) => ops.call(call, world),
            Self::SplitToPtes(ops) => ops.call(call, world),
            Self::Remap(ops) => ops.call(call, world),
        }
    }

    fn go_on(&mut self, world: &mut World, sink: &mut dyn Sink) -> Progress {
        match self {
            Self::Pageattr(ops) => ops.go_on(world, sink),
            Self::SplitToPtes(ops) => ops.go_on(world, sink),
            Self::Remap(ops) => ops.go_on(world, sink),
        }
    }
}
