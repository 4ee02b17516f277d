//! `cargo xtask races`: searches every interleaving of every variant of the races, and compares the verdicts.
//!
//! With the argument `every`: every variant that can be chosen, on every machine, also those that no table shows. Names of races behind it:
//! of these only.
//!
//! Prints the tables: what can go wrong, the steps of the shortest way to it, and how many states there are. Then each variant whose
//! verdict is another one, with a link, and at the end `N passed, N failed`. Exits with 1 when one differs.

use std::io::Write;
use std::process::ExitCode;

use races::survey::search;
use races::{
    Choice, Found, Outcomes, Place, RACES, Race, RaceDef, RaceLink, Row, Survey, Table, short, verdicts,
};

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|argument| argument == "every") {
        return every(&std::env::args().skip(2).collect::<Vec<_>>());
    }
    let mut survey = Survey::new();
    while let Some(variant) = survey.next() {
        let found = search(&survey.variants()[variant].choice);
        survey.put(variant, found);
    }
    let mut tally = Tally::default();
    say(
        "In each cell: what can go wrong, the steps of the shortest way to it, the states that were seen.\n\n",
    );
    for (number, table) in verdicts::tables().enumerate() {
        say(&tally.table(&survey, number, table));
    }
    let Tally { passed, failures } = tally;
    say(&failures.concat());
    say(&format!("{passed} passed, {} failed\n", failures.len()));
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Searches every variant that can be chosen, race by race: of these, or of all.
fn every(names: &[String]) -> ExitCode {
    let mut failed = 0;
    if let Some(name) = names.iter().find(|name| RaceDef::from_id(name).is_none()) {
        say(&format!("there is no race {name}\n"));
        return ExitCode::FAILURE;
    }
    let asked = |race: &Race| names.is_empty() || names.iter().any(|name| name == race.id);
    for race in RACES.into_iter().filter(asked) {
        let (mut variants, mut states) = (0u32, 0u64);
        let mut failures = String::new();
        for choice in Choice::every(race) {
            let found = search(&choice);
            variants += 1;
            states += found.as_ref().map_or(0, |found| u64::from(found.states));
            let expected = verdicts::of(&choice);
            if !found.as_ref().is_ok_and(|found| expected.is_some_and(|expected| found.is(expected))) {
                failed += 1;
                let found = found.map_or_else(|error| error.to_string(), |found| short(found.outcomes));
                let expected = expected.map_or_else(|| "nothing".to_owned(), short);
                let failure = format!("FAIL  {choice:?}: {expected} is expected, {found} is found\n");
                failures.push_str(&failure);
            }
        }
        say(&format!("{}: {variants} variants, {states} states\n{failures}", race.id));
    }
    say(&format!("{failed} failed\n"));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints. A reader that has gone away, such as `head`, is no reason to panic as `print!` does.
fn say(text: &str) {
    let _ = write!(std::io::stdout(), "{text}");
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failures: Vec<String>,
}

impl Tally {
    /// A table, with a line of headings, as wide as its cells are.
    fn table(&mut self, survey: &Survey, number: usize, table: &Table) -> String {
        let mut lines = vec![vec![String::new()]];
        lines[0].extend(table.columns.headings().map(str::to_owned));
        for (row, places) in table.rows.iter().zip(survey.table(number)) {
            let cells = places.iter().map(|place| match place {
                Some(place) => self.place(survey, table, row, *place),
                None => "-".to_owned(),
            });
            lines.push([row.label.to_owned()].into_iter().chain(cells).collect());
        }
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
        let mut text = format!("{}  {}\n", table.id, table.title);
        for line in &lines {
            let padded = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            text.push_str(format!("  {}", padded.collect::<Vec<_>>().join("  ")).trim_end());
            text.push('\n');
        }
        let said = table.rows.iter().filter(|row| !row.says.is_empty());
        text.extend(said.map(|row| format!("  {}: {}\n", row.label, row.says)));
        text.push('\n');
        text
    }

    fn place(
        &mut self,
        survey: &Survey,
        table: &Table,
        row: &Row,
        Place { variant, expected }: Place,
    ) -> String {
        let variant = &survey.variants()[variant];
        let Some(Ok(found)) = &variant.found else {
            let why = variant.found.as_ref().and_then(|found| found.as_ref().err());
            let why = why.map_or_else(|| "was not searched".to_owned(), ToString::to_string);
            self.failures.push(format!("FAIL  {} {}: {why}\n", table.id, row.label));
            return "?".to_owned();
        };
        if found.is(expected) {
            self.passed += 1;
        } else {
            self.failures.push(failure(table, row, &variant.choice, expected, found));
        }
        let steps = found.shortest().map_or_else(|| "-".to_owned(), |schedule| schedule.len().to_string());
        let mark = if found.is(expected) { "" } else { "!" };
        format!("{mark}{} {steps} {}", short(found.outcomes), found.states)
    }
}

fn failure(table: &Table, row: &Row, choice: &Choice, expected: Outcomes, found: &Found) -> String {
    let links = found.ways.iter().map(|(outcomes, schedule)| {
        let link = RaceLink { choice: *choice, schedule: schedule.clone(), step: 0 };
        format!("      {}: #{link}\n", short(*outcomes))
    });
    let cut = if found.complete { "" } else { ", and there are more states than are looked at" };
    format!(
        "FAIL  {} {}: {} is expected, {} is found{cut}\n{}",
        table.id,
        row.label,
        short(expected),
        short(found.outcomes),
        links.collect::<String>(),
    )
}
