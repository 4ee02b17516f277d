//! Three philosophers and three forks; each eats again and again.

use explore::{Lane, Model, Property, Turn};

/// Which fork is taken first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Philosophers {
    /// Everybody's left one.
    LeftFirst,
    /// Of the two the one with the lower number, so that the last philosopher starts on the right.
    InOrder,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// Who has the fork.
    fork: [Option<usize>; 3],
    /// How many forks the philosopher has.
    has: [u8; 3],
}

impl Philosophers {
    /// The fork that a philosopher wants next.
    fn wants(self, state: &State, who: usize) -> usize {
        let (left, right) = (who, (who + 1) % 3);
        let [first, second] = match self {
            Self::InOrder if right < left => [right, left],
            _ => [left, right],
        };
        if state.has[who] == 0 { first } else { second }
    }
}

impl Model for Philosophers {
    type State = State;

    const LANES: usize = 3;

    fn initial(&self) -> State {
        State::default()
    }

    fn turn(&self, state: &State, lane: Lane) -> Turn {
        let who = lane.index();
        if state.has[who] < 2 && state.fork[self.wants(state, who)].is_some() {
            Turn::Wait
        } else {
            Turn::Move
        }
    }

    fn step(&self, state: &mut State, lane: Lane) {
        let who = lane.index();
        if state.has[who] == 2 {
            state.has[who] = 0;
            state.fork = state.fork.map(|owner| owner.filter(|&owner| owner != who));
        } else {
            state.fork[self.wants(state, who)] = Some(who);
            state.has[who] += 1;
        }
    }

    fn properties(&self) -> &[Property] {
        const { &[Property::reachable("somebody eats"), Property::always("one eats at a time")] }
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        let eating = state.has.map(|has| usize::from(has == 2)).iter().sum::<usize>();
        match property {
            0 => eating == 1,
            _ => eating <= 1,
        }
    }
}
