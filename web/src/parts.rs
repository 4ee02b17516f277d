//! The parts of the program that arrive later, each when somebody wants what is in it.
//!
//! | part | what it holds |
//! |---|---|
//! | [`lab`] | the race lab, and the verdicts; whether a walk is safe beside other CPUs |
//! | [`more`] | what a walk needs at times: its help, the levels view, dumps, what a write changed, reading a file; the patch's callers, with their scenarios; the [`Desk`](crate::desk::Desk) |
//! | [`tables`] | what fetches and reads the tables of a captured machine |
//! | [`compare`] | two runs side by side |
//! | [`learn`] | the lessons, and the glossary, which explains the terms of all pages |
//!
//! A reader of a walk does not wait for them: they are not in the first download. The first part knows none of their
//! types; it has what [has arrived](Arrived), and the names of what will, so that a mistyped address needs nothing more to
//! be answered. How a part is reached is for whoever starts the page to say ([`Reach`]): `main.rs` splits the program
//! there, tests have everything at once.

mod beside;
mod bring;
pub mod compare;
mod desk;
pub mod lab;
pub mod learn;
pub mod more;
pub mod tables;

use std::pin::Pin;

use js_sys::Array;
use races::Beside;
use scenario::Library;
use yew::Callback;

use crate::desk::Lay;
use crate::later::{Later, Load, Part, PartError, Verdicts, Words};
use crate::pages::walk::Walk;
use crate::pages::{Page, Races};
use crate::shared::Shared;

/// A part that has arrived.
#[derive(Debug)]
pub enum Arrived {
    /// The race lab, and the verdicts.
    Lab(Lab),
    /// What a walk needs at times, and the patch's callers.
    More(More),
    /// What fetches and reads the tables of a captured machine.
    Tables(Load),
    /// The page of two runs side by side.
    Compare(Box<dyn Page>),
    /// The lessons, and the glossary.
    Learn(Box<dyn Page>, Words),
}

/// The part [`lab`], as the first one has it.
#[derive(Debug)]
pub struct Lab {
    /// The pages of races, of verdicts, and of a walk that a person states.
    pub pages: [Box<dyn Page>; 3],
    /// Whether a walk is safe beside other CPUs.
    pub beside: fn(Beside) -> Box<dyn Verdicts>,
    /// What a lesson has of it.
    pub races: Races,
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
    /// Reads files that a person opened.
    pub bring: Bring,
    /// What lies beside every page.
    pub desk: Lay,
}

/// Reads the first of these files, and says what that changes, more than once; nothing once files were chosen for another time than
/// that ([`Files::turn`](crate::files::Files::turn)).
pub type Bring = fn(u32, Array, Callback<Change>);

/// What reading a file changes.
pub struct Change(pub Box<Apply>);

/// Changes something, and returns whether the walk has to be shown then.
pub type Apply = dyn FnOnce(&mut Walk, &mut Shared) -> bool;

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Change")
    }
}

/// Fetches a part. After an error it may be asked for again.
pub type Reach = fn(Part) -> Coming;

/// A part that is on its way.
pub type Coming = Pin<Box<dyn Future<Output = Result<Arrived, PartError>>>>;
