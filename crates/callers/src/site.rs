//! What is claimed of a call site of a walk without VMAs: what it holds, which walk it calls in which kernel, and which
//! scenarios show it.
//!
//! Who calls, and why, is known from reading the kernel. What a run shows as well (locks, walk, assertions, callbacks) is
//! compared with the runs of these scenarios in `tests/call_sites.rs`.

use mm::{LockMode, MmId, Need};
use scenario::library::{Library, Scenario};
use scenario::{Link, Setup};
use trace::{Callback, Callbacks, Func, LockName, Revision, Subject};

/// A call site of a walk without VMAs.
#[derive(Debug)]
pub struct CallSite {
    /// Whose it is, for a person.
    pub title: &'static str,
    /// The functions that walk.
    pub functions: &'static [&'static str],
    /// Where they are (v7.3).
    pub file: &'static str,
    /// How many calls of `walk_page_range_novma()` the patch replaced here.
    pub changed: u8,
    /// What was there before, where that was not this walker.
    pub before: Option<&'static str>,
    /// Why it walks in this way.
    pub why: &'static str,
    /// The ops tables.
    pub ops: &'static [&'static str],
    /// Which callbacks they have.
    pub callbacks: Callbacks,
    /// What these do.
    pub does: &'static str,
    /// What it does in the kernels that differ, oldest first.
    pub kernels: &'static [InKernel],
    /// Where it can be seen.
    pub runs: &'static [Shown],
    /// Where it goes wrong.
    pub wrong: &'static [Shown],
    /// The race that its lock is about, by its name in links, if there is one here.
    pub race: Option<&'static str>,
}

/// What a call site does in one kernel.
#[derive(Debug)]
pub struct InKernel {
    /// Which kernel.
    pub revision: Revision,
    /// The locks that it holds when it calls the walk, in the order in which they were taken.
    pub holds: &'static [(LockName, LockMode)],
    /// The functions of mm/pagewalk.c that it enters before the levels, outermost first.
    pub walk: &'static [Func],
    /// What these assert, in their order.
    pub asserts: &'static [(LockName, Need)],
}

/// A scenario on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name in links.
    pub scenario: &'static str,
    /// The machine's name in links.
    pub machine: &'static str,
}

impl CallSite {
    /// The names of its callbacks, in the order of `struct mm_walk_ops`.
    pub fn callback_names(&self) -> impl Iterator<Item = &'static str> {
        let set = self.callbacks;
        Callback::ALL.into_iter().filter(move |of| set.contains(of.flag())).map(Callback::name)
    }

    /// Whether it holds the same locks in all of its kernels.
    pub fn holds_the_same(&self) -> bool {
        self.kernels.windows(2).all(|pair| pair[0].holds == pair[1].holds)
    }
}

impl Shown {
    /// The scenario, if `library` has it.
    pub fn scenario(self, library: &Library) -> Option<&'static Scenario> {
        library.scenario(self.scenario)
    }

    /// The link to it under a kernel, or under the one that it starts with.
    pub fn link(self, library: &Library, revision: Option<Revision>) -> Option<Link> {
        let setup = Setup::of(self.scenario(library)?);
        let tables = setup.scenario.tables_on(pgtable::model(self.machine).ok()?)?;
        let revision = revision.unwrap_or(setup.revision);
        Some(Link { setup: Setup { tables, revision, ..setup }, ..Link::default() })
    }
}

/// What a kernel stands for here.
pub const fn when(revision: Revision) -> &'static str {
    match revision {
        Revision::V6_16 => "before the patch",
        Revision::Patch => "as posted",
        Revision::V6_17 => "as merged",
        Revision::V6_18 => "where it came",
        Revision::V7_3 => "today",
        _ => "",
    }
}

/// A lock as the kernel's source names it; of an mm that is not `init_mm` it is whichever is walked.
pub const fn lock_name(lock: LockName) -> &'static str {
    match lock {
        LockName::Mmap(MmId::INIT_MM) => "init_mm.mmap_lock",
        LockName::Mmap(_) => "mm->mmap_lock",
        LockName::MemHotplug => "mem_hotplug_lock",
        LockName::PgtableSplit => "pgtable_split_lock",
        _ => "another lock",
    }
}

/// How a lock is held, for a person: a mutex has no modes.
pub const fn mode_name(lock: LockName, mode: LockMode) -> &'static str {
    match lock {
        LockName::PgtableSplit => "mutex",
        _ => mode.name(),
    }
}

/// An assertion as the kernel's source has it, with `init_mm` by its name.
pub fn assertion(lock: LockName, need: Need) -> &'static str {
    match (lock, need) {
        (LockName::Mmap(MmId::INIT_MM), Need::Held) => "mmap_assert_locked(init_mm)",
        (LockName::Mmap(MmId::INIT_MM), Need::Write) => "mmap_assert_write_locked(init_mm)",
        (LockName::Vma(_), _) => Subject::Vma.assertion(need),
        (LockName::IMmap, _) => Subject::IMmap.assertion(need),
        _ => Subject::Walked.assertion(need),
    }
}

