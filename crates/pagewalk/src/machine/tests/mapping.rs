//! How pte tables are mapped: kernel-facts 2.4.3.

use super::*;

const PMD_AND_PTE: Callbacks = Callbacks::PMD_ENTRY.union(Callbacks::PTE_ENTRY).union(Callbacks::PTE_HOLE);

#[test]
fn user_tables_are_walked_under_rcu_one_table_at_a_time() {
    let walk = user_walk(Revision::V7_3, 0x1f_f000, 0x20_1000);
    assert_eq!(
        told(walk, &mut tree(), looking(PMD_AND_PTE)),
        [
            "pmd 1ff000-200000",
            "rcu lock",
            "map user 1ff000",
            "pte 1ff000-200000",
            "rcu unlock",
            "pmd 200000-201000",
            "rcu lock",
            "map user 200000",
            "pte 200000-201000",
            "rcu unlock",
        ]
    );
}

#[test]
fn kernel_tables_are_walked_without_rcu() {
    let expected = ["pmd 0-1000", "map kernel 0", "pte 0-1000"];
    for revision in having(|rules| rules.map_can_fail) {
        let walk = kernel_walk(revision, 0, 0x1000);
        assert_eq!(told(walk, &mut tree(), looking(PMD_AND_PTE)), expected, "{revision:?}");
        let walk = self::walk(EntryPoint::Debug, revision, Some(MmId::INIT_MM), 0, 0x1000);
        assert_eq!(told(walk, &mut tree(), looking(PMD_AND_PTE)), expected, "{revision:?}");
    }
}

#[test]
fn a_user_mms_kernel_half_is_walked_without_rcu() {
    // The boundary is the first address of the pte table's range, not its end.
    let mut world = tree();
    world.task_size = VirtAddr(0x20_0000);
    let walk = user_walk(Revision::V7_3, 0x1f_f000, 0x20_1000);
    let maps: Vec<String> = told(walk, &mut world, looking(PMD_AND_PTE))
        .into_iter()
        .filter(|words| words.starts_with("map"))
        .collect();
    assert_eq!(maps, ["map user 1ff000", "map kernel 200000"]);
}

#[test]
fn an_error_leaves_the_rcu_section() {
    let ops = Ops {
        callbacks: Callbacks::PTE_ENTRY,
        react: |_: &Call, _: &mut World| Reply { ret: -14, action: None, ..Reply::default() },
    };
    let walk = user_walk(Revision::V7_3, 0, 0x2000);
    assert_eq!(told(walk, &mut tree(), ops), ["rcu lock", "map user 0", "pte 0-1000", "rcu unlock"]);
}

#[test]
fn a_pmd_that_is_no_table_any_more_is_not_mapped() {
    // Gone, swapped out, huge: seen under RCU, after the leaf test has passed.
    for (now, then) in [(0, "hole3 0-1000"), (0x200, "pmd 0-1000"), (LARGE, "pmd 0-1000")] {
        let walk = user_walk(Revision::V7_3, 0, 0x1000);
        let told = interrupted(
            walk,
            &mut tree(),
            PMD_AND_PTE,
            |event| matches!(event, Event::RcuLock),
            |world| set_entry(world, PMD, 0, now),
        );
        assert_eq!(told, ["pmd 0-1000", "rcu lock", "map user 0 failed", "rcu unlock", "again pmd 0", then]);
    }
}

#[test]
fn a_kernel_pmd_that_is_no_table_any_more_is_mapped_all_the_same() {
    let walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    let told = interrupted(
        walk,
        &mut tree(),
        PMD_AND_PTE,
        |event| matches!(event, Event::Enter { func: Func::WalkRange(Level::Pte), .. }),
        |world| set_entry(world, PMD, 0, 0),
    );
    assert_eq!(told, ["pmd 0-1000", "map kernel 0", "fault: no pte table at 0"]);
}

#[test]
fn ptes_are_read_as_they_are_when_their_callback_runs() {
    // The callback of the first pte changes the second.
    let ops = Ops {
        callbacks: Callbacks::PTE_ENTRY,
        react: |call: &Call, world: &mut World| {
            if call.slot.index == 0 {
                set_entry(world, PTE, 1, 0x77);
            }
            Reply::default()
        },
    };
    let mut ops = ops;
    let (events, _) = events(&mut kernel_walk(Revision::V7_3, 0, 0x2000), &mut tree(), &mut ops);
    let values: Vec<u64> = events
        .iter()
        .filter_map(|event| match event {
            Event::Callback { call, .. } => Some(call.value.0),
            _ => None,
        })
        .collect();
    assert_eq!(values, [0x10_0063, 0x77]);
}

#[test]
fn a_pte_of_an_arm64_contiguous_block_has_the_blocks_accessed_and_dirty() {
    const VALID_CONT: u64 = 3 | 1 << 52;
    const AF: u64 = 1 << 10;
    const DIRTY: u64 = 1 << 55;
    // Slots 16 to 31 are a block; 17 was read, 30 was written. Slot 32 stands alone.
    let mut slots: Vec<(u32, u64)> = (16..32).map(|slot| (slot, VALID_CONT)).collect();
    slots[1].1 |= AF;
    slots[14].1 |= DIRTY;
    slots.push((32, 3));
    let mut world = world(
        "arm64-4k-48",
        &[
            (ROOT, Level::Pgd, &[(0, PUD | 3)]),
            (PUD, Level::Pud, &[(0, PMD | 3)]),
            (PMD, Level::Pmd, &[(0, PTE | 3)]),
            (PTE, Level::Pte, &slots),
        ],
    );
    for walk in [kernel_walk(Revision::V7_3, 0xf000, 0x2_1000), user_walk(Revision::V7_3, 0xf000, 0x2_1000)] {
        let (events, _) = events(&mut walk.clone(), &mut world, &mut looking(Callbacks::PTE_ENTRY));
        let values: Vec<u64> = events
            .iter()
            .filter_map(|event| match event {
                Event::Callback { call, .. } => Some(call.value.0),
                _ => None,
            })
            .collect();
        let block = [VALID_CONT | AF | DIRTY; 16];
        assert_eq!(values, [&[0][..], &block, &[3]].concat());
    }
    assert_eq!(entry_at(&world, PTE, 16), VALID_CONT, "memory stays as it is");
}

