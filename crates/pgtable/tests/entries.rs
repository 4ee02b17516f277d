//! What entries mean, over all models and any value.

use pgtable::{EntryKind, Level, MODELS, Model, PhysAddr, RawEntry, SetFlag, VirtAddr, model};
use proptest::prelude::*;

fn any_model() -> impl Strategy<Value = &'static Model> {
    proptest::sample::select(MODELS)
}

fn any_level() -> impl Strategy<Value = Level> {
    proptest::sample::select(&Level::ALL[..])
}

/// Values with few bits set are as likely as random ones: most rules look at single bits.
fn any_value() -> impl Strategy<Value = u64> {
    let sparse = proptest::collection::vec(0..64u32, 0..6)
        .prop_map(|bits| bits.into_iter().fold(0, |value, bit| value | 1 << bit));
    prop_oneof![any::<u64>(), sparse]
}

proptest! {
    #[test]
    fn no_rule_panics(
        model in any_model(), level in any_level(), value in any_value(), addr in any_value(),
        end in any_value(), index in any::<u32>()
    ) {
        let (entry, addr, end) = (RawEntry(value), VirtAddr(addr), VirtAddr(end));
        let tests = model.tests(level, &model.empty);
        let _ = (tests.none(entry), tests.bad(entry), tests.present(entry), tests.leaf(entry));
        let _ = (tests.trans_huge(entry), model.table_address(level, entry), model.region(addr));
        let _ = model.leaf_address(level, entry);
        let kind = model.classify(level, entry, &model.empty);
        prop_assert!(model.set_flags(level, kind, entry).all(|set| set.value != 0));
        let make = &model.make;
        let _ = ((make.pte_of_huge)(value), (make.pte_of_absent)(value));
        prop_assert!(model.index(level, addr) < u32::from(model.level(level).ptrs));
        let _ = (model.folded_index(level, index, addr), model.addr_end(level, addr, end));
        let _ = (model.index_bits(level), model.real_depth(level), model.slots(level));
        if let Some(contiguous) = &model.contiguous {
            let _ = ((contiguous.is_block)(value), (contiguous.gather)(value, addr.0));
        }
    }

    #[test]
    fn a_level_above_a_folded_one_has_constant_tests(
        model in any_model(), level in any_level(), value in any_value()
    ) {
        let tests = model.tests(level, &model.empty);
        let entry = RawEntry(value);
        if model.is_constant(level) {
            prop_assert!(!tests.none(entry) && !tests.bad(entry) && tests.present(entry));
            prop_assert!(!tests.leaf(entry) && !tests.trans_huge(entry));
        }
    }
}

#[test]
fn an_unused_slot_is_none_at_the_level_that_gives_it_a_meaning() {
    for model in MODELS {
        for level in Level::ALL {
            let empty = RawEntry(model.empty[level as usize]);
            assert_eq!(model.classify(level, empty, &model.empty), EntryKind::None, "{model:?} {level:?}");
            assert_eq!(
                empty.0,
                model.empty[model.lowest_sharing(level) as usize],
                "{model:?} {level:?}: one word has one empty value"
            );
        }
    }
}

#[test]
fn an_entry_is_what_the_walker_asks_about_at_its_level() {
    for (id, level, value, kind) in [
        // Bad: asked of pgd and p4d, and of a pmd when its table is mapped, but never of a pud.
        ("x86_64-5level", Level::Pgd, 0x3061, "bad"),
        ("x86_64-4level", Level::Pgd, 0x3008, "bad"),
        ("riscv64-sv57", Level::P4d, 0xc00, "bad"),
        ("x86_64-4level", Level::Pud, 0x3061, "table"),
        ("x86_64-4level", Level::Pmd, 0x3061, "bad"),
        ("x86_64-4level", Level::Pmd, 0x3063, "table"),
        // A leaf is a leaf although its flags are not those of a table, and although it is not present.
        ("x86_64-4level", Level::Pmd, 0x4000_00e3, "leaf"),
        ("x86_64-4level", Level::Pud, 0x4000_0080, "leaf"),
        ("riscv64-sv48", Level::Pud, 0x2000_00ce, "not present"),
        ("x86_64-4level", Level::Pmd, 0x200, "not present"),
        ("x86_64-4level", Level::Pte, 0x200, "not present"),
        ("x86_64-4level", Level::Pte, 0x4000_0063, "leaf"),
        // An erratum of the CPU may set accessed and dirty in what is empty.
        ("x86_64-4level", Level::Pud, 0x60, "empty"),
    ] {
        let model = model(id).expect("a model");
        let found = model.classify(level, RawEntry(value), &model.empty);
        assert_eq!(found.word(), kind, "{id} {level:?} {value:#x}");
    }
}

