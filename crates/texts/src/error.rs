//! Why a text cannot be read at all.

use crate::Machine;
use crate::problem::Problem;

/// A text cannot be read: one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No bytes.
    #[error("the text is empty")]
    Empty,
    /// Nothing but blanks.
    #[error("the text has {0} bytes, and all of them are blanks or zeros")]
    Blank(u64),
    /// Nothing but lines that no program prints.
    #[error("line {0} has more than 64 KiB, as a file that is no text has, and no other line says anything")]
    Long(u32),
    /// No format knows it.
    #[error(
        "line {line}, column {column}: this is in no format that is read here; it begins with \u{201c}{begins}\u{201d} (`pagewalk open --help` lists the formats)"
    )]
    Unrecognised {
        /// How it begins.
        begins: String,
        /// The first line that is not blank.
        line: u32,
        /// Where it begins.
        column: u32,
    },
    /// Its format was told or recognised, and no line of it can be read.
    #[error("no line can be read as {format}{}", first.as_ref().map(|problem| format!(": {problem}")).unwrap_or_default())]
    Nothing {
        /// The format.
        format: &'static str,
        /// The first problem.
        first: Option<Problem>,
    },
    /// The machine that was asked for is not of the format's architecture.
    #[error("a text of {format} is never of {}; those that it can be of are {}", machine.id, fitting.join(", "))]
    Machine {
        /// The format.
        format: &'static str,
        /// What was asked for.
        machine: Machine,
        /// What can be asked for.
        fitting: Vec<&'static str>,
    },
}

/// At most this much of a foreign text goes into a message.
pub(crate) fn clip(text: &str) -> String {
    text.chars().take(40).map(|char| if char.is_control() { '\u{b7}' } else { char }).collect()
}
