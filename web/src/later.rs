//! The parts of the program that arrive later, each when somebody wants what is in it.
//!
//! | part | what it holds |
//! |---|---|
//! | [`lab`] | the race lab, and the verdicts |
//! | [`more`] | what a walk needs at times: its help, the levels view, dumps, what a write changed; the patch's callers, with their scenarios |
//!
//! A reader of a walk does not wait for them: they are not in the first download. The first part knows none of their
//! types; it has what [has arrived](Arrived), and the names of what will, so that a mistyped address needs nothing more to
//! be answered. How a part is reached is for whoever starts the page to say ([`Reach`]): `main.rs` splits the program
//! there, tests have everything at once.

pub mod lab;
pub mod more;

use std::pin::Pin;

use capture::Capture;
use narrate::{EntryDiff, Point};
use pagewalk::Event;
use pgtable::Model;
use scenario::{Library, Setup};

use crate::el::El;
use crate::named::named;
use crate::pages::Page;

named! {
    /// A part of the program that arrives later.
    pub enum Part {
        /// The race lab, and the verdicts.
        Lab = "lab",
        /// What a walk needs at times, and the patch's callers.
        More = "more",
    }
}

/// A part that has arrived.
#[derive(Debug)]
pub enum Arrived {
    /// The pages of races and of verdicts.
    Lab([Box<dyn Page>; 2]),
    /// What a walk needs at times, and the patch's callers.
    More(More),
}

/// The part [`more`], as the first one has it.
#[derive(Debug)]
pub struct More {
    /// The page of the patch's callers.
    pub callers: Box<dyn Page>,
    /// What the page of a walk has of it.
    pub later: Later,
    /// All scenarios.
    pub library: Library,
}

/// What the page of a walk has of the part [`more`].
#[derive(Clone, Copy, Debug)]
pub struct Later {
    /// The keys of the page and its signs.
    pub help: fn() -> El,
    /// The levels of a machine; what is different from the one before says what it was there.
    pub levels: fn(&'static Model, Option<&'static Model>) -> El,
    /// Records what a dump prints, if the setup is one.
    pub dump: fn(&Setup, &Capture) -> Option<Box<dyn Dump>>,
    /// What a write changed in the entry with this name.
    pub diff: fn(&str, &EntryDiff) -> El,
}

/// Not what is in it, as with a [`Page`].
impl std::fmt::Debug for dyn Dump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dump")
    }
}

/// What a dump prints, recorded beside the walk that makes it.
pub trait Dump {
    /// The next event of the run, and the number of its action, from 1.
    fn event(&mut self, event: &Event, action: u32);

    /// Marks the slots of the line that is current after so many actions.
    fn mark(&self, actions: u32, point: &mut Point);

    /// The lines around the step that ends after so many actions.
    fn view(&self, actions: u32) -> El;

    /// Number of actions after which the first entry of a line was noted.
    fn start_of(&self, line: u32) -> Option<u32>;
}

/// A part could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The rest of Pagewalk could not be loaded: is the page still served, is there a network?")]
pub struct PartError;

impl From<wasm_split_helpers::SplitLoaderError> for PartError {
    /// It says no more than that; the browser's console does.
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// Fetches a part. After an error it may be asked for again.
pub type Reach = fn(Part) -> Coming;

/// A part that is on its way.
pub type Coming = Pin<Box<dyn Future<Output = Result<Arrived, PartError>>>>;
