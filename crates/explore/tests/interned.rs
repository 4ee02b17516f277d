//! Random actors: a search that takes each step once finds what a search of whole states finds.

use explore::{Actors, Interned, Lane, Model, Property, Search, Turn};
use proptest::prelude::*;

const LANES: usize = 3;
const WORLDS: usize = 4;
const OWN: usize = 5;

const PROPERTIES: &[Property] =
    &[Property::reachable("goals"), Property::always("not bad"), Property::reachable("another goal")];

#[derive(Clone, Copy, Debug)]
enum Cell {
    To(usize, usize),
    Wait,
    Done,
}

/// By lane, world and own part: what the lane does there, and its marks.
#[derive(Clone, Debug)]
struct Table(Vec<(Cell, u32)>);

impl Table {
    fn at(&self, world: usize, own: usize, lane: Lane) -> (Cell, u32) {
        self.0[(lane.index() * WORLDS + world) * OWN + own]
    }
}

impl Actors<LANES> for Table {
    type World = usize;
    type Own = usize;

    fn initial(&self) -> (usize, [usize; LANES]) {
        (0, [0, 0, 1])
    }

    fn turn(&self, world: &usize, own: &usize, lane: Lane) -> Turn {
        match self.at(*world, *own, lane).0 {
            Cell::To(..) => Turn::Move,
            Cell::Wait => Turn::Wait,
            Cell::Done => Turn::Done,
        }
    }

    fn step(&self, world: &mut usize, own: &mut usize, lane: Lane) {
        match self.at(*world, *own, lane).0 {
            Cell::To(to_world, to_own) => (*world, *own) = (to_world, to_own),
            other => panic!("lane {lane} was moved, which is {other:?}"),
        }
    }

    fn marks(&self, world: &usize, own: &usize, lane: Lane) -> u32 {
        self.at(*world, *own, lane).1
    }

    fn properties(&self) -> &[Property] {
        PROPERTIES
    }

    fn holds(&self, marks: u32, property: usize) -> bool {
        match property {
            // Two marks, which may be of two lanes.
            0 => marks & 0b11 == 0b11,
            1 => marks & 0b100 == 0,
            _ => marks & 0b1000 != 0,
        }
    }
}

/// The same actors, whose states are whole.
struct Whole(Table);

impl Model for Whole {
    type State = (usize, [usize; LANES]);

    const LANES: usize = LANES;

    fn initial(&self) -> Self::State {
        self.0.initial()
    }

    fn turn(&self, (world, own): &Self::State, lane: Lane) -> Turn {
        self.0.turn(world, &own[lane.index()], lane)
    }

    fn step(&self, (world, own): &mut Self::State, lane: Lane) {
        self.0.step(world, &mut own[lane.index()], lane);
    }

    fn properties(&self) -> &[Property] {
        PROPERTIES
    }

    fn holds(&self, (world, own): &Self::State, property: usize) -> bool {
        let of_lane = |lane: &Lane| self.0.marks(world, &own[lane.index()], *lane);
        let marks = Lane::ALL.iter().take(LANES).map(of_lane).fold(0, |all, marks| all | marks);
        self.0.holds(marks, property)
    }
}

/// A search in slices: how it ended, its counts, and the shortest ways.
fn found<M: Model>(model: M, limit: u32, fuel: u32) -> impl PartialEq + std::fmt::Debug {
    let mut search = Search::new(model, limit);
    while !search.run(fuel).ended {}
    (search.verdict(), search.progress(), search.reached(0), search.reached(2))
}

fn table() -> impl Strategy<Value = Table> {
    prop_oneof![Just(0.0), Just(0.02)].prop_flat_map(|bad| {
        let cell = prop_oneof![
            10 => (0..WORLDS, 0..OWN).prop_map(|(world, own)| Cell::To(world, own)),
            1 => Just(Cell::Wait),
            1 => Just(Cell::Done),
        ];
        let marks = [0.2, 0.2, bad, 0.01].map(prop::bool::weighted);
        let marks = marks.prop_map(|set| (0..).zip(set).map(|(bit, set)| u32::from(set) << bit).sum::<u32>());
        prop::collection::vec((cell, marks), LANES * WORLDS * OWN).prop_map(Table)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn nothing_else_is_found_by_taking_each_step_once(table in table(), limit in 1u32..1_000, fuel in 1u32..50) {
        let interned = Interned::new(table.clone());
        prop_assert_eq!(interned.actors().0.len(), table.0.len());
        prop_assert_eq!(format!("{:?}", found(interned, limit, fuel)), format!("{:?}", found(Whole(table), limit, u32::MAX)));
    }
}

#[test]
fn what_is_kept_is_told() {
    let to = |world, own| (Cell::To(world, own), 0);
    // Every lane goes round among its own parts, and the world stays.
    let cells = (0..LANES * WORLDS * OWN).map(|at| to(0, (at + 1) % OWN)).collect();
    let mut search = Search::new(Interned::new(Table(cells)), 1_000);
    search.run(u32::MAX);
    assert_eq!(search.progress().states as usize, OWN.pow(LANES as u32));
    let kept = format!("{:?}", search.model());
    assert_eq!(kept, "Interned { worlds: 1, owns: 5, views: 15, .. }");
}
