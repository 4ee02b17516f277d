//! 64-bit powerpc with the radix MMU: arch/powerpc/mm/ptdump/{ptdump.c, book3s64.c}, v7.3.

use pgtable::arch::powerpc64::{
    ACCESSED, BUSY, DIRTY, EXEC, INVALID, NON_IDEMPOTENT, PRESENT, PRIVILEGED, PTE, READ, RPN_4K, RPN_64K,
    SPECIAL, TOLERANT, WRITE,
};
use pgtable::{Ptdump, VirtAddr};

use super::format::{Bits, CheckWx, Format, Headers, Item};
use super::plan::{Layout, Plan, View, markers};
use crate::users;

/// `H_PAGE_HASHPTE`, which radix never sets, as all of the names below: they have columns all the same.
const HPTE_64K: u64 = 1 << 55;
const HPTE_4K: u64 = 1 << 60;
/// `H_PAGE_COMBO`, `H_PAGE_4K_PFN`
const COMBO: u64 = 1 << 12;
const IS_4K_PFN: u64 = 1 << 13;
/// `H_PAGE_F_GIX`, `H_PAGE_F_SECOND`
const F_GIX: u64 = 7 << 53;
const F_SECOND: u64 = 1 << 56;

/// What both page sizes keep.
const BOTH: u64 = PRIVILEGED
    | READ
    | WRITE
    | EXEC
    | PTE
    | PRESENT
    | INVALID
    | DIRTY
    | ACCESSED
    | NON_IDEMPOTENT
    | TOLERANT
    | BUSY
    | SPECIAL;
const TRACKED_64K: u64 = BOTH | HPTE_64K | COMBO | IS_4K_PFN;
const TRACKED_4K: u64 = BOTH | HPTE_4K | F_GIX | F_SECOND;

const USER: Item = Item { bits: Bits::clear(PRIVILEGED), ..Item::flag(PRIVILEGED, "user", "    ") };
const PRESENT_OR_INVALID: Item =
    Item { bits: Bits::clear(PRESENT | INVALID), ..Item::flag(PRESENT, "       ", "present") };

const fn gix(nth: u64, text: &'static str) -> Item {
    Item::value(F_GIX, nth << 53, text)
}

const FORMAT: Format = Format {
    dumper: Ptdump::Powerpc,
    tracked: TRACKED_64K,
    kept: None,
    zero_is_hole: true,
    last_address: true,
    gaps: ["  ", "", " "],
    byte_unit: ' ',
    behind_level: " ",
    effective: None,
    first_note_starts: true,
    empty_lines: false,
    pa: Some(|value| value & RPN_64K),
    headers: Headers::AllAtBreak,
    smallest_unit: 0,
    levels: ["PGD", "P4D", "PUD", "PMD", "PTE"],
    attributes_first: false,
    shown_if: u64::MAX,
    otherwise: "",
    separator: "  ",
    items: &[
        USER,
        Item::flag(READ, "r", " "),
        Item::flag(WRITE, "w", " "),
        Item::flag(EXEC, " X ", "   "),
        Item::flag(PTE, "pte", "   "),
        Item::flag(PRESENT, "valid", "     "),
        PRESENT_OR_INVALID,
        Item::flag(HPTE_64K, "hpte", "    "),
        Item::flag(DIRTY, "dirty", "     "),
        Item::flag(ACCESSED, "accessed", "        "),
        Item::flag(NON_IDEMPOTENT, "non-idempotent", "              "),
        Item::flag(TOLERANT, "tolerant", "        "),
        Item::value(BUSY, BUSY, "busy"),
        Item::value(COMBO, COMBO, "combo"),
        Item::value(IS_4K_PFN, IS_4K_PFN, "4K_pfn"),
        Item::value(SPECIAL, SPECIAL, "special"),
    ],
    exempt: None,
    non_uxn: None,
    check_wx: CheckWx { prefix: "", failed: "FAILED", which: "", suffix: "" },
    plan,
};

pub(super) static FORMAT_64K: Format = FORMAT;

pub(super) static FORMAT_4K: Format = Format {
    tracked: TRACKED_4K,
    pa: Some(|value| value & RPN_4K),
    items: &[
        USER,
        Item::flag(READ, "r", " "),
        Item::flag(WRITE, "w", " "),
        Item::flag(EXEC, " X ", "   "),
        Item::flag(PTE, "pte", "   "),
        Item::flag(PRESENT, "valid", "     "),
        PRESENT_OR_INVALID,
        Item::flag(HPTE_4K, "hpte", "    "),
        Item::flag(DIRTY, "dirty", "     "),
        Item::flag(ACCESSED, "accessed", "        "),
        Item::flag(NON_IDEMPOTENT, "non-idempotent", "              "),
        Item::flag(TOLERANT, "tolerant", "        "),
        Item::value(BUSY, BUSY, "busy"),
        gix(0, "f_gix:0"),
        gix(1, "f_gix:1"),
        gix(2, "f_gix:2"),
        gix(3, "f_gix:3"),
        gix(4, "f_gix:4"),
        gix(5, "f_gix:5"),
        gix(6, "f_gix:6"),
        gix(7, "f_gix:7"),
        Item::value(F_SECOND, F_SECOND, "f_second"),
        Item::value(SPECIAL, SPECIAL, "special"),
    ],
    ..FORMAT
};

fn plan(view: View, layout: &Layout<'_>) -> Option<Plan> {
    if view != View::Kernel {
        return None;
    }
    let ranges = users::ranges(layout.model)?;
    let io = layout.start("ISA_IO_BASE", "I/O");
    let io_at = |name, offset: u64| layout.get(name, || io.map(|io| io + offset));
    let phb_end = 2 << 30;
    let markers = markers(&[
        ("Start of kernel VM", layout.start("PAGE_OFFSET", "direct map and kernel image")),
        ("vmalloc() Area", layout.start("VMALLOC_START", "vmalloc")),
        ("vmalloc() End", layout.end("VMALLOC_END", "vmalloc")),
        ("isa I/O start", io),
        ("isa I/O end", io_at("ISA_IO_END", 64 << 10)),
        ("phb I/O start", io_at("PHB_IO_BASE", 64 << 10)),
        ("phb I/O end", io_at("PHB_IO_END", phb_end)),
        ("I/O remap start", io_at("IOREMAP_BASE", phb_end)),
        ("I/O remap end", layout.get("IOREMAP_END", || io.map(|io| io + (1 << 49) - (32 << 20)))),
        ("vmemmap start", layout.start("VMEMMAP", "vmemmap")),
        ("kasan shadow mem start", layout.if_captured("KASAN_SHADOW_START")),
        ("kasan shadow mem end", layout.if_captured("KASAN_SHADOW_END")),
    ]);
    Some(Plan { ranges, markers, end: VirtAddr(0) })
}
