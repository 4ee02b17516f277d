//! The subcommands, one file each.

mod completions;

use clap::Subcommand;

use crate::outcome::{Exit, Failure};

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Completions(completions::Args),
}

impl Command {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Completions(args) => args.run(),
        }
    }
}
