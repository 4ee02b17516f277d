//! Eight lanes, as many as there can be; each sets its bit of a byte.

use explore::{Lane, Model, Property, Turn};

/// The properties of the byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits {
    /// The value that it is never to have.
    pub(crate) never: u8,
}

impl Model for Bits {
    type State = u8;

    const LANES: usize = 8;

    fn initial(&self) -> u8 {
        0
    }

    fn turn(&self, state: &u8, lane: Lane) -> Turn {
        if state >> lane.index() & 1 == 0 { Turn::Move } else { Turn::Done }
    }

    fn step(&self, state: &mut u8, lane: Lane) {
        *state |= 1 << lane.index();
    }

    fn properties(&self) -> &[Property] {
        const { &[Property::always("never that value"), Property::reachable("all set")] }
    }

    fn holds(&self, state: &u8, property: usize) -> bool {
        match property {
            0 => *state != self.never,
            _ => *state == u8::MAX,
        }
    }
}
