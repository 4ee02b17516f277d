//! `walk_page_range()` and the walks of one area: kernel-facts 2.3.1 to 2.3.5 and 6.5.

use mm::Vma;

use super::areas::*;
use super::*;

const PTES_AND_HOLES: Callbacks = Callbacks::PTE_ENTRY.union(Callbacks::PTE_HOLE);
pub(super) const AROUND: Callbacks = Callbacks::PRE_VMA.union(Callbacks::POST_VMA);

#[test]
fn a_gap_is_one_hole_whose_tables_are_not_read() {
    for revision in Revision::ALL {
        let mut world = with_areas(tree(), &[area(0x1000, 0x3000), area(0x5000, 0x6000)]);
        let mut walk = range_walk(revision, 0, 0x8000);
        let mut ops = looking(PTES_AND_HOLES);
        let mut outside = 0;
        let said = watched(&mut walk, &mut world, &mut ops, |walk, _, event| {
            if let Event::Read { addr, .. } = event {
                assert!(walk.vma().is_some(), "{event:?}");
                outside += u32::from(!(0x1000..0x6000).contains(&addr.0));
            }
        });
        let holes_and_ptes: Vec<String> =
            said.iter().filter_map(told_of).filter(|words| words.contains('-')).collect();
        assert_eq!(
            holes_and_ptes,
            [
                "hole-1 0-1000",
                "pte 1000-2000",
                "pte 2000-3000",
                "hole-1 3000-5000",
                "pte 5000-6000",
                "hole-1 6000-8000"
            ],
            "{revision:?}"
        );
        assert_eq!((outside, walk.status()), (0, Status::Done(0)));
    }
}

#[test]
fn a_range_is_clipped_to_its_areas() {
    let mut world = with_areas(tree(), &[area(0, 0x40_0000)]);
    assert_eq!(
        calls(range_walk(Revision::V7_3, 0x1f_f000, 0x20_1000), &mut world, looking(PTES_AND_HOLES)),
        ["pte 1ff000-200000", "pte 200000-201000"]
    );
    // It ends where the area does, not where the table does.
    let mut world = with_areas(tree(), &[area(0, 0x1000)]);
    assert_eq!(
        calls(range_walk(Revision::V7_3, 0, 0x40_0000), &mut world, looking(PTES_AND_HOLES)),
        ["pte 0-1000", "hole-1 1000-400000"]
    );
}

#[test]
fn init_mm_has_no_areas_and_is_one_hole() {
    for revision in Revision::ALL {
        let mut world = with_areas(tree(), &[area(0, 0x1000)]);
        let walk = walk(EntryPoint::Range, revision, Some(MmId::INIT_MM), 0, 0x40_0000);
        assert_eq!(calls(walk, &mut world, looking(PTES_AND_HOLES)), ["hole-1 0-400000"], "{revision:?}");
    }
}

#[test]
fn a_gap_that_nobody_asks_for_is_passed_over() {
    let mut world = with_areas(tree(), &[area(0x1000, 0x2000), area(0x5000, 0x6000)]);
    let walk = range_walk(Revision::V7_3, 0, 0x8000);
    assert_eq!(
        outcome(walk, &mut world, looking(Callbacks::PTE_ENTRY)),
        (std::vec!["pte 1000-2000".to_string(), "pte 5000-6000".to_string()], Status::Done(0))
    );
    // Nothing but gaps: the call returns without a callback.
    let walk = range_walk(Revision::V7_3, 0x6000, 0x8000);
    assert_eq!(outcome(walk, &mut world, looking(Callbacks::PTE_ENTRY)), (Vec::new(), Status::Done(0)));
}

#[test]
fn any_value_of_a_gaps_hole_ends_the_walk() {
    for ret in [1, -14] {
        let mut world = with_areas(tree(), &[area(0x1000, 0x2000)]);
        let ops = returning(PTES_AND_HOLES, [(Callback::Hole, ret)]);
        let found = outcome(range_walk(Revision::V7_3, 0, 0x8000), &mut world, ops);
        assert_eq!(found, (std::vec!["hole-1 0-1000".to_string()], Status::Done(ret)));
    }
}

#[test]
fn a_pfnmap_area_is_a_hole_and_is_never_walked() {
    for revision in Revision::ALL {
        for (answer, behind, ret) in [(0, true, 0), (1, true, 0), (-14, false, -14)] {
            let mut world = with_areas(tree(), &[pfnmap(0, 0x1000), area(0x1000, 0x2000)]);
            let ops = returning(PTES_AND_HOLES | AROUND, [(Callback::Hole, answer)]);
            let found = outcome(range_walk(revision, 0, 0x2000), &mut world, ops);
            let rest = ["pre 1000-2000", "pte 1000-2000", "post"].map(str::to_string);
            let expected =
                ["hole-1 0-1000".to_string()].into_iter().chain(rest.into_iter().filter(|_| behind));
            assert_eq!(found, (expected.collect(), Status::Done(ret)), "{answer} {revision:?}");
        }
        // Without the callback it is passed over.
        let mut world = with_areas(tree(), &[pfnmap(0, 0x1000), area(0x1000, 0x2000)]);
        let found = calls(range_walk(revision, 0, 0x2000), &mut world, looking(Callbacks::PTE_ENTRY));
        assert_eq!(found, ["pte 1000-2000"], "{revision:?}");
    }
}

