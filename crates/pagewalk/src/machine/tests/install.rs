//! Walks that install entries (v6.13 on): kernel-facts 2.3.2, 2.4.1, 2.4.3 and 6.5.

use super::areas::*;
use super::*;
use crate::{Action, ENOMEM, Test};

const INSTALL: Callbacks = Callbacks::INSTALL_PTE;
/// What is installed.
const GUARD: u64 = 0x77;

/// The kernels that have `install_pte`, each with the function that may use it.
fn installers() -> impl Iterator<Item = Revision> {
    having(|rules| rules.checks_ops)
}

fn install_walk(revision: Revision, start: u64, end: u64) -> Walk {
    walk(EntryPoint::RangeMm, revision, Some(MmId::USER), start, end)
}

/// Callbacks that hand out [`GUARD`], and answer with `ret` from the n-th `install_pte` on.
fn guarding(callbacks: Callbacks, nth: u32, ret: i32) -> Ops<impl FnMut(&Call, &mut World) -> Reply> {
    let mut asked = 0;
    Ops {
        callbacks: callbacks | INSTALL,
        react: move |call: &Call, _: &mut World| {
            asked += u32::from(call.callback == Callback::InstallPte);
            let now = call.callback == Callback::InstallPte && nth != 0 && asked >= nth;
            Reply { ret: if now { ret } else { 0 }, pte: RawEntry(GUARD), ..Reply::default() }
        },
    }
}

fn with_tree(changes: &[(u64, u32, u64)]) -> World {
    let mut world = with_areas(tree(), &[area(0, 0x8000_0000)]);
    for &(table, slot, value) in changes {
        set_entry(&mut world, table, slot, value);
    }
    world
}

#[test]
fn tables_are_made_from_the_root_down_to_the_pte() {
    for revision in installers() {
        let mut world = with_areas(empty_world("x86_64-5level"), &[area(0, 0x2000)]);
        let found = calls(install_walk(revision, 0, 0x2000), &mut world, guarding(Callbacks::empty(), 0, 0));
        assert_eq!(
            found,
            [
                "alloc p4d 0",
                "alloc pud 0",
                "alloc pmd 0",
                "alloc pte 0",
                "install 0-1000",
                "set 0 = 77",
                "cache 0",
                "install 1000-2000",
                "set 1000 = 77",
                "cache 1000"
            ],
            "{revision:?}"
        );
        let mut table = ROOT;
        for _ in 0..4 {
            table = entry_at(&world, table, 0) & !0xfff;
        }
        assert_eq!([0, 1, 2].map(|slot| entry_at(&world, table, slot)), [GUARD, GUARD, 0]);
    }
}

#[test]
fn the_callbacks_of_new_tables_are_called() {
    let mut world = with_areas(empty_world("x86_64-4level"), &[area(0, 0x1000)]);
    let callbacks = Callbacks::PGD_ENTRY | Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE;
    assert_eq!(
        calls(install_walk(Revision::V7_3, 0, 0x1000), &mut world, guarding(callbacks, 0, 0)),
        // No hole: what is missing is made.
        [
            "pgd 0-1000",
            "alloc pud 0",
            "alloc pmd 0",
            "pud 0-1000",
            "alloc pte 0",
            "pmd 0-1000",
            "install 0-1000",
            "set 0 = 77",
            "cache 0"
        ]
    );
}

#[test]
fn a_gap_stays_a_gap() {
    let mut world = with_areas(tree(), &[area(0x2000, 0x3000)]);
    let found =
        calls(install_walk(Revision::V7_3, 0x1000, 0x3000), &mut world, guarding(Callbacks::PTE_HOLE, 0, 0));
    assert_eq!(found[0], "hole-1 1000-2000");
    assert_eq!(found.iter().filter(|words| words.starts_with("set")).count(), 1);
}

