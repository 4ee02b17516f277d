//! What could not be read, and where it stands.

use std::fmt;

/// Most problems that are kept; the others are counted.
pub const MAX_PROBLEMS: usize = 100;

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line of the text, from 1.
    pub line: u32,
    /// Column of the line, from 1.
    pub column: u32,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.what)
    }
}

/// All of them, as far as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    kept: Vec<Problem>,
    more: u64,
    overflowed: bool,
}

impl Problems {
    pub(crate) fn add(&mut self, line: u32, column: u32, what: impl Into<String>) {
        if self.kept.len() < MAX_PROBLEMS {
            self.kept.push(Problem { line, column, what: what.into() });
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn too_many(&mut self, line: u32, of: &str, most: usize) {
        if !self.overflowed {
            self.overflowed = true;
            let what = format!("more than {most} {of}: those from here on are left out");
            // It is kept whatever was before it: without it a reader would take a part for all.
            self.kept.insert(0, Problem { line, column: 1, what });
        }
    }

    /// Those that are kept, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.kept.iter()
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.kept.len() as u64 + self.more
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many are counted and not kept.
    pub const fn more(&self) -> u64 {
        self.more
    }
}
