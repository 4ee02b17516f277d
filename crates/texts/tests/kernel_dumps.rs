//! Dumps of kernels: read back and printed again, of every architecture and number of columns.

mod files;

use files::{bytes, listing, of, ranges, says};
use texts::printed;

/// Linux 7.3.4, captured.
#[test]
fn a_captured_dump_printed_again_is_equal_to_the_byte() {
    let mut compared = 0;
    for (machine, model) in [
        ("x86_64-4level", "x86_64-4level"),
        ("x86_64-5level", "x86_64-5level"),
        ("arm64-4k-48bit", "arm64-4k-48"),
        ("arm64-16k-48bit", "arm64-16k-48"),
        ("riscv64-sv39", "riscv64-sv39"),
    ] {
        for file in ["kernel", "current_kernel", "current_user"] {
            let name = format!("captures/{machine}/ptdump-{file}.txt.gz");
            if !files::tests().join(&name).exists() {
                continue;
            }
            let listing = listing(&name);
            assert_eq!(listing.machine.map(|machine| machine.id), Some(model), "{name}");
            assert!(listing.problems.is_empty(), "{name}: {:?}", listing.problems);
            let again = printed(&listing).expect("a kernel's dump");
            assert!(again.as_bytes() == bytes(&name), "{name} is not printed as it was");
            compared += 1;
        }
    }
    assert_eq!(compared, 9);
}

/// What mail and the kernel's log do to a dump is undone to the byte as well.
#[test]
fn a_broken_dump_printed_again_is_whole() {
    for machine in ["x86_64-4level", "x86_64-5level", "arm64-4k-48bit", "arm64-16k-48bit", "riscv64-sv39"] {
        let name = format!("captures/{machine}/ptdump-kernel.txt.gz");
        let text = String::from_utf8(bytes(&name)).expect("text");
        let quoted =
            text.lines().map(|line| format!("> [   12.345678] {line}\r\n")).collect::<Vec<_>>().concat();
        assert_eq!(printed(&of(&quoted)).as_deref(), Some(&*text), "{name}");
        for width in [60, 66, 72, 76, 80] {
            // At the last blank before a column, as mail clients do, or at the column, as terminals do.
            for at_blanks in [true, false] {
                let broken = broken(&text, width, at_blanks);
                let listing = of(&broken);
                let again = printed(&listing);
                assert!(
                    again.as_deref() == Some(&*text),
                    "{name} at {width}, {at_blanks}: {:?}",
                    listing.problems
                );
            }
        }
    }
}

/// The lines of a text, broken and quoted.
fn broken(text: &str, width: usize, at_blanks: bool) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let at = line.get(..width).filter(|_| line.trim_end().len() > width);
        let at = if at_blanks { at.and_then(|head| head.rfind(' ')) } else { at.map(str::len) };
        match at {
            Some(at) => lines.push(format!("> {}\n> {}\n", &line[..at], line[at..].trim_start())),
            None => lines.push(format!("> {line}\n")),
        }
    }
    lines.concat()
}

/// Kernels for five levels that name levels by what they were built for: with three at run time, 1 GiB is a PUD there as well.
#[test]
fn riscv_addresses_tell_more_than_names_of_levels() {
    let line = "0xffffffd640000000-0xffffffd6c0000000    0x00000000c0000000         2G PUD .   ..     ..   D A G . . W R V\n";
    assert_eq!(of(line).machine.map(|machine| machine.id), Some("riscv64-sv39"));
    let user = "0x0000000040000000-0x0000000080000000    0x00000000c0000000         1G PUD .   ..     ..   D A . U . W R V\n";
    assert_eq!(of(user).machine.map(|machine| machine.id), Some("riscv64-sv48"));
}

