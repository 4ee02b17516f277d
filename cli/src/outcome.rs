//! How a command ends.

use std::io;
use std::process::ExitCode;

use texts::ReadError;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: read.
    Read,
    /// 1: read, and there is something to look at.
    Findings,
    /// 2: not readable.
    NotReadable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Read => 0,
            Exit::Findings => 1,
            Exit::NotReadable => 2,
        })
    }
}

/// Why a command could do nothing: one sentence each.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    /// A file cannot be opened or read.
    #[error("{name}: {error}")]
    Input {
        /// As it was given.
        name: String,
        /// What the system says.
        error: io::Error,
    },
    /// What a file holds cannot be read.
    #[error("{name}: {error}")]
    Text {
        /// As it was given.
        name: String,
        /// What is wrong.
        error: ReadError,
    },
    /// What was asked for cannot be read or does not exist.
    #[error("{0}")]
    Asked(String),
}
