//! The same small race for another explicit-state checker: spin, as Debian has it, on one thread.
//!
//! What it searches is `munmap.pml`, which we wrote from our own script of the race. Spin makes a C program of a model and a C
//! compiler a checker of that; without reduction (`NOREDUCE`), as our search leaves no order out either.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::{env, fs, io, process};

use serde_json::{Value, json};

/// The race in spin's language.
const MODEL: &str = include_str!("../munmap.pml");

/// How often the checker is run: the best one counts, as everywhere here.
const RUNS: usize = 5;

/// Why there is no figure.
#[derive(Debug)]
pub enum NotMeasured {
    /// A program that it takes is not installed.
    NotInstalled(&'static str),
    /// It did something that was not expected.
    Failed(String),
}

impl NotMeasured {
    /// As a figure that says so.
    pub fn figure(&self) -> Value {
        let why = match self {
            Self::NotInstalled(program) => {
                format!("{program} is not installed: nothing is compared (Debian: apt install spin gcc)")
            }
            Self::Failed(what) => format!("nothing is compared: {what}"),
        };
        json!({"figure": "spin", "measured": false, "why": why})
    }
}

/// What spin has found and how fast. Returns the figure, and states a second of the best run.
///
/// # Errors
/// [`NotMeasured`], where a program is missing, or does not do what is expected of it.
pub fn measure() -> Result<(Value, f64), NotMeasured> {
    let folder = env::temp_dir().join(format!("pagewalk-spin-{}", process::id()));
    let result = fs::create_dir_all(&folder)
        .map_err(|error| NotMeasured::Failed(format!("{}: {error}", folder.display())))
        .and_then(|()| measure_in(&folder));
    // What is left there hurts nobody.
    let _ = fs::remove_dir_all(&folder);
    result
}

fn measure_in(folder: &Path) -> Result<(Value, f64), NotMeasured> {
    fs::write(folder.join("munmap.pml"), MODEL).map_err(|error| NotMeasured::Failed(error.to_string()))?;
    let find = checker(folder, "find", &["-DFIND", "-DROUNDS=1"])?;
    if number(&find, "errors: ") != Some(1.0) {
        return Err(NotMeasured::Failed("spin finds no order that goes wrong".to_owned()));
    }
    let once = number(&checker(folder, "once", &["-DROUNDS=1"])?, " states, stored");
    checker(folder, "all", &[])?;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let said = run(folder, folder.join("all"), &RUN)?;
        match (number(&said, " states, stored"), number(&said, "elapsed time ")) {
            (Some(states), Some(seconds)) if seconds > 0.0 => runs.push((states / seconds, states)),
            _ => return Err(NotMeasured::Failed("spin's checker says neither states nor time".to_owned())),
        }
    }
    runs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let ((per_second, states), (best, _)) = (runs[RUNS / 2], runs[RUNS - 1]);
    let figure = json!({
        "figure": "spin", "measured": true, "race": "munmap", "states_of_one_round": once, "states": states,
        "states_per_second": best.round(), "states_per_second_median": per_second.round(),
    });
    Ok((figure, best))
}

/// Arguments of a checker: no end is invalid, 2^22 slots in its hash table, all of the search's depth, no list of what was never run.
const RUN: [&str; 4] = ["-E", "-w22", "-m200000", "-n"];

/// Makes a checker and runs it once. Returns what it says.
fn checker(folder: &Path, name: &str, defines: &[&str]) -> Result<String, NotMeasured> {
    run(folder, "spin", &[&["-a"], defines, &["munmap.pml"]].concat())?;
    run(folder, "gcc", &["-O2", "-DSAFETY", "-DNOREDUCE", "-o", name, "pan.c"])?;
    run(folder, folder.join(name), &RUN)
}

fn run(folder: &Path, program: impl AsRef<OsStr>, arguments: &[&str]) -> Result<String, NotMeasured> {
    let program = program.as_ref();
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| match (error.kind(), program.to_str()) {
        (io::ErrorKind::NotFound, Some("spin")) => NotMeasured::NotInstalled("spin"),
        (io::ErrorKind::NotFound, Some("gcc")) => NotMeasured::NotInstalled("gcc"),
        _ => NotMeasured::Failed(format!("{}: {error}", program.display())),
    })?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(said)
    } else {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().chain(errors.lines()).last().unwrap_or_default().to_owned();
        Err(NotMeasured::Failed(format!("{}: {}: {last}", program.display(), output.status)))
    }
}

/// The number beside some words: behind them, or where these begin with a space, before them.
fn number(said: &str, words: &str) -> Option<f64> {
    let (before, behind) = said.split_once(words)?;
    let number = if words.starts_with(' ') {
        before.split_whitespace().next_back()
    } else {
        behind.split_whitespace().next()
    };
    number?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkers_figures_are_read() {
        let said = "State-vector 36 byte, depth reached 55, errors: 0\n     1501 states, stored\npan: elapsed time 0.12 seconds\n";
        assert_eq!(number(said, " states, stored"), Some(1501.0));
        assert_eq!((number(said, "elapsed time "), number(said, "errors: ")), (Some(0.12), Some(0.0)));
        assert_eq!(number(said, "rate "), None);
    }

    #[test]
    fn what_is_missing_is_said() {
        let figure = NotMeasured::NotInstalled("spin").figure().to_string();
        assert!(figure.contains("spin is not installed: nothing is compared"), "{figure}");
    }
}
