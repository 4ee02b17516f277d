//! riscv64: arch/riscv/mm/ptdump.c, v7.3.

use pgtable::arch::riscv::{ACCESSED, DIRTY, EXEC, GLOBAL, NAPOT, PBMT, PRESENT, READ, SOFT, USER, WRITE};
use pgtable::{Ptdump, VirtAddr};

use super::format::{CheckWx, Format, Headers, Item};
use super::plan::{Layout, Marker, Plan, View, markers};
use crate::users;

const TRACKED: u64 = PRESENT | READ | WRITE | EXEC | USER | GLOBAL | ACCESSED | DIRTY | SOFT | PBMT | NAPOT;

pub(super) static FORMAT: Format = Format {
    dumper: Ptdump::Riscv,
    tracked: TRACKED,
    kept: None,
    zero_is_hole: true,
    last_address: false,
    gaps: ["   ", " ", " "],
    byte_unit: 'B',
    behind_level: "",
    effective: None,
    first_note_starts: true,
    empty_lines: false,
    pa: Some(pa),
    headers: Headers::AllAtBreak,
    smallest_unit: 10,
    levels: ["PGD", "P4D", "PUD", "PMD", "PTE"],
    attributes_first: false,
    shown_if: TRACKED,
    otherwise: "",
    separator: " ",
    items: &[
        Item::flag(NAPOT, "N", "."),
        Item::value(PBMT, 0, "  ..  "),
        Item::value(PBMT, 1 << 61, "MT(NC)"),
        Item::value(PBMT, 2 << 61, "MT(IO)"),
        Item::value(PBMT, 3 << 61, "MT(??)"),
        Item::value(SOFT, 0, "  ..  "),
        Item::value(SOFT, 1 << 8, "RSW(1)"),
        Item::value(SOFT, 2 << 8, "RSW(2)"),
        Item::value(SOFT, 3 << 8, "RSW(3)"),
        Item::flag(DIRTY, "D", "."),
        Item::flag(ACCESSED, "A", "."),
        Item::flag(GLOBAL, "G", "."),
        Item::flag(USER, "U", "."),
        Item::flag(EXEC, "X", "."),
        Item::flag(WRITE, "W", "."),
        Item::flag(READ, "R", "."),
        Item::flag(PRESENT, "V", "."),
    ],
    exempt: None,
    non_uxn: None,
    check_wx: CheckWx { prefix: "", failed: "failed", which: "", suffix: "" },
    plan,
};

/// `pte_pfn()`: bits 10 to 53; in a naturally aligned range the lowest bit that is set is the range's size.
fn pa(value: u64) -> u64 {
    let mut pfn = value << 10 >> 20;
    if value & NAPOT != 0 {
        pfn &= pfn.wrapping_sub(1);
    }
    pfn << 12
}

fn plan(view: View, layout: &Layout<'_>) -> Option<Plan> {
    match view {
        View::Kernel => {
            let ranges = users::ranges(layout.model)?;
            Some(Plan { ranges, markers: kernel_markers(layout), end: VirtAddr(0) })
        }
        View::Efi => {
            let markers =
                [Marker::new("UEFI runtime start", 0), Marker::new("UEFI runtime end", 1 << 30)].to_vec();
            Some(Plan::one_range(0, 2 << 30, markers, 0))
        }
        View::CurrentKernel | View::CurrentUser => None,
    }
}

fn kernel_markers(layout: &Layout<'_>) -> alloc::vec::Vec<Marker> {
    // The regions lie one behind the other: PCI_IO_START is FIXADDR_TOP, PCI_IO_END is VMEMMAP_START, VMEMMAP_END is
    // VMALLOC_START (arch/riscv/include/asm/pgtable.h and fixmap.h).
    let pci = layout.start("FIXADDR_TOP", "PCI I/O");
    let vmemmap = layout.start("VMEMMAP", "vmemmap");
    let vmalloc = layout.start("VMALLOC_START", "vmalloc");
    markers(&[
        ("Fixmap start", layout.start("FIXADDR_START", "fixmap")),
        ("Fixmap end", pci),
        ("PCI I/O start", pci),
        ("PCI I/O end", vmemmap),
        ("vmemmap start", vmemmap),
        ("vmemmap end", vmalloc),
        ("vmalloc() area", vmalloc),
        ("vmalloc() end", layout.end("VMALLOC_END", "vmalloc")),
        ("Linear mapping", layout.start("PAGE_OFFSET", "direct map")),
        ("Kasan shadow start", layout.if_captured("KASAN_SHADOW_START")),
        ("Kasan shadow end", layout.if_captured("KASAN_SHADOW_END")),
        ("Modules/BPF mapping", layout.start("MODULES_VADDR", "modules and BPF")),
        ("Kernel mapping", layout.start("KERNEL_START", "kernel image")),
    ])
}
