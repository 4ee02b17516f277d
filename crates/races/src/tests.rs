//! The parts of races, one by one. What a search finds in them is compared in `tests/races.rs`, at the top of the repository.

extern crate std;

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use explore::{Lane, Schedule, Turn};
use mm::{LockMode, MmId};
use pagewalk::{Event, Fault, LockName, Revision, Status};
use pgtable::Level;

use super::*;
use crate::race::{collapse, hot_remove, huge_vmap, munmap, set_prot};
use actors::Actor;

fn choice(race: Race, model: &str, revision: Revision) -> Choice {
    Choice::of(race, pgtable::model(model).expect("a known model"), revision)
}

/// The small machines on which races are tried here; those of one architecture behave alike.
const MACHINES: [&str; 5] = ["x86_64-4level", "x86_64-5level", "arm64-4k-48", "riscv64-sv39", "openrisc"];

/// An event of another CPU in short words.
fn told(event: &Event) -> String {
    let lock_name = |lock| match lock {
        LockName::Mmap(MmId::INIT_MM) => "init_mm",
        LockName::Mmap(_) => "mm",
        LockName::Vma(_) => "vma",
        LockName::Ptl(_) => "ptl",
        LockName::PageTable(_) => "page tables",
        _ => "other lock",
    };
    match *event {
        Event::Lock { lock, mode, .. } => format!("+{}:{}", lock_name(lock), mode.name()),
        Event::Unlock { lock, .. } => format!("-{}", lock_name(lock)),
        Event::VmaStartWrite { .. } => "+vma:write".into(),
        Event::Downgrade { lock } => format!("down {}", lock_name(lock)),
        Event::TryLockFailed { lock } => format!("no {}", lock_name(lock)),
        Event::Wait { lock, .. } => format!("wait {}", lock_name(lock)),
        Event::Write { level, is, .. } => {
            format!("{} {}", level.name(), if is.0 == 0 { "clear" } else { "set" })
        }
        Event::Read { level, verdict, .. } => format!("{}? {verdict}", level.name()),
        Event::Free { level, how, .. } => format!("free {} {how:?}", level.name()),
        Event::Flush(_) => "flush".into(),
        Event::Act(_) => "act".into(),
        other => format!("{other:?}"),
    }
}

/// What a schedule makes the lanes do but the first, and where it ends.
fn run(choice: &Choice, schedule: &str) -> (Vec<String>, State) {
    let mut state = choice.start().expect("it starts");
    let mut told_of = Vec::new();
    for &lane in schedule.parse::<Schedule>().expect("a schedule").steps() {
        assert_eq!(state.turn(lane), Turn::Move, "{lane} after {told_of:?}");
        let mut events: Vec<Event> = Vec::new();
        state.step(lane, &mut events);
        assert_eq!(events.len(), 1, "{lane} after {told_of:?}");
        if lane.index() > 0 {
            told_of.push(told(&events[0]));
        }
    }
    (told_of, state)
}

#[test]
fn munmap_frees_in_the_kernels_order() {
    let (told, state) = run(&choice(&munmap::RACE, "x86_64-4level", Revision::V7_3), "b15c2");
    assert_eq!(
        told.join(", "),
        "+mm:write, +vma:write, act, down mm, +ptl:write, pte clear, -ptl, pmd clear, free pte Queued, pud clear, \
         free pmd Queued, flush, free pte Rcu, free pmd Rcu, -mm, free pte Now, free pmd Now"
    );
    assert_eq!(state.turn(Lane::ALL[1]), Turn::Done);
    // Without RCU, without a pmd table, and without a VMA lock.
    let (told, _) = run(&choice(&munmap::RACE, "openrisc", Revision::V7_3).with_rule("no-downgrade"), "b10");
    assert_eq!(
        told.join(", "),
        "+mm:write, act, +ptl:write, pte clear, -ptl, pmd clear, free pte Queued, flush, free pte Now, -mm"
    );
}

#[test]
fn hot_remove_frees_before_it_clears_but_on_arm64() {
    let order = |model, schedule| {
        let (told, _) = run(&choice(&hot_remove::RACE, model, Revision::V7_3), schedule);
        let kept = ["pmd clear", "pud clear", "free pte Now", "free pmd Now", "+page tables:write"];
        told.into_iter().filter(|word| kept.contains(&word.as_str())).collect::<Vec<_>>().join(", ")
    };
    let x86 = "free pte Now, +page tables:write, pmd clear, free pmd Now, +page tables:write, pud clear";
    assert_eq!(order("x86_64-4level", "b11"), x86);
    assert_eq!(order("riscv64-sv48", "b7"), "free pte Now, pmd clear, free pmd Now, pud clear");
    // Every process has a copy of the entry that leads to the pmd table.
    assert_eq!(order("riscv64-sv39", "b5"), "free pte Now, pmd clear");
    assert_eq!(order("arm64-4k-48", "b8"), "pmd clear, free pte Now, pud clear, free pmd Now");
}

