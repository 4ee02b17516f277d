//! How entries are made, over all models: against the constants of the headers, and against the tests on entries.

use pgtable::{EntryKind, Level, MODELS, Model, Owner, PhysAddr, Prot, RawEntry, model};
use proptest::prelude::*;

const OWNERS: [Owner; 2] = [Owner::User, Owner::Kernel];

/// 1 GiB: a multiple of what a pmd maps, for every page size.
const GIB: PhysAddr = PhysAddr(1 << 30);

fn any_model() -> impl Strategy<Value = &'static Model> {
    proptest::sample::select(MODELS)
}

proptest! {
    #[test]
    fn an_entry_that_is_made_for_a_table_points_to_it(model in any_model(), pa in any::<u64>()) {
        for level in [Level::Pgd, Level::P4d, Level::Pud, Level::Pmd] {
            // Anything that some entry can point to, on a page.
            let pa = PhysAddr(model.table_address(level, RawEntry(pa)).0 & !(model.page_bytes() - 1));
            for owner in OWNERS {
                let entry = model.make_table(level, pa, owner);
                prop_assert_eq!(model.table_address(level, entry), pa, "{:?} {:?} {:?}", model, level, owner);
            }
        }
    }

    #[test]
    fn a_leaf_maps_the_memory_that_it_is_made_for(model in any_model(), pa in any::<u64>()) {
        for (level, prot) in Level::ALL.into_iter().flat_map(|level| Prot::ALL.map(|prot| (level, prot))) {
            // Anything that some leaf can map.
            let pa = model.leaf_address(level, RawEntry(pa & !1 | 1));
            if let Some(entry) = model.make_leaf(pa, prot, level) {
                prop_assert_eq!(model.leaf_address(level, entry), pa, "{:?} {:?} {:?}", model, level, prot);
            }
        }
    }

    #[test]
    fn what_is_made_fits_the_entry_whatever_the_address(model in any_model(), pa in any::<u64>()) {
        let pa = PhysAddr(pa);
        let fits = |value: RawEntry| value.0 & !model.word_mask == 0;
        prop_assert!(OWNERS.iter().all(|&owner| fits(model.make_table(Level::Pmd, pa, owner))), "{:?}", model);
        for (level, prot) in Level::ALL.into_iter().flat_map(|level| Prot::ALL.map(|prot| (level, prot))) {
            prop_assert!(model.make_leaf(pa, prot, level).is_none_or(fits), "{:?} {:?}", model, level);
        }
    }
}

/// One protection by hand from the header: the bits of a pte and of a large entry, and how their flags are called.
struct Row {
    id: &'static str,
    prot: Prot,
    pte: u64,
    leaf: Option<u64>,
    names: &'static str,
}

const fn row(id: &'static str, prot: Prot, pte: u64, leaf: Option<u64>, names: &'static str) -> Row {
    Row { id, prot, pte, leaf, names }
}

