//! Two runs of one scenario side by side, as text and back.
//!
//! ```text
//! #v1/compare/<scenario>/<machine>/<kernel>?lock=read&init=write&with=v6.17&with-lock=write&with-machine=arm64-4k-48&t=12
//! ```
//!
//! The first run is written as in the [link](crate::link) to a walk; `with`, `with-lock` and
//! `with-machine` are the kernel, the lock and the machine of the other one, `t` is the line that is shown.

use std::fmt;

use pagewalk::Revision;
use pagewalk::names::{near, repeated};

use crate::clip;
use crate::held::Held;
use crate::library::Library;
use crate::link::{Link, LinkProblem, near_machine};
use crate::setup::Setup;
use crate::tables::{FileId, Tables};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompareLink {
    /// The first run.
    pub setup: Setup,
    /// The kernel of the other one.
    pub revision: Revision,
    /// How the lock of the walked mm is held in the other one.
    pub lock: Held,
    /// The machine of the other one.
    pub tables: Tables,
    /// The line that is shown, from 0.
    pub line: u32,
}

/// What is wrong with a link to a comparison. It opens all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareProblem {
    /// What a link to a walk may have as well.
    #[error(transparent)]
    Walk(#[from] LinkProblem),
    /// A parameter has a value that it cannot have.
    #[error("“{0}” in this link cannot be understood and is ignored")]
    Value(String),
    /// What was probably meant by the one before.
    #[error("did you mean “{0}”?")]
    Near(&'static str),
    /// A parameter that is there more than once.
    #[error("this link says “{0}” more than once; the last one counts")]
    Twice(&'static str),
    /// The scenario does not run in that kernel.
    #[error("this scenario does not run in {kernel}; {shown} is shown")]
    Kernel {
        /// The kernel that was asked for.
        kernel: &'static str,
        /// What is shown instead.
        shown: &'static str,
    },
}

impl CompareProblem {
    /// Whether a [whole](Library::is_whole) library may understand what one that is not does not.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Walk(problem) => problem.may_pass(),
            Self::Value(_) => true,
            Self::Near(_) | Self::Twice(_) | Self::Kernel { .. } => false,
        }
    }
}

/// What a link to a comparison begins with.
const PAGE: &str = "v1/compare";

/// What only a link to a comparison has.
const PARAMETERS: [&str; 3] = ["with", "with-lock", "with-machine"];

/// What is compared first: the patch's own function, before and after the patch.
const FIRST: &str = "debug-init-mm/x86_64-4level/v6.16";

impl Default for CompareLink {
    fn default() -> Self {
        let (Link { setup, .. }, _) = Link::parse(&["v1/", FIRST].concat(), &Library::WALKS);
        Self { setup, revision: Revision::V6_17, lock: setup.lock, tables: setup.tables, line: 0 }
    }
}

impl CompareLink {
    /// Both runs.
    pub const fn setups(&self) -> [Setup; 2] {
        let Self { setup, revision, lock, tables, .. } = *self;
        [setup, Setup { tables, revision, lock, ..setup }]
    }

    /// The same without the tables of files that are not here, and what to say about them.
    #[must_use]
    pub fn without_files(mut self, is_here: impl Fn(FileId) -> bool) -> (Self, Vec<CompareProblem>) {
        let mut problems = Vec::new();
        let scenario = self.setup.scenario;
        for tables in [&mut self.setup.tables, &mut self.tables] {
            if matches!(*tables, Tables::Brought(file) if !is_here(file)) {
                let setup = Setup { tables: *tables, ..Setup::of(scenario) };
                let (shown, missing) = Link { setup, ..Link::default() }.without_file();
                *tables = shown.setup.tables;
                problems.extend(missing.map(CompareProblem::Walk));
                self.line = 0;
            }
        }
        problems.dedup();
        (self, problems)
    }

    /// The same with kernels in which its scenario runs, and machines that they have; and what was not so.
    #[must_use]
    pub fn possible(mut self) -> (Self, Vec<CompareProblem>) {
        let mut problems = Vec::new();
        let scenario = self.setup.scenario;
        for revision in [&mut self.setup.revision, &mut self.revision] {
            if let Some(shown) = scenario.revisions().next()
                && scenario.revisions().all(|of| of != *revision)
            {
                problems.push(CompareProblem::Kernel { kernel: revision.id(), shown: shown.id() });
                *revision = shown;
            }
        }
        let setups = self.setups();
        let [left, right] = setups.map(|setup| {
            let (setup, lacks) = LinkProblem::lacking(setup, None);
            problems.extend(lacks.map(CompareProblem::Walk));
            setup.tables
        });
        (self.setup.tables, self.tables) = (left, right);
        // Two kernels on one machine stay on one.
        if setups[0].tables == setups[1].tables {
            let shown = if left == setups[0].tables { right } else { left };
            (self.setup.tables, self.tables) = (shown, shown);
        }
        (self, problems)
    }

