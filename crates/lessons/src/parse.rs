//! Reading the text of a lesson, line by line.
//!
//! Any text is read to a lesson or to the first thing that is wrong with it, and its line. Nothing is guessed: a line that looks
//! like a key and is none would otherwise be shown as text, and a check that is misspelt would never be made.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::glossary::explain;
use crate::lesson::{Ask, Check, Gloss, Lesson, Paragraph, Stop};
use crate::pieces::{Piece, pieces, unclosed};

/// Longest text that is read, in bytes: more than an hour's reading.
pub const MAX_BYTES: usize = 128 * 1024;

/// What is wrong with the text of a lesson, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct LessonError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with the text of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Longer than any lesson.
    #[error("a lesson has at most {MAX_BYTES} bytes")]
    TooLong,
    /// The text does not begin with a title.
    #[error("a lesson begins with its title: \u{201c}# Title\u{201d}")]
    NoTitle,
    /// What has to be there is not.
    #[error("there is no \u{201c}{0}\u{201d} before this line")]
    Missing(&'static str),
    /// What can be there once is there again.
    #[error("\u{201c}{0}\u{201d} is said a second time")]
    Twice(&'static str),
    /// A key that no lesson has.
    #[error("there is no key \u{201c}{0:.40}\u{201d}")]
    Key(String),
    /// A key where it says nothing.
    #[error("\u{201c}{0}\u{201d} does not belong here")]
    Misplaced(&'static str),
    /// A key or a heading without a text.
    #[error("nothing is said here")]
    Empty,
    /// Minutes that are none.
    #[error("\u{201c}{0:.40}\u{201d} is not a number of minutes")]
    Minutes(String),
    /// A question that nobody can grade.
    #[error("there is no question \u{201c}{0:.40}\u{201d}")]
    Question(String),
    /// A paragraph that nothing is compared with.
    #[error("this paragraph has no check: nothing says whether it is true")]
    NoCheck,
    /// A stop without a text.
    #[error("this stop has no text")]
    NoText,
    /// What is opened and not closed, or the other way round.
    #[error("a \u{201c}{0}\u{201d} has no other one")]
    Unclosed(char),
    /// A term that is marked and not explained.
    #[error("neither the glossary nor this stop explains \u{201c}{0:.40}\u{201d}")]
    NoGloss(String),
    /// An explanation that the glossary has.
    #[error("the glossary explains \u{201c}{0:.40}\u{201d}: it needs no gloss here")]
    Known(String),
    /// An explanation of what is not marked.
    #[error("no paragraph of this stop marks [{0:.40}]")]
    NoTerm(String),
    /// A gloss without a term and a text.
    #[error("a gloss is \u{201c}gloss: term = what it means\u{201d}")]
    Gloss,
}

/// The keys that a line can begin with.
const KEYS: [&str; 6] = ["minutes", "about", "figure", "ask", "check", "gloss"];

/// A text while it is read.
struct Reader<'a> {
    title: &'a str,
    minutes: Option<u32>,
    about: Option<&'a str>,
    stops: Vec<Stop<'a>>,
    /// Whether the last line belongs to a paragraph, which the next one goes on with.
    in_text: bool,
}

impl<'a> Lesson<'a> {
    /// Reads a text.
    ///
    /// # Errors
    /// [`LessonError`] is the first thing that is wrong, and its line.
    pub fn parse(text: &'a str) -> Result<Self, LessonError> {
        let at = |line, problem| LessonError { line, problem };
        if text.len() > MAX_BYTES {
            return Err(at(1, Problem::TooLong));
        }
        let mut lines = text.lines().map(str::trim_end).zip(1..);
        let title = lines.next().and_then(|(line, _)| line.strip_prefix("# ")).map(str::trim);
        let title = title.filter(|title| !title.is_empty()).ok_or(at(1, Problem::NoTitle))?;
        let mut reader = Reader { title, minutes: None, about: None, stops: Vec::new(), in_text: false };
        let mut last = 1;
        for (line, number) in lines {
            last = number;
            if line.starts_with("## ") {
                reader.check_stop(number)?;
            }
            reader.line(line, number).map_err(|problem| at(number, problem))?;
        }
        reader.check_stop(last)?;
        let minutes = reader.minutes.ok_or(at(last, Problem::Missing("minutes")))?;
        let about = reader.about.ok_or(at(last, Problem::Missing("about")))?;
        if reader.stops.is_empty() {
            return Err(at(last, Problem::Missing("## a stop")));
        }
        Ok(Self { title: reader.title, minutes, about, stops: reader.stops })
    }
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str, number: usize) -> Result<(), Problem> {
        let goes_on = core::mem::take(&mut self.in_text);
        if line.is_empty() {
            return Ok(());
        }
        if let Some(heading) = line.strip_prefix("## ").map(str::trim) {
            return self.heading(heading, number);
        }
        if line.starts_with('#') {
            return Err(Problem::Empty);
        }
        match key(line) {
            Some((key, value)) => self.key(key, value, number),
            None => self.text(line, number, goes_on),
        }
    }

    fn heading(&mut self, heading: &'a str, line: usize) -> Result<(), Problem> {
        if heading.is_empty() {
            return Err(Problem::Empty);
        }
        let (paragraphs, glosses) = (Vec::new(), Vec::new());
        self.stops.push(Stop { line, heading, figure: "", ask: None, paragraphs, glosses });
        Ok(())
    }

    fn text(&mut self, line: &str, number: usize, goes_on: bool) -> Result<(), Problem> {
        let stop = self.stops.last_mut().ok_or(Problem::Missing("## a stop"))?;
        if stop.figure.is_empty() {
            return Err(Problem::Missing("figure"));
        }
        match stop.paragraphs.last_mut().filter(|_| goes_on) {
            Some(paragraph) => {
                paragraph.text.push(' ');
                paragraph.text.push_str(line.trim());
            }
            None => {
                let text = line.trim().to_string();
                stop.paragraphs.push(Paragraph { line: number, text, checks: Vec::new() });
            }
        }
        self.in_text = true;
        Ok(())
    }

    fn key(&mut self, key: &'a str, value: &'a str, line: usize) -> Result<(), Problem> {
        let Some(key) = KEYS.into_iter().find(|known| *known == key) else {
            return Err(Problem::Key(key.to_string()));
        };
        if value.is_empty() {
            return Err(Problem::Empty);
        }
        let stop = self.stops.last_mut();
        match (key, stop) {
            ("minutes", None) => {
                let minutes = value.parse().ok().filter(|minutes| (1..=60).contains(minutes));
                let minutes = minutes.ok_or_else(|| Problem::Minutes(value.to_string()))?;
                once(self.minutes.replace(minutes).is_none(), key)
            }
            ("about", None) => once(self.about.replace(value).is_none(), key),
            ("figure", Some(stop)) => once(core::mem::replace(&mut stop.figure, value).is_empty(), key),
            ("ask", Some(stop)) => {
                let ask = Ask::ALL.into_iter().find(|ask| ask.name() == value);
                let ask = ask.ok_or_else(|| Problem::Question(value.to_string()))?;
                once(stop.ask.replace(ask).is_none(), key)
            }
            ("check", Some(stop)) => {
                let paragraph = stop.paragraphs.last_mut().ok_or(Problem::Misplaced(key))?;
                paragraph.checks.push(Check { line, text: value });
                Ok(())
            }
            ("gloss", Some(stop)) => {
                let (term, text) = value.split_once(" = ").ok_or(Problem::Gloss)?;
                let gloss = Gloss { term: term.trim(), text: text.trim() };
                if explain(gloss.term).is_some() {
                    return Err(Problem::Known(gloss.term.to_string()));
                }
                let marks = |text: &str| pieces(text).any(|piece| piece == Piece::Term(gloss.term));
                if !stop.paragraphs.iter().any(|paragraph| marks(&paragraph.text)) {
                    return Err(Problem::NoTerm(gloss.term.to_string()));
                }
                stop.glosses.push(gloss);
                Ok(())
            }
            _ => Err(Problem::Misplaced(key)),
        }
    }

    /// Whether the stop that ends before `line` has all that a stop must have.
    fn check_stop(&self, line: usize) -> Result<(), LessonError> {
        let Some(stop) = self.stops.last() else { return Ok(()) };
        let at = |line, problem| Err(LessonError { line, problem });
        if stop.figure.is_empty() {
            return at(line, Problem::Missing("figure"));
        }
        if stop.paragraphs.is_empty() {
            return at(stop.line, Problem::NoText);
        }
        for Paragraph { line, text, checks } in &stop.paragraphs {
            if let Some(letter) = unclosed(text) {
                return at(*line, Problem::Unclosed(letter));
            }
            if checks.is_empty() {
                return at(*line, Problem::NoCheck);
            }
            for piece in pieces(text) {
                if let Piece::Term(term) = piece
                    && !stop.glosses.iter().any(|gloss| gloss.term == term)
                    && explain(term).is_none()
                {
                    return at(*line, Problem::NoGloss(term.to_string()));
                }
            }
        }
        Ok(())
    }
}

/// A line that begins with a key, and what it says. A sentence may have a colon, but none behind its first word in small letters.
fn key(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.bytes().all(|letter| letter.is_ascii_lowercase());
    is_key.then_some((key, value.trim()))
}

fn once(first: bool, key: &'static str) -> Result<(), Problem> {
    if first { Ok(()) } else { Err(Problem::Twice(key)) }
}
