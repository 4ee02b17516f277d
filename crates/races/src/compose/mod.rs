//! A race composed of switches: “what if this line stood outside the lock?”
//!
//! A [`Composition`] is a race of the library with what is different about it: how the walker is kept from harm, which lines of the
//! other CPU stand inside which lock, how it frees tables, and what the surroundings guarantee. Where nothing is different it is that race, so
//! all variants of the library are points of this space. What makes no sense is refused, with the reason ([`NoSense`]).
//!
//! ```
//! use races::compose::{Composition, Guard, Guarded, Switches};
//! use races::{Choice, race};
//! use mm::LockMode;
//! use pagewalk::Revision;
//!
//! // A huge vmap that holds init_mm's lock for reading, but sets its leaf outside.
//! let x86 = pgtable::model("x86_64-4level").expect("a known model");
//! let vmap = Choice::of(&race::huge_vmap::RACE, x86, Revision::V7_3).with_rule("nothing").with_lock(LockMode::Write);
//! let guard = Guard { lock: Guarded::InitMm, mode: LockMode::Read, trylock: true, first: 2, last: 4 };
//! let of = Composition { choice: vmap, switches: Switches { guard: Some(guard), ..Switches::default() } };
//! assert!(of.search().expect("it makes sense").is_safe());
//! assert_eq!(of.to_string(), "v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing&guard=init-read:try:2-4");
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`edit`] | what the switches do to the lines of a script |
//! | [`link`] | a composition as text, and back |
//! | [`switch`] | the switches, one by one, for a person |
//! | [`words`] | what was asked and what came out, as a sentence |

pub mod edit;
pub mod link;
pub mod switch;
#[cfg(test)]
mod tests;
pub mod words;

use alloc::vec::Vec;

use mm::{LockMode, Task};

use crate::choice::Choice;
use crate::found::Found;
use crate::model::{Aim, RaceModel};
use crate::search::RaceSearch;
use crate::setting::NotThere;
use crate::state::State;
use crate::step::{Line, Lock};
use crate::survey::MOST_STATES;

pub use edit::NoSense;
pub use link::{ComposeLink, ComposeProblem};
pub use switch::{Change, SWITCHES, Switch};

/// A race of the library, and what is different about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Composition {
    /// Who walks and under which lock, on which machine, under which kernel's rules, and what the other CPU does.
    pub choice: Choice,
    /// What is different.
    pub switches: Switches,
}

/// What is different from the race as the library has it; by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    /// The walker is in an RCU read section from before its first read to after its last one, at all levels.
    pub rcu: bool,
    /// Whether the walker holds `mem_hotplug_lock` for reading (`get_online_mems()`).
    pub hotplug: Option<bool>,
    /// Some lines of the other CPU stand inside a lock.
    pub guard: Option<Guard>,
    /// The other CPU never takes this lock.
    pub without: Option<Guarded>,
    /// When the other CPU's tables are freed.
    pub frees: Option<Frees>,
    /// What the surroundings guarantee.
    pub around: Around,
    /// How often the walker reads an entry.
    pub reads: Reads,
    /// The dump has to show the tables before the other CPU's change or those after it, and nothing between.
    pub whole: bool,
}

/// How often the walker reads an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// As the kernel's source says: each mention of an entry is a read.
    #[default]
    AsWritten,
    /// A walk reads each entry once, and tests and follows the value that it has read.
    Once,
    /// Of code that reads an entry once: without `READ_ONCE()`, what was tested is read again where it is used.
    Repeated,
    /// Of code that reads an entry again to see whether it has changed: the second read is left out.
    Merged,
}

impl Reads {
    /// Those that can be named in links.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Once, "once"), (Self::Repeated, "repeated"), (Self::Merged, "merged")];
}

