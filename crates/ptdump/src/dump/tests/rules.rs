//! The traps of kernel-facts 6.8, that are seen between lines: breaks, headers, ranges, ends.

use alloc::vec;
use alloc::vec::Vec;

use pgtable::{Level, RawEntry, VirtAddr};

use super::super::Content;
use super::{Dump, Layout, Line, Note, Plan, View, lines, model, plan, regions, text, told};

const X86: &str = "x86_64-4level";
const ARM64: &str = "arm64-4k-48";
const RISCV: &str = "riscv64-sv39";

const NX: u64 = 1 << 63;
/// x86: a page that the kernel may write; with global, accessed and dirty.
const PAGE: u64 = NX | 0x163;

#[test]
fn headers_lag_catch_up_by_two_or_come_all_at_once() {
    let plan = regions(&[("a", 0), ("b", 0x1000), ("c", 0x2000), ("d", 0x3000), ("e", 0x4000)]);
    // One hole over b, c and d, then like entries without a break of their own.
    let notes =
        [(Level::Pmd, 0, 0), (Level::Pte, 0x3000, 1), (Level::Pte, 0x3800, 1), (Level::Pte, 0x3900, 1)];
    let headers = |id| {
        let dump = told(id, &plan, &notes);
        let mut seen = Vec::new();
        for line in &dump.lines {
            match line.content {
                Content::Header(name) => seen.push(name),
                _ => seen.push("-"),
            }
        }
        seen.concat()
    };
    // Each header that is due makes a break of its own.
    assert_eq!(headers(X86), "a-b-c-d-");
    // Two when the hole ends, at the break and at the end of the note. The next note breaks for the third.
    assert_eq!(headers(ARM64), "a-bc-d-");
    assert_eq!(headers(RISCV), "abcd-");
}

#[test]
fn arm64_prints_a_header_at_the_end_of_a_note_without_a_break() {
    // The first note is no break, and lies in the second region.
    let plan = regions(&[("a", 0), ("b", 0x1000), ("c", 0x2000)]);
    let first = told(ARM64, &plan, &[(Level::Pmd, 0x1000, 0)]);
    let headers =
        |lines: &[Line]| lines.iter().filter(|line| matches!(line.content, Content::Header(_))).count();
    assert_eq!(headers(&first.lines), 2, "{}", first.text());
    assert_eq!(lines(&text(X86, &plan, &[(Level::Pmd, 0x1000, 0)])).len(), 2);
}

#[test]
fn arm64_the_last_line_is_a_note_too() {
    let mut plan = regions(&[("a", 0), ("b", 0x1000), ("c", 0x1000)]);
    plan.end = VirtAddr(0x2000);
    let text = text(ARM64, &plan, &[(Level::Pgd, 0, 0)]);
    assert_eq!(lines(&text)[2..], ["---[ b ]---", "---[ c ]---"]);
}

#[test]
fn x86_effective_protection_splits_lines_that_look_alike() {
    let mut dump = Dump::new(model(X86), &regions(&[("all", 0)])).expect("a dumper");
    let note = |addr| Note { level: Level::Pte, addr: VirtAddr(addr), value: RawEntry(PAGE) };
    for (table, addr) in [(0x67, 0), (0x65, 0x1000), (NX | 0x67, 0x2000)] {
        for level in [Level::Pgd, Level::P4d, Level::Pud] {
            dump.dumper.effective_prot(level, RawEntry(0x67));
        }
        dump.dumper.effective_prot(Level::Pmd, RawEntry(table));
        dump.dumper.effective_prot(Level::Pte, RawEntry(PAGE));
        dump.dumper.note_page(note(addr), &mut dump.lines);
    }
    dump.dumper.note_page_flush(&mut dump.lines);
    // NX above changes nothing for a page that is NX itself, so the second and the third pages differ in RW alone.
    let text = dump.text();
    let attributes: Vec<&str> = lines(&text)[1..].iter().map(|line| &line[line.len() - 33..]).collect();
    assert_eq!(attributes, vec!["    RW                 GLB NX pte"; 3], "{text}");
    let effective = dump.lines.iter().filter_map(|line| match line.content {
        Content::Entries(entries) => Some(entries.effective),
        _ => None,
    });
    assert_eq!(effective.collect::<Vec<_>>(), [NX | 2, NX, NX | 2]);
}

