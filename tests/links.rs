//! No address is too broken to be read: it opens something, and what is opened has an address that is all right.

use pagewalk_tests::LIBRARY;
use pagewalk_tests::addresses::{VALID, broken};
use proptest::prelude::*;
use races::RaceLink;
use scenario::Link;

/// Reads an address as a page does, and what it opens again. Returns whether something was wrong with it.
fn opens(address: &str) -> Result<bool, TestCaseError> {
    if let Some((link, problems)) = RaceLink::parse(address) {
        let text = link.to_string();
        prop_assert_eq!(RaceLink::parse(&text), Some((link, vec![])), "{}", text);
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
