//! Two runs of one scenario side by side, as text and back.
//!
//! ```text
//! #v1/compare/<scenario>/<machine>/<kernel>?lock=read&init=write&with=v6.17&with-lock=write&t=12
//! ```
//!
//! The first run is written as in the [link](crate::link) to a walk; `with` and `with-lock` are the kernel and the lock of the
//! other one, `t` is the line that is shown.

use std::fmt;

use pagewalk::Revision;

use crate::clip;
use crate::held::Held;
use crate::library::Library;
use crate::link::{Link, LinkProblem};
use crate::setup::Setup;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompareLink {
    /// The first run.
    pub setup: Setup,
    /// The kernel of the other one.
    pub revision: Revision,
    /// How the lock of the walked mm is held in the other one.
    pub lock: Held,
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

/// What a link to a comparison begins with.
const PAGE: &str = "v1/compare";

/// What only a link to a comparison has.
const PARAMETERS: [&str; 2] = ["with", "with-lock"];

/// What is compared first: the patch's own function, before and after the patch.
const FIRST: &str = "debug-init-mm/x86_64-4level/v6.16";

impl Default for CompareLink {
    fn default() -> Self {
        let (Link { setup, .. }, _) = Link::parse(&["v1/", FIRST].concat(), &Library::WALKS);
        Self { setup, revision: Revision::V6_17, lock: setup.lock, line: 0 }
    }
}

impl CompareLink {
    /// Both runs.
    pub const fn setups(&self) -> [Setup; 2] {
        let Self { setup, revision, lock, .. } = *self;
        [setup, Setup { revision, lock, ..setup }]
    }

    /// The same with kernels in which its scenario runs, and those in which it does not.
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
        let (walk, problem) = Link::parse(&walk, library);
        let is_other = problem.as_ref().is_some_and(LinkProblem::is_of_another_scenario);
        let (walk, missing) = walk.without_file();
        let mut problems: Vec<_> = problem.into_iter().chain(missing).map(CompareProblem::Walk).collect();
        if is_other {
            // What it says besides is about something else than what is shown.
            return (Self::default(), problems);
        }
        let setup = walk.setup;
        // Before and after the patch, unless it says something else.
        let revision = if setup.revision == Revision::V6_17 { Revision::V6_16 } else { Revision::V6_17 };
        let mut link = Self { setup, revision, lock: setup.lock, line: walk.step };
        for (nth, part) in of_other.iter().enumerate() {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = PARAMETERS[usize::from(name != PARAMETERS[0])];
            let is_same = |other: &&&str| other.split('=').next() == Some(name);
            if of_other[..nth].iter().any(|other| is_same(&other)) {
                problems.push(CompareProblem::Twice(name));
            }
            let understood = if name == PARAMETERS[0] {
                Revision::from_id(value).map(|of| link.revision = of)
            } else {
                Held::from_id(value).map(|of| link.lock = of)
            };
            if understood.is_none() {
                problems.push(CompareProblem::Value(clip(part)));
            }
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
