//! A setup and a position as text, and back.
//!
//! ```text
//! #v1/<scenario>/<machine>/<kernel>?lock=read&init=write&by=actions&t=12&view=levels&embed
//! ```
//!
//! Everything after `v1` may be missing; what is missing is as the scenario has it. A link that cannot be
//! understood opens the nearest thing that works and says what was wrong with it.

use pagewalk::Revision;
use pagewalk::names::{Near, repeated};
use pagewalk::release::{Nearest, Why};
use pgtable::Since;

use crate::clip;
use crate::held::Held;
use crate::library::{About, Library, Scenario};
use crate::setup::Setup;
use crate::tables::{FileId, Tables};

/// Longest link that is looked at, in bytes.
const MAX_BYTES: usize = 2_000;

/// What a step is, in a link and on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grain {
    /// Stops of the same kind taken together.
    Runs,
    /// One meaningful thing each.
    #[default]
    Stops,
    /// One atomic action each.
    Actions,
}

impl Grain {
    /// All grains, coarsest first.
    pub const ALL: [Self; 3] = [Self::Runs, Self::Stops, Self::Actions];

    /// Name in links.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Stops => "stops",
            Self::Actions => "actions",
        }
    }

    /// The grain with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grain| grain.id() == id)
    }
}

/// What the page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// A step of the run.
    #[default]
    Step,
    /// The levels of the machine and the bits of its entries.
    Levels,
}

impl View {
    /// All views.
    pub const ALL: [Self; 2] = [Self::Step, Self::Levels];

    /// Name in links.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Levels => "levels",
        }
    }
}

/// What a link says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Link {
    /// What runs.
    pub setup: Setup,
    /// What a step is.
    pub grain: Grain,
    /// The step that is shown, from 0.
    pub step: u32,
    /// What is shown.
    pub view: View,
    /// Whether the page is embedded in another: compact, without its header.
    pub embed: bool,
}

