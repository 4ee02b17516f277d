//! Where holes are found, with which depth, and which callbacks a folded level gets.

use super::*;

#[test]
fn an_empty_root_slot_calls_the_folded_levels_and_then_the_hole() {
    // Kernel-facts 5.1 and 7.
    let top = u64::MAX;
    for (id, start, expected) in [
        ("x86_64-4level", 0xffff_ff80_0000_0000, &["pgd", "hole0"][..]),
        ("x86_64-5level", 0xffff_0000_0000_0000, &["hole0"]),
        ("riscv64-sv39", 0xffff_ffff_c000_0000, &["pgd", "p4d", "hole2"]),
        ("riscv64-sv48", 0xffff_ff80_0000_0000, &["pgd", "hole1"]),
        ("riscv64-sv57", 0xffff_0000_0000_0000, &["hole0"]),
        ("arm64-4k-48", 0xffff_ff80_0000_0000, &["pgd", "hole0"]),
        ("arm64-16k-48", 0xffff_8000_0000_0000, &["pgd", "hole0"]),
    ] {
        let expected: Vec<String> = expected.iter().map(|call| format!("{call} {start:x}-{top:x}")).collect();
        for revision in Revision::ALL {
            let found = calls(kernel_walk(revision, start, top), &mut empty_world(id), looking(ALL));
            assert_eq!(found, expected, "{id} {revision:?}");
        }
    }
}

#[test]
fn every_empty_root_slot_is_a_hole_of_its_own() {
    let calls = calls(
        kernel_walk(Revision::V7_3, 0xffff_ff00_0000_0000, u64::MAX),
        &mut empty_world("x86_64-4level"),
        looking(ALL),
    );
    assert_eq!(
        calls,
        [
            "pgd ffffff0000000000-ffffff8000000000",
            "hole0 ffffff0000000000-ffffff8000000000",
            "pgd ffffff8000000000-ffffffffffffffff",
            "hole0 ffffff8000000000-ffffffffffffffff",
        ]
    );
    let first_slot = self::calls(
        kernel_walk(Revision::V7_3, 0, 0x80_0000_0000),
        &mut empty_world("x86_64-4level"),
        looking(ALL),
    );
    assert_eq!(first_slot, ["pgd 0-8000000000", "hole0 0-8000000000"]);
}

/// A path of tables down to `last`, which is empty; each table in slot 0 of the one above.
fn path_to(id: &str, last: Level) -> World {
    let model = model(id);
    let levels: Vec<Level> = model.real_levels().filter(|&level| level <= last).collect();
    // Far apart and aligned to the largest pages, but the root, which is no address in an entry.
    let at = |level: Level| ROOT * (1 + u64::from(level.depth()));
    let entries: Vec<_> = levels
        .iter()
        .enumerate()
        .map(|(n, &level)| {
            let below = levels.get(n + 1).map(|&below| (0, to_table(model, at(below))));
            (at(level), level, below.into_iter().collect::<Vec<_>>())
        })
        .collect();
    let tables: Vec<_> =
        entries.iter().map(|(pa, level, entries)| (*pa, *level, entries.as_slice())).collect();
    world(id, &tables)
}

#[test]
fn a_hole_has_the_depth_of_the_first_level_with_more_than_one_slot() {
    use Level::{P4d, Pgd, Pmd, Pud};
    for (id, expected) in [
        ("x86_64-4level", &[(Pgd, 0), (Pud, 2), (Pmd, 3)][..]),
        ("x86_64-5level", &[(Pgd, 0), (P4d, 1), (Pud, 2), (Pmd, 3)]),
        ("riscv64-sv39", &[(Pgd, 2), (Pmd, 3)]),
        ("riscv64-sv48", &[(Pgd, 1), (Pud, 2), (Pmd, 3)]),
        ("riscv64-sv57", &[(Pgd, 0), (P4d, 1), (Pud, 2), (Pmd, 3)]),
        ("arm64-4k-48", &[(Pgd, 0), (Pud, 2), (Pmd, 3)]),
        ("arm64-16k-48", &[(Pgd, 0), (Pud, 2), (Pmd, 3)]),
    ] {
        let tables: Vec<Level> = model(id).real_levels().filter(|&level| level != Level::Pte).collect();
        assert_eq!(tables, expected.iter().map(|&(level, _)| level).collect::<Vec<_>>());
        for &(last, depth) in expected {
            let walk = kernel_walk(Revision::V7_3, 0, 0x1000);
            let ops = looking(Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE);
            assert_eq!(
                calls(walk, &mut path_to(id, last), ops),
                [format!("hole{depth} 0-1000")],
                "{id} {last:?}"
            );
        }
    }
}

