//! Races: counterexamples that can be replayed, numbers of states that stay, traces as they are described, and another
//! checker's opinion. That every variant of the matrix has its verdict is for `cargo xtask races`.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use explore::{Broken, Lane, Schedule, Search, Turn, Verdict, replay};
use mm::LockMode;
use narrate::race::Session;
use pagewalk::{Event, Fault, Func, LockName, Revision, Status, Test};
use pgtable::{EntryKind, Level};
use races::survey::search;
use races::{Aim, Choice, Outcomes, RACES, Race, RaceLink, RaceModel, RaceSearch, State, race, verdicts};
use stateright::Checker;

/// The variants of all tables, but for the one with three CPUs, whose states are too many for a build without optimisation.
fn variants() -> impl Iterator<Item = (Choice, Outcomes)> {
    let rows =
        verdicts::tables().flat_map(|table| table.rows.iter().flat_map(|row| row.cells(table.columns)));
    rows.flatten().filter(|(choice, _)| choice.race != &race::two_walkers::RACE)
}

fn parse(link: &str) -> RaceLink {
    let (link, problem) = RaceLink::parse(link).expect("a link to a race");
    assert_eq!(problem, []);
    link
}

/// Where a schedule leads.
fn end(choice: &Choice, schedule: &Schedule) -> State {
    let model = RaceModel::new(choice, Aim::Anything).expect("it starts");
    replay(&model, schedule).last().expect("a state").expect("it fits")
}

#[test]
fn counterexamples_end_in_what_they_show_and_none_is_shorter() {
    let mut shown = 0;
    for (choice, expected) in variants() {
        let found = search(&choice).expect("it starts");
        assert!(found.is(expected), "{choice:?}: {found:?}");
        for (outcome, schedule) in &found.ways {
            shown += 1;
            let state = end(&choice, schedule);
            if *outcome == Outcomes::DEADLOCK {
                let turns: Vec<_> = Lane::ALL.map(|lane| state.turn(lane)).into();
                assert!(turns.contains(&Turn::Wait) && !turns.contains(&Turn::Move), "{choice:?}: {turns:?}");
            } else {
                assert_eq!(state.outcomes(), *outcome, "{choice:?}");
            }
            match (*outcome, state.fault()) {
                (Outcomes::UAF_PTE, Some(Fault::UseAfterFree { level: Level::Pte, .. }))
                | (Outcomes::UAF_PMD, Some(Fault::UseAfterFree { level: Level::Pmd, .. }))
                | (Outcomes::WILD, Some(Fault::WildRead { .. }))
                | (
                    Outcomes::LOST
                    | Outcomes::DOUBLE
                    | Outcomes::MISSED
                    | Outcomes::STALE
                    | Outcomes::WX
                    | Outcomes::DEADLOCK,
                    None,
                ) => {}
                (outcome, fault) => panic!("{choice:?}: {outcome:?} ends in {fault:?}"),
            }
            // The step before was still well.
            let before: Schedule = schedule.steps()[..schedule.len() - 1].iter().copied().collect();
            assert_eq!(end(&choice, &before).outcomes(), Outcomes::empty(), "{choice:?}");
        }
        // A search for this outcome alone, and one for any outcome, find a way of the same length.
        let steps = |aim| {
            let mut search = RaceSearch::new(RaceModel::new(&choice, aim).expect("it starts"), u32::MAX);
            search.run(u32::MAX);
            match search.verdict() {
                Verdict::Fails { schedule, .. } => Some(schedule.len()),
                verdict => {
                    assert!(matches!(verdict, Verdict::Safe { .. }), "{choice:?}: {verdict:?}");
                    None
                }
            }
        };
        assert_eq!(steps(Aim::Anything), found.shortest().map(Schedule::len), "{choice:?}");
        for (outcome, schedule) in &found.ways {
            assert_eq!(steps(Aim::Only(*outcome)), Some(schedule.len()), "{choice:?}");
        }
    }
    assert_eq!(shown, 457);
}

#[test]
fn a_search_of_whole_states_finds_the_same() {
    for (choice, _) in variants() {
        let model = || RaceModel::new(&choice, Aim::Everything).expect("it starts");
        let (mut whole, mut search) = (Search::new(model(), u32::MAX), RaceSearch::new(model(), u32::MAX));
        // States, transitions, depth.
        assert_eq!(whole.run(u32::MAX), search.run(u32::MAX), "{choice:?}");
        assert_eq!(whole.verdict(), search.verdict(), "{choice:?}");
        for property in 0..model().properties().len() {
            assert_eq!(whole.reached(property), search.reached(property), "{choice:?}");
        }
    }
}