/// From asm/pgtable_types.h (x86), asm/pgtable-prot.h (arm64), asm/pgtable.h (riscv, openrisc), asm/pgtable-bits.h
/// (loongarch). `PAGE_SHARED` accessed and dirty.
#[rustfmt::skip]
const PROTECTIONS: [Row; 19] = [
    row("x86_64-4level", Prot::Shared, 0x8000_0000_0000_0067, Some(0x8000_0000_0000_00e7),
        "_PAGE_PRESENT _PAGE_RW _PAGE_USER _PAGE_ACCESSED _PAGE_DIRTY _PAGE_NX"),
    row("x86_64-4level", Prot::Kernel, 0x8000_0000_0000_0163, Some(0x8000_0000_0000_01e3),
        "_PAGE_PRESENT _PAGE_RW _PAGE_ACCESSED _PAGE_DIRTY _PAGE_GLOBAL _PAGE_NX"),
    row("x86_64-4level", Prot::KernelRo, 0x8000_0000_0000_0121, Some(0x8000_0000_0000_01a1),
        "_PAGE_PRESENT _PAGE_ACCESSED _PAGE_GLOBAL _PAGE_NX"),
    row("arm64-4k-48", Prot::Shared, 0x00e8_0000_0000_0f43, Some(0x00e8_0000_0000_0f41),
        "PTE_VALID PTE_TYPE_PAGE PTE_USER PTE_SHARED PTE_AF PTE_NG PTE_WRITE PTE_PXN PTE_UXN PTE_DIRTY"),
    row("arm64-4k-48", Prot::Kernel, 0x00e8_0000_0000_0703, Some(0x00e8_0000_0000_0701),
        "PTE_VALID PTE_TYPE_PAGE PTE_SHARED PTE_AF PTE_WRITE PTE_PXN PTE_UXN PTE_DIRTY"),
    row("arm64-4k-48", Prot::KernelRo, 0x00e0_0000_0000_0783, Some(0x00e0_0000_0000_0781),
        "PTE_VALID PTE_TYPE_PAGE PTE_RDONLY PTE_SHARED PTE_AF PTE_PXN PTE_UXN PTE_DIRTY"),
    row("riscv64-sv39", Prot::Shared, 0xd7, Some(0xd7),
        "_PAGE_PRESENT _PAGE_READ _PAGE_WRITE _PAGE_USER _PAGE_ACCESSED _PAGE_DIRTY"),
    row("riscv64-sv39", Prot::Kernel, 0xe7, Some(0xe7),
        "_PAGE_PRESENT _PAGE_READ _PAGE_WRITE _PAGE_GLOBAL _PAGE_ACCESSED _PAGE_DIRTY"),
    row("riscv32-sv32", Prot::Shared, 0xd7, Some(0xd7),
        "_PAGE_PRESENT _PAGE_READ _PAGE_WRITE _PAGE_USER _PAGE_ACCESSED _PAGE_DIRTY"),
    row("riscv32-sv32", Prot::KernelRo, 0xe7, Some(0xe7),
        "_PAGE_PRESENT _PAGE_READ _PAGE_WRITE _PAGE_GLOBAL _PAGE_ACCESSED _PAGE_DIRTY"),
    row("loongarch64-16k-3level", Prot::Shared, 0x4000_0000_0000_039f, Some(0x4000_0000_0000_03df),
        "_PAGE_VALID _PAGE_DIRTY _PAGE_PLV _CACHE_MASK _PAGE_PRESENT _PAGE_WRITE _PAGE_MODIFIED _PAGE_NO_EXEC"),
    row("loongarch64-16k-3level", Prot::Kernel, 0x1d3, Some(0x11d3),
        "_PAGE_VALID _PAGE_DIRTY _CACHE_MASK _PAGE_GLOBAL _PAGE_PRESENT _PAGE_WRITE"),
    row("openrisc", Prot::Shared, 0xbf1, None,
        "_PAGE_PRESENT _PAGE_A _PAGE_D _PAGE_URE _PAGE_UWE _PAGE_SRE _PAGE_SWE _PAGE_U_SHARED"),
    row("openrisc", Prot::Kernel, 0xf31, None,
        "_PAGE_PRESENT _PAGE_A _PAGE_D _PAGE_SRE _PAGE_SWE _PAGE_EXEC _PAGE_U_SHARED"),
    row("openrisc", Prot::KernelRo, 0xd31, None,
        "_PAGE_PRESENT _PAGE_A _PAGE_D _PAGE_SRE _PAGE_EXEC _PAGE_U_SHARED"),
    row("ppc64le-64k-radix", Prot::Shared, 0xc000_0000_0000_0386, Some(0xc000_0000_0000_0386),
        "_PAGE_WRITE _PAGE_READ _PAGE_DIRTY _PAGE_ACCESSED _PAGE_SOFT_DIRTY _PAGE_PTE _PAGE_PRESENT"),
    row("ppc64le-64k-radix", Prot::Kernel, 0xc000_0000_0000_018e, Some(0xc000_0000_0000_018e),
        "_PAGE_WRITE _PAGE_READ _PAGE_PRIVILEGED _PAGE_DIRTY _PAGE_ACCESSED _PAGE_PTE _PAGE_PRESENT"),
    row("s390x", Prot::Kernel, 0x13d, Some(0xf501),
        "_PAGE_PRESENT _PAGE_YOUNG _PAGE_DIRTY _PAGE_READ _PAGE_WRITE _PAGE_NOEXEC"),
    row("s390x", Prot::KernelRo, 0x315, Some(0x5701),
        "_PAGE_PRESENT _PAGE_YOUNG _PAGE_READ _PAGE_NOEXEC _PAGE_PROTECT"),
];

