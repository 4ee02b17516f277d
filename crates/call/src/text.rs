//! A whole call as text: an address, or a file with a line for each part.
//!
//! ```text
//! v1/call/<machine>/<kernel>?fn=…&mm=…&range=…&lock=…&init=…&walk_lock=…&ops=…&do=…&do=…&vma=…&set=…&t=…
//! ```
//!
//! In a file, lines stand where `?` and `&` stand in the address, so that one may be made of the other; a line that begins with `#` and a
//! blank is a remark. What is left out is as in [`Call::default`].

use std::fmt;

use pagewalk::names::Near;
use pagewalk::{Release, Revision};

use crate::{Base, Call, Field, Wrong};

/// Longest address. What is longer is a file.
pub const MAX_ADDRESS: usize = 2000;

/// Longest file.
const MAX_FILE: usize = 1 << 20;

/// What every text begins with.
pub const BEGIN: &str = "v1/call";

/// What is wrong with a part of a text. The rest is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The part.
    pub name: String,
    /// What is wrong.
    pub wrong: Wrong,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() { self.wrong.fmt(f) } else { write!(f, "{}: {}", self.name, self.wrong) }
    }
}

impl Call {
    /// Whether a text is one of a call.
    pub fn recognise(text: &str) -> bool {
        let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("# "));
        first.is_some_and(|line| {
            line.trim_start_matches('#')
                .strip_prefix(BEGIN)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        })
    }

    /// Reads a text, an address with or without `#` or a file. Never fails: the second value is all that is wrong, in the order of the
    /// text.
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        let (call, _, problems) = Self::parse_at(text);
        (call, problems)
    }

    /// The same, with the step that the text names.
    pub fn parse_at(text: &str) -> (Self, u32, Vec<Problem>) {
        let mut reader = Reader::default();
        if text.len() > MAX_FILE {
            let what = format!("the call has {} bytes; {MAX_FILE} are read", text.len());
            reader.problem("", Wrong::new(what));
            return (reader.call, 0, reader.problems);
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("# "));
        let parts =
            lines.flat_map(|line| line.split(['?', '&'])).map(str::trim).filter(|part| !part.is_empty());
        for (nth, part) in parts.enumerate() {
            match part.split_once('=') {
                _ if nth == 0 => reader.path(part.trim_start_matches('#')),
                Some((name, value)) => reader.part(name.trim(), value.trim()),
                None => reader.part(part, ""),
            }
        }
        reader.finish()
    }

    /// A file: the same parts, a line each.
    pub fn to_file(&self) -> String {
        self.to_string().replace(['?', '&'], "\n") + "\n"
    }

    /// The address, if it is not too long for one.
    pub fn to_address(&self) -> Option<String> {
        Some(self.to_string()).filter(|text| text.len() <= MAX_ADDRESS)
    }
}

/// What has been read.
#[derive(Default)]
struct Reader {
    call: Call,
    problems: Vec<Problem>,
    step: u32,
    /// The kernel by its release, where that has no row.
    release: Option<String>,
    /// Of each list what was written, a line each.
    lists: [Vec<String>; 3],
    seen: Vec<Field>,
}

/// Most problems that are said.
const MOST_PROBLEMS: usize = 50;

const LISTS: [Field; 3] = [Field::Rules, Field::Areas, Field::Edits];

impl Reader {
    fn problem(&mut self, name: &str, wrong: Wrong) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem { name: name.chars().take(40).collect(), wrong });
        }
    }

    fn set(&mut self, field: Field, text: &str) {
        for wrong in self.call.set(field, text) {
            self.problem(field.name(), wrong);
        }
    }

    fn path(&mut self, path: &str) {
        let Some(rest) = path.strip_prefix(BEGIN) else {
            let what =
                format!("a call begins with \u{201c}{BEGIN}/\u{201d}, this with \u{201c}{path:.40}\u{201d}");
            return self.problem("", Wrong::new(what));
        };
        let mut parts = rest.trim_start_matches('/').split('/').filter(|part| !part.is_empty());
        for field in [Field::Machine, Field::Kernel] {
            if let Some(text) = parts.next() {
                self.set(field, text);
                let is_release = field == Field::Kernel && Revision::from_id(text).is_none();
                self.release = is_release.then(|| text.to_owned());
            }
        }
        if let Some(more) = parts.next() {
            self.problem("", Wrong::new(format!("\u{201c}{more:.40}\u{201d} is not known and is ignored")));
        }
    }

    /// Takes the nearest machine that the kernel has.
    fn exist(&mut self) {
        let Base::Made(model) = self.call.tables else { return };
        let release = self.release.as_deref().and_then(Release::parse);
        let version = release.map_or(self.call.kernel.row().version, |of| (of.major, of.minor));
        if let Some((since, nearest)) = pgtable::lacking(model, version) {
            let kernel = self.release.as_deref().unwrap_or(self.call.kernel.id());
            let what =
                format!("there is no {} in {kernel:.40}: {since}; {} is taken", model.id, nearest.title);
            self.call.tables = Base::Made(nearest);
            self.problem(Field::Machine.name(), Wrong::note(what));
        }
    }

    fn part(&mut self, name: &str, value: &str) {
        if name == "t" {
            match value.parse() {
                Ok(step) if !value.starts_with('+') => self.step = step,
                _ => self.problem("t", Wrong::new(format!("\u{201c}{value:.40}\u{201d} is no step"))),
            }
            return;
        }
        let Some(field) = Field::ALL.into_iter().find(|field| field.name() == name) else {
            let mut near = Near::new(name);
            for field in Field::ALL {
                near.see(field.name());
            }
            let what = format!("\u{201c}{name:.40}\u{201d} is no part of a call and is ignored");
            return self.problem("", Wrong { near: near.meant().map(str::to_owned), ..Wrong::new(what) });
        };
        if let Some(at) = LISTS.iter().position(|list| *list == field) {
            return self.lists[at].push(value.to_owned());
        }
        if self.seen.contains(&field) {
            self.problem(name, Wrong::new("it is there more than once; the last one counts"));
        }
        self.seen.push(field);
        self.set(field, value);
    }

    fn finish(mut self) -> (Call, u32, Vec<Problem>) {
        for (at, field) in LISTS.into_iter().enumerate() {
            let lines = std::mem::take(&mut self.lists[at]);
            if !lines.is_empty() {
                self.set(field, &lines.join("\n"));
            }
        }
        self.exist();
        (self.call, self.step, self.problems)
    }
}

/// The address, without the `#`. What is as in [`Call::default`] is left out, but the function.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEGIN}/{}/{}", self.tables, self.kernel.id())?;
        let plain = Self { tables: self.tables, kernel: self.kernel, ..Self::default() };
        let mut separator = '?';
        for field in Field::ALL {
            let text = self.text_of(field);
            // Who reads a link looks for the function.
            let is_plain = field != Field::Function && text == plain.text_of(field);
            if is_plain || matches!(field, Field::Machine | Field::Kernel) {
                continue;
            }
            // A part may be empty where the default is not.
            let lines: Vec<&str> = if field.is_list() { text.lines().collect() } else { vec![&text] };
            for line in lines {
                write!(f, "{separator}{}={line}", field.name())?;
                separator = '&';
            }
        }
        Ok(())
    }
}
