//! What a page can teach: texts, stop by stop, and the claims in them.
//!
//! A lesson is a text file in the folder `lessons` of the repository, whose `README.md` says how one is written. This room reads it and knows nothing
//! of walks or races: a figure is an address as a page has it, a check is a line that whoever runs the figures understands
//! (`tests/lessons.rs`), a question is of a kind that whoever shows the figure can grade. What it insists on is that every
//! paragraph has a check: a sentence that nothing compares with a run may be wrong for years.
//!
//! ```
//! let text = "# A small lesson\nminutes: 1\nabout: What a hole is.\n\n## A hole\n\
//!             figure: kernel-walk?t=3\n\nThis entry is a [hole].\ncheck: mark hole\n";
//! let lesson = lessons::Lesson::parse(text)?;
//! assert_eq!(lesson.stops[0].paragraphs[0].checks[0].text, "mark hole");
//! // A paragraph without a check is refused, and the line is named.
//! let error = lessons::Lesson::parse(&text.replace("check: mark hole\n", "")).unwrap_err();
//! assert_eq!(error.to_string(), "line 8: this paragraph has no check: nothing says whether it is true");
//! # Ok::<(), lessons::LessonError>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`lesson`] | a lesson and its stops |
//! | [`parse`] | reading the text |
//! | [`glossary`] | what terms mean, for lessons and all other pages |
//! | [`mod@pieces`] | words, names of code and terms of a paragraph |
//! | [`library`] | the lessons of this repository |
#![no_std]

extern crate alloc;

pub mod glossary;
pub mod lesson;
pub mod library;
pub mod parse;
pub mod pieces;

pub use lesson::{Ask, Check, Gloss, Lesson, Paragraph, Stop};
pub use library::{LESSONS, NAMES, Source};
pub use parse::{LessonError, Problem};
pub use pieces::{Piece, pieces};
