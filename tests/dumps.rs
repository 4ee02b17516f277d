//! Dumps of captured address spaces, and of images in which one entry is another.

use std::fs;
use std::path::Path;

use capture::Capture;
use pagewalk::Revision;
use pagewalk_tests::dump::{DumpError, TextDifference, check_wx, dump, load_texts};
use pagewalk_tests::{default_dir, load_image};
use pgtable::{PhysAddr, RawEntry, VirtAddr};
use ptdump::dump::{Content, Dump, Layout, Line, Plan, View};

const CAPTURES: [&str; 5] =
    ["riscv64-sv39", "arm64-4k-48bit", "arm64-16k-48bit", "x86_64-4level", "x86_64-5level"];

fn capture(name: &str) -> Capture {
    load_image(&default_dir().join(name)).expect("a capture of this repository")
}

fn kernel_dump(capture: &Capture) -> Dump {
    dump(capture, View::Kernel, Revision::V7_3).expect("a dump")
}

/// The slot that holds the last entry of the walk to `addr`, and its value.
fn slot_of(capture: &Capture, addr: u64) -> (mm::TableId, u32, u64) {
    let (world, model) = (&capture.world, capture.model());
    let mut pa = PhysAddr(capture.roots.get("init_mm").expect("a root"));
    let mut found = None;
    for level in model.real_levels() {
        let Some(table) = world.table_at(pa) else { break };
        let index = model.index(level, VirtAddr(addr));
        let value = world.read(table, index).expect("a slot of the table").0;
        found = Some((table, index, value));
        pa = model.table_address(level, RawEntry(value));
    }
    found.expect("a table")
}

/// How the dump differs once the entry of `addr` is changed by `change`.
fn changed(capture: &Capture, addr: u64, change: fn(u64) -> u64) -> Option<TextDifference> {
    let before = kernel_dump(capture).text();
    let mut other = capture.clone();
    let (table, index, value) = slot_of(&other, addr);
    assert_ne!(value, change(value), "a change of {value:#x}");
    other.world.write(table, index, RawEntry(change(value)));
    TextDifference::of(&before, &kernel_dump(&other).text())
}

#[test]
fn every_captured_dump_is_equal_to_the_byte() {
    let mut compared = 0;
    for name in CAPTURES {
        let capture = capture(name);
        for (file, text) in load_texts(&default_dir().join(name), "ptdump-").expect("readable") {
            let view = View::ALL.into_iter().find(|view| view.name() == file).expect("a file of debugfs");
            let ours = dump(&capture, view, Revision::V7_3).expect("a dump").text();
            assert_eq!(TextDifference::of(&text, &ours), None, "{name} {file}");
            compared += 1;
        }
        for (_, text) in load_texts(&default_dir().join(name), "check_wx_pages").expect("readable") {
            check_wx(&capture, &text, Revision::V7_3).expect("equal");
            compared += 1;
        }
    }
    assert_eq!(compared, 9 + 5, "dumps and answers of check_wx_pages");
}

#[test]
fn an_entry_that_is_another_is_seen_where_it_is() {
    let riscv = capture("riscv64-sv39");
    // A page of vmalloc, amid four: read-only from here on.
    let difference = changed(&riscv, 0xffff_ffc6_0000_1000, |value| value & !4).expect("a difference");
    let [before, after] = [
        "0xffffffc600000000-0xffffffc600004000    0x0000000140090000        16K PTE .   ..     ..   D A G . . W R V",
        "0xffffffc600000000-0xffffffc600001000    0x0000000140090000         4K PTE .   ..     ..   D A G . . W R V",
    ];
    assert_eq!((difference.line, &difference.kernel[..]), (10, &[before.to_owned()][..]));
    assert_eq!(difference.ours[0], after);
    assert_eq!(difference.ours.len(), 3);
    // A large page of the linear map that is not there.
    let difference = changed(&riscv, 0xffff_ffd6_0020_0000, |_| 0).expect("a difference");
    assert_eq!((difference.kernel.len(), difference.ours.len()), (1, 0), "{difference}");
    // Bits that no column shows, and where it points to: only the first of a line is printed.
    assert_eq!(changed(&riscv, 0xffff_ffc6_0000_1000, |value| value | 1 << 59), None);
    assert_eq!(changed(&riscv, 0xffff_ffc6_0000_1000, |value| value ^ 1 << 20), None);
    assert!(changed(&riscv, 0xffff_ffc6_0000_0000, |value| value ^ 1 << 20).is_some());

    let arm64 = capture("arm64-4k-48bit");
    let user = changed(&arm64, 0xffff_0000_0020_0000, |value| value | 1 << 6).expect("a difference");
    assert_eq!((user.line, user.kernel.len(), user.ours.len()), (3, 1, 1), "{user}");
    assert!(user.ours[0].contains(" USR ro "), "{user}");
    assert_eq!(changed(&arm64, 0xffff_0000_0020_0000, |value| value ^ 1 << 55), None, "PTE_DIRTY");
}

