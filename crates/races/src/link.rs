//! A race, its choices, a schedule and a position as text, and back.
//!
//! ```text
//! #v1/race/<race>/<machine>/<kernel>?lock=read&rule=downgrade&s=b4a21b10c2a&t=12
//! ```
//!
//! Everything after the race may be missing; what is missing is as the race is offered first. `near=<machine>/<kernel>` is for who
//! comes from there: the race on that machine and in that kernel, or the nearest that it has. A link that cannot be understood
//! opens the nearest thing that works and says what was wrong with it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use explore::{Schedule, ScheduleError};
use mm::LockMode;
use pagewalk::names::{near, repeated};
use pagewalk::release::Why;
use pagewalk::{Release, Revision};
use pgtable::Since;

use crate::between::between;
use crate::choice::Choice;
use crate::race::{FIRST, RaceDef, awaited, races};

/// Longest link that is looked at, in bytes.
const MAX_BYTES: usize = 4_000;

/// Most parameters that are looked at.
pub(crate) const MOST_PARTS: usize = 64;

/// How a link to a race begins, behind the `#`.
const PREFIX: &str = "v1/race";

/// The parameters of a link to a race.
const PARAMETERS: [&str; 5] = ["near", "lock", "rule", "s", "t"];

/// What a link to a race says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceLink {
    /// Which race, and how.
    pub choice: Choice,
    /// Who moves at each step.
    pub schedule: Schedule,
    /// How many steps of it have been taken where it opens.
    pub step: u32,
}

