//! Which stops were seen, and which questions were answered: on the person's own device, and nowhere else.
//!
//! ```text
//! why-the-patch 1 2 3+ 4-
//! ```
//!
//! A line for each lesson, the numbers of the stops that were seen, with a sign where a question was answered, rightly or not. What another
//! version or another hand has written there is read as far as it goes.

use crate::browser;

/// The name under which the browser keeps it.
const NAME: &str = "pagewalk-lessons";

/// Longest text that is read, in bytes, and most stops of a lesson.
const MAX_BYTES: usize = 16 * 1024;
const MOST_STOPS: usize = 200;

/// A stop that was seen, from 0, and whether its question was answered rightly, if it was answered.
type Seen = (usize, Option<bool>);

/// What was seen and answered by now.
#[derive(Debug, Default)]
pub(super) struct Kept(Vec<(String, Vec<Seen>)>);

impl Kept {
    /// What the browser has kept.
    pub(super) fn read() -> Self {
        let text = browser::kept(NAME).filter(|text| text.len() <= MAX_BYTES);
        text.map(|text| Self::parse(&text)).unwrap_or_default()
    }

    fn parse(text: &str) -> Self {
        let seen = |word: &str| {
            let (number, answer) = match word.strip_suffix(['+', '-']) {
                Some(number) => (number, Some(word.ends_with('+'))),
                None => (word, None),
            };
            let number: usize = number.parse().ok()?;
            (1..=MOST_STOPS).contains(&number).then(|| (number - 1, answer))
        };
        let mut kept = Self::default();
        for line in text.lines() {
            let mut words = line.split(' ');
            let name = words.next().unwrap_or_default();
            for (stop, answer) in words.filter_map(seen) {
                kept.put(name, stop, answer);
            }
        }
        kept
    }

    fn put(&mut self, name: &str, stop: usize, answer: Option<bool>) {
        let at = self.0.iter().position(|(of, _)| of == name).unwrap_or_else(|| {
            self.0.push((name.to_owned(), Vec::new()));
            self.0.len() - 1
        });
        let stops = &mut self.0[at].1;
        match stops.iter_mut().find(|(of, _)| *of == stop) {
            Some((_, before)) => *before = answer.or(*before),
            None => stops.push((stop, answer)),
        }
    }

    fn write(&self) {
        let mut text = String::new();
        for (name, stops) in &self.0 {
            text.push_str(name);
            for (stop, answer) in stops {
                text.push(' ');
                text.push_str(&(stop + 1).to_string());
                text.push_str(answer.map_or("", |right| if right { "+" } else { "-" }));
            }
            text.push('\n');
        }
        browser::keep(NAME, Some(&text));
    }

    /// A stop is seen.
    pub(super) fn see(&mut self, name: &str, stop: usize) {
        self.put(name, stop, None);
        self.write();
    }

    /// The question of a stop is answered.
    pub(super) fn answer(&mut self, name: &str, stop: usize, right: bool) {
        self.put(name, stop, Some(right));
        self.write();
    }

    /// How many stops of a lesson were seen, and how many questions were answered rightly.
    pub(super) fn seen(&self, name: &str) -> (usize, usize) {
        let stops = self.0.iter().find(|(of, _)| of == name).map_or(&[][..], |(_, stops)| stops);
        (stops.len(), stops.iter().filter(|(_, answer)| *answer == Some(true)).count())
    }

    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets everything, here and in the browser.
    pub(super) fn forget(&mut self) {
        self.0.clear();
        browser::keep(NAME, None);
    }
}
