//! Per-VMA locks during a walk: kernel-facts 2.3.1 and 3.1.2.

use super::areas::*;
use super::order::Locking;
use super::*;
use crate::{By, WalkLock};

fn two_areas() -> World {
    let mut world = with_areas(tree(), &[area(0, 0x1000), area(0x1000, 0x2000)]);
    world.preset_lock(MmId::USER, Task::Walker, LockMode::Write);
    world
}

fn held(world: &World) -> Vec<LockMode> {
    world.vmas().map(|(_, vma)| vma.held_by(Task::Walker)).collect()
}

#[test]
fn a_writers_walk_locks_each_area_before_it_asks_whether_to_walk_it() {
    for revision in having(|rules| rules.vma_locks) {
        let mut world = two_areas();
        let callbacks = Callbacks::PTE_ENTRY | Callbacks::TEST_WALK;
        let ops = Locking(WalkLock::Wrlock, returning(callbacks, [(Callback::TestWalk, 1)]));
        assert_eq!(
            calls(range_walk(revision, 0, 0x2000), &mut world, ops),
            ["write-lock vma0, was none", "test 0-1000", "write-lock vma1, was none", "test 1000-2000",],
            "{revision:?}"
        );
        // Skipped or not: they stay locked until the mm's lock is released.
        assert_eq!(held(&world), [LockMode::Write; 2]);
    }
}

#[test]
fn a_second_write_lock_finds_the_first() {
    let mut world = two_areas();
    for was in ["none", "write"] {
        let ops = Locking(WalkLock::Wrlock, looking(Callbacks::PTE_ENTRY));
        let found = calls(range_walk(Revision::V7_3, 0, 0x1000), &mut world, ops);
        assert_eq!(found, [format!("write-lock vma0, was {was}"), "pte 0-1000".to_string()]);
    }
}

#[test]
fn areas_are_asserted_one_after_the_other() {
    for (walk_lock, by, mm_ok) in [
        (WalkLock::WrlockVerify, By::VmaAssertWriteLocked, true),
        (WalkLock::VmaRdlockVerify, By::VmaAssertLocked, true),
    ] {
        let mut world = two_areas();
        let first = nth(&world, 0);
        world.vma_mut(first).expect("it is there").lock.preset(Task::Walker, LockMode::Write);
        let mut walk = range_walk(Revision::V7_3, 0, 0x2000);
        let ops = &mut Locking(walk_lock, looking(Callbacks::PTE_ENTRY));
        let (events, _) = events(&mut walk, &mut world, ops);
        let found: Vec<_> = events
            .iter()
            .filter_map(|event| match *event {
                Event::Assert { lock: LockName::Vma(vma), seen, by, .. } => {
                    Some((Some(vma.index()), seen.lockdep_ok, by))
                }
                Event::Assert { seen, by, .. } if by != By::Walk && by != By::FindVma => {
                    Some((None, seen.lockdep_ok, by))
                }
                _ => None,
            })
            .collect();
        let expected =
            [(None, mm_ok, by), (Some(0), true, By::Walk), (None, mm_ok, by), (Some(1), false, By::Walk)];
        assert_eq!(found, expected, "{walk_lock:?}");
    }
}

#[test]
fn where_areas_have_no_locks_none_is_taken_or_asserted() {
    for walk_lock in WalkLock::ALL {
        let world = empty_world("openrisc");
        let mut world = with_areas(world, &[area(0, 0x2000)]);
        let ops = &mut Locking(walk_lock, looking(Callbacks::PTE_HOLE));
        let (events, _) = events(&mut range_walk(Revision::V7_3, 0, 0x2000), &mut world, ops);
        let about_vma = |event: &Event| {
            matches!(event, Event::VmaStartWrite { .. } | Event::Assert { lock: LockName::Vma(_), .. })
        };
        assert!(!events.iter().any(about_vma), "{walk_lock:?}");
    }
}

#[test]
fn a_write_lock_waits_until_others_have_left_the_area() {
    let mut world = two_areas();
    let first = nth(&world, 0);
    for others_and_own in [LockMode::None, LockMode::Read] {
        let mut lock = mm::Rwsem::default();
        lock.down_read(Task::Other).expect("it is free");
        if others_and_own == LockMode::Read {
            lock.down_read(Task::Walker).expect("readers share");
        }
        world.vma_mut(first).expect("it is there").lock = lock;
        let mut walk = range_walk(Revision::V7_3, 0, 0x1000);
        let mut ops = Locking(WalkLock::Wrlock, looking(Callbacks::PTE_ENTRY));
        let (said, status) = events(&mut walk, &mut world, &mut ops);
        assert_eq!(status, Status::Waiting(LockName::Vma(first)));
        assert!(!said.iter().any(|event| matches!(event, Event::VmaStartWrite { .. })));
        world.vma_mut(first).expect("it is there").lock.up(Task::Other);
        let (_, status) = events(&mut walk, &mut world, &mut ops);
        assert_eq!((status, held(&world)[0]), (Status::Done(0), LockMode::Write));
        assert_eq!(world.vma(first).expect("it is there").held_by(Task::Other), LockMode::None);
    }
}

#[test]
fn each_step_says_one_thing_whatever_is_locked() {
    for walk_lock in WalkLock::ALL {
        for revision in Revision::ALL {
            for entry in [EntryPoint::Range, EntryPoint::RangeVma, EntryPoint::Vma] {
                let mut world = two_areas();
                let mut walk = match entry {
                    EntryPoint::Range => range_walk(revision, 0, 0x2000),
                    _ => area_walk(entry, revision, &world, 0, (0, 0x1000)),
                };
                let mut ops = Locking(walk_lock, looking(Callbacks::PTE_ENTRY));
                let said = said_by_steps(&mut walk, &mut world, &mut ops);
                assert!(said.iter().all(|&events| events == 1), "{walk_lock:?} {revision:?} {entry:?}");
                assert_eq!(walk.status(), Status::Done(0), "{walk_lock:?} {revision:?} {entry:?}");
            }
        }
    }
}