#[test]
fn x86_an_empty_entry_has_no_effective_protection() {
    // Behind a table that may be executed, then behind one that may not: both are nothing.
    let mut dump = Dump::new(model(X86), &regions(&[("all", 0)])).expect("a dumper");
    for (table, addr) in [(0x67, 0), (NX | 0x67, 0x1000)] {
        dump.dumper.effective_prot(Level::Pmd, RawEntry(table));
        dump.dumper.effective_prot(Level::Pte, RawEntry(0));
        let note = Note { level: Level::Pte, addr: VirtAddr(addr), value: RawEntry(0) };
        dump.dumper.note_page(note, &mut dump.lines);
    }
    assert_eq!(dump.lines.len(), 1, "only the header: {}", dump.text());
}

#[test]
fn the_last_line_ends_at_zero_or_where_user_space_does() {
    for (id, view, end) in [
        (X86, View::Kernel, 0),
        (X86, View::Efi, 0),
        (ARM64, View::Kernel, 0),
        (ARM64, View::Efi, 1 << 48),
        (RISCV, View::Kernel, 0),
        (RISCV, View::Efi, 0),
    ] {
        assert_eq!(plan(id, view).end, VirtAddr(end), "{id} {view:?}");
    }
    let efi = text(ARM64, &plan(ARM64, View::Efi), &[(Level::Pgd, 0, 0)]);
    let expected = [
        "---[ UEFI runtime start ]---",
        "0x0000000000000000-0x0001000000000000         256T PGD",
        "---[ UEFI runtime end ]---",
    ];
    assert_eq!(lines(&efi), expected);
}

#[test]
fn x86_the_last_user_line_takes_the_gap_between_the_ranges() {
    let plan = plan(X86, View::Kernel);
    let notes =
        [(Level::Pgd, 0, 0), (Level::Pud, 0x7f80_0000_0000, 0), (Level::Pgd, 0xffff_8800_0000_0000, 0)];
    let text = text(X86, &plan, &notes);
    assert!(lines(&text)[2].starts_with("0x00007f8000000000-0xffff880000000000 "), "{text}");
}

#[test]
fn x86_starts_at_zero_wherever_the_first_note_is() {
    let notes = [(Level::Pte, 0x5000, PAGE), (Level::Pte, 0x6000, 0)];
    let first = |id| {
        let dump = told(id, &regions(&[("all", 0)]), &notes);
        dump.lines.iter().find_map(|line| match line.content {
            Content::Entries(entries) => Some(entries.start.0),
            _ => None,
        })
    };
    assert_eq!(first(X86), Some(0));
    assert_eq!(first(ARM64), Some(0x5000));
    assert_eq!(first(RISCV), Some(0x5000));
}

#[test]
fn riscv_ranges_are_the_upper_half() {
    for (id, start) in [
        ("riscv64-sv39", 0xffff_ffc0_0000_0000),
        ("riscv64-sv48", 0xffff_8000_0000_0000),
        ("riscv64-sv57", 0xff00_0000_0000_0000),
    ] {
        assert_eq!(plan(id, View::Kernel).ranges[..], [(VirtAddr(start), VirtAddr(u64::MAX))], "{id}");
        assert_eq!(plan(id, View::Efi).ranges[..], [(VirtAddr(0), VirtAddr(2 << 30))], "{id}");
    }
}

#[test]
fn the_other_ranges_are_the_kernels() {
    let range =
        |id, view| plan(id, view).ranges.iter().map(|&(start, end)| (start.0, end.0)).collect::<Vec<_>>();
    for view in View::ALL {
        assert_eq!(range(X86, view), [(0, 1 << 47), (0xffff_8800_0000_0000, u64::MAX)]);
        assert_eq!(range("x86_64-5level", view), [(0, 1 << 56), (0xff10_0000_0000_0000, u64::MAX)]);
    }
    for id in [ARM64, "arm64-16k-48"] {
        assert_eq!(range(id, View::Kernel), [(0xffff_0000_0000_0000, u64::MAX)]);
        assert_eq!(range(id, View::Efi), [(0, 1 << 48)]);
        assert_eq!(Plan::new(View::CurrentKernel, &Layout::of_model(model(id))), None);
    }
}

