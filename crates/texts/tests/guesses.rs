//! What good guesses miss: each test names the program and the version in which it was seen. `vtop` has a file of its own.

mod files;

use files::{listing, of, ranges, says};
use texts::check::check;
use texts::{Machine, ReadError, Wish, format_named, read};

/// QEMU 7.2.22 to 11.1.3, x86-64 with five levels: a guest with 512 mapped gigabytes gives an empty `info mem`.
#[test]
fn info_mem_with_57_bit_addresses_is_evidence_of_nothing() {
    let five = of("ff11000000001000-ff11000000003000 0000000000002000 -rw\n");
    assert_eq!(five.machine.map(|machine| machine.id), Some("x86_64-5level"));
    assert!(says(&five, "evidence of nothing"), "{:?}", five.assumed);
    // An empty list says no more.
    let empty = of("(qemu) info mem\n(qemu) \n");
    assert!(ranges(&empty).is_empty() && says(&empty, "evidence of nothing"), "{:?}", empty.assumed);
    let empty = of("# QEMU 11.1.3, qemu-system-x86_64, 5level, HMP: info mem\n");
    assert!(ranges(&empty).is_empty() && says(&empty, "evidence of nothing"), "{:?}", empty.assumed);
    assert_eq!(
        (empty.machine.map(|machine| machine.id), &*empty.program),
        (Some("x86_64-5level"), "QEMU 11.1.3")
    );
    // A heading that names the machine is enough where the addresses would not tell.
    let low = of(
        "# QEMU 11.1.3, qemu-system-x86_64, 5level, HMP: info mem\n0000000000000000-0000000000002000 0000000000002000 urw\n",
    );
    assert!(says(&low, "evidence of nothing"), "{:?}", low.assumed);
    // With 48 bits nothing is wrong with it.
    assert!(!says(&listing("formats/qemu-11.1.3-x86_64-4level-info-mem.txt"), "evidence"));
    // info tlb of such a guest is right.
    let tlb = of("ff11000000001000: 0000000000001000 XG-DA---W\n");
    assert!(!says(&tlb, "evidence"), "{:?}", tlb.assumed);
}

/// The last page is at one address whatever the number of levels: only its end tells.
#[test]
fn an_end_of_57_bits_tells_five_levels() {
    let wide = of("fffffffffffff000-0200000000000000 0000000000001000 -rw\n");
    assert_eq!(wide.machine.map(|machine| machine.id), Some("x86_64-5level"));
    assert!(says(&wide, "evidence of nothing"), "{:?}", wide.assumed);
    let narrow = of("fffffffffffff000-0001000000000000 0000000000001000 -rw\n");
    assert_eq!(narrow.machine.map(|machine| machine.id), Some("x86_64-4level"));
}

/// QEMU 7.2.22, Linux 7.3.4 with five levels: 67091 of 70328 rows of the kernel's half have 48-bit addresses, most of them ESPfix's.
#[test]
fn the_espfix_area_does_not_outvote_57_bits() {
    let linear = (0..9).map(|slot| format!("ff1100000{slot}000000: 000000000{slot}000000 XGPDA---W\n"));
    let espfix = (0..200).map(|page| format!("ffffff{page:04x}00f000: 0000000002c01000 XG-DA----\n"));
    let text: String = linear.chain(espfix).collect();
    assert_eq!(of(&text).machine.map(|machine| machine.id), Some("x86_64-5level"));
    // One wrong address does not make the machine another.
    let one = &text[text.find("ff11000008").expect("a row")..];
    assert_eq!(of(one).machine.map(|machine| machine.id), Some("x86_64-4level"));
}

/// QEMU, target/i386/monitor.c: a PAE guest's entry is printed with all bits above the page.
#[test]
fn info_tlb_of_a_pae_guest_keeps_nx_in_the_address_column() {
    let pae =
        of("00000000c0001000: 8000000001007000 XG-DA---W\n00000000c0200000: 0000000001200000 --P-A----\n");
    assert_eq!(pae.machine.map(|machine| machine.id), Some("x86-pae"));
    assert_eq!(
        ranges(&pae),
        ["c0001000 c0002000 pte rw--gad 1007000", "c0200000 c0400000 pmd r-x--a- 1200000"]
    );
    assert!(says(&pae, "leaves NX in the column of the address"), "{:?}", pae.assumed);
}

