//! What the terms mean that the pages use: one explanation each, in `lessons/glossary.txt`, for lessons and for all other pages.
//!
//! A line is `term | other ways to say it = what it means`. A line that begins with `# ` is the heading of those after it.

use alloc::vec::Vec;
use core::ops::Range;

/// The text.
pub static TEXT: &str = include_str!("../../../lessons/glossary.txt");

/// A term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term<'a> {
    /// All ways to say it, the usual one first.
    names: &'a str,
    /// What it means.
    pub text: &'a str,
    /// The heading above it.
    pub heading: &'a str,
}

impl<'a> Term<'a> {
    /// All ways to say it, the usual one first.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.names.split(" | ")
    }

    /// The usual way to say it.
    pub fn name(&self) -> &'a str {
        self.names().next().unwrap_or_default()
    }
}

/// All terms of a text, in its order. A line that is neither a term nor a heading is none.
pub fn terms(text: &str) -> impl Iterator<Item = Term<'_>> {
    let mut heading = "";
    text.lines().filter_map(move |line| {
        if let Some(title) = line.strip_prefix("# ") {
            heading = title;
        }
        let (names, text) = line.split_once(" = ")?;
        Some(Term { names, text, heading })
    })
}

/// What a term means, by any way to say it.
pub fn explain(name: &str) -> Option<Term<'static>> {
    terms(TEXT).find(|term| term.names().any(|of| of.eq_ignore_ascii_case(name)))
}

/// Finds terms in texts.
#[derive(Clone, Debug)]
pub struct Finder {
    terms: Vec<Term<'static>>,
    /// By their first letters, the longer ones first: the ways to say them, and the numbers of their terms.
    names: Vec<(&'static str, usize)>,
}

impl Default for Finder {
    /// For the terms of [`TEXT`].
    fn default() -> Self {
        let terms: Vec<_> = terms(TEXT).collect();
        let of_term = |(number, term): (usize, &Term<'static>)| term.names().map(move |name| (name, number));
        let key = |name: &str| (initial(name), usize::MAX - name.len());
        let mut names: Vec<(&'static str, usize)> = Vec::new();
        // One by one: a sort of the library's is as large as all the rest of this.
        for (name, number) in terms.iter().enumerate().flat_map(of_term) {
            names.insert(names.partition_point(|(of, _)| key(of) <= key(name)), (name, number));
        }
        Self { terms, names }
    }
}

impl Finder {
    /// All terms.
    pub fn terms(&self) -> &[Term<'static>] {
        &self.terms
    }

    /// The terms in a text, as whole words and however written: where each stands, in bytes, and its number. Of two that begin at the
    /// same place it is the longer one.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, usize)> + 'a {
        let bytes = text.as_bytes();
        let mut at = 0;
        core::iter::from_fn(move || {
            while at < bytes.len() {
                let start = at;
                at += 1;
                if start > 0 && is_word(bytes[start - 1]) {
                    continue;
                }
                if let Some((end, number)) = self.at(bytes, start) {
                    at = end;
                    return Some((start..end, number));
                }
            }
            None
        })
    }

    /// The longest term that begins there: its end and its number.
    fn at(&self, bytes: &[u8], start: usize) -> Option<(usize, usize)> {
        let first = bytes[start].to_ascii_lowercase();
        let from = self.names.partition_point(|(name, _)| initial(name) < first);
        let same = self.names[from..].iter().take_while(|(name, _)| initial(name) == first);
        same.into_iter().find_map(|&(name, number)| {
            let end = start + name.len();
            let is_here = bytes.get(start..end)?.eq_ignore_ascii_case(name.as_bytes());
            let ends = bytes.get(end).is_none_or(|next| !is_word(*next));
            (is_here && ends).then_some((end, number))
        })
    }
}

fn initial(name: &str) -> u8 {
    name.as_bytes().first().copied().unwrap_or_default().to_ascii_lowercase()
}

/// Whether a letter belongs to a word or to a name of code, so that `pmd` is not found in `walk_pmd_range()`.
const fn is_word(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || letter == b'_' || !letter.is_ascii()
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    fn found(text: &str) -> Vec<&str> {
        Finder::default().find(text).map(|(place, _)| &text[place]).collect()
    }

    #[test]
    fn terms_are_found_as_whole_words_and_the_longer_one_first() {
        assert_eq!(found("PMD slot 8 is a hole."), ["PMD", "slot", "hole"]);
        assert_eq!(found("walk_pmd_range() starts"), [""; 0]);
        assert_eq!(
            found("init_mm.mmap_lock is held for reading"),
            ["init_mm", "mmap_lock", "held for reading"]
        );
        assert_eq!(found("a page-table lock"), ["page-table lock"]);
        assert_eq!(found("It returns -EINVAL"), ["-EINVAL"]);
        assert_eq!(found("’hole’ wholes → RCU"), ["RCU"]);
        assert_eq!(found(""), [""; 0]);
    }

    #[test]
    fn a_term_has_one_line_and_its_names_are_its_own() {
        let mut names = BTreeSet::new();
        for line in TEXT.lines() {
            assert!(line.is_empty() || line.starts_with("# ") || terms(line).count() == 1, "{line}");
        }
        for term in terms(TEXT) {
            assert!(!term.heading.is_empty() && term.text.ends_with('.'), "{term:?}");
            // Two lines of some eighty letters.
            assert!(term.text.len() <= 170, "{}: {} letters", term.name(), term.text.len());
            for name in term.names() {
                assert!(names.insert(name.to_ascii_lowercase()), "{name} is explained twice");
                assert_eq!(explain(name), Some(term));
            }
        }
        assert!(names.len() > 100);
    }
}
