//! A dump by itself, and two dumps.

mod files;

use files::{listing, of, says};
use texts::check::{Kind, check};
use texts::diff::diff;
use texts::{Listing, Machine, Wish, read};

fn kinds(listing: &Listing) -> Vec<(Kind, u32)> {
    check(listing).findings.iter().map(|finding| (finding.kind, finding.line)).collect()
}

/// Linux 7.3.4: `check_wx_pages` of all of these said SUCCESS.
#[test]
fn the_captured_kernels_have_no_page_that_is_writable_and_executable() {
    for name in [
        "captures/x86_64-4level/ptdump-kernel.txt.gz",
        "captures/x86_64-5level/ptdump-kernel.txt.gz",
        "captures/arm64-4k-48bit/ptdump-kernel.txt.gz",
        "captures/arm64-16k-48bit/ptdump-kernel.txt.gz",
        "captures/riscv64-sv39/ptdump-kernel.txt.gz",
        "formats/linux-7.3.4-s390x-kernel_page_tables.txt",
        "formats/linux-7.3.4-ppc64le-kernel_page_tables.txt",
    ] {
        let checked = check(&listing(name));
        let others = checked.findings.iter().filter(|finding| finding.kind != Kind::WritableHole);
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&texts::check::Finding>::new(), "{name}");
    }
    // s390's lowcore is writable and executable, and its kernel leaves it out: a note.
    let s390 = check(&listing("formats/linux-7.3.4-s390x-kernel_page_tables.txt"));
    assert!(s390.notes.iter().any(|note| note.kind == Kind::WriteExecute && note.line == 4));
}

