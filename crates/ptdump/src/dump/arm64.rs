//! arm64: arch/arm64/mm/ptdump.c, v7.3.

use pgtable::arch::arm64::{AF, ATTRINDX, CONT, GP, NG, PXN, RDONLY, SHARED, TYPE, USER, UXN, VALID};
use pgtable::{Model, Ptdump, VirtAddr};

use super::format::{Bits, CheckWx, Format, Headers, Item};
use super::plan::{Layout, Marker, Plan, View, markers};
use crate::users;

/// `PMD_TYPE_SECT`: the type of a block.
const TYPE_SECT: u64 = 1;

/// The bits of all items. `PTE_WRITE` (51), `PTE_DIRTY` (55), `PTE_SPECIAL` (56) and where the entry points to are not
/// among them.
const TRACKED: u64 = TYPE | ATTRINDX | USER | RDONLY | SHARED | AF | NG | GP | CONT | PXN | UXN;

pub(super) static FORMAT: Format = Format {
    dumper: Ptdump::Arm64,
    tracked: TRACKED,
    kept: None,
    zero_is_hole: true,
    last_address: false,
    gaps: ["   ", " ", " "],
    byte_unit: 'B',
    behind_level: "",
    effective: None,
    first_note_starts: true,
    empty_lines: true,
    pa: None,
    headers: Headers::OnePerBreakAndNote,
    smallest_unit: 10,
    levels: ["PGD", "P4D", "PUD", "PMD", "PTE"],
    attributes_first: false,
    shown_if: TRACKED,
    otherwise: "",
    separator: " ",
    items: &[
        Item::flag(VALID, " ", "F"),
        Item::flag(USER, "USR", "   "),
        Item::flag(RDONLY, "ro", "RW"),
        Item::flag(PXN, "NX", "x "),
        Item::flag(SHARED, "SHD", "   "),
        Item::flag(AF, "AF", "  "),
        Item::flag(NG, "NG", "  "),
        Item::flag(CONT, "CON", "   "),
        Item { bits: Bits { mask: TYPE, value: TYPE_SECT }, ..Item::flag(TYPE, "BLK", "   ") },
        Item::flag(UXN, "UXN", "   "),
        Item::flag(GP, "GP", "  "),
        // MT_* of arch/arm64/include/asm/memory.h; the other indices print nothing.
        Item::value(ATTRINDX, 3 << 2, "DEVICE/nGnRnE"),
        Item::value(ATTRINDX, 4 << 2, "DEVICE/nGnRE"),
        Item::value(ATTRINDX, 2 << 2, "MEM/NORMAL-NC"),
        Item::value(ATTRINDX, 0, "MEM/NORMAL"),
        Item::value(ATTRINDX, 1 << 2, "MEM/NORMAL-TAGGED"),
    ],
    exempt: None,
    non_uxn: Some(Bits::clear(UXN)),
    check_wx: CheckWx { prefix: "", failed: "FAILED", which: "", suffix: "" },
    plan,
};

const SZ_8M: u64 = 8 << 20;
/// `VMEMMAP_END`: 1 GiB below the top.
const VMEMMAP_END: u64 = (1u64 << 30).wrapping_neg();
/// `PCI_IO_START`, and `PCI_IO_END` 16 MiB above it.
const PCI_IO_START: u64 = VMEMMAP_END + SZ_8M;
const PCI_IO_END: u64 = PCI_IO_START + (16 << 20);
const FIXADDR_TOP: u64 = SZ_8M.wrapping_neg();

fn plan(view: View, layout: &Layout<'_>) -> Option<Plan> {
    let model = layout.model;
    match view {
        View::Kernel => {
            let ranges = users::ranges(model)?;
            Some(Plan { ranges, markers: kernel_markers(layout), end: VirtAddr(0) })
        }
        View::Efi => {
            // DEFAULT_MAP_WINDOW_64 and TASK_SIZE_64.
            let (window, task_size) = (1 << model.va_bits.min(48), 1 << model.va_bits);
            let markers =
                [Marker::new("UEFI runtime start", 0), Marker::new("UEFI runtime end", window)].to_vec();
            Some(Plan::one_range(0, task_size, markers, task_size))
        }
        View::CurrentKernel | View::CurrentUser => None,
    }
}

fn kernel_markers(layout: &Layout<'_>) -> alloc::vec::Vec<Marker> {
    let modules = layout.start("MODULES_VADDR", "modules");
    let kasan = layout.if_captured("KASAN_SHADOW_START");
    let vmalloc_end = layout.end("VMALLOC_END", "vmalloc and kernel image");
    markers(&[
        ("Linear Mapping start", layout.start("PAGE_OFFSET", "direct map")),
        // PAGE_END.
        ("Linear Mapping end", kasan.or(modules)),
        ("Kasan shadow start", kasan),
        ("Kasan shadow end", layout.if_captured("KASAN_SHADOW_END")),
        ("Modules start", modules),
        ("Modules end", layout.end("MODULES_END", "modules")),
        ("vmalloc() area", layout.start("VMALLOC_START", "vmalloc and kernel image")),
        ("vmalloc() end", vmalloc_end),
        // Where the first struct page of the linear mapping would be.
        ("vmemmap start", vmalloc_end.map(|end| end.wrapping_add(SZ_8M))),
        ("vmemmap end", Some(VMEMMAP_END)),
        ("PCI I/O start", Some(PCI_IO_START)),
        ("PCI I/O end", Some(PCI_IO_END)),
        ("Fixmap start", fixmap_start(layout)),
        ("Fixmap end", layout.get("FIXADDR_TOP", || Some(FIXADDR_TOP))),
    ])
}

/// `FIXADDR_TOT_START`. Below `FIXADDR_START`, which captures name, lie the slots for mappings during boot: one for a
/// table of each level, and seven windows of 256 KiB, each with one page more so that it need not be aligned. Figured
/// from captured dumps with 4K and 16K pages.
fn fixmap_start(layout: &Layout<'_>) -> Option<u64> {
    let model = layout.model;
    let boot_pages = 5 + 7 * ((256 << 10 >> model.page_shift) + 1);
    let start = layout.get("FIXADDR_START", || Some(default_fixaddr_start(model)))?;
    Some(start.wrapping_sub(boot_pages << model.page_shift))
}

/// The permanent slots: a hole, the device tree (2 MiB at any address), the early console, text patching and the
/// trampoline of page-table isolation. Those of the captured kernels.
fn default_fixaddr_start(model: &Model) -> u64 {
    let pages = (2 << 20 >> model.page_shift) + 8;
    FIXADDR_TOP - (pages << model.page_shift)
}
