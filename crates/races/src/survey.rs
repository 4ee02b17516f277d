//! Searches all tables, variant by variant, in the order in which they are asked for.
//!
//! A [`Survey`] runs nothing itself, so that a page can search in slices and a program at once:
//!
//! ```
//! # use races::{Survey, survey::search};
//! let mut survey = Survey::new();
//! // Two would do for an example.
//! while let Some(variant) = survey.next().filter(|_| survey.done() < 2) {
//!     let found = search(&survey.variants()[variant].choice);
//!     survey.put(variant, found);
//! }
//! ```

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::answers::ANSWERS;
use crate::choice::Choice;
use crate::found::Found;
use crate::model::{Aim, RaceModel};
use crate::outcome::Outcomes;
use crate::search::RaceSearch;
use crate::setting::NotThere;
use crate::verdicts::tables;

/// Most states of a variant that are seen. The largest, with three CPUs, has some eighty thousand.
pub const MOST_STATES: u32 = 200_000;

/// A variant, which may be in several places of the tables.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Which it is.
    pub choice: Choice,
    /// What was found, once it was searched.
    pub found: Option<Result<Found, NotThere>>,
}

/// A place in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which variant is there, by its number in [`Survey::variants`].
    pub variant: usize,
    /// What is expected to go wrong there.
    pub expected: Outcomes,
}

/// All tables being searched.
#[derive(Clone, Debug)]
pub struct Survey {
    variants: Vec<Variant>,
    /// By table, line and column.
    places: Vec<Vec<Vec<Option<Place>>>>,
    /// What is still to be searched, in this order.
    queue: VecDeque<usize>,
}

impl Default for Survey {
    fn default() -> Self {
        Self::new()
    }
}

impl Survey {
    /// The tables before anything was searched. First come the variants that the answers about the patch point at, in their order, then
    /// those of the patch's table, then all others.
    pub fn new() -> Self {
        let mut survey = Self { variants: Vec::new(), places: Vec::new(), queue: VecDeque::new() };
        survey.extend();
        survey.ask_table("patch");
        let shown: Vec<usize> = ANSWERS
            .iter()
            .flat_map(|answer| answer.evidence)
            .filter_map(|of| survey.at(of))
            .map(|of| of.variant)
            .collect();
        survey.ask(&shown);
        survey
    }

    /// Takes the tables in that have [arrived](crate::complete) since, and returns how many those are.
    pub fn extend(&mut self) -> usize {
        let (known, before) = (self.variants.len(), self.places.len());
        for table in tables().skip(before) {
            let rows = table.rows.iter();
            let rows = rows.map(|row| row.cells(table.columns).map(|of| self.place(of)).collect()).collect();
            self.places.push(rows);
        }
        self.queue.extend(known..self.variants.len());
        self.places.len() - before
    }

    fn place(&mut self, of: Option<(Choice, Outcomes)>) -> Option<Place> {
        let (choice, expected) = of?;
        let known = self.variants.iter().position(|variant| variant.choice == choice);
        let variant = known.unwrap_or_else(|| {
            self.variants.push(Variant { choice, found: None });
            self.variants.len() - 1
        });
        Some(Place { variant, expected })
    }

    /// All variants, each once.
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// The places of a table, by its number in [`tables`]: line by line, column by column. None where there is no verdict.
    pub fn table(&self, table: usize) -> &[Vec<Option<Place>>] {
        self.places.get(table).map_or(&[], Vec::as_slice)
    }

    /// The place that an answer points at.
    pub fn at(&self, evidence: &crate::answers::Evidence) -> Option<Place> {
        let (table, row, column, ..) = evidence.place()?;
        let number = tables().position(|of| core::ptr::eq(of, table))?;
        let line = table.rows.iter().position(|of| core::ptr::eq(of, row))?;
        *self.places.get(number)?.get(line)?.get(column)?
    }

    /// What is to be searched next.
    pub fn next(&self) -> Option<usize> {
        self.queue.front().copied()
    }

    /// Puts these variants before all others that are still to be searched, in this order.
    pub fn ask(&mut self, variants: &[usize]) {
        for &variant in variants.iter().rev() {
            if let Some(at) = self.queue.iter().position(|&of| of == variant) {
                self.queue.remove(at);
                self.queue.push_front(variant);
            }
        }
    }

    /// The same for all variants of a table, by its name.
    pub fn ask_table(&mut self, name: &str) {
        if let Some(table) = tables().position(|table| table.name == name) {
            let of_table: Vec<usize> = self.places_of(table).map(|place| place.variant).collect();
            self.ask(&of_table);
        }
    }

    /// Notes what was found for a variant.
    pub fn put(&mut self, variant: usize, found: Result<Found, NotThere>) {
        if let Some(of) = self.variants.get_mut(variant) {
            of.found = Some(found);
            self.queue.retain(|&of| of != variant);
        }
    }

    /// How many variants have been searched.
    pub fn done(&self) -> usize {
        self.variants.len() - self.queue.len()
    }

    /// Whether the table is right about a place; none as long as its variant has not been searched.
    pub fn agrees(&self, place: Place) -> Option<bool> {
        let found = self.variants.get(place.variant)?.found.as_ref()?;
        Some(found.as_ref().is_ok_and(|found| found.is(place.expected)))
    }

    /// How the places of a table have come out.
    pub fn tally(&self, table: usize) -> Tally {
        self.places_of(table).fold(Tally::default(), |tally, place| self.count(tally, place))
    }

    /// How all places have come out.
    pub fn total(&self) -> Tally {
        (0..self.places.len())
            .flat_map(|table| self.places_of(table))
            .fold(Tally::default(), |tally, place| self.count(tally, place))
    }

