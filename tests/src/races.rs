//! Searches every variant of the matrix of races and compares the verdict.

use actors::race::{Choice, NotThere, Outcomes};
use explore::{Aim, Broken, RaceModel, Schedule, Search, Verdict};
use scenario::races::Cell;

/// Most states of a variant. The largest, with three CPUs, has some eighty thousand.
pub const MAX_STATES: u32 = 1_000_000;

/// What a search through all interleavings of a variant found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What can go wrong.
    pub outcomes: Outcomes,
    /// A shortest way to each of them, the shortest first.
    pub ways: Vec<(Outcomes, Schedule)>,
    /// The states that were seen: all, or those up to a deadlock.
    pub states: u32,
    /// Whether all were seen that can be.
    pub complete: bool,
}

impl Found {
    /// The shortest way to anything that goes wrong.
    pub fn shortest(&self) -> Option<&Schedule> {
        self.ways.first().map(|(_, schedule)| schedule)
    }

    /// Whether it is what the matrix says.
    pub fn is(&self, cell: Cell) -> bool {
        self.complete && self.outcomes == cell.all()
    }
}

/// Searches a variant.
///
/// # Errors
/// [`NotThere`] when it cannot be set up.
pub fn search(choice: &Choice) -> Result<Found, NotThere> {
    let mut search = Search::new(RaceModel::new(choice, Aim::Everything)?, MAX_STATES);
    search.run(u32::MAX);
    let properties = 0..explore::Model::properties(search.model()).len();
    let mut ways: Vec<(Outcomes, Schedule)> = properties
        .filter_map(|property| Some((search.model().outcomes_of(property), search.reached(property)?)))
        .collect();
    let verdict = search.verdict();
    let complete = !matches!(verdict, Verdict::NotFinished { .. });
    let states = verdict.states();
    if let Verdict::Fails { broken: Broken::Deadlock, schedule, .. } = verdict {
        ways.push((Outcomes::DEADLOCK, schedule));
    }
    ways.sort_by_key(|(_, schedule)| schedule.len());
    let outcomes = ways.iter().map(|&(outcomes, _)| outcomes).collect();
    Ok(Found { outcomes, ways, states, complete })
}