#[test]
fn test_walk_decides_for_a_range_and_disables_the_pfnmap_rule() {
    for (answer, walked, ret) in [(0, true, 0), (1, false, 0), (-14, false, -14)] {
        let mut world = with_areas(tree(), &[pfnmap(0x1000, 0x8000)]);
        let callbacks = PTES_AND_HOLES | AROUND | Callbacks::TEST_WALK;
        let ops = returning(callbacks, [(Callback::TestWalk, answer)]);
        let found = outcome(range_walk(Revision::V7_3, 0x1000, 0x2000), &mut world, ops);
        // It is asked about the part that would be walked.
        let asked = ["test 1000-2000"];
        let all = ["test 1000-2000", "pre 1000-2000", "pte 1000-2000", "post"];
        let expected = if walked { &all[..] } else { &asked };
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(found, (expected, Status::Done(ret)), "{answer}");
    }
}

#[test]
fn a_skipped_area_does_not_end_the_walk() {
    let mut world = with_areas(tree(), &[area(0, 0x1000), area(0x1000, 0x2000), area(0x2000, 0x3000)]);
    let mut asked = 0;
    let ops = Ops {
        callbacks: PTES_AND_HOLES | Callbacks::TEST_WALK,
        react: |call: &Call, _: &mut World| {
            asked += i32::from(call.callback == Callback::TestWalk);
            let skips = call.callback == Callback::TestWalk && asked == 2;
            Reply { ret: i32::from(skips), ..Reply::default() }
        },
    };
    assert_eq!(
        calls(range_walk(Revision::V7_3, 0, 0x3000), &mut world, ops),
        ["test 0-1000", "pte 0-1000", "test 1000-2000", "test 2000-3000", "pte 2000-3000"]
    );
}

#[test]
fn walks_of_one_area_ask_nobody_whether_to_walk() {
    for revision in having(|rules| !rules.vma_tests) {
        for (entry, range, expected) in [
            (EntryPoint::Vma, (0, 0), &["pte 0-1000", "pte 1000-2000"][..]),
            (EntryPoint::RangeVma, (0x1000, 0x2000), &["pte 1000-2000"]),
            (EntryPoint::RangeVmaUnsafe, (0x1000, 0x2000), &["pte 1000-2000"]),
        ] {
            let mut world = with_areas(tree(), &[pfnmap(0, 0x2000)]);
            let walk = area_walk(entry, revision, &world, 0, range);
            let ops = returning(PTES_AND_HOLES | Callbacks::TEST_WALK, [(Callback::TestWalk, 1)]);
            assert_eq!(calls(walk, &mut world, ops), expected, "{entry:?} {revision:?}");
        }
    }
}

#[test]
fn an_area_is_walked_through_its_own_mm() {
    // init_mm has another root, where nothing is.
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
    let others = Vma { mm: Some(MmId::INIT_MM), ..area(0x2000, 0x3000) };
    let mut world = with_areas(world, &[area(0, 0x1000), others]);
    for (n, expected) in [(0, "hole3 0-1000"), (1, "hole0 2000-3000")] {
        let walk = area_walk(EntryPoint::Vma, Revision::V7_3, &world, n, (0, 0));
        assert_eq!(calls(walk, &mut world, looking(PTES_AND_HOLES)), [expected]);
    }
}

#[test]
fn pre_vma_keeps_out_and_then_post_vma_is_not_called() {
    for revision in Revision::ALL {
        for ret in [1, -14] {
            let mut world = with_areas(tree(), &[area(0, 0x1000), area(0x1000, 0x2000)]);
            let ops = returning(PTES_AND_HOLES | AROUND, [(Callback::PreVma, ret)]);
            let found = outcome(range_walk(revision, 0, 0x2000), &mut world, ops);
            assert_eq!(found, (std::vec!["pre 0-1000".to_string()], Status::Done(ret)), "{revision:?}");
        }
    }
}

