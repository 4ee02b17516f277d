//! What a person takes away: a step, the card of an assertion, a whole run, as plain text, as Markdown, or drawn by a page.
//!
//! A [`Sheet`] is made once of what is shown ([`mod@walk`], [`mod@pair`], and [`race::sheet`](crate::race::sheet)). How it is
//! written is for those who ask: [`Sheet::text`] for a mail, [`Sheet::markdown`] for notes, the page for paper.

pub mod pair;
#[cfg(test)]
mod tests;
pub mod walk;

use std::ops::Range;

use crate::lines::Lines;

/// What a person wants of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The step.
    Step,
    /// The assertion or the delegation of the step.
    Card,
    /// All steps, in a table.
    Steps,
    /// What is printed instead of the steps: the text of a lesson.
    Paper,
}

/// Rows of a table of steps at most. A longer run has several tables.
pub const ROWS: u32 = 200;

/// What a link says behind all else to a table of steps.
pub const TABLE: &str = "view=steps";

/// Something to take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What it is.
    pub title: String,
    /// What it says, from top to bottom.
    pub blocks: Vec<Block>,
    /// The link to what it is about, without the `#`.
    pub link: String,
}

/// A piece of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading of what follows.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Names, and what is said of each.
    Facts(Vec<(String, String)>),
    /// Steps, one after the other.
    Steps(Vec<Row>),
    /// Where there is more: what is there, and the link to it, without the `#`.
    Links(Vec<(String, String)>),
}

/// A step in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub number: u32,
    /// Of which kind it is, or who does it.
    pub kind: String,
    /// The address that it is about, if it is about one.
    pub at: String,
    /// What happens.
    pub says: String,
    /// The link to it, without the `#`.
    pub link: String,
    /// Whether it stands out: it decides a race, or two runs differ there.
    pub stands_out: bool,
}

impl Sheet {
    /// As plain text, for a mail. `page` is the address of the page, without the `#`.
    pub fn text(&self, page: &str) -> String {
        let mut text = Lines::default();
        text.wrapped("", &self.title);
        for block in &self.blocks {
            text.gap();
            match block {
                Block::Heading(heading) => text.wrapped("", &[heading, ":"].concat()),
                Block::Text(words) => text.wrapped("", words),
                Block::Facts(facts) => {
                    for (name, says) in facts {
                        text.wrapped("  ", &[name, ": ", says].concat());
                    }
                }
                Block::Steps(rows) => {
                    for row in rows {
                        let sign = if row.stands_out { "*" } else { " " };
                        text.wrapped(&format!("{sign}{:>4}. ", row.number), &row.told());
                    }
                }
                Block::Links(links) => {
                    for (says, link) in links {
                        text.line(&format!("{says}: {page}#{link}"));
                    }
                }
            }
        }
        text.gap();
        text.line(&format!("{page}#{}", self.link));
        text.into_text()
    }

    /// As Markdown, for notes. `page` is the address of the page, without the `#`.
    pub fn markdown(&self, page: &str) -> String {
        let mut text = format!("## [{}]({page}#{})\n", plain(&self.title), self.link);
        for block in &self.blocks {
            text.push('\n');
            match block {
                Block::Heading(heading) => text.extend(["### ", &plain(heading), "\n"]),
                Block::Text(words) => text.extend([&*plain(words), "\n"]),
                Block::Facts(facts) => {
                    for (name, says) in facts {
                        text.extend(["- ", &plain(name), ": ", &plain(says), "\n"]);
                    }
                }
                Block::Steps(rows) => {
                    for row in rows {
                        let (number, told) = (row.number.to_string(), plain(&row.told()));
                        let bold = if row.stands_out { "**" } else { "" };
                        text.extend([
                            "- [", &number, "](", page, "#", &row.link, "). ", bold, &told, bold, "\n",
                        ]);
                    }
                }
                Block::Links(links) => {
                    for (says, link) in links {
                        text.extend(["- [", &plain(says), "](", page, "#", link, ")\n"]);
                    }
                }
            }
        }
        text
    }

    /// The same with what `of` makes of each of its links.
    #[must_use]
    pub fn relinked(mut self, of: &dyn Fn(&str) -> String) -> Self {
        self.link = of(&self.link);
        for block in &mut self.blocks {
            match block {
                Block::Steps(rows) => rows.iter_mut().for_each(|row| row.link = of(&row.link)),
                Block::Links(links) => links.iter_mut().for_each(|(_, link)| *link = of(link)),
                Block::Heading(_) | Block::Text(_) | Block::Facts(_) => {}
            }
        }
        self
    }
}

/// A link with something more behind all else that it says.
pub fn joined(link: &str, more: &str) -> String {
    let and = if link.bytes().any(|letter| letter == b'?') { "&" } else { "?" };
    [link, and, more].concat()
}

/// Which rows the table around `step` has, of a run with so many steps, and where the other ones are; `link` is the link to a step.
fn part(step: u32, len: u32, link: &dyn Fn(u32) -> String) -> (Range<u32>, Option<[Block; 2]>) {
    let first = step.min(len.saturating_sub(1)) / ROWS * ROWS;
    let end = (first + ROWS).min(len);
    let says = (end - first < len).then(|| {
        let says = format!(
            "These are the steps {first} to {} of {}. A table has {ROWS} steps at most, and the others are in tables of their \
             own.",
            end - 1,
            len - 1
        );
        let starts = [first.checked_sub(ROWS), Some(end).filter(|end| *end < len)];
        let links = starts.into_iter().flatten().map(|start| {
            let says = format!("Steps {start} to {}", (start + ROWS).min(len) - 1);
            (says, joined(&link(start), TABLE))
        });
        [Block::Text(says), Block::Links(links.collect())]
    });
    (first..end, says)
}

impl Row {
    /// The step in one text: what it does says who does it, or else its kind is said.
    fn told(&self) -> String {
        if self.kind.is_empty() || self.says.starts_with(&*self.kind) {
            return self.says.clone();
        }
        [&*self.kind, ": ", &*self.says].concat()
    }
}

/// Words as Markdown shows them: without what it would take for its own signs.
fn plain(words: &str) -> String {
    let letters = words.as_bytes();
    let is_letter = |at: usize| letters.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let mut text = String::new();
    for (at, letter) in words.char_indices() {
        let is_sign = match letter {
            '\\' | '*' | '`' | '<' | '[' | ']' | '|' => true,
            // `walk_pmd_range` has none.
            '_' => !(at > 0 && is_letter(at - 1) && is_letter(at + 1)),
            // `&amp;` would be one letter.
            '&' => is_letter(at + 1) && letters.contains(&b';'),
            _ => false,
        };
        if is_sign {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}
