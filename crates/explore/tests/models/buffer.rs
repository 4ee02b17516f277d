//! Two producers and a consumer share a buffer of two places.

use explore::{Lane, Model, Property, Turn};

use super::all_done;

const PLACES: u8 = 2;

/// What each producer puts, and half of what the consumer takes.
const ITEMS: u8 = 3;

/// How a producer puts an item.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Buffer {
    /// Waits for a free place and fills it, in one step.
    Atomic,
    /// Waits for a free place in one step, fills it in the next.
    CheckThenPut,
    /// In one step, but the consumer wants one item more than is ever put.
    OneMore,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    full: u8,
    /// What each producer has put.
    put: [u8; 2],
    taken: u8,
    /// Which producer has found a free place and not filled it yet.
    checked: [bool; 2],
}

impl Buffer {
    const fn wanted(self) -> u8 {
        2 * ITEMS + matches!(self, Self::OneMore) as u8
    }
}

impl Model for Buffer {
    type State = State;

    const LANES: usize = 3;

    fn initial(&self) -> State {
        State::default()
    }

    fn turn(&self, state: &State, lane: Lane) -> Turn {
        let (done, waits) = match lane.index() {
            2 => (state.taken == self.wanted(), state.full == 0),
            producer => (state.put[producer] == ITEMS, state.full >= PLACES && !state.checked[producer]),
        };
        match (done, waits) {
            (true, _) => Turn::Done,
            (_, true) => Turn::Wait,
            _ => Turn::Move,
        }
    }

    fn step(&self, state: &mut State, lane: Lane) {
        match lane.index() {
            2 => {
                state.full -= 1;
                state.taken += 1;
            }
            producer if matches!(self, Self::CheckThenPut) && !state.checked[producer] => {
                state.checked[producer] = true;
            }
            producer => {
                state.checked[producer] = false;
                state.full += 1;
                state.put[producer] += 1;
            }
        }
    }

    fn properties(&self) -> &[Property] {
        const { &[Property::always("no overflow"), Property::always("nothing lost"), Property::reachable("full")] }
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        match property {
            0 => state.full <= PLACES,
            1 => !all_done(self, state) || state.taken == 2 * ITEMS,
            _ => state.full == PLACES,
        }
    }
}