#[test]
fn efi_has_two_regions() {
    let starts = |id| plan(id, View::Efi).markers.iter().map(|marker| marker.start.0).collect::<Vec<_>>();
    assert_eq!(starts(RISCV), [0, 1 << 30]);
    assert_eq!(starts(ARM64), [0, 1 << 48]);
}

#[test]
fn arm64_the_linear_map_ends_where_kasans_shadow_starts() {
    let kasan = |name: &str| match name {
        "MODULES_VADDR" => Some(0xffff_8000_0000_0000),
        "KASAN_SHADOW_START" => Some(0xffff_7000_0000_0000),
        "KASAN_SHADOW_END" => Some(0xffff_8000_0000_0000),
        _ => None,
    };
    let plan = Plan::new(View::Kernel, &Layout::captured(model(ARM64), &kasan)).expect("a plan");
    let markers: Vec<_> = plan.markers.iter().map(|marker| (marker.name, marker.start.0)).take(4).collect();
    let expected = [
        ("Linear Mapping end", 0xffff_7000_0000_0000),
        ("Kasan shadow start", 0xffff_7000_0000_0000),
        ("Kasan shadow end", 0xffff_8000_0000_0000),
        ("Modules start", 0xffff_8000_0000_0000),
    ];
    assert_eq!(markers, expected);
}

#[test]
fn with_kaslr_headers_move_and_keep_their_order() {
    let moved = |name: &str| match name {
        "PAGE_OFFSET" => Some(0xffff_9000_0000_0000),
        "VMALLOC_START" => Some(0xffff_a000_0000_0000),
        "VMEMMAP" => Some(0xffff_b000_0000_0000),
        "KERNEL_START" => Some(0xffff_ffff_8000_0000),
        _ => None,
    };
    let plan = Plan::new(View::Kernel, &Layout::captured(model(X86), &moved)).expect("a plan");
    let markers: Vec<_> = plan.markers.iter().map(|marker| (marker.name, marker.start.0)).collect();
    let expected = [
        ("User Space", 0),
        ("Kernel Space", 1 << 63),
        ("Low Kernel Mapping", 0xffff_9000_0000_0000),
        ("vmalloc() Area", 0xffff_a000_0000_0000),
        ("Vmemmap", 0xffff_b000_0000_0000),
        ("High Kernel Mapping", 0xffff_ffff_8000_0000),
    ];
    assert_eq!(markers, expected, "what the machine does not have has no header");
    // A region that moved below one that comes before it in the list waits for that.
    let text = text(
        X86,
        &regions(&[("a", 0), ("b", 0x5000), ("c", 0x2000)]),
        &[
            (Level::Pte, 0, PAGE),
            (Level::Pte, 0x3000, PAGE),
            (Level::Pte, 0x5000, PAGE),
            (Level::Pte, 0x6000, PAGE),
        ],
    );
    let headers: Vec<&str> = lines(&text).into_iter().filter(|line| line.starts_with('-')).collect();
    assert_eq!(headers, ["---[ a ]---", "---[ b ]---", "---[ c ]---"]);
    assert!(text.contains("0x0000000000000000-0x0000000000005000"), "{text}");
}

