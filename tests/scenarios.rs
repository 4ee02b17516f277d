//! Every built-in scenario, on every machine that it runs on, under every kernel.

use mm::{Populated, Split};
use narrate::{Mark, Moment, Point, Timeline, point};
use pagewalk::{Callback, Event, LockName, Revision, Status};
use pagewalk_tests::{default_dir, load_image};
use pgtable::Level;
use scenario::capture::Capture;
use scenario::library::Scenario;
use scenario::link::Grain;
use scenario::{Held, Runner, SCENARIOS, Setup};

/// The tables that a setup runs on: a capture of this repository, or made for it.
fn capture(setup: &Setup) -> Capture {
    setup.made().unwrap_or_else(|| {
        let folder = setup.scenario.capture_on(setup.machine).expect("a machine that was captured");
        load_image(&default_dir().join(folder)).expect("a capture of this repository")
    })
}

fn record(setup: &Setup, capture: &Capture) -> Timeline<Runner> {
    let (world, runner) = setup.start(capture).expect("the scenario runs on this machine");
    let mut timeline = Timeline::new(world, runner);
    while !timeline.record(100_000) {}
    timeline
}

fn named(id: &str) -> &'static Scenario {
    Scenario::from_id(id).expect("a scenario of the library")
}

fn at(timeline: &Timeline<Runner>, setup: &Setup, index: u32) -> (Moment<Runner>, Point) {
    let span = timeline.span(Grain::Stops, index);
    let moment = timeline.moment(span.from, span.to);
    let point = point::point(&moment, span.mark, setup.revision, pgtable::VirtAddr(0));
    (moment, point)
}

fn marks(timeline: &Timeline<Runner>) -> Vec<Mark> {
    timeline.stops().iter().map(|stop| stop.mark).collect()
}

#[test]
fn every_scenario_ends_on_every_machine_under_every_kernel() {
    for &scenario in SCENARIOS {
        for machine in scenario.machines() {
            let capture = capture(&Setup { machine, ..Setup::of(scenario) });
            for revision in Revision::ALL {
                let setup = Setup { machine, revision, ..Setup::of(scenario) };
                let timeline = record(&setup, &capture);
                let place = format!("{} on {} under {}", scenario.id, machine.id, revision.id());
                assert_eq!(timeline.status(), Status::Done(0), "{place}");
                assert_eq!(marks(&timeline).last(), Some(&Mark::Return), "{place}");
            }
        }
    }
}

#[test]
fn going_back_is_exact() {
    for id in ["kernel-walk", "debug-user", "debug-init-mm"] {
        let setup = Setup::of(named(id));
        let timeline = record(&setup, &capture(&setup));
        let forward: Vec<_> =
            (0..timeline.len(Grain::Stops)).map(|index| at(&timeline, &setup, index).1).collect();
        for (index, there) in forward.iter().enumerate().rev() {
            let (_, back) = at(&timeline, &setup, index as u32);
            assert_eq!(&back, there, "{id} step {index}");
        }
    }
}

#[test]
fn the_grains_tell_the_same_run() {
    let setup = Setup::of(named("kernel-walk"));
    let timeline = record(&setup, &capture(&setup));
    assert!(timeline.len(Grain::Runs) < timeline.len(Grain::Stops));
    assert!(timeline.len(Grain::Stops) < timeline.len(Grain::Actions));
    for grain in Grain::ALL {
        let mut actions = 0;
        for index in 0..timeline.len(grain) {
            let span = timeline.span(grain, index);
            assert_eq!(span.from, actions, "{grain:?} step {index} begins where the one before it ended");
            assert_eq!(timeline.index_of(grain, span.to), index);
            actions = span.to;
        }
        assert_eq!(actions, timeline.actions());
    }
    let last = timeline.len(Grain::Actions) - 1;
    let by_actions: Vec<_> =
        (0..=last).flat_map(|index| timeline.moment(index.saturating_sub(1), index).events).collect();
    assert_eq!(by_actions, timeline.moment(0, timeline.actions()).events);
}

#[test]
fn the_kernel_walk_shows_leaves_of_two_levels_pages_and_holes() {
    let setup = Setup::of(named("kernel-walk"));
    assert_eq!(setup.machine.id, "x86_64-4level");
    let timeline = record(&setup, &capture(&setup));
    let has =
        |mark, level| timeline.stops().iter().any(|stop| stop.mark == mark && stop.level == Some(level));
    assert!(has(Mark::Leaf, Level::Pud));
    assert!(has(Mark::Leaf, Level::Pmd));
    assert!(has(Mark::Page, Level::Pte));
    assert!(has(Mark::Hole, Level::Pmd));
}

#[test]
fn init_mm_is_handed_over_in_four_kernels() {
    let setup = Setup::of(named("debug-init-mm"));
    let capture = capture(&setup);
    let delegates =
        |revision| marks(&record(&Setup { revision, ..setup }, &capture)).contains(&Mark::Delegate);
    let kernels: Vec<_> = Revision::ALL.into_iter().filter(|&revision| delegates(revision)).collect();
    assert_eq!(kernels, [Revision::Patch, Revision::V6_17, Revision::V6_18, Revision::V7_1]);
}

/// How many assertions fail, for each lock that the caller may hold.
fn failing(id: &str, revision: Revision, lock: Held, init_lock: Held) -> usize {
    let setup = Setup { revision, lock, init_lock, ..Setup::of(named(id)) };
    let timeline = record(&setup, &capture(&setup));
    assert_eq!(timeline.status(), Status::Done(0), "an assertion that fails does not stop the walk");
    marks(&timeline).into_iter().filter(|&mark| mark == Mark::AssertFails).count()
}

