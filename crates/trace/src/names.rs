//! Names that a person types: what one that is not known is near to, and what is said more than once.

/// Longest name that is compared, in bytes.
const LONGEST: usize = 40;

/// Looks for the name that was probably meant.
#[derive(Clone, Copy, Debug)]
pub struct Near<'a> {
    word: &'a str,
    best: Option<(u8, &'static str)>,
}

impl<'a> Near<'a> {
    /// By this word.
    pub const fn new(word: &'a str) -> Self {
        Self { word, best: None }
    }

    /// Looks at one name more. It is near if no more than a third of it is typed otherwise, two letters in a name of five or
    /// more, or if one goes on where the other ends.
    pub fn see(&mut self, name: &'static str) {
        let word = self.word;
        if word.len() > LONGEST {
            return;
        }
        let off = distance(word.as_bytes(), name.as_bytes());
        let is_start = word.len() > 3 && (name.starts_with(word) || word.starts_with(name));
        let most = word.len().max(name.len());
        let is_near = is_start || usize::from(off) <= (most / 3).max(if most < 5 { 0 } else { 2 });
        if is_near && self.best.is_none_or(|(least, _)| off < least) {
            self.best = Some((off, name));
        }
    }

    /// The nearest one that was seen, if one is near.
    pub fn meant(self) -> Option<&'static str> {
        self.best.map(|(_, name)| name)
    }
}

/// The nearest of these names.
pub fn near(word: &str, names: &mut dyn Iterator<Item = &'static str>) -> Option<&'static str> {
    let mut near = Near::new(word);
    for name in names {
        near.see(name);
    }
    near.meant()
}

/// The least number of letters to put in, take out or change, so that one becomes the other.
fn distance(word: &[u8], name: &[u8]) -> u8 {
    // By number of letters of the word: the distance of so many to what is seen of the name.
    let mut row = [0u8; LONGEST + 1];
    for (at, of) in row.iter_mut().enumerate() {
        *of = at as u8;
    }
    for &letter in name {
        let mut before = row[0];
        row[0] = before.saturating_add(1);
        for (at, &other) in word.iter().enumerate() {
            let changed = before + u8::from(!other.eq_ignore_ascii_case(&letter));
            before = row[at + 1];
            row[at + 1] = changed.min(before.min(row[at]).saturating_add(1));
        }
    }
    row[word.len()]
}

/// Those of the parameters that the query of an address says more than once.
pub fn repeated<'a>(
    query: &'a str,
    parameters: &'a [&'static str],
) -> impl Iterator<Item = &'static str> + 'a {
    let is_said = |name: &str| query.split('&').filter(|part| part.split('=').next() == Some(name)).count();
    parameters.iter().copied().filter(move |name| is_said(name) > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let near = |word| {
            near(word, &mut ["ptdump", "start", "kernel-walk", "v7.1", "v7.3", "riscv64-sv39"].into_iter())
        };
        for (word, name) in [
            ("ptdmp", "ptdump"),
            ("ptdumpp", "ptdump"),
            ("strat", "start"),
            ("kernal-walk", "kernel-walk"),
            ("kernel", "kernel-walk"),
            ("KERNEL-WALK", "kernel-walk"),
            ("v7.2", "v7.1"),
            ("riscv64", "riscv64-sv39"),
        ] {
            assert_eq!(near(word), Some(name), "{word}");
        }
        for word in ["", "vax", "x", "walk-of-life", "ptd", &"kernel-walk".repeat(9)] {
            assert_eq!(near(word), None, "{word}");
        }
    }

    #[test]
    fn what_is_said_twice_is_named_once() {
        let of = |query| repeated(query, &["lock", "t"]).eq(["lock"]);
        assert!(of("lock=read&t=1&lock=write&lock"));
        assert!(!of("lock=read&locks=read") && !of("") && !of("lock&t&t"));
    }
}