#[test]
fn a_library_race_with_its_counterexample_is_a_short_link() {
    for race in RACES.into_iter().filter(|&race| race != &race::two_walkers::RACE) {
        let choice = Choice::first(race);
        let mut looked =
            RaceSearch::new(RaceModel::new(&choice, Aim::Only(race.aim)).expect("it starts"), u32::MAX);
        looked.run(u32::MAX);
        let schedule = match looked.verdict() {
            Verdict::Fails { schedule, .. } => schedule,
            _ => Schedule::default(),
        };
        let safe = verdicts::of(&choice).is_some_and(|expected| (expected & race.aim).is_empty());
        assert_eq!(schedule.is_empty(), safe, "{}", race.id);
        let step = schedule.len() as u32;
        let link = format!("#{}", RaceLink { choice, schedule, step });
        assert!(link.len() <= 200, "{link}");
        assert_eq!(parse(&link).to_string(), link[1..]);
    }
}

#[test]
fn the_numbers_of_states_stay() {
    for (link, states, ways) in [
        ("munmap/x86_64-4level/v6.17?lock=none", 1199, &["a19b10a2", "a20b14c2a"][..]),
        ("munmap/x86_64-4level/v6.17?lock=read", 1223, &["b4a20b6a2", "b4a21b10c2a"]),
        ("munmap/x86_64-4level/v6.17?lock=write", 202, &[]),
        ("munmap/openrisc/v6.17?lock=read", 677, &["b3a20b7a"]),
        ("hot-remove/arm64-4k-48/v6.17?lock=write&rule=no-hotplug", 470, &["a19b5a2", "a20b7a", "a26b4a"]),
        ("hot-remove/arm64-4k-48/v6.17?lock=write&rule=hotplug", 123, &[]),
        ("huge-vmap/x86_64-4level/v6.17?lock=write", 306, &["a27b2a2", "a28b4a"]),
        ("huge-vmap/arm64-4k-48/v6.18?lock=write", 463, &["a29b2a2"]),
        ("huge-vmap/x86_64-4level/v7.3?lock=write", 199, &[]),
        ("huge-vmap/arm64-4k-48/v7.3?lock=write&rule=trylock-key", 45, &["ab2ab4"]),
        ("set-prot/arm64-4k-48/v7.3?rule=no-mutex", 8128, &["a2ba31b2"]),
        ("stale-action/x86_64-4level/v7.1", 658, &["a20b5a12"]),
        ("pud-refault/x86_64-4level/v6.18", 191, &["a14b4a4"]),
        ("retract/x86_64-4level/v7.3?lock=write", 672, &[]),
        ("nested-read/x86_64-4level/v7.3", 10, &["aba"]),
    ] {
        let found = search(&parse(&format!("v1/race/{link}")).choice).expect("it starts");
        let found_ways: Vec<_> = found.ways.iter().map(|(_, schedule)| schedule.to_string()).collect();
        assert_eq!(
            (found.states, found_ways),
            (states, ways.iter().map(ToString::to_string).collect()),
            "{link}"
        );
    }
}

#[test]
fn every_step_of_every_race_is_told() {
    let mut told = HashSet::new();
    for (choice, _) in variants() {
        // But for the assertions, the words depend on neither the kernel nor the lock.
        if !told.insert((choice.race.id, choice.model.id, choice.rule.id)) {
            continue;
        }
        let mut session = Session::new(choice).expect("it starts");
        for round in 0..400 {
            let lane = (0..4).map(|next| Lane::ALL[(round / 5 + next) % 4]).find(|&lane| session.step(lane));
            let point = narrate::race::point(&session.moment(), choice.revision, choice.race);
            assert!(point.sentence.len() > 10, "{choice:?} {lane:?}: {}", point.sentence);
            assert!(point.lanes.iter().all(|lane| lane.says.len() > 5), "{choice:?}: {:?}", point.lanes);
            if lane.is_none() {
                break;
            }
        }
    }
    assert!(told.len() > 30, "{}", told.len());
}

