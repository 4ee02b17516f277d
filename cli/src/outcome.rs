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
    /// Only three formats are printed again.
    #[error(
        "{name}: a text of {format} is not printed again: that is done for kernel_page_tables of x86-64, arm64 and riscv with the columns of v7.3"
    )]
    NoPrinter {
        /// As it was given.
        name: String,
        /// The format.
        format: &'static str,
    },
    /// Standard input is asked for twice.
    #[error("only one of the two texts can be standard input: give the other one a file")]
    BothStdin,
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
