//! Huge pages in walks with VMAs: split before the walker goes below (kernel-facts 2.4.1, 3.7, 6.4 and 6.5).

use mm::{Vma, VmaKind};

use super::areas::*;
use super::*;
use crate::Action;

const PMD_AND_PTE: Callbacks = Callbacks::PMD_ENTRY.union(Callbacks::PTE_ENTRY).union(Callbacks::PTE_HOLE);
const PUD_TO_PTE: Callbacks = PMD_AND_PTE.union(Callbacks::PUD_ENTRY);
/// Neither none nor present: a page under migration.
const ABSENT: u64 = 0x200;

/// An anonymous area or one of a file over everything that [`tree`] maps, with another pmd or pud.
fn tree_with(kind: VmaKind, table: u64, value: u64) -> World {
    let mut world = with_areas(tree(), &[Vma { kind, ..area(0, 0x4000_0000) }]);
    set_entry(&mut world, table, 0, value);
    world
}

/// Whether a kernel looks at the pud once more in `walk_pmd_range()` (v7.0, back-ported).
const fn rechecks(revision: Revision) -> bool {
    matches!(revision, Revision::V7_1 | Revision::V7_3 | Revision::V6_12_107)
}

#[test]
fn a_huge_page_of_anonymous_memory_becomes_a_table() {
    for revision in having(|rules| rules.map_can_fail) {
        let mut world = tree_with(VmaKind::Anon, PMD, LARGE);
        let mut walk = range_walk(revision, 0, 0x2000);
        let (events, status) = events(&mut walk, &mut world, &mut looking(PMD_AND_PTE));
        let told: Vec<String> = events.iter().filter_map(told_of).collect();
        let table = entry_at(&world, PMD, 0) & !0xfff;
        assert_eq!(
            told,
            [
                "split pud 0: nothing",
                "pmd 0-2000",
                "split pmd 0: table",
                "rcu lock",
                "ptl lock",
                "map lock 0",
                "pte 0-1000",
                "pte 1000-2000",
                "ptl unlock",
                "rcu unlock"
            ],
            "{revision:?}"
        );
        assert_eq!(status, Status::Done(0));
        // The same memory, page by page.
        let values: Vec<u64> = (0..2).map(|slot| entry_at(&world, table, slot)).collect();
        assert_eq!(values, [0x4000_0063, 0x4000_1063]);
    }
}

#[test]
fn a_huge_page_of_a_file_is_cleared_and_becomes_a_hole() {
    for revision in Revision::ALL {
        let mut world = tree_with(VmaKind::File, PMD, LARGE);
        let found = calls(range_walk(revision, 0, 0x2000), &mut world, looking(PMD_AND_PTE));
        let mut expected = std::vec!["pmd 0-2000", "split pmd 0: cleared", "again pmd 0", "hole3 0-2000"];
        if matches!(revision, Revision::V7_1 | Revision::V6_12_107) {
            // The failed mapping's AGAIN is stale there, and reaches the pud.
            expected.extend(["again pud 0", "hole3 0-2000"]);
        }
        assert_eq!(found, expected, "{revision:?}");
        assert_eq!(entry_at(&world, PMD, 0), 0);
    }
}

#[test]
fn a_page_under_migration_is_split_into_pages_under_migration() {
    let mut world = tree_with(VmaKind::Anon, PMD, ABSENT);
    let found = calls(range_walk(Revision::V7_3, 0, 0x1000), &mut world, looking(PMD_AND_PTE));
    assert_eq!(found, ["pmd 0-1000", "split pmd 0: table", "pte 0-1000"]);
    let table = entry_at(&world, PMD, 0) & !0xfff;
    assert_eq!(entry_at(&world, table, 511), ABSENT);
}

#[test]
fn a_huge_pud_is_cleared_and_looked_at_again() {
    for revision in Revision::ALL {
        let mut world = tree_with(VmaKind::Anon, PUD, LARGE);
        let found = calls(range_walk(revision, 0, 0x1000), &mut world, looking(PUD_TO_PTE));
        assert_eq!(
            found,
            ["pud 0-1000", "split pud 0: cleared", "again pud 0", "hole2 0-1000"],
            "{revision:?}"
        );
    }
}

#[test]
fn what_is_a_table_is_not_split() {
    let mut world = tree_with(VmaKind::Anon, PMD, x86(PTE));
    assert_eq!(
        told(range_walk(Revision::V7_3, 0, 0x1000), &mut world, looking(PUD_TO_PTE)),
        [
            "pud 0-1000",
            "split pud 0: nothing",
            "pmd 0-1000",
            "split pmd 0: nothing",
            "rcu lock",
            "ptl lock",
            "map lock 0",
            "pte 0-1000",
            "ptl unlock",
            "rcu unlock"
        ]
    );
}

#[test]
fn a_huge_page_below_which_nothing_is_wanted_stays_whole() {
    for (callbacks, table, expected) in [
        (Callbacks::PMD_ENTRY, PMD, &["pmd 0-1000"][..]),
        (Callbacks::PUD_ENTRY, PUD, &["pud 0-1000"]),
        // With pmd_entry alone a huge pud is split all the same.
        (Callbacks::PMD_ENTRY, PUD, &["split pud 0: cleared", "again pud 0", "hole2 0-1000"]),
    ] {
        let mut world = tree_with(VmaKind::Anon, table, LARGE);
        let ops = looking(callbacks | Callbacks::PTE_HOLE);
        assert_eq!(calls(range_walk(Revision::V7_3, 0, 0x1000), &mut world, ops), expected);
    }
}

