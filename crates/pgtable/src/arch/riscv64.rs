//! 64-bit RISC-V: Sv39, Sv48 and Sv57.
//!
//! Facts: arch/riscv/include/asm/{pgtable.h, pgtable-64.h, pgtable-bits.h} and
//! Documentation/arch/riscv/vm-layout.rst, v7.3, with transparent huge pages. One kernel is built for all
//! three modes and folds at run time; `PTRS_PER_P4D` and `PTRS_PER_PUD` stay 512 when folded.

use crate::{
    Arch, EntryKind, EntryRules, Flag, Hugetlb, Level, LevelSpec, MakeEntry, Model, Region, Thp, VirtAddr,
};

/// `_PAGE_PRESENT`: the V bit.
const PRESENT: u64 = 1 << 0;
/// `_PAGE_LEAF`: R, W or X makes an entry a leaf.
const LEAF: u64 = 0b1110;
/// `_PAGE_PROT_NONE`: the G bit, meaningful when V is clear.
const PROT_NONE: u64 = 1 << 5;
/// `_PAGE_PFN_MASK`: bits 10 to 53.
const PFN: u64 = 0x003f_ffff_ffff_fc00;

const fn none(value: u64, _: u64) -> bool {
    value == 0
}

const fn present(value: u64, _: u64) -> bool {
    value & PRESENT != 0
}

const fn table(value: u64) -> u64 {
    (value & PFN) << 2
}

/// pgd of Sv57 and p4d of Sv48 and Sv57: bad is simply "not present".
const TOP: EntryRules =
    EntryRules { none, bad: |value| !present(value, 0), present, leaf: |_| false, trans_huge: |_| false, table };

const fn pud_leaf(value: u64) -> bool {
    present(value, 0) && value & LEAF != 0
}

const PUD: EntryRules = EntryRules {
    none,
    bad: |value| !present(value, 0) || value & LEAF != 0,
    present,
    leaf: pud_leaf,
    trans_huge: pud_leaf,
    table,
};

const fn pmd_present(value: u64, _: u64) -> bool {
    value & (PRESENT | PROT_NONE | LEAF) != 0
}

const fn pmd_leaf(value: u64) -> bool {
    pmd_present(value, 0) && value & LEAF != 0
}

const PMD: EntryRules = EntryRules {
    none,
    bad: |value| !pmd_present(value, 0) || value & LEAF != 0,
    present: pmd_present,
    leaf: pmd_leaf,
    trans_huge: pmd_leaf,
    table,
};

const PTE: EntryRules = EntryRules {
    none,
    bad: |_| false,
    present: |value, _| value & (PRESENT | PROT_NONE) != 0,
    leaf: |_| false,
    trans_huge: |_| false,
    table,
};

/// A table entry has only V; a leaf looks the same at every level.
const MAKE: MakeEntry = MakeEntry {
    table: |pa| (pa >> 2) & PFN | PRESENT,
    pte_of_huge: |value| value,
    pte_of_absent: |value| value,
    next_page: 1 << 10,
};

static FLAGS: [Flag; 13] = [
    Flag::bit(0, "_PAGE_PRESENT", "V", "valid"),
    Flag::bit(1, "_PAGE_READ", "R", "readable; with R, W or X set the entry is a leaf"),
    Flag::bit(2, "_PAGE_WRITE", "W", "writable"),
    Flag::bit(3, "_PAGE_EXEC", "X", "executable"),
    Flag::bit(4, "_PAGE_USER", "U", "user mode may use it"),
    Flag::bit(5, "_PAGE_GLOBAL", "G", "the same in every address space"),
    Flag::bit(6, "_PAGE_ACCESSED", "A", "has been used"),
    Flag::bit(7, "_PAGE_DIRTY", "D", "has been written"),
    Flag::field(9, 8, "_PAGE_SOFT", "RSW", "software bits; bit 8 is _PAGE_SPECIAL"),
    Flag::bit(59, "_PAGE_SOFT_DIRTY", "SOFT_DIRTY", "software bit: written since last asked (Svrsw60t59b)"),
    Flag::bit(60, "_PAGE_UFFD_WP", "UFFD", "software bit: write-protected by userfaultfd (Svrsw60t59b)"),
    Flag::field(62, 61, "_PAGE_MTMASK", "PBMT", "memory type: 1 non-cacheable, 2 I/O (Svpbmt)"),
    Flag::bit(63, "_PAGE_NAPOT", "N", "part of a naturally aligned power-of-two range (Svnapot)"),
];

static ABSENT_FLAGS: [Flag; 1] =
    [Flag::bit(5, "_PAGE_PROT_NONE", "PROT_NONE", "present to the kernel, not to the CPU")];

fn flags(_level: Level, kind: EntryKind) -> &'static [Flag] {
    match kind {
        EntryKind::None => &[],
        EntryKind::NotPresent => &ABSENT_FLAGS,
        _ => &FLAGS,
    }
}

