//! `walk_hugetlb_range()`: kernel-facts 2.3.2 and 6.5, and each architecture's `huge_pte_offset()`.

use super::areas::*;
use super::*;

const HUGE_AND_HOLES: Callbacks = Callbacks::HUGETLB_ENTRY.union(Callbacks::PTE_HOLE);
const AROUND: Callbacks = Callbacks::PRE_VMA.union(Callbacks::POST_VMA);
const MIB_2: u64 = 0x20_0000;

fn huge_tree(areas: &[mm::Vma]) -> World {
    let mut world = with_areas(tree(), areas);
    set_entry(&mut world, PMD, 0, LARGE);
    set_entry(&mut world, PMD, 1, 0);
    world
}

#[test]
fn huge_pages_are_called_one_by_one_under_the_areas_lock() {
    for revision in having(|rules| rules.hugetlb_lock) {
        let mut world = huge_tree(&[hugetlb(0, 2 * MIB_2, MIB_2)]);
        let walk = range_walk(revision, 0, 2 * MIB_2);
        assert_eq!(
            told(walk, &mut world, looking(HUGE_AND_HOLES | AROUND)),
            [
                "pre 0-400000",
                "hugetlb lock",
                "huge pmd 0-200000",
                // An empty slot of a table is an entry, no hole.
                "huge pmd 200000-400000",
                "hugetlb unlock",
                "post"
            ],
            "{revision:?}"
        );
    }
}

#[test]
fn the_callback_gets_the_slot_its_value_and_the_mask() {
    let mut world = huge_tree(&[hugetlb(0, 2 * MIB_2, MIB_2)]);
    let mut walk = range_walk(Revision::V7_3, 0, MIB_2);
    let (events, _) = events(&mut walk, &mut world, &mut looking(Callbacks::HUGETLB_ENTRY));
    let call = events.iter().find_map(|event| match event {
        Event::Callback { call, .. } => Some(*call),
        _ => None,
    });
    let call = call.expect("there is one");
    assert_eq!((call.slot.table.0, call.slot.index, call.value.0), (PMD, 0, LARGE));
    assert_eq!(call.hmask, !(MIB_2 - 1));
    assert_eq!(call.vma, Some(nth(&world, 0)));
}

#[test]
fn a_part_of_a_page_is_called_for_the_page() {
    let mut world = huge_tree(&[hugetlb(0, 2 * MIB_2, MIB_2)]);
    let walk = range_walk(Revision::V7_3, 0x1000, MIB_2 + 0x1000);
    assert_eq!(
        told(walk, &mut world, looking(HUGE_AND_HOLES)),
        ["hugetlb lock", "huge pmd 1000-200000", "huge pmd 200000-201000", "hugetlb unlock"]
    );
}

#[test]
fn the_page_is_looked_up_at_its_own_address() {
    let mut world = huge_tree(&[hugetlb(0, 8 * MIB_2, MIB_2)]);
    let mut walk = range_walk(Revision::V7_3, 3 * MIB_2 + 0x1_1000, 5 * MIB_2 + 0x1000);
    let (events, _) = events(&mut walk, &mut world, &mut looking(Callbacks::HUGETLB_ENTRY));
    let found: Vec<_> = events
        .iter()
        .filter_map(|event| match *event {
            Event::HugetlbWalk { addr, found: Some((Level::Pmd, slot)) } => Some((addr.0, slot.index)),
            _ => None,
        })
        .collect();
    assert_eq!(found, [(3 * MIB_2, 3), (4 * MIB_2, 4), (5 * MIB_2, 5)]);
}

#[test]
fn a_table_that_has_been_freed_is_used_after_free() {
    for (level, pa) in [(Level::Pud, PUD), (Level::Pmd, PMD)] {
        let mut world = huge_tree(&[hugetlb(0, 2 * MIB_2, MIB_2)]);
        let pa = PhysAddr(pa);
        world.free_table(pa);
        let (_, status) = outcome(range_walk(Revision::V7_3, 0, MIB_2), &mut world, looking(HUGE_AND_HOLES));
        assert_eq!(status, Status::Faulted(Fault::UseAfterFree { level, pa }));
    }
}

