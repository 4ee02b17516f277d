//! The same step of another run.
//!
//! Two runs of one scenario, in two kernels or with two locks, are compared event by event: the third step of one is seldom the
//! third of the other. A stop is known by what it is about, at which level, and the how manieth of its kind it is. What
//! came of it may differ, as that is what one compares: an assertion that holds is the same as one that fails, an
//! entry that is empty the same as one that points to a table.

use actors::Actor;
use pgtable::Level;

use crate::mark::Mark;
use crate::timeline::{Step, Timeline};

/// Where a stop of one run is in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Same {
    /// The stop of the other run.
    pub stop: u32,
    /// Whether it is that one. If not, the other run has none, and this is the last one before it that both have.
    pub exact: bool,
}

/// What stops are counted by.
type Name = (Mark, Option<Level>);

/// A stop's kind, whatever came of it.
const fn kin(mark: Mark) -> Mark {
    match mark {
        Mark::AssertFails => Mark::AssertHolds,
        Mark::CheckFailed => Mark::Check,
        Mark::Leaf | Mark::Hole | Mark::Page | Mark::Empty | Mark::NotPresent | Mark::Bad => Mark::Table,
        other => other,
    }
}

const fn name(stop: Step) -> Name {
    (kin(stop.mark), stop.level)
}

/// How many stops there are of each name. There are few names.
#[derive(Default)]
struct Counts(Vec<(Name, u32)>);

impl Counts {
    fn of(&mut self, name: Name) -> &mut u32 {
        let at = self.0.iter().position(|(of, _)| *of == name).unwrap_or_else(|| {
            self.0.push((name, 0));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    fn all(stops: &[Step]) -> Self {
        let mut counts = Self::default();
        for stop in stops {
            *counts.of(name(*stop)) += 1;
        }
        counts
    }
}

impl<A: Actor> Timeline<A> {
    /// Where stop `stop` of this run is in `other`.
    pub fn same_in(&self, stop: u32, other: &Self) -> Same {
        same(self.stops(), stop as usize, other.stops())
    }
}

fn same(these: &[Step], stop: usize, those: &[Step]) -> Same {
    let stop = stop.min(these.len().saturating_sub(1));
    let mut left = Counts::all(these.get(..=stop).unwrap_or_default());
    let mut others = Counts::all(those);
    for (back, of) in these.iter().take(stop + 1).rev().enumerate() {
        let (name_of, nth) = (name(*of), left.of(name(*of)));
        if *others.of(name_of) >= *nth {
            let mut left = *nth;
            let found = those.iter().position(|that| {
                left -= u32::from(name(*that) == name_of);
                left == 0
            });
            return Same { stop: found.unwrap_or_default() as u32, exact: back == 0 };
        }
        *nth -= 1;
    }
    Same { stop: 0, exact: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(of: &[Name]) -> Vec<Step> {
        let step = |(actions, &(mark, level))| Step { actions, mark, level };
        (0..).zip(of).map(step).collect()
    }

    #[test]
    fn a_stop_is_known_by_what_it_is_about_and_not_by_its_number() {
        let pmd = Some(Level::Pmd);
        let these = stops(&[
            (Mark::Start, None),
            (Mark::AssertHolds, None),
            (Mark::Delegate, None),
            (Mark::Table, pmd),
            (Mark::Hole, pmd),
            (Mark::Page, Some(Level::Pte)),
        ]);
        let those = stops(&[
            (Mark::Start, None),
            (Mark::Check, None),
            (Mark::AssertFails, None),
            (Mark::Empty, pmd),
            (Mark::Leaf, pmd),
        ]);
        let found = |stop| {
            let Same { stop, exact } = same(&these, stop, &those);
            (stop, exact)
        };
        assert_eq!((0..4).map(found).collect::<Vec<_>>(), [(0, true), (2, true), (2, false), (3, true)]);
        // No pte is met: the last entry that both have.
        assert_eq!((found(4), found(5), found(99)), ((4, true), (4, false), (4, false)));
        assert_eq!(same(&these, 3, &[]), Same { stop: 0, exact: false });
        assert_eq!(same(&[], 3, &those), Same { stop: 0, exact: false });
    }
}