#[test]
fn a_leaf_maps_memory_from_an_address_of_its_own_size() {
    for (id, level, value, pa) in [
        ("x86_64-4level", Level::Pte, 0x8000_0000_4000_1063, 0x4000_1000),
        // PROT_NONE keeps the inverted frame number.
        ("x86_64-4level", Level::Pte, 0x800f_ffff_bfff_e124, 0x4000_1000),
        // Bit 12 of a large page is PAT.
        ("x86_64-4level", Level::Pmd, 0x8000_0000_4020_10e3, 0x4020_0000),
        ("x86_64-4level", Level::Pud, 0x0000_0001_4000_00e3, 0x1_4000_0000),
        ("riscv64-sv39", Level::Pgd, 0x2000_00cf, 0x8000_0000),
        // 16 pages in one: the frame number ends in 1000.
        ("riscv64-sv39", Level::Pte, 0x8000_0000_2000_60cf, 0x8001_0000),
        ("arm64-4k-52", Level::Pte, 0x0040_0000_4000_1743, 0x000c_0000_4000_1000),
        ("arm64-64k-52", Level::Pmd, 0x0040_0000_4000_3701, 0x0003_0000_4000_0000),
        ("loongarch64-16k-3level", Level::Pte, 0x4000_0000_0602_41d3, 0x602_4000),
        // Bit 12 of a huge page is HGLOBAL.
        ("loongarch64-4k-3level", Level::Pmd, 0x4000_0000_0620_11d3, 0x620_0000),
        ("riscv32-sv32", Level::Pte, 0xffff_fccf, 0x3_ffff_f000),
        ("openrisc", Level::Pte, 0x0123_e7ff, 0x0123_e000),
    ] {
        let model = model(id).expect("a model");
        let value = RawEntry(value);
        assert_eq!(model.classify(level, value, &model.empty), EntryKind::Leaf, "{id} {level:?}");
        assert_eq!(model.leaf_address(level, value), PhysAddr(pa), "{id} {level:?}");
    }
}

#[test]
fn loongarch_slots_are_compared_with_the_machines_own_invalid_tables() {
    let model = model("loongarch64-16k-3level").expect("a model");
    // As captured from a booted kernel.
    let empty =
        [0x9000_0000_0065_4000, 0x9000_0000_0065_4000, 0x9000_0000_0065_4000, 0x9000_0000_0065_8000, 0];
    let kind = |level, value| model.classify(level, RawEntry(value), &empty);
    assert_eq!(kind(Level::Pgd, 0x9000_0000_0065_4000), EntryKind::None);
    assert_eq!(kind(Level::Pgd, 0x9000_0000_0065_8000), EntryKind::Table);
    assert_eq!(kind(Level::Pmd, 0x9000_0000_0065_8000), EntryKind::None);
    assert_eq!(kind(Level::Pmd, model.empty[Level::Pmd as usize]), EntryKind::Table);
    // Zero fill is a pointer to physical address 0 less the window, not a hole.
    assert_eq!(kind(Level::Pmd, 0), EntryKind::Table);
    assert_eq!(model.table_address(Level::Pgd, RawEntry(0x9000_0000_0604_4000)), PhysAddr(0x604_4000));
    // An unused slot of a kernel's pte table is global.
    assert_eq!(kind(Level::Pte, 1 << 6), EntryKind::None);
}

#[test]
fn invalid_tables_of_loongarch_levels_differ() {
    for (id, distinct) in [("4k-4level", 3), ("4k-3level", 2), ("16k-2level", 1), ("64k-3level", 2)] {
        let model = model(&format!("loongarch64-{id}")).expect("a model");
        let upper: std::collections::BTreeSet<u64> = model.empty[..4].iter().copied().collect();
        assert_eq!(upper.len(), distinct, "{id}");
        for invalid in upper {
            assert!(invalid.is_multiple_of(model.page_bytes()), "{id} {invalid:#x}");
            let PhysAddr(pa) = model.table_address(Level::Pgd, RawEntry(invalid));
            assert!(0 < pa && pa < 1 << 48, "{id} {invalid:#x}: in the window");
        }
    }
}