macro_rules! layout {
    (user_last: $user:literal, fixmap: $fixmap:literal, pci: $pci:literal, vmemmap: $vmemmap:literal,
     vmalloc: $vmalloc:literal, direct: $direct:literal, direct_last: $direct_last:literal) => {
        [
            Region::new("user space", 0, $user),
            Region::new("fixmap", $fixmap, $pci - 1),
            Region::new("PCI I/O", $pci, $vmemmap - 1),
            Region::new("vmemmap", $vmemmap, $vmalloc - 1),
            Region::new("vmalloc", $vmalloc, $direct - 1),
            Region::new("direct map", $direct, $direct_last),
            Region::new("modules and BPF", 0xffff_ffff_0000_0000, 0xffff_ffff_7fff_ffff),
            Region::new("kernel image", 0xffff_ffff_8000_0000, u64::MAX),
        ]
    };
}

static LAYOUT_39: [Region; 8] = layout!(
    user_last: 0x3f_ffff_ffff, fixmap: 0xffff_ffc4_fea0_0000, pci: 0xffff_ffc4_ff00_0000,
    vmemmap: 0xffff_ffc5_0000_0000, vmalloc: 0xffff_ffc6_0000_0000,
    direct: 0xffff_ffd6_0000_0000, direct_last: 0xffff_fff5_ffff_ffff
);
static LAYOUT_48: [Region; 8] = layout!(
    user_last: 0x7fff_ffff_ffff, fixmap: 0xffff_8d7f_fea0_0000, pci: 0xffff_8d7f_ff00_0000,
    vmemmap: 0xffff_8d80_0000_0000, vmalloc: 0xffff_8f80_0000_0000,
    direct: 0xffff_af80_0000_0000, direct_last: 0xffff_ef7f_ffff_ffff
);
static LAYOUT_57: [Region; 8] = layout!(
    user_last: 0x00ff_ffff_ffff_ffff, fixmap: 0xff1b_ffff_fea0_0000, pci: 0xff1b_ffff_ff00_0000,
    vmemmap: 0xff1c_0000_0000_0000, vmalloc: 0xff20_0000_0000_0000,
    direct: 0xff60_0000_0000_0000, direct_last: 0xffdf_ffff_ffff_ffff
);

/// Sv39: p4d and pud are folded into the pgd at run time.
pub(super) static SV39: Model = Model {
    id: "riscv64-sv39",
    arch: Arch::Riscv64,
    title: "riscv64 Sv39, 3 levels",
    page_shift: 12,
    entry_bytes: 8,
    va_bits: 39,
    word_mask: u64::MAX,
    task_size: VirtAddr(1 << 38),
    levels: [
        LevelSpec::own(30, 512),
        LevelSpec::run_time(30, 512),
        LevelSpec::run_time(30, 512),
        LevelSpec::own(21, 512),
        LevelSpec::own(12, 512),
    ],
    rules: [EntryRules::ABOVE_FOLDED, EntryRules::ABOVE_FOLDED, PUD, PMD, PTE],
    flags,
    layout: &LAYOUT_39,
    contiguous: None,
    contiguous_pmds: None,
    one_root: true,
    empty: [0; 5],
    special: 1 << 8,
    make: MAKE,
    thp: Thp::PmdAndPud,
    hugetlb: Hugetlb::Riscv,
    per_vma_lock: true,
};

/// Sv48: the p4d is folded into the pgd at run time.
pub(super) static SV48: Model = Model {
    id: "riscv64-sv48",
    arch: Arch::Riscv64,
    title: "riscv64 Sv48, 4 levels",
    page_shift: 12,
    entry_bytes: 8,
    va_bits: 48,
    word_mask: u64::MAX,
    task_size: VirtAddr(1 << 47),
    levels: [
        LevelSpec::own(39, 512),
        LevelSpec::run_time(39, 512),
        LevelSpec::own(30, 512),
        LevelSpec::own(21, 512),
        LevelSpec::own(12, 512),
    ],
    rules: [EntryRules::ABOVE_FOLDED, TOP, PUD, PMD, PTE],
    flags,
    layout: &LAYOUT_48,
    contiguous: None,
    contiguous_pmds: None,
    one_root: true,
    empty: [0; 5],
    special: 1 << 8,
    make: MAKE,
    thp: Thp::PmdAndPud,
    hugetlb: Hugetlb::Riscv,
    per_vma_lock: true,
};

/// Sv57: all five levels are in memory.
pub(super) static SV57: Model = Model {
    id: "riscv64-sv57",
    arch: Arch::Riscv64,
    title: "riscv64 Sv57, 5 levels",
    page_shift: 12,
    entry_bytes: 8,
    va_bits: 57,
    word_mask: u64::MAX,
    task_size: VirtAddr(1 << 56),
    levels: [
        LevelSpec::own(48, 512),
        LevelSpec::own(39, 512),
        LevelSpec::own(30, 512),
        LevelSpec::own(21, 512),
        LevelSpec::own(12, 512),
    ],
    rules: [TOP, TOP, PUD, PMD, PTE],
    flags,
    layout: &LAYOUT_57,
    contiguous: None,
    contiguous_pmds: None,
    one_root: true,
    empty: [0; 5],
    special: 1 << 8,
    make: MAKE,
    thp: Thp::PmdAndPud,
    hugetlb: Hugetlb::Riscv,
    per_vma_lock: true,
};