/// QEMU 7.2.22 and 11.1.3: PAT is not among the letters.
#[test]
fn pat_is_never_shown_by_info_tlb() {
    assert!(says(&listing("formats/qemu-11.1.3-x86_64-4level-info-tlb.txt"), "PAT is never printed"));
    assert!(says(&listing("formats/qemu-7.2.22-x86-legacy-info-tlb.txt"), "PSE-36"));
}

/// QEMU 11.1.3: the same tables, once with effective rights and once with the leaf's.
#[test]
fn each_listing_says_whose_rights_it_has() {
    let mem = listing("formats/qemu-11.1.3-x86_64-4level-info-mem.txt");
    let tlb = listing("formats/qemu-11.1.3-x86_64-4level-info-tlb.txt");
    assert_eq!((mem.rights.name(), tlb.rights.name()), ("effective", "leaf"));
    // 8000000000: its leaf is writable, an entry above it is not.
    assert!(ranges(&mem).contains(&"8000000000 8000003000 - r-?u??? -".replace("u???", "-???")));
    assert!(ranges(&tlb).contains(&"8000000000 8000001000 pte rwxu--- 1010000".to_owned()));
    for name in
        ["gdb-pt-dump-x86_64-4level", "crash-8.0.2-arm64-vtop", "linux-7.3.4-s390x-kernel_page_tables"]
    {
        assert_eq!(listing(&format!("formats/{name}.txt")).rights.name(), "leaf", "{name}");
    }
}

/// QEMU 10.0.13 and 11.1.3, x86-64: ends are computed before the sign is extended. 7.2.22 with a 32-bit guest has 33 bits.
#[test]
fn a_row_up_to_the_last_page_has_an_end_below_its_start() {
    let mem = of("ffffffffffffe000-0001000000000000 0000000000002000 -rw\n");
    assert_eq!(ranges(&mem), ["ffffffffffffe000 10000000000000000 - rw?-??? -"]);
    assert!(mem.problems.is_empty() && check(&mem).findings.is_empty());
    let five = of(
        "fffffffffffff000-0200000000000000 0000000000001000 -rw\nff11000000000000-0111000000001000 0000000000001000 -rw\n",
    );
    assert!(five.problems.is_empty(), "{:?}", five.problems);
    let narrow = of("00000000ffc00000-0000000100000000 0000000000400000 -rw\n");
    assert_eq!(ranges(&narrow), ["ffc00000 100000000 - rw?-??? -"]);
    assert!(narrow.machine.is_some_and(|machine| machine.va_bits == 32));
    // An end that no size leads to is said, and the size is taken.
    let wrong = of("0000000000001000-0000000000009000 0000000000002000 urw\n");
    assert_eq!(ranges(&wrong), ["1000 3000 - rw?u??? -"]);
    assert_eq!(
        wrong.problems.iter().map(|problem| (problem.line, problem.column)).collect::<Vec<_>>(),
        [(1, 18)]
    );
}

/// QEMU 7.2.22, riscv32.
#[test]
fn rv32_has_8_digits_for_address_and_size_and_16_for_the_frame() {
    let listing = listing("formats/qemu-7.2.22-riscv32-sv32-info-mem.txt");
    assert_eq!(listing.machine.map(|machine| machine.id), Some("riscv32-sv32"));
    assert!(ranges(&listing).contains(&"8000 9000 - rw----- 3ff123000".to_owned()));
    assert_eq!(ranges(&listing).last().map(String::as_str), Some("fffff000 100000000 - rw---ad 86000000"));
}

/// QEMU 11.1.3, riscv64.
#[test]
fn svpbmt_nc_sets_bit_63_of_the_printed_frame_and_io_is_invisible() {
    let listing = listing("formats/qemu-11.1.3-riscv64-sv39-info-mem.txt");
    assert!(listing.rows.iter().all(|row| row.frames.first().is_some_and(|frame| frame >> 56 == 0)));
    assert!(says(&listing, "Svpbmt NC") && says(&listing, "IO cannot be seen"), "{:?}", listing.assumed);
}

