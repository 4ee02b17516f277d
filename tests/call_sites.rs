//! What is said about the patch's call sites, compared with what their runs show.

use actors::Actor;
use callers::CALL_SITES;
use callers::site::{CallSite, InKernel, Shown};
use mm::{LockMode, Need};
use pagewalk::{By, Event, Func, LockName, Sink, Status};
use pagewalk_tests::LIBRARY;
use pagewalk_tests::tables::tables_of;

/// Steps after which a run has not ended: a dump of x86-64's whole address space takes millions.
const MAX_STEPS: u32 = 50_000_000;

/// One walk of a run.
#[derive(Debug, Default)]
struct Seen {
    holds: Vec<(LockName, LockMode)>,
    walk: Vec<Func>,
    asserts: Vec<(LockName, Need)>,
    /// Whether an assertion failed.
    failed: bool,
}

/// Looks at the events of a run for what is said about its call site.
#[derive(Debug, Default)]
struct Watch {
    held: Vec<(LockName, LockMode)>,
    walks: Vec<Seen>,
    entered: Vec<&'static str>,
    inside: bool,
}

const fn is_entry(func: Func) -> bool {
    !matches!(func, Func::WalkRange(_) | Func::Other(_))
}

impl Sink for Watch {
    fn event(&mut self, event: Event) {
        match event {
            // Locks of single tables and of the callbacks are taken inside.
            Event::Lock { lock, mode, .. } if !self.inside => self.held.push((lock, mode)),
            Event::Unlock { lock, .. } if !self.inside => self.held.retain(|(held, _)| *held != lock),
            Event::Enter { func, .. } if is_entry(func) => {
                if !self.inside {
                    self.inside = true;
                    self.walks.push(Seen { holds: self.held.clone(), ..Seen::default() });
                }
                if let Some(walk) = self.walks.last_mut() {
                    walk.walk.push(func);
                }
            }
            Event::Enter { func, .. } if !matches!(func, Func::WalkRange(_)) => {
                self.entered.push(func.name());
            }
            Event::Return { func, .. } => {
                let outermost = self.walks.last().and_then(|walk| walk.walk.first());
                self.inside &= outermost != Some(&func);
            }
            Event::Assert { lock, need, seen, by: By::Walk, .. } => {
                if let Some(walk) = self.walks.last_mut() {
                    walk.asserts.push((lock, need));
                    walk.failed |= !seen.lockdep_ok;
                }
            }
            _ => {}
        }
    }
}

/// Runs what a link opens, to its end.
fn run(of: Shown, kernel: &InKernel, site: &CallSite) -> (Watch, Status) {
    let setup = of.link(&LIBRARY, Some(kernel.revision)).expect("a scenario of the library").setup;
    let (mut world, mut runner) = setup.start(&tables_of(&setup)).expect("it runs there");
    assert_eq!(runner.callbacks(), site.callbacks, "{of:?}");
    let mut watch = Watch::default();
    for _ in 0..MAX_STEPS {
        let status = runner.step(&mut world, &mut watch);
        if status != Status::Running {
            return (watch, status);
        }
    }
    panic!("{of:?} under {:?} does not end", kernel.revision);
}

#[test]
fn every_run_shows_the_locks_the_walk_and_the_assertions_that_are_claimed() {
    for site in CALL_SITES {
        for kernel in site.kernels {
            for &of in site.runs {
                let place = format!("{of:?} under {}", kernel.revision.id());
                let (watch, status) = run(of, kernel, site);
                assert_eq!(status, Status::Done(0), "{place}");
                assert!(!watch.walks.is_empty(), "{place}: it walks");
                for walk in &watch.walks {
                    assert_eq!(walk.holds, kernel.holds, "{place}");
                    assert_eq!(walk.walk, kernel.walk, "{place}");
                    assert_eq!(walk.asserts, kernel.asserts, "{place}");
                    assert!(!walk.failed, "{place}: what it holds is enough");
                }
                assert!(watch.held.is_empty(), "{place}: all locks are released");
                let entered = site.functions.iter().any(|func| watch.entered.contains(func));
                assert!(entered, "{place}: {:?}", watch.entered);
            }
        }
    }
}

#[test]
fn every_function_is_entered_in_one_of_its_runs() {
    for site in CALL_SITES {
        let kernel = site.kernels.last().expect("a kernel");
        let entered: Vec<_> = site.runs.iter().flat_map(|&of| run(of, kernel, site).0.entered).collect();
        for func in site.functions {
            assert!(entered.contains(func), "{func}");
        }
    }
}

#[test]
fn what_goes_wrong_ends_in_another_way_or_warns_or_changes_too_much() {
    for site in CALL_SITES {
        let kernel = site.kernels.last().expect("a kernel");
        for &of in site.wrong {
            let (watch, status) = run(of, kernel, site);
            let warns = watch.walks.iter().any(|walk| walk.failed);
            // Two do what nobody wanted, without a word to their caller.
            let silent = matches!(of.scenario, "loongarch-leaf" | "arm64-unaligned");
            assert_eq!(status != Status::Done(0) || warns, !silent, "{of:?}: {status:?}");
        }
    }
}

#[test]
fn every_race_of_a_call_site_is_one() {
    for race in CALL_SITES.iter().filter_map(|site| site.race) {
        let (link, problem) = races::RaceLink::parse(&format!("#v1/race/{race}")).expect("a race");
        assert_eq!((link.choice.race.id, problem), (race, vec![]));
    }
}