/// What is wrong with a link. The link opens all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkProblem {
    /// Longer than any link of this page.
    #[error("this link is too long to be one of ours ({0} bytes); the first scenario is shown")]
    TooLong(usize),
    /// Another version of the format.
    #[error("this link is of version “{0}”, this page reads “v1”; the first scenario is shown")]
    Version(String),
    /// Not one of ours.
    #[error("this link begins with “{0}”, those of this page with “v1”; the first scenario is shown")]
    Start(String),
    /// No such scenario.
    #[error("there is no scenario “{0}”; the first one is shown")]
    Scenario(String),
    /// The scenario is not in the program yet.
    #[error("the scenario “{}” is not loaded yet; the first one is shown", .0.title)]
    Later(&'static About),
    /// No such machine.
    #[error("there is no machine “{machine}” here; {shown} is shown")]
    NoMachine {
        /// What the link says.
        machine: String,
        /// What is shown instead.
        shown: &'static str,
    },
    /// The scenario does not run on this machine.
    #[error("the scenario {scenario} does not run on “{machine}”; {shown} is shown")]
    Machine {
        /// The scenario.
        scenario: &'static str,
        /// What the link says.
        machine: String,
        /// What is shown instead.
        shown: &'static str,
    },
    /// The tables are those of a file that somebody opened, which is not here.
    #[error(
        "this link shows tables that somebody opened from a file ({file}), which a link cannot carry; open that file here to see \
         them; {shown} is shown until then"
    )]
    File {
        /// Which file.
        file: FileId,
        /// What is shown instead.
        shown: &'static str,
    },
    /// No such kernel, but a release of which the nearest is known.
    #[error("the nearest row to “{kernel}” is {shown}, which is shown: {kernel} {why}")]
    Release {
        /// What the link says.
        kernel: String,
        /// What is shown instead.
        shown: &'static str,
        /// What differs, or why nothing does.
        why: Why,
    },
    /// The kernel does not have the machine yet.
    #[error("there is no {machine} in {kernel}: {since}; {shown} is shown")]
    Lacks {
        /// The machine that was asked for.
        machine: &'static str,
        /// The kernel that was asked for.
        kernel: String,
        /// What it does not have, and since when it is there.
        since: &'static Since,
        /// What is shown instead.
        shown: &'static str,
    },
    /// No such kernel.
    #[error("there is no kernel “{kernel}” here; {shown} is shown")]
    Kernel {
        /// What the link says.
        kernel: String,
        /// What is shown instead.
        shown: &'static str,
    },
    /// A parameter has a value that it cannot have.
    #[error("“{name}={value}” in this link cannot be understood and is ignored")]
    Value {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// A parameter that is there more than once.
    #[error("this link says “{0}” more than once; the last one counts")]
    Twice(&'static str),
    /// A part that no link has.
    #[error("“{0}” in this link is not known and is ignored")]
    Unknown(String),
    /// What was probably meant by the one before.
    #[error("did you mean “{0}”?")]
    Near(&'static str),
}

/// A step of the first scenario at which three tables are on the path, and two are still to come.
const FIRST_STEP: u32 = 10;

/// The parameters of a link.
const PARAMETERS: [&str; 6] = ["lock", "init", "by", "t", "view", "embed"];

impl LinkProblem {
    /// The setup on a machine that its kernel has, and what to say where that is another one. `named` is the release that was asked for,
    /// where it has no row.
    pub fn lacking(setup: Setup, named: Option<(String, (u16, u16))>) -> (Setup, Option<Self>) {
        let machine = setup.tables.model().id;
        let own = || (setup.revision.id().to_owned(), setup.revision.row().version);
        let (kernel, version) = named.unwrap_or_else(own);
        let (setup, since) = setup.existing(version);
        let shown = setup.tables.model().title;
        (setup, since.map(|since| Self::Lacks { machine, kernel, since, shown }))
    }

    /// Whether another scenario is shown than the one that the link means.
    pub const fn is_of_another_scenario(&self) -> bool {
        matches!(
            self,
            Self::TooLong(_) | Self::Version(_) | Self::Start(_) | Self::Scenario(_) | Self::Later(_)
        )
    }

    /// Whether a [whole](Library::is_whole) library may understand what one that is not does not.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Later(_) | Self::NoMachine { .. } | Self::Machine { .. } | Self::Kernel { .. })
    }
}

impl Link {
    /// What a person sees first: a walk that is under way, so that there is something to see of it.
    pub fn first() -> Self {
        Self { step: FIRST_STEP, ..Self::default() }
    }

    /// Reads the hash of a page's address, with or without the `#`. Never fails: the second value is the
    /// list of what was wrong, in the order of the link. The scenario is one of `library`.
    pub fn parse(hash: &str, library: &Library) -> (Self, Vec<LinkProblem>) {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        if matches!(text, "" | "v1" | "v1/") {
            return (Self::first(), Vec::new());
        }
        if text.len() > MAX_BYTES {
            return (Self::default(), vec![LinkProblem::TooLong(text.len())]);
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut problems = Vec::new();
        let mut link = Self { setup: parse_path(path, library, &mut problems), ..Self::default() };
        let is_other = matches!(
            problems.first(),
            Some(LinkProblem::Version(_) | LinkProblem::Scenario(_) | LinkProblem::Later(_))
        );
        for part in query.split('&').filter(|part| !part.is_empty()) {
            link.parse_parameter(part, &mut problems);
        }
        problems.extend(repeated(query, &PARAMETERS).map(LinkProblem::Twice));
        if path.as_bytes().windows(2).any(|pair| pair == b"//") {
            problems.push(LinkProblem::Unknown("//".to_owned()));
        }
        if is_other {
            // Its steps and its view are those of something else than what is shown.
            link = Self { setup: link.setup, embed: link.embed, ..Self::default() };
        }
        (link, problems)
    }

    /// What to show instead where the file is not here that the link's tables are from, and what to say about it.
    pub fn without_file(self) -> (Self, Option<LinkProblem>) {
        let Tables::Brought(file) = self.setup.tables else { return (self, None) };
        let tables = self.setup.scenario.tables_on(file.model);
        let tables = tables.or_else(|| self.setup.scenario.machine()).unwrap_or(Tables::Made(file.model));
        let setup = Setup { tables, ..self.setup };
        // Steps of other tables are other steps.
        (Self { setup, step: 0, ..self }, Some(LinkProblem::File { file, shown: tables.model().title }))
    }

    fn parse_parameter(&mut self, part: &str, problems: &mut Vec<LinkProblem>) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let Some(known) = PARAMETERS.iter().position(|of| *of == name) else {
            problems.push(LinkProblem::Unknown(clip(part)));
            return;
        };
        let name = PARAMETERS[known];
        let understood = match name {
            "lock" => Held::from_id(value).map(|held| self.setup.lock = held),
            "init" => Held::from_id(value).map(|held| self.setup.init_lock = held),
            "by" => Grain::from_id(value).map(|grain| self.grain = grain),
            "t" => value.parse().ok().filter(|_| !value.starts_with('+')).map(|step| self.step = step),
            "view" => View::ALL.into_iter().find(|view| view.id() == value).map(|view| self.view = view),
            _ => ["", "1"].contains(&value).then(|| self.embed = true),
        };
        if understood.is_none() {
            problems.push(LinkProblem::Value { name, value: clip(value) });
        }
    }
}

fn parse_path(path: &str, library: &Library, problems: &mut Vec<LinkProblem>) -> Setup {
    let mut parts = path.split('/');
    let version = parts.next().unwrap_or_default();
    let mut setup = Setup::default();
    if version != "v1" {
        let is_version = version.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
        let version = clip(version);
        problems.push(if is_version { LinkProblem::Version(version) } else { LinkProblem::Start(version) });
        return setup;
    }
    if let Some(id) = parts.next().filter(|id| !id.is_empty()) {
        let Some(scenario) = library.scenario(id) else {
            // Of the rest what the first scenario can be shown with.
            if let Some(tables) = parts.next().and_then(|id| setup.scenario.tables_named(id)) {
                setup.tables = tables;
            }
            if let Some(revision) = parts.next().and_then(Revision::from_id) {
                setup.revision = revision;
            }
            if let Some(about) = library.later().iter().find(|about| about.id == id) {
                problems.push(LinkProblem::Later(about));
            } else {
                problems.push(LinkProblem::Scenario(clip(id)));
                problems.extend(library.near(id).map(LinkProblem::Near));
            }
            return setup;
        };
        setup = Setup::of(scenario);
    }
    let scenario = setup.scenario;
    if let Some(id) = parts.next().filter(|id| !id.is_empty()) {
        match scenario.tables_named(id) {
            Some(tables) => setup.tables = tables,
            None => {
                let near = near_machine(id, scenario);
                setup.tables = near.and_then(|near| scenario.tables_named(near)).unwrap_or(setup.tables);
                let shown = setup.tables.model().title;
                let machine = clip(id);
                problems.push(if pgtable::model(id).is_ok() || FileId::parse(id).is_some() {
                    LinkProblem::Machine { scenario: scenario.id, machine, shown }
                } else {
                    LinkProblem::NoMachine { machine, shown }
                });
                problems.extend(near.map(LinkProblem::Near));
            }
        }
    }
    let mut named = None;
    if let Some(id) = parts.next().filter(|id| !id.is_empty()) {
        match (
            Revision::from_id(id),
            library.nearest(id).filter(|of| scenario.program.exists_in(of.revision)),
        ) {
            (Some(revision), _) => setup.revision = revision,
            (None, Some(Nearest { revision, version, why, .. })) => {
                setup.revision = revision;
                named = Some((clip(id), version));
                problems.push(LinkProblem::Release { kernel: clip(id), shown: revision.id(), why });
            }
            (None, None) => {
                let shown = setup.revision.id();
                problems.push(LinkProblem::Kernel { kernel: clip(id), shown });
                let mut near = Near::new(id);
                for revision in Revision::ALL {
                    near.see(revision.id());
                }
                problems.extend(near.meant().map(LinkProblem::Near));
            }
        }
    }
    if let Some(rest) = parts.next() {
        problems.push(LinkProblem::Unknown(clip(rest)));
    }
    let (setup, lacks) = LinkProblem::lacking(setup, named);
    problems.extend(lacks);
    setup
}

/// The machine of the scenario whose name is near.
pub(crate) fn near_machine(id: &str, scenario: &Scenario) -> Option<&'static str> {
    let mut near = Near::new(id);
    for model in pgtable::models() {
        if scenario.tables_on(model).is_some() {
            near.see(model.id);
        }
    }
    near.meant().or_else(|| pgtable::family(id).filter(|id| scenario.tables_named(id).is_some()))
}

