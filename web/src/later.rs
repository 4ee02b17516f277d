//! What the first part of the program has of the later ones ([`parts`](crate::parts)).

use std::pin::Pin;

use capture::Capture;
use narrate::sheet::Block;
use narrate::{EntryDiff, Point, Timeline};
use pagewalk::Event;
use pgtable::{Model, VirtAddr};
use races::Beside;
use scenario::{Library, Link, Runner, Setup};
use wasm_bindgen::JsValue;
use web_sys::Element;
use yew::Callback;

use crate::el::El;
use crate::files::Files;
use crate::named::named;
use crate::progress::Progress;

named! {
    /// A part of the program that arrives later.
    pub enum Part {
        /// The race lab, and the verdicts.
        Lab = "lab",
        /// What a walk needs at times, and the patch's callers.
        More = "more",
        /// What fetches and reads the tables of a captured machine.
        Tables = "tables",
        /// Two runs side by side.
        Compare = "compare",
        /// The lessons, and the glossary.
        Learn = "learn",
        /// What opens files and texts of one's own.
        Door = "door",
        /// Calls that a person puts together.
        Call = "call",
        /// Races that a person composes, and walks that a person states.
        Switches = "switches",
        /// Races that not everybody asks for.
        Rare = "rare",
    }
}

/// Fetches and reads the capture in a folder; else the sentence says what is wrong.
pub type Load = fn(&'static str, Callback<Progress>) -> Loaded;

/// A capture that is on its way.
pub type Loaded = Pin<Box<dyn Future<Output = Result<Capture, String>>>>;

/// What the page of a walk has of the part [`More`](Part::More).
#[derive(Clone, Copy, Debug)]
pub struct Later {
    /// The keys of the page and its signs.
    pub help: fn() -> El,
    /// The reason of a step, for whoever asks.
    pub why: fn(&Point) -> &'static str,
    /// The levels of a machine; what is different from the one before says what it was there.
    pub levels: fn(&'static Model, Option<&'static Model>) -> El,
    /// Records what a dump prints, if the setup is one.
    pub dump: fn(&Setup, &Capture) -> Option<Box<dyn Dump>>,
    /// What a write changed in the entry with this name.
    pub diff: fn(&str, &EntryDiff) -> El,
    /// All scenarios, each with a picture.
    pub gallery: fn(&Setup, &Library) -> El,
    /// The files that a person opened, as far as they can be chosen in that setup; none if there is none.
    pub files: fn(&Setup, &Files) -> Option<El>,
    /// What was assumed of the tables of that setup, if they are built from a text.
    pub built: fn(&Setup, &Files) -> Option<El>,
}

/// What all pages have of the part [`Learn`](Part::Learn): its glossary.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The page has been drawn into this element: its terms are looked for.
    pub drawn: fn(&Element),
    /// The words of the page, and all others.
    pub sheet: fn() -> El,
}

/// Not what is in it, as with a [`Page`](crate::pages::Page).
impl std::fmt::Debug for dyn Dump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dump")
    }
}

/// Whether a walk is safe beside other CPUs: what was found by now.
pub trait Verdicts {
    /// Of which walk.
    fn of(&self) -> Beside;

    /// Whether everything is searched.
    fn is_complete(&self) -> bool;

    /// Searches for some milliseconds. Returns whether there is something new to see.
    fn run_slice(&mut self) -> bool;

    /// For a person.
    fn view(&self) -> El;

    /// The same, to be taken away.
    fn blocks(&self) -> Vec<Block>;
}

impl std::fmt::Debug for dyn Verdicts + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verdicts")
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

/// The part [`take`](crate::parts::take), as the desk has it.
#[derive(Clone, Copy, Debug)]
pub struct Take {
    /// Makes a file.
    pub make: fn(&Wish<'_>) -> Making,
}

/// A file that is wanted, of a walk that was recorded to its end.
#[derive(Debug)]
pub struct Wish<'a> {
    /// What kind of file.
    pub kind: FileKind,
    /// The walk, at a step.
    pub link: &'a Link,
    /// The run.
    pub timeline: &'a Timeline<Runner>,
    /// Its first address.
    pub start: VirtAddr,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// The figure of a step, as SVG.
    Svg,
    /// The same as a picture of points.
    Png,
    /// The page, with all that the walk needs.
    Html,
}

/// A file that is being made: a `Blob` of the browser, or a sentence that says why there is none.
pub type Making = Pin<Box<dyn Future<Output = Result<JsValue, String>>>>;

/// Fetches the part [`take`](crate::parts::take). It belongs to [`more`](crate::parts::more) alone, so the pages know nothing of it.
pub type Taking = fn() -> Taken;

/// That part, on its way.
pub type Taken = Pin<Box<dyn Future<Output = Result<Take, PartError>>>>;

/// A part is not here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// It could not be loaded.
    #[error("The rest of Pagewalk could not be loaded: is the page still served, is there a network?")]
    NotLoaded,
    /// The page is one file, and that part is not in it.
    #[error(
        "This file holds one walk, and this is not in it. The whole of Pagewalk is on a site, or in a file that was made with `--all`"
    )]
    NotInFile,
}