#[test]
fn a_hole_is_where_there_is_no_table() {
    // A page further up, below an empty pud.
    let start = 0x4000_0000;
    let mut world = huge_tree(&[hugetlb(start, start + 2 * MIB_2, MIB_2)]);
    let walk = || range_walk(Revision::V7_3, start, start + 2 * MIB_2);
    assert_eq!(
        told(walk(), &mut world, looking(HUGE_AND_HOLES)),
        ["hugetlb lock", "hole-1 40000000-40200000", "hole-1 40200000-40400000", "hugetlb unlock"]
    );
    // Nobody asks for holes.
    assert_eq!(
        told(walk(), &mut world, looking(Callbacks::HUGETLB_ENTRY)),
        ["hugetlb lock", "hugetlb unlock"]
    );
}

#[test]
fn without_its_callback_an_area_of_hugetlbfs_is_nothing_at_all() {
    let mut world = huge_tree(&[hugetlb(0, 2 * MIB_2, MIB_2)]);
    let walk = range_walk(Revision::V7_3, 0, 2 * MIB_2);
    assert_eq!(told(walk, &mut world, looking(ALL | AROUND)), ["pre 0-400000", "post"]);
    let walk = range_walk(Revision::V7_3, 0, 2 * MIB_2);
    assert_eq!(told(walk, &mut world, looking(ALL)), [""; 0]);
}

#[test]
fn a_value_of_either_callback_ends_the_walk_and_releases_the_lock() {
    let start = 0x4000_0000;
    for (callback, start, entry) in
        [(Callback::Hugetlb, 0, "huge pmd 0-200000"), (Callback::Hole, start, "hole-1 40000000-40200000")]
    {
        for ret in [1, -14] {
            let mut world = huge_tree(&[hugetlb(start, start + 2 * MIB_2, MIB_2)]);
            let ops = returning(HUGE_AND_HOLES | AROUND, [(callback, ret)]);
            let (told, status) =
                outcome(range_walk(Revision::V7_3, start, start + 2 * MIB_2), &mut world, ops);
            assert_eq!(told[1..], ["hugetlb lock", entry, "hugetlb unlock", "post"]);
            assert_eq!(status, Status::Done(ret));
        }
    }
}

#[test]
fn a_pfnmap_area_of_hugetlbfs_is_skipped_like_any_other() {
    let mut raw = hugetlb(0, MIB_2, MIB_2);
    raw.flags |= mm::VmaFlags::PFNMAP;
    let mut world = huge_tree(&[raw]);
    let found = told(range_walk(Revision::V7_3, 0, MIB_2), &mut world, looking(HUGE_AND_HOLES));
    assert_eq!(found, ["hole-1 0-200000"]);
}

/// A world with one path down to `last`, whose tables' first slots hold pointers and, in the last one, `value`.
fn path_with(id: &str, last: Level, value: u64) -> World {
    let model = model(id);
    let levels: Vec<Level> = model.real_levels().take_while(|&level| level <= last).collect();
    let at = |n: usize| ROOT * (1 + n as u64);
    let entries: Vec<_> = levels
        .iter()
        .enumerate()
        .map(|(n, &level)| {
            let value = if level == last { value } else { to_table(model, at(n + 1)) };
            (at(n), level, [(0, value)])
        })
        .collect();
    let tables: Vec<_> = entries.iter().map(|(pa, level, entries)| (*pa, *level, &entries[..])).collect();
    world(id, &tables)
}

