//! Who has to move so that a race goes wrong, for who is asked before it is shown.
//!
//! Nobody writes down what is right: what follows from each move is searched.

use explore::{Lane, Schedule, Turn};
use races::{Aim, Choice, Found, NotThere, RaceModel, RaceSearch, State};

use super::{tape, words};

/// Most states of one search. A question is to be answered at once.
const MOST_STATES: u32 = 40_000;

/// What can be moved, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moves {
    /// Each lane that can move, in their order.
    pub of: Vec<Move>,
    /// A shortest way on from here to the goal of the race.
    pub way: Schedule,
}

/// A lane that can move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which.
    pub lane: Lane,
    /// "CPU 0", "RCU"
    pub who: String,
    /// The least number of steps to the goal, this one included, if it moves now; none if nothing leads there any more.
    pub steps: Option<usize>,
}

impl Moves {
    /// Whether a move is on one of the shortest ways.
    pub fn is_right(&self, of: &Move) -> bool {
        of.steps == Some(self.way.len())
    }
}

/// What each lane can do after these steps; nothing if the goal cannot be reached from there, or was reached.
///
/// # Errors
/// [`NotThere`] when the race does not happen on the chosen machine, or not in the chosen kernel. Links never choose such.
pub fn moves(choice: &Choice, steps: &[Lane]) -> Result<Option<Moves>, NotThere> {
    let mut state = choice.start()?;
    for &lane in steps {
        state.step(lane, &mut ());
    }
    let way = |state: &State| shortest(choice, state);
    let Some(here) = way(&state).filter(|way| !way.is_empty()) else { return Ok(None) };
    let lanes = tape::lanes(&state).filter(|&lane| state.turn(lane) == Turn::Move);
    let of = lanes.map(|lane| {
        let mut after = state.clone();
        after.step(lane, &mut ());
        let who = words::who(lane, state.cpus().len());
        Move { lane, who, steps: way(&after).map(|way| way.len() + 1) }
    });
    Ok(Some(Moves { of: of.collect(), way: here }))
}

/// A shortest way from a state to the goal of its race.
fn shortest(choice: &Choice, state: &State) -> Option<Schedule> {
    let mut search =
        RaceSearch::new(RaceModel::from_state(state.clone(), Aim::Only(choice.race.aim)), MOST_STATES);
    search.run(u32::MAX);
    Found::of(&search).shortest().cloned()
}

#[cfg(test)]
mod tests {
    use races::RaceLink;

    use super::*;

    fn moves_of(link: &str) -> Option<Moves> {
        let (link, _) = RaceLink::parse(link).expect("a link to a race");
        let taken = &link.schedule.steps()[..link.step as usize];
        moves(&link.choice, taken).expect("it starts")
    }

    #[test]
    fn a_move_is_right_if_it_is_on_a_shortest_way() {
        let at =
            |step| moves_of(&format!("v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t={step}"));
        let start = at(0).expect("it can go wrong");
        assert_eq!(start.way.len(), 38);
        let right = |moves: &Moves| -> Vec<(String, bool)> {
            moves.of.iter().map(|of| (of.who.clone(), moves.is_right(of))).collect()
        };
        assert_eq!(right(&start).len(), 2, "RCU has nothing to free yet");
        // In the end only the walker is missing.
        let last = at(37).expect("it can go wrong");
        assert_eq!(last.way.len(), 1);
        assert!(right(&last).contains(&("CPU 0".to_owned(), true)), "{last:?}");
        assert_eq!(at(38), None, "it has gone wrong");
    }

    #[test]
    fn where_nothing_goes_wrong_nobody_has_to_move() {
        assert_eq!(moves_of("v1/race/munmap/x86_64-4level/v6.17?lock=write"), None);
    }
}