    fn count(&self, mut tally: Tally, place: Place) -> Tally {
        tally.all += 1;
        let Some(found) = self.variants.get(place.variant).and_then(|of| of.found.as_ref()) else {
            return tally;
        };
        tally.done += 1;
        tally.safe += usize::from(found.as_ref().is_ok_and(Found::is_safe));
        tally.fails += usize::from(found.as_ref().is_ok_and(|found| !found.outcomes.is_empty()));
        tally.differs += usize::from(self.agrees(place) == Some(false));
        tally
    }

    fn places_of(&self, table: usize) -> impl Iterator<Item = Place> {
        self.table(table).iter().flatten().copied().flatten()
    }
}

/// How some places of the tables have come out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub all: usize,
    /// Those that have been searched, or cannot be.
    pub done: usize,
    /// Those in which nothing goes wrong in any order of steps.
    pub safe: usize,
    /// Those in which something does.
    pub fails: usize,
    /// Those that came out otherwise than the table says.
    pub differs: usize,
}

/// Searches a variant from the first state to the last.
///
/// # Errors
/// [`NotThere`] when it cannot be set up.
pub fn search(choice: &Choice) -> Result<Found, NotThere> {
    let mut search = RaceSearch::new(RaceModel::new(choice, Aim::Everything)?, MOST_STATES);
    search.run(u32::MAX);
    Ok(Found::of(&search))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::{ABOUTS, RACES, nested_read, vmalloc};
    use crate::verdicts;

    fn names(survey: &Survey) -> Vec<usize> {
        survey.queue.iter().copied().collect()
    }

    #[test]
    fn what_is_known_beforehand_is_what_there_is() {
        for (about, race) in ABOUTS.iter().zip(RACES) {
            assert_eq!((about.names, about.title), ([race.id; 2], race.title));
        }
        assert_eq!(verdicts::ABOUTS.len(), tables().count());
        for (about, of) in verdicts::ABOUTS.iter().zip(tables()) {
            assert_eq!((about.names, about.title), ([of.name, of.id], of.title));
            let found = about.names.map(|name| verdicts::numbered(name).expect("a table").1);
            assert_eq!((found[0].names[0], found[1].names[1]), (of.name, of.id));
        }
    }

    #[test]
    fn every_place_has_its_variant_and_none_is_searched_twice() {
        let survey = Survey::new();
        let mut count = 0;
        for (number, table) in tables().enumerate() {
            for (row, places) in table.rows.iter().zip(survey.table(number)) {
                for (cell, place) in row.cells(table.columns).zip(places) {
                    let found = place.map(|place| (survey.variants()[place.variant].choice, place.expected));
                    assert_eq!(cell, found, "{}: {}", table.name, row.label);
                    count += usize::from(found.is_some());
                }
            }
        }
        assert_eq!(count, survey.total().all);
        let mut queue = names(&survey);
        queue.sort_unstable();
        assert_eq!(queue, (0..survey.variants().len()).collect::<Vec<_>>());
        assert!(survey.variants().len() < count, "some variants are in several tables");
    }

    #[test]
    fn what_is_shown_first_is_searched_first_unless_something_else_is_asked_for() {
        let mut survey = Survey::new();
        let first = survey.at(&ANSWERS[0].evidence[0]).expect("it is there");
        assert_eq!(survey.next(), Some(first.variant));
        assert_eq!(survey.variants()[first.variant].choice.race, &vmalloc::RACE);

        survey.ask_table("nested-read");
        let asked = survey.next().expect("much is left");
        assert_eq!(survey.variants()[asked].choice.race, &nested_read::RACE);
        let all = names(&survey);
        survey.ask(&[all[9], all[5], usize::MAX]);
        assert_eq!(names(&survey)[..3], [all[9], all[5], all[0]]);
        survey.ask_table("no such table");
        assert_eq!(names(&survey).len(), all.len());
    }

    #[test]
    fn what_was_found_is_compared_with_the_table() {
        let mut survey = Survey::new();
        let (number, _) = verdicts::numbered("nested-read").expect("it is there");
        let place = survey.table(number)[0][0].expect("it has a verdict");
        assert_eq!(survey.agrees(place), None);
        assert_eq!(survey.tally(number), Tally { all: 1, ..Tally::default() });

        let found = search(&survey.variants()[place.variant].choice).expect("it starts");
        survey.put(place.variant, Ok(found.clone()));
        assert_eq!(survey.agrees(place), Some(true));
        assert_eq!(survey.done(), 1);
        assert!(!names(&survey).contains(&place.variant));
        assert_eq!(survey.tally(number), Tally { all: 1, done: 1, fails: 1, ..Tally::default() });

        // A search that was not finished agrees with nothing.
        survey.put(place.variant, Ok(Found { complete: false, ..found }));
        assert_eq!(survey.agrees(place), Some(false));
        survey.put(place.variant, Err(NotThere::Model("vax")));
        assert_eq!(survey.tally(number), Tally { all: 1, done: 1, differs: 1, ..Tally::default() });
        survey.put(usize::MAX, Err(NotThere::Model("vax")));
        assert_eq!(survey.done(), 1);
    }

    #[test]
    fn a_table_is_found_by_its_name_or_its_section() {
        let names = |name| verdicts::numbered(name).map(|(_, about)| about.names);
        assert_eq!(names("patch"), Some(["patch", "patch"]));
        assert_eq!(names("3.4.1").map(|names| names[0]), Some("other-mm"));
        assert_eq!(names("huge-vmap-kernels").map(|names| names[1]), Some("3.4"));
        assert_eq!(names(""), None);
    }
}
