//! Reads a text that arrives in slices.

use std::collections::VecDeque;

use crate::error::{ReadError, clip};
use crate::format::Format;
use crate::formats::FORMATS;
use crate::lines::Core;
use crate::{Listing, Machine, clean};

/// Longest line, in bytes: a line that a monitor redraws at each typed letter has a few hundred.
const MAX_LINE: usize = 64 << 10;

/// Lines by which a format is recognised.
const HEAD: usize = 256;

/// What a person chose instead of what would be assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wish {
    /// The format.
    pub format: Option<&'static dyn Format>,
    /// The machine.
    pub machine: Option<Machine>,
}

/// A text that is being read. Memory is bounded by [`MAX_ROWS`](crate::MAX_ROWS) and by the longest line, whatever comes.
#[derive(Debug)]
pub struct Reading {
    wish: Wish,
    /// The beginning of a line whose end has not come yet.
    tail: Vec<u8>,
    too_long: bool,
    lines: u32,
    bytes: u64,
    /// Lines that wait until the format is recognised, and the first line that was not blank.
    head: VecDeque<(String, u32, u32)>,
    first: Option<(String, u32, u32)>,
    /// Lines that were too long, before the format was recognised.
    long: Vec<u32>,
    core: Option<Core>,
    candidates: Vec<&'static str>,
}

impl Reading {
    /// Begins.
    pub fn new(wish: Wish) -> Self {
        Self {
            wish,
            tail: Vec::new(),
            too_long: false,
            lines: 0,
            bytes: 0,
            head: VecDeque::new(),
            first: None,
            long: Vec::new(),
            core: wish.format.map(|format| Core::new(format, false)),
            candidates: wish.format.iter().map(|format| format.name()).collect(),
        }
    }

    /// Bytes that have been read.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Ranges that have been found.
    pub fn rows(&self) -> usize {
        self.core.as_ref().map_or(0, |core| core.draft.rows.len())
    }

    /// Reads on. A slice may end anywhere.
    pub fn push(&mut self, slice: &[u8]) {
        self.bytes += slice.len() as u64;
        let mut rest = slice;
        loop {
            // What is in a line is found out while its end is looked for: each further pass over the bytes costs as much as reading them.
            let mut plain = true;
            let end = rest.iter().position(|&byte| {
                plain &= clean::is_plain(byte) || byte == b'\n';
                byte == b'\n'
            });
            let Some(at) = end else { break };
            let (line, after) = (&rest[..at], &rest[at + 1..]);
            if self.tail.is_empty() && !self.too_long {
                self.one(line, plain);
            } else {
                self.keep(line);
                self.flush();
            }
            rest = after;
        }
        self.keep(rest);
    }

    fn keep(&mut self, part: &[u8]) {
        let room = MAX_LINE - self.tail.len().min(MAX_LINE);
        self.too_long |= part.len() > room;
        self.tail.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn flush(&mut self) {
        let tail = std::mem::take(&mut self.tail);
        if std::mem::take(&mut self.too_long) {
            self.lines = self.lines.saturating_add(1);
            match &mut self.core {
                Some(core) => too_long(core, self.lines),
                None if self.long.len() < HEAD => self.long.push(self.lines),
                None => {}
            }
        } else {
            self.one(&tail, false);
        }
        self.tail = tail;
        self.tail.clear();
    }

    /// Reads a line; `plain` says that it has nothing but letters, signs and blanks.
    fn one(&mut self, line: &[u8], plain: bool) {
        if line.len() > MAX_LINE {
            self.tail.extend_from_slice(&line[..1]);
            self.too_long = true;
            return self.flush();
        }
        self.lines = self.lines.saturating_add(1);
        if let (Some(core), true) = (&mut self.core, plain)
            && let Ok(text) = std::str::from_utf8(line)
        {
            let (text, before) = clean::plain(text);
            return core.line(text, self.lines, before);
        }
        let narrow = if line.contains(&0) { Some(without_zeros(line)) } else { None };
        let text = String::from_utf8_lossy(narrow.as_deref().unwrap_or(line));
        let clean = clean::clean(&text);
        if let Some(core) = &mut self.core {
            return core.line(&clean.text, self.lines, clean.before);
        }
        if self.first.is_none() && !clean.text.trim().is_empty() {
            let indent = (clean.text.len() - clean.text.trim_start().len()) as u32;
            self.first = Some((clip(clean.text.trim()), self.lines, clean.before + indent));
        }
        self.head.push_back((clean.text.into_owned(), self.lines, clean.before));
        if self.head.len() >= HEAD {
            self.recognise();
            if self.core.is_none() {
                // What comes before a dump may be long: a boot log. A few lines stay, for what is broken over several.
                self.head.drain(..HEAD - 8);
            }
        }
    }

    /// Tries every format on the lines that wait.
    fn recognise(&mut self) {
        let mut found: Vec<(&'static dyn Format, u64)> = Vec::new();
        for &format in FORMATS {
            let mut trial = Core::new(format, true);
            for (text, line, before) in &self.head {
                trial.line(text, *line, *before);
            }
            trial.end();
            let score = trial.telling * 16 + trial.whole;
            if score > 0 {
                found.push((format, score));
            }
        }
        // Sorting is stable: of two that fit alike the first of the list is taken.
        found.sort_by_key(|&(_, score)| std::cmp::Reverse(score));
        let Some(&(best, most)) = found.first() else { return };
        self.candidates =
            found.iter().filter(|&&(_, score)| score * 2 > most).map(|(format, _)| format.name()).collect();
        let mut core = Core::new(best, false);
        for line in self.long.drain(..) {
            too_long(&mut core, line);
        }
        for (text, line, before) in self.head.drain(..) {
            core.line(&text, line, before);
        }
        self.core = Some(core);
    }

    /// The text ends here.
    ///
    /// # Errors
    /// [`ReadError`] where nothing of it can be read.
    pub fn finish(mut self) -> Result<Listing, ReadError> {
        if !self.tail.is_empty() || self.too_long {
            self.flush();
        }
        if self.core.is_none() {
            self.recognise();
        }
        let Some(mut core) = self.core else {
            return Err(match self.first {
                None if self.bytes == 0 => ReadError::Empty,
                None => self.long.first().map_or(ReadError::Blank(self.bytes), |&line| ReadError::Long(line)),
                Some((begins, line, before)) => ReadError::Unrecognised { begins, line, column: before + 1 },
            });
        };
        core.end();
        Listing::of(core, self.candidates, self.wish.machine, self.lines)
    }
}

/// A line of UTF-16, as a Windows shell writes what it redirects, in single bytes: every letter of a dump is ASCII.
fn without_zeros(line: &[u8]) -> Vec<u8> {
    let marks: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];
    let line = marks.iter().find_map(|mark| line.strip_prefix(*mark)).unwrap_or(line);
    line.iter().copied().filter(|&byte| byte != 0).collect()
}

fn too_long(core: &mut Core, line: u32) {
    let what = format!("the line has more than {} KiB: it is left out", MAX_LINE >> 10);
    core.draft.problems.add(line, 1, what);
}

/// Reads a whole text.
///
/// # Errors
/// [`ReadError`] where nothing of it can be read.
pub fn read(bytes: &[u8], wish: Wish) -> Result<Listing, ReadError> {
    let mut reading = Reading::new(wish);
    reading.push(bytes);
    reading.finish()
}
