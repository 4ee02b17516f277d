//! x86-64: arch/x86/mm/dump_pagetables.c, v7.3.

use pgtable::arch::x86_64::{GLOBAL, NX, PAT, PCD, PFN, PRESENT, PSE, PWT, RW, USER};
use pgtable::{Level, Ptdump, VirtAddr};

use super::format::{CheckWx, Effective, Format, Headers, Item};
use super::plan::{Layout, Plan, View, markers};
use crate::users;

/// `PTE_FLAGS_MASK`: all but the frame number in bits 12 to 51. `_PAGE_PAT_LARGE`, bit 12, is not in it: the `PAT`
/// of a large page is never printed, though the kernel's source asks for it.
const FLAGS: u64 = !PFN;

const ONLY_PTE: u8 = 1 << Level::Pte as u8;

pub(super) static FORMAT: Format = Format {
    dumper: Ptdump::X86,
    tracked: FLAGS,
    kept: None,
    zero_is_hole: true,
    last_address: false,
    gaps: ["   ", " ", " "],
    byte_unit: 'B',
    behind_level: "",
    effective: Some(Effective { both: USER | RW, either: NX }),
    first_note_starts: false,
    empty_lines: true,
    pa: None,
    headers: Headers::OnePerBreak,
    smallest_unit: 0,
    levels: ["pgd", "p4d", "pud", "pmd", "pte"],
    attributes_first: true,
    shown_if: PRESENT,
    otherwise: "                              ",
    separator: "",
    items: &[
        Item::flag(USER, "USR ", "    "),
        Item::flag(RW, "RW ", "ro "),
        Item::flag(PWT, "PWT ", "    "),
        Item::flag(PCD, "PCD ", "    "),
        Item { levels: !ONLY_PTE, ..Item::flag(PSE, "PSE ", "    ") },
        Item { levels: ONLY_PTE, ..Item::flag(PAT, "PAT ", "    ") },
        Item::flag(GLOBAL, "GLB ", "    "),
        Item::flag(NX, "NX ", "x  "),
    ],
    exempt: None,
    non_uxn: None,
    check_wx: CheckWx { prefix: "x86/mm: ", failed: "FAILED", which: "", suffix: "." },
    plan,
};

/// All files have the same ranges and headers. With KASLR some headers move; their order stays (`address_markers`).
fn plan(_: View, layout: &Layout<'_>) -> Option<Plan> {
    let mut markers = markers(&[
        ("User Space", Some(0)),
        ("Kernel Space", Some(1 << 63)),
        ("LDT remap", layout.start("LDT_BASE_ADDR", "LDT remap")),
        ("Low Kernel Mapping", layout.start("PAGE_OFFSET", "direct map")),
        ("vmalloc() Area", layout.start("VMALLOC_START", "vmalloc")),
        ("Vmemmap", layout.start("VMEMMAP", "vmemmap")),
        ("KASAN shadow", layout.if_captured("KASAN_SHADOW_START")),
        ("KASAN shadow end", layout.if_captured("KASAN_SHADOW_END")),
        ("CPU entry Area", layout.start("CPU_ENTRY_AREA_BASE", "CPU entry area")),
        (ESPFIX, layout.start("ESPFIX_BASE_ADDR", "ESPfix")),
        ("EFI Runtime Services", layout.start("EFI_VA_END", "EFI runtime services")),
        ("High Kernel Mapping", layout.start("KERNEL_START", "kernel image")),
        ("Modules", layout.start("MODULES_VADDR", "modules and fixmap")),
        ("End Modules", layout.get("MODULES_END", || Some(MODULES_END))),
        ("Fixmap Area", layout.get("FIXADDR_START", || Some(FIXADDR_START))),
    ]);
    for marker in markers.iter_mut().filter(|marker| marker.name == ESPFIX) {
        marker.max_lines = Some(16);
    }
    let ranges = users::ranges(layout.model)?;
    Some(Plan { ranges, markers, end: VirtAddr(0) })
}

const ESPFIX: &str = "ESPfix Area";

/// arch/x86/include/asm/pgtable_64_types.h.
const MODULES_END: u64 = 0xffff_ffff_ff00_0000;

/// Depends on how many CPUs the kernel is built for; this is the captured kernels'.
const FIXADDR_START: u64 = 0xffff_ffff_ff57_c000;
