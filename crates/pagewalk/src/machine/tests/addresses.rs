//! Arithmetic at the edges: kernel-facts 6.1.

use super::*;

/// A pte table for the last 2 MiB of the address space.
fn top_tree() -> World {
    world(
        "x86_64-4level",
        &[
            (ROOT, Level::Pgd, &[(511, x86(PUD))]),
            (PUD, Level::Pud, &[(511, x86(PMD))]),
            (PMD, Level::Pmd, &[(511, x86(PTE))]),
            (PTE, Level::Pte, &[]),
        ],
    )
}

#[test]
fn a_range_to_the_top_ends_at_all_ones() {
    let walk = kernel_walk(Revision::V7_3, 0xffff_ffff_ffff_e000, u64::MAX);
    assert_eq!(
        calls(walk, &mut top_tree(), looking(ALL)),
        [
            "pgd ffffffffffffe000-ffffffffffffffff",
            "p4d ffffffffffffe000-ffffffffffffffff",
            "pud ffffffffffffe000-ffffffffffffffff",
            "pmd ffffffffffffe000-ffffffffffffffff",
            "pte ffffffffffffe000-fffffffffffff000",
            // At pte level the next address is never clipped: here it wraps.
            "pte fffffffffffff000-0",
        ]
    );
}

#[test]
fn the_whole_top_half_stays_inside_the_root() {
    let walk = kernel_walk(Revision::V7_3, 0xffff_8000_0000_0000, u64::MAX);
    let calls =
        calls(walk, &mut empty_world("x86_64-4level"), looking(Callbacks::PTE_HOLE | Callbacks::PUD_ENTRY));
    assert_eq!(calls.len(), 256);
    assert_eq!(calls.last().map(String::as_str), Some("hole0 ffffff8000000000-ffffffffffffffff"));
}

#[test]
fn an_unaligned_range_keeps_its_offset_at_pte_level_only() {
    let walk = kernel_walk(Revision::V7_3, 0x1800, 0x3000);
    let mut world = tree();
    assert_eq!(
        calls(walk.clone(), &mut world, looking(ALL)),
        [
            "pgd 1800-3000",
            "p4d 1800-3000",
            "pud 1800-3000",
            "pmd 1800-3000",
            "pte 1800-2800",
            "pte 2800-3800"
        ]
    );
    let (events, _) = events(&mut walk.clone(), &mut world, &mut looking(Callbacks::PTE_ENTRY));
    let slots: Vec<u32> = events
        .iter()
        .filter_map(|event| match event {
            Event::Callback { call, .. } => Some(call.slot.index),
            _ => None,
        })
        .collect();
    assert_eq!(slots, [1, 2]);
    // Across a table's end the next table starts aligned again.
    let walk = kernel_walk(Revision::V7_3, 0x1f_f800, 0x20_0800);
    assert_eq!(
        calls(walk, &mut tree(), looking(Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY)),
        ["pmd 1ff800-200000", "pte 1ff800-200800", "pmd 200000-200800", "pte 200000-201000"]
    );
}

#[test]
fn an_unaligned_end_is_reached_by_a_whole_page() {
    let walk = kernel_walk(Revision::V7_3, 0x1000, 0x2001);
    assert_eq!(
        calls(walk, &mut tree(), looking(Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY)),
        ["pmd 1000-2001", "pte 1000-2000", "pte 2000-3000"]
    );
}

#[test]
fn an_end_below_one_page_runs_off_the_pte_table() {
    for walk in [kernel_walk(Revision::V7_3, 0, 0x800), user_walk(Revision::V7_3, 0, 0x800)] {
        let calls = calls(walk, &mut tree(), looking(Callbacks::PTE_ENTRY));
        assert_eq!(calls.len(), 513);
        assert_eq!(calls[511], "pte 1ff000-200000");
        assert_eq!(calls[512], "fault: pte slot 512");
    }
    // One page exactly is enough.
    let walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    assert_eq!(calls(walk, &mut tree(), looking(Callbacks::PTE_ENTRY)), ["pte 0-1000"]);
}

