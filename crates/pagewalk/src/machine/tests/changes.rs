//! Entries that change during a walk: each test of an entry is a read of its own.

use super::*;
use crate::{Action, Test};

/// A callback of `level` that writes `value` to its entry the first time.
fn rewriting(callbacks: Callbacks, level: Level, value: u64) -> Ops<impl FnMut(&Call, &mut World) -> Reply> {
    let mut done = false;
    Ops {
        callbacks,
        react: move |call: &Call, world: &mut World| {
            if call.callback == Callback::Entry(level) && !done {
                done = true;
                set_entry(world, call.slot.table.0, call.slot.index, value);
            }
            Reply::default()
        },
    }
}

#[test]
fn a_leaf_that_its_callback_splits_is_descended_into() {
    for revision in Revision::ALL {
        let mut world = tree();
        set_entry(&mut world, PMD, 0, LARGE);
        let callbacks = Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY;
        let found =
            calls(kernel_walk(revision, 0, 0x1000), &mut world, rewriting(callbacks, Level::Pmd, x86(PTE)));
        assert_eq!(found, ["pmd 0-1000", "pte 0-1000"], "{revision:?}");

        let mut world = tree();
        set_entry(&mut world, PUD, 0, LARGE);
        let callbacks = Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY;
        let found =
            calls(kernel_walk(revision, 0, 0x1000), &mut world, rewriting(callbacks, Level::Pud, x86(PMD)));
        assert_eq!(found, ["pud 0-1000", "pmd 0-1000"], "{revision:?}");
    }
}

#[test]
fn a_table_that_its_callback_replaces_is_not_descended_into() {
    // By a leaf, by a swapped-out page, by nothing.
    for value in [LARGE, 0x200, 0] {
        for revision in Revision::ALL {
            let callbacks = Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE;
            let ops = rewriting(callbacks, Level::Pud, value);
            assert_eq!(
                calls(kernel_walk(revision, 0, 0x1000), &mut tree(), ops),
                ["pud 0-1000"],
                "{revision:?}"
            );
            let ops = rewriting(callbacks | Callbacks::PTE_ENTRY, Level::Pmd, value);
            let found = calls(user_walk(revision, 0, 0x1000), &mut tree(), ops);
            assert_eq!(found, ["pud 0-1000", "pmd 0-1000"], "{revision:?}");
        }
    }
}

#[test]
fn a_pgd_or_p4d_that_its_callback_clears_is_followed() {
    // Nothing tests it again: the next offset leads to address 0.
    for level in [Level::Pgd, Level::P4d] {
        let mut world = world(
            "riscv64-sv57",
            &[(ROOT, Level::Pgd, &[(0, 0x801)]), (0x2000, Level::P4d, &[(0, 0xc01)]), (PUD, Level::Pud, &[])],
        );
        let ops = rewriting(ALL, level, 0);
        let found = calls(kernel_walk(Revision::V7_3, 0, 0x1000), &mut world, ops);
        let below = level.lower().expect("not the lowest").name();
        assert_eq!(found.last(), Some(&format!("fault: no {below} table at 0")));
    }
}

#[test]
fn a_folded_level_sees_what_the_level_above_wrote() {
    let mut world = world("riscv64-sv39", &[(ROOT, Level::Pgd, &[(0, 0xc01)]), (PUD, Level::Pmd, &[])]);
    let ops = rewriting(ALL, Level::Pgd, 0);
    let found = calls(kernel_walk(Revision::V7_3, 0, 0x1000), &mut world, ops);
    assert_eq!(found, ["pgd 0-1000", "p4d 0-1000", "hole2 0-1000"]);
}

/// Another task writes `value` to the pud right after the walker has asked whether it is present.
fn pud_changed_before_descent(revision: Revision, value: u64, world: &mut World) -> Vec<String> {
    interrupted(
        kernel_walk(revision, 0, 0x1000),
        world,
        Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE,
        |event| matches!(event, Event::Read { level: Level::Pud, test: Test::Present, .. }),
        |world| set_entry(world, PUD, 0, value),
    )
}

/// v7.0 on, and back-ported: the pmd loop reads the pud once more.
const fn reads_the_pud_again(revision: Revision) -> bool {
    matches!(revision, Revision::V7_1 | Revision::V7_3 | Revision::V6_12_107)
}

#[test]
fn a_pud_that_becomes_a_leaf_before_the_descent_is_used_as_a_table_or_retried() {
    for revision in Revision::ALL {
        let found = pud_changed_before_descent(revision, LARGE, &mut tree());
        let expected = if reads_the_pud_again(revision) {
            &["pud 0-1000", "again pud 0", "pud 0-1000"][..]
        } else {
            &["pud 0-1000", "fault: no pmd table at 40000000"]
        };
        assert_eq!(found, expected, "{revision:?}");
    }
}

#[test]
fn a_pud_that_vanishes_before_the_descent_is_a_hole_in_every_revision() {
    for revision in Revision::ALL {
        let found = pud_changed_before_descent(revision, 0, &mut tree());
        assert_eq!(found, ["pud 0-1000", "again pud 0", "hole2 0-1000"], "{revision:?}");
    }
}

#[test]
fn a_folded_pud_is_read_once_more_too() {
    // On Sv39 the pud is the root's word.
    for revision in Revision::ALL {
        let mut world = world("riscv64-sv39", &[(ROOT, Level::Pgd, &[(0, 0xc01)]), (PUD, Level::Pmd, &[])]);
        let mut walk = kernel_walk(revision, 0, 0x1000);
        let (events, _) = events(&mut walk, &mut world, &mut looking(Callbacks::PTE_ENTRY));
        let tests: Vec<Test> = events
            .iter()
            .filter_map(|event| match event {
                Event::Read { level: Level::Pud, test, .. } => Some(*test),
                _ => None,
            })
            .collect();
        let expected = if reads_the_pud_again(revision) {
            [Test::None, Test::Leaf, Test::Present, Test::StillTable, Test::Offset]
        } else {
            [Test::None, Test::Leaf, Test::Present, Test::NoneAgain, Test::Offset]
        };
        assert_eq!(tests, expected, "{revision:?}");
    }
}

#[test]
fn a_retry_looks_at_the_entry_from_the_start() {
    // The callback empties the entry and asks for AGAIN: the hole test runs again, the callback does not.
    for revision in Revision::ALL {
        let mut world = tree();
        let ops = Ops {
            callbacks: Callbacks::PUD_ENTRY | Callbacks::PTE_HOLE,
            react: |call: &Call, world: &mut World| match call.callback {
                Callback::Entry(_) => {
                    set_entry(world, PUD, 0, 0);
                    Reply { ret: 0, action: Some(Action::Again), ..Reply::default() }
                }
                _ => Reply::default(),
            },
        };
        let found = calls(kernel_walk(revision, 0, 0x1000), &mut world, ops);
        assert_eq!(found, ["pud 0-1000", "again pud 0", "hole2 0-1000"], "{revision:?}");
    }
}
