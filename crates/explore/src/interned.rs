//! Lanes that share a world and know nothing of each other: each step is taken once.
//!
//! Many states have the same world, and many more the same lane in the same world. What that lane can do there, and what
//! comes of it, is the same in all of them. [`Actors`] say what a lane does with a world and a part of its own;
//! [`Interned`] makes a [`Model`] of them that keeps each world and each part once, takes each step once, and whose
//! state is a handful of numbers. A search of it finds what a search of whole states finds: the same verdict, schedules
//! and counts.
//!
//! Two lanes add 1 to a counter without a lock, as in the example of the [crate root](crate):
//!
//! ```
//! use explore::{Actors, Interned, Lane, Property, Search, Turn, Verdict};
//!
//! struct Increments;
//!
//! impl Actors<2> for Increments {
//!     /// The counter.
//!     type World = u8;
//!     /// What the lane has read, and how many steps it has taken.
//!     type Own = (u8, u8);
//!
//!     fn initial(&self) -> (u8, [(u8, u8); 2]) {
//!         (0, [(0, 0); 2])
//!     }
//!
//!     fn turn(&self, _: &u8, (_, taken): &(u8, u8), _: Lane) -> Turn {
//!         if *taken < 2 { Turn::Move } else { Turn::Done }
//!     }
//!
//!     fn step(&self, counter: &mut u8, (read, taken): &mut (u8, u8), _: Lane) {
//!         match *taken {
//!             0 => *read = *counter,
//!             _ => *counter = *read + 1,
//!         }
//!         *taken += 1;
//!     }
//!
//!     /// The lane is not done; the counter is not 2.
//!     fn marks(&self, counter: &u8, (_, taken): &(u8, u8), _: Lane) -> u32 {
//!         u32::from(*taken < 2) | u32::from(*counter != 2) << 1
//!     }
//!
//!     fn properties(&self) -> &[Property] {
//!         const { &[Property::always("no update is lost")] }
//!     }
//!
//!     fn holds(&self, marks: u32, _property: usize) -> bool {
//!         marks != 0b10
//!     }
//! }
//!
//! let mut search = Search::new(Interned::new(Increments), 1_000);
//! search.run(u32::MAX);
//! let Verdict::Fails { schedule, .. } = search.verdict() else { panic!("it is lost") };
//! assert_eq!(schedule.to_string(), "abab");
//! ```

use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::lane::{Lane, MAX_LANES, Turn};
use crate::model::{Model, Property, held};
use crate::numbers::{Numbers, fingerprint};

/// Actors in one world, each in a lane and with a part of the state of its own. What a lane can do and does depends on
/// the world and on that part, and on nothing else. All methods must be functions of their arguments.
pub trait Actors<const LANES: usize> {
    /// What all lanes share: memory, locks.
    type World: Clone + Eq + Hash;

    /// What is a lane's alone: where it is, what it has read.
    type Own: Clone + Eq + Hash;

    /// Where every schedule starts.
    fn initial(&self) -> (Self::World, [Self::Own; LANES]);

    /// What a lane can do.
    fn turn(&self, world: &Self::World, own: &Self::Own, lane: Lane) -> Turn;

    /// Takes the next step of a lane, whose turn is [`Turn::Move`].
    fn step(&self, world: &mut Self::World, own: &mut Self::Own, lane: Lane);

    /// What a lane in its world is to be judged by, as bits. A state has those of all of its lanes.
    fn marks(&self, world: &Self::World, own: &Self::Own, lane: Lane) -> u32;

    /// What must be true. A state that breaks several is reported for the first.
    fn properties(&self) -> &[Property];

    /// Whether a property, by its place in [`Actors::properties`], holds in a state with these marks.
    fn holds(&self, marks: u32, property: usize) -> bool;
}

/// [`Actors`] as a model.
pub struct Interned<A: Actors<LANES>, const LANES: usize> {
    actors: A,
    store: RefCell<Store<A::World, A::Own>>,
}

/// A state of [`Interned`] actors: the number of each lane's view, which is the world and the lane's own part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Views<const LANES: usize>([u32; LANES]);

impl<const LANES: usize> Hash for Views<LANES> {
    /// Two at a time.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        for pair in self.0.chunks(2) {
            hasher.write_u64(pair.iter().fold(0, |all, &view| all << 32 | u64::from(view)));
        }
    }
}

/// Values by number, each once.
struct Numbered<T> {
    values: Vec<T>,
    numbers: Numbers,
}

impl<T: Eq + Hash> Numbered<T> {
    const fn new() -> Self {
        Self { values: Vec::new(), numbers: Numbers::new() }
    }

    fn number(&mut self, value: T) -> u32 {
        let fingerprint = fingerprint(&value);
        self.numbers.find(fingerprint, |number| self.values[number as usize] == value).unwrap_or_else(|| {
            let number = self.values.len() as u32;
            self.numbers.put(fingerprint, number);
            self.values.push(value);
            number
        })
    }
}

/// A lane in a world, and what is known of it.
struct View {
    world: u32,
    /// Number of the lane's own part << 3 | lane.
    seat: u32,
    marks: u32,
    /// The same lane's view after its step; [`UNKNOWN`] before it was taken.
    next: u32,
    turn: Turn,
}

const UNKNOWN: u32 = u32::MAX;

const _: () = assert!(MAX_LANES == 8, "a seat has three bits for the lane");