/// Steps a lane until an event is `last`.
fn step_until(state: &mut State, lane: usize, last: impl Fn(&Event) -> bool) {
    for _ in 0..100 {
        assert_eq!(state.turn(Lane::ALL[lane]), Turn::Move, "lane {lane}");
        let mut events: Vec<Event> = Vec::new();
        state.step(Lane::ALL[lane], &mut events);
        if events.iter().any(&last) {
            return;
        }
    }
    panic!("lane {lane} never gets there");
}

fn start(race: Race, model: &str, revision: Revision, lock: LockMode) -> State {
    Choice::of(race, race.model(model), revision).with_lock(lock).start().expect("it starts")
}

#[test]
fn a_reader_that_queues_behind_munmap_reads_a_freed_pmd_table() {
    let mut state = start(&race::munmap::RACE, "x86_64-4level", Revision::V6_17, LockMode::Read);
    let is_lock = |event: &Event| matches!(event, Event::Lock { lock: LockName::Mmap(_), .. });
    step_until(&mut state, 1, is_lock);
    step_until(&mut state, 0, |event| matches!(event, Event::Wait { .. }));
    assert_eq!(state.turn(Lane::ALL[0]), Turn::Wait);
    step_until(&mut state, 1, |event| matches!(event, Event::Downgrade { .. }));
    step_until(&mut state, 0, is_lock);
    step_until(&mut state, 0, |event| matches!(event, Event::RcuUnlock));
    step_until(&mut state, 1, |event| matches!(event, Event::Unlock { lock: LockName::Mmap(_), .. }));
    step_until(&mut state, 2, |event| matches!(event, Event::Free { level: Level::Pte, .. }));
    step_until(&mut state, 2, |event| matches!(event, Event::Free { level: Level::Pmd, .. }));
    step_until(&mut state, 0, |event| matches!(event, Event::Fault(_)));
    assert_eq!(state.outcomes(), Outcomes::UAF_PMD);
}

#[test]
fn a_huge_vmap_frees_the_pte_table_that_a_writer_has_mapped() {
    let mut state = start(&race::huge_vmap::RACE, "x86_64-4level", Revision::V6_17, LockMode::Write);
    step_until(&mut state, 0, |event| matches!(event, Event::Map { .. }));
    step_until(&mut state, 1, |event| matches!(event, Event::Free { .. }));
    step_until(&mut state, 0, |event| matches!(event, Event::Fault(_)));
    assert_eq!(state.outcomes(), Outcomes::UAF_PTE);
}

#[test]
fn arm64s_mitigation_delays_the_free_and_leaves_a_wild_read() {
    let mut state = start(&race::huge_vmap::RACE, "arm64-4k-48", Revision::V6_18, LockMode::Write);
    let tested = |event: &Event| matches!(event, Event::Read { level: Level::Pmd, test: Test::Present, .. });
    step_until(&mut state, 0, tested);
    step_until(&mut state, 1, |event| matches!(event, Event::Wait { .. }));
    step_until(&mut state, 0, |event| matches!(event, Event::Fault(_)));
    let fault = state.fault().expect("a fault");
    assert!(matches!(fault, Fault::WildRead { level: Level::Pte, entry: EntryKind::None, .. }), "{fault}");
}

#[test]
fn a_trylock_and_arm64s_mitigation_wait_for_each_other() {
    let choice =
        Choice::of(&race::huge_vmap::RACE, race::huge_vmap::RACE.model("arm64-4k-48"), Revision::V7_3);
    let mut state = choice.with_lock(LockMode::Write).with_rule("trylock-key").start().expect("it starts");
    step_until(&mut state, 0, |event| matches!(event, Event::Act(_)));
    step_until(&mut state, 1, |event| matches!(event, Event::Lock { .. }));
    step_until(&mut state, 0, |event| matches!(event, Event::Wait { mode: LockMode::Write, .. }));
    step_until(&mut state, 1, |event| matches!(event, Event::Wait { mode: LockMode::Read, .. }));
    let turns = Lane::ALL.map(|lane| state.turn(lane));
    assert_eq!(turns[..3], [Turn::Wait, Turn::Wait, Turn::Done]);
}

