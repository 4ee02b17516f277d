//! Levels, folding and the arithmetic on addresses, against figures from the kernel's headers (v7.3).

use pgtable::{Fold, Level, MODELS, Model, VirtAddr, model};

fn named(id: &str) -> &'static Model {
    model(id).expect("a model of this crate")
}

/// Shift and slots of pgd, p4d, pud, pmd and pte; and the depth of a hole in the root. `-` is a level folded at compile
/// time, `=` one folded at run time, `^` one folded at run time that has its own index.
const TABLE: &str = "
    x86_64-4level           39x512   =39x1    30x512   21x512   12x512   0
    x86_64-5level           48x512   39x512   30x512   21x512   12x512   0
    riscv64-sv39            30x512   =30x512  =30x512  21x512   12x512   2
    riscv64-sv48            39x512   =39x512  30x512   21x512   12x512   1
    riscv64-sv57            48x512   39x512   30x512   21x512   12x512   0
    arm64-4k-39             30x512   -30x1    -30x1    21x512   12x512   0
    arm64-4k-48             39x512   -39x1    30x512   21x512   12x512   0
    arm64-16k-47            36x2048  -36x1    -36x1    25x2048  14x2048  0
    arm64-16k-48            47x2     -47x1    36x2048  25x2048  14x2048  0
    arm64-64k-48            42x64    -42x1    -42x1    29x8192  16x8192  0
    arm64-4k-52             48x16    39x512   30x512   21x512   12x512   0
    arm64-4k-52-l5off       48x16    ^39x512  30x512   21x512   12x512   1
    arm64-16k-36            25x2048  -25x1    -25x1    -25x1    14x2048  0
    arm64-16k-52            47x32    -47x1    36x2048  25x2048  14x2048  0
    arm64-16k-52-l4off      47x32    -47x1    ^36x2048 25x2048  14x2048  2
    arm64-64k-42            29x8192  -29x1    -29x1    -29x1    16x8192  0
    arm64-64k-48-lpa        42x64    -42x1    -42x1    29x8192  16x8192  0
    arm64-64k-52            42x1024  -42x1    -42x1    29x8192  16x8192  0
    loongarch64-4k-3level   30x512   -30x1    -30x1    21x512   12x512   0
    loongarch64-4k-4level   39x512   -39x1    30x512   21x512   12x512   0
    loongarch64-16k-2level  25x2048  -25x1    -25x1    -25x1    14x2048  0
    loongarch64-16k-3level  36x2048  -36x1    -36x1    25x2048  14x2048  0
    loongarch64-64k-2level  29x8192  -29x1    -29x1    -29x1    16x8192  0
    loongarch64-64k-3level  42x8192  -42x1    -42x1    29x8192  16x8192  0
    riscv32-sv32            22x1024  -22x1    -22x1    -22x1    12x1024  0
    openrisc                24x256   -24x1    -24x1    -24x1    13x2048  0
    ppc64le-64k-radix       39x8192  -39x1    30x512   21x512   16x32    0
    ppc64le-4k-radix        39x8192  -39x1    30x512   21x512   12x512   0
    s390x                   53x2048  42x2048  31x2048  20x2048  12x256   0
";

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).filter(|row| !row.is_empty())
}

#[test]
fn levels_are_those_of_the_headers() {
    assert!(rows().map(|row| row[0]).eq(MODELS.iter().map(|model| model.id)), "one row per model");
    for row in rows() {
        let levels = named(row[0]).levels.map(|level| {
            let fold = match level.fold {
                Fold::Own => "",
                Fold::CompileTime => "-",
                Fold::RunTime => "=",
                Fold::RunTimeRealigned => "^",
            };
            format!("{fold}{}x{}", level.shift, level.ptrs)
        });
        assert_eq!(levels[..], row[1..6], "{}", row[0]);
    }
}

#[test]
fn an_empty_root_slot_is_a_hole_of_the_listed_depth() {
    for row in rows() {
        let model = named(row[0]);
        let depth = model.real_depth(model.lowest_sharing(Level::Pgd));
        assert_eq!(depth.to_string(), row[6], "{model:?}");
    }
}

