//! Searches the whole matrix, variant by variant, in the order in which they are asked for.
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

use explore::Search;

use crate::answers::ANSWERS;
use crate::choice::Choice;
use crate::found::Found;
use crate::matrix::{self, Cell, Table};
use crate::model::{Aim, RaceModel};
use crate::start::NotThere;

/// Most states of a variant that are seen. The largest, with three CPUs, has some eighty thousand.
pub const MOST_STATES: u32 = 200_000;

/// A variant, which may be in several places of the matrix.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Which it is.
    pub choice: Choice,
    /// What was found, once it was searched.
    pub found: Option<Result<Found, NotThere>>,
}

/// A place of the matrix that has a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which variant is there, by its number in [`Survey::variants`].
    pub variant: usize,
    /// The verdict that the table says it has.
    pub cell: Cell,
}

/// The whole matrix being searched.
#[derive(Clone, Debug)]
pub struct Survey {
    variants: Vec<Variant>,
    /// By table, line and column.
    slots: Vec<Vec<Vec<Option<Slot>>>>,
    /// What is still to be searched, in this order.
    queue: VecDeque<usize>,
}

impl Default for Survey {
    fn default() -> Self {
        Self::new()
    }
}

impl Survey {
    /// The matrix before anything was searched. First come the variants that the answers about the patch point at, in their order, then
    /// those of the patch's table, then all others.
    pub fn new() -> Self {
        let mut survey = Self { variants: Vec::new(), slots: Vec::new(), queue: VecDeque::new() };
        for table in matrix::tables() {
            let rows = table.rows.iter();
            let rows = rows.map(|row| row.cells(table.columns).map(|of| survey.slot(of)).collect()).collect();
            survey.slots.push(rows);
        }
        survey.queue = (0..survey.variants.len()).collect();
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

    fn slot(&mut self, of: Option<(Choice, Cell)>) -> Option<Slot> {
        let (choice, cell) = of?;
        let known = self.variants.iter().position(|variant| variant.choice == choice);
        let variant = known.unwrap_or_else(|| {
            self.variants.push(Variant { choice, found: None });
            self.variants.len() - 1
        });
        Some(Slot { variant, cell })
    }

    /// All variants, each once.
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// The places of a table, by its number in [`matrix::tables`]: line by line, column by column. None where there is no verdict.
    pub fn table(&self, table: usize) -> &[Vec<Option<Slot>>] {
        self.slots.get(table).map_or(&[], Vec::as_slice)
    }

    /// The place that an answer points at.
    pub fn at(&self, evidence: &crate::answers::Evidence) -> Option<Slot> {
        let (table, row, column, ..) = evidence.place()?;
        let number = matrix::tables().position(|of| core::ptr::eq(of, table))?;
        let line = table.rows.iter().position(|of| core::ptr::eq(of, row))?;
        *self.slots.get(number)?.get(line)?.get(column)?
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
        if let Some(table) = matrix::tables().position(|table| table.name == name) {
            let of_table: Vec<usize> = self.slots_of(table).map(|slot| slot.variant).collect();
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
    pub fn agrees(&self, slot: Slot) -> Option<bool> {
        let found = self.variants.get(slot.variant)?.found.as_ref()?;
        Some(found.as_ref().is_ok_and(|found| slot.cell.is(found)))
    }

    /// How the places of a table have come out.
    pub fn tally(&self, table: usize) -> Tally {
        self.slots_of(table).fold(Tally::default(), |tally, slot| self.count(tally, slot))
    }

    /// How all places have come out.
    pub fn total(&self) -> Tally {
        (0..self.slots.len())
            .flat_map(|table| self.slots_of(table))
            .fold(Tally::default(), |tally, slot| self.count(tally, slot))
    }

    fn count(&self, mut tally: Tally, slot: Slot) -> Tally {
        tally.all += 1;
        let Some(found) = self.variants.get(slot.variant).and_then(|of| of.found.as_ref()) else {
            return tally;
        };
        tally.done += 1;
        tally.safe += usize::from(found.as_ref().is_ok_and(Found::is_safe));
        tally.fails += usize::from(found.as_ref().is_ok_and(|found| !found.outcomes.is_empty()));
        tally.differs += usize::from(self.agrees(slot) == Some(false));
        tally
    }

    fn slots_of(&self, table: usize) -> impl Iterator<Item = Slot> {
        self.table(table).iter().flatten().copied().flatten()
    }
}

/// How some places of the matrix have come out.
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

/// The number and the table of this name, or the first one of this section of `docs/kernel-facts.md`.
pub fn table(name: &str) -> Option<(usize, &'static Table)> {
    let tables = || matrix::tables().enumerate();
    tables().find(|(_, table)| table.name == name).or_else(|| tables().find(|(_, table)| table.id == name))
}

/// Searches a variant from the first state to the last.
///
/// # Errors
/// [`NotThere`] when it cannot be set up.
pub fn search(choice: &Choice) -> Result<Found, NotThere> {
    let mut search = Search::new(RaceModel::new(choice, Aim::Everything)?, MOST_STATES);
    search.run(u32::MAX);
    Ok(Found::of(&search))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Race;

    fn names(survey: &Survey) -> Vec<usize> {
        survey.queue.iter().copied().collect()
    }

    #[test]
    fn every_place_has_its_variant_and_none_is_searched_twice() {
        let survey = Survey::new();
        let mut places = 0;
        for (number, table) in matrix::tables().enumerate() {
            for (row, slots) in table.rows.iter().zip(survey.table(number)) {
                for (cell, slot) in row.cells(table.columns).zip(slots) {
                    let found = slot.map(|slot| (survey.variants()[slot.variant].choice, slot.cell));
                    assert_eq!(cell, found, "{}: {}", table.name, row.label);
                    places += usize::from(found.is_some());
                }
            }
        }
        assert_eq!(places, survey.total().all);
        let mut queue = names(&survey);
        queue.sort_unstable();
        assert_eq!(queue, (0..survey.variants().len()).collect::<Vec<_>>());
        assert!(survey.variants().len() < places, "some variants are in several tables");
    }

    #[test]
    fn what_is_shown_first_is_searched_first_unless_something_else_is_asked_for() {
        let mut survey = Survey::new();
        let first = survey.at(&ANSWERS[0].evidence[0]).expect("it is there");
        assert_eq!(survey.next(), Some(first.variant));
        assert_eq!(survey.variants()[first.variant].choice.race, Race::Vmalloc);

        survey.ask_table("nested-read");
        let asked = survey.next().expect("much is left");
        assert_eq!(survey.variants()[asked].choice.race, Race::NestedRead);
        let all = names(&survey);
        survey.ask(&[all[9], all[5], usize::MAX]);
        assert_eq!(names(&survey)[..3], [all[9], all[5], all[0]]);
        survey.ask_table("no such table");
        assert_eq!(names(&survey).len(), all.len());
    }

    #[test]
    fn what_was_found_is_compared_with_the_table() {
        let mut survey = Survey::new();
        let (number, _) = table("nested-read").expect("it is there");
        let slot = survey.table(number)[0][0].expect("it has a verdict");
        assert_eq!(survey.agrees(slot), None);
        assert_eq!(survey.tally(number), Tally { all: 1, ..Tally::default() });

        let found = search(&survey.variants()[slot.variant].choice).expect("it starts");
        survey.put(slot.variant, Ok(found.clone()));
        assert_eq!(survey.agrees(slot), Some(true));
        assert_eq!(survey.done(), 1);
        assert!(!names(&survey).contains(&slot.variant));
        assert_eq!(survey.tally(number), Tally { all: 1, done: 1, fails: 1, ..Tally::default() });

        // A search that was not finished agrees with nothing.
        survey.put(slot.variant, Ok(Found { complete: false, ..found }));
        assert_eq!(survey.agrees(slot), Some(false));
        survey.put(slot.variant, Err(NotThere::Model("vax")));
        assert_eq!(survey.tally(number), Tally { all: 1, done: 1, differs: 1, ..Tally::default() });
        survey.put(usize::MAX, Err(NotThere::Model("vax")));
        assert_eq!(survey.done(), 1);
    }

    #[test]
    fn a_table_is_found_by_its_name_or_its_section() {
        assert_eq!(table("patch").map(|(_, table)| table.id), Some("patch"));
        assert_eq!(table("3.4.1").map(|(_, table)| table.name), Some("other-mm"));
        assert_eq!(table("huge-vmap-kernels").map(|(_, table)| table.id), Some("3.4"));
        assert!(table("").is_none());
    }
}