#[test]
fn continue_keeps_a_huge_page_whole() {
    for (level, table, expected) in
        [(Level::Pud, PUD, &["pud 0-1000"][..]), (Level::Pmd, PMD, &["pud 0-1000", "pmd 0-1000"])]
    {
        for revision in Revision::ALL {
            let mut world = tree_with(VmaKind::Anon, table, LARGE);
            let ops = Ops {
                callbacks: PUD_TO_PTE,
                react: |call: &Call, _: &mut World| {
                    let here = call.callback == Callback::Entry(level);
                    Reply { action: here.then_some(Action::Continue), ..Reply::default() }
                },
            };
            assert_eq!(calls(range_walk(revision, 0, 0x1000), &mut world, ops), expected, "{revision:?}");
            assert_eq!(entry_at(&world, table, 0), LARGE);
        }
    }
}

#[test]
fn without_an_area_nothing_is_split() {
    for (table, expected) in [(PUD, &["pud 0-1000"][..]), (PMD, &["pud 0-1000", "pmd 0-1000"])] {
        let mut world = tree_with(VmaKind::Anon, table, LARGE);
        let walk = user_walk(Revision::V7_3, 0, 0x1000);
        assert_eq!(calls(walk, &mut world, looking(PUD_TO_PTE)), expected);
    }
}

/// A pud leaf on a machine that has no huge puds in areas.
fn unsplittable() -> World {
    let root = ROOT;
    let world =
        world("arm64-4k-48", &[(root, Level::Pgd, &[(0, PUD | 3)]), (PUD, Level::Pud, &[(0, 0x4000_0701)])]);
    with_areas(world, &[area(0, 0x4000_0000)])
}

#[test]
fn a_huge_pud_that_cannot_be_split_is_taken_for_a_table_or_tried_for_ever() {
    for revision in Revision::ALL {
        let mut walk = range_walk(revision, 0, 0x1000);
        let (events, status) = events(&mut walk, &mut unsplittable(), &mut looking(PMD_AND_PTE));
        let told: Vec<String> = events.iter().filter_map(told_of).take(3).collect();
        if rechecks(revision) {
            assert_eq!(told, ["split pud 0: nothing", "again pud 0", "split pud 0: nothing"], "{revision:?}");
            assert_eq!(status, Status::Running);
        } else {
            assert_eq!(told, ["split pud 0: nothing", "fault: no pmd table at 40000000"], "{revision:?}");
        }
    }
}

#[test]
fn an_absent_pmd_that_cannot_be_split_is_tried_for_ever() {
    // Without transparent huge pages nothing makes a table of it, and it cannot be mapped.
    for id in ["openrisc", "riscv32-sv32"] {
        let world = world(id, &[(ROOT, Level::Pgd, &[(0, 0x80)])]);
        let mut world = with_areas(world, &[area(0, 0x2000)]);
        let mut walk = range_walk(Revision::V7_3, 0, 0x2000);
        let (events, status) = events(&mut walk, &mut world, &mut looking(Callbacks::PTE_ENTRY));
        let told: Vec<String> = events.iter().filter_map(told_of).take(7).collect();
        // The pud is folded: there is nothing to split either.
        assert_eq!(
            told,
            [
                "split pud 0: nothing",
                "split pmd 0: nothing",
                "rcu lock",
                "map lock 0 failed",
                "rcu unlock",
                "again pmd 0",
                "split pmd 0: nothing"
            ],
            "{id}"
        );
        assert_eq!(status, Status::Running);
    }
}

#[test]
fn a_pud_that_is_faulted_in_again_after_its_split_is_split_again_or_used_as_a_table() {
    // Kernel-facts 3.7: a VFIO mapping, numa_maps and a fault.
    for revision in Revision::ALL {
        let found = interrupted(
            range_walk(revision, 0, 0x1000),
            &mut tree_with(VmaKind::Anon, PUD, LARGE),
            Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE,
            |event| matches!(event, Event::Split { .. }),
            |world| set_entry(world, PUD, 0, LARGE),
        );
        let expected = if rechecks(revision) {
            &["split pud 0: cleared", "again pud 0", "split pud 0: cleared", "again pud 0", "hole2 0-1000"][..]
        } else {
            &["split pud 0: cleared", "fault: no pmd table at 40000000"]
        };
        assert_eq!(found, expected, "{revision:?}");
    }
}

#[test]
fn a_table_that_the_callback_makes_of_a_huge_page_is_not_split() {
    let mut world = tree_with(VmaKind::Anon, PMD, LARGE);
    let ops = Ops {
        callbacks: PMD_AND_PTE,
        react: |call: &Call, world: &mut World| {
            if call.callback == Callback::Entry(Level::Pmd) {
                set_entry(world, PMD, 0, x86(PTE_2));
            }
            Reply::default()
        },
    };
    assert_eq!(calls(range_walk(Revision::V7_3, 0, 0x1000), &mut world, ops), ["pmd 0-1000", "pte 0-1000"]);
}