#[test]
fn entry_callbacks_of_an_empty_root_slot() {
    // Of each level that a walk enters before one finds out that the word is none.
    for (id, callbacks) in [
        ("x86_64-4level", "pgd"),
        ("x86_64-5level", ""),
        ("riscv64-sv57", ""),
        ("arm64-4k-52", ""),
        ("riscv64-sv48", "pgd"),
        ("riscv64-sv39", "pgd p4d"),
        ("arm64-4k-48", "pgd"),
        ("arm64-4k-52-l5off", "pgd"),
        ("arm64-16k-52-l4off", "pgd p4d"),
        ("loongarch64-4k-4level", "pgd"),
        ("arm64-4k-39", "pgd p4d"),
        ("loongarch64-16k-3level", "pgd p4d"),
        ("arm64-64k-42", "pgd p4d pud"),
        ("loongarch64-64k-2level", "pgd p4d pud"),
        ("riscv32-sv32", "pgd p4d pud"),
        ("openrisc", "pgd p4d pud"),
        ("ppc64le-64k-radix", "pgd"),
        ("s390x", ""),
    ] {
        let model = named(id);
        let is_none = |level: Level| {
            let tests = model.tests(level, &model.empty);
            tests.none(tests.empty())
        };
        let entered = Level::ALL.into_iter().take_while(|&level| !is_none(level));
        assert_eq!(entered.map(Level::name).collect::<Vec<_>>().join(" "), callbacks, "{id}");
    }
}

#[test]
fn indexes_cover_the_address_bits_without_a_gap() {
    for model in MODELS {
        let mut below = model.page_shift;
        for level in model.real_levels().collect::<Vec<_>>().into_iter().rev() {
            let (high, low) = model.index_bits(model.indexed_by(level));
            assert_eq!(low, below, "{model:?} {level:?}");
            below = high + 1;
        }
        assert_eq!(below, model.va_bits, "{model:?}");
    }
}

#[test]
fn every_table_but_the_root_fills_a_page() {
    // Not so where tables are smaller or larger than pages: powerpc with 64K pages and its root, s390.
    let bytes = |id: &str, level| named(id).slots(level) * u32::from(named(id).entry_bytes);
    for (id, level, expected) in [
        ("ppc64le-64k-radix", Level::Pgd, 64 << 10),
        ("ppc64le-64k-radix", Level::Pmd, 4 << 10),
        ("ppc64le-64k-radix", Level::Pte, 256),
        ("ppc64le-4k-radix", Level::Pgd, 64 << 10),
        ("ppc64le-4k-radix", Level::Pte, 4 << 10),
        ("s390x", Level::Pmd, 16 << 10),
        ("s390x", Level::Pte, 2 << 10),
    ] {
        assert_eq!(bytes(id, level), expected, "{id} {level:?}");
    }
    let own_size = |model: &&&Model| model.id.starts_with("ppc64le") || model.id == "s390x";
    for model in MODELS.iter().filter(|model| !own_size(model)) {
        for level in model.real_levels() {
            let bytes = u64::from(model.slots(level)) * u64::from(model.entry_bytes);
            assert!(bytes <= model.page_bytes(), "{model:?} {level:?}");
            assert!(level == Level::Pgd || bytes == model.page_bytes(), "{model:?} {level:?}");
        }
    }
}

#[test]
fn a_shared_table_has_the_slots_of_the_level_that_needs_most() {
    for (id, level, slots, indexed_by) in [
        ("x86_64-4level", Level::P4d, 512, Level::Pgd),
        ("riscv64-sv39", Level::Pud, 512, Level::Pgd),
        ("arm64-4k-48", Level::P4d, 512, Level::Pgd),
        ("arm64-16k-48", Level::Pgd, 2, Level::Pgd),
        ("arm64-4k-52", Level::Pgd, 16, Level::Pgd),
        ("arm64-4k-52-l5off", Level::Pgd, 512, Level::P4d),
        ("arm64-4k-52-l5off", Level::P4d, 512, Level::P4d),
        ("arm64-16k-52-l4off", Level::Pgd, 2048, Level::Pud),
        ("arm64-16k-52-l4off", Level::P4d, 2048, Level::Pud),
        ("arm64-16k-52-l4off", Level::Pud, 2048, Level::Pud),
        ("arm64-16k-52-l4off", Level::Pmd, 2048, Level::Pmd),
        ("openrisc", Level::Pmd, 256, Level::Pgd),
    ] {
        assert_eq!(named(id).slots(level), slots, "{id} {level:?}");
        assert_eq!(named(id).indexed_by(level), indexed_by, "{id} {level:?}");
    }
}

