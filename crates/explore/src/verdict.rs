//! How a search ends.

use crate::model::Property;
use crate::schedule::Schedule;

/// What a schedule breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken {
    /// A property that must always hold, by its place in [`Model::properties`](crate::Model::properties).
    Property(usize),
    /// Some lane waits and none can move.
    Deadlock,
}

impl Broken {
    /// What was to be true, from the properties of the model.
    pub fn name(self, properties: &[Property]) -> &'static str {
        match self {
            Self::Property(place) => properties.get(place).map_or("", |property| property.name),
            Self::Deadlock => "no deadlock",
        }
    }
}

/// What a search knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every state was seen, no property is broken.
    Safe {
        /// All states.
        states: u32,
    },
    /// This schedule leads to a state that breaks something. No shorter one breaks anything.
    Fails {
        /// What it breaks.
        broken: Broken,
        /// How to get there.
        schedule: Schedule,
        /// The states that were seen up to then, that one included.
        states: u32,
    },
    /// Every state was seen, and what was to be reachable is not. There is no schedule to show.
    Unreachable {
        /// The first such property, by its place in [`Model::properties`](crate::Model::properties).
        property: usize,
        /// All states.
        states: u32,
    },
    /// Nothing is broken in the states seen so far, and there are more: the limit was met, or the search has
    /// not been run to its end.
    NotFinished {
        /// The states seen so far.
        states: u32,
    },
}

impl Verdict {
    /// The states that were seen.
    pub const fn states(&self) -> u32 {
        match *self {
            Self::Safe { states }
            | Self::Fails { states, .. }
            | Self::Unreachable { states, .. }
            | Self::NotFinished { states } => states,
        }
    }
}
