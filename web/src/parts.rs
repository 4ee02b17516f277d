//! The parts of the program that arrive later, each when somebody wants what is in it.
//!
//! | part | what it holds |
//! |---|---|
//! | [`page`] | the page around all pages; it is fetched beside the first part |
//! | [`lab`] | the race lab, and the verdicts; whether a walk is safe beside other CPUs |
//! | [`more`] | what a walk needs at times: its help, the levels view, dumps, what a write changed; the patch's callers, with their scenarios; the [`Desk`](crate::desk::Desk) |
//! | [`tables`] | what fetches and reads the tables of a captured machine |
//! | [`compare`] | two runs side by side |
//! | [`learn`] | the lessons, and the glossary, which explains the terms of all pages |
//! | [`door`] | what opens files and texts of one's own |
//! | [`element`] | walks in elements of other pages |
//! | [`call`] | calls that a person puts together |
//! | [`switches`] | races that a person composes, and walks that a person states |
//! | [`rare`] | races that not everybody asks for, with their verdicts; how far all can be trusted |
//! | [`take`] | what writes files of a step: its figure, and the page with all that it needs |
//!
//! A reader of a walk does not wait for them: they are not in the first download. The first part knows none of their
//! types; it has what [has arrived](Arrived), and the names of what will, so that a mistyped address needs nothing more to
//! be answered. How a part is reached is for whoever starts the page to say ([`Reach`]): `main.rs` splits the program
//! there, tests have everything at once.

mod beside;
mod bring;
pub mod call;
pub mod compare;
mod desk;
pub mod door;
pub mod element;
pub mod lab;
pub mod learn;
pub mod more;
pub mod page;
pub mod rare;
pub mod switches;
pub mod tables;
pub mod take;

use std::pin::Pin;

use js_sys::Array;
use races::Beside;
use scenario::Library;
use yew::Callback;

use crate::browser;
use crate::desk::Lay;
use crate::el::El;
use crate::later::{Later, Load, Part, PartError, Taking, Verdicts, Words};
use crate::pages::walk::Walk;
use crate::pages::{Page, Races};
use crate::place::Place;
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
    /// What opens files and texts, told whom to tell what that changes.
    Door(fn(Callback<Change>) -> Door),
    /// The page of a call that a person puts together, told whom to tell that something was typed.
    Call(fn(Callback<Change>) -> Box<dyn Page>),
    /// The pages of a race that a person composes, and of a walk that a person states.
    Switches([Box<dyn Page>; 2]),
    /// All races: whoever has the race lab finds them there. And what shows how far all can be trusted.
    Rare(fn() -> El),
}

/// The part [`lab`], as the first one has it.
#[derive(Debug)]
pub struct Lab {
    /// The pages of races, and of verdicts.
    pub pages: [Box<dyn Page>; 2],
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
    /// What lies beside every page.
    pub desk: Lay,
    /// How what writes files is reached.
    pub taking: Taking,
}

/// The part [`door`], as the first one has it.
#[derive(Debug)]
pub struct Door {
    /// Its page.
    pub page: Box<dyn Page>,
    /// Reads files, and texts as strings, that a person gave the page anywhere. What were given before are not read any more.
    pub bring: Bring,
}

/// Reads what is in a list.
pub struct Bring(pub Box<dyn Fn(Array)>);

impl std::fmt::Debug for Bring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bring")
    }
}

/// What reading a file changes.
pub struct Change(pub Box<Apply>);

/// Changes something, and returns the page that has to be shown then, if another one.
pub type Apply = dyn FnOnce(&mut Walk, &mut Shared) -> Option<Place>;

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Change")
    }
}

/// Fetches a part. After an error it may be asked for again.
pub type Reach = fn(Part) -> Coming;

/// A part that is on its way.
pub type Coming = Pin<Box<dyn Future<Output = Result<Arrived, PartError>>>>;

/// Makes known what no first walk needs: all models, and `folio_walk_start()`. Each part that offers both calls this, and so brings them.
pub fn complete() {
    pgtable::complete();
    pagewalk::complete();
}

impl From<wasm_split_helpers::SplitLoaderError> for PartError {
    /// It says no more than that; the browser's console does.
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        if browser::is_one_file() { Self::NotInFile } else { Self::NotLoaded }
    }
}
