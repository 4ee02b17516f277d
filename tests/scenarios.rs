//! Every built-in scenario, on every machine that it runs on, under every kernel.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::{Discriminant, discriminant};

use actors::Actor;
use capture::Capture;
use mm::{Populated, Split};
use narrate::{Mark, Moment, Point, Timeline, point};
use pagewalk::{Action, Call, Callback, Event, LockName, Revision, Status};
use pagewalk_tests::LIBRARY;
use pagewalk_tests::tables::tables_of;
use pgtable::{Hugetlb, Level, Model, Thp};
use scenario::library::{Program, Scenario};
use scenario::link::Grain;
use scenario::{Held, Runner, Setup, SetupError};

fn record(setup: &Setup, capture: &Capture) -> Timeline<Runner> {
    let (world, runner) = setup.start(capture).expect("the scenario runs on this machine");
    let mut timeline = Timeline::new(world, runner);
    while !timeline.record(100_000) {}
    timeline
}

fn named(id: &str) -> &'static Scenario {
    LIBRARY.scenario(id).expect("a scenario of the library")
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

/// How a scenario ends: with 0, but where the library shows what goes wrong.
fn expected_end(id: &str) -> Status {
    match id {
        "riscv-no-memory" | "hvo-roll-back" | "arm64-kfence-no-memory" => Status::Done(pagewalk::ENOMEM),
        "hvo-self-hosted" => Status::Done(pagewalk::ENOTSUPP),
        "openrisc-dma-nothing" | "arm64-refused" | "arm64-no-area" => Status::Done(pagewalk::EINVAL),
        _ => Status::Done(0),
    }
}

/// The scenarios in which the kernel would crash.
const CRASHES: [&str; 3] = ["riscv-no-area", "riscv-no-ram", "hvo-unaligned"];

/// Events that have the same key get their words from the same lines.
fn words_of(event: &Event) -> (Discriminant<Event>, u64) {
    let mut words = DefaultHasher::new();
    match *event {
        Event::Enter { func, .. } => func.hash(&mut words),
        Event::Return { func, ret } => (func, ret).hash(&mut words),
        Event::Check { check, ok } => (check, ok).hash(&mut words),
        Event::Assert { subject, need, by, seen, .. } => (subject, need, by, seen).hash(&mut words),
        Event::Read { level, test, verdict, .. } => (level, test, verdict).hash(&mut words),
        Event::Callback { call, reply } => {
            (call.callback, call.depth < 0, call.vma.is_some(), reply.ret, reply.action).hash(&mut words);
        }
        Event::Map { how, ok, .. } => (how, ok).hash(&mut words),
        Event::Split { level, did, .. } => (level, discriminant(&did)).hash(&mut words),
        Event::Lock { lock, mode, nested } => (discriminant(&lock), mode, nested).hash(&mut words),
        Event::Unlock { lock, .. } => discriminant(&lock).hash(&mut words),
        Event::Flush(flush) => discriminant(&flush).hash(&mut words),
        Event::Free { how, .. } => how.hash(&mut words),
        Event::NewPage { table, result } => (table, result.is_ok()).hash(&mut words),
        Event::Alloc { result, .. } => result.map(|did| discriminant(&did)).hash(&mut words),
        Event::FindVma { found, .. } | Event::NextInMapping { found } => found.is_some().hash(&mut words),
        Event::HugetlbWalk { found, .. } => found.is_some().hash(&mut words),
        Event::FolioFound(found) => found.map(|page| page.page.is_some()).hash(&mut words),
        Event::Fault(fault) => discriminant(&fault).hash(&mut words),
        Event::Act(what) => what.hash(&mut words),
        _ => {}
    }
    (discriminant(event), words.finish())
}

