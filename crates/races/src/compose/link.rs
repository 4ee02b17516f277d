//! A composition as text, and back.
//!
//! ```text
//! v1/compose/<race>/<machine>/<kernel>?lock=write&rule=nothing&guard=init-read:try:2-4&without=mm&frees=rcu&rcu=all&hotplug=no&around=owns&reads=merged&must=show-whole&s=b4a2&t=1
//! ```
//!
//! Race, machine, kernel, `lock`, `rule`, `s` and `t` are those of a [link to a race](crate::link), and may be missing like there. Of what cannot be
//! understood the rest is kept, and each part that is wrong is said.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use explore::Schedule;
use mm::LockMode;
use pagewalk::names::{near, repeated};

use super::{Around, Composition, Frees, Guard, Guarded, Reads, Switches};
use crate::choice::Choice;
use crate::link::{MOST_PARTS, RaceLink, RaceLinkProblem, is_run, with_run};
use crate::race::FIRST;

/// Longest composition that is looked at, in bytes: none that we write is longer.
pub const MAX_BYTES: usize = 400;

/// The version of this text, and what it is.
const VERSION: &str = "v1";
const KIND: &str = "/compose";

/// The parameters; the first ones are those of a link to a race.
const PARAMETERS: [&str; 12] =
    ["lock", "rule", "s", "t", "guard", "without", "frees", "rcu", "hotplug", "around", "reads", "must"];

/// How many of them are those of a link to a race.
const OF_RACE: usize = 4;

/// A composition, and where somebody is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeLink {
    /// What is composed.
    pub of: Composition,
    /// Who moves at each step.
    pub schedule: Schedule,
    /// How many steps of it have been taken where it opens.
    pub step: u32,
}