#[test]
fn a_read_lock_is_enough_for_a_kernel_walk() {
    for revision in Revision::ALL {
        assert_eq!(failing("kernel-walk", revision, Held::None, Held::None), 1, "{revision:?}");
        assert_eq!(failing("kernel-walk", revision, Held::Read, Held::None), 0, "{revision:?}");
        assert_eq!(
            failing("kernel-walk", revision, Held::OtherRead, Held::None),
            1,
            "{revision:?}: lockdep knows whose"
        );
    }
}

#[test]
fn a_debug_walk_of_init_mm_needs_the_write_lock_from_v7_3() {
    for (revision, warnings) in [
        (Revision::V6_16, 0),
        (Revision::Patch, 0),
        (Revision::V6_17, 0),
        (Revision::V6_18, 0),
        (Revision::V7_1, 0),
        (Revision::V7_3, 2),
        (Revision::V6_12_107, 2),
    ] {
        assert_eq!(failing("debug-init-mm", revision, Held::Read, Held::None), warnings, "{revision:?}");
        assert_eq!(failing("debug-init-mm", revision, Held::Write, Held::None), 0, "{revision:?}");
    }
}

#[test]
fn a_debug_walk_of_a_user_mm_needs_its_write_lock_and_later_that_of_init_mm() {
    for revision in Revision::ALL {
        let both = usize::from(revision.rules().debug_asserts_both);
        assert_eq!(failing("debug-user", revision, Held::Read, Held::None), 1 + both, "{revision:?}");
        assert_eq!(failing("debug-user", revision, Held::Write, Held::None), both, "{revision:?}");
        assert_eq!(failing("debug-user", revision, Held::Write, Held::Write), 0, "{revision:?}");
    }
}

#[test]
fn ptdump_waits_for_ever_for_a_lock_that_its_caller_holds() {
    let setup = Setup { lock: Held::Read, ..Setup::of(named("ptdump")) };
    let timeline = record(&setup, &capture(&setup));
    assert!(matches!(timeline.status(), Status::Faulted(_)));
    let (_, point) = at(&timeline, &setup, timeline.len(Grain::Stops) - 1);
    assert_eq!(point.mark, Mark::Fault);
    assert!(point.sentence.contains("holds itself"), "{}", point.sentence);
}

#[test]
fn user_pte_tables_are_mapped_under_rcu_and_kernel_ones_are_not() {
    for (id, how) in [("debug-user", "pte_offset_map()"), ("debug-init-mm", "pte_offset_kernel()")] {
        let setup = Setup::of(named(id));
        let timeline = record(&setup, &capture(&setup));
        let index =
            marks(&timeline).iter().position(|&mark| mark == Mark::Map).expect("a pte table is mapped");
        let (_, point) = at(&timeline, &setup, index as u32);
        assert!(point.sentence.starts_with(how), "{id}: {}", point.sentence);
    }
}

/// How often something like this happens in a scenario under a kernel.
fn times(id: &str, revision: Revision, is: impl Fn(&Event) -> bool) -> usize {
    let setup = Setup { revision, ..Setup::of(named(id)) };
    let timeline = record(&setup, &capture(&setup));
    timeline.moment(0, timeline.actions()).events.iter().filter(|event| is(event)).count()
}

#[test]
fn a_stale_action_walks_a_pud_twice_in_two_kernels() {
    let looked_at = |event: &Event| matches!(event, Event::Callback { call, .. } if call.level == Level::Pmd);
    for revision in Revision::ALL {
        let twice = matches!(revision, Revision::V7_1 | Revision::V6_12_107);
        // Two pmds and a hole; or the first pmd and the hole once more.
        assert_eq!(times("double-walk", revision, looked_at), if twice { 5 } else { 3 }, "{revision:?}");
    }
}

#[test]
fn the_same_range_is_split_and_locked_only_with_vmas() {
    let split = |event: &Event| matches!(event, Event::Split { did: Split::Table(_), .. });
    let locked = |event: &Event| matches!(event, Event::Lock { lock: LockName::Ptl(_), .. });
    assert_eq!(times("with-vmas", Revision::V7_3, split), 1);
    assert_eq!(times("with-vmas", Revision::V7_3, locked), 2);
    assert_eq!(times("without-vmas", Revision::V7_3, split), 0);
    assert_eq!(times("without-vmas", Revision::V7_3, locked), 0);
}

#[test]
fn what_is_empty_is_installed_where_the_kernel_can() {
    let installed = |event: &Event| matches!(event, Event::SetPte { .. });
    let allocated = |event: &Event| matches!(event, Event::Alloc { result: Ok(Populated::Table(_)), .. });
    for revision in Revision::ALL {
        let able = revision.rules().checks_ops;
        assert_eq!(times("install", revision, installed), if able { 3 } else { 0 }, "{revision:?}");
        assert_eq!(times("install", revision, allocated), usize::from(able), "{revision:?}");
    }
}

#[test]
fn gaps_devices_and_hugetlb_are_told_apart() {
    let called = |callback: Callback, depth: i8| move |event: &Event| matches!(event, Event::Callback { call, .. } if call.callback == callback && call.depth == depth);
    assert_eq!(times("vma-range", Revision::V7_3, called(Callback::Hugetlb, 0)), 1);
    assert_eq!(times("vma-range", Revision::V7_3, called(Callback::PreVma, 0)), 4, "not for the device");
    assert!(times("vma-range", Revision::V7_3, called(Callback::Hole, -1)) >= 4);
}