#[test]
fn writable_and_executable_is_said_with_the_entries_that_made_it() {
    let listing = of("\
---[ Low Kernel Mapping ]---
0xffff888000000000-0xffff888000099000         612K     RW                 GLB NX pte
0xffff888000099000-0xffff88800009a000           4K     RW                 GLB x  pte
0xffff88800009a000-0xffff888000200000        1432K     RW                 GLB NX pte
0xffff888000200000-0xffff888000600000           4M     RW         PSE     GLB x  pmd
");
    assert_eq!(kinds(&listing), [(Kind::WriteExecute, 3), (Kind::WriteExecute, 5)]);
    let findings = check(&listing).findings;
    assert!(findings[0].what.contains("1 pte entry of line 3"), "{}", findings[0].what);
    assert!(findings[1].what.contains("2 pmd entries of line 5"), "{}", findings[1].what);
    let walk = of("\
VIRTUAL           PHYSICAL
ffff888000000000  0

PGD DIRECTORY: ffffffff82a10000
PAGE DIRECTORY: 3801067
   PUD: 3801000 => 3802067
   PMD: 3802000 => 3803067
   PTE: 3803000 => 163
  PAGE: 0
");
    let findings = check(&walk).findings;
    assert!(findings.len() == 1 && findings[0].what.contains("(entry 163)"), "{findings:?}");
    // What does not tell NX is not said to be clean.
    let mem = check(&files::listing("formats/qemu-11.1.3-x86_64-4level-info-mem.txt"));
    assert!(mem.findings.is_empty() && mem.not_checked.iter().any(|sentence| sentence.starts_with("W+X")));
}

#[test]
fn order_overlaps_sizes_and_addresses_are_checked() {
    let rows = |text: &str| kinds(&of(text));
    assert_eq!(
        rows("0000000000402000: 0000000001000000 X--DA--UW\n0000000000401000: 0000000001001000 X--DA--UW\n"),
        [(Kind::Order, 2)]
    );
    assert_eq!(
        rows(
            "0000000000200000: 0000000001000000 X-PDA--UW\n0000000000201000: 0000000001001000 X--DA--UW\n0000100000000000: 0000000000001000 X--DA--UW\n"
        ),
        [(Kind::Overlap, 2)]
    );
    let dump = |row: &str| {
        rows(&format!(
            "0xffff888000000000-0xffff888000001000           4K     RW                 GLB NX pte\n{row}\n"
        ))
    };
    assert_eq!(
        dump("0xffff888000001000-0xffff888000003000           8K     RW         PSE     GLB NX pmd"),
        [(Kind::Size, 2)]
    );
    assert_eq!(
        dump("0xffff888000001000-0xffff888000001800           2K     RW                 GLB NX pte"),
        [(Kind::Size, 2)]
    );
    // The size column contradicts the addresses.
    assert_eq!(
        dump("0xffff888000001000-0xffff888000003000           4K     RW                 GLB NX pte"),
        [(Kind::Text, 2)]
    );
    assert_eq!(
        dump("0xffff888000003000-0xffff888000001000           4K     RW                 GLB NX pte").first(),
        Some(&(Kind::Order, 2))
    );
    let five = "0x0000800000000000-0x0000800000001000           4K USR RW                     NX pte\n";
    assert_eq!(rows(five), []);
    let machine = Machine::named("x86_64-4level").ok();
    let four = read(five.as_bytes(), Wish { machine, ..Wish::default() }).expect("readable");
    assert_eq!(kinds(&four), [(Kind::Canonical, 1)]);
    // Among the rows of a kernel with four levels it is a finding without being told.
    let kernel = "0xffff888000000000-0xffff888000001000           4K     RW                 GLB NX pte\n";
    assert_eq!(kinds(&of(&(five.to_owned() + kernel))), [(Kind::Canonical, 1)]);
    let row = "0xffffffd600000000-0xffffffd600400000    0x0000000080000000         4M PMD .   ..     ..   D A G . . W R V\n";
    let wrong = "0xffff8f8000000000-0xffff8f8000200000    0x0000000080000000         2M PMD .   ..     ..   D A G . . W R V\n";
    let rows = kinds(&of(&(wrong.to_owned() + &row.repeat(12))));
    assert_eq!(
        rows.iter().filter(|(kind, _)| *kind == Kind::Canonical).collect::<Vec<_>>(),
        [&(Kind::Canonical, 1)]
    );
}

/// s390, the dump of commit 75c10d5377d8's message in shape: .data.rel.ro outside of the read-only range.
#[test]
fn a_writable_hole_in_an_image_is_a_finding_and_elsewhere_a_note() {
    let image = of("\
---[ Kernel Image Start ]---
0x000003ffd0000000-0x000003ffd0c00000          12M PMD RO X
0x000003ffd0c8f000-0x000003ffd0d00000         452K PTE RO NX
0x000003ffd0d00000-0x000003ffd0d61000         388K PTE RW NX
0x000003ffd0d61000-0x000003ffd0d80000         124K PTE RO NX
---[ Kernel Image End ]---
");
    assert_eq!(kinds(&image), [(Kind::WritableHole, 4)]);
    let linear = check(&listing("captures/x86_64-4level/ptdump-kernel.txt.gz"));
    assert!(linear.findings.is_empty() && linear.notes.len() >= 3, "{linear:?}");
}

/// Linux 7.3.4 under QEMU 7.2.22: what the kernel and the machine say of the same tables is alike as far as both tell.
#[test]
fn dumps_of_one_machine_by_two_programs_do_not_differ() {
    for (a, b) in [
        (
            "captures/x86_64-4level/ptdump-current_kernel.txt.gz",
            "formats/qemu-7.2.22-linux-7.3.4-x86_64-4level-info-tlb.txt.gz",
        ),
        (
            "captures/x86_64-5level/ptdump-current_kernel.txt.gz",
            "formats/qemu-7.2.22-linux-7.3.4-x86_64-5level-info-tlb.txt.gz",
        ),
        (
            "captures/x86_64-4level/ptdump-current_kernel.txt.gz",
            "formats/qemu-7.2.22-linux-7.3.4-x86_64-4level-info-mem.txt.gz",
        ),
        (
            "captures/riscv64-sv39/ptdump-kernel.txt.gz",
            "formats/qemu-7.2.22-linux-7.3.4-riscv64-sv39-info-mem.txt",
        ),
        ("formats/qemu-11.1.3-x86_64-4level-info-mem.txt", "formats/qemu-11.1.3-x86_64-4level-info-tlb.txt"),
        (
            "formats/qemu-11.1.3-riscv64-sv39-info-mem.txt",
            "formats/qemu-11.1.3-riscv64-sv39-gva2gpa-s-mode.txt",
        ),
    ] {
        let compared = diff(&listing(a), &listing(b));
        assert_eq!(compared.differences, [], "{a} and {b}");
        assert!(compared.same > 0, "{a} and {b} have nothing in common");
    }
}

/// The kernel's own LDT slot of the process that runs is not in init_mm.
#[test]
fn what_only_one_of_two_has_is_a_difference() {
    let kernel = listing("captures/x86_64-4level/ptdump-kernel.txt.gz");
    let mem = listing("formats/qemu-7.2.22-linux-7.3.4-x86_64-4level-info-mem.txt.gz");
    let compared = diff(&kernel, &mem);
    let found: Vec<_> = compared.differences.iter().map(|of| (of.start, of.last, &*of.columns)).collect();
    assert_eq!(found, [(0xffff_8800_0000_0000, 0xffff_8800_0000_0fff, &["only-b"][..])]);
    assert!(
        compared.not_compared.iter().any(|sentence| sentence.contains("of user addresses it tells nothing"))
    );
}

#[test]
fn a_difference_names_its_columns() {
    let before =
        of("0000000000400000: 0000000001000000 X--DA--UW\n0000000000401000: 0000000001001000 X--DA--UW\n");
    let after =
        of("0000000000400000: 0000000001000000 ---DA--UW\n0000000000401000: 0000000001009000 X--DA--U-\n");
    let compared = diff(&before, &after);
    let found: Vec<_> = compared.differences.iter().map(|of| (of.start, &*of.columns)).collect();
    assert_eq!(found, [(0x40_0000, &["x"][..]), (0x40_1000, &["w", "physical"])]);
    // riscv before and after vmemmap had huge pages: a level.
    let row = |level: &str| {
        of(&format!(
            "0xffffffc502000000-0xffffffc502200000    0x0000000080000000         2M {level} .   ..     ..   D A G . . W R V\n"
        ))
    };
    assert_eq!(diff(&row("PTE"), &row("PMD")).differences[0].columns, ["level"]);
    // Other columns of the same kernel's dump.
    let row = |memory: &str| {
        of(&format!(
            "0xffff800080000000-0xffff800080001000           4K PTE       RW NX SHD AF NG         UXN    {memory}\n"
        ))
    };
    let memory = diff(&row("MEM/NORMAL"), &row("DEVICE/nGnRE"));
    assert_eq!(memory.differences[0].columns, ["attributes"]);
    let side = memory.differences[0].b.as_ref().and_then(|side| side.attributes.clone());
    assert!(side.is_some_and(|attributes| attributes.ends_with("DEVICE/nGnRE")));
}

#[test]
fn what_one_cannot_tell_is_no_difference() {
    // Effective rights may lack what the leaf has, and not the other way round.
    let mem = |rights: &str| of(&format!("0000000000400000-0000000000401000 0000000000001000 {rights}\n"));
    let leaf = of("0000000000400000: 0000000001000000 X--DA--UW\n");
    assert!(diff(&mem("-r-"), &leaf).differences.is_empty());
    let read_only = of("0000000000400000: 0000000001000000 X--DA--U-\n");
    assert_eq!(diff(&mem("urw"), &read_only).differences[0].columns, ["w"]);
    // Of 57-bit addresses info mem leaves things out.
    let empty = of("(qemu) info mem\n");
    assert!(diff(&empty, &leaf).differences.is_empty());
    assert!(says(&empty, "evidence of nothing"));
    // A dump of which a part was skipped.
    let skipped = of("\
---[ ESPfix Area ]---
0xffffff5600000000-0xffffff560000f000          60K                               pte
... 100 entries skipped ... 
---[ High Kernel Mapping ]---
0xffffffff81000000-0xffffffff81200000           2M     ro         PSE     GLB x  pmd
");
    let full =
        of("ffffff560001f000: 0000000001000000 XG--A----\nffffffff81000000: 0000000001000000 -GPDA----\n");
    assert!(diff(&skipped, &full).differences.is_empty(), "{:?}", diff(&skipped, &full).differences);
}

/// Linux, x86-64: PSE and the level say the same of a row.
#[test]
fn columns_that_contradict_each_other_are_a_finding() {
    for (row, word, words) in [
        (
            "0xffffffff81000000-0xffffffff82000000          16M     ro         PSE     GLB x  pte",
            "PSE",
            "PSE is of large pages, and the level is pte",
        ),
        (
            "0xffffffff81000000-0xffffffff82000000          16M     ro                 GLB x  pmd",
            "pmd",
            "a pmd that maps memory is a large page",
        ),
    ] {
        let listing = of(&format!("{row}\n"));
        assert_eq!(listing.rows.len(), 1);
        let found = check(&listing).findings;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].kind == Kind::Text && found[0].what.contains(words), "{found:?}");
        let column = row.rfind(word).expect("the word") + 1;
        assert!(found[0].what.contains(&format!("column {column}")), "{found:?}");
    }
    let good = of("0xffffffff81000000-0xffffffff82000000          16M     ro         PSE     GLB x  pmd\n");
    assert!(check(&good).findings.is_empty());
}

#[test]
fn an_empty_range_is_no_range_that_ends_below_its_start() {
    let what = |row: &str| check(&of(&format!("{row}\n"))).findings[0].what.clone();
    let row = "0xffff888000001000-0xffff888000001000           0K     RW                 GLB NX pte";
    assert_eq!(what(row), "the range ends at ffff888000001000, where it begins: it has no bytes");
    assert!(what(&row.replacen("1000-", "3000-", 1)).contains("below its start ffff888000003000"));
    // Each machine has one name.
    let mut names: Vec<_> = texts::Machine::all().map(|machine| machine.id).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}
