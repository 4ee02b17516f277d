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

use crate::chunks::Chunks;
use crate::lane::{Lane, MAX_LANES, Turn, Turns};
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

    /// Whether nobody is in this lane: it is [`Turn::Done`] in every world and never marks anything.
    fn is_empty(&self, _: &Self::Own) -> bool {
        false
    }

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
    /// Which properties hold in a state without marks.
    unmarked: u64,
    store: RefCell<Store<A::World, A::Own>>,
}

/// A state of [`Interned`] actors: each lane's view, which is the world and the lane's own part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Views<const LANES: usize>([ViewId; LANES]);

/// A view by its number, with what is asked of every state: number << 3 | whether it has marks << 2 | the lane's turn,
/// or 3 where nobody is in the lane: it stays as it is in whatever world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ViewId(u32);

impl ViewId {
    /// The views' numbers are below 2^29: a search ends at as many states.
    const fn new(number: u32, turn: Turn, marks: u32) -> Self {
        Self(number << 3 | ((marks != 0) as u32) << 2 | turn as u32)
    }

    /// A lane that nobody is in.
    const fn empty(number: u32) -> Self {
        Self(number << 3 | 3)
    }

    const fn is_empty(self) -> bool {
        self.0 & 3 == 3
    }

    const fn number(self) -> u32 {
        self.0 >> 3
    }

    const fn has_marks(self) -> bool {
        self.0 & 4 != 0
    }

    const fn turn(self) -> Turn {
        match self.0 & 3 {
            0 => Turn::Move,
            1 => Turn::Wait,
            _ => Turn::Done,
        }
    }
}

const _: () = assert!(Turn::Move as u32 == 0 && Turn::Wait as u32 == 1 && Turn::Done as u32 == 2);

impl<const LANES: usize> Hash for Views<LANES> {
    /// Two at a time.
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        for pair in self.0.chunks(2) {
            hasher.write_u64(pair.iter().fold(0, |all, view| all << 32 | u64::from(view.0)));
        }
    }
}

/// Values by number, each once.
struct Numbered<T> {
    values: Chunks<T>,
    numbers: Numbers,
}

impl<T: Eq + Hash> Numbered<T> {
    const fn new() -> Self {
        Self { values: Chunks::new(), numbers: Numbers::new() }
    }