#[test]
fn leaves_have_the_protection_of_the_headers() {
    for Row { id, prot, pte, leaf, names } in PROTECTIONS {
        let model = model(id).expect("a model");
        let made = model.make_pte(PhysAddr(0), prot);
        assert_eq!(made, RawEntry(pte), "{id} {prot:?}");
        let flags = model.set_flags(Level::Pte, EntryKind::Leaf, made).map(|set| set.flag.name);
        assert_eq!(flags.collect::<Vec<_>>().join(" "), names, "{id} {prot:?}");
        let huge = model.make_leaf(PhysAddr(0), prot, Level::Pmd);
        assert_eq!(huge, leaf.map(RawEntry), "{id} {prot:?}: huge");
    }
}

#[test]
fn pages_are_made_at_their_address() {
    for (id, pa, [user, kernel], huge) in [
        (
            "x86_64-4level",
            0x4020_0000,
            [0x8000_0000_4020_0067, 0x8000_0000_4020_0163],
            Some([0x8000_0000_4020_00e7, 0x8000_0000_4020_01e3]),
        ),
        ("riscv64-sv39", 0x8020_0000, [0x2008_00d7, 0x2008_00e7], Some([0x2008_00d7, 0x2008_00e7])),
        ("riscv32-sv32", 0x3_0040_0000, [0xc010_00d7, 0xc010_00e7], Some([0xc010_00d7, 0xc010_00e7])),
        (
            "arm64-4k-48",
            0x4020_0000,
            [0x00e8_0000_4020_0f43, 0x00e8_0000_4020_0703],
            Some([0x00e8_0000_4020_0f41, 0x00e8_0000_4020_0701]),
        ),
        // LPA2: bits 50 and 51 of the address where the shareability was.
        (
            "arm64-4k-52",
            0x0009_0000_4020_0000,
            [0x00e9_0000_4020_0e43, 0x00e9_0000_4020_0603],
            Some([0x00e9_0000_4020_0e41, 0x00e9_0000_4020_0601]),
        ),
        (
            "arm64-4k-52-l5off",
            0x4020_0000,
            [0x00e8_0000_4020_0f43, 0x00e8_0000_4020_0703],
            Some([0x00e8_0000_4020_0f41, 0x00e8_0000_4020_0701]),
        ),
        // FEAT_LPA: bits 48 to 51 in bits 12 to 15.
        (
            "arm64-64k-52",
            0x000c_0000_2000_0000,
            [0x00e8_0000_2000_cf43, 0x00e8_0000_2000_c703],
            Some([0x00e8_0000_2000_cf41, 0x00e8_0000_2000_c701]),
        ),
        (
            "loongarch64-16k-3level",
            0x0600_0000,
            [0x4000_0000_0600_039f, 0x0600_01d3],
            Some([0x4000_0000_0600_03df, 0x0600_11d3]),
        ),
        ("openrisc", 0x0123_e000, [0x0123_ebf1, 0x0123_ef31], None),
    ] {
        let model = model(id).expect("a model");
        let hex = |value: RawEntry| format!("{:#x}", value.0);
        let protections = OWNERS.map(Prot::writable);
        let ptes = protections.map(|prot| hex(model.make_pte(PhysAddr(pa), prot)));
        assert_eq!(ptes, [user, kernel].map(|value| hex(RawEntry(value))), "{id}");
        let found = protections.map(|prot| model.make_leaf(PhysAddr(pa), prot, Level::Pmd).map(hex));
        let huge = huge.map_or([None; 2], |values| values.map(Some));
        assert_eq!(found, huge.map(|value| value.map(|value| hex(RawEntry(value)))), "{id}: huge");
    }
}

