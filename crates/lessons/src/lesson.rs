//! A lesson and its stops.

use alloc::string::String;
use alloc::vec::Vec;

use crate::glossary::explain;
use crate::pieces::{Piece, pieces};

/// A lesson. It points into the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// Its title.
    pub title: &'a str,
    /// How long it takes.
    pub minutes: u32,
    /// What one knows afterwards, in a sentence or two.
    pub about: &'a str,
    /// Its stops, in their order; at least one.
    pub stops: Vec<Stop<'a>>,
}

/// A stop of a lesson: some text beside a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop<'a> {
    /// The line of its heading, from 1.
    pub line: usize,
    /// Its heading.
    pub heading: &'a str,
    /// Its figure: an address as the page of walks or of races has it, without `#v1/`.
    pub figure: &'a str,
    /// What it asks, if it asks something.
    pub ask: Option<Ask>,
    /// The text; at least one paragraph.
    pub paragraphs: Vec<Paragraph<'a>>,
    /// What marked terms mean here that the [`glossary`](crate::glossary) does not have.
    pub glosses: Vec<Gloss<'a>>,
}

impl Stop<'_> {
    /// The terms that are marked in the text, in its order, and what they mean.
    pub fn explained(&self) -> Vec<Gloss<'_>> {
        let mut all: Vec<Gloss<'_>> = Vec::new();
        for piece in self.paragraphs.iter().flat_map(|of| pieces(&of.text)) {
            let Piece::Term(term) = piece else { continue };
            let own = self.glosses.iter().find(|gloss| gloss.term == term).map(|gloss| gloss.text);
            let text = own.or_else(|| explain(term).map(|of| of.text));
            if let Some(text) = text.filter(|text| all.iter().all(|of| of.text != *text)) {
                all.push(Gloss { term, text });
            }
        }
        all
    }
}

/// What a stop asks. What is right is not in the text: the machine that draws the figure knows what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// What the next entry is that the walker decides about.
    Entry,
    /// Whether the next assertion holds.
    Assertion,
    /// Which CPU has to move so that the race goes wrong.
    Cpu,
}

impl Ask {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Entry, Self::Assertion, Self::Cpu];

    /// Its name in a text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Assertion => "assertion",
            Self::Cpu => "cpu",
        }
    }
}

/// A paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph<'a> {
    /// The line where it begins, from 1.
    pub line: usize,
    /// The text in one line; [`pieces`] takes it apart.
    pub text: String,
    /// What must be true so that the paragraph is; at least one.
    pub checks: Vec<Check<'a>>,
}

/// What must be true so that a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check<'a> {
    /// Its line, from 1.
    pub line: usize,
    /// What is to be compared with what.
    pub text: &'a str,
}

/// What a term means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gloss<'a> {
    /// The term, as it is marked in the text.
    pub term: &'a str,
    /// What it means.
    pub text: &'a str,
}
