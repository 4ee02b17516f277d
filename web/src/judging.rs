//! Races being searched one after the other, in slices between which the page stays alive.

use races::{Aim, Choice, Found};

use crate::search::Sliced;

/// Races, and what was found in them by now.
#[derive(Debug, Default)]
pub struct Judging(Vec<(Choice, Searching)>);

#[derive(Debug)]
enum Searching {
    /// Not to its end yet.
    Sliced(Box<Sliced>),
    Found(Found),
}

impl Judging {
    /// The races before anything was searched, in the order in which they will be. What cannot be set up is not among them.
    pub fn new(choices: impl IntoIterator<Item = Choice>) -> Self {
        let begun = |choice: Choice| {
            let sliced = Sliced::new(&choice, Aim::Everything).ok()?;
            Some((choice, Searching::Sliced(Box::new(sliced))))
        };
        Self(choices.into_iter().filter_map(begun).collect())
    }

    /// The races.
    pub fn choices(&self) -> impl Iterator<Item = &Choice> {
        self.0.iter().map(|(choice, _)| choice)
    }

    /// What was found in a race, once it was searched.
    pub fn found(&self, choice: &Choice) -> Option<&Found> {
        self.0.iter().find_map(|(of, searching)| match searching {
            Searching::Found(found) if of == choice => Some(found),
            _ => None,
        })
    }

    /// Whether everything is searched.
    pub fn is_complete(&self) -> bool {
        self.0.iter().all(|(_, searching)| matches!(searching, Searching::Found(_)))
    }

    /// Searches for some milliseconds. Returns whether one of the races is done.
    pub fn run_slice(&mut self) -> bool {
        for (_, searching) in &mut self.0 {
            if let Searching::Sliced(sliced) = searching {
                let ended = sliced.run_slice().ended;
                if ended {
                    *searching = Searching::Found(sliced.found());
                }
                return ended;
            }
        }
        false
    }
}
