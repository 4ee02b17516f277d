//! Which page an address opens.

use crate::later::Part;

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A walk, step by step.
    Walk,
    /// The patch's callers, side by side.
    Callers,
    /// A race, CPU by CPU.
    Race,
    /// The verdicts of all races.
    Verdicts,
}

impl Place {
    /// All pages, in the order of the navigation.
    pub const ALL: [Self; 4] = [Self::Walk, Self::Callers, Self::Race, Self::Verdicts];

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Walk => "Walk",
            Self::Callers => "Callers",
            Self::Race => "Race lab",
            Self::Verdicts => "Verdicts",
        }
    }

    /// The part of the program that the page is in, if it arrives later.
    pub const fn part(self) -> Option<Part> {
        match self {
            Self::Walk => None,
            Self::Callers => Some(Part::More),
            Self::Race | Self::Verdicts => Some(Part::Lab),
        }
    }

    /// The link to the page as it is offered first, without the `#`.
    pub const fn link(self) -> &'static str {
        match self {
            Self::Walk => "v1",
            Self::Callers => "v1/callers",
            Self::Race => "v1/race/munmap",
            Self::Verdicts => "v1/verdicts",
        }
    }

    /// The page that a hash opens. What none of the others has is the walk's, which says what is wrong with it.
    pub fn of(hash: &str) -> Self {
        let name = hash.strip_prefix('#').unwrap_or(hash).strip_prefix("v1/").unwrap_or_default();
        match name.split(['/', '?']).next() {
            Some("callers") => Self::Callers,
            Some("race") => Self::Race,
            Some("verdicts") => Self::Verdicts,
            _ => Self::Walk,
        }
    }

    /// What stands behind the page's name in a hash that opens it: the first part, and everything after that.
    pub fn rest(self, hash: &str) -> (&str, Option<&str>) {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        let rest = text.strip_prefix(self.link()).unwrap_or_default();
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        match rest.find(['/', '?']) {
            Some(end) => (&rest[..end], Some(&rest[end..]).filter(|rest| rest.len() > 1)),
            None => (rest, None),
        }
    }
}

/// What is wrong with a part of an address that no page knows.
pub fn unknown(part: &str) -> String {
    let part: String = part.trim_start_matches(['/', '?']).chars().take(40).collect();
    format!("\u{201c}{part}\u{201d} in this link is not known and is ignored")
}
