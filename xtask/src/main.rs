//! How Pagewalk is built: `cargo xtask COMMAND`.
//!
//! Every command installs by itself what it needs and the machine lacks, says what it is doing, and ends with exit
//! code 0 (done), 1 (something is wrong with the project or the machine) or 2 (the command line cannot be understood).

mod apt;
mod bench;
mod browser;
mod checks;
mod commands;
mod error;
mod fuzz;
mod hosts;
mod in_browser;
mod lock;
mod mutants;
mod native;
mod package;
mod page;
mod perf;
mod process;
mod programs;
mod progress;
mod serve;
mod set_up;
mod size;
mod toolchain;
mod tools;
mod workspace;
mod yew_host;

use std::process::ExitCode;

use commands::Request;
use error::Error;
use workspace::Workspace;

/// The exit code of a command line that cannot be understood.
const MISUSED: u8 = 2;

fn main() -> ExitCode {
    let request = match commands::parse(std::env::args_os().skip(1)) {
        Ok(request) => request,
        Err(error) => {
            eprintln!("xtask: {error}");
            return ExitCode::from(MISUSED);
        }
    };
    match run(request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if error.needs_saying() {
                eprintln!("xtask: {error}");
            }
            error.exit_code()
        }
    }
}

fn run(request: Request) -> Result<(), Error> {
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
        Request::Package => package::run(&workspace),
        Request::Hosts { build } => hosts::run(&workspace, build),
        Request::TrunkHook => page::build_for_trunk(&workspace),
        Request::Size { build } => size::run(&workspace, build),
        Request::Perf { program, beside } => perf::run(&workspace, program, beside.as_deref()),
        Request::Test { only } => checks::run(workspace, &only),
        Request::Bench => bench::run(&workspace),
        Request::Fuzz { seconds } => fuzz::run(&workspace, seconds),
        Request::Mutants { arguments } => mutants::run(&workspace, &arguments),
        Request::SetUp { tests } => set_up::run(&workspace, tests),
        Request::Program { program, arguments } => program.run(&workspace, &arguments),
    }
}