#[test]
fn an_entry_above_limits_what_is_below() {
    let x86 = capture("x86_64-4level");
    let mut other = x86.clone();
    // The pud of the kernel's text may not be written through: no line says so, but they stand apart.
    let (before, text) = (kernel_dump(&x86), 0xffff_ffff_8100_0000);
    let root = PhysAddr(x86.roots.get("init_mm").expect("a root"));
    let root = other.world.table_at(root).expect("a table");
    let index = x86.model().index(pgtable::Level::Pgd, VirtAddr(text));
    let value = other.world.read(root, index).expect("a slot").0;
    other.world.write(root, index, RawEntry(value & !2));
    let after = kernel_dump(&other);
    assert_eq!(after.text(), before.text(), "all of it lies under that one entry");
    let effective = |dump: &Dump| {
        let at = |line: &&Line| matches!(line.content, Content::Entries(entries) if entries.start.0 > text);
        let lines = dump.lines.iter().filter(at);
        let of = lines.filter_map(|line| match line.content {
            Content::Entries(entries) => Some(entries.effective & 2 != 0),
            _ => None,
        });
        of.filter(|&writable| writable).count()
    };
    assert!(effective(&before) > 0);
    assert_eq!(effective(&after), 0);
}

#[test]
fn a_page_that_may_be_written_and_executed_is_found() {
    for (name, addr, change, says) in [
        (
            "riscv64-sv39",
            0xffff_ffc6_0000_1000,
            (|value| value | 8) as fn(u64) -> u64,
            "Checked W+X mappings: failed, 1 W+X pages found",
        ),
        (
            "arm64-4k-48bit",
            0xffff_8000_803c_1000,
            |value| value & !(1 << 53),
            "Checked W+X mappings: FAILED, 1 W+X pages found, 0 non-UXN pages found",
        ),
        (
            "x86_64-4level",
            0xffff_c900_0000_0000,
            |value| value & !(1 << 63),
            "x86/mm: Checked W+X mappings: FAILED, 1 W+X pages found.",
        ),
    ] {
        let mut capture = capture(name);
        let (table, index, value) = slot_of(&capture, addr);
        capture.world.write(table, index, RawEntry(change(value)));
        let captured = format!("FAILED\n{says}\n");
        assert_eq!(check_wx(&capture, &captured, Revision::V7_3), Ok(format!("FAILED, {says}")), "{name}");
        let error = check_wx(&capture, "SUCCESS\n", Revision::V7_3).expect_err("it did not pass");
        assert!(error.contains("machine 1: \"FAILED\""), "{error}");
        let dump = kernel_dump(&capture);
        let marked: Vec<_> = dump
            .lines
            .iter()
            .filter(|line| matches!(line.content, Content::Entries(entries) if entries.w_x))
            .map(|line| dump.dumper.format().text(line))
            .collect();
        assert!(marked.len() == 1 && marked[0].starts_with(&format!("{addr:#018x}-")), "{marked:?}");
    }
}

#[test]
fn each_note_is_in_one_line() {
    for name in ["arm64-4k-48bit", "arm64-16k-48bit", "x86_64-4level"] {
        let dump = kernel_dump(&capture(name));
        let end = dump.lines.iter().fold(0, |next, line| {
            let header = matches!(line.content, Content::Header(_));
            assert!(line.notes.start == next || header && line.notes.is_empty(), "{name}: {line:?}");
            next.max(line.notes.end)
        });
        assert_eq!(end, dump.dumper.notes(), "{name}");
    }
}

