//! Everything that must stay true, each under its own name.
//!
//! A check installs what it needs; one that fails does not keep the others from running.

mod context;
mod in_browser;
mod runner;
mod table;

use std::time::Instant;

use crate::error::{CheckError, Error};
use crate::progress::elapsed;
use crate::workspace::Workspace;
use context::Context;
use table::CHECKS;

/// Something that must stay true.
#[derive(Debug)]
pub(crate) struct Check {
    /// What `--only` calls it.
    pub(crate) name: &'static str,
    about: &'static str,
    run: fn(&Context) -> Result<(), Error>,
}

/// Runs `checks` in order, and says at the end how each went.
pub(crate) fn run(workspace: Workspace, checks: &[&Check]) -> Result<(), Error> {
    let context = Context::new(workspace);
    let mut table = vec![String::from("check        result  time")];
    let mut failed = 0;
    for check in checks {
        println!("\n=== {}: {}", check.name, check.about);
        let start = Instant::now();
        let outcome = (check.run)(&context);
        let time = elapsed(start.elapsed());
        let result = match outcome {
            Ok(()) => {
                println!("--- {}: passed in {time}", check.name);
                "passed"
            }
            Err(reason) => {
                failed += 1;
                println!("--- {}: FAILED in {time}: {reason}", check.name);
                "FAILED"
            }
        };
        table.push(format!("{:12} {result}  {time}", check.name));
    }
    println!("\n{}\n\n{} passed, {failed} failed", table.join("\n"), checks.len() - failed);
    if failed == 0 { Ok(()) } else { Err(CheckError::Failed(failed).into()) }
}

/// The check of that name.
pub(crate) fn named(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

/// Those of all checks that are among `only`, or all if that is empty; in their usual order, and each once.
pub(crate) fn selected(only: &[&'static Check]) -> Vec<&'static Check> {
    CHECKS
        .iter()
        .filter(|check| only.is_empty() || only.iter().any(|wanted| wanted.name == check.name))
        .collect()
}

/// The names of all checks, in one line.
pub(crate) fn names() -> String {
    CHECKS.iter().map(|check| check.name).collect::<Vec<_>>().join(", ")
}

/// A line for each check.
pub(crate) fn lines() -> impl Iterator<Item = String> {
    CHECKS.iter().map(|check| format!("  {:12} {}", check.name, check.about))
}