    /// Reads the hash of an address, with or without the `#`. Never fails: what was wrong is listed. The scenario is one of
    /// `library`.
    pub fn parse(hash: &str, library: &Library) -> (Self, Vec<CompareProblem>) {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        let text = text.strip_prefix(PAGE).unwrap_or_default();
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = path.strip_prefix('/').unwrap_or(path);
        let is_of_other =
            |part: &&str| PARAMETERS.contains(&part.split_once('=').map_or(*part, |(name, _)| name));
        let (of_other, of_walk): (Vec<_>, Vec<_>) = query.split('&').partition(is_of_other);
        let walk = ["v1/", if path.is_empty() { FIRST } else { path }, "?", &of_walk.join("&")].concat();
        let (walk, problems) = Link::parse(&walk, library);
        let is_other = problems.first().is_some_and(LinkProblem::is_of_another_scenario);
        let mut problems: Vec<_> = problems.into_iter().map(CompareProblem::Walk).collect();
        if is_other {
            // What it says besides is about something else than what is shown.
            return (Self::default(), problems);
        }
        let setup = walk.setup;
        let mut link =
            Self { setup, revision: setup.revision, lock: setup.lock, tables: setup.tables, line: walk.step };
        for part in &of_other {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let understood = match name {
                "with" => Revision::from_id(value).map(|of| link.revision = of),
                "with-lock" => Held::from_id(value).map(|of| link.lock = of),
                _ => setup.scenario.tables_named(value).map(|of| link.tables = of),
            };
            if let ("with", None, Some(of)) = (name, understood, library.nearest(value)) {
                link.revision = of.revision;
                let (kernel, shown, why) = (clip(value), of.revision.id(), of.why);
                problems.push(CompareProblem::Walk(LinkProblem::Release { kernel, shown, why }));
            } else if understood.is_none() {
                let meant = match name {
                    "with" => near(value, &mut Revision::ALL.into_iter().map(Revision::id)),
                    "with-lock" => near(value, &mut Held::ALL.into_iter().map(Held::id)),
                    _ => near_machine(value, setup.scenario),
                };
                problems.push(CompareProblem::Value(clip(part)));
                problems.extend(meant.map(CompareProblem::Near));
            }
        }
        problems.extend(repeated(query, &PARAMETERS).map(CompareProblem::Twice));
        if link.setups()[0] == link.setups()[1] && !of_other.iter().any(|part| part.starts_with("with=")) {
            // Before and after the patch, if it says nothing else.
            link.revision = if setup.revision == Revision::V6_17 { Revision::V6_16 } else { Revision::V6_17 };
        }
        let (link, impossible) = link.possible();
        problems.extend(impossible);
        (link, problems)
    }
}