#[test]
fn each_architecture_finds_its_pages_where_it_keeps_them() {
    const ARM_BLOCK: u64 = 0x4000_0701;
    const LOONGARCH_HUGE: u64 = 0x4000_01d3;
    const LOONGARCH_EMPTY: u64 = 0x9000_0000_01c0_0000;
    let (kib_64, mib_2, mib_32, gib_1) = (1 << 16, 1 << 21, 1 << 25, 1 << 30);
    let arm_table = |pa: u64| pa | 3;
    for (id, bytes, last, value, expected) in [
        // x86: the pud for 1 GiB, with any value; else the pmd.
        ("x86_64-4level", gib_1, Level::Pud, 0, "huge pud"),
        ("x86_64-4level", mib_2, Level::Pud, 0, "hole-1"),
        ("x86_64-4level", mib_2, Level::Pmd, 0, "huge pmd"),
        ("x86_64-4level", mib_2, Level::Pgd, 0, "hole-1"),
        // riscv: 64K pages are ptes, if the pmd is a table.
        ("riscv64-sv39", mib_2, Level::Pmd, 0, "huge pmd"),
        ("riscv64-sv39", kib_64, Level::Pmd, 0, "hole-1"),
        ("riscv64-sv39", kib_64, Level::Pte, 0, "huge pte"),
        ("riscv64-sv48", gib_1, Level::Pud, 0, "huge pud"),
        // arm64: stops at a leaf or an absent entry; contiguous pmds and ptes.
        ("arm64-4k-48", gib_1, Level::Pud, ARM_BLOCK, "huge pud"),
        ("arm64-4k-48", gib_1, Level::Pud, 0, "huge pud"),
        ("arm64-4k-48", mib_2, Level::Pud, 0, "hole-1"),
        ("arm64-4k-48", mib_2, Level::Pud, ARM_BLOCK, "huge pud"),
        ("arm64-4k-48", mib_2, Level::Pmd, ARM_BLOCK, "huge pmd"),
        ("arm64-4k-48", mib_2, Level::Pmd, 0, "huge pmd"),
        ("arm64-4k-48", mib_2, Level::Pmd, arm_table(PTE), "hole-1"),
        ("arm64-4k-48", mib_32, Level::Pmd, 0, "huge pmd"),
        ("arm64-4k-48", kib_64, Level::Pmd, 0, "hole-1"),
        ("arm64-4k-48", kib_64, Level::Pte, 0, "huge pte"),
        // loongarch: the pmd, unless it is empty.
        ("loongarch64-16k-3level", mib_32, Level::Pmd, LOONGARCH_HUGE, "huge pmd"),
        ("loongarch64-16k-3level", mib_32, Level::Pmd, LOONGARCH_EMPTY, "hole-1"),
    ] {
        let mut world = with_areas(path_with(id, last, value), &[hugetlb(0, bytes, bytes)]);
        let found = calls(range_walk(Revision::V7_3, 0, bytes), &mut world, looking(HUGE_AND_HOLES));
        let expected =
            ["hugetlb lock".to_string(), format!("{expected} 0-{bytes:x}"), "hugetlb unlock".to_string()];
        assert_eq!(found, expected, "{id} {bytes:x} {last:?} {value:x}");
    }
}

#[test]
fn a_page_of_several_slots_is_found_at_its_first() {
    // Asked from its middle on: the slot is that of the page's start.
    for (id, bytes, last) in [
        ("arm64-4k-48", 1u64 << 16, Level::Pte),
        ("arm64-4k-48", 1 << 25, Level::Pmd),
        ("riscv64-sv39", 1 << 16, Level::Pte),
    ] {
        let mut world = with_areas(path_with(id, last, 0), &[hugetlb(0, bytes, bytes)]);
        let mut walk = range_walk(Revision::V7_3, bytes / 2, bytes);
        let (events, _) = events(&mut walk, &mut world, &mut looking(Callbacks::HUGETLB_ENTRY));
        let slots: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Callback { call, .. } => Some((call.level, call.slot.index, call.addr.0)),
                _ => None,
            })
            .collect();
        assert_eq!(slots, [(last, 0, bytes / 2)], "{id}");
    }
}

#[test]
fn where_there_is_no_hugetlbfs_the_flag_means_nothing() {
    let mut world = with_areas(empty_world("openrisc"), &[hugetlb(0, 0x2000, 0x2000)]);
    let found = calls(
        range_walk(Revision::V7_3, 0, 0x2000),
        &mut world,
        looking(HUGE_AND_HOLES | Callbacks::PTE_ENTRY),
    );
    assert_eq!(found, ["hole0 0-2000"]);
}

#[test]
fn a_pointer_to_nowhere_is_a_fault() {
    let mut world = huge_tree(&[hugetlb(0, MIB_2, MIB_2)]);
    set_entry(&mut world, PUD, 0, x86(0x0dea_d000));
    let found = calls(range_walk(Revision::V7_3, 0, MIB_2), &mut world, looking(HUGE_AND_HOLES));
    assert_eq!(found, ["hugetlb lock", "fault: no pmd table at dead000"]);
}
