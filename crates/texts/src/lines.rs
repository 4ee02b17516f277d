//! Reads lines as one format: joins what a mail client broke, keeps what can be read, notes what cannot.

use decode::Quoted;

use crate::draft::{Draft, MarkContent};
use crate::format::{Fact, Format, Seen};
use crate::formats::FORMATS;
use crate::{Machine, Problem, Row};

/// A text that is being read as one format.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) format: &'static dyn Format,
    pub(crate) draft: Draft,
    /// A line waits until the next one is seen: that may be its other half.
    held: Held,
    /// Lines that may be quoted-printable, each with a soft break at its end, and what is decoded of them.
    soft: Vec<(String, u32, u32)>,
    decoded: String,
    /// Whether a line was quoted-printable beyond doubt: then others are, too.
    is_quoted: bool,
    /// Lines that were broken and are whole again.
    pub(crate) rejoined: u64,
    /// Lines of this format.
    pub(crate) whole: u64,
    /// Lines of this format that say something of an address.
    pub(crate) telling: u64,
    /// The program's version, once a line says it.
    pub(crate) version: Option<String>,
    /// Machines that a line of no format names: `sv48`, `5level`.
    pub(crate) named: Vec<&'static str>,
    /// Lines of other formats: how many of each, and where the first stands.
    pub(crate) others: Vec<(&'static str, u64, u32)>,
    /// The first line of which nothing was taken.
    pub(crate) unread: Option<Problem>,
    /// A trial only counts.
    trial: bool,
}

/// Most lines that soft breaks make of one: each has some 70 letters of it.
const MOST_SOFT: usize = 8;

#[derive(Debug, Default)]
struct Held {
    text: String,
    line: u32,
    before: u32,
    waits: bool,
    /// What it is, if that is known already.
    known: Option<Known>,
}

/// What says something of an address, and can be kept without its line.
#[derive(Clone, Copy, Debug)]
enum Known {
    Row(Row),
    Fact(Fact),
}

impl Core {
    pub(crate) fn new(format: &'static dyn Format, trial: bool) -> Self {
        Self {
            format,
            draft: Draft::default(),
            held: Held::default(),
            soft: Vec::new(),
            decoded: String::new(),
            is_quoted: false,
            rejoined: 0,
            whole: 0,
            telling: 0,
            version: None,
            named: Vec::new(),
            others: Vec::new(),
            unread: None,
            trial,
        }
    }

    /// Reads a clean line.
    pub(crate) fn line(&mut self, text: &str, line: u32, before: u32) {
        if !self.soft.is_empty() || text.contains('=') {
            self.perhaps_quoted(text, line, before);
        } else {
            self.plain(text, line, before);
        }
    }

    /// Reads a line that may be quoted-printable, or go on from one. It is taken for that where it is a line of the format then, and is none
    /// as it stands; and what goes on from one is, once that was so.
    fn perhaps_quoted(&mut self, text: &str, line: u32, before: u32) {
        let quoted = Quoted::of(text);
        if quoted.is_none() && self.soft.is_empty() {
            return self.plain(text, line, before);
        }
        let says = quoted.as_ref().map_or(text, |of| &of.text);
        let (first, column) = self.soft.first().map_or((line, before), |&(_, line, before)| (line, before));
        if quoted.as_ref().is_some_and(|of| of.goes_on) && self.soft.len() < MOST_SOFT {
            self.decoded.push_str(says);
            self.soft.push((text.to_owned(), line, before));
            return;
        }
        let mut whole = [&*std::mem::take(&mut self.decoded), says].concat();
        if whole.bytes().any(|byte| byte < b' ') {
            // Colours were encoded as well.
            whole = crate::clean::clean(&whole).text.into_owned();
        }
        let fits = |text: &str| {
            let seen = self.format.line(text);
            text.trim().is_empty() || seen.is_whole() || seen == Seen::Cut
        };
        let is_it = !self.format.line(text).is_whole() && fits(&whole);
        if is_it || self.is_quoted && !self.soft.is_empty() {
            self.is_quoted |= !self.soft.is_empty() || quoted.as_ref().is_some_and(|of| of.is_sure);
            self.rejoined += u64::from(!self.soft.is_empty());
            self.soft.clear();
            return self.plain(whole.trim_end(), first, column);
        }
        // None of them was.
        for (text, line, before) in std::mem::take(&mut self.soft) {
            self.plain(&text, line, before);
        }
        self.plain(text, line, before);
    }