/// The hash, without the `#`.
impl fmt::Display for CompareLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let walk = Link { setup: self.setup, ..Link::default() }.to_string();
        let walk = walk.strip_prefix("v1").unwrap_or(&walk);
        let and = if walk.contains('?') { '&' } else { '?' };
        write!(f, "{PAGE}{walk}{and}with={}", self.revision.id())?;
        if self.lock != self.setup.lock {
            write!(f, "&with-lock={}", self.lock.id())?;
        }
        if self.tables != self.setup.tables {
            write!(f, "&with-machine={}", self.tables)?;
        }
        if self.line > 0 {
            write!(f, "&t={}", self.line)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(hash: &str) -> (CompareLink, Vec<String>) {
        let (link, problems) = CompareLink::parse(hash, &Library::WALKS);
        (link, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_link_says_what_is_compared() {
        let (link, problems) =
            parse("#v1/compare/debug-user/riscv64-sv39/v6.18?lock=none&with=v7.3&with-lock=write&t=7");
        assert_eq!(problems, [""; 0]);
        let [left, right] = link.setups();
        assert_eq!((left.scenario.id, left.tables.model().id), ("debug-user", "riscv64-sv39"));
        assert_eq!((left.revision, left.lock), (Revision::V6_18, Held::None));
        assert_eq!((right.revision, right.lock, link.line), (Revision::V7_3, Held::Write, 7));
        assert_eq!(right.tables, left.tables);
        // What it does not say is before and after the patch.
        for short in ["#v1/compare", "#v1/compare/", "v1/compare?"] {
            assert_eq!(parse(short), (CompareLink::default(), vec![]), "{short}");
        }
        let (link, _) = parse("#v1/compare/kernel-walk/x86_64-4level/v6.17");
        assert_eq!(link.setups().map(|setup| setup.revision), [Revision::V6_17, Revision::V6_16]);
    }

    #[test]
    fn all_that_is_wrong_is_said_and_the_rest_is_kept() {
        let (link, problems) = parse("#v1/compare/debug-user/vax/v7.1?with=v1&with-lock=x&with=v7.3&t=3");
        assert_eq!((link.setup.revision, link.revision, link.line), (Revision::V7_1, Revision::V7_3, 3));
        assert_eq!(problems.len(), 4, "{problems:?}");
        for (problem, words) in
            problems.iter().zip(["“vax”", "“with=v1”", "“with-lock=x”", "“with” more than once"])
        {
            assert!(problem.contains(words), "{problem}");
        }
        let (link, problems) = parse("#v1/compare/nope/x86_64-4level/v7.1?with=v7.3");
        assert_eq!(link, CompareLink::default());
        assert!(problems[0].contains("no scenario “nope”"), "{problems:?}");
    }

    #[test]
    fn two_machines_are_compared_in_one_kernel() {
        let hash =
            "v1/compare/kernel-walk/x86_64-4level/v6.17?lock=read&with=v6.17&with-machine=riscv64-sv39";
        let (link, problems) = parse(hash);
        assert_eq!((link.to_string(), problems), (hash.to_owned(), vec![]));
        let [left, right] = link.setups();
        assert_eq!(
            (left.tables.model().id, right.tables.model().id, right.revision),
            ("x86_64-4level", "riscv64-sv39", Revision::V6_17)
        );
        let short = "v1/compare/kernel-walk/x86_64-4level/v6.17?with-machine=riscv64-sv39";
        assert_eq!(parse(short).0, link, "what differs is the machine");
        let (same, problems) = parse("v1/compare/kernel-walk?with=v7.3&with-machine=riscv64");
        assert_eq!(same.tables, same.setup.tables);
        assert_eq!(
            problems,
            [
                "“with-machine=riscv64” in this link cannot be understood and is ignored",
                "did you mean “riscv64-sv39”?"
            ]
        );
        let file = "v1/compare/kernel-walk/x86_64-4level/v6.17?lock=read&with=v6.17&with-machine=file-0000a0b1-riscv64-sv39";
        let (link, problems) = parse(file);
        assert_eq!((link.to_string(), problems), (file.to_owned(), vec![]));
        assert_eq!(link.without_files(|_| true), (link, vec![]));
        let (shown, problems) = link.without_files(|_| false);
        assert_eq!((shown.tables.model().id, problems.len()), ("riscv64-sv39", 1));
    }

    #[test]
    fn a_machine_that_one_of_the_kernels_does_not_have_is_replaced_on_both_sides() {
        let (link, problems) = parse("#v1/compare/kernel-walk/arm64-4k-52/v7.3?with=v6.1.192");
        assert_eq!(link.setups().map(|of| of.tables.model().id), ["arm64-4k-48"; 2]);
        assert!(matches!(&problems[..], [one] if one.contains("no arm64-4k-52 in v6.1.192")), "{problems:?}");
        let (link, problems) =
            parse("#v1/compare/kernel-walk/arm64-4k-52/v7.3?with=v6.1.192&with-machine=arm64-16k-52");
        let models = link.setups().map(|of| of.tables.model().id);
        assert_eq!((models, problems.len()), (["arm64-4k-52", "arm64-16k-48"], 1));
    }

    proptest! {
        #[test]
        fn any_text_opens_something_that_has_an_address(text in "(?s).{0,80}") {
            for hash in [format!("#v1/compare/{text}"), format!("v1/compare?{text}")] {
                let (link, _) = parse(&hash);
                prop_assert_eq!(parse(&link.to_string()), (link, vec![]));
            }
        }
    }
}
