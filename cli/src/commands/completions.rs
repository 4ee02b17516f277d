//! `pagewalk completions SHELL`.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::files::output;
use crate::outcome::{Exit, Failure};

/// Print what a shell needs to complete this program's arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pagewalk completions bash > ~/.local/share/bash-completion/completions/pagewalk")]
pub(crate) struct Args {
    /// The shell.
    shell: Shell,
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        // clap_complete writes by itself and panics where it cannot: it gets a buffer.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::Cli::command(), "pagewalk", &mut script);
        let mut out = output();
        out.write_all(&script)?;
        out.flush()?;
        Ok(Exit::Read)
    }
}
