//! The traps of kernel-facts 6.8 that are seen in a line.

use alloc::borrow::ToOwned;
use alloc::format;

use pgtable::Level;

use super::{Format, lines, model, regions, text, told};

const X86: &str = "x86_64-4level";
const ARM64: &str = "arm64-4k-48";
const RISCV: &str = "riscv64-sv39";

const NX: u64 = 1 << 63;
/// x86: a page that the kernel may write; with global, accessed and dirty.
const PAGE: u64 = NX | 0x163;

#[test]
fn sizes_are_in_the_largest_unit_that_divides_them() {
    let format = |id| Format::of(model(id)).expect("a format");
    for id in [X86, ARM64, RISCV] {
        for (bytes, size, unit) in [
            (4096, 4, 'K'),
            (2036 << 10, 2036, 'K'),
            (33280 << 30, 33280, 'G'),
            (16777096 << 40, 16777096, 'T'),
            (1 << 60, 1, 'E'),
            (0, 0, 'E'),
        ] {
            assert_eq!(format(id).size(bytes), (size, unit), "{id}");
        }
    }
    // x86 counts from bytes, the others from KiB.
    assert_eq!(format(X86).size(1023), (1023, 'B'));
    assert_eq!(format(ARM64).size(1025), (1, 'K'));
}

#[test]
fn a_size_of_more_than_nine_digits_makes_the_line_longer() {
    let text = text(X86, &regions(&[("all", 0)]), &[(Level::Pud, 0, 0), (Level::Pgd, 17179615237 << 30, 0)]);
    assert!(lines(&text)[1].contains("   17179615237G  "), "{text}");
}

#[test]
fn empty_ranges_are_blank_or_bare_or_not_there() {
    let plan = regions(&[("all", 0)]);
    let notes = [(Level::Pmd, 0, 0), (Level::Pgd, 0x20_0000, 0)];
    let range = "0x0000000000000000-0x0000000000200000           2M ";
    assert_eq!(lines(&text(X86, &plan, &notes))[1], format!("{range}{}pmd", " ".repeat(30)));
    assert_eq!(lines(&text(ARM64, &plan, &notes))[1], format!("{range}PMD"));
    assert_eq!(lines(&text(RISCV, &plan, &notes)), ["---[ all ]---"]);
}

#[test]
fn x86_bit_7_is_pse_or_pat_and_bit_12_is_nothing() {
    let line = |level, value| {
        let text = text(X86, &regions(&[("all", 0)]), &[(level, 0, value), (Level::Pgd, 0x1000, 0)]);
        lines(&text)[1][51..].to_owned()
    };
    assert_eq!(line(Level::Pte, PAGE | 0x80), "    RW             PAT GLB NX pte");
    assert_eq!(line(Level::Pmd, PAGE | 0x80), "    RW         PSE     GLB NX pmd");
    assert_eq!(line(Level::Pud, PAGE | 0x80), "    RW         PSE     GLB NX pud");
    // _PAGE_PAT_LARGE.
    assert_eq!(line(Level::Pmd, PAGE | 0x1080), line(Level::Pmd, PAGE | 0x80));
    assert_eq!(line(Level::Pte, 0x1f), "USR RW PWT PCD             x  pte");
    // _PAGE_PROTNONE is _PAGE_GLOBAL of an entry that is not present.
    assert_eq!(line(Level::Pte, 0x100), format!("{}pte", " ".repeat(30)));
}

#[test]
fn x86_blank_lines_follow_each_other_where_hidden_bits_differ() {
    let notes = [
        (Level::Pte, 0, 0x100),
        (Level::Pte, 0x1000, 0x200),
        (Level::Pte, 0x2000, 0),
        (Level::Pte, 0x3000, 0),
    ];
    let text = text(X86, &regions(&[("all", 0)]), &notes);
    let blank = " ".repeat(30);
    assert_eq!(
        lines(&text)[1..].iter().filter(|line| line.ends_with(&format!("{blank}pte"))).count(),
        3,
        "{text}"
    );
}

#[test]
fn only_tracked_bits_break_a_line() {
    let plan = regions(&[("all", 0)]);
    let entry_lines = |id, one, other| {
        let dump =
            told(id, &plan, &[(Level::Pte, 0, one), (Level::Pte, 0x1000, other), (Level::Pgd, 0x2000, 0)]);
        // The note after them makes one more on x86 and arm64, which print empty ranges.
        dump.lines.len() - 1 - usize::from(id != RISCV)
    };
    assert_eq!(entry_lines(X86, PAGE, PAGE | 0x5000), 1, "frame numbers");
    assert_eq!(entry_lines(X86, PAGE, PAGE ^ 0x40), 2, "dirty");
    // PTE_WRITE, PTE_DIRTY, PTE_SPECIAL.
    let arm64 = 1 << 54 | 1 << 53 | 0x403;
    assert_eq!(entry_lines(ARM64, arm64, arm64 | 1 << 51 | 1 << 55 | 1 << 56 | 0x5000), 1);
    assert_eq!(entry_lines(ARM64, arm64, arm64 | 1 << 52), 2, "contiguous");
    assert_eq!(entry_lines(RISCV, 0xe7, 0xe7 | 0x123 << 10), 1, "frame numbers");
    assert_eq!(entry_lines(RISCV, 0xe7, 0xe7 ^ 0x40), 2, "accessed");
}

