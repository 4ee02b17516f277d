//! Races: a walk, and another CPU that changes the page tables under it.
//!
//! Everybody is a machine of the walker's kind, in the same small world ([`Place`]). Another CPU is a [`Script`]: the lines of
//! a kernel function, each one atomic action. The walker is a script as well, one line of which runs the one [`Walk`](pagewalk::Walk). A
//! [`Choice`] says which race, on which architecture, under which kernel's rules and with which locks; [`Choice::start`] sets it
//! up, and [`explore`] searches it for an order of steps that goes wrong.
//!
//! A debug walk of a process against `munmap()`: the read lock is too little, the write lock is enough.
//!
//! ```
//! use mm::LockMode;
//! use races::{Choice, Race, survey};
//! use pagewalk::Revision;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let choice = Choice::of(Race::Munmap, pgtable::model("x86_64-4level")?, Revision::V7_3);
//! let read = survey::search(&choice.with_lock(LockMode::Read))?;
//! println!("goes wrong in this order: {:?}", read.shortest().expect("a counterexample"));
//! assert!(survey::search(&choice.with_lock(LockMode::Write))?.is_safe());
//! # Ok(())
//! # }
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`place`] | the small world |
//! | [`step`] | what a line can do |
//! | [`cpu`] | running a script |
//! | [`ops`] | callbacks |
//! | [`choice`] | the races, and what can be chosen of each |
//! | [`texts`] | each race in words: what is to be tried, what went wrong, which rule forbids it |
//! | [`start`] | who takes part |
//! | [`state`] | all CPUs in one world, and what has gone wrong there |
//! | [`scheduled`] | a race and a schedule as one actor |
//! | [`vmap`] | the rules that huge vmaps have followed |
//! | [`model`] | a race as a model that can be searched |
//! | [`found`] | what a search has found |
//! | [`matrix`] | races × locks × rules × kernels, with the verdict that each has |
//! | [`survey`] | the whole matrix being searched, variant by variant, in any order |
//! | [`answers`] | why the patch's rules are what they are, each answer with the variants that show it |
//! | [`link`] | a race, its choices and a schedule as text, and back |
//!
//! Facts: Linux v6.16 to v7.3, the files that each script names. What a lock cannot see is left out: batching, CPUs that are
//! slow to see a write, TLBs.

#![no_std]

extern crate alloc;

pub mod answers;
mod assertions;
pub mod choice;
mod collapse;
pub mod cpu;
mod entries;
mod faults;
pub mod found;
mod hot_remove;
pub mod link;
pub mod locks;
pub mod matrix;
pub mod model;
mod munmap;
pub mod ops;
pub mod place;
mod pte_tables;
pub mod scheduled;
mod set_prot;
pub mod start;
pub mod state;
pub mod step;
pub mod survey;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod vmap;
mod walker;

pub use answers::{ANSWERS, Answer, Evidence};
pub use assertions::{OUTCOMES, first, link_for, model_of, race_for, short};
pub use choice::{Choice, Race};
pub use cpu::{Cpu, Inner};
pub use found::Found;
pub use link::{RaceLink, RaceLinkProblem};
pub use matrix::{Cell, Columns, Row, Table};
pub use model::{Aim, RaceModel};
pub use ops::Ops;
pub use place::Place;
pub use scheduled::Scheduled;
pub use start::NotThere;
pub use state::{Outcomes, State};
pub use step::{Line, Script, Step};
pub use survey::{Slot, Survey, Variant};
pub use texts::{RACES, RaceText};
