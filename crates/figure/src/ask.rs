//! What an address asks for.
//!
//! An address is read as the page reads it, but where the page opens the nearest thing that works and says what was wrong, a
//! figure is not drawn: nobody would notice in a document that it shows something else.

use pagewalk::Revision;
use pagewalk::release::Why;
use races::{RACES, RaceLink, RaceLinkProblem};
use scenario::library::{Library, Scenario};
use scenario::link::View;
use scenario::{Held, Link, LinkProblem};

/// All scenarios: the walks, and those of the walks' callers.
pub static LIBRARY: Library = Library::whole(&[callers::SCENARIOS]);

/// Longest address that is looked at, in bytes: that of a race with its schedule is far below.
const MAX_BYTES: usize = 8_000;

/// Most names that a sentence lists.
const MOST_NAMES: usize = 12;

/// Pages of the site that are neither a walk nor a race, by the word in their addresses, and what they are called.
const OTHER_PAGES: [(&str, &str); 8] = [
    ("callers", "Callers"),
    ("verdicts", "Verdicts"),
    ("compare", "Compare"),
    ("safe", "Is my walk safe?"),
    ("learn", "Learn"),
    ("open", "Open yours"),
    ("call", "Your call"),
    ("compose", "Your race"),
];

/// What a link may say behind all else of how the page shows it.
const FORMS: [&str; 5] = ["present", "embed", "theme=auto", "theme=light", "theme=dark"];

/// Why an address names nothing that can be drawn: one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AskError(String);

/// What is to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A walk, at a step.
    Walk(Link),
    /// A race, at a step of its schedule.
    Race(RaceLink),
}

/// An address, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// What it shows.
    pub subject: Subject,
    /// Whether it is about the table of all steps (`view=steps`).
    pub table: bool,
    /// Whether it names a step (`t=`).
    pub names_step: bool,
    /// How the page is to show it (`present`, `embed`, `theme=…`): a figure is the same.
    pub forms: Vec<&'static str>,
    /// The address of the page that it was given with, without the `#`; empty if there was none.
    pub page: String,
}

impl Ask {
    /// The hash as the page writes it, without the `#`, with all that the address says.
    pub fn hash(&self) -> String {
        let hash = match &self.subject {
            Subject::Walk(link) => link.to_string(),
            Subject::Race(link) => link.to_string(),
        };
        let table = self.table.then_some(narrate::sheet::TABLE);
        self.forms.iter().copied().chain(table).fold(hash, |hash, form| narrate::sheet::joined(&hash, form))
    }

    /// Reads an address: `https://…#v1/…`, `#v1/…`, or what stands behind `v1/`.
    ///
    /// # Errors
    /// [`AskError`], one sentence, with the name that was probably meant or those that there are.
    pub fn parse(address: &str) -> Result<Self, AskError> {
        let address = address.trim();
        if address.len() > MAX_BYTES {
            return Err(said(&format!("this link is too long to be one of ours ({} bytes)", address.len())));
        }
        let (page, hash) = match address.split_once('#') {
            Some((page, hash)) => (page, hash.to_owned()),
            None if address.contains("://") => {
                return Err(said(
                    "this link has no \u{201c}#\u{201d}: what a page shows stands behind it, for example #v1/debug-user?t=4",
                ));
            }
            None => ("", address.to_owned()),
        };
        let said_of_form = |form: &&str| hash.split(['?', '&']).skip(1).any(|part| part == *form);
        let forms = FORMS.into_iter().filter(said_of_form).collect();
        let (hash, table) = plain(&hash);
        if hash.is_empty() || hash == "v1" || hash == "v1/" {
            return Err(said(
                "this link names no scenario; for example #v1/debug-user/x86_64-4level/v7.3?lock=read&t=4",
            ));
        }
        let names_step = hash.split_once('?').is_some_and(|(_, query)| query.split('&').any(is_step));
        let subject = subject(&hash)?;
        Ok(Self { subject, table, names_step, forms, page: page.to_owned() })
    }
}

fn is_step(part: &str) -> bool {
    part.starts_with("t=")
}

/// A sentence for a terminal: what somebody typed may hold anything.
fn said(sentence: &str) -> AskError {
    let letter = |of: char| if of.is_control() { '\u{fffd}' } else { of };
    AskError(sentence.chars().map(letter).collect())
}