#[test]
fn a_huge_vmap_that_finds_a_dump_running_maps_small_pages() {
    let choice = choice(&huge_vmap::RACE, "x86_64-4level", Revision::V7_3).with_lock(LockMode::Write);
    let (told, state) = run(&choice, "b7a");
    assert_eq!(
        told.join(", "),
        "pmd? true, +init_mm:read, pmd clear, flush, free pte Now, pmd set, -init_mm"
    );
    assert_eq!(state.turn(Lane::ALL[1]), Turn::Done);
    let (told, state) = run(&choice, "ab3");
    assert_eq!(told.join(", "), "pmd? true, no init_mm, pte set");
    assert_eq!(state.turn(Lane::ALL[1]), Turn::Done);
}

#[test]
fn arm64s_mitigation_looks_at_the_key_and_lets_a_dump_finish() {
    let choice = choice(&huge_vmap::RACE, "arm64-4k-48", Revision::V6_18).with_lock(LockMode::Write);
    assert_eq!(choice.rule.id, "key");
    let (told, _) = run(&choice, "b6");
    assert_eq!(told.join(", "), "pmd? true, pmd clear, flush, act, free pte Now, pmd set");
    let (told, state) = run(&choice, "a2b5");
    assert_eq!(told.join(", "), "pmd? true, pmd clear, flush, act, wait init_mm");
    let held = state.waits_for(Lane::ALL[1]).expect("it waits");
    assert_eq!(held, (LockName::Mmap(MmId::INIT_MM), Some((mm::Task::Walker, LockMode::Write))));
}

#[test]
fn a_freed_table_ends_the_race() {
    let choice = choice(&munmap::RACE, "openrisc", Revision::V6_17).with_lock(LockMode::None);
    let (_, state) = run(&choice, "a19b11a");
    let fault = state.fault().expect("it ends badly");
    assert!(matches!(fault, Fault::UseAfterFree { level: Level::Pte, .. }), "{fault}");
    assert_eq!(state.outcomes(), Outcomes::UAF_PTE);
    assert!(Lane::ALL.into_iter().all(|lane| state.turn(lane) == Turn::Done));
}

#[test]
fn the_page_that_one_cpu_protects_is_lost_when_another_splits_as_well() {
    let choice = choice(&set_prot::RACE, "arm64-4k-48", Revision::V7_3);
    let (_, state) = run(&choice.with_rule("no-mutex"), "a2ba31b2");
    assert_eq!(state.outcomes(), Outcomes::LOST);
    let (_, state) = run(&choice, "a2");
    assert_eq!(state.turn(Lane::ALL[1]), Turn::Wait, "with the mutex it waits");
}

/// Goes on with whoever can move, in an order that depends on `seed`, and checks each step.
fn wander(choice: &Choice, mut seed: u64) {
    let mut state = choice.start().expect("it starts");
    for _ in 0..1_000 {
        let lanes: Vec<Lane> = Lane::ALL.into_iter().filter(|&lane| state.turn(lane) == Turn::Move).collect();
        for lane in Lane::ALL.into_iter().filter(|lane| !lanes.contains(lane)) {
            let mut events: Vec<Event> = Vec::new();
            let before = state.clone();
            state.step(lane, &mut events);
            assert_eq!((&state, events.len()), (&before, 0), "{choice:?}: who cannot move does nothing");
        }
        if lanes.is_empty() {
            break;
        }
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let lane = lanes[(seed >> 33) as usize % lanes.len()];
        let mut events: Vec<Event> = Vec::new();
        state.step(lane, &mut events);
        assert_eq!(events.len(), 1, "{choice:?}: a step says one thing");
    }
    if state.fault().is_some() || Lane::ALL.into_iter().any(|lane| state.turn(lane) == Turn::Wait) {
        return;
    }
    let world = &state.world;
    assert!(world.mms().all(|(_, mm)| mm.mmap_lock.holder().is_none() && mm.page_table_lock.is_none()));
    assert!(world.vmas().all(|(_, vma)| vma.lock.holder().is_none()));
    assert!(world.ptls.is_empty() && world.hotplug.holder().is_none() && world.i_mmap.holder().is_none());
    assert!(world.cpa_lock.is_none() && world.pgtable_split_lock.is_none() && world.ptdump_key == 0);
    assert!(world.frames.rcu().is_empty() && world.frames.readers().is_empty(), "{choice:?}");
}

