//! Other programs that did not do what they were started for.

use std::io;

/// What went wrong with a program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("cannot start `{command}`: {source}; install it, or put it on PATH")]
    NotStarted { command: String, source: io::Error },

    #[error("`{command}` failed with {status}; its own messages are above")]
    Failed { command: String, status: String },

    /// A program of ours ended with this code and has said why.
    #[error("the program ended with exit code {0}")]
    Program(u8),
}