/// What is wrong with a composition. The nearest one that works is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeProblem {
    /// Longer than any composition.
    #[error(
        "this is too long to be a composition ({0} bytes, at most {MAX_BYTES}): nobody has moved, and what is too much is ignored"
    )]
    TooLong(usize),
    /// Another version.
    #[error(
        "this is a composition of version \u{201c}{0:.20}\u{201d}, and {VERSION} is understood here: it is read as that"
    )]
    Version(String),
    /// Something about the race.
    #[error(transparent)]
    Race(#[from] RaceLinkProblem),
    /// No such parameter.
    #[error("there is no switch \u{201c}{0:.40}\u{201d}; it is ignored")]
    Switch(String),
    /// A value that a switch does not have.
    #[error("\u{201c}{1:.40}\u{201d} is no value of {0}, which has {2}; it is left as it was")]
    Value(&'static str, String, &'static str),
    /// A parameter that is there more than once.
    #[error("\u{201c}{0}\u{201d} is there more than once; the last one counts")]
    Twice(&'static str),
    /// What was probably meant by the one before.
    #[error("did you mean \u{201c}{0}\u{201d}?")]
    Near(&'static str),
}

/// What a switch can be, for a message.
const VALUES: [(&str, &str); 8] = [
    ("guard", "LOCK-MODE[:try]:FIRST-LAST, for example init-read:try:2-4 (init, mm, hotplug; read, write)"),
    ("without", "init, mm, hotplug"),
    ("frees", "now, rcu, batch"),
    ("rcu", "all"),
    ("hotplug", "yes, no"),
    ("around", "owns, inside-hotplug"),
    ("reads", "once, repeated, merged"),
    ("must", "show-whole"),
];

impl Composition {
    /// Reads a composition, with or without the `#` before it, if it is one. Then it never fails: the second value is the list of
    /// what was wrong, in the order of the text.
    pub fn parse(text: &str) -> Option<(Self, Vec<ComposeProblem>)> {
        ComposeLink::parse(text).map(|(link, problems)| (link.of, problems))
    }
}

impl ComposeLink {
    /// A composition before anybody has moved.
    pub fn new(of: Composition) -> Self {
        Self { of, schedule: Schedule::default(), step: 0 }
    }

    /// The same as [`Composition::parse`], with who moves, and which step is shown.
    pub fn parse(text: &str) -> Option<(Self, Vec<ComposeProblem>)> {
        let text = text.strip_prefix('#').unwrap_or(text);
        let (version, rest) = text.split_once(KIND)?;
        if !version.starts_with('v')
            || version.contains('/')
            || !(rest.is_empty() || rest.starts_with(['/', '?']))
        {
            return None;
        }
        let mut problems = Vec::new();
        let is_long = text.len() > MAX_BYTES;
        if is_long {
            problems.push(ComposeProblem::TooLong(text.len()));
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        if version != VERSION {
            problems.push(ComposeProblem::Version(version.to_string()));
        }
        let parts = || {
            query
                .split('&')
                .filter(|part| !(part.is_empty() || is_long && is_run(part)))
                .take(MOST_PARTS)
                .map(|part| part.split_once('=').unwrap_or((part, "")))
        };
        let of_race: Vec<String> = parts()
            .filter(|(name, _)| PARAMETERS[..OF_RACE].contains(name))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let link = RaceLink::parse(&format!("v1/race{path}?{}", of_race.join("&")));
        let (link, of_link) = link.unwrap_or_else(|| (RaceLink::new(Choice::first(FIRST)), Vec::new()));
        // A parameter that is there twice is told below.
        let of_link = of_link.into_iter().filter(|problem| !matches!(problem, RaceLinkProblem::Twice(_)));
        problems.extend(of_link.map(ComposeProblem::Race));
        let mut of = Composition::of(link.choice);
        for (name, value) in parts().filter(|(name, _)| !PARAMETERS[..OF_RACE].contains(name)) {
            if let Some(&(switch, values)) = VALUES.iter().find(|(switch, _)| *switch == name) {
                if of.switches.set(switch, value).is_none() {
                    problems.push(ComposeProblem::Value(switch, value.to_string(), values));
                    problems.extend(near(value, &mut names(switch)).map(ComposeProblem::Near));
                }
            } else {
                problems.push(ComposeProblem::Switch(name.to_string()));
                problems.extend(near(name, &mut PARAMETERS.into_iter()).map(ComposeProblem::Near));
            }
        }
        problems.extend(repeated(query, &PARAMETERS).map(ComposeProblem::Twice));
        Some((Self { of, schedule: link.schedule, step: link.step }, problems))
    }
}

/// The names that a value of a switch can be.
fn names(switch: &str) -> impl Iterator<Item = &'static str> {
    let values = VALUES.iter().find(|(of, _)| *of == switch).map_or("", |(_, values)| *values);
    values.split(", ").filter(move |_| switch != "guard")
}

fn named<T: Copy>(all: &[(T, &str)], name: &str) -> Option<T> {
    all.iter().find(|(_, of)| *of == name).map(|&(value, _)| value)
}

fn name_of<T: PartialEq>(all: &[(T, &'static str)], value: &T) -> &'static str {
    all.iter().find(|(of, _)| of == value).map_or("", |&(_, name)| name)
}

impl Switches {
    /// Sets one of them; `None`, and nothing, if it cannot be this.
    fn set(&mut self, switch: &str, value: &str) -> Option<()> {
        match switch {
            "guard" => self.guard = Some(guard(value)?),
            "without" => self.without = Some(named(&Guarded::ALL, value)?),
            "frees" => self.frees = Some(named(&Frees::ALL, value)?),
            "rcu" => self.rcu = (value == "all").then_some(true)?,
            "hotplug" => self.hotplug = Some(named(&[(true, "yes"), (false, "no")], value)?),
            "reads" => self.reads = named(&Reads::ALL, value)?,
            "must" => self.whole = (value == "show-whole").then_some(true)?,
            _ => self.around = named(&Around::ALL, value)?,
        }
        Some(())
    }
}

/// `init-read:try:2-4`
fn guard(text: &str) -> Option<Guard> {
    let (lock, rest) = text.split_once(':')?;
    let (lock, mode) = lock.split_once('-')?;
    let (trylock, range) = match rest.strip_prefix("try:") {
        Some(range) => (true, range),
        None => (false, rest),
    };
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let line = |text: &str| text.parse::<u8>().ok().filter(|line| *line > 0 && !text.starts_with('+'));
    let (first, last) = (line(first)?, line(last)?);
    let mode = LockMode::from_name(mode).filter(|mode| *mode != LockMode::None)?;
    Some(Guard { lock: named(&Guarded::ALL, lock)?, mode, trylock, first, last })
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lock, mode, trylock, first, last } = *self;
        let (lock, tries) = (name_of(&Guarded::ALL, &lock), if trylock { "try:" } else { "" });
        write!(f, "{lock}-{}:{tries}{first}-{last}", mode.name())
    }
}

/// The text, without a `#`.
impl fmt::Display for Composition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let race = RaceLink::new(self.choice).to_string();
        let race = race.strip_prefix("v1/race").unwrap_or(&race);
        write!(f, "{VERSION}{KIND}{race}")?;
        let mut separator = if race.contains('?') { '&' } else { '?' };
        let mut parameter = |name: &str, value: &dyn fmt::Display| {
            let result = write!(f, "{separator}{name}={value}");
            separator = '&';
            result
        };
        let Switches { rcu, hotplug, guard, without, frees, around, reads, whole } = self.switches;
        guard.map_or(Ok(()), |guard| parameter("guard", &guard))?;
        without.map_or(Ok(()), |lock| parameter("without", &name_of(&Guarded::ALL, &lock)))?;
        frees.map_or(Ok(()), |frees| parameter("frees", &name_of(&Frees::ALL, &frees)))?;
        if rcu {
            parameter("rcu", &"all")?;
        }
        hotplug.map_or(Ok(()), |takes| parameter("hotplug", &if takes { "yes" } else { "no" }))?;
        if around != Around::Nothing {
            parameter("around", &name_of(&Around::ALL, &around))?;
        }
        if reads != Reads::AsWritten {
            parameter("reads", &name_of(&Reads::ALL, &reads))?;
        }
        if whole {
            parameter("must", &"show-whole")?;
        }
        Ok(())
    }
}

/// The text, without a `#`. Who moves is left out where that would make it too long to be read back.
impl fmt::Display for ComposeLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_run(self.of.to_string(), &self.schedule, self.step, MAX_BYTES))
    }
}