#[test]
fn espfix_prints_sixteen_lines_and_counts_the_rest() {
    let area = plan(X86, View::Kernel).markers.into_iter().find(|marker| marker.name == "ESPfix Area");
    assert_eq!(area.and_then(|area| area.max_lines), Some(16));
    for (pages, skipped) in
        [(16, None), (17, Some("... 1 entry skipped ... ")), (33, Some("... 17 entries skipped ... "))]
    {
        let mut plan = regions(&[("before", 0), ("area", 0x1000), ("after", 0x1000 * (pages + 1))]);
        plan.markers[1].max_lines = Some(16);
        // Pages that differ from their neighbours: a line each.
        let notes: Vec<_> =
            (0..pages + 3).map(|page| (Level::Pte, page * 0x1000, PAGE ^ (page & 1) << 1)).collect();
        let dump = told(X86, &plan, &notes);
        let text = dump.text();
        let of_the_area: Vec<&str> = lines(&text)
            .into_iter()
            .skip_while(|line| !line.contains("area"))
            .skip(1)
            .take_while(|line| !line.contains("after"))
            .collect();
        let expected = 16 + usize::from(skipped.is_some());
        assert_eq!(of_the_area.len(), expected, "{text}");
        assert_eq!(skipped.unwrap_or(of_the_area[15]), of_the_area[expected - 1], "{text}");
        let line = dump.lines.iter().find(|line| matches!(line.content, Content::Skipped(_)));
        assert_eq!(line.map(|line| line.notes.clone()), skipped.map(|_| 17..pages + 1));
    }
}

#[test]
fn espfix_says_nothing_when_the_dump_ends_in_it() {
    let mut plan = regions(&[("area", 0)]);
    plan.markers[0].max_lines = Some(1);
    let notes: Vec<_> = (0..5).map(|page| (Level::Pte, page * 0x1000, PAGE ^ (page & 1) << 1)).collect();
    assert_eq!(lines(&text(X86, &plan, &notes)).len(), 2);
}

#[test]
fn a_dump_of_nothing_is_a_header() {
    for id in [X86, ARM64, RISCV] {
        assert_eq!(text(id, &regions(&[("all", 0)]), &[]), "---[ all ]---\n");
    }
    // One note at 0, and the last line ends at 0 as well.
    let once = text(X86, &regions(&[("all", 0)]), &[(Level::Pgd, 0, 0)]);
    assert!(once.contains("-0x0000000000000000           0E "), "{once}");
}

#[test]
fn lines_know_their_notes() {
    let notes = [
        (Level::Pte, 0, PAGE),
        (Level::Pte, 0x1000, PAGE),
        (Level::Pte, 0x2000, 0),
        (Level::Pte, 0x3000, PAGE),
        (Level::Pte, 0x4000, PAGE),
    ];
    let dump = told(X86, &regions(&[("a", 0), ("b", 0x3000)]), &notes);
    let notes: Vec<_> = dump.lines.iter().map(|line| line.notes.clone()).collect();
    assert_eq!(notes, [0..0, 0..2, 2..3, 3..3, 3..5]);
}

#[test]
fn a_dump_can_stop_after_any_note() {
    let notes: Vec<_> = (0..40).map(|page| (Level::Pte, page * 0x1000, PAGE * ((page / 3) & 1))).collect();
    let plan = regions(&[("a", 0), ("b", 0x5000), ("c", 0x1_5000)]);
    let whole = told(X86, &plan, &notes);
    for stop in 0..notes.len() {
        let mut dump = Dump::new(model(X86), &plan).expect("a dumper");
        for &note in &notes[..stop] {
            super::tell(&mut dump, note);
        }
        let mut again = dump.clone();
        assert_eq!(again, dump);
        for &note in &notes[stop..] {
            super::tell(&mut again, note);
        }
        again.dumper.note_page_flush(&mut again.lines);
        assert_eq!(again, whole, "stopped after {stop}");
    }
}

#[test]
fn every_region_that_a_plan_looks_for_is_in_the_models() {
    for id in [X86, "x86_64-5level", ARM64, "arm64-16k-48", RISCV, "riscv64-sv48", "riscv64-sv57"] {
        let plan = plan(id, View::Kernel);
        let all = match plan.markers[0].name {
            "User Space" => 13,
            "Linear Mapping start" => 12,
            _ => 11,
        };
        assert_eq!(plan.markers.len(), all, "{id}: {:?}", plan.markers);
        assert!(plan.markers.is_sorted_by_key(|marker| marker.start), "{id}: {:?}", plan.markers);
    }
}