#[test]
fn a_folded_entry_is_the_one_above_but_on_arm64_at_run_time() {
    let addr = VirtAddr(0xffff_a123_4567_8000);
    assert_eq!(named("x86_64-4level").folded_index(Level::P4d, 7, addr), 7);
    assert_eq!(named("riscv64-sv39").folded_index(Level::Pud, 511, addr), 511);
    assert_eq!(named("arm64-4k-48").folded_index(Level::P4d, 3, addr), 3);

    let l5off = named("arm64-4k-52-l5off");
    // The pgd's index is 15 for all kernel addresses of 48 bits; the slot comes from bits 39 to 47.
    assert_eq!(l5off.index(Level::Pgd, addr), 15);
    assert_eq!(l5off.folded_index(Level::P4d, 15, addr), 0x142);
    // A walk that has run off the root goes back to the start of the page that it is in.
    assert_eq!(l5off.folded_index(Level::P4d, 512 + 15, addr), 512 + 0x142);
    assert_eq!(l5off.folded_index(Level::P4d, u32::MAX, addr), u32::MAX - 511 + 0x142);

    let l4off = named("arm64-16k-52-l4off");
    assert_eq!(l4off.index(Level::Pgd, VirtAddr(0xffff_c123_4567_8000)), 31);
    assert_eq!(l4off.folded_index(Level::P4d, 31, VirtAddr(0xffff_c123_4567_8000)), 31);
    assert_eq!(l4off.folded_index(Level::Pud, 31, VirtAddr(0xffff_c123_4567_8000)), 0x412);
}

#[test]
fn addr_end_at_the_edges_of_the_address_space() {
    // Computed with an independent model of p?d_addr_end().
    let five = named("x86_64-5level");
    let top = u64::MAX;
    for (level, addr, end, expected) in [
        (Level::P4d, 0, top, 0x80_0000_0000),
        (Level::P4d, 0xffff_ff80_0000_0000, top, top),
        (Level::P4d, 0xffff_ff80_0000_0000, 0, 0),
        (Level::Pmd, 0x1000, 0x3000, 0x3000),
        (Level::Pmd, 0x1f_f000, 0x20_0000, 0x20_0000),
        (Level::Pmd, 0x1f_f000, 0x20_1000, 0x20_0000),
        (Level::Pmd, 0xffff_ffff_ffe0_0000, top, top),
        (Level::Pmd, 0xffff_ffff_ffff_f000, top, top),
        (Level::Pmd, 0x20_0000, 0x60_0000, 0x40_0000),
        (Level::Pmd, 0x20_0001, 0x60_0000, 0x40_0000),
    ] {
        assert_eq!(five.addr_end(level, VirtAddr(addr), VirtAddr(end)), VirtAddr(expected), "{addr:#x}");
    }
}

#[test]
fn addresses_of_a_32_bit_machine_wrap_at_32_bits() {
    for id in ["openrisc", "riscv32-sv32"] {
        let model = named(id);
        let last = VirtAddr(0xffff_ffff & !(model.page_bytes() - 1));
        assert_eq!(model.add(last, model.page_bytes()), VirtAddr(0), "{id}");
        assert_eq!(model.sub(VirtAddr(0), model.page_bytes()), last, "{id}");
        // The boundary behind the last entry is 0, and an end of 0 means the top.
        assert_eq!(model.addr_end(Level::Pgd, last, VirtAddr(0)), VirtAddr(0), "{id}");
        assert_eq!(model.addr_end(Level::Pgd, last, VirtAddr(0xffff_ffff)), VirtAddr(0xffff_ffff), "{id}");
    }
    assert_eq!(
        named("openrisc").addr_end(Level::Pgd, VirtAddr(0xc000_1000), VirtAddr(0)),
        VirtAddr(0xc100_0000)
    );
}

