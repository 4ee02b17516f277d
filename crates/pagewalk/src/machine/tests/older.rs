//! What v6.1.192 does and no later kernel: pte tables without RCU and without a check, no locks of VMAs, a test in
//! `walk_page_vma()` (linux-source-6.1 6.1.192-3).

use mm::{Vma, VmaFlags, VmaKind};

use super::areas::*;
use super::bad::BAD_PMD;
use super::vma::AROUND;
use super::*;
use crate::{Action, WalkLock};

const V6_1: Revision = Revision::V6_1_192;
const PTES: Callbacks = Callbacks::PTE_ENTRY;

#[test]
fn tables_are_mapped_alike_whatever_the_mm_and_the_address() {
    let expected = ["map user 0", "pte 0-1000"];
    let mut high = tree();
    high.task_size = VirtAddr(0);
    for (walk, mut world) in [
        (kernel_walk(V6_1, 0, 0x1000), tree()),
        (user_walk(V6_1, 0, 0x1000), tree()),
        (user_walk(V6_1, 0, 0x1000), high),
    ] {
        assert_eq!(told(walk, &mut world, looking(PTES)), expected);
    }
}

#[test]
fn an_area_is_walked_under_the_lock_of_its_table_alone() {
    let mut world = with_areas(tree(), &[area(0, 0x4000_0000)]);
    assert_eq!(
        told(range_walk(V6_1, 0, 0x1000), &mut world, looking(PTES)),
        [
            "split pud 0: nothing",
            "split pmd 0: nothing",
            "map lock 0",
            "ptl lock",
            "pte 0-1000",
            "ptl unlock"
        ]
    );
    assert!(world.ptls.is_empty());
}

#[test]
fn a_huge_page_of_a_file_is_looked_at_again_before_anything_is_mapped() {
    let mut world = with_areas(tree(), &[Vma { kind: VmaKind::File, ..area(0, 0x4000_0000) }]);
    set_entry(&mut world, PMD, 0, LARGE);
    assert_eq!(
        told(range_walk(V6_1, 0, 0x1000), &mut world, looking(PTES | Callbacks::PTE_HOLE)),
        ["split pud 0: nothing", "split pmd 0: cleared", "again pmd 0", "hole3 0-1000"]
    );
}

#[test]
fn a_bad_pmd_of_an_area_is_cleared_before_it_is_mapped() {
    let mut world = with_areas(tree(), &[area(0, 0x4000_0000)]);
    set_entry(&mut world, PMD, 0, BAD_PMD);
    assert_eq!(
        told(range_walk(V6_1, 0, 0x1000), &mut world, looking(PTES | Callbacks::PTE_HOLE)),
        ["split pud 0: nothing", "split pmd 0: nothing", "bad pmd 0", "again pmd 0", "hole3 0-1000"]
    );
    assert_eq!(entry_at(&world, PMD, 0), 0);
}

#[test]
fn what_a_pte_leaves_in_the_action_is_never_looked_at() {
    for action in [Action::Again, Action::Continue] {
        let ops = Ops {
            callbacks: Callbacks::PMD_ENTRY | PTES,
            react: move |call: &Call, _: &mut World| {
                let pte = call.callback == Callback::Entry(Level::Pte);
                Reply { action: pte.then_some(action), ..Reply::default() }
            },
        };
        let found = calls(kernel_walk(V6_1, 0, 0x2000), &mut tree(), ops);
        assert_eq!(found, ["pmd 0-2000", "pte 0-1000", "pte 1000-2000"], "{action:?}");
    }
}

#[test]
fn walk_page_vma_asks_whether_to_walk() {
    let device = Vma { flags: VmaFlags::PFNMAP, ..area(0, 0x2000) };
    for (set, answer, expected, ret) in [
        (PTES, 0, &[][..], 0),
        (PTES | Callbacks::PTE_HOLE, 0, &["hole-1 0-2000"][..], 0),
        (PTES | Callbacks::TEST_WALK, 0, &["test 0-2000", "pte 0-1000", "pte 1000-2000"], 0),
        (PTES | Callbacks::TEST_WALK | AROUND, 1, &["test 0-2000"], 0),
        (PTES | Callbacks::TEST_WALK | AROUND, -14, &["test 0-2000"], -14),
    ] {
        let mut world = with_areas(tree(), std::slice::from_ref(&device));
        let walk = area_walk(EntryPoint::Vma, V6_1, &world, 0, (0, 0));
        let found = outcome(walk, &mut world, returning(set, [(Callback::TestWalk, answer)]));
        let calls: Vec<String> = found.0.into_iter().filter(is_call).collect();
        assert_eq!((calls, found.1), (expected.iter().map(ToString::to_string).collect(), Status::Done(ret)));
    }
}

#[test]
fn no_lock_of_an_area_is_taken_or_asserted() {
    for walk_lock in WalkLock::ALL {
        let mut world = with_areas(tree(), &[area(0, 0x1000)]);
        let mut ops = super::order::Locking(walk_lock, looking(PTES));
        let (events, _) = events(&mut range_walk(V6_1, 0, 0x1000), &mut world, &mut ops);
        let asserted: Vec<Need> = events
            .iter()
            .filter_map(|event| match event {
                Event::Assert { lock: LockName::Mmap(MmId::USER), need, .. } => Some(*need),
                Event::Assert { .. } | Event::VmaStartWrite { .. } => panic!("{event:?}"),
                _ => None,
            })
            .collect();
        assert!(!asserted.is_empty() && asserted.iter().all(|&need| need == Need::Held), "{walk_lock:?}");
    }
}

#[test]
fn hugetlb_pages_are_called_without_a_lock() {
    let mut world = with_areas(tree(), &[hugetlb(0, 0x20_0000, 0x20_0000)]);
    set_entry(&mut world, PMD, 0, LARGE);
    let found = told(range_walk(V6_1, 0, 0x20_0000), &mut world, looking(Callbacks::HUGETLB_ENTRY));
    assert_eq!(found, ["huge pmd 0-200000"]);
}
