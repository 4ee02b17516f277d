//! What was read of what a person gave the page: files and texts.

use std::cell::RefCell;
use std::rc::Rc;

use decode::{Found, Reading};
use scenario::FileId;
use splats::Explained;
use texts::{Listing, Range, Rights, Wish};
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

/// What was read of one of them.
#[derive(Debug)]
pub struct Answer {
    /// Of what.
    pub given: Given,
    /// What a person chose for it.
    pub wish: Wish,
    /// What it says.
    pub said: Said,
}

/// What a file or text says. One text may say several things.
#[derive(Debug, Default)]
pub struct Said {
    /// Page tables as a program prints them.
    pub listing: Option<Box<Shown>>,
    /// Warnings, reports and oopses.
    pub splats: Vec<Explained>,
    /// Lines with entries.
    pub lines: Vec<(Found, Vec<Reading>)>,
    /// Values.
    pub values: Option<Values>,
    /// Why nothing can be read, in a sentence.
    pub refused: Option<String>,
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
const MOST: usize = 200;

impl Shown {
    /// What is shown of a listing with these ranges, of which these tables were built.
    pub fn new(
        listing: &Listing,
        mut ranges: Vec<Range>,
        tables: Result<Walkable, String>,
        besides: Vec<String>,
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