#[test]
fn a_leaf_that_is_made_is_a_leaf_of_its_level() {
    for (model, prot) in MODELS.iter().flat_map(|model| Prot::ALL.map(|prot| (model, prot))) {
        for level in Level::ALL {
            let Some(made) = model.make_leaf(GIB, prot, level) else {
                assert_ne!(level, Level::Pte, "{model:?}: a pte always maps memory");
                continue;
            };
            let own = model.lowest_sharing(level);
            assert_eq!(model.classify(level, made, &model.empty), EntryKind::Leaf, "{model:?} {level:?}");
            let known: u64 = model
                .set_flags(level, EntryKind::Leaf, made)
                .map(|set| set.value << set.flag.low_bit())
                .sum();
            let bits = model.make_leaf(PhysAddr(0), prot, level).map_or(0, |at_zero| at_zero.0);
            assert_eq!(known & bits, bits, "{model:?} {level:?}: each bit has a name");
            assert_eq!(made, model.make_leaf(GIB, prot, own).unwrap_or_default(), "{model:?} {level:?}");
            // Bits of the address below what the level maps are dropped.
            let inside = PhysAddr(GIB.0 + model.page_bytes() - 1);
            assert_eq!(model.make_leaf(inside, prot, level), Some(made), "{model:?} {level:?}");
        }
    }
}