/// Invented; the shapes are those of kernels since v5.7.
#[test]
fn riscv_is_read_with_and_without_columns_for_pbmt_and_napot() {
    let all = of(
        "0xffffffd600000000-0xffffffd600400000    0x0000000080000000         4M PMD N MT(NC)  ..   D A G . X W R V\n",
    );
    assert_eq!(ranges(&all), ["ffffffd600000000 ffffffd600400000 pmd rwx-gad 80000000"]);
    assert!(printed(&all).is_some_and(|text| text.ends_with("4M PMD N MT(NC)   ..   D A G . X W R V\n")));
    for fewer in
        ["RSW(2) D A G . X W R V", "  ..   D A G . X W R V", "    D A G . X W R V", ".. .. D A G . X W R V"]
    {
        let text =
            format!("0xffffffd600000000-0xffffffd600400000    0x0000000080000000         4M PMD {fewer}\n");
        let listing = of(&text);
        assert_eq!(ranges(&listing), ["ffffffd600000000 ffffffd600400000 pmd rwx-gad 80000000"], "{text}");
        assert!(says(&listing, "no columns for PBMT and NAPOT"), "{text}");
        assert_eq!(printed(&listing), None, "{text}");
    }
    for (row, model) in [
        ("0xffffaf8000000000-0xffffaf8040000000    0x0000000080000000         1G PUD", "riscv64-sv48"),
        ("0xff60000000000000-0xff60000040000000    0x0000000080000000         1G PUD", "riscv64-sv57"),
        ("0xffffffd600000000-0xffffffd640000000    0x0000000080000000         1G PGD", "riscv64-sv39"),
    ] {
        let listing = of(&format!("{row} .   ..     ..   D A G . . W R V\n"));
        assert_eq!(listing.machine.map(|machine| machine.id), Some(model), "{row}");
    }
    // PROT_NONE is G without V: nothing that the CPU translates.
    let none = of(
        "0x0000000000010000-0x0000000000011000    0x0000000080000000         4K PTE .   ..     ..   . . G . . . . .\n0x0000000000011000-0x0000000000012000    0x0000000080001000         4K PTE .   ..     ..   D A . U . W R V\n",
    );
    assert_eq!(ranges(&none), ["11000 12000 pte rw-u-ad 80001000"]);
}