#[test]
fn a_range_past_the_root_reads_beyond_it() {
    for &model in pgtable::MODELS {
        let spec = model.level(Level::Pgd);
        let covered = u64::from(spec.ptrs) << spec.shift;
        if covered == 0 {
            // s390: all of 2^64.
            continue;
        }
        let (start, end) = (covered - 0x1_0000, covered + 0x1_0000);
        if end > model.word_mask {
            // A 32-bit root covers every address there is.
            continue;
        }
        let depth = model.real_depth(model.lowest_sharing(Level::Pgd));
        let beyond = if model.slots(Level::Pgd) == u32::from(spec.ptrs) {
            format!("fault: pgd slot {}", spec.ptrs)
        } else {
            // A kernel for 52-bit addresses on a smaller CPU: its root has more words than PTRS_PER_PGD says.
            format!("hole{depth} {covered:x}-{end:x}")
        };
        let walk = kernel_walk(Revision::V7_3, start, end);
        assert_eq!(
            calls(walk, &mut empty_world(model.id), looking(Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE)),
            [format!("hole{depth} {start:x}-{covered:x}"), beyond],
            "{model:?}"
        );
    }
}

#[test]
fn a_range_past_the_root_is_noticed_by_a_walk_that_reads_nothing_else() {
    // Where the p4d is folded the pgd is never none, and nothing below it is wanted.
    let covered = 512 << 39;
    for id in ["x86_64-4level", "riscv64-sv48", "arm64-4k-48"] {
        let walk = kernel_walk(Revision::V7_3, covered - 0x1000, covered + 0x1000);
        let found = calls(walk, &mut empty_world(id), looking(Callbacks::PTE_HOLE));
        assert_eq!(found, ["fault: pgd slot 512"], "{id}");
    }
}

#[test]
fn a_pgd_callback_beyond_the_root_is_not_made() {
    let covered = 512 << 39;
    let walk = kernel_walk(Revision::V7_3, covered - 0x1000, covered + 0x1000);
    assert_eq!(
        calls(walk, &mut empty_world("x86_64-4level"), looking(Callbacks::PGD_ENTRY)),
        [format!("pgd {:x}-{covered:x}", covered - 0x1000), "fault: pgd slot 512".to_string()]
    );
}

#[test]
fn a_non_canonical_address_aliases_a_slot() {
    // Address bit 47 selects slot 256; the bits above it are not looked at.
    let mut world = world("x86_64-4level", &[(ROOT, Level::Pgd, &[(256, x86(PUD))]), (PUD, Level::Pud, &[])]);
    let start = 0x0000_8000_0000_0000;
    let walk = kernel_walk(Revision::V7_3, start, start + 0x1000);
    assert_eq!(
        calls(walk, &mut world, looking(Callbacks::PUD_ENTRY | Callbacks::PTE_HOLE)),
        ["hole2 800000000000-800000001000"]
    );
    // On arm64 an address of the other half selects a slot of this root.
    let pud = 0x8000;
    let mut world =
        self::world("arm64-16k-48", &[(ROOT, Level::Pgd, &[(1, pud | 3)]), (pud, Level::Pud, &[])]);
    let walk = kernel_walk(Revision::V7_3, 0x8000_0000_0000, 0x8000_0000_4000);
    assert_eq!(
        calls(walk, &mut world, looking(Callbacks::PUD_ENTRY | Callbacks::PTE_HOLE)),
        ["hole2 800000000000-800000004000"]
    );
}

#[test]
fn an_explicit_root_replaces_the_mms_own() {
    let other = 0x9000;
    let mut world = world(
        "x86_64-4level",
        &[(ROOT, Level::Pgd, &[(0, x86(PUD))]), (PUD, Level::Pud, &[]), (other, Level::Pgd, &[])],
    );
    let ops = || looking(Callbacks::PUD_ENTRY | Callbacks::PTE_HOLE);
    let with_root = EntryPoint::ALL.into_iter().filter(|entry| !entry.has_vmas());
    for (entry, revision) in with_root.flat_map(|entry| Revision::ALL.map(|revision| (entry, revision))) {
        let args =
            Args { mm: Some(MmId::USER), start: VirtAddr(0), end: VirtAddr(0x1000), ..Args::default() };
        let Ok(own) = Walk::new(entry, revision, args) else { continue };
        assert_eq!(calls(own, &mut world, ops()), ["hole2 0-1000"]);
        let explicit = |pa| {
            let args = Args { pgd: Some(PhysAddr(pa)), ..args };
            Walk::new(entry, revision, args).expect("it exists in this revision")
        };
        assert_eq!(calls(explicit(other), &mut world, ops()), ["hole0 0-1000"]);
        assert_eq!(calls(explicit(0x0dea_d000), &mut world, ops()), ["fault: no pgd table at dead000"]);
    }
}
