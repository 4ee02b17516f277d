//! Every interleaving of a few actors: is there an order of their steps that goes wrong?
//!
//! Actors move in lanes, one atomic step at a time, in any order; a [`Model`] says which lanes can move in a
//! state and what a step does. A [`Search`] visits every state that any order of steps leads to, each once
//! and nearest first, a slice at a time. It ends with a [`Verdict`]: a property is broken and this shortest
//! [`Schedule`] shows it; or none is, in any state.
//!
//! Two lanes add 1 to a counter without a lock: each reads it, then writes one more than it has read. One update gets lost where
//! both read before either writes.
//!
//! ```
//! use explore::{Lane, Model, Property, Search, Turn, Verdict};
//!
//! struct Increments;
//!
//! /// The counter, what each lane has read, and how many steps each has taken.
//! type State = (u8, [u8; 2], [u8; 2]);
//!
//! impl Model for Increments {
//!     type State = State;
//!     const LANES: usize = 2;
//!
//!     fn initial(&self) -> State {
//!         (0, [0; 2], [0; 2])
//!     }
//!
//!     fn turn(&self, (_, _, taken): &State, lane: Lane) -> Turn {
//!         if taken[lane.index()] < 2 { Turn::Move } else { Turn::Done }
//!     }
//!
//!     fn step(&self, (counter, read, taken): &mut State, lane: Lane) {
//!         let at = lane.index();
//!         match taken[at] {
//!             0 => read[at] = *counter,
//!             _ => *counter = read[at] + 1,
//!         }
//!         taken[at] += 1;
//!     }
//!
//!     fn properties(&self) -> &[Property] {
//!         const { &[Property::always("no update is lost")] }
//!     }
//!
//!     fn holds(&self, (counter, _, taken): &State, _property: usize) -> bool {
//!         *taken != [2; 2] || *counter == 2
//!     }
//! }
//!
//! let mut search = Search::new(Increments, 1_000);
//! search.run(u32::MAX);
//! let Verdict::Fails { schedule, .. } = search.verdict() else { panic!("it is lost") };
//! println!("{schedule}");
//! // Lane a reads, lane b reads and writes, lane a writes.
//! assert_eq!(schedule.to_string(), "abab");
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`lane`] | who moves |
//! | [`schedule`] | who moved at each step, also as short text |
//! | [`model`] | what is searched: lanes, steps, properties |
//! | [`interned`] | a model whose lanes share a world: each step taken once |
//! | [`search`] | breadth first, resumable, with a limit |
//! | [`verdict`] | how it ends |
//! | [`mod@replay`] | a schedule run again, state by state |
//! | `chunks` | a list whose pieces stay where they are |
//! | `numbers` | the hash, and the hash table |
//! | `states` | the states that were seen: each once, a few bytes each |
//!
//! # What [`Verdict::Safe`] proves
//!
//! Every state that can be reached from [`Model::initial`] was reached, judged by every property, and gone on
//! from by every lane that can move. Two states are taken for one only when `Eq` says so: a hash finds the
//! candidates and never decides, so no collision can hide a state. The same is true of the worlds and parts of
//! [`Interned`] actors, which are compared whole, once each. It holds for this one model, under what
//! the model itself takes for granted:
//!
//! - [`Model::step`], [`Model::turn`] and [`Model::holds`] depend on nothing but the state (and the model,
//!   which does not change), and `Eq` and `Hash` look at all of what they depend on;
//! - a step is atomic and seen by all lanes at once: no weaker memory order is searched. What the real thing
//!   does in two reads must be two steps, or a race between them is not there to be found;
//! - what is bad shows in a state. What a step merely *does* (an assertion that fails, say) must leave its
//!   mark.
//!
//! The search claims nothing about fairness or time. Lanes that run in circles for ever while none waits are not a deadlock.
//!
//! # Why no interleaving is left out
//!
//! A step that touches only its own lane's variables, that no other lane can prevent, that no property looks
//! at and that is no part of a circle of such steps could be run together with the one before it, and no
//! verdict would change. The state counts would, and so would the steps of a schedule, which somebody who replays it
//! takes one by one ([`mod@replay`]) and which are to be those of the model. So a search takes the model's steps as they are;
//! a model that wants fewer states joins such steps itself, where a reader sees it.

#![no_std]

extern crate alloc;

mod chunks;
pub mod interned;
pub mod lane;
pub mod model;
mod numbers;
pub mod replay;
pub mod schedule;
pub mod search;
mod states;
pub mod verdict;

pub use interned::{Actors, Interned, Views};
pub use lane::{Lane, MAX_LANES, Turn, Turns};
pub use model::{Expect, MAX_PROPERTIES, Model, Property};
pub use replay::{CannotMove, Replay, replay};
pub use schedule::{Schedule, ScheduleError};
pub use search::{MAX_STATES, Progress, Search};
pub use verdict::{Broken, Verdict};