#[test]
fn a_step_says_one_thing_and_at_the_end_everything_is_released() {
    for race in RACES {
        for choice in Choice::every(race) {
            let kernels = [Revision::V6_18, Revision::V7_3];
            if MACHINES.contains(&choice.model.id) && kernels.contains(&choice.revision) {
                (0..3).for_each(|seed| wander(&choice, seed));
            }
        }
    }
}

#[test]
fn what_does_not_happen_says_so() {
    let start = |race, model, revision| {
        choice(race, model, revision).start().map(|_| ()).map_err(|why| why.to_string())
    };
    assert_eq!(
        start(&collapse::RACE, "arm64-4k-48", Revision::V7_3),
        Err("this race does not happen on arm64, 4K pages, 48-bit addresses".into())
    );
    assert_eq!(
        start(&set_prot::RACE, "arm64-4k-48", Revision::V6_17),
        Err("this race does not happen in v6.17 on this machine: arm64 walks without a lock to change permissions only since v6.18 \
             (update_range_prot())"
            .into())
    );
}

#[test]
fn a_schedule_runs_as_one_actor() {
    let choice = choice(&munmap::RACE, "openrisc", Revision::V6_17);
    let play = |schedule: &str| {
        let schedule = schedule.parse().expect("a schedule");
        let (mut world, mut all) = Scheduled::new(choice.start().expect("it starts"), schedule);
        let mut events: Vec<Event> = Vec::new();
        let mut status = Status::Running;
        for _ in 0..100 {
            let before = events.len();
            status = all.step(&mut world, &mut events);
            if status != Status::Running || events.len() == before {
                break;
            }
        }
        (status, events.len(), all.last(), all.state(&world).outcomes())
    };
    let (status, steps, last, outcomes) = play("a19b11a");
    assert!(matches!(status, Status::Faulted(Fault::UseAfterFree { .. })));
    assert_eq!((steps, last, outcomes), (31, Some(Lane::ALL[0]), Outcomes::UAF_PTE));
    assert_eq!(play("a3b2").0, Status::Done(0));
    assert_eq!((play("a3ca").0, play("a3ca").1), (Status::Running, 3), "RCU has nothing to do there");
}

#[test]
fn names_are_found_again_and_each_is_one() {
    let name = |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    for (nth, race) in RACES.into_iter().enumerate() {
        assert_eq!(RaceDef::from_id(race.id), Some(race));
        assert!(name(race.id) && RACES[..nth].iter().all(|other| other.id != race.id), "{race:?}");
        for (nth, rule) in race.rules.iter().enumerate() {
            assert_eq!(Choice::first(race).with_rule(rule.id).rule, rule);
            assert!(name(rule.id) && race.rules[..nth].iter().all(|other| other.id != rule.id), "{race:?}");
            // The only rule of a race is no choice, and has no words.
            assert_eq!(rule.id.is_empty(), race.rules.len() == 1, "{race:?}");
            assert_eq!(rule.title.is_empty(), rule.id.is_empty(), "{race:?} {rule:?}");
        }
    }
    assert_eq!(RaceDef::from_id("dragon"), None);
}

#[test]
fn every_race_starts_as_it_is_offered_and_a_kernel_follows_one_rule() {
    for race in RACES {
        let (choice, first) = (Choice::first(race), &race.first);
        let offered = (choice.model.id, choice.revision, choice.lock, choice.rule.id);
        assert_eq!(offered, (first.model, first.kernel, first.lock, first.rule), "{race:?}");
        assert!(race.locks.contains(&choice.lock), "{race:?}");
        assert!(choice.start().is_ok(), "{race:?}");
        for Choice { model, revision, .. } in Choice::every(race) {
            let follows = race.rules.iter().filter(|rule| (rule.of_kernel)(revision, model));
            assert_eq!(follows.count(), 1, "{race:?} {model:?} {revision:?}");
        }
    }
}

#[test]
fn every_variant_starts() {
    for race in RACES {
        Choice::every(race).for_each(|choice| assert!(choice.start().is_ok(), "{choice:?}"));
    }
}

#[test]
fn another_kernel_brings_its_own_rule_unless_one_was_chosen() {
    let x86 = choice(&huge_vmap::RACE, "x86_64-4level", Revision::V6_17);
    assert_eq!(x86.rule.id, "nothing");
    assert_eq!(x86.with_kernel(Revision::V7_3, x86.model).rule.id, "trylock");
    let arm64 = pgtable::model("arm64-4k-48").expect("a known model");
    assert_eq!(x86.with_kernel(Revision::V6_18, arm64).rule.id, "key");
    let chosen = x86.with_rule("blocking").with_kernel(Revision::V7_3, arm64);
    assert_eq!(
        (chosen.rule.id, chosen.revision, chosen.model.id),
        ("blocking", Revision::V7_3, "arm64-4k-48")
    );
}
