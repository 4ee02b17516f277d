//! How Pagewalk is built: `cargo xtask COMMAND`.
//!
//! Every command installs by itself what it needs and the machine lacks, says what it is doing, and ends with exit
//! code 0 (done), 1 (something is wrong with the project or the machine) or 2 (the command line cannot be understood).

mod browser;
mod checks;
mod commands;
mod error;
mod glue;
mod lock;
mod page;
mod process;
mod programs;
mod progress;
mod serve;
mod size;
mod toolchain;
mod tools;
mod workspace;

use std::process::ExitCode;

use commands::Request;
use error::Error;
use workspace::Workspace;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if error.needs_saying() {
                eprintln!("xtask: {error}");
            }
            error.exit_code()
        }
    }
}

fn run() -> Result<(), Error> {
    let request = commands::parse(std::env::args_os().skip(1))?;
    let workspace = Workspace::here();
    match request {
        Request::List => {
            println!("{}", commands::list());
            Ok(())
        }
        Request::Help(entry) => {
            println!("{}", entry.help());
            Ok(())
        }
        Request::Serve { port } => serve::run(&workspace, port),
        Request::Dist => page::build(&workspace).map(drop),
        Request::Size { build } => size::run(&workspace, build),
        Request::Test { only } => checks::run(workspace, &only),
        Request::SetUp { tests } => commands::set_up(&workspace, tests),
        Request::Program { program, arguments } => program.run(&workspace, &arguments),
    }
}
