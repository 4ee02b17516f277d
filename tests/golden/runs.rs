//! Runs of scenarios and races as text. The only part of this test that uses our crates.

use std::fmt::Write as _;

use narrate::race::{self, Session};
use narrate::{Point, Timeline, point};
use pagewalk::Revision;
use pagewalk_tests::LIBRARY;
use pagewalk_tests::tables::tables_of;
use pgtable::VirtAddr;
use races::survey::search;
use races::{Choice, RaceLink};
use scenario::Setup;
use scenario::library::Scenario;
use scenario::link::{Grain, Link};

/// A run as text.
pub(crate) struct Run {
    /// Name of its file.
    pub(crate) name: String,
    /// What the file holds: what is run, then a line for each step.
    pub(crate) text: String,
}

/// Of like stops in a row, as many are written at the start; then the last one.
const LIKE_STOPS: u32 = 2;

/// Of a run with more lines than both together, so many are written from its start and from its end.
const FIRST_LINES: usize = 120;
const LAST_LINES: usize = 40;

/// All golden runs.
pub(crate) fn all() -> Vec<Run> {
    let walks = LIBRARY
        .scenarios()
        .flat_map(|scenario| kernels(scenario).into_iter().map(move |of| walk(scenario, of)));
    walks.chain(race_links().iter().map(race)).collect()
}

/// The kernels under which a scenario is recorded: its own, and one in which it goes otherwise if there is one.
fn kernels(scenario: &Scenario) -> Vec<Revision> {
    let own = scenario.revision;
    let other = match scenario.id {
        // The stale action is walked for in v7.1 and v6.12.107 only.
        "double-walk" => Revision::V7_3,
        // v6.16 could not install yet under these names.
        "install" => Revision::V6_12_107,
        _ if own == Revision::V7_3 => Revision::V6_16,
        _ => Revision::V7_3,
    };
    // A caller that is younger than that is recorded in the oldest kernel that has it.
    let exists = |&revision: &Revision| scenario.program.exists_in(revision) && revision != own;
    let other = [other].into_iter().chain(Revision::ALL).find(exists);
    [own].into_iter().chain(other).collect()
}

/// Most steps in the picture of a run.
const WIDTH: usize = 60;

/// The picture of each scenario in the gallery: its name, then a letter for each step with its runs folded, `A` for the first kind of
/// step. Of a long run it has as many steps as there is room for, evenly spread.
pub(crate) fn strips() -> String {
    let mut text = String::new();
    for scenario in LIBRARY.scenarios() {
        let setup = Setup::of(scenario);
        let (world, runner) = setup.start(&tables_of(&setup)).expect("the scenario runs on its machine");
        let mut timeline = Timeline::new(world, runner);
        while !timeline.record(100_000) {}
        let len = timeline.len(Grain::Runs) as usize;
        let width = len.min(WIDTH);
        let letter = |at: usize| {
            let mark = timeline.span(Grain::Runs, (at * len / width) as u32).mark;
            char::from(b'A' + mark as u8)
        };
        let _ = writeln!(text, "{} {}", scenario.id, (0..width).map(letter).collect::<String>());
    }
    text
}

/// A line of a walk.
enum Line {
    /// A stop, by its number.
    Stop(u32),
    /// So many stops that are not written because they are like the ones before.
    More(u32),
}

fn walk(scenario: &'static Scenario, revision: Revision) -> Run {
    let setup = Setup { revision, ..Setup::of(scenario) };
    let (world, runner) = setup.start(&tables_of(&setup)).expect("the scenario runs on its machine");
    let mut timeline = Timeline::new(world, runner);
    while !timeline.record(100_000) {}
    let mut lines = Vec::new();
    let mut stop = 0;
    for run in 0..timeline.len(Grain::Runs) {
        let stops = timeline.span(Grain::Runs, run).stops;
        let last = stop + stops - 1;
        if stops > LIKE_STOPS + 2 {
            lines.extend((stop..stop + LIKE_STOPS).map(Line::Stop));
            lines.push(Line::More(stops - LIKE_STOPS - 1));
            lines.push(Line::Stop(last));
        } else {
            lines.extend((stop..=last).map(Line::Stop));
        }
        stop = last + 1;
    }
    // Each point is computed from the state at its step, so only of those that are written.
    let text = cut(&lines, |line| match *line {
        Line::Stop(index) => {
            let span = timeline.span(Grain::Stops, index);
            let moment = timeline.moment(span.from, span.to);
            step(index, &point::point(&moment, span.mark, revision, VirtAddr(0)))
        }
        Line::More(number) => format!("…\t{number} more like it\n"),
    });
    let link = Link { setup, ..Link::default() };
    Run {
        name: format!("{}@{}@{}.txt", scenario.id, setup.tables.model().id, revision.id()),
        text: format!("#{link}\n{}\n{}\n\n{}", scenario.title, scenario.about, text),
    }
}

