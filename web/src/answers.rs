//! What was read of what a person gave the page: files and texts.

use std::cell::RefCell;
use std::rc::Rc;

use decode::{Found, Reading};
use pagewalk::{Release, Revision};
use pgtable::Model;
use scenario::FileId;
use splats::Explained;
use texts::check::Checked;
use texts::diff::Compared;
use texts::{Listing, Range, Rights, Wish};
use vmcore::{Root, Tables};
use wasm_bindgen::JsValue;

use crate::values::Values;

/// A file, or a text as the browser keeps one.
#[derive(Clone, Debug)]
pub struct Given {
    /// What it is called.
    pub name: String,
    /// The browser's `Blob`: it is read again when something else is chosen.
    pub blob: JsValue,
}

/// What a person chose for one of them, instead of what would be assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Want {
    /// Of a text: its format and its machine.
    pub text: Wish,
    /// Of a machine's memory: where its tables begin.
    pub root: Option<RootAt>,
}

/// Where page tables begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RootAt {
    /// Physical address of the root table.
    pub at: u64,
    /// Whose tables they are.
    pub model: &'static Model,
    /// Of a raw image: the physical address of its first byte.
    pub base: u64,
}

/// What was read of one of them.
#[derive(Debug)]
pub struct Answer {
    /// Of what.
    pub given: Given,
    /// What a person chose for it.
    pub want: Want,
    /// What it says.
    pub said: Said,
}

/// What a file or text says. One text may say several things.
#[derive(Debug, Default)]
pub struct Said {
    /// Page tables as a program prints them.
    pub listing: Option<Box<Shown>>,
    /// The tables of a machine: of its memory, or captured.
    pub machine: Option<Box<Machine>>,
    /// Two of them, range by range.
    pub compared: Option<Box<Beside>>,
    /// It may be a machine's memory: where its tables begin has to be said by a person.
    pub asks_root: bool,
    /// Warnings, reports and oopses.
    pub splats: Vec<Explained>,
    /// Lines with entries.
    pub lines: Vec<(Found, Vec<Reading>)>,
    /// Values.
    pub values: Option<Values>,
    /// The name of a kernel.
    pub kernel: Option<Kernel>,
    /// Why nothing can be read, in a sentence.
    pub refused: Option<String>,
}

/// A kernel that somebody named.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// The row that it is, or the nearest one.
    pub row: Revision,
    /// Its release, as far as the name tells it; the patch as posted is none.
    pub release: Option<Release>,
    /// A name that tells the same, in one word: the one that was written, if it was one.
    pub name: String,
}

impl Kernel {
    /// The kernel that `uname -r`, `-v` or `-a` names.
    pub fn parse(text: &str) -> Option<Self> {
        let release = Release::parse(text)?;
        let is_plain =
            |word: &&str| word.bytes().all(|of| of.is_ascii_alphanumeric() || b".-+_".contains(&of));
        let mut words = text.split_whitespace().filter(is_plain);
        let name = words.find(|word| word.len() < 80 && Release::parse(word) == Some(release));
        let name = name.map_or_else(|| release.to_string(), str::to_owned);
        Some(Self { row: release.nearest().revision, release: Some(release), name })
    }

    /// That of an address: it may also be a row that is no release.
    pub fn named(name: &str) -> Option<Self> {
        let row = || Some(Self { row: Revision::from_id(name)?, release: None, name: name.to_owned() });
        Self::parse(name).or_else(row)
    }
}

/// The tables of a machine.
#[derive(Debug)]
pub struct Machine {
    /// What the file is.
    pub what: String,
    /// The roots that it tells, and the one that is taken.
    pub roots: Vec<Root>,
    /// The root that is taken, if one is known.
    pub root: Option<RootAt>,
    /// What can be walked.
    pub tables: Walkable,
    /// The same as a check and a comparison look at them.
    pub memory: Tables,
    /// The first ranges that a root of a machine's memory maps, and how many there are.
    pub ranges: Vec<Range>,
    /// How many ranges there are.
    pub count: usize,
    /// What is odd in them, where that can be told.
    pub checked: Option<Checked>,
    /// What was assumed.
    pub assumed: Vec<String>,
}