#[test]
fn every_scenario_ends_on_every_machine_under_every_kernel_and_no_event_is_silent() {
    let mut said = HashSet::new();
    for scenario in LIBRARY.scenarios() {
        for tables in scenario.machines() {
            for revision in scenario.revisions() {
                let setup = Setup { tables, revision, ..Setup::of(scenario) };
                let (world, runner) =
                    setup.start(&tables_of(&setup)).expect("the scenario runs on this machine");
                let mut timeline = Timeline::new(world, runner);
                // The first event for each of our sentences, on each machine. Kernels differ in how a walk starts, so a
                // dump of a million entries is listened to as a whole in one of them only.
                let mut new = Vec::new();
                let mut each = |event: &Event, actions| {
                    let listens = actions < 5_000 || revision == scenario.revision;
                    if listens && said.insert((tables.model().id, words_of(event))) {
                        new.push(actions);
                    }
                };
                while !timeline.record_each(100_000, &mut each) {}
                let place = format!("{} on {} under {}", scenario.id, tables.model().id, revision.id());
                for actions in new {
                    let moment = timeline.moment(actions - 1, actions);
                    let point = point::point(&moment, Mark::Start, revision, pgtable::VirtAddr(0));
                    assert!(point.sentence.len() > 5, "{place}: nothing is said of {:?}", moment.events);
                    assert!(
                        point.actions.iter().all(|action| action.len() > 5),
                        "{place}: {:?}",
                        point.actions
                    );
                }
                // Until v6.4 a bad pmd that is met without a VMA is followed as it is.
                let follows_bad = scenario.id == "every-kind" && !revision.rules().map_can_fail;
                if CRASHES.contains(&scenario.id) || follows_bad {
                    assert!(matches!(timeline.status(), Status::Faulted(_)), "{place}");
                    assert_eq!(marks(&timeline).last(), Some(&Mark::Fault), "{place}");
                } else {
                    assert_eq!(timeline.status(), expected_end(scenario.id), "{place}");
                    assert_eq!(marks(&timeline).last(), Some(&Mark::Return), "{place}");
                }
            }
        }
    }
    assert!(said.len() > 1000, "{}", said.len());
}