/// A step: its number, its mark, its sentence; then what else it explains, indented.
fn step(index: u32, point: &Point) -> String {
    let mut text = format!("{index}\t{}\t{}\n", point.mark.id(), point.sentence);
    if let Some(of) = &point.assertion {
        let (call, lock) = (&of.call, &of.lock);
        let _ = writeln!(text, "\t\t{call}: {lock} is to be {}; it is {}. {}", of.need, of.held, of.why);
        for more in of.consequence.iter().chain(&of.without_lockdep) {
            let _ = writeln!(text, "\t\t{more}");
        }
    }
    if let Some(of) = &point.delegation {
        let _ = writeln!(text, "\t\t{} {} {}", of.why, of.exchange, of.kernels);
    }
    text
}

/// The lines of a run as text, without those in its middle if there are too many.
fn cut<T>(lines: &[T], text: impl Fn(&T) -> String) -> String {
    let cut = lines.len().saturating_sub(FIRST_LINES + LAST_LINES);
    if cut == 0 {
        return lines.iter().map(text).collect();
    }
    let (first, rest) = lines.split_at(FIRST_LINES);
    let texts = |lines: &[T]| lines.iter().map(&text).collect::<String>();
    format!("{}…\t{cut} more lines\n{}", texts(first), texts(&rest[cut..]))
}

/// For each race a run in which it goes wrong, by a shortest way (`tests/races.rs` compares those with what the search
/// finds). Three races never go wrong: theirs is a run in which both CPUs come to their end. Of a race that is not here the
/// run is a shortest way to its goal, as it is offered first.
const RACES: &[&str] = &[
    "v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a",
    "v1/race/munmap-vmas/x86_64-4level/v6.17?lock=none&s=a22b14c2a",
    "v1/race/hot-remove/x86_64-4level/v6.16?lock=write&s=a21b6a",
    "v1/race/huge-vmap/x86_64-4level/v6.17?lock=write&s=a28b4a",
    "v1/race/huge-pud/x86_64-4level/v6.17?lock=write&s=a22b5a",
    "v1/race/other-mm/x86_64-4level/v7.1?lock=write&s=a27b4a",
    "v1/race/collapse/x86_64-4level/v7.1?lock=write&s=a27b6a",
    "v1/race/set-prot/arm64-4k-48/v6.18?rule=no-mutex&s=a2ba31b2",
    "v1/race/set-prot-dump/arm64-4k-48/v6.18?lock=write&s=a7b7a7b7a7b7a7b7a7b7a6b2",
    "v1/race/stale-action/x86_64-4level/v7.1?s=a20b5a12",
    "v1/race/pud-refault/x86_64-4level/v6.18?s=a14b4a4",
    "v1/race/retract/x86_64-4level/v7.3?lock=write&rule=kernel&s=a27b8ca",
    "v1/race/reclaim/x86_64-4level/v7.3?lock=write&rule=kernel&s=a27b10ca",
    "v1/race/page-fault/x86_64-4level/v7.3?lock=write&s=a7b7a7b4a25",
    "v1/race/vmalloc/x86_64-4level/v6.17?lock=read&s=a7b7a29",
    "v1/race/two-walkers/x86_64-4level/v6.17?lock=read&s=b4a21b10d2a",
    "v1/race/nested-read/x86_64-4level/v7.3?s=aba",
];

fn race_links() -> Vec<RaceLink> {
    let links: Vec<_> = RACES.iter().map(|text| RaceLink::parse(text).expect("a link to a race")).collect();
    for (link, problem) in &links {
        assert_eq!(*problem, [], "{link}");
    }
    let links: Vec<_> = links.into_iter().map(|(link, _)| link).collect();
    let others = races::RACES.into_iter().filter(|race| links.iter().all(|link| link.choice.race != *race));
    let others = others.map(|race| {
        let choice = Choice::first(race);
        let found = search(&choice).expect("the race starts");
        let goal = found.ways.into_iter().find(|(outcomes, _)| outcomes.intersects(race.aim));
        let schedule = goal.map(|(_, way)| way).unwrap_or_default();
        RaceLink { choice, schedule, step: 0 }
    });
    links.iter().cloned().chain(others).collect()
}

fn race(link: &RaceLink) -> Run {
    let choice = link.choice;
    let (mut session, problem) = Session::open(link).expect("the race starts");
    assert_eq!(problem, None, "{link}");
    let mut lines = Vec::new();
    for index in 0..=session.steps().len() {
        session.go_to(index);
        let point = race::point(&session.moment(), choice.revision, choice.race);
        lines.push(format!("{index}\t{}\t{}\n", point.mark.id(), point.sentence));
        if let Some(outcome) = point.outcome {
            lines.push(format!("\t\t{}. {}\n", outcome.what, outcome.why));
        }
    }
    Run {
        name: format!("race-{}@{}@{}.txt", choice.race.id, choice.model.id, choice.revision.id()),
        text: format!(
            "#{link}\n{}\n{}\n{}\n\n{}",
            choice.race.title,
            choice.race.about,
            choice.race.goal,
            cut(&lines, String::clone)
        ),
    }
}
