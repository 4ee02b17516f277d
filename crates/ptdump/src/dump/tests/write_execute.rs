//! What the kernel counts as insecure, and what it says then.

use alloc::vec::Vec;

use pgtable::{Level, RawEntry, VirtAddr};

use super::super::{Content, WriteExecute};
use super::{Dump, Format, Note, model, regions, told};

const NX: u64 = 1 << 63;
const UXN: u64 = 1 << 54;
const PXN: u64 = 1 << 53;

/// What is counted of two pages with this value, and which lines stand out.
fn found(id: &str, value: u64) -> (WriteExecute, Vec<bool>) {
    let notes = [(Level::Pte, 0, value), (Level::Pte, 0x1000, value), (Level::Pte, 0x2000, 0)];
    let dump = told(id, &regions(&[("all", 0)]), &notes);
    let lines = dump.lines.iter().filter_map(|line| match line.content {
        Content::Entries(entries) => Some(entries.w_x),
        _ => None,
    });
    (dump.dumper.write_execute(), lines.collect())
}

fn pages(pages: u64, non_uxn_pages: u64) -> WriteExecute {
    WriteExecute { pages, non_uxn_pages }
}

#[test]
fn x86_counts_what_may_be_written_and_executed() {
    let id = "x86_64-4level";
    assert_eq!(found(id, 0x63), (pages(2, 0), [true, false].to_vec()));
    assert_eq!(found(id, NX | 0x63), (pages(0, 0), [false, false].to_vec()));
    assert_eq!(found(id, 0x61), (pages(0, 0), [false, false].to_vec()));
    // Not present, and counted all the same: nobody asks.
    assert_eq!(found(id, 0x62).0, pages(2, 0));
}

#[test]
fn x86_asks_the_levels_above_too() {
    for (above, counted) in [(0x67, 1), (0x65, 0), (NX | 0x67, 0)] {
        let mut dump = Dump::new(model("x86_64-4level"), &regions(&[("all", 0)])).expect("a dumper");
        for (level, value) in
            [(Level::Pgd, above), (Level::P4d, 0x67), (Level::Pud, 0x67), (Level::Pmd, 0xe3)]
        {
            dump.dumper.effective_prot(level, RawEntry(value));
        }
        let note = |level, addr, value| Note { level, addr: VirtAddr(addr), value: RawEntry(value) };
        dump.dumper.note_page(note(Level::Pmd, 0, 0xe3), &mut dump.lines);
        dump.dumper.note_page(note(Level::Pgd, 0x1000, 0), &mut dump.lines);
        assert_eq!(dump.dumper.write_execute(), pages(counted, 0), "{above:#x}");
    }
}

#[test]
fn x86_counts_the_lines_that_are_not_printed() {
    let mut plan = regions(&[("all", 0)]);
    plan.markers[0].max_lines = Some(1);
    let notes = [(Level::Pte, 0, NX | 0x63), (Level::Pte, 0x1000, 0x63), (Level::Pte, 0x3000, 0)];
    let dump = told("x86_64-4level", &plan, &notes);
    assert_eq!(dump.dumper.write_execute(), pages(2, 0));
    assert_eq!(dump.lines.len(), 2);
}

#[test]
fn arm64_counts_user_execution_besides() {
    let id = "arm64-4k-48";
    let (valid, read_only) = (0x403, 1 << 7);
    assert_eq!(found(id, valid | UXN | PXN), (pages(0, 0), [false, false].to_vec()));
    assert_eq!(found(id, valid | UXN), (pages(2, 0), [true, false].to_vec()));
    assert_eq!(found(id, valid | UXN | read_only), (pages(0, 0), [false, false].to_vec()));
    assert_eq!(found(id, valid | PXN), (pages(0, 2), [false, false].to_vec()));
    assert_eq!(found(id, valid), (pages(2, 2), [true, false].to_vec()));
    // Pages are the machine's.
    let of_16k =
        told("arm64-16k-48", &regions(&[("all", 0)]), &[(Level::Pte, 0, valid), (Level::Pte, 0x8000, 0)]);
    assert_eq!(of_16k.dumper.write_execute(), pages(2, 2));
}

#[test]
fn riscv_counts_what_has_both_bits() {
    let id = "riscv64-sv39";
    assert_eq!(found(id, 0xef), (pages(2, 0), [true].to_vec()));
    assert_eq!(found(id, 0xe7), (pages(0, 0), [false].to_vec()));
    assert_eq!(found(id, 0xeb), (pages(0, 0), [false].to_vec()));
}

#[test]
fn the_log_says_what_was_found() {
    for (id, passed, failed) in [
        (
            "x86_64-4level",
            "x86/mm: Checked W+X mappings: passed, no W+X pages found.",
            "x86/mm: Checked W+X mappings: FAILED, 3 W+X pages found.",
        ),
        (
            "arm64-4k-48",
            "Checked W+X mappings: passed, no W+X pages found",
            "Checked W+X mappings: FAILED, 3 W+X pages found, 0 non-UXN pages found",
        ),
        (
            "riscv64-sv39",
            "Checked W+X mappings: passed, no W+X pages found",
            "Checked W+X mappings: failed, 3 W+X pages found",
        ),
    ] {
        let format = Format::of(model(id)).expect("a format");
        assert_eq!(format.check_wx_message(pages(0, 0)), passed);
        assert_eq!(format.check_wx_message(pages(3, 0)), failed);
        assert!(format.check_wx_passes(pages(0, 0)) && !format.check_wx_passes(pages(3, 0)));
        assert!(!format.check_wx_passes(pages(0, 1)));
    }
}
