//! What has been read of a text so far.

use pgtable::Level;

use crate::problem::Problems;
use crate::{Arch, Row};

/// Most rows that are kept: 4 Mi of 48 bytes. A listing of 100 MB has about 2.6 million.
pub const MAX_ROWS: usize = 4 << 20;

/// Most headers and walks: no program prints more.
const MAX_MARKS: usize = 1 << 16;

/// Most sentences on what was assumed.
const MAX_ASSUMED: usize = 100;

/// Something between the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The number of rows before it.
    pub row: usize,
    /// Line of the text, from 1.
    pub line: u32,
    /// What it is.
    pub content: MarkContent,
}

/// What stands between rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkContent {
    /// `---[ NAME ]---`: here a region begins.
    Header(String),
    /// So many entries were not printed.
    Skipped(u64),
}

/// An entry of a printed walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The level by its printed name.
    pub level: Level,
    /// Where the entry lies: physical on x86, the kernel's virtual address elsewhere. `None` where it is not printed.
    pub slot: Option<u64>,
    /// Its value.
    pub value: u64,
}

/// A printed walk, or a translation without its steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The address that was asked for.
    pub addr: u64,
    /// The physical address of the heading, which need not be from a walk.
    pub heading: Option<u64>,
    /// The address of the root, or on x86 the top entry.
    pub root: Option<u64>,
    /// The entries, top first.
    pub steps: Vec<Step>,
    /// The page that it ends at.
    pub page: Option<u64>,
    /// Its printed size.
    pub bytes: Option<u64>,
    /// A translation's answer: `Some(None)` says that there is nothing.
    pub answer: Option<Option<u64>>,
    /// Line of the text, from 1.
    pub line: u32,
}

/// What has been read of a text so far.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The ranges.
    pub rows: Vec<Row>,
    /// What stands between them.
    pub marks: Vec<Mark>,
    /// Printed walks.
    pub walks: Vec<Walk>,
    /// Sentences on what was assumed, and on what the text cannot tell.
    pub assumed: Vec<String>,
    /// What could not be read.
    pub problems: Problems,
    /// The architecture, where a line names its flags.
    pub arch: Option<Arch>,
    /// Why the program had nothing to print.
    pub no_data: Option<&'static str>,
    /// The line that is being read.
    pub line: u32,
    /// Whether the titles of two addresses were the last thing that was read.
    pub titled: bool,
}

impl Draft {
    /// Adds a row, or says that there are too many.
    pub(crate) fn push(&mut self, row: Row) {
        if self.rows.len() < MAX_ROWS {
            self.rows.push(row);
        } else {
            self.problems.too_many(self.line, "ranges", MAX_ROWS);
        }
    }

    pub(crate) fn mark(&mut self, content: MarkContent) {
        if self.marks.len() < MAX_MARKS {
            self.marks.push(Mark { row: self.rows.len(), line: self.line, content });
        } else {
            self.problems.too_many(self.line, "headers", MAX_MARKS);
        }
    }

    /// Begins a walk.
    pub(crate) fn ask(&mut self, addr: u64, heading: Option<u64>) {
        if self.walks.len() < MAX_MARKS {
            self.walks.push(Walk { addr, heading, line: self.line, ..Walk::default() });
        } else {
            self.problems.too_many(self.line, "walks", MAX_MARKS);
        }
    }

    /// Says what was assumed; once.
    pub(crate) fn assume(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if self.assumed.len() < MAX_ASSUMED && !self.assumed.contains(&sentence) {
            self.assumed.push(sentence);
        }
    }

    /// Whether anything has been read.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.marks.is_empty() && self.walks.is_empty() && self.no_data.is_none()
    }
}
