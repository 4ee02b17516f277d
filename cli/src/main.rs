//! `pagewalk`: page tables on the command line, as text that is read and as figures.
//!
//! Each subcommand is one file of `commands`: its arguments, and what it does with them. What they say of how they ended is
//! in `outcome`, what they read and write in `files`.

mod bench;
mod commands;
mod cores;
mod files;
mod outcome;
mod wish;

use std::process::ExitCode;

use clap::Parser;

use outcome::{Exit, Failure};

/// Reads what Linux, QEMU, crash and debuggers print of page tables, and draws walks of them.
#[derive(Debug, Parser)]
#[command(
    name = "pagewalk",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "\
Exit codes:
  0  read
  1  read, and there is something to look at (findings, differences)
  2  not readable or wrongly asked; one sentence on standard error says why

Every FILE may be `-` for standard input. Nothing leaves this machine.
`pagewalk COMMAND --help` has examples."
)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(exit) => exit.into(),
        // Whoever reads the output has seen enough: `pagewalk open FILE | head`.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Read.into(),
        Err(failure) => {
            eprintln!("pagewalk: {failure}");
            Exit::NotReadable.into()
        }
    }
}
