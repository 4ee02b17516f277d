//! Which page an address opens.

use races::{About, race, verdicts};
use scenario::Library;

use crate::later::Part;
use pagewalk::names::{Near, near};

/// What stands in the address of a lesson in place of its name, before the address of a walk or a race: questions about that.
pub const ASK: &str = "ask";

/// What stands in the address of the verdicts in place of the name of a table: how far all of it can be trusted.
pub const TRUST: &str = "trust";

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
    /// Two runs side by side.
    Compare,
    /// Whether a walk is safe that a person states.
    Safe,
    /// The lessons.
    Learn,
    /// Files and texts of one's own.
    Open,
    /// A call that a person puts together.
    Call,
    /// A race that a person composes.
    Switches,
}

/// A hash without its sign, as links are.
pub fn unsigned(hash: &str) -> &str {
    hash.strip_prefix('#').unwrap_or(hash)
}

impl Place {
    /// All pages, in the order of the navigation.
    pub const ALL: [Self; 10] = [
        Self::Learn,
        Self::Walk,
        Self::Safe,
        Self::Callers,
        Self::Race,
        Self::Switches,
        Self::Verdicts,
        Self::Compare,
        Self::Open,
        Self::Call,
    ];

    /// Its number. That of the walk is 0.
    pub const fn slot(self) -> usize {
        self as usize
    }

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Walk => "Walk",
            Self::Callers => "Callers",
            Self::Race => "Race lab",
            Self::Verdicts => "Verdicts",
            Self::Compare => "Compare",
            Self::Safe => "Is my walk safe?",
            Self::Learn => "Learn",
            Self::Open => "Open yours",
            Self::Call => "Your call",
            Self::Switches => "Your race",
        }
    }

    /// The part of the program that the page is in, if it arrives later.
    pub const fn part(self) -> Option<Part> {
        match self {
            Self::Walk => None,
            Self::Callers => Some(Part::More),
            Self::Compare => Some(Part::Compare),
            Self::Race | Self::Verdicts => Some(Part::Lab),
            Self::Learn => Some(Part::Learn),
            Self::Open => Some(Part::Door),
            Self::Call => Some(Part::Call),
            Self::Safe | Self::Switches => Some(Part::Switches),
        }
    }

    /// The link to the page as it is offered first, without the `#`.
    pub const fn link(self) -> &'static str {
        match self {
            Self::Walk => "v1",
            Self::Callers => "v1/callers",
            Self::Race => "v1/race/munmap",
            Self::Verdicts => "v1/verdicts",
            Self::Compare => "v1/compare",
            Self::Safe => "v1/safe",
            Self::Learn => "v1/learn",
            Self::Open => "v1/open",
            Self::Call => "v1/call",
            Self::Switches => "v1/compose/munmap",
        }
    }

    /// Its name in links; that of the walk is empty, as what stands there is a scenario.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Walk => "",
            Self::Callers => "callers",
            Self::Race => "race",
            Self::Verdicts => "verdicts",
            Self::Compare => "compare",
            Self::Safe => "safe",
            Self::Learn => "learn",
            Self::Open => "open",
            Self::Call => "call",
            Self::Switches => "compose",
        }
    }

    /// What a link to the page can name. It is known before the page is here, so nothing is downloaded for a name that does not
    /// exist.
    pub fn abouts(self) -> &'static [About] {
        match self {
            Self::Walk
            | Self::Callers
            | Self::Compare
            | Self::Safe
            | Self::Learn
            | Self::Open
            | Self::Call
            | Self::Switches => &[],
            Self::Race => &race::ABOUTS,
            Self::Verdicts => &verdicts::ABOUTS,
        }
    }

    /// What a hash names that the page does not have. The walk, the walk that one states and values say that for themselves: they keep
    /// the rest of the address.
    pub fn stray(self, hash: &str) -> Option<&str> {
        let (name, _) = self.rest(hash);
        let known = match self {
            Self::Walk | Self::Safe | Self::Open | Self::Call | Self::Switches => true,
            Self::Compare => {
                let library = Library::first(&callers::ABOUTS);
                library.scenario(name).is_some() || library.later().iter().any(|about| about.id == name)
            }
            Self::Learn => name == ASK || lessons::NAMES.contains(&name),
            Self::Verdicts if name == TRUST => true,
            _ => self.abouts().iter().any(|about| about.names.contains(&name)),
        };
        (!name.is_empty() && !known).then_some(name)
    }

    /// The name of the page that was probably meant.
    pub fn near(name: &str) -> Option<&'static str> {
        near(name, &mut Self::ALL.into_iter().map(Self::name).filter(|name| !name.is_empty()))
    }

    /// The page that a hash opens. What none of the others has is the walk's, which says what is wrong with it.
    pub fn of(hash: &str) -> Self {
        let (version, name) = unsigned(hash).split_once('/').unwrap_or_default();
        // The race of a fix is a composed one, and of any version these say themselves what is wrong.
        let is_ours = version == "v1";
        if is_ours && (name.starts_with("race?cve=") || name.starts_with("race?commit=")) {
            return Self::Switches;
        }
        let name = name.split(['/', '?']).next().unwrap_or_default();
        let is_ours = is_ours || (name == Self::Switches.name() && version.starts_with('v'));
        let name = if is_ours { name } else { "" };
        Self::ALL.into_iter().find(|page| page.name() == name).unwrap_or(Self::Walk)
    }

    /// What stands behind the page's name in a hash that opens it: the first part, and everything after that.
    pub fn rest(self, hash: &str) -> (&str, Option<&str>) {
        let text = unsigned(hash);
        let rest =
            text.strip_prefix("v1/").and_then(|text| text.strip_prefix(self.name())).unwrap_or_default();
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        match rest.find(['/', '?']) {
            // A `?` with nothing behind it says nothing.
            Some(end) => (&rest[..end], Some(&rest[end..]).filter(|rest| *rest != "?")),
            None => (rest, None),
        }
    }
}

/// What is said at the end of that where there is something to choose from.
pub const CHOOSE: &str = " Choose below what to open.";

/// What is wrong with an address that names what a page does not have.
pub fn missing(page: Place, name: &str) -> String {
    let what = match page {
        Place::Race => "race",
        Place::Verdicts => "table of verdicts",
        Place::Compare => "scenario",
        Place::Learn => "lesson",
        _ => "page",
    };
    let mut near = Near::new(name);
    for about in page.abouts() {
        near.see(about.names[0]);
    }
    for lesson in lessons::NAMES.iter().filter(|_| page == Place::Learn) {
        near.see(lesson);
    }
    let meant = match page {
        Place::Compare => Library::first(&callers::ABOUTS).near(name),
        _ => near.meant(),
    };
    let name: String = name.chars().take(40).collect();
    let mut text = format!("There is no {what} \u{201c}{name}\u{201d}.");
    if let Some(meant) = meant {
        text.push_str(" Did you mean \u{201c}");
        text.push_str(meant);
        text.push_str("\u{201d}?");
    }
    text.push_str(CHOOSE);
    text
}

/// What is wrong with a part of an address that no page knows.
pub fn unknown(part: &str) -> String {
    let named = part.trim_start_matches(['/', '?']);
    let part: String = if named.is_empty() { part } else { named }.chars().take(40).collect();
    format!("\u{201c}{part}\u{201d} in this link is not known and is ignored.")
}