#[test]
fn an_entry_that_is_there_is_called_and_kept() {
    // Slots 0 and 1 are mapped, 2 is not.
    for revision in installers() {
        let mut world = with_tree(&[]);
        let ops = guarding(Callbacks::PTE_ENTRY, 0, 0);
        let found = calls(install_walk(revision, 0x1000, 0x3000), &mut world, ops);
        assert_eq!(
            found,
            ["pte 1000-2000", "install 2000-3000", "set 2000 = 77", "cache 2000"],
            "{revision:?}"
        );
        assert_eq!(entry_at(&world, PTE, 1), 0x10_1063);
    }
}

#[test]
fn an_entry_that_is_there_without_a_callback_for_it_is_a_call_of_null() {
    for revision in installers() {
        let found =
            calls(install_walk(revision, 0, 0x1000), &mut with_tree(&[]), guarding(Callbacks::empty(), 0, 0));
        assert_eq!(found.last().map(String::as_str), Some("fault: NULL call"), "{revision:?}");
    }
}

#[test]
fn a_huge_page_stays_whole_if_nothing_but_installing_is_wanted() {
    for (table, callbacks, expected) in [
        (PMD, Callbacks::empty(), &[][..]),
        (PUD, Callbacks::empty(), &[]),
        (PUD, Callbacks::PUD_ENTRY, &["pud 0-1000"]),
        // A callback below wants it split.
        (PMD, Callbacks::PTE_ENTRY, &["split pmd 0: table", "pte 0-1000"]),
    ] {
        for revision in installers() {
            let mut world = with_tree(&[(table, 0, LARGE)]);
            let found = calls(install_walk(revision, 0, 0x1000), &mut world, guarding(callbacks, 0, 0));
            assert_eq!(found, expected, "{revision:?}");
        }
    }
}

#[test]
fn present_is_asked_before_huge_and_what_is_absent_is_met_like_any_other() {
    for (value, expected) in [
        (LARGE, &[(Test::InstallPresent, true), (Test::InstallHuge, true)][..]),
        (x86(PTE_2), &[(Test::InstallPresent, true), (Test::InstallHuge, false)]),
        (0x200, &[(Test::InstallPresent, false)]),
    ] {
        let mut world = with_tree(&[(PMD, 0, value)]);
        let mut walk = install_walk(Revision::V7_3, 0x1000, 0x2000);
        let (events, _) = events(&mut walk, &mut world, &mut guarding(Callbacks::empty(), 0, 0));
        let tests: Vec<_> = events
            .iter()
            .filter_map(|event| match *event {
                Event::Read { level: Level::Pmd, test, verdict, .. } => Some((test, verdict)),
                _ => None,
            })
            .filter(|(test, _)| matches!(test, Test::InstallPresent | Test::InstallHuge))
            .collect();
        assert_eq!(tests, expected, "{value:x}");
    }
}

#[test]
fn a_folded_pud_is_neither_tested_nor_kept_whole() {
    // With 64K pages and two levels the pmd is the root: everything above is constant.
    let mut world = with_areas(empty_world("arm64-64k-42"), &[area(0, 0x1_0000)]);
    let mut walk = install_walk(Revision::V7_3, 0, 0x1_0000);
    let (events, _) = events(&mut walk, &mut world, &mut guarding(Callbacks::empty(), 0, 0));
    let tests = events.iter().filter(|event| {
        matches!(event, Event::Read { level: Level::Pud, test: Test::InstallPresent | Test::InstallHuge, .. })
    });
    assert_eq!(tests.count(), 0);
    let told: Vec<String> = events.iter().filter_map(told_of).collect();
    assert!(told.starts_with(&["split pud 0: nothing".to_string(), "alloc pte 0".to_string()]), "{told:?}");
}

#[test]
fn an_allocation_that_fails_ends_the_walk() {
    for revision in installers() {
        for (fails_at, level) in [(1, "p4d"), (2, "pud"), (3, "pmd"), (4, "pte")] {
            let mut world = with_areas(empty_world("x86_64-5level"), &[area(0, 0x1000)]);
            world.allocator.fails_at = fails_at;
            let ops = guarding(Callbacks::PRE_VMA | Callbacks::POST_VMA, 0, 0);
            let (told, status) = outcome(install_walk(revision, 0, 0x1000), &mut world, ops);
            assert_eq!(status, Status::Done(ENOMEM));
            let failed = format!("alloc {level} 0: no memory");
            assert_eq!(told[told.len() - 2..], [failed, "post".to_string()], "{revision:?}");
        }
    }
}

