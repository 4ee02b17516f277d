//! `cargo xtask conformance [DIR]`: does what the kernel's own `mm/pagewalk.c` did, and compares.
//!
//! Prints each case that differs with its first difference, a table of what passed, what was skipped and why,
//! and at the end `N passed, N failed`. Exits with 1 when a case differs and with 2 when a file cannot be
//! used.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pagewalk_tests::conformance::{
    Case, ConformanceError, Line, Skip, check, default_dir, find, for_each_line,
};

fn main() -> ExitCode {
    let dir = std::env::args_os().nth(1).map_or_else(default_dir, PathBuf::from);
    let mut tally = Tally::default();
    let result = run(&dir, &mut tally);
    say(&tally);
    match result {
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::from(2)
        }
        Ok(()) if tally.failed() > 0 => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
    }
}

/// Prints. A reader that has gone away, such as `head`, is no reason to panic as `print!` does.
fn say(text: &impl fmt::Display) {
    let _ = write!(std::io::stdout(), "{text}");
}

fn run(dir: &Path, tally: &mut Tally) -> Result<(), ConformanceError> {
    for file in find(dir)? {
        for_each_line(&file, |line| tally.take(line))?;
    }
    // Nothing to compare is no success.
    if tally.is_empty() { Err(ConformanceError::Empty(dir.to_owned())) } else { Ok(()) }
}

#[derive(Clone, Copy, Default)]
struct Score {
    passed: usize,
    total: usize,
}

/// What came out, by geometry, function and kernel version.
#[derive(Default)]
struct Tally {
    scores: BTreeMap<(&'static str, &'static str, String), Score>,
    skipped: BTreeMap<Skip, usize>,
}

impl Tally {
    fn take(&mut self, line: Line) {
        match line {
            Line::Classification => {}
            Line::Skipped(why) => *self.skipped.entry(why).or_default() += 1,
            Line::Case(case) => self.check(&case),
        }
    }

    fn check(&mut self, case: &Case) {
        let key = (case.model().id, case.function(), case.version.clone());
        let score = self.scores.entry(key).or_default();
        score.total += 1;
        match check(case) {
            None => score.passed += 1,
            Some(difference) => {
                let Case { id, version, note, .. } = case;
                let (geometry, function) = (case.model().id, case.function());
                say(&format_args!(
                    "FAIL  {id}: {function}() of {version} on {geometry} {note}\n{difference}\n"
                ));
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.scores.is_empty() && self.skipped.is_empty()
    }

    fn passed(&self) -> usize {
        self.scores.values().map(|score| score.passed).sum()
    }

    fn failed(&self) -> usize {
        self.scores.values().map(|score| score.total - score.passed).sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions: BTreeSet<&str> = self.scores.keys().map(|(_, _, version)| version.as_str()).collect();
        let rows: BTreeSet<_> =
            self.scores.keys().map(|&(geometry, function, _)| (geometry, function)).collect();
        write!(f, "{:<15}{:<38}", "passed/total", "")?;
        for version in &versions {
            write!(f, "{version:>9}")?;
        }
        writeln!(f)?;
        for (geometry, function) in rows {
            write!(f, "{geometry:<15}{function:<38}")?;
            for &version in &versions {
                let cell = self.scores.get(&(geometry, function, version.to_owned()));
                let cell =
                    cell.map_or_else(String::new, |Score { passed, total }| format!("{passed}/{total}"));
                write!(f, "{cell:>9}")?;
            }
            writeln!(f)?;
        }
        for (why, count) in &self.skipped {
            writeln!(f, "{count} skipped: {why}")?;
        }
        writeln!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}