/// QEMU 11.1.3, riscv64: the zero page may be mapped 16 times as well, so that it is no range is possible and said.
#[test]
fn svnapot_prints_16_rows_with_one_raw_frame() {
    let listing = listing("formats/qemu-11.1.3-riscv64-sv39-info-mem.txt");
    let row = listing.rows.iter().find(|row| row.start == 0x13000).expect("a row");
    assert_eq!(row.frames.first(), Some(0x8402_3000));
    assert!(says(&listing, "taken for a Svnapot range"), "{:?}", listing.assumed);
    // 15 such rows are none.
    let rows = (0..15u64)
        .map(|nth| format!("{:016x} 0000000084028000 0000000000001000 rw---ad\n", 0x10000 + nth * 4096));
    let rows = rows.collect::<Vec<_>>().concat();
    let fewer = of(&rows);
    assert!(fewer.rows.iter().all(|row| row.frames.first() == Some(0x8402_8000)));
    assert!(!says(&fewer, "Svnapot range"));
    assert!(says(&fewer, "first at 10000), and are fewer than the 16"), "{:?}", fewer.assumed);
    assert!(!says(&listing, "are fewer than the 16"), "{:?}", listing.assumed);
}

/// QEMU 10.0 and later, riscv64, in S mode; and M mode in all versions.
#[test]
fn unmapped_is_also_said_of_mapped_pages() {
    let listing = listing("formats/qemu-11.1.3-riscv64-sv39-gva2gpa-s-mode.txt");
    assert!(says(&listing, "Unmapped is also said of pages that are mapped"), "{:?}", listing.assumed);
    let machine_mode = of("(qemu) gva2gpa 0x1000\ngpa: 0x1000\n(qemu) gva2gpa 0x80002000\ngpa: 0x80002000\n");
    assert!(says(&machine_mode, "answered by itself"), "{:?}", machine_mode.assumed);
}

/// QEMU 11.1 has another wording for a command that is not there.
#[test]
fn no_such_command_is_no_data_and_no_error() {
    for text in [
        "Command 'info mem' not available until machine initialization has completed.\r\n",
        "unknown command: 'info mem'\r\n",
        "(qemu) info mem\nunknown command: 'info mem'\n",
        "PG disabled\n",
        "No translation or protection\n",
        "SLB\tESID\t\t\tVSID\n",
    ] {
        let listing = of(text);
        assert!(listing.rows.is_empty() && listing.problems.is_empty(), "{text}");
        assert!(says(&listing, "There is no data"), "{text}: {:?}", listing.assumed);
    }
}

/// gdb-pt-dump 9df79f3: the sign is extended from bit 47 whatever the number of levels.
#[test]
fn gdb_pt_dump_extends_the_sign_from_bit_47() {
    let listing = of("  0x11000000001000 :  0x1000 | W:1 X:0 S:1 UC:0 WB:1\n");
    assert_eq!(listing.machine.map(|machine| machine.id), Some("x86_64-5level"));
    assert!(says(&listing, "from bit 47"), "{:?}", listing.assumed);
    assert!(says(&listing, "listed once"), "{:?}", listing.assumed);
}

/// gdb-pt-dump's source (2025): aarch64 has the rights of user mode and the kernel's, riscv64 other letters than x86-64.
#[test]
fn gdb_pt_dump_has_other_columns_on_other_architectures() {
    let arm64 = of("  0xffff800008000000 :   0x200000   R:0 W:0 X:1   R:1 W:0 X:1  \n");
    assert_eq!(ranges(&arm64), ["ffff800008000000 ffff800008200000 - r-x-??? -"]);
    let riscv = of("  0xffffffd600200000 :   0x200000 :   0x80400000 | W:1 X:0 R:1 S:1\n");
    assert_eq!(ranges(&riscv), ["ffffffd600200000 ffffffd600400000 - rw--??? -"]);
}