#[test]
fn only_some_levels_map_memory_themselves() {
    let levels = |id: &str| {
        let model = model(id).expect("a model");
        let made = |&level: &Level| model.make_leaf(GIB, Prot::Kernel, level).is_some();
        let names = model.real_levels().filter(made).map(Level::name);
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(levels("x86_64-5level"), "pud pmd pte");
    assert_eq!(levels("riscv64-sv57"), "pud pmd pte");
    // The pgd is the pud as well.
    assert_eq!(levels("riscv64-sv39"), "pgd pmd pte");
    assert_eq!(levels("riscv32-sv32"), "pgd pte");
    assert_eq!(levels("arm64-4k-48"), "pud pmd pte");
    assert_eq!(levels("arm64-64k-48"), "pmd pte");
    assert_eq!(levels("loongarch64-4k-4level"), "pud pmd pte");
    assert_eq!(levels("openrisc"), "pte");
}

#[test]
fn a_table_entry_that_is_made_is_a_table() {
    for (model, owner) in MODELS.iter().flat_map(|model| OWNERS.map(|owner| (model, owner))) {
        for level in model.real_levels().filter(|&level| level != Level::Pte) {
            let entry = model.make_table(level, PhysAddr(0x4_0000), owner);
            assert_eq!(model.classify(level, entry, &model.empty), EntryKind::Table, "{model:?} {level:?}");
        }
    }
}

#[test]
fn tables_are_made_with_the_bits_of_the_headers() {
    for (id, user, kernel) in [
        // _PAGE_TABLE, for the kernel as well (asm/pgalloc.h).
        ("x86_64-4level", 0x67, 0x67),
        // PMD_TYPE_TABLE, PMD_TABLE_AF, and PMD_TABLE_PXN or PMD_TABLE_UXN.
        ("arm64-4k-48", 0x0800_0000_0000_0403, 0x1000_0000_0000_0403),
        ("arm64-64k-52", 0x0800_0000_0000_0403, 0x1000_0000_0000_0403),
        ("riscv64-sv39", 0x1, 0x1),
        ("riscv32-sv32", 0x1, 0x1),
        // An address in the cached window.
        ("loongarch64-4k-4level", 0x9000_0000_0000_0000, 0x9000_0000_0000_0000),
        // _KERNPG_TABLE
        ("openrisc", 0x331, 0x331),
        // _PAGE_PRESENT, and the size of a pte table (RADIX_PTE_INDEX_SIZE).
        ("ppc64le-64k-radix", 0x8000_0000_0000_0005, 0x8000_0000_0000_0005),
        ("ppc64le-4k-radix", 0x8000_0000_0000_0009, 0x8000_0000_0000_0009),
        // _SEGMENT_ENTRY
        ("s390x", 0x1, 0x1),
    ] {
        let model = model(id).expect("a model");
        let made = OWNERS.map(|owner| model.make_table(Level::Pmd, PhysAddr(0), owner));
        assert_eq!(made, [user, kernel].map(RawEntry), "{id}");
    }
}

#[test]
fn a_huge_page_is_split_into_the_same_mapping() {
    for (id, huge, pte, absent) in [
        // PSE goes, and PAT moves from bit 12 to where PSE was.
        ("x86_64-4level", 0x4000_00e7, 0x4000_0067, 0x4000_00e7),
        ("x86_64-5level", 0x4000_10e7, 0x4000_00e7, 0x4000_10e7),
        ("riscv64-sv39", 0x1000_00cf, 0x1000_00cf, 0x1000_00cf),
        // A block becomes a page by its type bit.
        ("arm64-4k-48", 0x4000_0fc1, 0x4000_0fc3, 0x4000_0fc1),
        // HUGE goes, and HGLOBAL moves from bit 12 to where HUGE was.
        ("loongarch64-4k-3level", 0x4000_01d3, 0x4000_0193, 0x4000_0193),
        ("loongarch64-16k-3level", 0x4000_11d3, 0x4000_01d3, 0x4000_1193),
        ("ppc64le-64k-radix", 0xc000_0000_4000_018e, 0xc000_0000_4000_018e, 0xc000_0000_4000_018e),
        // FC goes, and young, dirty, read and write move from bit 12 to bit 2.
        ("s390x", 0x4000_f501, 0x4000_013d, 0x4000_f501),
    ] {
        let make = &model(id).expect("a model").make;
        assert_eq!((make.pte_of_huge)(huge), pte, "{id}");
        assert_eq!((make.pte_of_absent)(huge), absent, "{id}");
    }
}

#[test]
fn the_next_page_is_one_frame_further() {
    for model in MODELS {
        let pages = [0, 1].map(|page| {
            let first = model.make_pte(GIB, Prot::Kernel);
            model.leaf_address(Level::Pte, RawEntry(first.0 + page * model.make.next_page)).0
        });
        assert_eq!(pages[1] - pages[0], model.page_bytes(), "{model:?}");
    }
}

#[test]
fn address_bits_of_52_bit_descriptors() {
    let entry =
        |id: &str, pa: u64| model(id).expect("a model").make_table(Level::Pmd, PhysAddr(pa), Owner::User).0;
    let flags = 3 | 1 << 10 | 1 << 59;
    for (id, pa, field) in [
        // Bits 48 to 51 in bits 12 to 15; the kernel leaves 48 and 49 where they were too.
        ("arm64-64k-52", 0x000f_0000_4000_0000, 0x0003_0000_4000_f000),
        ("arm64-64k-48-lpa", 0x000f_0000_4000_0000, 0x0003_0000_4000_f000),
        ("arm64-64k-48", 0x0000_8000_4000_0000, 0x0000_8000_4000_0000),
        // Bits 50 and 51 in bits 8 and 9.
        ("arm64-4k-52", 0x000f_0000_4000_1000, 0x0003_0000_4000_1300),
        ("arm64-16k-52", 0x0008_0000_4000_4000, 0x0000_0000_4000_4200),
        ("arm64-4k-52-l5off", 0x0000_8000_4000_1000, 0x0000_8000_4000_1000),
    ] {
        assert_eq!(entry(id, pa), field | flags, "{id}");
        let model = model(id).expect("a model");
        assert_eq!(model.table_address(Level::Pmd, RawEntry(field | flags)), PhysAddr(pa), "{id}");
    }
}
