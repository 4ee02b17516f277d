//! Why there is no figure.

use scenario::SetupError;

/// Most bytes of an SVG.
pub const MAX_BYTES: usize = 30_000;

/// What of a run can be asked for: it has steps 0 to the last one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FigureError {
    /// The tables of a captured machine are not here.
    #[error(
        "the tables of {0} are those of a machine that booted, and are not in this program: give the file that has them"
    )]
    NoTables(&'static str),
    /// The address names the tables of a file that somebody opened.
    #[error(
        "this link shows tables that somebody opened from a file ({0}), which a link cannot carry: give that file"
    )]
    NoFile(String),
    /// A file was given, and the address names tables of another one.
    #[error("this link shows the tables of another file ({wanted}) than the one that was given ({found})")]
    OtherFile {
        /// In the address.
        wanted: String,
        /// What was given.
        found: String,
    },
    /// A file was given, and the scenario does not run on it.
    #[error("the scenario {scenario} does not run on the tables of a file: {why}")]
    NotOnFile {
        /// Which scenario.
        scenario: &'static str,
        /// What it asks for.
        why: &'static str,
    },
    /// A file was given for a race, whose tables are made for it.
    #[error("a race runs on tables that are made for it: no file can be given")]
    FileForRace,
    /// The run cannot start.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The race cannot start.
    #[error(transparent)]
    NotThere(#[from] races::NotThere),
    /// The run has no such step.
    #[error("there is no step {asked}: {what} has steps 0 to {last}")]
    NoStep {
        /// What was asked for.
        asked: u32,
        /// "this walk", "this schedule".
        what: &'static str,
        /// The last one.
        last: u32,
    },
    /// More steps than a strip or a table has room for.
    #[error(
        "{asked} steps are too many for {what}: choose at most {most}, for example with --steps {from}..{to}"
    )]
    TooMany {
        /// How many were asked for.
        asked: u32,
        /// "a strip", "a table as SVG".
        what: &'static str,
        /// How many there may be.
        most: u32,
        /// The first step.
        from: u32,
        /// The last step that would fit.
        to: u32,
    },
    /// More bytes than a figure may have.
    #[error("this figure has {0} bytes, more than {max}: choose fewer steps", max = MAX_BYTES)]
    TooLarge(usize),
    /// A strip of a race.
    #[error("a race is drawn as lanes, not as a strip of steps: --table lists its steps")]
    StripOfRace,
    /// Nothing goes wrong in the race.
    #[error(
        "there is no counterexample: nothing goes wrong in any order of steps ({0} states visited); a schedule (s=\u{2026}) can be drawn"
    )]
    Safe(u32),
    /// The search was given up.
    #[error("no counterexample was found in {0} states, and there are more: give a schedule (s=\u{2026})")]
    NotFinished(u32),
    /// The schedule of the address does not fit.
    #[error("{0}")]
    Schedule(String),
}
