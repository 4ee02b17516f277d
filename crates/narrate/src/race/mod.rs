//! Races: what each CPU does, who waits for whom, and what went wrong.
//!
//! A [`Session`] is a person at a race: its branches, each a [`Tape`] of who moved at each step, and the step that is shown. The
//! [`RacePoint`] of a step is everything that a view needs to show it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`tape`] | the steps that were taken, and going to any of them |
//! | [`session`] | branches and the position |
//! | [`decided`] | where a run that goes wrong is decided |
//! | [`lanes`] | who is where, and what each does next |
//! | [`locks`] | who holds which lock, and who waits for it |
//! | [`stake`] | the tables at stake, live and freed |
//! | [`safe`] | whether a walk is safe, in lines and as a text |
//! | [`predict`] | who has to move, for who is asked before it is shown |
//! | [`mod@sheet`] | what a person takes away of a race |
//! | [`words`] | outcomes and searches in words |

pub mod decided;
pub mod lanes;
pub mod locks;
pub mod predict;
pub mod safe;
pub mod session;
pub mod sheet;
pub mod stake;
pub mod tape;
#[cfg(test)]
mod tests;
pub mod words;

use explore::Lane;
use pagewalk::Revision;
use races::{Outcomes, Race};

pub use decided::Decided;
pub use lanes::{LaneLine, LaneStatus, LaneView};
pub use locks::LockView;
pub use session::{BranchView, Session, Unlike};
pub use stake::{Life, StakeSlot, StakeTable};
pub use tape::{Moment, Tape};
pub use words::Question;

use crate::locks::AssertView;
use crate::mark::{self, Mark, Part};
use crate::sentence::sentence;

/// A step of a race, self-contained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RacePoint {
    /// What kind of thing it is.
    pub mark: Mark,
    /// The lane that moved; nobody at the start.
    pub lane: Option<Lane>,
    /// What just happened, and who did it.
    pub sentence: String,
    /// The CPUs, then RCU where tables are handed to it.
    pub lanes: Vec<LaneView>,
    /// The locks.
    pub locks: Vec<LockView>,
    /// The tables at stake.
    pub tables: Vec<StakeTable>,
    /// The assertion that was met.
    pub assertion: Option<AssertView>,
    /// What has gone wrong by now.
    pub outcome: Option<OutcomeView>,
}

/// Something that has gone wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeView {
    /// What.
    pub what: String,
    /// Whether that was the goal.
    pub goal: bool,
    /// Why it can happen, and which rule forbids it.
    pub why: &'static str,
}

/// The sentence before any CPU has moved.
const START: &str = "No CPU has moved yet. Step one, or let the search find a way.";

/// The point of a moment.
pub fn point(moment: &Moment, revision: Revision, race: Race) -> RacePoint {
    let Moment { before, state, lane, event } = moment;
    let outcomes = tape::outcomes(state);
    let mark = event.as_ref().map_or(Mark::Start, |event| match mark::part(event, &state.world, true) {
        Part::Ends(mark) | Part::Completes(mark) => mark,
        Part::Leads => Mark::Act,
    });
    let lanes = tape::lanes(state).filter(|&lane| !state.is_rcu(lane) || locks::uses_rcu(state));
    RacePoint {
        mark,
        lane: *lane,
        sentence: said(moment, revision),
        lanes: lanes.map(|of| lanes::lane(state, of, *lane, revision)).collect(),
        locks: locks::locks(state, before),
        tables: stake::tables(state, before),
        assertion: event.as_ref().and_then(|event| crate::locks::assertion(event, &state.world, revision)),
        outcome: (!outcomes.is_empty()).then(|| OutcomeView {
            what: words::outcomes(outcomes),
            goal: outcomes.intersects(race.aim),
            why: race.why,
        }),
    }
}

/// What just happened, and who did it.
fn said(moment: &Moment, revision: Revision) -> String {
    let Moment { before, state, lane, event } = moment;
    let mut says = match (lane, event) {
        (Some(lane), Some(event)) => {
            let own = words::read(before, *lane, event);
            let says = own.unwrap_or_else(|| sentence(&[*event], &state.world, revision));
            told(&words::who(*lane, state.cpus().len()), &says)
        }
        _ => START.to_owned(),
    };
    if tape::outcomes(state).contains(Outcomes::DEADLOCK) {
        says += " Nobody can move any more: this is a deadlock.";
    }
    says
}

/// A sentence with who it is about.
fn told(who: &str, sentence: &str) -> String {
    match sentence.strip_prefix("It ") {
        Some(rest) => format!("{who} {rest}"),
        None => format!("{who}: {sentence}"),
    }
}
