//! Two lanes enter a critical section, again and again.

use explore::{Lane, Model, Property, Turn};

/// How they keep each other out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// Peterson's algorithm: raise the own flag, give way, look at the other's flag, then at whose turn it
    /// is.
    Peterson,
    /// Gives way before it raises its flag.
    GivesWayFirst,
    /// Raises its flag and waits for the other's to be down. Nobody gives way.
    FlagsOnly,
}

/// A protocol, and whether it is wrongly said to let both in at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exclusion {
    pub(crate) protocol: Protocol,
    pub(crate) claim_both: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum At {
    #[default]
    First,
    Second,
    OtherFlag,
    WhoseTurn,
    Inside,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    flag: [bool; 2],
    /// Who goes first if both want to.
    turn: usize,
    at: [At; 2],
}

impl Model for Exclusion {
    type State = State;

    const LANES: usize = 2;

    fn initial(&self) -> State {
        State::default()
    }

    fn turn(&self, state: &State, lane: Lane) -> Turn {
        let lane = lane.index();
        match (self.protocol, state.at[lane]) {
            (Protocol::FlagsOnly, At::OtherFlag) if state.flag[1 - lane] => Turn::Wait,
            _ => Turn::Move,
        }
    }

    fn step(&self, state: &mut State, lane: Lane) {
        let lane = lane.index();
        let other = 1 - lane;
        state.at[lane] = match (self.protocol, state.at[lane]) {
            (Protocol::Peterson, At::First) | (Protocol::GivesWayFirst, At::Second) => {
                state.flag[lane] = true;
                if state.at[lane] == At::First { At::Second } else { At::OtherFlag }
            }
            (Protocol::Peterson, At::Second) | (Protocol::GivesWayFirst, At::First) => {
                state.turn = other;
                if state.at[lane] == At::First { At::Second } else { At::OtherFlag }
            }
            (Protocol::FlagsOnly, At::First | At::Second) => {
                state.flag[lane] = true;
                At::OtherFlag
            }
            (_, At::OtherFlag) if state.flag[other] => At::WhoseTurn,
            (_, At::WhoseTurn) if state.turn == other => At::OtherFlag,
            (_, At::OtherFlag | At::WhoseTurn) => At::Inside,
            (_, At::Inside) => {
                state.flag[lane] = false;
                At::First
            }
        };
    }

    fn properties(&self) -> &[Property] {
        const PROPERTIES: [Property; 4] = [
            Property::always("mutual exclusion"),
            Property::reachable("a inside"),
            Property::reachable("b inside"),
            Property::reachable("both inside"),
        ];
        if self.claim_both { &PROPERTIES[1..] } else { &PROPERTIES[..3] }
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        let inside = state.at.map(|at| at == At::Inside);
        match self.properties()[property].name {
            "mutual exclusion" => inside != [true; 2],
            "a inside" => inside[0],
            "b inside" => inside[1],
            _ => inside == [true; 2],
        }
    }
}