/// The hash, without the `#`.
impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Setup { scenario, tables, revision, lock, init_lock } = self.setup;
        write!(f, "v1/{}/{tables}/{}", scenario.id, revision.id())?;
        let mut separator = '?';
        let mut parameter = |f: &mut std::fmt::Formatter<'_>, text: std::fmt::Arguments<'_>| {
            let result = write!(f, "{separator}{text}");
            separator = '&';
            result
        };
        if scenario.caller_holds_locks() || lock != Held::None {
            parameter(f, format_args!("lock={}", lock.id()))?;
        }
        if scenario.has_second_lock() && init_lock != scenario.held.1 {
            parameter(f, format_args!("init={}", init_lock.id()))?;
        }
        if self.grain != Grain::default() {
            parameter(f, format_args!("by={}", self.grain.id()))?;
        }
        if self.step != 0 {
            parameter(f, format_args!("t={}", self.step))?;
        }
        if self.view != View::default() {
            parameter(f, format_args!("view={}", self.view.id()))?;
        }
        if self.embed {
            parameter(f, format_args!("embed"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static LATER: [About; 1] = [About { id: "later", title: "Not here yet", group: crate::Group::Callers }];

    fn parse(hash: &str) -> (Link, Vec<LinkProblem>) {
        Link::parse(hash, &Library::first(&LATER))
    }

    fn scenarios() -> impl Iterator<Item = &'static crate::Scenario> {
        Library::WALKS.scenarios()
    }

    fn problem(hash: &str) -> String {
        parse(hash).1.iter().map(|problem| problem.to_string() + "; ").collect()
    }

    #[test]
    fn a_short_link_means_the_defaults() {
        for bare in ["", "#", "#v1", "#v1/"] {
            assert_eq!(parse(bare), (Link::first(), vec![]));
        }
        let (link, none) = parse("#v1/debug-init-mm?t=3");
        assert_eq!(none, []);
        assert_eq!((link.setup.scenario.id, link.step), ("debug-init-mm", 3));
        assert_eq!(link.setup.lock, Held::Read);
    }

    #[test]
    fn broken_links_say_what_is_wrong_and_keep_the_rest() {
        assert!(problem("#v2/kernel-walk").contains("version “v2”"));
        assert!(problem("#kernel-walk").contains("begins with “kernel-walk”"));
        assert!(problem("#v1/nothing").contains("no scenario “nothing”"));
        assert!(problem("#v1/later").contains("“Not here yet” is not loaded yet"));
        assert!(problem("#v1/kernel-walk/vax").contains("no machine “vax” here; x86-64, 4 levels is shown"));
        for (id, near) in [("powerpc64", "ppc64le-64k-radix"), ("i386", "x86_64-4level")] {
            let (link, problems) = parse(&format!("#v1/kernel-walk/{id}/v7.3"));
            assert_eq!(link.setup.tables.model().id, near);
            assert!(
                matches!(&problems[..], [LinkProblem::NoMachine { .. }, LinkProblem::Near(of)] if *of == near)
            );
        }
        // The nearest one, where one is near.
        let (link, problems) = parse("#v1/kernel-walk/arm64-4k-53?t=3");
        assert_eq!((link.setup.tables.model().id, link.step, problems.len()), ("arm64-4k-52", 3, 2));
        assert!(problem("#v1/kernel-walk/riscv64-sv39/v9").contains("no kernel “v9”"));
        assert!(problem("#v1/kernel-walk?lock=maybe").contains("“lock=maybe”"));
        assert!(problem("#v1/kernel-walk?t=-1").contains("“t=-1”"));
        assert!(problem("#v1/kernel-walk?x=1").contains("“x=1”"));
        assert!(problem("#v1/kernel-walk?view=x").contains("“view=x”"));
        assert!(problem("#v1/kernel-walk?lock=read&t=1&lock=write").contains("says “lock” more than once"));
        assert!(problem("#v1//race").contains("no machine “race”"));
        for hash in ["#v1//", "#v1///", "#v1/kernel-walk//v7.3"] {
            assert!(problem(hash).contains("“//”"), "{hash}");
        }
        // The step is one of what is not shown.
        let (link, _) = parse("#v1/nothing/riscv64-sv39/v7.1?t=7&view=levels&lock=none&embed");
        let Setup { tables, revision, lock, .. } = link.setup;
        assert_eq!((tables.model().id, revision.id(), lock), ("riscv64-sv39", "v7.1", Held::None));
        assert_eq!(link, Link { setup: link.setup, embed: true, ..Link::default() });
        assert!(problem(&"x".repeat(5_000)).contains("5000 bytes"));
        let (link, _) = parse("#v1/kernel-walk/riscv64-sv39/v9?lock=write&t=7");
        assert_eq!(
            (link.setup.tables.model().id, link.setup.lock, link.step),
            ("riscv64-sv39", Held::Write, 7)
        );
    }

    #[test]
    fn a_release_without_a_row_is_shown_as_the_nearest_with_what_differs() {
        let parse = |hash| Link::parse(hash, &Library::WALKS);
        let (link, problems) = parse("#v1/kernel-walk/riscv64-sv39/v6.6.90?t=3");
        assert_eq!((link.setup.revision, link.step), (Revision::V6_16, 3));
        let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "the nearest row to “v6.6.90” is v6.16, which is shown: v6.6.90 is before the split; it wants any mm write-locked, init_mm \
                 too (v6.0 to v6.7); without lockdep its assertions warn of nothing; CONFIG_DEBUG_VM stops with a BUG if nobody holds the \
                 lock, and since v6.9 an assertion looks at the lock itself"
            ]
        );
        assert_eq!(parse("#v1/start//6.1.0-53-amd64").0.setup.revision, Revision::V6_1_192);
        // The same row by another spelling is no stand-in, but said all the same.
        let (link, problems) = parse("#v1/kernel-walk/riscv64-sv39/6.12.107+deb13-amd64");
        assert_eq!(link.setup.revision, Revision::V6_12_107);
        assert!(problems[0].to_string().ends_with("6.12.107+deb13-amd64 is of that very release"));
    }

    #[test]
    fn a_machine_that_the_kernel_does_not_have_is_said_and_the_nearest_is_shown() {
        let opened = |hash: &str| {
            let (link, problems) = Link::parse(hash, &Library::WALKS);
            let said: String = problems.iter().map(|of| of.to_string() + "; ").collect();
            (link.setup.tables.model().id, link.setup.revision.id(), said)
        };
        for (hash, model, revision, says) in [
            ("arm64-4k-52/v6.1.192", "arm64-4k-48", "v6.1.192", "no arm64-4k-52 in v6.1.192: LPA2"),
            (
                "arm64-16k-52-l4off/v6.6.153",
                "arm64-16k-47",
                "v6.6.153",
                "came with v6.9; arm64, 16K pages, 47",
            ),
            (
                "arm64-4k-52/6.1.0-53-amd64",
                "arm64-4k-48",
                "v6.1.192",
                "no arm64-4k-52 in 6.1.0-53-amd64: LPA2",
            ),
            ("riscv64-sv57/5.15.0-91-generic", "riscv64-sv39", "v6.16", "Sv57 came with v5.18"),
        ] {
            let (shown, kernel, said) = opened(&format!("#v1/kernel-walk/{hash}"));
            assert_eq!((shown, kernel), (model, revision), "{hash}");
            assert!(said.contains(says), "{hash}: {said}");
        }
        for hash in ["arm64-4k-52/v6.12.107", "arm64-64k-52/v6.1.192", "riscv64-sv57/v6.1.192"] {
            assert_eq!(opened(&format!("#v1/kernel-walk/{hash}")).2, "", "{hash}");
        }
        // What a person brought is as it is.
        let file = "v1/kernel-walk/file-0000a0b1-arm64-4k-52/v6.1.192?lock=read";
        assert_eq!(opened(file).2, "");
    }

    #[test]
    fn everything_that_is_wrong_is_said_with_what_was_probably_meant() {
        let (link, problems) =
            parse("#v1/kernel-walk/riscv64/v6.177?lock=foo&lokc=read&t=99999999999&t=7&by=actions");
        let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "there is no machine “riscv64” here; riscv64 Sv39, 3 levels is shown",
                "did you mean “riscv64-sv39”?",
                "there is no kernel “v6.177” here; v6.17 is shown",
                "did you mean “v6.17”?",
                "“lock=foo” in this link cannot be understood and is ignored",
                "“lokc=read” in this link is not known and is ignored",
                "“t=99999999999” in this link cannot be understood and is ignored",
                "this link says “t” more than once; the last one counts",
            ]
        );
        // What could be read is kept.
        assert_eq!((link.setup.scenario.id, link.grain, link.step), ("kernel-walk", Grain::Actions, 7));
        assert!(problem("#v1/kernal-walk").ends_with("did you mean “kernel-walk”?; "));
        assert!(problem("#v1/latr").contains("did you mean “later”?"), "one that arrives later");
        assert!(!problem("#v1/nothing").contains("did you mean"));
        assert!(problem("#v1/start?t=1&t=x").contains("“t=x”"));
        assert!(problem("#v1/start?t=1&t=x").contains("says “t” more than once"));
    }

    proptest! {
        #[test]
        fn every_link_comes_back(
            scenario in 0..scenarios().count(), machine in 0usize..5, revision in 0usize..7,
            lock in 0usize..5, init in 0usize..5, grain in 0usize..3, step: u32, view in 0usize..2, embed: bool,
        ) {
            let scenario = scenarios().nth(scenario).expect("one of them");
            let machines: Vec<_> = scenario.machines().collect();
            let setup = Setup {
                scenario,
                tables: machines[machine % machines.len()],
                revision: Revision::ALL[revision],
                lock: Held::ALL[lock],
                init_lock: if scenario.has_second_lock() { Held::ALL[init] } else { Held::None },
            };
            let link = Link { setup, grain: Grain::ALL[grain], step, view: View::ALL[view], embed };
            let text = link.to_string();
            prop_assert!(text.len() <= 200, "{text}");
            prop_assert_eq!(parse(&text), (link, vec![]));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,120}", tail in "[a-z0-9/?&=.-]{0,80}") {
            parse(&text);
            parse(&format!("#v1/{tail}"));
            parse(&format!("#v1/kernel-walk/{tail}"));
        }
    }
}
