//! Three lanes add 1 to a counter.

use explore::{Lane, Model, Property, Turn};

use super::all_done;

/// How they add.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counter {
    /// In one step.
    Atomic,
    /// Read in one step, write in the next.
    ReadThenWrite,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    count: u8,
    /// What a lane has read, until it writes.
    read: [Option<u8>; 3],
    done: [bool; 3],
}

impl Model for Counter {
    type State = State;

    const LANES: usize = 3;

    fn initial(&self) -> State {
        State::default()
    }

    fn turn(&self, state: &State, lane: Lane) -> Turn {
        if state.done[lane.index()] { Turn::Done } else { Turn::Move }
    }

    fn step(&self, state: &mut State, lane: Lane) {
        let lane = lane.index();
        match (*self, state.read[lane].take()) {
            (Self::ReadThenWrite, None) => state.read[lane] = Some(state.count),
            (_, read) => {
                state.count = read.unwrap_or(state.count) + 1;
                state.done[lane] = true;
            }
        }
    }

    fn properties(&self) -> &[Property] {
        const { &[Property::always("no lost update"), Property::reachable("all updates")] }
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        match property {
            0 => !all_done(self, state) || state.count == 3,
            _ => state.count == 3,
        }
    }
}