/// Two dumps, range by range.
#[derive(Debug)]
pub struct Beside {
    /// What each is.
    pub what: [String; 2],
    /// What differs.
    pub compared: Compared,
}

/// What is shown of a listing. The listing itself may have millions of rows, and is not kept.
#[derive(Debug)]
pub struct Shown {
    /// The format that it was read as, and those that fit.
    pub format: &'static dyn texts::Format,
    /// The formats that fit.
    pub candidates: Vec<&'static str>,
    /// The program that printed it.
    pub program: String,
    /// The machine that it was read as, and those that fit.
    pub machine: Option<texts::Machine>,
    /// The machines that fit.
    pub machines: Vec<&'static str>,
    /// Whose rights it prints.
    pub rights: Rights,
    /// Lines of the text.
    pub lines: u32,
    /// The first ranges, and how many there are.
    pub ranges: Vec<Range>,
    /// How many ranges there are.
    pub count: usize,
    /// What was assumed.
    pub assumed: Vec<String>,
    /// What could not be read, the first ones, and how many more there are.
    pub problems: Vec<String>,
    /// How many problems are not shown.
    pub more: u64,
    /// The tables that were built of it, or why there are none.
    pub tables: Result<Walkable, String>,
    /// What is odd in it.
    pub checked: Checked,
}

/// Tables that can be walked.
#[derive(Clone, Copy, Debug)]
pub struct Walkable {
    /// As links have them.
    pub file: FileId,
    /// Whether they map addresses of the kernel's half, and of a process.
    pub has_kernel: bool,
    /// Whether they map addresses of a process.
    pub has_user: bool,
}

/// Most ranges and problems that are drawn: nobody reads more.
pub const MOST: usize = 200;

impl Shown {
    /// What is shown of a listing with these ranges, of which these tables were built.
    pub fn new(
        listing: &Listing,
        mut ranges: Vec<Range>,
        tables: Result<Walkable, String>,
        besides: Vec<String>,
        checked: Checked,
    ) -> Self {
        let count = ranges.len();
        ranges.truncate(MOST);
        let said = listing.assumed.iter().map(|says| on_page(says));
        let problems: Vec<String> = listing.problems.iter().take(MOST).map(ToString::to_string).collect();
        Self {
            format: listing.format,
            candidates: listing.candidates.clone(),
            program: listing.program.clone(),
            machine: listing.machine,
            machines: listing.machines.clone(),
            rights: listing.rights,
            lines: listing.lines,
            ranges,
            count,
            assumed: besides.into_iter().chain(said).collect(),
            more: listing.problems.count() - problems.len() as u64,
            problems,
            tables,
            checked,
        }
    }
}

/// A sentence of the reader, which names options of a command, as the page says it.
pub fn on_page(says: &str) -> String {
    let says = says.replace("--format chooses", "\u{201c}Read as\u{201d} chooses");
    let says = says.replace("--model chooses", "\u{201c}Machine\u{201d} chooses");
    let says = says.replace("--model says it", "choose a machine");
    says.replace("--model names one that fits", "choose one that fits")
        .replace("--format ", "\u{201c}Read as\u{201d} ")
}

impl Answer {
    /// Its name, and of a text its format: several may have no name of their own.
    pub fn called(&self) -> String {
        match &self.said.listing {
            Some(shown) => format!("{} ({})", self.given.name, shown.format.name()),
            None => self.given.name.clone(),
        }
    }

    /// Whether it can be compared with another one.
    pub const fn is_dump(&self) -> bool {
        self.said.listing.is_some() || self.said.machine.is_some()
    }
}

/// What was read, the last one first.
#[derive(Debug, Default)]
pub struct Answers {
    /// All of them.
    pub all: Vec<Answer>,
    /// Whether the first one is new: it gets the focus.
    pub is_new: bool,
    /// Whether something is being read.
    pub is_reading: bool,
    /// How often something was given or given up: who reads something earlier has to give way.
    pub turn: u32,
}

/// They are written by who reads and drawn by the page.
pub type Shelf = Rc<RefCell<Answers>>;