    /// Reads a line as it stands.
    fn plain(&mut self, text: &str, line: u32, before: u32) {
        if text.starts_with('#') && !self.trial {
            self.heading(text);
        }
        match self.format.line(text) {
            Seen::Foreign if text.trim().is_empty() => self.commit(),
            // Of a line that was broken twice two parts may begin as a line does.
            Seen::Cut
                if self.held.waits && self.format.line(&self.held.text) == Seen::Cut && self.join(text) => {}
            Seen::Foreign if self.join(text) => {}
            Seen::Foreign => {
                self.commit();
                self.foreign(text, line, before);
            }
            seen => {
                self.commit();
                self.held.known = match seen {
                    Seen::Row(row) => Some(Known::Row(row)),
                    Seen::Fact(fact) => Some(Known::Fact(fact)),
                    _ => None,
                };
                self.held.text.clear();
                self.held.text.push_str(text);
                self.held.line = line;
                self.held.before = before;
                self.held.waits = true;
            }
        }
    }

    /// Whether `text` is the other half of the line that waits: with a blank between the halves or without, but not both ways.
    fn join(&mut self, text: &str) -> bool {
        // What was typed at a prompt was not broken by anybody.
        if !self.held.waits || is_prompt(self.held.text.trim()) {
            return false;
        }
        let text = text.trim();
        let with_blank = format!("{} {text}", self.held.text.trim_end());
        let without = format!("{}{text}", self.held.text.trim_end());
        let fits = |text: &str| {
            let seen = self.format.line(text);
            seen.is_whole() || seen == Seen::Cut
        };
        let is_whole = |text: &str| self.format.line(text).is_whole();
        let joined = match (fits(&with_blank), fits(&without)) {
            (true, true) if is_whole(&with_blank) != is_whole(&without) => {
                if is_whole(&without) {
                    without
                } else {
                    with_blank
                }
            }
            (true, false) => with_blank,
            (false, true) => without,
            // Both ways say the same where a blank more or less has no meaning.
            (true, true) if self.format.line(&with_blank) == self.format.line(&without) => with_blank,
            _ => return false,
        };
        self.rejoined += 1;
        self.not_read(self.held.line, self.held.before + 1, text);
        self.held.known = None;
        self.held.text = joined;
        true
    }

    /// The line that waits is complete.
    fn commit(&mut self) {
        if !self.held.waits {
            return;
        }
        self.held.waits = false;
        if let Some(known) = self.held.known.take() {
            self.draft.line = self.held.line;
            match known {
                Known::Row(row) => {
                    self.whole += 1;
                    self.telling += 1;
                    self.draft.push(Row { line: self.held.line, ..row });
                }
                Known::Fact(fact) => self.fact(fact),
            }
            return;
        }
        // Taken out for the time, so that the line can be borrowed.
        let text = std::mem::take(&mut self.held.text);
        let (line, before) = (self.held.line, self.held.before);
        self.draft.line = line;
        let column = |word: &str| before + crate::words::column_of(&text, word);
        let seen = self.format.line(&text);
        if seen.is_whole() {
            self.whole += 1;
        }
        match seen {
            Seen::Row(row) => {
                self.telling += 1;
                self.draft.push(Row { line, ..row });
            }
            Seen::Doubtful(row, word, what) => {
                self.telling += 1;
                self.draft.push(Row { line, ..row });
                self.draft.problems.add(line, column(word), what);
            }
            Seen::Header(name) => self.draft.mark(MarkContent::Header(name.to_owned())),
            Seen::Skipped(count) => self.draft.mark(MarkContent::Skipped(count)),
            Seen::Fact(fact) => {
                self.held.text = text;
                // Counted as whole already.
                self.whole -= 1;
                return self.fact(fact);
            }
            Seen::Heading | Seen::Foreign => {}
            Seen::Cut => {
                let end = before + text.trim_end().len() as u32 + 1;
                self.draft.problems.add(line, end, "the line is cut off here: it is left out");
            }
            Seen::Bad(word, what) => {
                let what =
                    format!("\u{201c}{}\u{201d}: {what}; the line is left out", crate::error::clip(word));
                self.draft.problems.add(line, column(word), what);
            }
        }
        self.held.text = text;
    }

    /// What several lines make a range of; without those it is a line of no format.
    fn fact(&mut self, fact: Fact) {
        if self.format.fact(fact, &mut self.draft) {
            self.whole += 1;
            self.telling += u64::from(fact != Fact::Titles);
        } else {
            let text = std::mem::take(&mut self.held.text);
            self.foreign(&text, self.held.line, self.held.before);
            self.held.text = text;
        }
    }

