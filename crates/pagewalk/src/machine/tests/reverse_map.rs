//! `walk_page_mapping()`: kernel-facts 2.3.6 and 6.5.

use mm::{Vma, VmaFlags};

use super::areas::*;
use super::order::Locking;
use super::*;
use crate::WalkLock;

const CALLBACKS: Callbacks = Callbacks::PTE_ENTRY.union(Callbacks::PTE_HOLE).union(Callbacks::TEST_WALK);

/// An area that maps the file from page `pgoff` on.
fn mapped(start: u64, pages: u64, pgoff: u64) -> Vma {
    Vma { pgoff, in_mapping: true, ..area(start, start + pages * 0x1000) }
}

fn mapping_walk(revision: Revision, first_index: u64, nr: u64) -> Walk {
    let args = Args { first_index, nr, ..Args::default() };
    Walk::new(EntryPoint::Mapping, revision, args).expect("every kernel has it")
}

#[test]
fn areas_come_by_page_offset_and_are_clipped_to_the_pages_asked_for() {
    for revision in Revision::ALL {
        let elsewhere = Vma { in_mapping: false, ..mapped(0x8000, 4, 0) };
        let mut world = with_areas(
            tree(),
            &[
                mapped(0x10_0000, 2, 5),
                mapped(0, 4, 2),
                elsewhere,
                mapped(0x4000, 1, 9),
                mapped(0x5000, 2, 2),
            ],
        );
        assert_eq!(
            calls(mapping_walk(revision, 3, 3), &mut world, looking(Callbacks::PTE_ENTRY)),
            // Pages 3 to 5; of two areas at the same offset the first one first.
            ["pte 1000-2000", "pte 2000-3000", "pte 3000-4000", "pte 6000-7000", "pte 100000-101000"],
            "{revision:?}"
        );
    }
}

#[test]
fn pages_that_nobody_maps_are_no_holes() {
    let mut world = with_areas(tree(), &[mapped(0, 2, 4)]);
    for (first, nr) in [(0, 4), (6, 10)] {
        let found = outcome(mapping_walk(Revision::V7_3, first, nr), &mut world, looking(CALLBACKS));
        assert_eq!(found, (Vec::new(), Status::Done(0)));
    }
    assert_eq!(
        calls(mapping_walk(Revision::V7_3, 0, 5), &mut world, looking(CALLBACKS)),
        ["test 0-2000", "pte 0-1000"]
    );
}

#[test]
fn the_tree_is_asked_for_the_pages_of_the_range_and_for_no_others() {
    let mut world = with_areas(tree(), &[mapped(0, 2, 4)]);
    for first in [0, 6] {
        let (events, _) =
            events(&mut mapping_walk(Revision::V7_3, first, 4), &mut world, &mut looking(CALLBACKS));
        let found: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::NextInMapping { found } => Some(*found),
                _ => None,
            })
            .collect();
        assert_eq!(found, [None], "{first}");
    }
}

#[test]
fn no_pages_at_all_are_found_inside_an_area_and_passed_over() {
    // The last page that is asked for is the one before the first, and an area may hold both.
    let mut world = with_areas(tree(), &[mapped(0, 2, 4)]);
    let found = outcome(mapping_walk(Revision::V7_3, 5, 0), &mut world, looking(CALLBACKS));
    assert_eq!(found, (Vec::new(), Status::Done(0)));
}

#[test]
fn the_test_is_about_the_whole_area_and_a_positive_answer_ends_the_walk() {
    for revision in Revision::ALL {
        for (answer, expected, ret) in [
            (0, &["test 0-4000", "pte 1000-2000", "test 4000-8000", "pte 5000-6000"][..], 0),
            (1, &["test 0-4000"], 0),
            (-14, &["test 0-4000"], -14),
        ] {
            let mut world = with_areas(tree(), &[mapped(0, 4, 0), mapped(0x4000, 4, 0)]);
            let ops = returning(CALLBACKS, [(Callback::TestWalk, answer)]);
            let found = outcome(mapping_walk(revision, 1, 1), &mut world, ops);
            let expected = expected.iter().map(ToString::to_string).collect();
            assert_eq!(found, (expected, Status::Done(ret)), "{answer} {revision:?}");
        }
    }
}

#[test]
fn a_pfnmap_area_ends_the_walk_as_well() {
    let raw = Vma { flags: VmaFlags::PFNMAP, ..mapped(0, 4, 0) };
    let holes = Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE;
    for (callbacks, answer, expected, ret) in [
        (holes, 0, &["hole-1 0-4000"][..], 0),
        (holes, 1, &["hole-1 0-4000"], 0),
        (holes, -14, &["hole-1 0-4000"], -14),
        (Callbacks::PTE_ENTRY, 0, &[], 0),
    ] {
        let mut world = with_areas(tree(), &[raw.clone(), mapped(0x4000, 4, 0)]);
        let ops = returning(callbacks, [(Callback::Hole, answer)]);
        let found = outcome(mapping_walk(Revision::V7_3, 1, 1), &mut world, ops);
        let expected = expected.iter().map(ToString::to_string).collect();
        assert_eq!(found, (expected, Status::Done(ret)), "{answer}");
    }
}

#[test]
fn an_error_inside_an_area_ends_the_walk() {
    let mut world = with_areas(tree(), &[mapped(0, 1, 0), mapped(0x4000, 1, 0)]);
    let callbacks = Callbacks::PTE_ENTRY | Callbacks::PRE_VMA | Callbacks::POST_VMA;
    let ops = returning(callbacks, [(Callback::Entry(Level::Pte), 3)]);
    let found = outcome(mapping_walk(Revision::V7_3, 0, 1), &mut world, ops);
    let expected = ["pre 0-1000", "pte 0-1000", "post"].map(str::to_string).to_vec();
    assert_eq!(found, (expected, Status::Done(3)));
}

#[test]
fn neither_mm_nor_area_is_locked_or_asserted_whatever_walk_lock_says() {
    for walk_lock in WalkLock::ALL {
        let mut world = with_areas(tree(), &[mapped(0, 1, 0)]);
        let ops = &mut Locking(walk_lock, looking(Callbacks::PTE_ENTRY));
        let (events, _) = events(&mut mapping_walk(Revision::V7_3, 0, 1), &mut world, ops);
        let other_locks: Vec<_> = events
            .iter()
            .filter(|event| match event {
                Event::Assert { lock, .. } => *lock != LockName::IMmap,
                Event::VmaStartWrite { .. } => true,
                _ => false,
            })
            .collect();
        assert!(other_locks.is_empty(), "{other_locks:?}");
    }
}

#[test]
fn each_area_is_walked_through_its_own_mm() {
    let empty = 0x2_0000;
    let mut world = world(
        "x86_64-4level",
        &[
            (ROOT, Level::Pgd, &[(0, x86(PUD))]),
            (PUD, Level::Pud, &[(0, x86(PMD))]),
            (PMD, Level::Pmd, &[]),
            (empty, Level::Pgd, &[]),
        ],
    );
    world.mm_mut(MmId::INIT_MM).expect("it is there").pgd = PhysAddr(empty);
    let others = Vma { mm: Some(MmId::INIT_MM), ..mapped(0, 1, 0) };
    let mut world = with_areas(world, &[mapped(0, 1, 0), others, mapped(0x1000, 1, 0)]);
    let holes = looking(Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE);
    assert_eq!(
        calls(mapping_walk(Revision::V7_3, 0, 1), &mut world, holes),
        ["hole3 0-1000", "hole0 0-1000", "hole3 1000-2000"]
    );
}