/// A lock around some lines of the other CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Which lock.
    pub lock: Guarded,
    /// For reading or writing.
    pub mode: LockMode,
    /// It is only tried for: who does not get it gives up, and goes on where it releases what it held before.
    pub trylock: bool,
    /// The first line inside, from 1, as the script has them without the guard.
    pub first: u8,
    /// The last line inside.
    pub last: u8,
}

/// A lock that the other CPU can be told to take or not to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// The lock of `init_mm`.
    InitMm,
    /// The lock of the process's mm.
    Mm,
    /// `mem_hotplug_lock`.
    Hotplug,
}

impl Guarded {
    /// All of them, by their names in links.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::InitMm, "init"), (Self::Mm, "mm"), (Self::Hotplug, "hotplug")];

    /// The lock in a script.
    const fn lock(self) -> Lock {
        match self {
            Self::InitMm => crate::setting::INIT_MM,
            Self::Mm => crate::setting::MM,
            Self::Hotplug => Lock::Hotplug,
        }
    }

    /// As the kernel calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InitMm => "init_mm's lock",
            Self::Mm => "the mm's lock",
            Self::Hotplug => "mem_hotplug_lock",
        }
    }
}

/// When the tables that the other CPU gives up are freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frees {
    /// At once, whoever may read them.
    Now,
    /// After a grace period: when all who were in an RCU read section have left it.
    Rcu,
    /// Together, at the end of its script: after a grace period where the machine hands its batches to RCU, else at once.
    Batch,
}

impl Frees {
    /// All of them, by their names in links.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Now, "now"), (Self::Rcu, "rcu"), (Self::Batch, "batch")];
}

/// What the surroundings of the walk guarantee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Around {
    /// Nothing.
    #[default]
    Nothing,
    /// The caller owns the memory that it walks until it has walked: nobody takes it away before.
    Owns,
    /// The caller is inside memory hotplug: it holds `mem_hotplug_lock` for writing.
    InsideHotplug,
}

impl Around {
    /// Those that can be named in links.
    pub const ALL: [(Self, &'static str); 2] =
        [(Self::Owns, "owns"), (Self::InsideHotplug, "inside-hotplug")];
}

impl Composition {
    /// A race as the library has it.
    pub fn of(choice: Choice) -> Self {
        Self { choice, switches: Switches::default() }
    }

    /// The lines of the other CPU as the race has them: those that [`Guard`] counts.
    ///
    /// # Errors
    /// [`NotThere`] when the race does not happen on this machine or in this kernel.
    pub fn lines(&self) -> Result<Vec<Line>, NotThere> {
        let state = self.choice.start()?;
        Ok(state.cpus.get(1).map_or_else(Vec::new, |cpu| cpu.script().lines.clone()))
    }

    /// The race before anybody has moved.
    ///
    /// # Errors
    /// [`NoSense`] says what the switches contradict.
    pub fn start(&self) -> Result<State, NoSense> {
        let mut state = self.choice.start()?;
        let Switches { rcu, hotplug, guard, without, frees, around, reads, whole } = self.switches;
        if let Some(walker) = state.cpus.get_mut(0) {
            edit::walker(walker, self.choice.revision, rcu, hotplug)?;
            edit::reads(walker, reads)?;
        }
        if let Some(other) = state.cpus.get_mut(1) {
            edit::other(other, guard, without, frees)?;
        }
        if whole {
            edit::whole(&mut state)?;
        }
        if around != Around::Nothing {
            edit::around(&mut state.cpus, around)?;
            if around == Around::InsideHotplug {
                state.world.hotplug.preset(Task::Walker, LockMode::Write);
            }
        }
        Ok(state)
    }

    /// Searches it from the first state to the last; a search that would see more than [`MOST_STATES`] stops there and proves nothing.
    ///
    /// # Errors
    /// [`NoSense`] says what the switches contradict.
    pub fn search(&self) -> Result<Found, NoSense> {
        let mut search = RaceSearch::new(RaceModel::from_state(self.start()?, Aim::Everything), MOST_STATES);
        search.run(u32::MAX);
        Ok(Found::of(&search))
    }
}