    /// The first line that says something and was not taken for a range, in case that no other is.
    fn not_read(&mut self, line: u32, column: u32, text: &str) {
        if self.unread.is_none() && !self.trial {
            let what =
                format!("no line of {}: \u{201c}{}\u{201d}", self.format.name(), crate::error::clip(text));
            self.unread = Some(Problem { line, column, what });
        }
    }

    /// A line that a person or a script wrote above what a program printed.
    fn heading(&mut self, text: &str) {
        if self.version.is_none() {
            self.version = version(text, self.format.program());
        }
        if self.named.is_empty() {
            self.named.extend(named(text));
        }
    }

    /// A line that is not this format's.
    fn foreign(&mut self, text: &str, line: u32, before: u32) {
        if self.trial {
            return;
        }
        if self.version.is_none() {
            self.version = version(text, self.format.program());
        }
        let trimmed = text.trim();
        if trimmed.starts_with('#') || is_prompt(trimmed) {
            return;
        }
        let indent = (text.len() - text.trim_start().len()) as u32;
        self.not_read(line, before + indent + 1, trimmed);
        let other = FORMATS.iter().find(|other| {
            let seen = || other.line(text);
            other.name() != self.format.name()
                && matches!(seen(), Seen::Row(_) | Seen::Doubtful(..) | Seen::Fact(_))
        });
        if let Some(other) = other {
            match self.others.iter_mut().find(|(name, ..)| *name == other.name()) {
                Some((_, count, _)) => *count += 1,
                None => self.others.push((other.name(), 1, line)),
            }
        } else if !self.draft.is_empty() {
            let begins = crate::error::clip(trimmed);
            let what = format!("no line of {}: \u{201c}{begins}\u{201d}; it is left out", self.format.name());
            self.draft.problems.add(line, before + indent + 1, what);
        }
    }

    /// The text ends here.
    pub(crate) fn end(&mut self) {
        for (text, line, before) in std::mem::take(&mut self.soft) {
            self.plain(&text, line, before);
        }
        self.commit();
    }
}

/// What a shell, a debugger or a monitor shows when it waits, with or without what was typed.
fn is_prompt(text: &str) -> bool {
    ["(qemu)", "crash>", "(gdb)", "gdb>", "pwndbg>", "gef", "$ ", "root@"]
        .iter()
        .any(|prompt| text.starts_with(prompt))
        || text == "$"
        || text == "EOF"
}

/// `QEMU 11.1.3`: the word behind the program's name, if it is a version.
pub(crate) fn version(text: &str, program: &str) -> Option<String> {
    let (_, behind) = text.split_once(program)?;
    let behind = behind.strip_prefix(" version").unwrap_or(behind);
    let word = behind.strip_prefix([' ', '-'])?.split([' ', ',', ')']).next()?;
    let is_version = word.len() <= 60 && word.bytes().any(|byte| byte.is_ascii_digit());
    is_version
        .then(|| format!("{program} {}", word.chars().filter(|char| !char.is_control()).collect::<String>()))
}

/// The machines that a heading names, whole or by what stands behind their architecture.
fn named(text: &str) -> impl Iterator<Item = &'static str> + use<'_> {
    let words = move || text.split([' ', ',', ';', ':', '(', ')']).filter(|word| !word.is_empty());
    let is_named = move |id: &str| {
        let behind = id.split_once('-').map_or("", |(_, behind)| behind);
        words().any(|word| word == id || word == behind)
    };
    Machine::all().map(|machine| machine.id).filter(move |id| is_named(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_stands_behind_the_programs_name() {
        let of = |text, program| version(text, program).unwrap_or_default();
        assert_eq!(of("# QEMU 11.1.3, qemu-system-x86_64", "QEMU"), "QEMU 11.1.3");
        assert_eq!(of("QEMU 10.0.13 monitor - type 'help'", "QEMU"), "QEMU 10.0.13");
        assert_eq!(of("[0.0] Linux version 7.3.4 (gcc)", "Linux"), "Linux 7.3.4");
        assert_eq!(of("QEMU monitor", "QEMU"), "");
    }

    #[test]
    fn a_heading_may_name_the_machine() {
        let of = |text| named(text).collect::<Vec<_>>();
        assert_eq!(of("# QEMU 11.1.3, qemu-system-riscv64 -M virt, sv48, HMP: info mem"), ["riscv64-sv48"]);
        assert_eq!(of("# QEMU 7.2.22, qemu-system-x86_64, legacy, HMP: info mem"), ["x86-legacy"]);
        assert!(of("# QEMU 7.2.22, qemu-system-x86_64, HMP: info mem").is_empty());
    }
}
