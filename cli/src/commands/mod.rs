//! The subcommands, one file each.

mod check;
mod completions;
mod decode;
mod diff;
mod dump;
mod explain;
mod figure;
mod kernel;
mod open;
mod race;
mod standalone;
mod walk;

use clap::Subcommand;

use crate::outcome::{Exit, Failure};

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Open(open::Args),
    Decode(decode::Args),
    Explain(explain::Args),
    Dump(dump::Args),
    Walk(walk::Args),
    Kernel(kernel::Args),
    Figure(figure::Args),
    Standalone(standalone::Args),
    Race(race::Args),
    Check(check::Args),
    Diff(diff::Args),
    Completions(completions::Args),
}

impl Command {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Open(args) => args.run(),
            Self::Decode(args) => args.run(),
            Self::Explain(args) => args.run(),
            Self::Dump(args) => args.run(),
            Self::Walk(args) => args.run(),
            Self::Kernel(args) => args.run(),
            Self::Figure(args) => args.run(),
            Self::Standalone(args) => args.run(),
            Self::Race(args) => args.run(),
            Self::Check(args) => args.run(),
            Self::Diff(args) => args.run(),
            Self::Completions(args) => args.run(),
        }
    }
}