/// The hash with its version, without what it says of how a page is to show it; and whether that is a table of all steps.
fn plain(hash: &str) -> (String, bool) {
    let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
    let of_table = |part: &&str| *part == narrate::sheet::TABLE;
    let kept: Vec<&str> = query
        .split('&')
        .filter(|part| !part.is_empty() && !FORMS.contains(part) && !of_table(part))
        .collect();
    let first = path.split('/').next().unwrap_or_default();
    let is_version = first.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
    let version = if is_version || path.is_empty() { "" } else { "v1/" };
    let and = if kept.is_empty() { "" } else { "?" };
    ([version, path, and, &kept.join("&")].concat(), query.split('&').any(|part| of_table(&part)))
}

fn subject(hash: &str) -> Result<Subject, AskError> {
    let name = hash.split(['/', '?']).nth(1).unwrap_or_default();
    if let Some((_, title)) = OTHER_PAGES.iter().find(|(word, _)| *word == name) {
        return Err(said(&format!(
            "this link opens the page \u{201c}{title}\u{201d}, of which there are no figures; a walk and a race have some"
        )));
    }
    if let Some((link, mut problems)) = RaceLink::parse(hash) {
        // Without a schedule one is searched: only then it is known which steps there are.
        problems.retain(|problem| !matches!(problem, RaceLinkProblem::Step(..)));
        return match problems.first() {
            None => Ok(Subject::Race(link)),
            Some(problem) => Err(said(&of_race(problem, problems.get(1), &link))),
        };
    }
    let (link, problems) = Link::parse(hash, &LIBRARY);
    if let Some(problem) = problems.first() {
        return Err(said(&of_walk(problem, problems.get(1), link.setup.scenario)));
    }
    if link.view == View::Levels {
        return Err(said(
            "a figure shows a step, not the levels of a machine: leave out \u{201c}view=levels\u{201d}",
        ));
    }
    let scenario = link.setup.scenario;
    if scenario.revisions().all(|of| of != link.setup.revision) {
        let kernels = listed(scenario.revisions().map(Revision::id));
        return Err(said(&format!(
            "the scenario {} does not run in {}; it runs in {kernels}",
            scenario.id,
            link.setup.revision.id()
        )));
    }
    Ok(Subject::Walk(link))
}

/// What is wrong with a link to a walk, and what was meant.
fn of_walk(problem: &LinkProblem, next: Option<&LinkProblem>, scenario: &'static Scenario) -> String {
    let near = match next {
        Some(LinkProblem::Near(name)) => Some(*name),
        _ => None,
    };
    match problem {
        LinkProblem::Scenario(id) => {
            let all = LIBRARY.scenarios().map(|of| of.id);
            format!("there is no scenario \u{201c}{id}\u{201d}; {}", meant(near, all))
        }
        LinkProblem::Machine { scenario: id, machine, .. } => {
            let machines = scenario.machines().map(|of| of.model().id);
            format!("the scenario {id} does not run on \u{201c}{machine}\u{201d}; {}", meant(near, machines))
        }
        LinkProblem::NoMachine { machine, .. } => {
            let machines = scenario.machines().map(|of| of.model().id);
            format!("there is no machine \u{201c}{machine}\u{201d} here; {}", meant(near, machines))
        }
        LinkProblem::Kernel { kernel, .. } => {
            let kernels = scenario.revisions().map(Revision::id);
            format!("there is no kernel \u{201c}{kernel}\u{201d} here; {}", meant(near, kernels))
        }
        LinkProblem::Release { kernel, shown, why } => no_row(kernel, shown, *why),
        LinkProblem::Lacks { machine, kernel, since, shown } => {
            format!("there is no {machine} in {kernel}: {since}; the nearest machine is {shown}")
        }
        LinkProblem::Value { name: name @ ("lock" | "init"), value } => {
            let near = pagewalk::names::near(value, &mut Held::ALL.into_iter().map(Held::id));
            let locks = meant(near, Held::ALL.into_iter().map(Held::id));
            format!("\u{201c}{name}={value}\u{201d} is no way to hold a lock; {locks}")
        }
        LinkProblem::Value { name, value } => {
            format!("\u{201c}{name}={value}\u{201d} in this link cannot be understood")
        }
        LinkProblem::Twice(name) => format!("this link says \u{201c}{name}\u{201d} more than once"),
        LinkProblem::Unknown(part) => format!("\u{201c}{part}\u{201d} in this link is not known"),
        LinkProblem::Version(version) => {
            format!("this link is of version \u{201c}{version}\u{201d}; \u{201c}v1\u{201d} is read here")
        }
        LinkProblem::TooLong(bytes) => format!("this link is too long to be one of ours ({bytes} bytes)"),
        other => other.to_string(),
    }
}