fn area_of_everything() -> World {
    areas::with_areas(tree(), &[areas::area(0, 0x4000_0000)])
}

#[test]
fn tables_of_an_area_are_walked_under_rcu_and_their_lock_one_table_at_a_time() {
    for revision in having(|rules| rules.map_can_fail) {
        let walk = areas::range_walk(revision, 0x1f_f000, 0x20_1000);
        let told = told(walk, &mut area_of_everything(), looking(Callbacks::PTE_ENTRY));
        let of_table = |addr: &str, pte: &str| {
            let map = format!("map lock {addr}");
            ["split pmd {}: nothing", "rcu lock", "ptl lock", &map, pte, "ptl unlock", "rcu unlock"]
                .map(|words| words.replace("{}", addr))
        };
        let first = of_table("1ff000", "pte 1ff000-200000");
        let second = of_table("200000", "pte 200000-201000");
        let pud = ["split pud 1ff000: nothing".to_string()];
        assert_eq!(told, [&pud[..], &first, &second].concat(), "{revision:?}");
    }
}

#[test]
fn the_address_says_nothing_about_how_an_areas_table_is_mapped() {
    // Above TASK_SIZE, and of init_mm.
    let mut world = area_of_everything();
    world.task_size = VirtAddr(0);
    let all = areas::with_areas(world, &[mm::Vma { mm: Some(MmId::INIT_MM), ..areas::area(0, 0x1000) }]);
    let walk = areas::area_walk(EntryPoint::Vma, Revision::V7_3, &all, 0, (0, 0));
    let told = told(walk, &mut all.clone(), looking(Callbacks::PTE_ENTRY));
    assert!(told.contains(&"map lock 0".to_string()), "{told:?}");
}

#[test]
fn an_error_releases_the_lock_and_leaves_the_rcu_section() {
    let ops = areas::returning(Callbacks::PTE_ENTRY, [(Callback::Entry(Level::Pte), -14)]);
    let told = told(areas::range_walk(Revision::V7_3, 0, 0x2000), &mut area_of_everything(), ops);
    assert_eq!(told[told.len() - 3..], ["pte 0-1000", "ptl unlock", "rcu unlock"]);
}

/// What a walk of the first page says when another task changes its pmd at the moment that `when` waits for.
fn pmd_changed(when: impl Fn(Event) -> bool, value: u64) -> Vec<String> {
    let walk = areas::range_walk(Revision::V7_3, 0, 0x1000);
    let callbacks = Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE;
    let told = interrupted(walk, &mut area_of_everything(), callbacks, when, |world| {
        set_entry(world, PMD, 0, value);
    });
    told.into_iter().filter(|words| !words.starts_with("split")).collect()
}

#[test]
fn a_table_that_is_replaced_before_its_lock_is_taken_is_not_walked() {
    let locked = |event| matches!(event, Event::Lock { lock: LockName::Ptl(_), .. });
    let given_up = ["rcu lock", "ptl lock", "ptl unlock", "rcu unlock", "rcu lock"];
    let told = pmd_changed(locked, x86(PTE_2));
    assert_eq!(told[..5], given_up);
    assert_eq!(told[5..], ["ptl lock", "map lock 0", "pte 0-1000", "ptl unlock", "rcu unlock"]);
    let told = pmd_changed(locked, 0);
    assert_eq!(told[..5], given_up);
    assert_eq!(told[5..], ["map lock 0 failed", "rcu unlock", "again pmd 0", "hole3 0-1000"]);
}

#[test]
fn a_bad_pmd_of_an_area_is_cleared_when_it_is_mapped() {
    let told = pmd_changed(|event| matches!(event, Event::RcuLock), PTE | 0x61);
    assert_eq!(
        told,
        ["rcu lock", "bad pmd 0", "map lock 0 failed", "rcu unlock", "again pmd 0", "hole3 0-1000"]
    );
}

#[test]
fn a_table_whose_lock_another_task_holds_is_waited_for() {
    let mut world = area_of_everything();
    world.lock_ptl(PhysAddr(PTE), Task::Other).expect("it is free");
    let mut walk = areas::range_walk(Revision::V7_3, 0, 0x1000);
    let mut ops = looking(Callbacks::PTE_ENTRY);
    let (_, status) = events(&mut walk, &mut world, &mut ops);
    assert_eq!(status, Status::Waiting(LockName::Ptl(PhysAddr(PTE))));
    assert_eq!(walk.waits_for(&world), Some(LockName::Ptl(PhysAddr(PTE))));
    world.unlock_ptl(PhysAddr(PTE));
    let (_, status) = events(&mut walk, &mut world, &mut ops);
    assert_eq!((status, world.ptls.len()), (Status::Done(0), 0));
}
