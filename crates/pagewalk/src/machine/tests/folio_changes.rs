//! `folio_walk_start()` while other tasks change what it reads and hold what it locks: kernel-facts 2.3.11.

use super::folio::{ABSENT, ADDR, folio_walk, mapped, with_entry};
use super::*;
use crate::FolioFlags;

/// What a walk says when another task writes `value` right after the unlocked read of a pud or pmd.
fn changed_before_the_lock(table: u64, level: Level, was: u64, value: u64) -> Vec<String> {
    let mut world = with_entry(table, 0, was);
    let walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
    interrupted(
        walk,
        &mut world,
        Callbacks::empty(),
        |event| matches!(event, Event::Read { level: of, .. } if of == level),
        |world| set_entry(world, table, 0, value),
    )
}

#[test]
fn a_huge_page_that_vanishes_before_its_lock_is_taken_is_not_found() {
    let expected = ["page_table_lock lock", "page_table_lock unlock", "nothing"];
    assert_eq!(changed_before_the_lock(PUD, Level::Pud, LARGE, 0), expected);
    assert_eq!(changed_before_the_lock(PMD, Level::Pmd, LARGE, 0), ["ptl lock", "ptl unlock", "nothing"]);
    // Swapped out meanwhile: not present, and nothing that is asked for.
    assert_eq!(changed_before_the_lock(PUD, Level::Pud, LARGE, ABSENT), expected);
    assert_eq!(
        changed_before_the_lock(PMD, Level::Pmd, LARGE, ABSENT),
        ["ptl lock", "ptl unlock", "nothing"]
    );
}

#[test]
fn a_huge_page_that_becomes_a_table_before_its_lock_is_taken_is_gone_into() {
    let found =
        ["rcu lock", "ptl lock", "map lock 1234", "found pte page 101000", "ptl unlock", "rcu unlock"];
    for (table, level, value, lock) in
        [(PUD, Level::Pud, x86(PMD), "page_table_lock"), (PMD, Level::Pmd, x86(PTE), "ptl")]
    {
        for was in [LARGE, ABSENT] {
            let told = changed_before_the_lock(table, level, was, value);
            assert_eq!(told[..2], [format!("{lock} lock"), format!("{lock} unlock")]);
            assert_eq!(told[2..], found);
        }
    }
}

#[test]
fn a_table_that_becomes_huge_before_it_is_mapped_is_not_found() {
    assert_eq!(
        changed_before_the_lock(PMD, Level::Pmd, x86(PTE), LARGE),
        ["rcu lock", "map lock 1234 failed", "rcu unlock", "nothing"]
    );
    assert_eq!(
        changed_before_the_lock(PMD, Level::Pmd, x86(PTE), 0),
        ["rcu lock", "map lock 1234 failed", "rcu unlock", "nothing"]
    );
}

#[test]
fn a_table_that_is_replaced_before_its_lock_is_taken_is_left_for_the_new_one() {
    let mut world = mapped();
    set_entry(&mut world, PTE_2, 1, 0x55_5063);
    let walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
    let told = interrupted(
        walk,
        &mut world,
        Callbacks::empty(),
        |event| matches!(event, Event::Lock { lock: LockName::Ptl(_), .. }),
        |world| set_entry(world, PMD, 0, x86(PTE_2)),
    );
    assert_eq!(
        told,
        [
            "rcu lock",
            "ptl lock",
            "ptl unlock",
            "rcu unlock",
            "rcu lock",
            "ptl lock",
            "map lock 1234",
            "found pte page 555000",
            "ptl unlock",
            "rcu unlock"
        ]
    );
}

#[test]
fn a_lock_that_another_task_holds_is_waited_for() {
    for (table, value, lock) in [
        (PUD, LARGE, LockName::PageTable(MmId::USER)),
        (PMD, LARGE, LockName::Ptl(PhysAddr(PMD))),
        (PMD, x86(PTE), LockName::Ptl(PhysAddr(PTE))),
    ] {
        let mut world = with_entry(table, 0, value);
        world.lock_page_tables(MmId::USER, Task::Other).expect("it is free");
        for table in [PMD, PTE] {
            world.lock_ptl(PhysAddr(table), Task::Other).expect("it is free");
        }
        let mut walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
        let (_, status) = events(&mut walk, &mut world, &mut looking(Callbacks::empty()));
        assert_eq!(status, Status::Waiting(lock));
        assert_eq!(walk.waits_for(&world), Some(lock));
        world.unlock_page_tables(MmId::USER);
        for table in [PMD, PTE] {
            world.unlock_ptl(PhysAddr(table));
        }
        assert_eq!(walk.waits_for(&world), None);
        let (said, status) = events(&mut walk, &mut world, &mut looking(Callbacks::empty()));
        assert_eq!(status, Status::Done(0));
        assert!(said.iter().any(|event| matches!(event, Event::FolioFound(Some(_)))));
    }
}