#[test]
fn a_level_folded_at_compile_time_does_not_end_an_entry() {
    // The loop above it has clipped the range already, so a walk cannot tell the difference.
    let (start, end) = (VirtAddr(0x1000), VirtAddr(0x100_0000_0000));
    assert_eq!(named("arm64-4k-48").addr_end(Level::P4d, start, end), end);
    assert_eq!(named("riscv64-sv48").addr_end(Level::P4d, start, end), VirtAddr(0x80_0000_0000));
    assert_eq!(named("x86_64-4level").addr_end(Level::P4d, start, end), VirtAddr(0x80_0000_0000));
    assert_eq!(named("arm64-4k-52-l5off").addr_end(Level::P4d, start, end), VirtAddr(0x80_0000_0000));
}

#[test]
fn folded_levels_share_the_word_of_the_level_above() {
    let sv39 = named("riscv64-sv39");
    assert_eq!(sv39.table_level(Level::Pud), Level::Pgd);
    assert_eq!(sv39.lowest_sharing(Level::Pgd), Level::Pud);
    assert_eq!(sv39.table_level(Level::Pmd), Level::Pmd);
    assert!(sv39.is_constant(Level::Pgd) && sv39.is_constant(Level::P4d) && !sv39.is_constant(Level::Pud));
    let l5off = named("arm64-4k-52-l5off");
    assert!(l5off.is_folded(Level::P4d) && l5off.is_constant(Level::Pgd));
    assert_eq!(l5off.table_level(Level::P4d), Level::Pgd);
    assert_eq!(l5off.lowest_sharing(Level::Pgd), Level::P4d);
}

#[test]
fn a_user_address_aliases_a_kernel_slot_where_the_index_is_masked() {
    let arm = named("arm64-16k-48");
    assert_eq!(arm.index(Level::Pgd, VirtAddr(0)), arm.index(Level::Pgd, VirtAddr(0xffff_0000_0000_0000)));
    assert_eq!(named("x86_64-4level").index(Level::Pgd, VirtAddr(0x8000_0000_0000)), 256);
}

#[test]
fn user_space_ends_where_the_kernel_says() {
    for (id, task_size) in [
        ("x86_64-4level", 0x7fff_ffff_f000),
        ("x86_64-5level", 0xff_ffff_ffff_f000),
        ("riscv64-sv39", 1 << 38),
        ("riscv64-sv48", 1 << 47),
        ("riscv64-sv57", 1 << 56),
        ("arm64-4k-39", 1 << 39),
        ("arm64-4k-52", 1 << 52),
        ("arm64-4k-52-l5off", 1 << 48),
        ("arm64-16k-52-l4off", 1 << 47),
        ("arm64-64k-42", 1 << 42),
        ("loongarch64-4k-3level", 1 << 39),
        ("loongarch64-4k-4level", 1 << 47),
        ("loongarch64-16k-3level", 1 << 47),
        ("loongarch64-64k-3level", 1 << 47),
        ("riscv32-sv32", 0x9d80_0000),
        ("openrisc", 0x8000_0000),
    ] {
        assert_eq!(named(id).task_size, VirtAddr(task_size), "{id}");
    }
}

#[test]
fn contiguous_blocks_of_arm64_have_the_sizes_of_its_hugetlb_pages() {
    for (id, pte_block, pmd_block) in [
        ("arm64-4k-48", 64 << 10, 32 << 20),
        ("arm64-4k-52", 64 << 10, 32 << 20),
        ("arm64-16k-47", 2 << 20, 1 << 30),
        ("arm64-64k-52", 2 << 20, 16 << 30),
    ] {
        let model = named(id);
        let contiguous = model.contiguous.expect("arm64");
        assert_eq!(u64::from(contiguous.slots) << model.level(Level::Pte).shift, pte_block, "{id}");
        assert_eq!(u64::from(contiguous.pmd_slots) << model.level(Level::Pmd).shift, pmd_block, "{id}");
    }
}