pub(crate) const INIT: LockName = LockName::Mmap(MmId::INIT_MM);
pub(crate) const USER: LockName = LockName::Mmap(MmId::USER);
pub(crate) const HOTPLUG: (LockName, LockMode) = (LockName::MemHotplug, LockMode::Read);

pub(crate) const NOVMA: &[Func] = &[Func::WalkPageRangeNovma];
pub(crate) const KERNEL: Func = Func::WalkKernelPageTableRange;
pub(crate) const LOCKLESS: Func = Func::WalkKernelPageTableRangeLockless;
pub(crate) const DEBUG: Func = Func::WalkPageRangeDebug;
pub(crate) const HELPER: Func = Func::WalkPageRangeNovmaHelper;

pub(crate) const HELD: &[(LockName, Need)] = &[(INIT, Need::Held)];

/// The kernel walk under `holds`: novma until v6.16, one function of its own since; in v6.18 the lockless walk came out of it.
const fn kernel_walk(holds: &'static [(LockName, LockMode)]) -> [InKernel; 4] {
    [
        InKernel { revision: Revision::V6_16, holds, walk: NOVMA, asserts: HELD },
        InKernel { revision: Revision::Patch, holds, walk: &[KERNEL, HELPER], asserts: HELD },
        InKernel { revision: Revision::V6_17, holds, walk: &[KERNEL], asserts: HELD },
        InKernel { revision: Revision::V7_3, holds, walk: &[KERNEL, LOCKLESS], asserts: HELD },
    ]
}

/// The lockless walk (v6.18).
pub(crate) const fn lockless(holds: &'static [(LockName, LockMode)]) -> [InKernel; 2] {
    let walk = &[LOCKLESS];
    [
        InKernel { revision: Revision::V6_18, holds, walk, asserts: &[] },
        InKernel { revision: Revision::V7_3, holds, walk, asserts: &[] },
    ]
}

pub(crate) static WRITERS: [InKernel; 4] = kernel_walk(&[(INIT, LockMode::Write)]);
pub(crate) static READER: [InKernel; 4] = kernel_walk(&[(INIT, LockMode::Read)]);

/// The machine of the scenarios of several callers.
pub(crate) const X86: &str = "x86_64-4level";

pub(crate) const fn shown(scenario: &'static str, machine: &'static str) -> Shown {
    Shown { scenario, machine }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CALL_SITES, SCENARIOS};
    use alloc::format;
    use alloc::string::ToString;
    use alloc::vec::Vec;
    use scenario::Group;

    static LIBRARY: Library = Library::whole(&[SCENARIOS]);

    #[test]
    fn the_patch_replaced_nine_calls_in_five_files() {
        assert_eq!(CALL_SITES.iter().map(|site| site.changed).sum::<u8>(), 9);
        let mut files: Vec<_> =
            CALL_SITES.iter().filter(|site| site.changed != 0).map(|site| site.file).collect();
        files.dedup();
        assert_eq!(files.len(), 5);
        // What was not there before the patch says what was.
        for site in CALL_SITES {
            let first = site.kernels[0].revision;
            assert_eq!(site.before.is_some(), first > Revision::V6_16, "{}", site.title);
        }
    }

    #[test]
    fn every_link_opens_what_it_says() {
        for site in CALL_SITES {
            assert!(!site.runs.is_empty(), "{}", site.title);
            let kernels = site.kernels.iter().map(|kernel| Some(kernel.revision));
            for revision in kernels.chain([None]) {
                for of in site.runs.iter().chain(site.wrong) {
                    let link = of.link(&LIBRARY, revision).expect("a scenario and a machine of the library");
                    assert_eq!(Link::parse(&link.to_string(), &LIBRARY), (link, Vec::new()), "{of:?}");
                    assert_eq!(
                        (link.setup.scenario.id, link.setup.tables.model().id),
                        (of.scenario, of.machine)
                    );
                    let exists = link.setup.scenario.program.exists_in(link.setup.revision);
                    assert!(exists, "{}", format!("{of:?} under {revision:?}"));
                }
            }
        }
    }

    #[test]
    fn every_scenario_of_a_caller_is_linked_from_one_site_at_least() {
        let shown: Vec<_> = CALL_SITES
            .iter()
            .flat_map(|site| site.runs.iter().chain(site.wrong))
            .map(|of| of.scenario)
            .collect();
        let callers = SCENARIOS.iter().copied().flatten().filter(|of| of.group == Group::Callers);
        for scenario in callers {
            // Two show that nothing happens; they belong to no walk.
            let nothing = matches!(scenario.id, "loongarch-window" | "riscv-no-pages");
            assert_eq!(shown.contains(&scenario.id), !nothing, "{}", scenario.id);
        }
    }

    #[test]
    fn what_is_known_before_the_rest_is_loaded_is_true() {
        let later = Library::first(&crate::ABOUTS);
        for (scenario, about) in SCENARIOS.iter().copied().flatten().zip(&crate::ABOUTS) {
            assert_eq!((scenario.id, scenario.title, scenario.group), (about.id, about.title, about.group));
            assert!(Library::WALKS.scenario(about.id).is_none(), "{}", about.id);
            let problem = Link::parse(&format!("#v1/{}", about.id), &later).1;
            assert_eq!(problem, [scenario::LinkProblem::Later(about)]);
        }
    }
}
