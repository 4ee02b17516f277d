//! Races: a walk, and another CPU that changes the page tables under it.
//!
//! # The model
//!
//! *Memory.* Every CPU is a machine whose step is one atomic action: one read or write of one entry, one lock taken or given up. All
//! see a write at once. All share one small world ([`Ground`]), and a table in it is live, queued, waiting for RCU, or freed; who
//! reads an entry of a freed table, or follows an entry that leads to no table, has failed, and with it the race.
//!
//! *Locks.* An rwsem (mmap_lock, mem_hotplug_lock, i_mmap_rwsem, the lock of a VMA) has one writer or many readers and one queue in
//! the order in which tasks came: a reader that comes behind a waiting writer waits, a trylock fails if anybody waits, and a
//! writer can downgrade ([`mm::Rwsem`]). A spinlock or mutex has one owner. RCU frees a table when all read sections that
//! began before it was handed over have ended; in a race it is a lane of its own. Who has interrupts off is in such a section.
//!
//! *What is found.* Some outcomes are no failures of memory: a page that a walk misses, that is pinned and has moved, or that a dump shows as
//! writable and executable. They are judged from what is in the tables, what the callbacks have seen, and a few notes ([`notes::Notes`]).
//!
//! *What a search proves.* That something goes wrong is a shortest schedule, which anybody can step. That nothing does means that every
//! state was seen which any order of these steps leads to, with these CPUs, each running its lines once, on this ground, under
//! this kernel's rules. It says nothing of more CPUs, of other ranges, or of code that no script here has; and nothing of what the
//! model leaves out: memory order weaker than this, TLBs, batching, interrupts, time.
//!
//! ```
//! use mm::LockMode;
//! use pagewalk::Revision;
//! use races::{Choice, RaceDef, survey::search};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let munmap = RaceDef::from_id("munmap").expect("a race");
//! let choice = Choice::of(munmap, munmap.model("x86_64-4level"), Revision::V7_3);
//! // The read lock is too little for a debug walk, the write lock is enough.
//! let read = search(&choice.with_lock(LockMode::Read))?;
//! assert_eq!(read.shortest().expect("a counterexample").to_string(), "b4a20b6a2");
//! assert!(search(&choice.with_lock(LockMode::Write))?.is_safe());
//! # Ok(())
//! # }
//! ```
//!
//! # The code
//!
//! Another CPU is a [`Script`]: the lines of a kernel function. The walker is a script as well, one line of which runs the one
//! [`Walk`](pagewalk::Walk); GUP-fast and fault-around, which look for a page by themselves, are scripts alone. A [`RaceDef`] is everything about a race, a [`Choice`] is a race with every choice made; [`Choice::start`]
//! sets it up, and a [`RaceSearch`] searches it by [`explore`].
//!
//! | module | what it holds |
//! |---|---|
//! | [`race`] | the races, a definition each, and their list |
//! | [`verdicts`] | what is expected of each of their variants, and tables of them |
//! | [`choice`] | a race with every choice made |
//! | [`setting`] | setting up a race: the world and the CPUs |
//! | [`ground`] | the small world |
//! | `late` | what arrives later where a program arrives in parts |
//! | [`step`] | what a line can do |
//! | [`cpu`] | running a script |
//! | [`locks`] | taking and releasing any lock |
//! | [`ops`] | callbacks |
//! | [`notes`] | what is noted that is neither an entry nor a lock |
//! | [`state`] | all CPUs in one world |
//! | [`outcome`] | what can go wrong |
//! | [`scheduled`] | a race and a schedule as one actor |
//! | [`model`] | a race as a model that can be searched |
//! | [`search`] | searching it fast |
//! | [`mod@fixes`] | from a commit or a CVE to its race |
//! | [`found`] | what a search has found |
//! | [`survey`] | all tables being searched, variant by variant |
//! | [`answers`] | why the patch's rules are what they are, each answer with the variants that show it |
//! | [`beside`] | which races a walk has |
//! | `between` | releases between the rows, and the rules that they follow |
//! | [`safe`] | a walk as a person states it: what it asserts, and which races count for it |
//! | [`compose`] | a race composed of switches: what if this line stood outside the lock? |
//! | `once` | a walk that reads each entry once |
//! | [`link`] | a race, its choices and a schedule as text, and back |
//!
//! Facts: Linux v6.16 to v7.3, the files that each script names.
#![no_std]

extern crate alloc;

#[macro_use]
mod late;

pub mod answers;
pub mod beside;
mod between;
pub mod choice;
pub mod compose;
pub mod cpu;
mod entries;
pub mod fixes;
pub mod found;
pub mod ground;
pub mod link;
pub mod locks;
mod looks;
pub mod model;
pub mod notes;
mod once;
pub mod ops;
pub mod outcome;
pub mod race;
pub mod safe;
pub mod scheduled;
pub mod search;
pub mod setting;
pub mod state;
pub mod step;
pub mod survey;
#[cfg(test)]
mod tests;
pub mod verdicts;
mod walker;

pub use answers::{ANSWERS, Answer, Evidence};
pub use beside::Beside;
pub use choice::Choice;
pub use compose::Composition;
pub use cpu::{Cpu, Inner};
pub use fixes::{Fix, fixes};
pub use found::Found;
pub use ground::Ground;
pub use link::{RaceLink, RaceLinkProblem};
pub use looks::told;
pub use model::{ASSUMES, Aim, RaceModel};
pub use ops::Ops;
pub use outcome::{OUTCOMES, Outcomes, short};
pub use race::{About, RACES, Race, RaceDef, Rule, RuleDef, are_complete, races};
pub use safe::Case;
pub use scheduled::Scheduled;
pub use search::RaceSearch;
pub use setting::{NotThere, Setting};
pub use state::State;
pub use step::{Line, Script, Step};
pub use survey::{Place, Survey, Variant};
pub use verdicts::{Columns, Row, Table};

/// Makes the whole library known. Of a program that arrives in parts, each part that needs it calls this, and so brings it.
pub fn complete() {
    #[cfg(feature = "parts")]
    {
        race::complete();
        verdicts::complete();
        fixes::complete();
        between::complete();
        looks::complete();
        cpu::complete();
        state::complete();
        ops::complete();
    }
}
