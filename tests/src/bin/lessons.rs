//! For who writes a lesson: what a figure shows, step by step.
//!
//! `cargo run -p pagewalk-tests --bin lessons -- 'debug-user?lock=read'` prints a line for each step of that run, or of the race's schedule:
//! its number, its kind, what it says; of a race also what a search finds. Without an address, all lessons are checked.

use std::io::{self, Write as _};
use std::process::ExitCode;

use pagewalk_tests::lessons::{self, Figure};

fn main() -> ExitCode {
    let mut figures = std::env::args().skip(1).peekable();
    if figures.peek().is_some() {
        for figure in figures {
            let figure = match Figure::open(&figure) {
                Ok(figure) => figure,
                Err(error) => {
                    eprintln!("{figure}: {error}");
                    return ExitCode::FAILURE;
                }
            };
            // Who wants only the first lines closes the pipe.
            if figure.lines().chain(figure.ways()).any(|line| writeln!(io::stdout(), "{line}").is_err()) {
                break;
            }
        }
        return ExitCode::SUCCESS;
    }
    let problems = lessons::check_all();
    for problem in &problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