/// What is wrong with a link to a race, and what was meant.
fn of_race(problem: &RaceLinkProblem, next: Option<&RaceLinkProblem>, link: &RaceLink) -> String {
    let near = match next {
        Some(RaceLinkProblem::Near(name)) => Some(*name),
        _ => None,
    };
    let race = link.choice.race;
    match problem {
        RaceLinkProblem::Race(id) => {
            format!(
                "there is no race \u{201c}{id:.40}\u{201d}; {}",
                meant(near, RACES.iter().map(|race| race.id))
            )
        }
        RaceLinkProblem::NoRace => {
            format!("this link names no race; {}", meant(None, RACES.iter().map(|race| race.id)))
        }
        RaceLinkProblem::Machine(id, _) => {
            let machines = race.models().map(|model| model.id);
            format!(
                "the race {} does not happen on \u{201c}{id:.40}\u{201d}; {}",
                race.id,
                meant(near, machines)
            )
        }
        RaceLinkProblem::NoMachine(id, _) => {
            let machines = race.models().map(|model| model.id);
            format!("there is no machine \u{201c}{id:.40}\u{201d} here; {}", meant(near, machines))
        }
        RaceLinkProblem::Kernel(id, _) => {
            let kernels = Revision::ALL
                .into_iter()
                .filter(|of| race.exists_in(*of, link.choice.model))
                .map(Revision::id);
            format!(
                "the race {} does not happen in \u{201c}{id:.40}\u{201d}; {}",
                race.id,
                meant(near, kernels)
            )
        }
        RaceLinkProblem::Absent(id, model, why, _) => {
            let kernels = Revision::ALL.into_iter().filter(|of| race.exists_in(*of, link.choice.model));
            format!(
                "the race {} does not happen in \u{201c}{id:.40}\u{201d} on {model}: {why}; {}",
                race.id,
                meant(None, kernels.map(Revision::id))
            )
        }
        RaceLinkProblem::Release(kernel, shown, why) => no_row(kernel, shown, *why),
        RaceLinkProblem::Between(kernel, row, _) => {
            format!(
                "no row is \u{201c}{kernel:.40}\u{201d}; ask for {row} with rule={}, which it follows",
                link.choice.rule.id
            )
        }
        RaceLinkProblem::Lacks(machine, kernel, since, shown) => {
            format!("there is no {machine} in {kernel:.40}: {since}; the nearest machine is {shown}")
        }
        RaceLinkProblem::Schedule(error) => error.to_string(),
        RaceLinkProblem::Twice(name) => format!("this link says \u{201c}{name}\u{201d} more than once"),
        RaceLinkProblem::Unknown(part) => {
            let part: String = part.chars().take(40).collect();
            let known = match part.split('=').next() {
                Some("lock") => listed(race.locks.iter().map(|lock| lock.name())),
                Some("rule") => listed(race.rules.iter().map(|rule| rule.id).filter(|id| !id.is_empty())),
                _ => String::new(),
            };
            let known = if known.is_empty() { known } else { format!("; there are {known}") };
            format!("\u{201c}{part}\u{201d} in this link cannot be understood{known}")
        }
        RaceLinkProblem::TooLong(bytes) => format!("this link is too long to be one of ours ({bytes} bytes)"),
        RaceLinkProblem::Near(_) | RaceLinkProblem::Step(..) => problem.to_string(),
    }
}

/// A figure is not of another kernel than that which was asked for.
fn no_row(kernel: &str, nearest: &str, why: Why) -> String {
    format!(
        "the nearest row to \u{201c}{kernel:.40}\u{201d} is {nearest}, so ask for that: {kernel:.40} {why}"
    )
}

/// "did you mean “x”?", or what there is.
fn meant(near: Option<&str>, all: impl Iterator<Item = &'static str>) -> String {
    match near {
        Some(name) => format!("did you mean \u{201c}{name}\u{201d}?"),
        None => format!("there are {}", listed(all)),
    }
}