#[test]
fn post_vma_is_called_after_an_error_too_and_returns_nothing() {
    for revision in Revision::ALL {
        for (failing, expected) in [
            (Callback::Entry(Level::Pte), &["pre 0-1000", "pte 0-1000", "post"][..]),
            (Callback::Hole, &["pre 0-1000", "pte 0-1000", "post", "hole-1 1000-2000"]),
        ] {
            let mut world = with_areas(tree(), &[area(0, 0x1000), area(0x2000, 0x3000)]);
            let ops = returning(PTES_AND_HOLES | AROUND, [(failing, 7), (Callback::PostVma, 9)]);
            let found = outcome(range_walk(revision, 0, 0x3000), &mut world, ops);
            let expected = expected.iter().map(ToString::to_string).collect();
            assert_eq!(found, (expected, Status::Done(7)), "{revision:?}");
        }
    }
    // Nor is a value told that nobody gets.
    let ops = &mut returning(AROUND, [(Callback::PostVma, 9)]);
    let mut world = with_areas(tree(), &[area(0, 0x1000)]);
    let (events, _) = events(&mut range_walk(Revision::V7_3, 0, 0x1000), &mut world, ops);
    let told = events.iter().find_map(|event| match event {
        Event::Callback { call, reply } if call.callback == Callback::PostVma => Some(reply.ret),
        _ => None,
    });
    assert_eq!(told, Some(0));
}

#[test]
fn every_area_has_its_own_pre_and_post() {
    let mut world = with_areas(tree(), &[area(0, 0x1000), area(0x1000, 0x2000)]);
    assert_eq!(
        calls(range_walk(Revision::V7_3, 0, 0x2000), &mut world, looking(Callbacks::PTE_ENTRY | AROUND)),
        ["pre 0-1000", "pte 0-1000", "post", "pre 1000-2000", "pte 1000-2000", "post"]
    );
}

#[test]
fn the_next_area_is_looked_up_before_any_callback_runs() {
    // munmap takes the second area out of the tree while the first one is walked: the walk still knows it.
    let ops = || Ops {
        callbacks: PTES_AND_HOLES,
        react: |call: &Call, world: &mut World| {
            if call.addr.0 == 0 {
                let second = nth(world, 1);
                world.vma_mut(second).expect("it is there").in_tree = false;
            }
            Reply::default()
        },
    };
    let areas = [area(0, 0x1000), area(0x1000, 0x2000), area(0x2000, 0x3000)];
    let mut world = with_areas(tree(), &areas);
    let walk = range_walk(Revision::V7_3, 0, 0x3000);
    assert_eq!(calls(walk, &mut world, ops()), ["pte 0-1000", "pte 1000-2000", "pte 2000-3000"]);
    // The third one is looked up only then, so it is not found if it goes at the same time.
    let mut world = with_areas(tree(), &areas);
    let third = nth(&world, 2);
    world.vma_mut(third).expect("it is there").in_tree = false;
    let walk = range_walk(Revision::V7_3, 0, 0x3000);
    assert_eq!(calls(walk, &mut world, ops()), ["pte 0-1000", "pte 1000-2000", "hole-1 2000-3000"]);
}

#[test]
fn areas_are_found_by_address_whatever_their_number() {
    let others = Vma { mm: Some(MmId::INIT_MM), ..area(0, 0x8000) };
    let mut world = with_areas(tree(), &[area(0x5000, 0x6000), others, area(0x1000, 0x2000)]);
    assert_eq!(
        calls(range_walk(Revision::V7_3, 0x1000, 0x6000), &mut world, looking(PTES_AND_HOLES)),
        ["pte 1000-2000", "hole-1 2000-5000", "pte 5000-6000"]
    );
}

/// The table of the second pmd vanishes after its callback, so that it cannot be mapped: kernel-facts 3.6 and 7.
#[test]
fn a_table_that_vanishes_is_walked_twice_where_a_stale_action_escapes() {
    for revision in having(|rules| rules.map_can_fail) {
        let mut world = with_areas(tree(), &[area(0, 0x40_0000)]);
        let mut walk = range_walk(revision, 0x1f_f000, 0x40_0000);
        let callbacks = Callbacks::PMD_ENTRY | PTES_AND_HOLES;
        let mut gone = false;
        let said = watched(&mut walk, &mut world, &mut looking(callbacks), |_, world, event| {
            if !gone
                && matches!(event, Event::Callback { call, .. } if call.slot.table.0 == PMD && call.slot.index == 1)
            {
                set_entry(world, PMD, 1, 0);
                gone = true;
            }
        });
        let found: Vec<String> = said.iter().filter_map(told_of).collect();
        let quiet: Vec<&str> = found
            .iter()
            .map(String::as_str)
            .filter(|words| words.starts_with(['p', 'h', 'a']) && !words.starts_with("ptl"))
            .collect();
        let mut expected = std::vec![
            "pmd 1ff000-200000",
            "pte 1ff000-200000",
            "pmd 200000-400000",
            "again pmd 200000",
            "hole3 200000-400000"
        ];
        if matches!(revision, Revision::V7_1 | Revision::V6_12_107) {
            expected.extend([
                "again pud 1ff000",
                "pmd 1ff000-200000",
                "pte 1ff000-200000",
                "hole3 200000-400000",
            ]);
        }
        assert_eq!(quiet, expected, "{revision:?}");
        assert!(found.contains(&"map lock 200000 failed".to_string()), "{found:?}");
    }
}
