//! `cargo xtask conformance [DIR]`: does what the kernel's own `mm/pagewalk.c` did, and compares.
//!
//! Prints each case that differs with its first difference, both sides below each other; a table of what passed by
//! geometry, entry point and version; and at the end `N passed, N failed`. Exits with 1 when a case differs, and with 2 when
//! a file or a line cannot be used; all other lines are run nevertheless.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pagewalk_tests::conformance::{Case, ConformanceError, Line, check, default_dir, find, for_each_line};

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
        Ok(()) if tally.unreadable > 0 => ExitCode::from(2),
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
    /// Lines that are no case.
    unreadable: usize,
}

impl Tally {
    fn take(&mut self, line: Result<Line, ConformanceError>) {
        match line {
            Ok(Line::Classification) => {}
            Ok(Line::Case(case)) => self.check(&case),
            Err(error) => {
                self.unreadable += 1;
                say(&format_args!("BAD   {error}\n"));
            }
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
        self.scores.is_empty() && self.unreadable == 0
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
        write!(f, "{:<62}", "passed/total")?;
        for version in &versions {
            write!(f, "{version:>9}")?;
        }
        writeln!(f)?;
        for (geometry, function) in rows {
            write!(f, "{geometry:<22} {function:<39}")?;
            for &version in &versions {
                let cell = self.scores.get(&(geometry, function, version.to_owned()));
                let cell =
                    cell.map_or_else(String::new, |Score { passed, total }| format!("{passed}/{total}"));
                write!(f, "{cell:>9}")?;
            }
            writeln!(f)?;
        }
        let mut totals: BTreeMap<&str, Score> = BTreeMap::new();
        for ((_, _, version), score) in &self.scores {
            let total = totals.entry(version).or_default();
            total.passed += score.passed;
            total.total += score.total;
        }
        write!(f, "{:<62}", "all")?;
        for Score { passed, total } in totals.values() {
            write!(f, "{:>9}", format!("{passed}/{total}"))?;
        }
        writeln!(f)?;
        if self.unreadable > 0 {
            writeln!(f, "{} lines are no case", self.unreadable)?;
        }
        writeln!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}
