//! An actor of any type, for who starts one without knowing which.

use alloc::boxed::Box;
use core::any::Any;
use core::fmt::{self, Debug, Formatter};
use core::hash::{Hash, Hasher};

use mm::World;
use pagewalk::{Callbacks, Func, Sink, Status, Walk};

use crate::{Actor, Stack};

/// An actor of any type, which is one itself.
pub struct AnyActor(Box<dyn DynActor>);

impl AnyActor {
    /// This actor, behind a pointer.
    pub fn new(actor: impl Actor + 'static) -> Self {
        Self(Box::new(actor))
    }
}

/// What every [`Actor`] can do behind a pointer.
trait DynActor {
    /// [`Actor::step`]
    fn step_dyn(&mut self, world: &mut World, sink: &mut dyn Sink) -> Status;

    /// [`Actor::function`]
    fn function_dyn(&self) -> Func;

    /// [`Actor::callbacks`]
    fn callbacks_dyn(&self) -> Callbacks;

    /// [`Actor::stack`]
    fn stack_dyn(&self) -> Stack;

    /// [`Actor::walk`]
    fn walk_dyn(&self) -> Option<&Walk>;

    /// A copy of it.
    fn clone_dyn(&self) -> AnyActor;

    /// Whether it is of the same type as the other one, and equal.
    fn eq_dyn(&self, other: &dyn DynActor) -> bool;

    /// Its hash.
    fn hash_dyn(&self, state: &mut dyn Hasher);

    /// Itself, to ask for its type.
    fn as_any(&self) -> &dyn Any;
}

impl<A: Actor + 'static> DynActor for A {
    fn step_dyn(&mut self, world: &mut World, mut sink: &mut dyn Sink) -> Status {
        self.step(world, &mut sink)
    }

    fn function_dyn(&self) -> Func {
        self.function()
    }

    fn callbacks_dyn(&self) -> Callbacks {
        self.callbacks()
    }

    fn stack_dyn(&self) -> Stack {
        self.stack()
    }

    fn walk_dyn(&self) -> Option<&Walk> {
        self.walk()
    }

    fn clone_dyn(&self) -> AnyActor {
        AnyActor::new(self.clone())
    }

    fn eq_dyn(&self, other: &dyn DynActor) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }

    fn hash_dyn(&self, mut state: &mut dyn Hasher) {
        self.hash(&mut state);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Not with what is in it: a pointer to a trait with `Debug` keeps the `Debug` of every type behind it in the page.
impl Debug for AnyActor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyActor").finish_non_exhaustive()
    }
}

impl Clone for AnyActor {
    fn clone(&self) -> Self {
        self.0.clone_dyn()
    }
}

impl PartialEq for AnyActor {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_dyn(&*other.0)
    }
}

impl Eq for AnyActor {}

impl Hash for AnyActor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash_dyn(state);
    }
}

impl Actor for AnyActor {
    fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        self.0.step_dyn(world, sink)
    }

    fn function(&self) -> Func {
        self.0.function_dyn()
    }

    fn callbacks(&self) -> Callbacks {
        self.0.callbacks_dyn()
    }

    fn stack(&self) -> Stack {
        self.0.stack_dyn()
    }

    fn walk(&self) -> Option<&Walk> {
        self.0.walk_dyn()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::{Direct, Observer};
    use alloc::vec::Vec;
    use pagewalk::{Args, EntryPoint, Event, Revision};
    use pgtable::VirtAddr;

    fn call(end: u64) -> Direct<Observer> {
        let args = Args { start: VirtAddr(0x1000), end: VirtAddr(end), ..Args::default() };
        let walk = Walk::new(EntryPoint::Kernel, Revision::V6_17, args).expect("it exists");
        Direct::new(walk, Observer::ALL)
    }

    #[test]
    fn a_boxed_actor_acts_as_the_actor() {
        let model = pgtable::model("x86_64-4level").expect("a known model");
        let root = pgtable::PhysAddr(0x1000);
        let table = mm::Table::unused(model, root, pgtable::Level::Pgd);
        let mut world = World::new(model, [table].into(), [("init_mm", root)]).expect("a valid world");
        let mut twin = world.clone();
        let (mut plain, mut boxed) = (call(0x2000), AnyActor::new(call(0x2000)));
        let (mut events, mut others): (Vec<Event>, Vec<Event>) = Default::default();
        for _ in 0..100 {
            assert_eq!(boxed, boxed.clone());
            assert_eq!((boxed.function(), boxed.callbacks()), (plain.function(), plain.callbacks()));
            assert_eq!((boxed.stack(), boxed.walk()), (plain.stack(), plain.walk()));
            let status = plain.step(&mut world, &mut events);
            assert_eq!(boxed.step(&mut twin, &mut others), status);
            assert_eq!(events, others);
            if status != Status::Running {
                return;
            }
        }
        panic!("it does not end");
    }

    #[test]
    fn boxes_are_equal_as_their_contents() {
        let call = |end| AnyActor::new(call(end));
        let hash = |of: &AnyActor| {
            let mut state = std::hash::DefaultHasher::new();
            of.hash(&mut state);
            state.finish()
        };
        let (one, same, other) = (call(0x2000), call(0x2000), call(0x3000));
        assert!(one == same && one != other);
        assert_eq!(hash(&one), hash(&same));
        assert_ne!(hash(&one), hash(&other));
    }
}
