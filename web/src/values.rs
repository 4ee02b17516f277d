//! Values that a person asks about: raw entries, as text or in an address.

use decode::{Beside, Change, Fit, Pagemap, Reading, fit, level_named, value};
use pagewalk::names::Near;
use pgtable::{Level, Model, RawEntry};

/// Most values that are set beside each other.
const MOST: usize = 5;

/// What stands for a model or a level that is not known.
pub const ANY: &str = "any";

/// What stands for the level of entries of `/proc/PID/pagemap`.
pub const PAGEMAP: &str = "pagemap";

/// Values, and what was said of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// The model, if one was named.
    pub model: Option<&'static Model>,
    /// The model beside it, if each value is to be read under two.
    pub other: Option<&'static Model>,
    /// The level, if one was named.
    pub level: Option<Level>,
    /// Whether they are entries of `/proc/PID/pagemap`.
    pub is_pagemap: bool,
    /// The values, at least one.
    pub values: Vec<RawEntry>,
}

/// A pte, and what of an entry of a pagemap it has no bit for.
pub type Pte = (RawEntry, Vec<&'static str>);

/// What values are.
#[derive(Debug, Default)]
pub struct Understood {
    /// Each value under the model that was named or fits best.
    pub readings: Vec<Reading>,
    /// What changed from each value to the next, if they are read under one model.
    pub changes: Vec<Change>,
    /// Each value under both models, if there are two.
    pub beside: Vec<Beside>,
    /// The models by how well they fit, where one or a level had to be found.
    pub fits: Vec<Fit>,
    /// Entries of a pagemap, a pte that shows so, and what no pte of that machine can show.
    pub pagemap: Vec<(Pagemap, Option<Pte>)>,
}

fn model_named(word: &str) -> Option<&'static Model> {
    let name = word.to_lowercase();
    pgtable::model(name.strip_suffix("bit").unwrap_or(&name)).ok()
}

/// That there is no such machine, what is done instead, and the name that was probably meant.
fn no_machine(word: &str, instead: &str) -> String {
    let mut near = Near::new(word);
    for model in pgtable::MODELS {
        near.see(model.id);
    }
    let meant = near.meant().map(|id| format!(" Did you mean \u{201c}{id}\u{201d}?"));
    format!("there is no machine \u{201c}{word:.40}\u{201d}: {instead}.{}", meant.unwrap_or_default())
}

impl Values {
    /// The values that a text consists of: hexadecimal numbers, perhaps with a model or two and a level. Nothing if there is anything else in
    /// it, or if it may as well be words.
    pub fn in_text(text: &str) -> Option<Self> {
        if text.len() > 1000 {
            return None;
        }
        let words = text.split(|of: char| of.is_whitespace() || ",;:=>\u{2192}".contains(of));
        let words =
            words.map(|word| word.trim_matches(['-', '"', '\'', '(', ')'])).filter(|word| !word.is_empty());
        let mut said = Self::default();
        let mut is_sure = false;
        for word in words {
            if let Some(model) = model_named(word) {
                // A second one stands beside the first.
                said.other = said.model.and(Some(model));
                said.model = said.model.or(Some(model));
                is_sure = true;
            } else if let Ok(level) = level_named(word) {
                if said.level.is_some_and(|before| before != level) {
                    // Each value has a level of its own: that is a line of a log.
                    return None;
                }
                said.level = Some(level);
                is_sure = true;
            } else if word.eq_ignore_ascii_case(PAGEMAP) {
                said.is_pagemap = true;
                is_sure = true;
            } else {
                let digits = word.trim_start_matches("0x");
                is_sure |= word.len() > digits.len() || digits.len() >= 7;
                said.values.push(value(word).ok()?);
            }
        }
        (is_sure && (1..=MOST).contains(&said.values.len())).then_some(said)
    }

    /// Those of an address, behind `v1/open/value`, and all that is wrong with it; what can be read is kept.
    pub fn in_address(rest: &str) -> (Option<Self>, Vec<String>) {
        let (path, options) = rest.split_once('?').map_or((rest, None), |(path, more)| (path, Some(more)));
        let mut words = path.split('/').filter(|word| !word.is_empty());
        let (mut said, mut problems) = (Self::default(), Vec::new());
        let (one, other) = words.next().map_or((ANY, None), |word| {
            word.split_once(',').map_or((word, None), |(one, other)| (one, Some(other)))
        });
        if one != ANY {
            said.model = model_named(one);
            problems.extend(said.model.is_none().then(|| no_machine(one, "the one that fits best is taken")));
        }
        if let Some(other) = other {
            said.other = model_named(other);
            problems.extend(said.other.is_none().then(|| no_machine(other, "it is left out")));
        }
        match words.next() {
            None | Some(ANY) => {}
            Some(PAGEMAP) => said.is_pagemap = true,
            Some(word) => match level_named(word) {
                Ok(level) => said.level = Some(level),
                Err(error) => problems.push(error.to_string()),
            },
        }
        for word in words.by_ref().take(MOST) {
            match value(word) {
                Ok(value) => said.values.push(value),
                Err(error) => problems.push(error.to_string()),
            }
        }
        if words.next().is_some() {
            problems.push(format!(
                "more than {MOST} values cannot be set beside each other: the others are left out"
            ));
        }
        if let Some(options) = options.filter(|of| !of.is_empty()) {
            problems.push(format!("\u{201c}{options:.40}\u{201d} in this link is not known and is ignored"));
        }
        if said.values.is_empty() {
            problems.push(
                "the address has no value: it is like #v1/open/value/x86_64-4level/pte/8000000000000163"
                    .to_owned(),
            );
            return (None, problems);
        }
        (Some(said), problems)
    }

    /// The link to them.
    pub fn link(&self) -> String {
        let model = self.model.map_or(ANY, |model| model.id);
        let models = self.other.map_or_else(|| model.to_owned(), |other| [model, ",", other.id].concat());
        let level = if self.is_pagemap { PAGEMAP } else { self.level.map_or(ANY, Level::name) };
        let values = self.values.iter().map(|value| format!("{:x}", value.0));
        ["v1/open/value".to_owned(), models, level.to_owned()]
            .into_iter()
            .chain(values)
            .collect::<Vec<_>>()
            .join("/")
    }

    /// What they are.
    pub fn understood(&self) -> Understood {
        if self.is_pagemap {
            let pte = |entry: &Pagemap| {
                let model = self.model?;
                Some((entry.to_entry(model, Level::Pte)?, entry.not_in_a_pte(model)))
            };
            let entries = self.values.iter().map(|value| Pagemap::new(value.0));
            return Understood {
                pagemap: entries.map(|of| (of.clone(), pte(&of))).collect(),
                ..Understood::default()
            };
        }
        let (readings, fits) = fit::read(self.model, self.level, &self.values);
        let mut said = Understood { fits, ..Understood::default() };
        match self.other {
            Some(other) => {
                let each = readings.iter().map(|of| Beside::new([of.model, other], of.level, of.value));
                said.beside = each.collect();
            }
            None => {
                let pairs = readings.windows(2);
                said.changes = pairs.map(|pair| Change::new(pair[0].clone(), pair[1].clone())).collect();
            }
        }
        Understood { readings, ..said }
    }
}