/// What is wrong with a link to a race. The link opens all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RaceLinkProblem {
    /// Longer than any link of this page.
    #[error(
        "this link is too long to be one of ours ({0} bytes): nobody has moved, and what is too much is ignored"
    )]
    TooLong(usize),
    /// It does not say which race.
    #[error("this link names no race; the first one is shown")]
    NoRace,
    /// No such race.
    #[error("there is no race \u{201c}{0:.40}\u{201d}; the first one is shown")]
    Race(String),
    /// No such machine.
    #[error("there is no machine \u{201c}{0:.40}\u{201d} here; {1} is shown")]
    NoMachine(String, &'static str),
    /// The race does not happen on this machine.
    #[error("this race does not happen on \u{201c}{0:.40}\u{201d}; {1} is shown")]
    Machine(String, &'static str),
    /// No such kernel, but a release of which the nearest is known: which, and what differs.
    #[error("the nearest row to \u{201c}{0:.40}\u{201d} is {1}, which is shown: {0:.40} {2}")]
    Release(String, &'static str, Why),
    /// No such kernel, but a release whose rule is known: the row that is shown, and the rule in words, if there is more than one.
    #[error("\u{201c}{0:.40}\u{201d} is shown by the row {1}; it follows the rule: {2}")]
    Between(String, &'static str, &'static str),
    /// No such kernel, or the race does not happen in it.
    #[error("this race does not happen in the kernel \u{201c}{0:.40}\u{201d}; {1} is shown")]
    Kernel(String, &'static str),
    /// The race does not happen in this kernel on the machine of the link, and why.
    #[error("this race does not happen in \u{201c}{0:.40}\u{201d} on {1}: {2}; {3} is shown")]
    Absent(String, &'static str, &'static str, &'static str),
    /// The kernel does not have the machine yet: which, in which kernel, since when it is there, what is shown.
    #[error("there is no {0} in {1:.40}: {2}; {3} is shown")]
    Lacks(&'static str, String, &'static Since, &'static str),
    /// The schedule cannot be read.
    #[error("{0}; nobody has moved")]
    Schedule(#[from] ScheduleError),
    /// A parameter that is there more than once.
    #[error("this link says \u{201c}{0}\u{201d} more than once; the last one counts")]
    Twice(&'static str),
    /// More steps than the schedule has.
    #[error("this link has no step {0}: in it the CPUs take {1} steps, and the last one is shown")]
    Step(u32, usize),
    /// A part that no link has, or a value that its parameter cannot have.
    #[error("\u{201c}{0:.40}\u{201d} in this link cannot be understood and is ignored")]
    Unknown(String),
    /// What was probably meant by the one before.
    #[error("did you mean \u{201c}{0}\u{201d}?")]
    Near(&'static str),
}

impl RaceLink {
    /// A race before anybody has moved.
    pub fn new(choice: Choice) -> Self {
        Self { choice, schedule: Schedule::default(), step: 0 }
    }

    /// Reads the hash of a page's address, with or without the `#`, if it is a link to a race. Then it never fails: the
    /// second value is the list of what was wrong, in the order of the link.
    pub fn parse(hash: &str) -> Option<(Self, Vec<RaceLinkProblem>)> {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        // The page of races is opened by its name alone as well.
        let rest =
            text.strip_prefix(PREFIX).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut problems = Vec::new();
        let is_long = text.len() > MAX_BYTES;
        if is_long {
            problems.push(RaceLinkProblem::TooLong(text.len()));
        }
        // What is too long itself names nothing.
        let path = if path.len() > MAX_BYTES { "" } else { path };
        let mut link = Self::new(parse_path(path.strip_prefix('/').unwrap_or(path), &mut problems));
        let parts = query.split('&').filter(|part| !(part.is_empty() || is_long && is_run(part)));
        for part in parts.take(MOST_PARTS) {
            if let Err(why) = link.parse_parameter(part) {
                problems.push(why);
            }
        }
        problems.extend(repeated(query, &PARAMETERS).map(RaceLinkProblem::Twice));
        if path.as_bytes().windows(2).any(|pair| pair == b"//") {
            problems.push(RaceLinkProblem::Unknown("//".to_string()));
        }
        if link.step as usize > link.schedule.len() {
            problems.push(RaceLinkProblem::Step(link.step, link.schedule.len()));
        }
        Some((link, problems))
    }

    /// Whether a hash names a race that arrives [later](crate::complete), and is not here: then it cannot be read yet.
    pub fn is_awaited(hash: &str) -> bool {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        let Some(rest) = text.strip_prefix("v1/race/") else { return false };
        awaited().iter().any(|about| {
            rest.strip_prefix(about.names[0])
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        })
    }

    fn parse_parameter(&mut self, part: &str) -> Result<(), RaceLinkProblem> {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let race = self.choice.race;
        let understood = match name {
            "near" => return self.near(part, value),
            "lock" => LockMode::from_name(value)
                .filter(|lock| race.locks.contains(lock))
                .map(|lock| self.choice.lock = lock),
            "rule" => race.rule(value).filter(|rule| !rule.id.is_empty()).map(|rule| self.choice.rule = rule),
            "s" => {
                self.schedule = value.parse()?;
                Some(())
            }
            "t" => value.parse().ok().filter(|_| !value.starts_with('+')).map(|step| self.step = step),
            _ => None,
        };
        understood.ok_or_else(|| RaceLinkProblem::Unknown(part.to_string()))
    }
}

impl Choice {
    /// The same on a machine that the kernel has, and what to say where that is another one.
    #[must_use]
    pub fn existing(self) -> (Self, Option<RaceLinkProblem>) {
        let Some((since, nearest)) = pgtable::lacking(self.model, self.revision.row().version) else {
            return (self, None);
        };
        let model = if (self.race.runs_on)(nearest) { nearest } else { self.model };
        let problem = RaceLinkProblem::Lacks(self.model.id, self.revision.id().into(), since, model.title);
        (self.with_kernel(self.revision, model), Some(problem))
    }
}

impl RaceLink {
    /// On this machine and in this kernel, or on the nearest that the race has.
    fn near(&mut self, part: &str, value: &str) -> Result<(), RaceLinkProblem> {
        let race = self.choice.race;
        let named = value.split_once('/').and_then(|(model, revision)| {
            Some((pgtable::model(model).ok()?.id, Revision::from_id(revision)?))
        });
        let (model, revision) = named.ok_or_else(|| RaceLinkProblem::Unknown(part.to_string()))?;
        let model = race.model(model);
        let absent = (race.absent)(revision, model);
        let shown = if absent.is_none() { revision } else { Revision::V7_3 };
        self.choice = Choice::of(race, model, shown).with_lock(self.choice.lock);
        let problem = |why| RaceLinkProblem::Absent(revision.id().to_string(), model.id, why, shown.id());
        absent.map_or(Ok(()), |why| Err(problem(why)))
    }
}

/// An address of a race with who moves, and which step is shown; without these where it would be longer than `most` bytes.
pub fn with_run(mut text: String, schedule: &Schedule, step: u32, most: usize) -> String {
    let separator = if text.contains('?') { '&' } else { '?' };
    let run = match (schedule.is_empty(), step) {
        (true, _) => String::new(),
        (false, 0) => format!("{separator}s={schedule}"),
        (false, step) => format!("{separator}s={schedule}&t={step}"),
    };
    if text.len() + run.len() <= most {
        text.push_str(&run);
    }
    text
}

/// Whether a parameter is left out of an address that is too long: who moves is what makes it long.
pub(crate) fn is_run(part: &str) -> bool {
    part.starts_with("s=") || part.starts_with("t=")
}

fn parse_path(path: &str, problems: &mut Vec<RaceLinkProblem>) -> Choice {
    let mut parts = path.split('/');
    let id = parts.next().unwrap_or_default();
    if id.is_empty() {
        problems.push(RaceLinkProblem::NoRace);
        return Choice::first(FIRST);
    }
    let Some(race) = RaceDef::from_id(id) else {
        problems.push(RaceLinkProblem::Race(id.to_string()));
        problems.extend(near(id, &mut races().map(|race| race.id)).map(RaceLinkProblem::Near));
        return Choice::first(FIRST);
    };
    let mut choice = Choice::first(race);
    if let Some(id) = parts.next().filter(|id| !id.is_empty()) {
        match race.models().find(|model| model.id == id) {
            Some(model) => choice.model = model,
            None => {
                let meant =
                    near(id, &mut race.models().map(|model| model.id)).or_else(|| pgtable::family(id));
                let meant = race.models().find(|model| Some(model.id) == meant);
                let is_known = pgtable::model(id).is_ok();
                if let Some(model) = meant.filter(|_| !is_known) {
                    choice.model = model;
                }
                let problem = if is_known { RaceLinkProblem::Machine } else { RaceLinkProblem::NoMachine };
                problems.push(problem(id.to_string(), choice.model.id));
                problems.extend(meant.map(|model| RaceLinkProblem::Near(model.id)));
            }
        }
    }
    if let Some(id) = parts.next().filter(|id| !id.is_empty()) {
        let version = Revision::from_id(id).map(|of| of.row().version);
        let version = version.or_else(|| Release::parse(id).map(|of| (of.major, of.minor)));
        if let Some((since, nearest)) = version.and_then(|of| pgtable::lacking(choice.model, of)) {
            let machine = choice.model.id;
            choice.model = if (race.runs_on)(nearest) { nearest } else { choice.model };
            problems.push(RaceLinkProblem::Lacks(machine, id.to_string(), since, choice.model.title));
        }
        match Revision::from_id(id).filter(|&revision| race.exists_in(revision, choice.model)) {
            // The rule is that of the kernel, unless the link says another.
            Some(revision) => choice = Choice::of(race, choice.model, revision).with_lock(choice.lock),
            None => {
                let release = Release::parse(id);
                if let Some(of) = release.and_then(|release| between(&choice, release)) {
                    let title = if of.rule.title.is_empty() { "that of the row" } else { of.rule.title };
                    let row = of.revision.id();
                    problems.push(RaceLinkProblem::Between(id.to_string(), row, title));
                    return rest(parts.next(), problems, of);
                }
                let release = release.map(Release::nearest);
                if let Some(of) = release.filter(|of| race.exists_in(of.revision, choice.model)) {
                    choice = Choice::of(race, choice.model, of.revision).with_lock(choice.lock);
                    problems.push(RaceLinkProblem::Release(id.to_string(), of.revision.id(), of.why));
                    return rest(parts.next(), problems, choice);
                }
                let shown = choice.revision.id();
                let row = Revision::from_id(id).or(release.map(|of| of.revision));
                if let Some(why) = row.and_then(|row| (race.absent)(row, choice.model)) {
                    problems.push(RaceLinkProblem::Absent(id.to_string(), choice.model.id, why, shown));
                    return rest(parts.next(), problems, choice);
                }
                problems.push(RaceLinkProblem::Kernel(id.to_string(), shown));
                let kernels = Revision::ALL.into_iter().filter(|&of| race.exists_in(of, choice.model));
                problems.extend(near(id, &mut kernels.map(Revision::id)).map(RaceLinkProblem::Near));
            }
        }
    }
    rest(parts.next(), problems, choice)
}

/// What stands behind the kernel is nothing.
fn rest(part: Option<&str>, problems: &mut Vec<RaceLinkProblem>, choice: Choice) -> Choice {
    problems.extend(part.map(|part| RaceLinkProblem::Unknown(part.to_string())));
    choice
}

/// The hash, without the `#`.
impl core::fmt::Display for RaceLink {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Choice { race, model, revision, lock, rule } = self.choice;
        write!(f, "{PREFIX}/{}/{}/{}", race.id, model.id, revision.id())?;
        let mut separator = '?';
        let mut parameter = |f: &mut core::fmt::Formatter<'_>, text: core::fmt::Arguments<'_>| {
            let result = write!(f, "{separator}{text}");
            separator = '&';
            result
        };
        if race.locks.len() > 1 {
            parameter(f, format_args!("lock={}", lock.name()))?;
        }
        if rule != race.rule_of(revision, model) {
            parameter(f, format_args!("rule={}", rule.id))?;
        }
        if !self.schedule.is_empty() {
            parameter(f, format_args!("s={}", self.schedule))?;
        }
        if self.step != 0 {
            parameter(f, format_args!("t={}", self.step))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::RACES;
    use alloc::format;
    use alloc::vec::Vec;
    use explore::Lane;
    use proptest::prelude::*;

    fn problem(hash: &str) -> String {
        let (_, problems) = RaceLink::parse(hash).expect("a race");
        problems.iter().map(|problem| problem.to_string() + "; ").collect()
    }

    #[test]
    fn a_short_link_is_as_the_race_is_offered_first() {
        assert_eq!(RaceLink::parse("#v1/kernel-walk"), None);
        for race in RACES {
            let hash = format!("#v1/race/{}", race.id);
            assert_eq!(RaceLink::parse(&hash), Some((RaceLink::new(Choice::first(race)), Vec::new())));
        }
        let (link, none) =
            RaceLink::parse("v1/race/munmap/openrisc/v6.16?lock=none&s=a20b11a&t=7").expect("a race");
        assert_eq!(none, []);
        assert_eq!((link.choice.model.id, link.choice.revision.id()), ("openrisc", "v6.16"));
        assert_eq!((link.choice.lock, link.schedule.len(), link.step), (LockMode::None, 32, 7));
    }

    #[test]
    fn a_link_may_ask_for_a_machine_and_a_kernel_and_get_what_there_is() {
        let opened = |link: &str| {
            let (RaceLink { choice, .. }, problem) = RaceLink::parse(link).expect("a race");
            assert_eq!(problem, []);
            (choice.model.id, choice.revision.id(), choice.rule.id)
        };
        let link = "v1/race/huge-vmap?near=riscv64-sv48/v7.1&lock=read&rule=trylock";
        assert_eq!(opened(link), ("riscv64-sv48", "v7.1", "trylock"));
        assert_eq!(opened("v1/race/huge-vmap?near=arm64-4k-48/v6.18"), ("arm64-4k-48", "v6.18", "key"));
        assert_eq!(
            opened("v1/race/collapse?near=openrisc/v6.18&rule=init-write"),
            ("x86_64-4level", "v6.18", "init-write")
        );
        let later = problem("#v1/race/collapse?near=openrisc/v6.12.107&rule=init-write");
        assert!(
            later.contains("x86 merges equal ptes only since v6.15") && later.contains("v7.3 is shown"),
            "{later}"
        );
        assert!(problem("#v1/race/munmap?near=vax").contains("near=vax"));
        assert!(problem("#v1/race/munmap?near=vax/v7.3").contains("near=vax/v7.3"));
    }

    #[test]
    fn broken_links_say_what_is_wrong_and_keep_the_rest() {
        assert!(problem("#v1/race/dragon").contains("no race \u{201c}dragon\u{201d}"));
        // Every beginning of a link is one.
        for hash in ["#v1/race", "#v1/race/", "#v1/race?", "#v1/race/?", "v1/race?embed", "#v1/race//v6.17"] {
            assert!(problem(hash).contains("names no race"), "{hash}");
        }
        assert_eq!(RaceLink::parse("#v1/races/munmap"), None);
        assert!(
            problem("#v1/race/collapse/openrisc")
                .contains("\u{201c}openrisc\u{201d}; x86_64-4level is shown")
        );
        assert!(
            problem("#v1/race/set-prot/arm64-4k-48/v6.17")
                .contains("only since v6.18 (update_range_prot()); v6.18 is shown")
        );
        assert!(problem("#v1/race/munmap?lock=maybe").contains("lock=maybe"));
        assert!(problem("#v1/race/nested-read?lock=write").contains("lock=write"));
        assert!(problem("#v1/race/munmap?rule=key").contains("rule=key"));
        assert!(problem("#v1/race/munmap?s=a5z").contains("\u{201c}z\u{201d} at character 3"));
        assert!(problem("#v1/race/munmap?t=-1").contains("t=-1"));
        assert!(problem("#v1/race/munmap?t=1&t=2").contains("says \u{201c}t\u{201d} more than once"));
        assert!(problem("#v1/race/munmap//v7.3").contains("\u{201c}//\u{201d}"));
        assert!(problem(&format!("#v1/race/{}", "x".repeat(5_000))).contains("bytes"));
        // A long run is left out, and the rest is kept.
        let long = format!("#v1/race/collapse/x86_64-4level/v7.1?s={}&lock=read&t=9", "ab".repeat(2_500));
        let (link, problems) = RaceLink::parse(&long).expect("a race");
        assert_eq!((link.choice.race.id, link.choice.revision.id()), ("collapse", "v7.1"));
        assert_eq!((link.choice.lock, link.schedule.len(), link.step), (LockMode::Read, 0, 0));
        assert!(matches!(problems[..], [RaceLinkProblem::TooLong(5_052)]), "{problems:?}");
        let (link, _) = RaceLink::parse("#v1/race/munmap/vax/v9?lock=write&t=7").expect("a race");
        assert_eq!(
            (link.choice.model.id, link.choice.lock, link.step),
            ("x86_64-4level", LockMode::Write, 7)
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_with_what_was_probably_meant() {
        let hash = "#v1/race/munmap/x86-4level/v7.33?lock=maybe&t=9&t=x&s=b4";
        let (link, problems) = RaceLink::parse(hash).expect("a race");
        let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "there is no machine \u{201c}x86-4level\u{201d} here; x86_64-4level is shown",
                "did you mean \u{201c}x86_64-4level\u{201d}?",
                "this race does not happen in the kernel \u{201c}v7.33\u{201d}; v6.17 is shown",
                "did you mean \u{201c}v7.3\u{201d}?",
                "\u{201c}lock=maybe\u{201d} in this link cannot be understood and is ignored",
                "\u{201c}t=x\u{201d} in this link cannot be understood and is ignored",
                "this link says \u{201c}t\u{201d} more than once; the last one counts",
                "this link has no step 9: in it the CPUs take 4 steps, and the last one is shown",
            ]
        );
        assert_eq!((link.step, link.schedule.len()), (9, 4), "what could be read is kept");
        assert!(problem("#v1/race/mumap").contains("did you mean \u{201c}munmap\u{201d}?"));
        assert!(!problem("#v1/race/dragon").contains("did you mean"));
    }

    #[test]
    fn hot_remove_is_of_no_kernel_before_its_machine_had_it() {
        let parse = |address: &str| RaceLink::parse(address).expect("an address of a race");
        let (link, problems) = parse("#v1/race/hot-remove/riscv64-sv39/v6.1.192");
        assert!(link.choice.start().is_ok() && link.choice.revision != Revision::V6_1_192);
        assert!(
            matches!(&problems[..], [RaceLinkProblem::Absent(id, "riscv64-sv39", ..)] if id == "v6.1.192"),
            "{problems:?}"
        );
        for address in
            ["#v1/race/hot-remove/riscv64-sv39/v6.16", "#v1/race/hot-remove/x86_64-4level/v6.1.192"]
        {
            assert!(parse(address).1.is_empty(), "{address}");
        }
    }

    #[test]
    fn a_huge_vmap_is_of_no_kernel_whose_machine_had_none() {
        for race in ["huge-vmap", "huge-pud", "kernel-vmap", "kernel-pud", "other-mm"] {
            for kernel in ["v6.1.192", "6.1.0-53-amd64", "6.1.187"] {
                let said = problem(&format!("#v1/race/{race}/riscv64-sv48/{kernel}"));
                assert!(
                    said.contains(kernel) && said.contains("riscv has huge vmaps only after v6.1"),
                    "{said}"
                );
            }
            assert_eq!(problem(&format!("#v1/race/{race}/riscv64-sv48/v6.6.153")), "");
            assert_eq!(problem(&format!("#v1/race/{race}/x86_64-4level/v6.1.192")), "");
        }
        // arm64 has them, but not where it can dump its tables: there is a rule that shows what else it does.
        let absent = |address: &str| RaceLink::parse(address).expect("a race").0.choice.absent();
        for kernel in ["v6.1.192", "v6.6.153", "v6.12.107", "v6.17"] {
            let said = absent(&format!("#v1/race/huge-vmap/arm64-4k-48/{kernel}"));
            assert!(said.is_some_and(|of| of.contains("CONFIG_PTDUMP_DEBUGFS")), "{kernel} {said:?}");
            assert_eq!(absent(&format!("#v1/race/huge-vmap/arm64-4k-48/{kernel}?rule=nothing")), None);
        }
        assert_eq!(absent("#v1/race/huge-vmap/arm64-4k-48/v6.18"), None);
    }

    #[test]
    fn a_machine_that_the_kernel_does_not_have_is_said_and_the_nearest_is_shown() {
        for (hash, model, says) in [
            ("munmap/arm64-4k-52/v6.1.192", "arm64-4k-48", "no arm64-4k-52 in v6.1.192: LPA2"),
            ("munmap/arm64-16k-52/6.6.46", "arm64-16k-48", "no arm64-16k-52 in 6.6.46: LPA2"),
            ("munmap/riscv64-sv57/5.15.0-91-generic", "riscv64-sv39", "Sv57 came with v5.18"),
        ] {
            let (link, problems) = RaceLink::parse(&format!("#v1/race/{hash}")).expect("a race");
            assert_eq!(link.choice.model.id, model, "{hash}");
            assert!(problems.iter().any(|of| of.to_string().contains(says)), "{hash} {problems:?}");
        }
        assert_eq!(problem("#v1/race/munmap/arm64-4k-52/v6.12.107"), "");
    }

    #[test]
    fn who_maps_a_pud_is_who_does_in_that_kernel() {
        let lines = |kernel: &str| {
            let (RaceLink { choice, .. }, problems) =
                RaceLink::parse(&format!("#v1/race/pud-refault/x86_64-4level/{kernel}")).expect("a race");
            assert_eq!(problems, [], "{kernel}");
            let state = choice.start().expect("it starts");
            let script = state.cpus()[1].script();
            (script.name, script.lines.iter().map(|line| line.text).collect::<Vec<_>>())
        };
        for kernel in ["v6.1.192", "v6.6.153"] {
            let (name, lines) = lines(kernel);
            assert_eq!((name, lines[0]), ("dev_dax_huge_fault", "mmap_read_lock(mm)"), "{kernel}");
            assert!(!lines.iter().any(|text| text.contains("vma")), "{kernel} {lines:?}");
        }
        let (name, lines) = lines("v6.12.107");
        assert_eq!((name, lines[0]), ("vfio_pci_mmap_huge_fault", "lock_vma_under_rcu()"));
        // No pud of a process is a leaf there.
        for (model, kernel) in
            [("riscv64-sv48", "v6.1.192"), ("ppc64le-64k-radix", "v6.1.192"), ("riscv64-sv48", "v6.12.107")]
        {
            let said = problem(&format!("#v1/race/pud-refault/{model}/{kernel}"));
            assert!(said.contains("HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD"), "{model} {kernel} {said}");
        }
    }

    #[test]
    fn a_kernel_without_locks_of_vmas_has_no_line_about_them() {
        for race in RACES {
            for choice in Choice::every(race).filter(|of| !of.revision.rules().vma_locks) {
                let state = choice.start().expect("it starts");
                for cpu in state.cpus() {
                    for line in &cpu.script().lines {
                        let later = ["lock_vma", "vma_end", "vma_start_write", "vma_iter_clear"];
                        assert!(later.iter().all(|of| !line.text.contains(of)), "{choice:?}: {}", line.text);
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_link_comes_back(
            race in 0..RACES.len(), machine in 0usize..26, revision in 0usize..7, lock in 0usize..3, rule in 0usize..6,
            steps in prop::collection::vec(0usize..4, 0..40), step: prop::sample::Index,
        ) {
            let race = RACES[race];
            let models: Vec<_> = race.models().collect();
            let model = models[machine % models.len()];
            let revisions: Vec<_> = Revision::ALL.into_iter().filter(|&of| race.exists_in(of, model)).collect();
            let choice = Choice {
                race,
                model,
                revision: revisions[revision % revisions.len()],
                lock: race.locks[lock % race.locks.len()],
                rule: &race.rules[rule % race.rules.len()],
            };
            let step = step.index(steps.len() + 1) as u32;
            let schedule: Schedule = steps.into_iter().map(|lane| Lane::ALL[lane]).collect();
            let link = RaceLink { choice, schedule, step };
            let text = link.to_string();
            prop_assert_eq!(RaceLink::parse(&text), Some((link, Vec::new())));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,120}", tail in "[a-z0-9/?&=.-]{0,80}") {
            RaceLink::parse(&text);
            RaceLink::parse(&format!("#v1/race/{tail}"));
            RaceLink::parse(&format!("#v1/race/munmap/{tail}"));
        }
    }
}
