//! No address is too broken to be read: it opens something, and what is opened has an address that is all right.

use narrate::race::{self, Session, Tape};
use narrate::{Timeline, point};
use pagewalk_tests::LIBRARY;
use pagewalk_tests::addresses::{VALID, broken};
use pagewalk_tests::tables::tables_of;
use pgtable::VirtAddr;
use proptest::prelude::*;
use races::compose::ComposeLink;
use races::compose::link::MAX_BYTES;
use races::{Composition, RaceLink, short};
use scenario::{CompareLink, Link, Setup};

/// Reads an address as a page does, and what it opens again. Returns whether something was wrong with it.
fn opens(address: &str) -> Result<bool, TestCaseError> {
    if let Some((link, problems)) = RaceLink::parse(address) {
        // A step beyond the end is said, and the last one is shown.
        let step = link.step.min(link.schedule.len() as u32);
        let shown = RaceLink { step, ..link };
        let text = shown.to_string();
        prop_assert_eq!(RaceLink::parse(&text), Some((shown, vec![])), "{}", text);
        return Ok(says(&problems));
    }
    if let Some((link, problems)) = ComposeLink::parse(address) {
        let step = link.step.min(link.schedule.len() as u32);
        let shown = ComposeLink { step, ..link };
        let text = shown.to_string();
        prop_assert!(text.len() <= MAX_BYTES, "{}", text);
        if text.contains("s=") {
            prop_assert_eq!(ComposeLink::parse(&text), Some((shown, vec![])), "{}", text);
        } else {
            prop_assert_eq!(Composition::parse(&text), Some((shown.of, vec![])), "{}", text);
        }
        return Ok(says(&problems));
    }
    let (link, problems) = Link::parse(address, &LIBRARY);
    prop_assert!(link.setup.scenario.tables_on(link.setup.tables.model()).is_some(), "{}", address);
    let text = link.to_string();
    // What a scenario does not ask for is not in its address: `init` where nobody takes a second lock.
    let (again, none) = Link::parse(&text, &LIBRARY);
    prop_assert_eq!((again.to_string(), none), (text, vec![]));
    Ok(says(&problems))
}

/// Whether there is a problem: a sentence for a person, however long the address is.
fn says(problems: &[impl ToString]) -> bool {
    for sentence in problems.iter().map(ToString::to_string) {
        assert!((10..300).contains(&sentence.len()), "{sentence}");
    }
    !problems.is_empty()
}

#[test]
fn every_broken_address_opens_something() -> Result<(), TestCaseError> {
    let mut problems = 0;
    for address in broken() {
        problems += usize::from(opens(&address)?);
    }
    // A beginning of an address is often one that is all right.
    assert!(problems >= 300, "{problems}");
    Ok(())
}

#[test]
fn every_valid_address_of_walks_and_races_is_all_right() -> Result<(), TestCaseError> {
    for address in VALID.into_iter().filter(|address| {
        !["callers", "verdicts", "compare", "safe", "learn"].iter().any(|of| address.contains(of))
    }) {
        assert!(!opens(address)?, "{address}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_opens_something(text in "(?s).{0,200}") {
        opens(&text)?;
        opens(&format!("#{text}"))?;
    }

    #[test]
    fn any_text_inside_a_valid_address_opens_something(
        form in 0..VALID.len(), at in 0usize..80, text in "(?s)[/?&=#%a-z0-9.+-]{0,12}|.{0,6}", keep: bool,
    ) {
        let valid = VALID[form];
        let (before, after) = valid.split_at(at.min(valid.len()));
        opens(&format!("{before}{text}{}", if keep { after } else { "" }))?;
    }
}

/// What a link opens, in the words of `kept/links.txt`; the link must be all right.
fn opened(link: &str, what: &str) -> String {
    match what {
        "race" => {
            let (race, problems) = RaceLink::parse(link).expect("a race");
            assert_eq!(problems, [], "{link}");
            let (session, problem) = Session::open(&race).expect("it starts");
            assert_eq!(problem, None, "{link}");
            let point = race::point(&session.moment(), race.choice.revision, race.choice.race);
            let outcome = point.outcome.map_or_else(|| "nothing yet".to_owned(), |outcome| outcome.what);
            format!("step {} of {}: {outcome}", session.at(), session.steps().len())
        }
        "compare" => {
            let (of, problems) = CompareLink::parse(link, &LIBRARY);
            assert_eq!(problems, [], "{link}");
            let [left, right] = of.setups();
            let one = |setup: Setup| format!("{} {}", setup.revision.id(), setup.lock.id());
            format!("{} {}, {}, line {}", left.scenario.id, one(left), one(right), of.line)
        }
        "safe" => {
            let (case, problems) = races::safe::link::parse(link);
            assert_eq!(problems, [], "{link}");
            let walk = case.walk;
            format!(
                "{} {} {} {}",
                walk.entry.func().name(),
                walk.model.id,
                walk.revision.id(),
                walk.lock.name()
            )
        }
        "compose" => {
            let (of, problems) = ComposeLink::parse(link).expect("a composition");
            assert_eq!(problems, [], "{link}");
            let start = of.of.start().expect("it makes sense");
            let (tape, problem) = Tape::along(start, &of.schedule);
            assert_eq!(problem, None, "{link}");
            let found = of.of.search().expect("it makes sense");
            let (at, steps) = (of.step, tape.steps().len());
            let unlike = of.of.unlike_kernel().len();
            format!("step {at} of {steps}: {}, {unlike} unlike the kernel", short(found.outcomes))
        }
        _ => {
            let (of, problems) = Link::parse(link, &LIBRARY);
            assert_eq!(problems, [], "{link}");
            let (world, runner) = of.setup.start(&tables_of(&of.setup)).expect("it starts");
            let mut timeline = Timeline::new(world, runner);
            while !timeline.record(100_000) {}
            assert!(of.step < timeline.len(of.grain), "{link}");
            let span = timeline.span(of.grain, of.step);
            let moment = timeline.moment(span.from, span.to);
            let point = point::point(&moment, span.mark, of.setup.revision, VirtAddr(0));
            format!("{} {}", point.mark.id(), point.ruler.addr)
        }
    }
}

#[test]
fn every_link_that_was_given_away_opens_what_it_opened_then() {
    let kept = include_str!("kept/links.txt").lines().filter(|line| !line.starts_with("# "));
    let mut versions = Vec::new();
    for line in kept {
        let [link, what, says] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert_eq!(opened(link, what), says, "{link}");
        versions.push(link[1..].split('/').next().unwrap_or_default());
    }
    versions.dedup();
    // A new version gets links of its own, and keeps those of the old ones.
    assert_eq!(versions, ["v1"]);
}