#[test]
fn a_contiguous_block_gathers_what_its_slots_know() {
    const VALID_CONT: u64 = 1 << 52 | 1;
    let contiguous = model("arm64-4k-48").expect("a model").contiguous.expect("arm64");
    let (af, dirty, write, rdonly) = (1 << 10, 1 << 55, 1 << 51, 1 << 7);
    for (own, other, gathered) in [
        (0, 0, 0),
        (0, af, af),
        (af, af, af),
        (0, dirty, dirty),
        (dirty, dirty, dirty),
        // Written by the hardware: DBM without RDONLY.
        (0, write, dirty),
        (0, write | rdonly, 0),
        (0, rdonly, 0),
        (write | rdonly, dirty, write | dirty),
        (rdonly, dirty, rdonly | dirty),
        (write | rdonly, af | write, write | dirty | af),
    ] {
        let found = (contiguous.gather)(VALID_CONT | own, VALID_CONT | other);
        assert_eq!(found, VALID_CONT | gathered, "{own:#x} {other:#x}");
    }
    for (value, is) in [(VALID_CONT, true), (VALID_CONT | 2, true), (1 << 52, false), (1, false), (0, false)]
    {
        assert_eq!((contiguous.is_block)(value), is, "{value:#x}");
    }
}

#[test]
fn shareability_is_no_flag_where_its_bits_belong_to_the_address() {
    for (id, has) in [
        ("arm64-4k-48", true),
        ("arm64-4k-52", false),
        ("arm64-4k-52-l5off", true),
        ("arm64-16k-52", false),
        ("arm64-16k-52-l4off", true),
        ("arm64-64k-52", true),
    ] {
        let model = model(id).expect("a model");
        for (level, kind) in [(Level::Pte, EntryKind::Leaf), (Level::Pmd, EntryKind::Leaf)] {
            let found = model.flags(level, kind).iter().any(|flag| flag.name == "PTE_SHARED");
            assert_eq!(found, has, "{id} {level:?}");
        }
    }
}

#[test]
fn flags_are_in_order_do_not_overlap_and_fit_the_entry() {
    let kinds = [EntryKind::None, EntryKind::Table, EntryKind::Leaf, EntryKind::NotPresent, EntryKind::Bad];
    for model in MODELS {
        for (level, kind) in Level::ALL.into_iter().flat_map(|level| kinds.map(|kind| (level, kind))) {
            let mut below = 0;
            for flag in model.flags(level, kind) {
                assert_eq!(flag.mask & below, 0, "{model:?} {level:?} {kind:?}: {}", flag.name);
                assert!(flag.mask > below, "{model:?} {level:?} {kind:?}: {}", flag.name);
                assert_eq!(flag.mask & !model.word_mask, 0, "{model:?} {level:?} {kind:?}: {}", flag.name);
                assert!(!flag.about.is_empty() && !flag.short.is_empty(), "{model:?}: {}", flag.name);
                below |= flag.mask;
            }
            assert_eq!(model.flags(level, EntryKind::None), &[], "{model:?}: nothing is set in a hole");
        }
    }
}

