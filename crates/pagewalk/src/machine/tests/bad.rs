//! Entries that are not what they should be: bad ones, and pointers to nowhere.

use super::*;

/// Which level of which machine clears a bad entry in the loops, and a bad value.
#[test]
fn a_bad_pgd_or_p4d_is_cleared_and_a_hole() {
    for (id, table, level, bad, hole) in [
        ("x86_64-4level", ROOT, Level::P4d, 0x3008, "hole0"),
        ("x86_64-5level", ROOT, Level::Pgd, 0x3061, "hole0"),
        ("riscv64-sv48", ROOT, Level::P4d, 0xc00, "hole1"),
        ("riscv64-sv57", ROOT, Level::Pgd, 0xc00, "hole0"),
    ] {
        for revision in Revision::ALL {
            let mut world = world(id, &[(ROOT, Level::Pgd, &[(0, bad)])]);
            let walk = kernel_walk(revision, 0, 0x1000);
            let found = calls(walk, &mut world, looking(Callbacks::PUD_ENTRY | Callbacks::PTE_HOLE));
            assert_eq!(found, [format!("bad {} 0", level.name()), format!("{hole} 0-1000")], "{id}");
            assert_eq!(entry_at(&world, table, 0), 0, "{id}");
        }
    }
}

#[test]
fn a_bad_p4d_below_a_pgd_is_cleared() {
    let p4d = 0x2000;
    for (id, pgd, bad) in [("x86_64-5level", x86(0x2000), 0x3008), ("riscv64-sv57", 0x801, 0xc00)] {
        let mut world = world(id, &[(ROOT, Level::Pgd, &[(0, pgd)]), (p4d, Level::P4d, &[(0, bad)])]);
        let walk = kernel_walk(Revision::V7_3, 0, 0x1000);
        let found = calls(walk, &mut world, looking(Callbacks::PUD_ENTRY | Callbacks::PTE_HOLE));
        assert_eq!(found, ["bad p4d 0", "hole1 0-1000"], "{id}");
        assert_eq!((entry_at(&world, p4d, 0), entry_at(&world, ROOT, 0)), (0, pgd));
    }
}

#[test]
fn a_bad_p4d_that_the_compiler_folded_is_a_hole_but_stays() {
    // Without its table bit the entry is bad, but p4d_clear_bad() is an empty macro there.
    let mut world = world("arm64-4k-48", &[(ROOT, Level::Pgd, &[(0, 0x3001)])]);
    let walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    assert_eq!(calls(walk, &mut world, looking(ALL)), ["pgd 0-1000", "bad p4d 0 kept", "hole0 0-1000"]);
    assert_eq!(entry_at(&world, ROOT, 0), 0x3001);
}

#[test]
fn a_bad_entry_without_a_hole_callback_is_cleared_all_the_same() {
    let mut world = world("x86_64-5level", &[(ROOT, Level::Pgd, &[(0, 0x3061)])]);
    let walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    assert_eq!(calls(walk, &mut world, looking(Callbacks::PGD_ENTRY)), ["bad pgd 0"]);
    assert_eq!(entry_at(&world, ROOT, 0), 0);
}

/// A pmd that points to a table but is bad: not writable.
pub(super) const BAD_PMD: u64 = PTE | 0x61;

fn bad_pmd() -> World {
    let mut world = tree();
    set_entry(&mut world, PMD, 0, BAD_PMD);
    world
}

#[test]
fn a_bad_pmd_of_user_memory_is_cleared_when_its_table_is_mapped() {
    for revision in having(|rules| rules.map_can_fail) {
        let mut world = bad_pmd();
        let walk = user_walk(revision, 0, 0x1000);
        assert_eq!(
            told(
                walk,
                &mut world,
                looking(Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE)
            ),
            [
                "pmd 0-1000",
                "rcu lock",
                "bad pmd 0",
                "map user 0 failed",
                "rcu unlock",
                "again pmd 0",
                "hole3 0-1000",
                // The AGAIN of the failed mapping outlives the hole where it is not reset before it.
            ]
            .into_iter()
            .chain(
                stale_again_repeats(revision)
                    .then_some(["again pud 0", "hole3 0-1000"])
                    .into_iter()
                    .flatten()
            )
            .collect::<Vec<_>>(),
            "{revision:?}"
        );
        assert_eq!(entry_at(&world, PMD, 0), 0);
    }
}

/// v7.0 to v7.2-rc and the long-term kernel: the pud loop honours AGAIN, which the pmd loop resets too late.
fn stale_again_repeats(revision: Revision) -> bool {
    matches!(revision, Revision::V7_1 | Revision::V6_12_107)
}

#[test]
fn a_bad_pmd_of_kernel_memory_is_followed() {
    let ops = || looking(Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY);
    let mut world = bad_pmd();
    let followed = ["pmd 0-1000", "map kernel 0", "pte 0-1000"];
    assert_eq!(told(kernel_walk(Revision::V7_3, 0, 0x1000), &mut world, ops()), followed);
    // A user mm's kernel half is kernel memory too, and TASK_SIZE is the current task's.
    world.task_size = VirtAddr(0);
    assert_eq!(told(user_walk(Revision::V7_3, 0, 0x1000), &mut world, ops()), followed);
    assert_eq!(entry_at(&world, PMD, 0), BAD_PMD);
}

#[test]
fn a_pointer_to_no_table_stops_the_walk() {
    let nowhere = 0x0dea_d000;
    for (table, slot, expected) in [
        (ROOT, 0, "fault: no pud table at dead000"),
        (PUD, 0, "fault: no pmd table at dead000"),
        (PMD, 0, "fault: no pte table at dead000"),
    ] {
        for walk in [kernel_walk(Revision::V7_3, 0, 0x1000), user_walk(Revision::V6_16, 0, 0x1000)] {
            let mut world = tree();
            set_entry(&mut world, table, slot, x86(nowhere));
            let mut at_start = walk.clone();
            assert_eq!(calls(walk, &mut world, looking(Callbacks::PTE_ENTRY)), [expected]);
            let (_, status) = events(&mut at_start, &mut world, &mut looking(Callbacks::PTE_ENTRY));
            assert!(matches!(status, Status::Faulted(Fault::NoTable { .. } | Fault::WildRead { .. })));
        }
    }
}

#[test]
fn a_pointer_to_no_table_does_not_matter_where_nobody_looks() {
    let mut world = tree();
    set_entry(&mut world, PUD, 0, x86(0x0dea_d000));
    let walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    assert_eq!(calls(walk, &mut world, looking(Callbacks::PUD_ENTRY)), ["pud 0-1000"]);
}
