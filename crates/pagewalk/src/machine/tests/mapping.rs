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
    for revision in Revision::ALL {
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