    fn number(&mut self, value: T) -> u32 {
        let fingerprint = fingerprint(&value);
        self.numbers.find(fingerprint, |number| *self.values.at(number) == value).unwrap_or_else(|| {
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
    /// The same lane's view after its step, once it was taken.
    next: Option<Next>,
    turn: Turn,
}

/// Where a step leads.
#[derive(Clone, Copy)]
enum Next {
    /// To this view, in the same world.
    Here(ViewId),
    /// To this view, in another world.
    Elsewhere(ViewId),
}

const _: () = assert!(MAX_LANES == 8, "a seat has three bits for the lane");

impl View {
    const fn lane(&self) -> Lane {
        Lane::ALL[(self.seat & 7) as usize]
    }

    const fn id(&self, number: u32) -> ViewId {
        ViewId::new(number, self.turn, self.marks)
    }
}

struct Store<W, O> {
    worlds: Numbered<W>,
    owns: Numbered<O>,
    views: Chunks<View>,
    numbers: Numbers,
    /// Marks, and which properties hold in a state that has them: few differ.
    judged: Vec<(u32, u64)>,
}

impl<W: Clone + Eq + Hash, O: Clone + Eq + Hash> Store<W, O> {
    /// A view.
    fn view<A, const LANES: usize>(&mut self, actors: &A, world: u32, seat: u32) -> ViewId
    where
        A: Actors<LANES, World = W, Own = O>,
    {
        let Self { worlds, owns, views, numbers, .. } = self;
        let fingerprint = fingerprint(&(u64::from(world) << 32 | u64::from(seat)));
        let same = |number: u32| {
            let view = views.at(number);
            (view.world, view.seat) == (world, seat)
        };
        if let Some(number) = numbers.find(fingerprint, same) {
            return views.at(number).id(number);
        }
        let number = views.len() as u32;
        numbers.put(fingerprint, number);
        let lane = Lane::ALL[(seat & 7) as usize];
        let (in_world, own) = (worlds.values.at(world), owns.values.at(seat >> 3));
        let (turn, marks) = (actors.turn(in_world, own, lane), actors.marks(in_world, own, lane));
        views.push(View { world, seat, marks, next: None, turn });
        ViewId::new(number, turn, marks)
    }

    /// The same lane's view after its next step.
    #[inline]
    fn next<A, const LANES: usize>(&mut self, actors: &A, view: ViewId) -> Next
    where
        A: Actors<LANES, World = W, Own = O>,
    {
        let next = self.views.at(view.number()).next;
        next.unwrap_or_else(|| self.take(actors, view))
    }

    /// Takes a step for the first time.
    fn take<A, const LANES: usize>(&mut self, actors: &A, of: ViewId) -> Next
    where
        A: Actors<LANES, World = W, Own = O>,
    {
        let view = self.views.at(of.number());
        let (lane, was) = (view.lane(), self.worlds.values.at(view.world));
        let mut world = was.clone();
        let mut own = self.owns.values.at(view.seat >> 3).clone();
        actors.step(&mut world, &mut own, lane);
        // Most steps only look.
        let changed = world != *was;
        let world = if changed { self.worlds.number(world) } else { view.world };
        let seat = self.owns.number(own) << 3 | lane.index() as u32;
        let next = self.view(actors, world, seat);
        let next = if changed { Next::Elsewhere(next) } else { Next::Here(next) };
        self.views.at_mut(of.number()).next = Some(next);
        next
    }
}

/// Which properties hold in a state with these marks.
fn judged<A: Actors<LANES>, const LANES: usize>(actors: &A, marks: u32) -> u64 {
    held(actors.properties().len(), |property| actors.holds(marks, property))
}

impl<A: Actors<LANES>, const LANES: usize> Interned<A, LANES> {
    /// A model of these actors.
    pub fn new(actors: A) -> Self {
        let store = Store {
            worlds: Numbered::new(),
            owns: Numbered::new(),
            views: Chunks::new(),
            numbers: Numbers::new(),
            judged: Vec::new(),
        };
        Self { unmarked: judged(&actors, 0), actors, store: RefCell::new(store) }
    }

    /// Which properties hold in a state with the marks of these views.
    fn judge(&self, views: &[ViewId; LANES]) -> u64 {
        let mut store = self.store.borrow_mut();
        let marks = views.iter().fold(0, |marks, view| marks | store.views.at(view.number()).marks);
        if let Some(&(_, held)) = store.judged.iter().find(|(of, _)| *of == marks) {
            return held;
        }
        let held = judged(&self.actors, marks);
        store.judged.push((marks, held));
        held
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
            let is_empty = self.actors.is_empty(&own);
            let seat = store.owns.number(own) << 3 | lane;
            lane += 1;
            let view = store.view(&self.actors, world, seat);
            if is_empty { ViewId::empty(view.number()) } else { view }
        }))
    }

    fn turn(&self, Views(views): &Views<LANES>, lane: Lane) -> Turn {
        views[lane.index()].turn()
    }

    #[inline]
    fn step(&self, Views(views): &mut Views<LANES>, lane: Lane) {
        let mut store = self.store.borrow_mut();
        let next = match store.next(&self.actors, views[lane.index()]) {
            Next::Here(next) => next,
            Next::Elsewhere(next) => {
                let world = store.views.at(next.number()).world;
                let others = views.iter_mut().enumerate().filter(|(at, _)| *at != lane.index());
                for (_, view) in others.filter(|(_, view)| !view.is_empty()) {
                    let seat = store.views.at(view.number()).seat;
                    *view = store.view(&self.actors, world, seat);
                }
                next
            }
        };
        views[lane.index()] = next;
    }

    #[inline]
    fn turns(&self, Views(views): &Views<LANES>) -> Turns {
        let lanes = views.iter().zip(&Lane::ALL);
        lanes.fold(Turns::default(), |turns, (view, &lane)| turns.with(lane, view.turn()))
    }

    fn properties(&self) -> &[Property] {
        self.actors.properties()
    }

    fn holds(&self, state: &Views<LANES>, property: usize) -> bool {
        self.held(state) >> property & 1 != 0
    }

    #[inline]
    fn held(&self, Views(views): &Views<LANES>) -> u64 {
        // Most states have no marks.
        if views.iter().any(|view| view.has_marks()) { self.judge(views) } else { self.unmarked }
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