/// Invented; shapes and layouts of v7.3's headers.
#[test]
fn arm64_is_read_with_every_page_size_and_52_bits() {
    let header = "---[ Linear Mapping start ]---\n";
    let row = |start: u64, size: u64, unit: &str, level: &str, attributes: &str| {
        format!("0x{start:016x}-0x{:016x} {unit:>11} {level} {attributes}\n", start + size)
    };
    let normal = "      RW NX SHD AF            UXN    MEM/NORMAL";
    let block = "      RW NX SHD AF        BLK UXN    MEM/NORMAL";
    for (start, page, unit, huge, huge_unit, models) in [
        (0xffff_0000_0000_0000, 0x1000, "4K", 2 << 20, "2M", &["arm64-4k-48", "arm64-4k-52-l5off"][..]),
        (0xffff_ff80_0000_0000, 0x1000, "4K", 2 << 20, "2M", &["arm64-4k-39"]),
        (0xfff0_0000_0000_0000, 0x1000, "4K", 2 << 20, "2M", &["arm64-4k-52"]),
        (0xffff_8000_0000_0000, 0x4000, "16K", 32 << 20, "32M", &["arm64-16k-47", "arm64-16k-52-l4off"]),
        (0xffff_0000_0000_0000, 0x4000, "16K", 32 << 20, "32M", &["arm64-16k-48"]),
        (0xfff0_0000_0000_0000, 0x4000, "16K", 32 << 20, "32M", &["arm64-16k-52"]),
        (0xffff_fff0_0000_0000, 0x4000, "16K", 32 << 20, "32M", &["arm64-16k-36"]),
        (0xffff_fc00_0000_0000, 0x10000, "64K", 512 << 20, "512M", &["arm64-64k-42"]),
        (0xffff_0000_0000_0000, 0x10000, "64K", 512 << 20, "512M", &["arm64-64k-48", "arm64-64k-48-lpa"]),
        (0xfff0_0000_0000_0000, 0x10000, "64K", 512 << 20, "512M", &["arm64-64k-52"]),
    ] {
        let (start, huge): (u64, u64) = (start, huge);
        let text = header.to_owned()
            + &row(start, page, unit, "PTE", normal)
            + &row(start + huge, huge, huge_unit, "PMD", block);
        let listing = of(&text);
        assert_eq!(listing.machines[..models.len()], *models, "{text}");
        assert!(says(&listing, "page size is not printed"), "{:?}", listing.assumed);
        assert_eq!(ranges(&listing)[0], format!("{start:x} {:x} pte rw--ga? -", start + page));
    }
    // With LPA2 a P4D line, and no SHD: the bits are an address' there.
    let lpa2 = of("\
---[ Linear Mapping start ]---
0xfff0000000000000-0xfff0000000190000        1600K PTE       RW NX     AF            UXN    MEM/NORMAL-TAGGED
0xfff0000000190000-0xfff0000000400000        2496K PTE       ro NX     AF            UXN    MEM/NORMAL
0xfff0000000400000-0xfff0000001e00000          26M PMD       ro NX     AF        BLK UXN    MEM/NORMAL
0xfff0000040000000-0xfff0008000000000         511G PUD
0xfff0008000000000-0xfff1000000000000      261632G P4D
");
    assert_eq!(lpa2.machine.map(|machine| machine.id), Some("arm64-4k-52"));
    assert!(lpa2.problems.is_empty(), "{:?}", lpa2.problems);
    // F is an entry that is present to the kernel only.
    let captured = listing("captures/arm64-4k-48bit/ptdump-kernel.txt.gz");
    assert!(!ranges(&captured).iter().any(|line| line.starts_with("ffff0000004c0000")));
    assert!(says(&captured, "Rows with F"), "{:?}", captured.assumed);
}

#[test]
fn the_efi_forms_and_those_of_a_process_are_read() {
    let efi = of("\
---[ UEFI runtime start ]---
0x0000000000000000-0x0000000020000000         512M PMD
0x0000000020000000-0x0000000020010000          64K PTE       RW x  SHD AF NG         UXN    MEM/NORMAL
---[ UEFI runtime end ]---
");
    assert_eq!(ranges(&efi), ["20000000 20010000 pte rwx--a? -"]);
    let riscv = of("\
---[ UEFI runtime start ]---
0x0000000020000000-0x0000000020010000    0x00000000bf000000        64K PTE .   ..     ..   D A . . X W R V
");
    assert_eq!(ranges(&riscv), ["20000000 20010000 pte rwx--ad bf000000"]);
    let user = listing("captures/x86_64-4level/ptdump-current_user.txt.gz");
    assert!(ranges(&user).iter().any(|line| line == "410000 412000 pte r-xu-?? -"));
}

/// Linux 7.3.4, captured.
#[test]
fn powerpc_has_inclusive_ends_and_s390_other_names_of_levels() {
    let powerpc = listing("formats/linux-7.3.4-ppc64le-kernel_page_tables.txt");
    assert!(powerpc.problems.is_empty(), "{:?}", powerpc.problems);
    assert_eq!(ranges(&powerpc)[0], "c000000000000000 c000000001000000 pmd r-x-?ad 0");
    assert_eq!(ranges(&powerpc).len(), 20);
    let s390 = listing("formats/linux-7.3.4-s390x-kernel_page_tables.txt");
    assert!(s390.problems.is_empty(), "{:?}", s390.problems);
    assert_eq!(ranges(&s390)[0], "0 1000 pte rwx???? -");
    // Before a column for levels was added (2025).
    let before = of(
        "0xc000000000000000-0xc000000002ffffff  0x0000000000000000         48M   r      X   pte  valid  present  dirty  accessed\n",
    );
    assert_eq!(ranges(&before), ["c000000000000000 c000000003000000 - r-x-?ad 0"]);
    let asce = of(
        "0x0000000000000000-0x0020000000000000           8P ASCE I\n0x0020000000000000-0x0020000000001000           4K PTE RO X\n",
    );
    assert_eq!(ranges(&asce), ["20000000000000 20000000001000 pte r-x???? -"]);
    // "PGD" is mm/pagewalk.c's p4d there.
    let p4d = of("0x0020000000000000-0x0040000000000000           8P PGD RO X\n");
    assert_eq!(ranges(&p4d), ["20000000000000 40000000000000 p4d r-x???? -"]);
}
