//! The matrix of verdicts being searched, and what of it is open.

use crate::search::{Sliced, per_second};
use races::{Aim, Survey, verdicts};

/// What is known, and what is open.
#[derive(Debug)]
pub struct Surveying {
    /// What was found.
    pub survey: Survey,
    /// The variant that is being searched.
    pub running: Option<(usize, Sliced)>,
    /// Whether it goes on by itself.
    pub going: bool,
    /// By table, those included that are not here: whether it is open; behind them, whether the table of what is equal is.
    pub open: Vec<bool>,
    /// States that were seen in the variants that are finished.
    states: u32,
    /// Milliseconds spent on these.
    spent: f64,
    /// For those who do not see the progress: said when there is something to say, not for each variant.
    pub said: String,
}

impl Default for Surveying {
    fn default() -> Self {
        let open = verdicts::ABOUTS.iter().map(|table| table.names[0] == "patch").chain([false]).collect();
        let survey = Survey::new();
        Self { survey, running: None, going: true, open, states: 0, spent: 0.0, said: String::new() }
    }
}

impl Surveying {
    /// States seen so far, those of the variant that is being searched included.
    pub fn seen(&self) -> u32 {
        self.states + self.running.as_ref().map_or(0, |(_, sliced)| sliced.report().states)
    }

    /// States seen in a second of searching; 0 as long as that cannot be told.
    pub fn per_second(&self) -> u32 {
        let running = self.running.as_ref().map_or(0.0, |(_, sliced)| sliced.spent());
        per_second(self.seen(), self.spent + running)
    }

    /// Searches for a few milliseconds.
    pub fn slice(&mut self) {
        let Some(variant) = self.survey.next() else { return };
        // What was begun is finished, unless another one has been asked for: then it starts anew when its turn comes.
        let begun = self.running.take().filter(|(of, _)| *of == variant).map(|(_, sliced)| sliced);
        let choice = self.survey.variants()[variant].choice;
        let mut sliced = match begun.map_or_else(|| Sliced::new(&choice, Aim::Everything), Ok) {
            Ok(sliced) => sliced,
            Err(error) => {
                self.survey.put(variant, Err(error));
                return;
            }
        };
        let report = sliced.run_slice();
        if !report.ended {
            self.running = Some((variant, sliced));
            return;
        }
        self.states += report.states;
        self.spent += sliced.spent();
        self.survey.put(variant, Ok(sliced.found()));
    }

    /// Says what has come of it.
    pub fn say_end(&mut self) {
        let tally = self.survey.total();
        let verdicts = match tally.differs {
            0 => "each verdict is the expected one".to_owned(),
            differs => format!("{differs} of {} verdicts differ from what is expected", tally.all),
        };
        self.said = format!("All {} variants are searched: {verdicts}.", self.survey.done());
    }
}