#[test]
fn while_a_dump_runs_huge_vmaps_fall_back_to_small_pages() {
    let mut state = start(&race::huge_vmap::RACE, "x86_64-4level", Revision::V7_3, LockMode::Write);
    step_until(&mut state, 0, |event| {
        matches!(event, Event::Enter { func: Func::WalkRange(Level::Pgd), .. })
    });
    step_until(&mut state, 1, |event| matches!(event, Event::TryLockFailed { .. }));
    step_until(&mut state, 1, |event| matches!(event, Event::Write { level: Level::Pte, .. }));
    assert_eq!(state.turn(Lane::ALL[1]), Turn::Done);
    while state.turn(Lane::ALL[0]) == Turn::Move {
        state.step(Lane::ALL[0], &mut ());
    }
    assert_eq!(state.cpus()[0].status(), Status::Done(0));
}

/// A state for a checker that wants to send it between threads, which page tables that share memory cannot be: the race, and the
/// lanes that moved. Equal when what they lead to is.
#[derive(Clone, Debug)]
struct Moved(Choice, Vec<usize>);

impl Moved {
    fn state(&self) -> State {
        let mut state = self.0.start().expect("it starts");
        for &lane in &self.1 {
            state.step(Lane::ALL[lane], &mut ());
        }
        state
    }
}

impl PartialEq for Moved {
    fn eq(&self, other: &Self) -> bool {
        self.state() == other.state()
    }
}

impl Eq for Moved {}

impl Hash for Moved {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.state().hash(hasher);
    }
}

/// A race as a model of the other checker, which looks for one thing or for nothing.
struct Theirs(Choice, Outcomes);

impl stateright::Model for Theirs {
    type State = Moved;
    type Action = usize;

    fn init_states(&self) -> Vec<Moved> {
        vec![Moved(self.0, Vec::new())]
    }

    fn actions(&self, moved: &Moved, actions: &mut Vec<usize>) {
        let state = moved.state();
        actions.extend((0..4).filter(|&lane| state.turn(Lane::ALL[lane]) == Turn::Move));
    }

    fn next_state(&self, last: &Moved, lane: usize) -> Option<Moved> {
        let mut moved = last.clone();
        moved.1.push(lane);
        Some(moved)
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        vec![stateright::Property::always("never", |theirs: &Self, moved: &Moved| {
            let state = moved.state();
            let turns = Lane::ALL.map(|lane| state.turn(lane));
            let deadlock = turns.contains(&Turn::Wait) && !turns.contains(&Turn::Move);
            let waits = if deadlock { Outcomes::DEADLOCK } else { Outcomes::empty() };
            !(state.outcomes() | waits).intersects(theirs.1)
        })]
    }
}

#[test]
fn another_checker_agrees() {
    for link in [
        "munmap/openrisc/v6.17?lock=read",
        "huge-vmap/arm64-4k-48/v6.18?lock=write",
        "huge-vmap/x86_64-4level/v7.3?lock=write",
        "huge-vmap/arm64-4k-48/v7.3?lock=write&rule=trylock-key",
        "stale-action/x86_64-4level/v7.1",
    ] {
        let choice = parse(&format!("v1/race/{link}")).choice;
        let check = |aim| stateright::Model::checker(Theirs(choice, aim)).spawn_bfs().join();
        let steps = |aim| check(aim).discovery("never").map(|path| path.into_actions().len());
        let found = search(&choice).expect("it starts");
        if !found.outcomes.contains(Outcomes::DEADLOCK) {
            assert_eq!(check(Outcomes::empty()).unique_state_count(), found.states as usize, "{link}");
        }
        for outcome in Outcomes::all().iter() {
            let ours = found.ways.iter().find(|(of, _)| *of == outcome).map(|(_, schedule)| schedule.len());
            assert_eq!(steps(outcome), ours, "{link}: {outcome:?}");
        }
    }
}

#[test]
fn a_search_in_slices_finds_the_same() {
    let choice = parse("v1/race/munmap/x86_64-4level/v6.17?lock=read").choice;
    let run = |fuel| {
        let mut search =
            RaceSearch::new(RaceModel::new(&choice, Aim::Anything).expect("it starts"), u32::MAX);
        while !search.run(fuel).ended {}
        search.verdict()
    };
    let whole = run(u32::MAX);
    assert!(matches!(whole, Verdict::Fails { broken: Broken::Property(1), .. }), "{whole:?}");
    assert_eq!(run(7), whole);
}
