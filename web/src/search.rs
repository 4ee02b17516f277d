//! Searching a race while the page stays alive.
//!
//! A [`Sliced`] search runs for a few milliseconds at a time, by the browser's clock. Whoever owns it runs a slice, draws, and asks
//! for the next one by a timer, so that the browser draws and listens in between:
//!
//! ```text
//! Msg::Slice => {
//!     if !self.search.run_slice().ended {
//!         self.later = Some(Timeout::new(0, move || link.send_message(Msg::Slice)));
//!     }
//! }
//! ```
//!
//! Cancelled by dropping the timer, and the search with it. Slices change neither what is found nor any count.

use races::{Aim, Choice, Found, NotThere, RaceModel, RaceSearch, survey::MOST_STATES};

use crate::browser::Clock;

/// Longest time of a slice, in milliseconds: a third of a frame at 60 frames a second, as two may run between two frames.
pub const SLICE_MS: f64 = 5.0;

/// How often progress is drawn, in milliseconds: drawing a page takes longer than what is left of a frame beside a slice, and
/// what changes faster nobody can read.
const DRAW_EVERY_MS: f64 = 120.0;

/// States that are gone on from between two looks at the clock.
const FUEL: u32 = 64;

/// Most looks in a slice: some browsers round their clock to a tenth of a second, or stop it.
const MOST_LOOKS: u32 = 256;

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// States seen.
    pub states: u32,
    /// States seen in a second of searching, without what the browser did in between; 0 as long as no time has been
    /// measured.
    pub per_second: u32,
    /// Steps from the start to the states that are looked at now.
    pub depth: u32,
    /// Whether running it further changes nothing.
    pub ended: bool,
    /// Whether it ended because it saw as many states as it may: then nothing is proved.
    pub gave_up: bool,
}

/// When progress is to be drawn.
#[derive(Debug, Default)]
pub struct Pace {
    clock: Clock,
    drawn: f64,
}

impl Pace {
    /// Whether it is time to draw, which is then taken to be done. Without a clock it always is.
    pub fn is_due(&mut self) -> bool {
        let now = self.clock.now();
        let due = now - self.drawn >= DRAW_EVERY_MS || now <= 0.0;
        if due {
            self.drawn = now;
        }
        due
    }
}

/// A search that runs in slices.
#[derive(Debug)]
pub struct Sliced {
    search: RaceSearch,
    clock: Clock,
    /// Milliseconds spent searching.
    spent: f64,
}

impl Sliced {
    /// A search that has not started, with the limit that all searches have ([`MOST_STATES`]).
    ///
    /// # Errors
    /// [`NotThere`] when the race cannot be set up.
    pub fn new(choice: &Choice, aim: Aim) -> Result<Self, NotThere> {
        Self::with_limit(choice, aim, MOST_STATES)
    }

    /// The same, and at most `states` are seen.
    ///
    /// # Errors
    /// [`NotThere`] when the race cannot be set up.
    pub fn with_limit(choice: &Choice, aim: Aim, states: u32) -> Result<Self, NotThere> {
        Ok(Self::of(RaceModel::new(choice, aim)?, states))
    }

    /// A search of any model, in which at most `states` are seen.
    pub fn of(model: RaceModel, states: u32) -> Self {
        Self { search: RaceSearch::new(model, states), clock: Clock::default(), spent: 0.0 }
    }

    /// Searches for [`SLICE_MS`] at most.
    pub fn run_slice(&mut self) -> Report {
        let start = self.clock.now();
        let mut elapsed = 0.0;
        for _ in 0..MOST_LOOKS {
            let ended = self.search.run(FUEL).ended;
            elapsed = self.clock.now() - start;
            if ended || elapsed >= SLICE_MS {
                break;
            }
        }
        self.spent += elapsed;
        self.report()
    }

    /// How far it is.
    pub fn report(&self) -> Report {
        let progress = self.search.progress();
        Report {
            states: progress.states,
            per_second: per_second(progress.states, self.spent),
            depth: progress.depth as u32,
            ended: progress.ended,
            gave_up: progress.ended && matches!(self.search.verdict(), explore::Verdict::NotFinished { .. }),
        }
    }

    /// Milliseconds spent searching.
    pub const fn spent(&self) -> f64 {
        self.spent
    }

    /// What it has found by now.
    pub fn found(&self) -> Found {
        Found::of(&self.search)
    }
}

/// States in a second, of these in so many milliseconds; 0 as long as that cannot be told.
pub fn per_second(states: u32, spent: f64) -> u32 {
    #[expect(clippy::cast_sign_loss, reason = "neither states nor time are negative")]
    if spent > 0.0 { (f64::from(states) * 1000.0 / spent).round() as u32 } else { 0 }
}