#[test]
fn the_models_regions_are_where_the_captured_kernels_have_them() {
    for name in CAPTURES {
        let capture = capture(name);
        let model = capture.model();
        let captured = |name: &str| capture.layout.get(name);
        let of = |layout| Plan::new(View::Kernel, &layout).expect("a plan");
        let [mut ours, captured] = [Layout::of_model(model), Layout::captured(model, &captured)].map(of);
        assert_eq!(ours.ranges, captured.ranges);
        // The captured kernels have no EFI, and riscv's modules lie before the end of their own image.
        ours.markers.retain(|marker| marker.name != "EFI Runtime Services");
        for (ours, captured) in ours.markers.iter_mut().zip(&captured.markers) {
            if ours.name == "Modules/BPF mapping" {
                ours.start = captured.start;
            }
        }
        assert_eq!(ours.markers, captured.markers, "{name}");
    }
}

#[test]
fn what_cannot_be_dumped_says_why() {
    let riscv = capture("riscv64-sv39");
    let error =
        |capture: &Capture, view| dump(capture, view, Revision::V7_3).expect_err("no such dump").to_string();
    assert_eq!(error(&riscv, View::CurrentUser), "the kernel has no such dump of riscv64 Sv39, 3 levels");
    assert_eq!(error(&riscv, View::Efi), "the image has no mm \"efi_mm\"");
    // An entry that leads nowhere.
    let mut broken = capture("arm64-4k-48bit");
    let root = PhysAddr(broken.roots.get("init_mm").expect("a root"));
    let root = broken.world.table_at(root).expect("a table");
    broken.world.write(root, 0, RawEntry(0x7000_0003));
    assert!(matches!(dump(&broken, View::Kernel, Revision::V7_3), Err(DumpError::Fault { lines: 0, .. })));
}

#[test]
fn texts_are_read_packed_or_not() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("texts");
    fs::create_dir_all(&dir).expect("a folder");
    let packed = fs::read(default_dir().join("riscv64-sv39/ptdump-kernel.txt.gz")).expect("a dump");
    fs::write(dir.join("ptdump-a.txt.gz"), packed).expect("written");
    fs::write(dir.join("ptdump-b.txt"), "b\n").expect("written");
    fs::write(dir.join("ptdump-c.log"), "c\n").expect("written");
    let texts = load_texts(&dir, "ptdump-").expect("readable");
    assert_eq!(texts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(texts[0].1.starts_with("---[ Fixmap start ]---\n"));
    assert_eq!(texts[1].1, "b\n");

    fs::write(dir.join("ptdump-d.txt.gz"), "not packed").expect("written");
    let error = load_texts(&dir, "ptdump-d").expect_err("damaged").to_string();
    assert!(error.contains("ptdump-d.txt.gz: "), "{error}");
    fs::write(dir.join("ptdump-e.txt"), [0xff, 0xfe]).expect("written");
    assert!(
        load_texts(&dir, "ptdump-e").expect_err("no text").to_string().ends_with("ptdump-e.txt: not a text")
    );
    fs::remove_dir_all(&dir).expect("removed");
}

#[test]
fn a_difference_shows_its_lines() {
    let of = |kernel, ours| TextDifference::of(kernel, ours).map(|difference| difference.to_string());
    assert_eq!(of("a\nb\n", "a\nb\n"), None);
    assert_eq!(
        of("a\nb\nc\n", "a\nB\nc\n").as_deref(),
        Some("from line 2 on\n      kernel  2: \"b\"\n      machine 2: \"B\"")
    );
    assert_eq!(
        of("a\nc\n", "a\nb\nc\n").as_deref(),
        Some("from line 2 on\n      kernel  has nothing here\n      machine 2: \"b\"")
    );
    // Only the end of the last line.
    assert_eq!(
        of("a\n", "a").as_deref(),
        Some("from line 2 on\n      kernel  2: \"\"\n      machine has nothing here")
    );
    let shown = of(&["x"; 20].join("\n"), "").expect("a difference");
    assert!(shown.contains("kernel  8: \"x\"\n      kernel  and 12 lines more"), "{shown}");
}
