//! s390: arch/s390/mm/dump_pagetables.c, v7.3.
//!
//! Areas have a marker where they start and one where they end, and nest: an outer one starts first and ends last.

use alloc::vec::Vec;

use pgtable::arch::s390x::{PAGE_INVALID, PAGE_NOEXEC, PAGE_PROTECT};
use pgtable::{Level, Ptdump, VirtAddr};

use super::format::{CheckWx, Format, Headers, Item};
use super::plan::{Layout, Marker, Plan, View};
use crate::Ranges;
use crate::users;

const TRACKED: u64 = PAGE_PROTECT | PAGE_NOEXEC | PAGE_INVALID;

pub(super) static FORMAT: Format = Format {
    dumper: Ptdump::S390,
    tracked: TRACKED,
    kept: Some(kept),
    zero_is_hole: false,
    last_address: false,
    gaps: [" ", "", ""],
    byte_unit: 'B',
    behind_level: "",
    effective: None,
    first_note_starts: true,
    empty_lines: true,
    pa: None,
    headers: Headers::AllFromFirst,
    smallest_unit: 10,
    // The two upper names are shifted by one against the kernel's own.
    levels: ["ASCE", "PGD", "PUD", "PMD", "PTE"],
    attributes_first: false,
    shown_if: 0,
    otherwise: "",
    separator: " ",
    items: &[
        Item::value(PAGE_INVALID, PAGE_INVALID, "I"),
        Item::value(PAGE_INVALID | PAGE_PROTECT, PAGE_PROTECT, "RO"),
        Item::value(PAGE_INVALID | PAGE_PROTECT, 0, "RW"),
        Item::value(PAGE_INVALID | PAGE_NOEXEC, PAGE_NOEXEC, "NX"),
        Item::value(PAGE_INVALID | PAGE_NOEXEC, 0, "X"),
    ],
    // The lowcore page has instructions that must be executed unless the CPU has the BEAR enhancement and no mitigation uses
    // trampolines. The captured machine is of that kind.
    exempt: Some(|model| VirtAddr(model.page_bytes())),
    non_uxn: None,
    check_wx: CheckWx { prefix: "", failed: "FAILED", which: "unexpected ", suffix: "" },
    plan,
};

/// The two protection bits stand at the same place at all levels. Only a pte is looked at for its invalid bit: a hole of
/// another level is noted as 0, and a large entry that is invalid is printed as mapped.
fn kept(level: Level, value: u64) -> u64 {
    let invalid = if level == Level::Pte { value & PAGE_INVALID != 0 } else { value == 0 };
    if invalid { PAGE_INVALID } else { value & (PAGE_PROTECT | PAGE_NOEXEC) }
}

/// The areas: the words of both markers, where it starts, how long it is or where it ends.
type Area = (&'static str, &'static str, Option<u64>, Option<u64>);

fn plan(view: View, layout: &Layout<'_>) -> Option<Plan> {
    if view != View::Kernel {
        return None;
    }
    let by_size = |start: &str, size: &str| {
        let start = layout.if_captured(start);
        (start, start.and_then(|start| Some(start + layout.if_captured(size)?)))
    };
    let region = |start: &str, end: &str, name: &str| (layout.start(start, name), layout.end(end, name));
    let identity = by_size("IDENTITY_BASE", "IDENT_MAP_SIZE");
    let identity = match identity {
        (None, _) => region("IDENTITY_BASE", "IDENTITY_END", "identity mapping"),
        captured => captured,
    };
    let (vmemmap, vmemmap_end) = match by_size("VMEMMAP", "VMEMMAP_SIZE") {
        (Some(start), Some(end)) => (Some(start), Some(end)),
        _ => region("VMEMMAP", "VMEMMAP_END", "vmemmap"),
    };
    let area = |start, end, (from, to): (Option<u64>, Option<u64>)| -> Area { (start, end, from, to) };
    // In the order of the kernel's table, which decides where two markers are of one address and of one kind.
    let areas: [Area; 9] = [
        area("Identity Mapping Start", "Identity Mapping End", identity),
        area("Lowcore Start", "Lowcore End", by_size("LOWCORE", "LOWCORE_SIZE")),
        (
            "Amode31 Area Start",
            "Amode31 Area End",
            layout.if_captured("SAMODE31"),
            layout.if_captured("EAMODE31"),
        ),
        area("vmemmap Area Start", "vmemmap Area End", (vmemmap, vmemmap_end)),
        area("Lowcore Area Start", "Lowcore Area End", by_size("ABS_LOWCORE", "ABS_LOWCORE_SIZE")),
        area(
            "Real Memory Copy Area Start",
            "Real Memory Copy Area End",
            by_size("MEMCPY_REAL", "MEMCPY_REAL_SIZE"),
        ),
        area("vmalloc Area Start", "vmalloc Area End", region("VMALLOC_START", "VMALLOC_END", "vmalloc")),
        area("Modules Area Start", "Modules Area End", region("MODULES_VADDR", "MODULES_END", "modules")),
        area("Kernel Image Start", "Kernel Image End", region("KERNEL_START", "_end", "kernel image")),
    ];
    // At one address an end comes before a start; of two starts the area that ends last is the outer one.
    let mut at: Vec<(u64, bool, u64, &'static str)> = Vec::new();
    for (start_name, end_name, start, end) in areas {
        if let (Some(start), Some(end)) = (start, end) {
            at.push((start, true, u64::MAX - end, start_name));
            at.push((end, false, u64::MAX - start, end_name));
        }
    }
    at.sort_by_key(|&(address, starts, other, _)| (address, starts, other));
    let mut markers = Vec::from([Marker::new("Kernel Virtual Address Space", 0)]);
    markers.extend(at.into_iter().map(|(address, _, _, name)| Marker::new(name, address)));
    let ranges = match layout.if_captured("KERNEL_TABLE_END") {
        Some(end) => Ranges::from_iter([(VirtAddr(0), VirtAddr(end))]),
        None => users::ranges(layout.model)?,
    };
    let end = ranges.last().map_or(VirtAddr(0), |&(_, end)| end);
    Some(Plan { ranges, markers, end })
}