#[test]
fn going_back_is_exact() {
    for id in [
        "kernel-walk",
        "debug-user",
        "debug-init-mm",
        "loongarch-set-memory",
        "openrisc-dma-clear",
        "riscv-set-memory",
        "hvo-restore",
        "arm64-gigabyte",
    ] {
        let setup = Setup::of(named(id));
        let timeline = record(&setup, &tables_of(&setup));
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
    let timeline = record(&setup, &tables_of(&setup));
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
fn what_is_said_of_a_scenario_names_nothing_that_only_one_machine_has() {
    let words = ["megabyte", "gigabyte", "MiB", "GiB", "2⁶⁴", "real", "whole address space"];
    let mut several = 0;
    for scenario in LIBRARY.scenarios() {
        let architectures: HashSet<_> =
            scenario.machines().filter_map(|tables| tables.model().id.split('-').next()).collect();
        if architectures.len() == 1 {
            continue;
        }
        several += 1;
        for word in words {
            let says = [scenario.title, scenario.about].into_iter().find(|text| text.contains(word));
            assert_eq!(says, None, "{} says \u{201c}{word}\u{201d}", scenario.id);
        }
    }
    assert!(several >= 14, "{several}");
}

/// Whether what is said of a walk is so in a run on a machine of `model`.
fn is_as_said(id: &str, model: &'static Model, events: &[Event]) -> bool {
    let count = |is: &dyn Fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
    let calls = |is: &dyn Fn(&Call) -> bool| {
        count(&|event| matches!(event, Event::Callback { call, .. } if is(call)))
    };
    let called = |callback| calls(&|call| call.callback == callback);
    let holes = called(Callback::Hole);
    let gaps = calls(&|call| call.callback == Callback::Hole && call.depth == -1);
    let continues = count(
        &|event| matches!(event, Event::Callback { reply, .. } if reply.action == Some(Action::Continue)),
    );
    let splits = count(&|event| matches!(event, Event::Split { did: Split::Table(_), .. }));
    let locks = count(&|event| matches!(event, Event::Lock { lock: LockName::Ptl(_), .. }));
    let under_rcu = count(&|event| matches!(event, Event::RcuLock));
    let vmas = count(&|event| matches!(event, Event::FindVma { .. }));
    let bad = count(&|event| matches!(event, Event::BadCleared { .. }));
    let has_leaves = model.hugetlb != Hugetlb::No;
    match id {
        "start" => holes > 0 && called(Callback::Entry(Level::Pte)) >= 2 && (events.len() < 60) == has_leaves,
        "kernel-walk" => holes > 0,
        "debug-user" => vmas == 0 && under_rcu > 0 && (continues > 0) == has_leaves,
        "debug-init-mm" => count(&|event| matches!(event, Event::Delegate)) == 1,
        "vma-range" => gaps >= 4 && called(Callback::Hugetlb) == usize::from(has_leaves),
        "with-vmas" => splits == usize::from(model.thp != Thp::No) && locks > 0 && vmas > 0,
        "without-vmas" => splits == 0 && locks == 0 && under_rcu > 0 && vmas == 0,
        "vma-mapping" => {
            let asserts = |event: &Event| matches!(event, Event::Assert { lock: LockName::Mmap(_), .. });
            called(Callback::PreVma) == 1 && count(&asserts) == 0
        }
        "folio-walk" => count(&|event| matches!(event, Event::FolioFound(Some(_)))) == 1 && locks == 1,
        "install" => {
            let allocates = |event: &Event| matches!(event, Event::Alloc { result: Ok(_), .. });
            let in_use = called(Callback::Entry(Level::Pte));
            (count(&allocates), called(Callback::InstallPte), in_use) == (1, 3, 1)
        }
        "again" => called(Callback::Entry(Level::Pmd)) == 2,
        // The retry finds it, and so does the second walk of the pud.
        "double-walk" => holes == 2,
        "unaligned" => called(Callback::Entry(Level::Pte)) == 3,
        "top" => called(Callback::Entry(Level::Pte)) == 2,
        "given-root" => {
            // Slot 0 of the root, and below it what the index of the address finds there.
            calls(&|call| call.callback == Callback::Entry(Level::Pud) && call.slot.index == 0) == 1
                && calls(&|call| {
                    call.callback == Callback::Entry(Level::Pte) && call.value.0 >> 12 >= 0x6_0000
                }) == 3
        }
        "past-the-root" => {
            let p4d = |index| {
                calls(&|call| call.callback == Callback::Entry(Level::P4d) && call.slot.index == index)
            };
            (p4d(0), p4d(1)) == (1, 1) && calls(&|call| call.addr.0 >= 1 << 42) == 1
        }
        "every-kind" => {
            let deep = |depth| calls(&|call| call.callback == Callback::Hole && call.depth == depth) > 0;
            let leaf = |level| {
                calls(&|call| {
                    call.callback == Callback::Entry(level)
                        && model.tests(level, &model.empty).leaf(call.value)
                }) > 0
            };
            (0..4).all(deep) && leaf(Level::Pud) && leaf(Level::Pmd) && bad == 2
        }
        _ => panic!("{id}: add here how to see that what it says of itself is so on every machine"),
    }
}

#[test]
fn what_a_walk_says_of_itself_is_so_on_every_machine() {
    for scenario in LIBRARY.scenarios().filter(|of| matches!(of.program, Program::Call { .. })) {
        for tables in scenario.machines() {
            let setup = Setup { tables, ..Setup::of(scenario) };
            let timeline = record(&setup, &tables_of(&setup));
            let events = timeline.moment(0, timeline.actions()).events;
            let model = tables.model();
            let is = is_as_said(scenario.id, model, &events);
            assert!(is, "{} on {}: {}", scenario.id, model.id, scenario.about);
            // A machine has nothing that its kernel would report and clear, but where that is what it is about.
            let bad = events.iter().find(|event| matches!(event, Event::BadCleared { .. }));
            assert_eq!(bad.is_some(), scenario.id == "every-kind", "{} on {}", scenario.id, model.id);
        }
    }
}

#[test]
fn the_kernel_walk_shows_leaves_of_two_levels_pages_and_holes() {
    let setup = Setup::of(named("kernel-walk"));
    assert_eq!(setup.tables.model().id, "x86_64-4level");
    let timeline = record(&setup, &tables_of(&setup));
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
    let capture = tables_of(&setup);
    let delegates =
        |revision| marks(&record(&Setup { revision, ..setup }, &capture)).contains(&Mark::Delegate);
    let kernels: Vec<_> = Revision::ALL.into_iter().filter(|&revision| delegates(revision)).collect();
    assert_eq!(kernels, [Revision::Patch, Revision::V6_17, Revision::V6_18, Revision::V7_1]);
}

/// How many assertions fail, for each lock that the caller may hold.
fn failing(id: &str, revision: Revision, lock: Held, init_lock: Held) -> usize {
    let setup = Setup { revision, lock, init_lock, ..Setup::of(named(id)) };
    let timeline = record(&setup, &tables_of(&setup));
    assert_eq!(timeline.status(), Status::Done(0), "an assertion that fails does not stop the walk");
    marks(&timeline).into_iter().filter(|&mark| mark == Mark::AssertFails).count()
}

#[test]
fn a_read_lock_is_enough_for_a_kernel_walk() {
    for revision in Revision::ALL {
        // v6.1.192 has one function, which asserts the same write lock twice.
        let (asserts, read_fails) = if revision == Revision::V6_1_192 { (2, 2) } else { (1, 0) };
        assert_eq!(failing("kernel-walk", revision, Held::None, Held::None), asserts, "{revision:?}");
        assert_eq!(failing("kernel-walk", revision, Held::Read, Held::None), read_fails, "{revision:?}");
        assert_eq!(failing("kernel-walk", revision, Held::Write, Held::None), 0, "{revision:?}");
        assert_eq!(
            failing("kernel-walk", revision, Held::OtherRead, Held::None),
            asserts,
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
        (Revision::V6_6_153, 2),
        (Revision::V6_1_192, 2),
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
    let timeline = record(&setup, &tables_of(&setup));
    assert!(matches!(timeline.status(), Status::Faulted(_)));
    let (_, point) = at(&timeline, &setup, timeline.len(Grain::Stops) - 1);
    assert_eq!(point.mark, Mark::Fault);
    assert!(point.sentence.contains("holds itself"), "{}", point.sentence);
}

#[test]
fn user_pte_tables_are_mapped_under_rcu_and_kernel_ones_are_not() {
    for (id, how) in [("debug-user", "pte_offset_map()"), ("debug-init-mm", "pte_offset_kernel()")] {
        let setup = Setup::of(named(id));
        let timeline = record(&setup, &tables_of(&setup));
        let index =
            marks(&timeline).iter().position(|&mark| mark == Mark::Map).expect("a pte table is mapped");
        let (_, point) = at(&timeline, &setup, index as u32);
        assert!(point.sentence.starts_with(how), "{id}: {}", point.sentence);
    }
}

/// All points of a scenario as it is offered, by stops.
fn points(id: &str) -> Vec<Point> {
    let setup = Setup::of(named(id));
    let timeline = record(&setup, &tables_of(&setup));
    (0..timeline.len(Grain::Stops)).map(|index| at(&timeline, &setup, index).1).collect()
}

fn sentences(id: &str) -> Vec<String> {
    points(id).into_iter().map(|point| point.sentence).collect()
}

#[test]
fn before_v6_18_arm64_does_not_walk() {
    for scenario in LIBRARY.scenarios().filter(|scenario| scenario.id.starts_with("arm64-")) {
        let revision = Revision::V6_17;
        let setup = Setup { revision, ..Setup::of(scenario) };
        assert!(
            matches!(setup.start(&tables_of(&setup)), Err(SetupError::NotInThisKernel(_))),
            "{}",
            scenario.id
        );
        let other = Setup { revision, ..Setup::of(named("kernel-walk")) };
        assert_eq!(other.with_scenario(scenario).revision, scenario.revision, "one is chosen where it runs");
    }
}

#[test]
fn a_write_says_what_was_what_is_and_which_bits_changed() {
    let mut writes = 0;
    for scenario in LIBRARY.scenarios().filter(|scenario| matches!(scenario.program, Program::Other(_))) {
        // The one with a thousand of them is like the others.
        if scenario.id == "hvo-roll-back" {
            continue;
        }
        let setup = Setup::of(scenario);
        // A dump has up to a million steps, none of which writes.
        if callers::dumped(scenario).is_some() {
            let (mut world, mut dump) = setup.start(&tables_of(&setup)).expect("it runs there");
            let mut events: Vec<Event> = Vec::new();
            while dump.step(&mut world, &mut events) == Status::Running {
                assert!(
                    !events.drain(..).any(|event| matches!(event, Event::Write { .. })),
                    "{}",
                    scenario.id
                );
            }
            continue;
        }
        let timeline = record(&setup, &tables_of(&setup));
        for index in 0..timeline.len(Grain::Stops) {
            let (moment, point) = at(&timeline, &setup, index);
            let events = moment.events.iter().filter_map(|event| match *event {
                Event::Write { was, is, .. } => Some((was, is)),
                _ => None,
            });
            let diffs = point.changes.iter().filter_map(|change| {
                let diff = change.diff.as_ref()?;
                assert_eq!((&change.was, &change.is), (&diff.was.to_string(), &diff.is.to_string()));
                Some((diff.was, diff.is))
            });
            let told: Vec<_> = diffs.collect();
            assert_eq!(told, events.collect::<Vec<_>>(), "{} step {index}", scenario.id);
            for (was, is) in &told {
                assert!(point.sentence.contains(&was.to_string()), "{}", point.sentence);
                assert!(point.sentence.contains(&is.to_string()), "{}", point.sentence);
            }
            for diff in point.changes.iter().filter_map(|change| change.diff.as_ref()) {
                let named = diff.set.len() + diff.cleared.len() > 0 || diff.target.is_some();
                assert_eq!(named, diff.was != diff.is, "{} step {index}: {diff:?}", scenario.id);
                writes += 1;
            }
        }
    }
    assert!(writes > 100, "{writes}");
}

#[test]
fn every_function_of_a_caller_has_a_listing_and_each_of_its_steps_a_line() {
    for scenario in LIBRARY.scenarios().filter(|scenario| matches!(scenario.program, Program::Other(_))) {
        for tables in scenario.machines().take(1) {
            for revision in scenario.revisions() {
                let setup = Setup { tables, revision, ..Setup::of(scenario) };
                let timeline = record(&setup, &tables_of(&setup));
                let last = timeline.len(Grain::Actions).min(600);
                for index in 1..last {
                    let span = timeline.span(Grain::Actions, index);
                    let moment = timeline.moment(span.from, span.to);
                    let point = point::point(&moment, span.mark, revision, pgtable::VirtAddr(0));
                    if point.listing.func.starts_with("walk_") || point.listing.func.starts_with("__walk_") {
                        continue;
                    }
                    let place = format!("{} {}: {:?}", scenario.id, revision.id(), moment.events);
                    assert!(point.listing.lines.len() > 2, "{place}: {}", point.listing.func);
                    let lit = point.listing.lines.iter().filter(|line| line.lit).count();
                    assert_eq!(lit, 1, "{place}: {} {:?}", point.listing.func, point.listing.lines);
                }
            }
        }
    }
}

/// What is said in a scenario, in this order.
const SAID: &[(&str, &[&str])] = &[
    (
        "loongarch-set-memory",
        &[
            "init_mm.mmap_lock is taken for writing.",
            "pte_entry() is called for 0xffff800002008000. It changes 0x00000000081201d3 to 0x00000000081200d1. \
             Cleared: _PAGE_DIRTY, _PAGE_WRITE.",
            "init_mm.mmap_lock is released.",
            "The TLB entries of 0xffff800002008000 to 0xffff800002010000 are flushed on all CPUs.",
            "set_memory_ro() returns 0.",
        ],
    ),
    (
        "loongarch-leaf",
        &[
            "is a leaf that maps memory directly",
            "PMD slot 66 changes from",
            "Cleared: _PAGE_DIRTY, _PAGE_WRITE.",
        ],
    ),
    ("loongarch-window", &["in a window that is mapped without page tables, so the function returns 0."]),
    (
        "loongarch-no-lock",
        &["nobody holds it. The kernel warns and goes on.", "Cleared: _PAGE_DIRTY, _PAGE_WRITE."],
    ),
    (
        "openrisc-dma",
        &[
            "Set: _PAGE_CI.",
            "The TLB entries of 0xc4004000 to 0xc4006000",
            "The data cache of 0x4004000 to 0x4006000 is flushed.",
            "returns the address: its memory is uncached.",
        ],
    ),
    ("openrisc-dma-clear", &["Cleared: _PAGE_CI.", "arch_dma_clear_uncached() returns."]),
    ("openrisc-dma-nothing", &["returns ERR_PTR(-EINVAL)."]),
    (
        "riscv-set-memory",
        &[
            "split_linear_mapping() is called for 0xffffffd6c0202000",
            "is a leaf that maps more than the range, so it is split first.",
            "A page for a PTE table is allocated at 0x",
            "passes smp_wmb()",
            "Cleared: _PAGE_WRITE.",
            "The TLBs of all CPUs are flushed.",
        ],
    ),
    ("riscv-linear", &["Cleared: _PAGE_PRESENT.", "Nothing changes."]),
    ("riscv-image", &["PMD slot 1 changes from", "Set: _PAGE_WRITE."]),
    (
        "riscv-no-memory",
        &["There is no memory for a PTE table: -ENOMEM.", "The TLBs of all CPUs", "returns -ENOMEM."],
    ),
    ("riscv-no-pages", &["There are no pages to change, so the function returns 0 before it takes a lock."]),
    ("riscv-no-area", &["find_vm_area() finds no area"]),
    ("riscv-no-ram", &["There is no pmd table at 0x0"]),
    (
        "hvo-optimize",
        &[
            "init_mm.mmap_lock is taken for reading.",
            "init_mm.page_table_lock is taken.",
            "is read under the lock: it is a leaf.",
            "vmemmap_split_pmd() is called for 0xffffea0001000000 to 0xffffea0001200000.",
            "Cleared: _PAGE_RW, _PAGE_DIRTY. It now points to 0x",
        ],
    ),
    ("hvo-many", &["It sets ACTION_CONTINUE"]),
    (
        "hvo-restore",
        &["copies the shared page to a fresh one", "Set: _PAGE_RW, _PAGE_DIRTY. It now points to 0x"],
    ),
    (
        "hvo-roll-back",
        &["There is no memory for a PTE table: -ENOMEM.", "copies the shared page", "is lost."],
    ),
    ("hvo-self-hosted", &["the callback returns -ENOTSUPP."]),
    ("hvo-unaligned", &["VM_BUG_ON(): a kernel with CONFIG_DEBUG_VM stops here."]),
    (
        "arm64-set-memory",
        &[
            "pgtable_split_lock is taken",
            "Cleared: PTE_CONT.",
            "walk_kernel_page_table_range_lockless() is called",
            "Cleared: PTE_WRITE. Set: PTE_RDONLY.",
            "unmaps vmalloc memory that is freed but still mapped",
        ],
    ),
    ("arm64-gigabyte", &["A page for a PMD table", "A page for a PTE table", "Cleared: PTE_VALID."]),
    (
        "arm64-kfence",
        &["It sets ACTION_CONTINUE", "Cleared: PTE_CONT.", "arch_kfence_init_pool() returns true."],
    ),
    (
        "arm64-kfence-no-memory",
        &["Cleared: PTE_CONT.", "There is no memory", "arch_kfence_init_pool() returns false."],
    ),
    ("arm64-refused", &["Only a part of the leaf lies in the range"]),
    ("arm64-no-area", &["The range is not inside one area of vmalloc()"]),
    ("arm64-unaligned", &["the kernel warns and rounds it down."]),
    ("ptdump-efi", &["efi_mm.mmap_lock is taken for writing.", "nested inside the other mm's lock"]),
];

#[test]
fn each_caller_names_its_locks_its_writes_and_its_flushes() {
    for &(id, parts) in SAID {
        let said = sentences(id);
        // Each in the same sentence as the one before, or in a later one.
        let mut from = 0;
        for part in parts {
            let found = said[from..].iter().position(|sentence| sentence.contains(part));
            from += found.unwrap_or_else(|| panic!("{id}: {part:?} in {said:#?}"));
        }
    }
}

#[test]
fn the_user_half_has_a_root_of_its_own_with_page_table_isolation() {
    // x86-64 with four levels was captured with it, with five without.
    for (model, isolated) in [("x86_64-4level", true), ("x86_64-5level", false)] {
        let scenario = named("ptdump-user-half");
        let tables =
            pgtable::model(model).ok().and_then(|model| scenario.tables_on(model)).expect("a machine");
        let setup = Setup { tables, ..Setup::of(scenario) };
        let (world, runner) = setup.start(&tables_of(&setup)).expect("it runs");
        let own = world.mm(program_mm(&setup)).expect("a user mm").pgd;
        let root = actors::Actor::walk(&runner).expect("a walk").root(&world).table;
        assert_eq!(root != own, isolated, "{model}");
    }
}

fn program_mm(setup: &Setup) -> mm::MmId {
    setup.scenario.program.mm()
}

#[test]
fn a_callers_own_lock_is_what_is_missing() {
    let setup = Setup::of(named("loongarch-no-lock"));
    assert!(setup.scenario.caller_holds_locks());
    for (lock, warnings) in [(Held::None, 1), (Held::Read, 0), (Held::OtherRead, 1)] {
        let timeline = record(&Setup { lock, ..setup }, &tables_of(&setup));
        let fails = marks(&timeline).into_iter().filter(|&mark| mark == Mark::AssertFails).count();
        assert_eq!(fails, warnings, "{lock:?}");
    }
}

#[test]
fn like_writes_run_together() {
    let setup = Setup::of(named("hvo-roll-back"));
    let timeline = record(&setup, &tables_of(&setup));
    assert!(timeline.len(Grain::Stops) > 1_000);
    assert!(timeline.len(Grain::Runs) < timeline.len(Grain::Stops) / 2);
}

/// How often something like this happens in a scenario under a kernel.
fn times(id: &str, revision: Revision, is: impl Fn(&Event) -> bool) -> usize {
    let setup = Setup { revision, ..Setup::of(named(id)) };
    let timeline = record(&setup, &tables_of(&setup));
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
