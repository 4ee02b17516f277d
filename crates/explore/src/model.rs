//! What is searched: steps of lanes, and properties.

use core::hash::Hash;

use crate::lane::{Lane, MAX_LANES, Turn, Turns};

/// Most properties of a model.
pub const MAX_PROPERTIES: usize = 64;

/// In which states a property is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expect {
    /// In every state: it is broken by one in which it does not hold.
    Always,
    /// In at least one state: it is broken when all have been seen and it held in none.
    Reachable,
}

/// What must be true of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Property {
    /// How it is called, for example “no lost update”.
    pub name: &'static str,
    /// In which states it is to hold.
    pub expect: Expect,
}

impl Property {
    /// Holds in every state.
    pub const fn always(name: &'static str) -> Self {
        Self { name, expect: Expect::Always }
    }

    /// Holds in at least one state.
    pub const fn reachable(name: &'static str) -> Self {
        Self { name, expect: Expect::Reachable }
    }
}

/// Actors over a common world. All methods must be functions of their arguments: the same answer each time.
///
/// That some lane waits while none can move (a deadlock) breaks every model and is no property of its own.
pub trait Model {
    /// The world and all actors in it. Many are kept at a time, and a step starts from a clone: clones should
    /// be cheap. Where they are not, [`Interned`](crate::Interned) actors take each step once.
    type State: Clone + Eq + Hash;

    /// How many lanes there are, 1 to [`MAX_LANES`]; more do not compile. A lane that one model of this type
    /// lacks is [`Turn::Done`] in all of its states.
    const LANES: usize;

    /// Where every schedule starts.
    fn initial(&self) -> Self::State;

    /// What a lane can do in a state.
    fn turn(&self, state: &Self::State, lane: Lane) -> Turn;

    /// Takes the next step of a lane, whose turn in this state is [`Turn::Move`].
    fn step(&self, state: &mut Self::State, lane: Lane);

    /// What must be true, at most [`MAX_PROPERTIES`]. A state that breaks several is reported for the first.
    fn properties(&self) -> &[Property];

    /// Whether a property, by its place in [`Model::properties`], holds in a state.
    fn holds(&self, state: &Self::State, property: usize) -> bool;

    /// What all lanes can do in a state. For models that know a faster way than to ask for each.
    fn turns(&self, state: &Self::State) -> Turns {
        lanes::<Self>().fold(Turns::default(), |turns, lane| turns.with(lane, self.turn(state, lane)))
    }

    /// Which properties hold in a state, a bit each, the first one lowest. For models that know a faster way than to ask for
    /// each.
    fn held(&self, state: &Self::State) -> u64 {
        held(self.properties().len(), |property| self.holds(state, property))
    }
}

/// So many properties as bits, as they hold.
pub(crate) fn held(properties: usize, holds: impl Fn(usize) -> bool) -> u64 {
    (0..properties).filter(|&property| holds(property)).fold(0, |held, property| held | 1 << property)
}

/// The lanes of a model, first to last.
pub(crate) fn lanes<M: Model + ?Sized>() -> impl Iterator<Item = Lane> {
    const { assert!(M::LANES >= 1 && M::LANES <= MAX_LANES, "a model has 1 to 8 lanes") };
    Lane::ALL.into_iter().take(M::LANES)
}