#[test]
fn flags_of_an_entry_are_its_bits_with_their_values() {
    let shown = |id: &str, level, value| {
        let model = model(id).expect("a model");
        let kind = model.classify(level, RawEntry(value), &model.empty);
        let set = model.set_flags(level, kind, RawEntry(value));
        set.map(|set| {
            let SetFlag { flag, value } = set;
            if flag.is_field() || value != 1 {
                format!("{}={value}", flag.short)
            } else {
                flag.short.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
    };
    // A user page with protection key 5.
    assert_eq!(shown("x86_64-4level", Level::Pte, 0xa800_0000_4000_1067), "P RW USR A D PKEY=5 NX");
    assert_eq!(shown("x86_64-4level", Level::Pmd, 0x4000_10e7), "P RW USR A D PSE PAT");
    assert_eq!(shown("x86_64-4level", Level::Pmd, 0x4000_0067), "P RW USR A D");
    assert_eq!(shown("riscv64-sv39", Level::Pte, 0x4000_0000_2000_00d7), "V R W U A D PBMT=2");
    assert_eq!(shown("riscv32-sv32", Level::Pte, 0x2000_03d7), "V R W U A D RSW=3");
    assert_eq!(shown("openrisc", Level::Pte, 0x0123_e331), "P A D SRE SWE");
    assert_eq!(
        shown("arm64-4k-48", Level::Pte, 0x00e8_0000_4020_0f4f),
        "VALID PAGE ATTR=3 USR SH=3 AF NG DBM PXN UXN DIRTY"
    );
    assert_eq!(shown("arm64-4k-48", Level::Pmd, 0x0800_0000_4020_0403), "VALID TABLE AF PXNTable");
    assert_eq!(shown("arm64-4k-52", Level::Pmd, 0x00e9_0000_4020_0741), "VALID USR AF DBM PXN UXN DIRTY");
    assert_eq!(shown("loongarch64-16k-3level", Level::Pte, 0x0600_03df), "V D PLV=3 MAT=1 G P W M");
    assert_eq!(shown("loongarch64-16k-3level", Level::Pmd, 0x0600_13d3), "V D MAT=1 HUGE P W M G");
    assert_eq!(shown("loongarch64-16k-3level", Level::Pmd, 0x9000_0000_0060_0000), "", "an address alone");
    assert_eq!(shown("x86_64-4level", Level::Pte, 0), "");
}

#[test]
fn flags_of_what_is_not_present_are_those_that_it_still_has() {
    for (id, level, value, flags) in [
        ("x86_64-4level", Level::Pte, 0x2, "PROTNONE"),
        ("arm64-4k-48", Level::Pte, 0x2, "PRESENT_INVALID"),
        ("riscv64-sv39", Level::Pte, 0x2, "PROT_NONE"),
        ("riscv32-sv32", Level::Pte, 0x2, "PROT_NONE"),
        ("loongarch64-16k-3level", Level::Pte, 0x2, "EXCLUSIVE"),
        ("openrisc", Level::Pte, 0x2, "EXCLUSIVE"),
    ] {
        let model = model(id).expect("a model");
        let kind = model.classify(level, RawEntry(value), &model.empty);
        assert_eq!(kind, EntryKind::NotPresent, "{id}");
        let found: Vec<_> = model.flags(level, kind).iter().map(|flag| flag.short).collect();
        assert_eq!(found, [flags], "{id}");
    }
    // Of a huge page that is swapped out or migrates loongarch knows all bits, as its HUGE stays.
    let loongarch = model("loongarch64-16k-3level").expect("a model");
    let names = |kind| loongarch.flags(Level::Pmd, kind).iter().map(|flag| flag.short).collect::<Vec<_>>();
    assert_eq!(names(EntryKind::NotPresent), names(EntryKind::Leaf));
    assert_eq!(names(EntryKind::Bad), names(EntryKind::Leaf));
}

#[test]
fn a_flag_knows_its_bits() {
    let flags = model("arm64-4k-48").expect("a model").flags(Level::Pte, EntryKind::Leaf);
    let bits = |name: &str| {
        let flag = flags.iter().find(|flag| flag.name == name).expect("a flag of arm64");
        (flag.high_bit(), flag.low_bit(), flag.is_field())
    };
    assert_eq!(bits("PTE_VALID"), (0, 0, false));
    assert_eq!(bits("PTE_ATTRINDX_MASK"), (4, 2, true));
    assert_eq!(bits("PTE_SHARED"), (9, 8, true));
    assert_eq!(bits("PTE_PO_IDX_MASK"), (62, 60, true));
}

#[test]
fn the_special_bit_is_a_flag_of_a_pte() {
    for model in MODELS {
        let flags = model.flags(Level::Pte, EntryKind::Leaf);
        let flag = flags.iter().find(|flag| flag.mask & model.special != 0).map(|flag| flag.name);
        let expected = match model.id.split('-').next() {
            Some("arm64") => Some("PTE_SPECIAL"),
            Some("riscv64" | "riscv32") => Some("_PAGE_SOFT"),
            Some("openrisc") => None,
            _ => Some("_PAGE_SPECIAL"),
        };
        assert_eq!(flag, expected, "{model:?}");
    }
}
