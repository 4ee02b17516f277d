//! A stated walk as text, and back.
//!
//! ```text
//! #v1/safe/<function>/<machine>/<kernel>?mm=init_mm&lock=read&holds=vmalloc&also=hotplug,init_mm
//! ```
//!
//! Everything may be missing: then it is as in [`Case::new`]. Of a link that cannot be understood the rest is kept, and each part
//! that is wrong is said.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use mm::LockMode;
use pagewalk::names::{near, repeated};
use pagewalk::release::Why;
use pagewalk::{EntryPoint, Release, Revision};
use pgtable::Since;

use super::{Area, Case, Whose, id};
use crate::beside::Also;

/// Longest link that is looked at, in bytes.
const MAX_BYTES: usize = 4_000;

/// Most problems that are told: nobody reads more.
const MOST_PROBLEMS: usize = 6;

/// How a link to a stated walk begins, behind the `#`.
const PREFIX: &str = "v1/safe";

const PARAMETERS: [&str; 4] = ["mm", "lock", "holds", "also"];

/// What is wrong with a link to a stated walk. The link opens all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseProblem {
    /// Longer than any link of this page.
    #[error("this link is too long to be one of ours ({0} bytes)")]
    TooLong(usize),
    /// No such function.
    #[error("there is no function \u{201c}{0:.40}\u{201d}; {1}() is shown")]
    Function(String, &'static str),
    /// No such machine.
    #[error("there is no machine \u{201c}{0:.40}\u{201d}; {1} is shown")]
    Machine(String, &'static str),
    /// No such kernel, but a release of which the nearest is known: which, and what differs.
    #[error("the nearest row to \u{201c}{0:.40}\u{201d} is {1}, which is shown: {0:.40} {2}")]
    Release(String, &'static str, Why),
    /// The kernel does not have the machine yet: which, in which kernel, since when it is there, what is shown.
    #[error("there is no {0} in {1:.40}: {2}; {3} is shown")]
    Lacks(&'static str, String, &'static Since, &'static str),
    /// No such kernel.
    #[error("there is no kernel \u{201c}{0:.40}\u{201d}; {1} is shown")]
    Kernel(String, &'static str),
    /// A parameter that is there more than once.
    #[error("this link says \u{201c}{0}\u{201d} more than once; the last one counts")]
    Twice(&'static str),
    /// A part that no link has, or a value that its parameter cannot have.
    #[error("\u{201c}{0:.40}\u{201d} in this link cannot be understood and is ignored")]
    Unknown(String),
    /// What was probably meant by the one before.
    #[error("did you mean \u{201c}{0}\u{201d}?")]
    Near(&'static str),
}

/// Reads the hash of a page's address, with or without the `#`. It never fails: the second value is what was wrong.
pub fn parse(hash: &str) -> (Case, Vec<CaseProblem>) {
    let text = hash.strip_prefix('#').unwrap_or(hash);
    if text.len() > MAX_BYTES {
        return (Case::default(), Vec::from([CaseProblem::TooLong(text.len())]));
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let rest = path.strip_prefix(PREFIX).unwrap_or_default();
    let mut problems = Vec::new();
    let mut case = parse_path(rest.strip_prefix('/').unwrap_or(rest), &mut problems);
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match with(case, name, value) {
            Some(of) => case = of,
            None => problems.push(CaseProblem::Unknown(part.to_string())),
        }
    }
    problems.extend(repeated(query, &PARAMETERS).map(CaseProblem::Twice));
    problems.truncate(MOST_PROBLEMS);
    (case, problems)
}

fn parse_path(path: &str, problems: &mut Vec<CaseProblem>) -> Case {
    let mut parts = path.split('/');
    let mut case = Case::default();
    let mut next = || parts.next().filter(|part| !part.is_empty());
    let [function, machine, kernel] = [next(), next(), next()];
    if let Some(name) = function {
        match EntryPoint::ALL.into_iter().find(|&of| id(of) == name || of.func().name() == name) {
            Some(entry) => case = Case::new(entry, case.walk.model, case.walk.revision),
            None => {
                problems.push(CaseProblem::Function(name.to_string(), case.function()));
                let mut names = EntryPoint::ALL.into_iter().flat_map(|of| [id(of), of.func().name()]);
                problems.extend(near(name, &mut names).map(CaseProblem::Near));
            }
        }
    }
    if let Some(name) = machine {
        match pgtable::model(name) {
            Ok(model) => case.walk.model = model,
            Err(_) => {
                problems.push(CaseProblem::Machine(name.to_string(), case.walk.model.id));
                let mut names = pgtable::MODELS.iter().map(|model| model.id);
                problems.extend(near(name, &mut names).map(CaseProblem::Near));
            }
        }
    }
    if let Some(name) = kernel {
        match (Revision::from_id(name), Release::parse(name).map(Release::nearest)) {
            (Some(revision), _) => case.walk.revision = revision,
            (None, Some(of)) => {
                case.walk.revision = of.revision;
                problems.push(CaseProblem::Release(name.to_string(), of.revision.id(), of.why));
            }
            (None, None) => {
                problems.push(CaseProblem::Kernel(name.to_string(), case.walk.revision.id()));
                let mut names = Revision::ALL.into_iter().map(Revision::id);
                problems.extend(near(name, &mut names).map(CaseProblem::Near));
            }
        }
    }
    let release = kernel.filter(|name| Revision::from_id(name).is_none()).and_then(Release::parse);
    let version = release.map_or(case.walk.revision.row().version, |of| (of.major, of.minor));
    let (existing, lacks) = case.existing(version);
    if let Some(since) = lacks {
        let named = kernel.unwrap_or(case.walk.revision.id()).to_string();
        problems.push(CaseProblem::Lacks(case.walk.model.id, named, since, existing.walk.model.title));
    }
    if let Some(rest) = parts.next() {
        problems.push(CaseProblem::Unknown(rest.to_string()));
    }
    existing
}

/// The same with another value of a parameter, if there is such.
fn with(mut case: Case, name: &str, value: &str) -> Option<Case> {
    match name {
        "mm" => return Some(case.of(Whose::ALL.into_iter().find(|of| of.id() == value)?)),
        "lock" => case.walk.lock = LockMode::from_name(value)?,
        "holds" => case.area = Area::ALL.into_iter().find(|of| of.id() == value)?,
        "also" => case.walk.also = also(value)?,
        _ => return None,
    }
    Some(case)
}

/// What is held besides, by the names of links with commas between them.
pub fn also(value: &str) -> Option<Also> {
    let mut also = Also::default();
    for name in value.split(',').filter(|name| !name.is_empty()) {
        match name {
            "hotplug" => also.hotplug = true,
            "init_mm" => also.init_mm = true,
            _ => return None,
        }
    }
    Some(also)
}

/// The names of what is held besides, as [`also`] reads them.
pub const fn also_id(also: Also) -> &'static str {
    match (also.hotplug, also.init_mm) {
        (false, false) => "",
        (true, false) => "hotplug",
        (false, true) => "init_mm",
        (true, true) => "hotplug,init_mm",
    }
}

/// The hash, without the `#`.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (walk, whose) = (&self.walk, self.whose.id());
        write!(f, "{PREFIX}/{}/{}/{}", id(walk.entry), walk.model.id, walk.revision.id())?;
        write!(f, "?mm={whose}&lock={}", walk.lock.name())?;
        if self.area != Area::Anything {
            write!(f, "&holds={}", self.area.id())?;
        }
        if walk.also != Also::default() {
            f.write_str("&also=")?;
            f.write_str(also_id(walk.also))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn every_case_comes_back_from_its_link() {
        for entry in EntryPoint::ALL {
            for whose in Whose::ALL {
                for area in Area::ALL {
                    for lock in LockMode::ALL {
                        for name in ["", "hotplug", "init_mm", "hotplug,init_mm"] {
                            let mut case = Case::new(entry, pgtable::MODELS[3], Revision::V6_18).of(whose);
                            (case.area, case.walk.lock) = (area, lock);
                            case.walk.also = also(name).expect("a name");
                            assert_eq!(parse(&format!("#{case}")), (case, Vec::new()), "{case}");
                        }
                    }
                }
            }
        }
        // By the name of the function as well, and with nothing at all.
        assert_eq!(parse("v1/safe/walk_page_range").0.walk.entry, EntryPoint::Range);
        for link in ["v1/safe", "v1/safe/", "#v1/safe?"] {
            assert_eq!(parse(link), (Case::default(), Vec::new()), "{link}");
        }
    }

    #[test]
    fn a_machine_that_the_kernel_does_not_have_is_said_and_the_nearest_is_shown() {
        let (case, problems) = parse("v1/safe/debug/arm64-4k-52/6.1.0-53-amd64");
        assert_eq!((case.walk.model.id, case.walk.revision), ("arm64-4k-48", Revision::V6_1_192));
        assert!(problems[1].to_string().contains("no arm64-4k-52 in 6.1.0-53-amd64: LPA2"), "{problems:?}");
        assert_eq!(parse("v1/safe/debug/arm64-4k-52/v6.12.107").1, []);
    }

    #[test]
    fn each_part_that_is_wrong_is_said_and_the_rest_is_kept() {
        let (case, problems) =
            parse("v1/safe/range/vax/v7.1/x?lock=write&holds=gold&mm=other&mm=mm&also=luck");
        let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "there is no machine “vax”; x86_64-4level is shown",
                "“x” in this link cannot be understood and is ignored",
                "“holds=gold” in this link cannot be understood and is ignored",
                "“also=luck” in this link cannot be understood and is ignored",
                "this link says “mm” more than once; the last one counts",
            ]
        );
        assert_eq!(case.to_string(), "v1/safe/range/x86_64-4level/v7.1?mm=mm&lock=write");
        assert_eq!(parse("v1/safe/dragon/riscv64-sv39/v1").1.len(), 2);
        assert_eq!(parse(&format!("v1/safe?{}", "x&".repeat(3_000))).1.len(), 1);
        assert_eq!(parse(&format!("v1/safe?{}", "x&".repeat(30))).1.len(), MOST_PROBLEMS);
    }
}
