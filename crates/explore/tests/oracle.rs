//! Random transition systems against a search that is too simple to be wrong: a queue, and a list of what was
//! seen.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use explore::{Broken, Lane, Model, Property, Schedule, Search, Turn, Verdict, replay};
use proptest::prelude::*;

const LANES: usize = 3;

const PROPERTIES: &[Property] =
    &[Property::reachable("goal"), Property::always("not bad"), Property::always("not worse")];

/// A state of a [`Table`]. With `CLASH` all states have the same hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node<const CLASH: bool>(usize);

impl<const CLASH: bool> Hash for Node<CLASH> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        if !CLASH {
            self.0.hash(hasher);
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    To(usize),
    Wait,
    Done,
}

#[derive(Clone, Debug)]
struct Row {
    cells: [Cell; LANES],
    /// By property.
    holds: [bool; 3],
}

/// A model that is a table, a row a state.
#[derive(Clone, Debug)]
struct Table<const CLASH: bool>(Vec<Row>);

impl<const CLASH: bool> Model for Table<CLASH> {
    type State = Node<CLASH>;

    const LANES: usize = LANES;

    fn initial(&self) -> Node<CLASH> {
        Node(0)
    }

    fn turn(&self, state: &Node<CLASH>, lane: Lane) -> Turn {
        match self.0[state.0].cells[lane.index()] {
            Cell::To(_) => Turn::Move,
            Cell::Wait => Turn::Wait,
            Cell::Done => Turn::Done,
        }
    }

    fn step(&self, state: &mut Node<CLASH>, lane: Lane) {
        match self.0[state.0].cells[lane.index()] {
            Cell::To(next) => state.0 = next,
            other => panic!("lane {lane} was moved, which is {other:?}"),
        }
    }

    fn properties(&self) -> &[Property] {
        PROPERTIES
    }

    fn holds(&self, state: &Node<CLASH>, property: usize) -> bool {
        self.0[state.0].holds[property]
    }
}

/// What the oracle finds: distances of the rows, in the order in which they are met.
fn distances(rows: &[Row]) -> Vec<(usize, usize)> {
    let mut seen = vec![(0, 0)];
    let mut queue = VecDeque::from(seen.clone());
    while let Some((row, distance)) = queue.pop_front() {
        for cell in rows[row].cells {
            if let Cell::To(next) = cell
                && seen.iter().all(|(row, _)| *row != next)
            {
                seen.push((next, distance + 1));
                queue.push_back((next, distance + 1));
            }
        }
    }
    seen
}

fn broken(row: &Row) -> Option<Broken> {
    let moves = row.cells.iter().any(|cell| matches!(cell, Cell::To(_)));
    let waits = row.cells.iter().any(|cell| matches!(cell, Cell::Wait));
    if !row.holds[1] {
        Some(Broken::Property(1))
    } else if !row.holds[2] {
        Some(Broken::Property(2))
    } else {
        (waits && !moves).then_some(Broken::Deadlock)
    }
}

fn check<const CLASH: bool>(rows: &[Row], fuel: u32) -> Result<(), TestCaseError> {
    let table = Table::<CLASH>(rows.to_vec());
    let mut search = Search::new(table.clone(), u32::MAX);
    while !search.run(fuel).ended {}
    let row_at = |schedule: &Schedule| replay(&table, schedule).last().expect("a state").expect("it fits").0;

    let all = distances(rows);
    let first_bad = all.iter().position(|(row, _)| broken(&rows[*row]).is_some());
    let goal = all[..first_bad.map_or(all.len(), |at| at + 1)].iter().find(|(row, _)| rows[*row].holds[0]);
    let states = all.len() as u32;
    match (search.verdict(), first_bad) {
        (Verdict::Fails { broken: found, schedule, states }, Some(at)) => {
            let (row, distance) = all[at];
            prop_assert_eq!(schedule.len(), distance);
            prop_assert_eq!((row_at(&schedule), Some(found)), (row, broken(&rows[row])));
            prop_assert_eq!(states as usize, at + 1);
        }
        (verdict, None) if goal.is_some() => prop_assert_eq!(verdict, Verdict::Safe { states }),
        (verdict, None) => prop_assert_eq!(verdict, Verdict::Unreachable { property: 0, states }),
        (verdict, at) => prop_assert!(false, "{verdict:?}, and the first bad is {at:?}"),
    }
    let reached = search.reached(0);
    prop_assert_eq!(reached.as_ref().map(|schedule| (row_at(schedule), schedule.len())), goal.copied());
    if first_bad.is_none() {
        let edges = |row: &Row| row.cells.iter().filter(|cell| matches!(cell, Cell::To(_))).count();
        let transitions: usize = all.iter().map(|(row, _)| edges(&rows[*row])).sum();
        prop_assert_eq!(search.progress().transitions, transitions as u64);
    }
    Ok(())
}

/// Tables whose rows lead mostly a few rows on and sometimes anywhere: deep enough that states are made again
/// from such as were kept many steps before.
fn table() -> impl Strategy<Value = Vec<Row>> {
    (1usize..120, prop_oneof![Just(0.0), Just(0.02)]).prop_flat_map(|(len, bad)| {
        let cell = prop_oneof![
            8 => (1usize..3).prop_map(Cell::To),
            1 => (0..len).prop_map(Cell::To),
            1 => Just(Cell::Wait),
            1 => Just(Cell::Done),
        ];
        let holds = [0.03, 1.0 - bad, 1.0 - bad].map(prop::bool::weighted);
        let row = (prop::array::uniform3(cell), holds).prop_map(|(cells, holds)| Row { cells, holds });
        prop::collection::vec(row, len).prop_map(move |mut rows| {
            for (place, row) in rows.iter_mut().enumerate() {
                row.cells = row.cells.map(|cell| match cell {
                    Cell::To(on) => Cell::To((place + on) % len),
                    other => other,
                });
            }
            rows
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_search_finds_what_a_simple_one_finds(rows in table(), fuel in 1u32..50) {
        check::<false>(&rows, fuel)?;
    }

    #[test]
    fn states_of_the_same_hash_are_told_apart(rows in table(), fuel in 1u32..50) {
        check::<true>(&rows, fuel)?;
    }
}

/// A ring of states, far longer than what is kept in full, which lanes go round at different speeds.
#[test]
fn a_deep_search_meets_its_first_states_again() {
    let cells =
        |row: usize| [Cell::To((row + 1) % 500), Cell::To((row + 3) % 500), Cell::To((row + 499) % 500)];
    let rows: Vec<_> =
        (0..500).map(|row| Row { cells: cells(row), holds: [row == 250, true, true] }).collect();
    check::<false>(&rows, 1).expect("agreement");
    check::<true>(&rows, 1).expect("agreement");
}