/// Linux, riscv and powerpc (v7.3.4): rows merge by flags; the 50M row of vmemmap in two captures is not contiguous in memory.
#[test]
fn frames_are_never_counted_upwards_through_a_row_of_a_kernels_dump() {
    let listing = listing("captures/riscv64-sv39/ptdump-kernel.txt.gz");
    let line = "ffffffc502000000 ffffffc505200000 pmd rw--gad 146c00000";
    assert!(ranges(&listing).contains(&line.to_owned()));
    // Two rows of which the second begins where the first would end, if its frames ran on.
    let text = "\
0xffffffc502000000-0xffffffc502400000    0x0000000080000000         4M PMD .   ..     ..   D A G . . W R V
0xffffffc502400000-0xffffffc502600000    0x0000000080400000         2M PMD .   ..   RSW(1) D A G . . W R V
";
    assert_eq!(ranges(&of(text)).len(), 2);
}

/// Linux, x86-64, v7.3.4.
#[test]
fn a_dump_of_x86_has_skipped_entries_and_one_row_over_both_halves() {
    let listing = listing("captures/x86_64-4level/ptdump-kernel.txt.gz");
    assert!(listing.problems.is_empty(), "{:?}", listing.problems);
    assert!(says(&listing, "left out 131058 entries"), "{:?}", listing.assumed);
    let first = &listing.rows[0];
    assert_eq!((first.start, first.last, first.mapped), (0, 0xffff_87ff_ffff_ffff, false));
    assert!(says(&listing, "spans the user half, the gap"), "{:?}", listing.assumed);
}

/// QEMU 10.0.13's monitor over a socket: redraws, CR LF, no newline behind the last prompt.
#[test]
fn text_from_a_monitors_socket_is_read() {
    let listing = listing("formats/qemu-10.0.13-x86_64-4level-info-mem-raw-monitor.txt");
    assert_eq!(listing.program, "QEMU 10.0.13");
    assert_eq!(listing.rows.len(), 13);
    assert!(listing.problems.is_empty(), "{:?}", listing.problems);
}

#[test]
fn a_model_can_be_chosen_and_a_wrong_one_is_refused() {
    let text = b"0000000000400000: 0000000002000000 --P-A---W\n";
    let as_machine = |id| {
        let machine = Some(Machine::named(id).expect("a machine"));
        read(text, Wish { machine, ..Wish::default() })
    };
    let size = |id| as_machine(id).expect("readable").rows[0].bytes();
    assert_eq!((size("x86-legacy"), size("x86-pae"), size("x86_64-4level")), (4 << 20, 2 << 20, 2 << 20));
    let error = as_machine("riscv64-sv39").expect_err("another architecture");
    assert!(matches!(error, ReadError::Machine { .. }), "{error}");
    assert!(error.to_string().contains("x86-legacy"), "{error}");
}

/// arm64 and s390 print some rows alike.
#[test]
fn where_two_formats_fit_both_are_named_and_one_can_be_chosen() {
    let text = "0x0000000000000000-0x0000000000001000           4K PTE       RW NX\n";
    let both = of(text);
    assert_eq!(both.candidates, ["kernel_page_tables-arm64", "kernel_page_tables-s390"]);
    assert!(says(&both, "fits several formats"), "{:?}", both.assumed);
    let wish = Wish { format: format_named("kernel_page_tables-s390"), ..Wish::default() };
    let chosen = read(text.as_bytes(), wish).expect("readable");
    assert_eq!(chosen.format.name(), "kernel_page_tables-s390");
    assert_eq!(chosen.machine.map(|machine| machine.id), Some("s390x"));
}

/// A whole session of a monitor: the other listing is named, not lost without a word.
#[test]
fn of_mixed_texts_one_is_read_and_the_other_named() {
    let mixed = of("\
(qemu) info mem
0000000000001000-0000000000002000 0000000000001000 urw
(qemu) info tlb
0000000000001000: 0000000000007000 X--DA--UW
0000000000003000: 0000000000008000 X--DA--UW
");
    assert_eq!(mixed.format.name(), "info-tlb-x86");
    assert!(says(&mixed, "1 line is of another format, info-mem-x86"), "{:?}", mixed.assumed);
}