impl View {
    const fn lane(&self) -> Lane {
        Lane::ALL[(self.seat & 7) as usize]
    }
}

struct Store<W, O> {
    worlds: Numbered<W>,
    owns: Numbered<O>,
    views: Vec<View>,
    numbers: Numbers,
    /// Marks, and which properties hold in a state that has them: few differ.
    judged: Vec<(u32, u64)>,
}

impl<W: Clone + Eq + Hash, O: Clone + Eq + Hash> Store<W, O> {
    /// The number of a view.
    fn view<A, const LANES: usize>(&mut self, actors: &A, world: u32, seat: u32) -> u32
    where
        A: Actors<LANES, World = W, Own = O>,
    {
        let Self { worlds, owns, views, numbers, .. } = self;
        let fingerprint = fingerprint(&(u64::from(world) << 32 | u64::from(seat)));
        let same = |number: u32| {
            let view = &views[number as usize];
            (view.world, view.seat) == (world, seat)
        };
        numbers.find(fingerprint, same).unwrap_or_else(|| {
            let number = views.len() as u32;
            numbers.put(fingerprint, number);
            let lane = Lane::ALL[(seat & 7) as usize];
            let (in_world, own) = (&worlds.values[world as usize], &owns.values[(seat >> 3) as usize]);
            let (turn, marks) = (actors.turn(in_world, own, lane), actors.marks(in_world, own, lane));
            views.push(View { world, seat, marks, next: UNKNOWN, turn });
            number
        })
    }

    /// The same lane's view after its next step.
    fn next<A, const LANES: usize>(&mut self, actors: &A, number: u32) -> u32
    where
        A: Actors<LANES, World = W, Own = O>,
    {
        let view = &self.views[number as usize];
        if view.next != UNKNOWN {
            return view.next;
        }
        let (lane, was) = (view.lane(), &self.worlds.values[view.world as usize]);
        let mut world = was.clone();
        let mut own = self.owns.values[(view.seat >> 3) as usize].clone();
        actors.step(&mut world, &mut own, lane);
        // Most steps only look.
        let world = if world == *was { view.world } else { self.worlds.number(world) };
        let seat = self.owns.number(own) << 3 | lane.index() as u32;
        let next = self.view(actors, world, seat);
        self.views[number as usize].next = next;
        next
    }
}

impl<A: Actors<LANES>, const LANES: usize> Interned<A, LANES> {
    /// A model of these actors.
    pub const fn new(actors: A) -> Self {
        let store = Store {
            worlds: Numbered::new(),
            owns: Numbered::new(),
            views: Vec::new(),
            numbers: Numbers::new(),
            judged: Vec::new(),
        };
        Self { actors, store: RefCell::new(store) }
    }

    /// The actors.
    pub const fn actors(&self) -> &A {
        &self.actors
    }
}

impl<A: Actors<LANES>, const LANES: usize> Model for Interned<A, LANES> {
    type State = Views<LANES>;

    const LANES: usize = LANES;

    fn initial(&self) -> Views<LANES> {
        let mut store = self.store.borrow_mut();
        let (world, owns) = self.actors.initial();
        let world = store.worlds.number(world);
        let mut lane = 0;
        Views(owns.map(|own| {
            let seat = store.owns.number(own) << 3 | lane;
            lane += 1;
            store.view(&self.actors, world, seat)
        }))
    }

    fn turn(&self, Views(views): &Views<LANES>, lane: Lane) -> Turn {
        self.store.borrow().views[views[lane.index()] as usize].turn
    }

    fn step(&self, Views(views): &mut Views<LANES>, lane: Lane) {
        let mut store = self.store.borrow_mut();
        let number = views[lane.index()];
        let next = store.next(&self.actors, number);
        let world = store.views[next as usize].world;
        if world != store.views[number as usize].world {
            for (_, view) in views.iter_mut().enumerate().filter(|&(at, _)| at != lane.index()) {
                let seat = store.views[*view as usize].seat;
                *view = store.view(&self.actors, world, seat);
            }
        }
        views[lane.index()] = next;
    }

    fn turns(&self, Views(views): &Views<LANES>) -> [Turn; MAX_LANES] {
        let store = self.store.borrow();
        let mut turns = [Turn::Done; MAX_LANES];
        for (turn, &view) in turns.iter_mut().zip(views) {
            *turn = store.views[view as usize].turn;
        }
        turns
    }

    fn properties(&self) -> &[Property] {
        self.actors.properties()
    }

    fn holds(&self, state: &Views<LANES>, property: usize) -> bool {
        self.held(state) >> property & 1 != 0
    }

    fn held(&self, Views(views): &Views<LANES>) -> u64 {
        let mut store = self.store.borrow_mut();
        let marks = views.iter().fold(0, |marks, &view| marks | store.views[view as usize].marks);
        if let Some(&(_, held)) = store.judged.iter().find(|(of, _)| *of == marks) {
            return held;
        }
        let held = held(self.properties().len(), |property| self.actors.holds(marks, property));
        store.judged.push((marks, held));
        held
    }
}

impl<A: Actors<LANES>, const LANES: usize> fmt::Debug for Interned<A, LANES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = self.store.borrow();
        f.debug_struct("Interned")
            .field("worlds", &store.worlds.values.len())
            .field("owns", &store.owns.values.len())
            .field("views", &store.views.len())
            .finish_non_exhaustive()
    }
}