#[test]
fn an_empty_pte_is_no_hole() {
    for &model in pgtable::MODELS {
        let page = model.page_bytes();
        let walk = kernel_walk(Revision::V7_3, 0, 2 * page);
        let ops = looking(Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE);
        let expected = [format!("pte 0-{page:x}"), format!("pte {page:x}-{:x}", 2 * page)];
        assert_eq!(calls(walk, &mut path_to(model.id, Level::Pte), ops), expected, "{model:?}");
    }
}

#[test]
fn nothing_but_pte_hole_never_leaves_the_root() {
    // Slot 0 leads to an empty table, slot 1 is empty itself.
    let of = |id, slot: u64| {
        calls(
            kernel_walk(Revision::V7_3, 0, 2 * slot),
            &mut path_to(id, Level::Pud),
            looking(Callbacks::PTE_HOLE),
        )
    };
    assert_eq!(of("x86_64-5level", 1 << 48), ["hole0 1000000000000-2000000000000"]);
    // With the p4d folded the root's entries are tested by the p4d loop, which is not wanted: no holes at all.
    assert!(of("x86_64-4level", 1 << 39).is_empty());
}

#[test]
fn the_walk_descends_no_further_than_the_lowest_callback() {
    for (lowest, expected) in [
        (Level::Pgd, &["pgd 0-1000"][..]),
        (Level::P4d, &["pgd 0-1000", "p4d 0-1000"]),
        (Level::Pud, &["pgd 0-1000", "p4d 0-1000", "pud 0-1000"]),
        (Level::Pmd, &["pgd 0-1000", "p4d 0-1000", "pud 0-1000", "pmd 0-1000"]),
        (Level::Pte, &["pgd 0-1000", "p4d 0-1000", "pud 0-1000", "pmd 0-1000", "pte 0-1000"]),
    ] {
        let callbacks = Level::ALL.into_iter().filter(|&level| level <= lowest);
        let callbacks = callbacks.fold(Callbacks::PTE_HOLE, |set, level| set | Callbacks::entry(level));
        let walk = kernel_walk(Revision::V7_3, 0, 0x1000);
        assert_eq!(calls(walk, &mut tree(), looking(callbacks)), expected);
    }
}

#[test]
fn leaves_and_absent_entries_are_called_but_neither_holes_nor_entered() {
    // A 1 GiB page, then a table with a 2 MiB page and a swapped-out one.
    let world = || {
        world(
            "x86_64-4level",
            &[
                (ROOT, Level::Pgd, &[(0, x86(PUD))]),
                (PUD, Level::Pud, &[(0, LARGE), (1, x86(PMD))]),
                (PMD, Level::Pmd, &[(0, LARGE), (1, 0x200)]),
            ],
        )
    };
    for revision in Revision::ALL {
        let walk = kernel_walk(revision, 0, 0x4060_0000);
        let ops = looking(ALL.difference(Callbacks::PGD_ENTRY | Callbacks::P4D_ENTRY));
        assert_eq!(
            calls(walk, &mut world(), ops),
            [
                "pud 0-40000000",
                "pud 40000000-40600000",
                "pmd 40000000-40200000",
                "pmd 40200000-40400000",
                "hole3 40400000-40600000",
            ],
            "{revision:?}"
        );
    }
}