/// The first of some names, and how many more there are.
fn listed(all: impl Iterator<Item = &'static str>) -> String {
    let all: Vec<&str> = all.collect();
    let shown = all.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(address: &str) -> String {
        match Ask::parse(address) {
            Err(error) => error.to_string(),
            Ok(ask) => panic!("{address} is {ask:?}"),
        }
    }

    fn walk(address: &str) -> (Ask, Link) {
        match Ask::parse(address) {
            Ok(ask) => match ask.subject {
                Subject::Walk(link) => (ask.clone(), link),
                Subject::Race(_) => panic!("{address} is a race"),
            },
            Err(error) => panic!("{address}: {error}"),
        }
    }

    #[test]
    fn an_address_is_read_with_and_without_its_page() {
        let (whole, link) =
            walk("https://some.host/pagewalk/?x#v1/debug-user/riscv64-sv39/v6.17?lock=write&t=4&embed");
        assert_eq!((&*whole.page, link.step, whole.names_step), ("https://some.host/pagewalk/?x", 4, true));
        for short in [
            "#v1/debug-user/riscv64-sv39/v6.17",
            "v1/debug-user/riscv64-sv39/v6.17",
            "debug-user/riscv64-sv39/v6.17",
        ] {
            let (ask, of) = walk(short);
            assert_eq!(
                (of.setup, of.step, &*ask.page, ask.names_step),
                (link.setup, 0, "", false),
                "{short}"
            );
        }
        let (table, _) = walk("debug-user?t=3&view=steps");
        assert!(table.table);
        assert_eq!(table.hash(), "v1/debug-user/x86_64-4level/v6.17?lock=write&t=3&view=steps");
        assert!(whole.hash().ends_with("&t=4&embed"));
        assert!(
            matches!(Ask::parse("race/munmap?s=a3&t=2"), Ok(Ask { subject: Subject::Race(link), .. }) if link.step == 2)
        );
    }

    #[test]
    fn what_is_not_understood_is_one_sentence_with_the_name_that_was_meant() {
        for (address, says) in [
            (
                "kernal-walk",
                "there is no scenario \u{201c}kernal-walk\u{201d}; did you mean \u{201c}kernel-walk\u{201d}?",
            ),
            ("nosuch", "there are start, kernel-walk"),
            ("kernel-walk/x86-4level", "did you mean \u{201c}x86_64-4level\u{201d}?"),
            ("kernel-walk/vax", "no machine \u{201c}vax\u{201d} here; there are x86_64-4level"),
            ("kernel-walk//v7.3", "\u{201c}//\u{201d} in this link is not known"),
            (
                "kernel-walk/x86_64-4level/v7.33",
                "no kernel \u{201c}v7.33\u{201d} here; did you mean \u{201c}v7.3\u{201d}?",
            ),
            ("kernel-walk?lock=reed", "did you mean \u{201c}read\u{201d}?"),
            ("kernel-walk?t=-1", "\u{201c}t=-1\u{201d}"),
            ("kernel-walk?t=1&t=2", "more than once"),
            ("kernel-walk?view=levels", "not the levels of a machine"),
            ("#v2/kernel-walk", "of version \u{201c}v2\u{201d}"),
            ("", "names no scenario"),
            ("https://some.host/pagewalk/", "has no \u{201c}#\u{201d}"),
            ("compare/debug-user", "the page \u{201c}Compare\u{201d}"),
            ("race/mumap", "did you mean \u{201c}munmap\u{201d}?"),
            ("race", "names no race; there are munmap"),
            ("race/munmap/vax", "no machine \u{201c}vax\u{201d}"),
            ("race/munmap?lock=maybe", "there are "),
            ("race/munmap?s=a5z", "\u{201c}z\u{201d} at character 3"),
            ("arm64-set-memory/arm64-4k-48/v6.16", "does not run in v6.16"),
        ] {
            let sentence = wrong(address);
            assert!(sentence.contains(says), "{address}: {sentence}");
            assert!(!sentence.contains(" is shown") && !sentence.contains('\n'), "{sentence}");
        }
        assert!(wrong(&"x/".repeat(9_000)).contains("too long"));
    }
}
