//! The same step of another run.
//!
//! Two runs of one scenario, in two kernels or with two locks, are compared event by event: the third step of one is seldom the
//! third of the other. A stop is known by what it is about, at which level, and the how manieth of its kind it is; a check of an
//! argument by what it checks, as kernels check in another order. What
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

/// A line of two runs side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The stop of each run: where it is in this line, or was last.
    pub stops: [u32; 2],
    /// Which of the two runs have a stop in this line. One of them has.
    pub has: [bool; 2],
    /// Whether the one that has none here has the same stop at another place.
    pub moved: bool,
    /// Whether both have, of the same kind: no more than that can be seen of a line without going to it.
    pub alike: bool,
}

/// What stops are counted by.
type Name = (Mark, Option<Level>, u8);

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
    (kin(stop.mark), stop.level, stop.check)
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

    /// This run and another, side by side: each stop of each is in one line, in its order, and stops that are the same share
    /// theirs. Where the order differs, the one that stands further from its place is alone.
    pub fn beside(&self, other: &Self) -> Vec<Pair> {
        align(self.stops(), other.stops())
    }
}

/// For each stop of one run the same one of the other.
fn partners(these: &[Step], those: &[Step]) -> Vec<Option<usize>> {
    // Where the stops of each name are. There are few names.
    let mut places: Vec<(Name, Vec<usize>)> = Vec::new();
    for (at, stop) in those.iter().enumerate() {
        match places.iter_mut().find(|(of, _)| *of == name(*stop)) {
            Some((_, of)) => of.push(at),
            None => places.push((name(*stop), vec![at])),
        }
    }
    let mut counts = Counts::default();
    let partner = |stop: &Step| {
        let nth = counts.of(name(*stop));
        *nth += 1;
        let (_, places) = places.iter().find(|(of, _)| *of == name(*stop))?;
        places.get(*nth as usize - 1).copied()
    };
    these.iter().map(partner).collect()
}

fn align(these: &[Step], those: &[Step]) -> Vec<Pair> {
    let (to_right, to_left) = (partners(these, those), partners(those, these));
    let (mut at, mut shown, mut pairs) = ([0, 0], [0, 0], Vec::new());
    loop {
        let [one, other] = at;
        // How far away what is the same still is; nothing if it does not come any more.
        let ahead = |to: &[Option<usize>], from: usize, beyond: usize| {
            to.get(from).map(|same| same.and_then(|same| same.checked_sub(beyond)))
        };
        let has = match (ahead(&to_right, one, other), ahead(&to_left, other, one)) {
            (None, None) => return pairs,
            (Some(Some(0)), Some(_)) => [true, true],
            (Some(_), None) => [true, false],
            (None, Some(_)) => [false, true],
            (Some(None), Some(_)) => [true, false],
            (Some(_), Some(None)) => [false, true],
            (Some(Some(left)), Some(Some(right))) => [left > right, left <= right],
        };
        for side in [0, 1] {
            if has[side] {
                shown[side] = at[side] as u32;
                at[side] += 1;
            }
        }
        let moved = match has {
            [true, false] => to_right[one].is_some(),
            [false, true] => to_left[other].is_some(),
            _ => false,
        };
        let alike = has == [true, true] && these[one].mark == those[other].mark;
        pairs.push(Pair { stops: shown, has, moved, alike });
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

    fn stops(of: &[(Mark, Option<Level>)]) -> Vec<Step> {
        let step = |(actions, &(mark, level))| Step { actions, mark, level, check: 0 };
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

    #[test]
    fn two_runs_stand_side_by_side_each_stop_once_and_in_its_order() {
        let pmd = Some(Level::Pmd);
        let these = stops(&[
            (Mark::Start, None),
            (Mark::Check, None),
            (Mark::Check, None),
            (Mark::AssertHolds, None),
            (Mark::Delegate, None),
            (Mark::Table, pmd),
            (Mark::Hole, pmd),
        ]);
        let those = stops(&[
            (Mark::Start, None),
            (Mark::AssertFails, None),
            (Mark::AssertFails, None),
            (Mark::Check, None),
            (Mark::Check, None),
            (Mark::Table, pmd),
        ]);
        let pairs = align(&these, &those);
        for side in [0, 1] {
            let of_side = pairs.iter().filter(|pair| pair.has[side]).map(|pair| pair.stops[side]);
            let all = [&these, &those][side].len() as u32;
            assert_eq!(of_side.collect::<Vec<_>>(), (0..all).collect::<Vec<_>>());
        }
        let lines: Vec<_> =
            pairs.iter().map(|pair| (pair.stops, pair.has == [true, true], pair.alike)).collect();
        assert_eq!(
            lines,
            [
                ([0, 0], true, true),
                // The assertions come first in the other run: one of them is the same, and late here.
                ([0, 1], false, false),
                ([0, 2], false, false),
                ([1, 3], true, true),
                ([2, 4], true, true),
                ([3, 4], false, false),
                ([4, 4], false, false),
                ([5, 5], true, true),
                ([6, 5], false, false),
            ]
        );
        let moved: Vec<_> =
            pairs.iter().enumerate().filter(|(_, pair)| pair.moved).map(|(at, _)| at).collect();
        assert_eq!(moved, [1, 5]);
        assert_eq!(align(&these, &these).len(), these.len());
        assert!(align(&these, &these).iter().all(|pair| pair.alike));
        assert_eq!((align(&[], &[]).len(), align(&[], &those).len()), (0, 6));
    }

    /// As in the kernels before and after the split.
    #[test]
    fn a_check_is_known_by_what_it_checks() {
        let check = |(actions, check)| Step { actions, mark: Mark::Check, level: None, check };
        let stops = |of: [u8; 3]| (0..).zip(of).map(check).collect::<Vec<_>>();
        let lines: Vec<_> =
            align(&stops([1, 2, 3]), &stops([1, 3, 2])).iter().map(|pair| (pair.has, pair.moved)).collect();
        let (both, left, right) = ([true, true], [true, false], [false, true]);
        assert_eq!(lines, [(both, false), (right, true), (both, false), (left, true)]);
    }
}
