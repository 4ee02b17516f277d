//! What a search has found by now.

use alloc::vec::Vec;

use explore::{Broken, Schedule, Verdict, replay};

use crate::outcome::Outcomes;
use crate::search::RaceSearch;

/// What a search through all interleavings of a race has found by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What can go wrong. Others may follow as long as it is not [complete](Self::complete).
    pub outcomes: Outcomes,
    /// A shortest way to each of them, the shortest first.
    pub ways: Vec<(Outcomes, Schedule)>,
    /// The states that were seen: all, or those up to what ended the search.
    pub states: u32,
    /// Whether it came to its end: all states were seen, or one that ends it.
    pub complete: bool,
}

impl Found {
    /// What `search` has found.
    pub fn of(search: &RaceSearch) -> Self {
        let model = search.race();
        let mut ways: Vec<(Outcomes, Schedule)> = (0..model.properties().len())
            .filter_map(|property| Some((model.outcomes_of(property), search.reached(property)?)))
            .collect();
        let verdict = search.verdict();
        let complete = !matches!(verdict, Verdict::NotFinished { .. });
        let states = verdict.states();
        if let Verdict::Fails { broken, schedule, .. } = verdict {
            let outcomes = match broken {
                Broken::Deadlock => Outcomes::DEADLOCK,
                // A property is about several outcomes; the state where it ends shows which.
                Broken::Property(_) => replay(model, &schedule)
                    .filter_map(Result::ok)
                    .last()
                    .map_or_else(Outcomes::empty, |state| state.outcomes()),
            };
            ways.push((outcomes, schedule));
        }
        let ways = shortest_first(ways);
        let outcomes = ways.iter().map(|&(outcomes, _)| outcomes).collect();
        Self { outcomes, ways, states, complete }
    }

    /// The shortest way to anything that goes wrong.
    pub fn shortest(&self) -> Option<&Schedule> {
        self.ways.first().map(|(_, schedule)| schedule)
    }

    /// Whether this is what was expected: everything was seen, and just that goes wrong.
    pub fn is(&self, expected: Outcomes) -> bool {
        self.complete && self.outcomes == expected
    }

    /// Whether nothing goes wrong in any order of steps.
    pub const fn is_safe(&self) -> bool {
        self.complete && self.outcomes.is_empty()
    }
}

/// As they came among those of one length. A handful, for which a sort is too much code.
fn shortest_first(ways: Vec<(Outcomes, Schedule)>) -> Vec<(Outcomes, Schedule)> {
    let mut sorted: Vec<(Outcomes, Schedule)> = Vec::new();
    for way in ways {
        let longer = sorted.iter().position(|(_, of)| of.len() > way.1.len());
        sorted.insert(longer.unwrap_or(sorted.len()), way);
    }
    sorted
}

#[cfg(test)]
mod tests {
    use mm::LockMode;
    use pagewalk::Revision;

    use super::*;
    use crate::choice::Choice;
    use crate::model::{Aim, RaceModel};
    use crate::race::munmap;

    #[test]
    fn what_was_found_is_told_shortest_first_and_by_what_really_happened() {
        let x86 = pgtable::model("x86_64-4level").expect("a known model");
        let munmap = Choice::of(&munmap::RACE, x86, Revision::V6_17).with_lock(LockMode::Read);
        let found = |aim, fuel| {
            let mut search = RaceSearch::new(RaceModel::new(&munmap, aim).expect("it starts"), u32::MAX);
            search.run(fuel);
            Found::of(&search)
        };
        let all = found(Aim::Everything, u32::MAX);
        let ways: Vec<_> = all.ways.iter().map(|(outcomes, way)| (*outcomes, way.len())).collect();
        assert_eq!(ways, [(Outcomes::WILD, 32), (Outcomes::UAF_PMD, 38)]);
        assert!(all.complete && !all.is_safe());
        // One property is about tables of both levels.
        let uaf = found(Aim::Only(Outcomes::UAF_PTE | Outcomes::UAF_PMD), u32::MAX);
        assert_eq!((uaf.outcomes, uaf.shortest().map(Schedule::len)), (Outcomes::UAF_PMD, Some(38)));
        let begun = found(Aim::Everything, 10);
        assert!(!begun.complete && !begun.is_safe() && begun.ways.is_empty());
    }
}