#[test]
fn arm64_columns_have_two_faces_and_one_memory_type() {
    let line = |value| {
        let text = text(ARM64, &regions(&[("all", 0)]), &[(Level::Pte, 0, value), (Level::Pgd, 0x1000, 0)]);
        let (_, attributes) = lines(&text)[1].split_once("PTE").expect("a pte");
        attributes.to_owned()
    };
    let all = 3 | 1 << 6 | 1 << 7 | 3 << 8 | 1 << 10 | 1 << 11 | 1 << 50 | 1 << 52 | 1 << 53 | 1 << 54;
    assert_eq!(line(all), "   USR ro NX SHD AF NG CON     UXN GP MEM/NORMAL");
    // Outer shareable is not SHD, a block says so, and what is not valid is F.
    assert_eq!(line(1 | 2 << 8), "       RW x                BLK        MEM/NORMAL");
    assert_eq!(line(2), " F     RW x                           MEM/NORMAL");
    // PTE_GP alone is printed, too.
    assert_eq!(line(1 << 50), " F     RW x                        GP MEM/NORMAL");
    for (index, name) in [
        (0, " MEM/NORMAL"),
        (1, " MEM/NORMAL-TAGGED"),
        (2, " MEM/NORMAL-NC"),
        (3, " DEVICE/nGnRnE"),
        (4, " DEVICE/nGnRE"),
        (5, ""),
        (7, ""),
    ] {
        assert_eq!(line(3 | index << 2), format!("       RW x                          {name}"));
    }
}

#[test]
fn riscv_columns_print_numbers_and_memory_types() {
    let line = |value| {
        let text = text(RISCV, &regions(&[("all", 0)]), &[(Level::Pte, 0, value), (Level::Pgd, 0x1000, 0)]);
        let (_, attributes) = lines(&text)[1].split_once("PTE").expect("a pte");
        attributes.to_owned()
    };
    assert_eq!(line(0xff), " .   ..     ..   D A G U X W R V");
    assert_eq!(line(3 << 8 | 1), " .   ..   RSW(3) . . . . . . . V");
    assert_eq!(line(1 << 8 | 1), " .   ..   RSW(1) . . . . . . . V");
    assert_eq!(line(2 << 8 | 1), " .   ..   RSW(2) . . . . . . . V");
    assert_eq!(line(1 << 61 | 1), " . MT(NC)   ..   . . . . . . . V");
    assert_eq!(line(2 << 61 | 1), " . MT(IO)   ..   . . . . . . . V");
    assert_eq!(line(3 << 61 | 1), " . MT(??)   ..   . . . . . . . V");
    // The memory type is no part of the address.
    let noncached = [(Level::Pte, 0, 1 << 61 | 0x1000 >> 2 | 1), (Level::Pgd, 0x1000, 0)];
    assert!(text(RISCV, &regions(&[("all", 0)]), &noncached).contains("    0x0000000000001000 "));
    // PROT_NONE: the G bit without V.
    assert_eq!(line(1 << 5), " .   ..     ..   . . G . . . . .");
}

#[test]
fn riscv_a_power_of_two_range_points_to_its_start() {
    // 64 KiB at 0x80010000: the frame number has bit 3 set as the size.
    let value = 1 << 63 | (0x80010 | 8) << 10 | 0xe7;
    let text = text(RISCV, &regions(&[("all", 0)]), &[(Level::Pte, 0, value), (Level::Pgd, 0x1_0000, 0)]);
    assert_eq!(
        lines(&text)[1],
        "0x0000000000000000-0x0000000000010000    0x0000000080010000        64K PTE N   ..     ..   D A G . . W R V"
    );
}

#[test]
fn folded_levels_have_the_roots_name() {
    for (id, level, name) in [
        (RISCV, Level::Pud, "PGD"),
        ("riscv64-sv48", Level::P4d, "PGD"),
        ("riscv64-sv48", Level::Pud, "PUD"),
        ("riscv64-sv57", Level::P4d, "P4D"),
        (RISCV, Level::Pmd, "PMD"),
        (ARM64, Level::P4d, "PGD"),
        (ARM64, Level::Pud, "PUD"),
    ] {
        let text = text(id, &regions(&[("all", 0)]), &[(level, 0, 0xe7), (Level::Pte, 0x1000, 0)]);
        assert!(lines(&text)[1].contains(&format!(" {name} ")), "{id} {level:?}: {text}");
    }
}