#[test]
fn a_table_that_another_task_makes_first_is_used() {
    let told = interrupted(
        install_walk(Revision::V7_3, 0, 0x1000),
        &mut with_tree(&[(PMD, 0, 0), (PTE, 0, 0)]),
        INSTALL,
        |event| matches!(event, Event::Read { level: Level::Pmd, test: Test::None, verdict: true, .. }),
        |world| set_entry(world, PMD, 0, x86(PTE)),
    );
    let told: Vec<_> =
        told.iter().map(String::as_str).filter(|words| words.starts_with(['a', 'i', 's'])).collect();
    assert_eq!(
        told,
        [
            "split pud 0: nothing",
            "alloc pte 0: not needed",
            "split pmd 0: nothing",
            "install 0-1000",
            "set 0 = 0"
        ]
    );
}

#[test]
fn a_value_of_install_pte_ends_the_walk_before_anything_is_written() {
    for revision in installers() {
        for ret in [1, -14] {
            let mut world = with_tree(&[]);
            let ops = guarding(Callbacks::POST_VMA, 2, ret);
            let mut walk = install_walk(revision, 0x20_0000, 0x20_3000);
            let (events, status) = events(&mut walk, &mut world, &mut { ops });
            let told: Vec<String> = events.iter().filter_map(told_of).collect();
            assert_eq!(status, Status::Done(ret));
            let end = ["cache 200000", "install 201000-202000", "ptl unlock", "rcu unlock", "post"];
            assert_eq!(told[told.len() - end.len()..], end, "{revision:?}");
            assert_eq!([0, 1].map(|slot| entry_at(&world, PTE_2, slot)), [GUARD, 0]);
        }
    }
}

#[test]
fn again_of_install_pte_looks_at_the_table_once_more() {
    let mut asked = 0;
    let ops = Ops {
        callbacks: INSTALL | Callbacks::PTE_ENTRY,
        react: |call: &Call, _: &mut World| {
            asked += u32::from(call.callback == Callback::InstallPte);
            let first = call.callback == Callback::InstallPte && asked == 1;
            Reply { action: first.then_some(Action::Again), pte: RawEntry(GUARD), ..Reply::default() }
        },
    };
    let found = calls(install_walk(Revision::V7_3, 0x20_0000, 0x20_1000), &mut with_tree(&[]), ops);
    assert_eq!(
        found,
        ["install 200000-201000", "set 200000 = 77", "cache 200000", "again pmd 200000", "pte 200000-201000"]
    );
}

#[test]
fn an_area_of_hugetlbfs_is_refused_without_a_callback() {
    for revision in installers() {
        let mut world = with_areas(tree(), &[hugetlb(0, 0x20_0000, 0x20_0000)]);
        let everything = Callbacks::all().difference(Callbacks::TEST_WALK);
        let (told, status) =
            outcome(install_walk(revision, 0, 0x20_0000), &mut world, guarding(everything, 0, 0));
        assert_eq!((told, status), (Vec::new(), Status::Done(crate::EINVAL)), "{revision:?}");
    }
}

#[test]
fn a_kernel_without_install_pte_does_not_look_at_it() {
    let mut world = with_areas(empty_world("x86_64-4level"), &[area(0, 0x1000)]);
    let ops = guarding(Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE, 0, 0);
    let walk = range_walk(Revision::V6_12_107, 0, 0x1000);
    assert_eq!(outcome(walk, &mut world, ops), (std::vec!["hole0 0-1000".to_string()], Status::Done(0)));
}

#[test]
fn part_of_an_area_can_be_installed_too() {
    for revision in [Revision::V7_1, Revision::V7_3] {
        let mut world = with_tree(&[]);
        let walk = area_walk(EntryPoint::RangeVmaUnsafe, revision, &world, 0, (0x20_0000, 0x20_1000));
        let found = calls(walk, &mut world, guarding(Callbacks::empty(), 0, 0));
        assert!(found.contains(&"set 200000 = 77".to_string()), "{found:?}");
    }
}
