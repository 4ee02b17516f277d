//! 64-bit Arm with 4K and 16K pages and 48-bit virtual addresses.
//!
//! Facts: arch/arm64/include/asm/{pgtable.h, pgtable-hwdef.h, pgtable-prot.h, memory.h} and
//! arch/arm64/mm/contpte.c, v7.3, with 48-bit physical addresses. The p4d is folded into the pgd at
//! compile time. Kernel (TTBR1) and user (TTBR0) addresses have roots of their own.

use crate::model::Contiguous;
use crate::{
    Arch, EntryKind, EntryRules, Flag, Hugetlb, Level, LevelSpec, MakeEntry, Model, Region, Thp, VirtAddr,
};

const VALID: u64 = 1 << 0;
/// `PMD_TYPE_MASK`, and its value for a table.
const TYPE: u64 = 0b11;
const RDONLY: u64 = 1 << 7;
const AF: u64 = 1 << 10;
const NG: u64 = 1 << 11;
/// `PTE_WRITE` is the hardware's DBM bit.
const WRITE: u64 = 1 << 51;
const CONT: u64 = 1 << 52;
const DIRTY: u64 = 1 << 55;

const fn none(value: u64, _: u64) -> bool {
    value == 0
}

const fn not_table(value: u64) -> bool {
    value & TYPE != TYPE
}

/// `PTE_PRESENT_INVALID` is nG with the valid bit clear.
const fn present(value: u64, _: u64) -> bool {
    value & (VALID | NG) != 0
}

const fn leaf(value: u64) -> bool {
    present(value, 0) && not_table(value)
}

/// A present-invalid entry keeps its type bit. With the bit set it is a table: `pmd_leaf()` overlooks that,
/// `pmd_trans_huge()` does not.
const fn trans_huge(value: u64) -> bool {
    present(value, 0) && not_table(value | VALID)
}

/// `PTE_ADDR_LOW`: bits `PAGE_SHIFT` to 49, also where physical addresses have 48 bits.
const fn table<const PAGE_SHIFT: u8>(value: u64) -> u64 {
    value & 0x0003_ffff_ffff_ffff & !((1 << PAGE_SHIFT) - 1)
}

const fn p4d<const PAGE_SHIFT: u8>() -> EntryRules {
    EntryRules {
        none,
        bad: not_table,
        present: |value, _| !none(value, 0),
        leaf: |_| false,
        trans_huge: |_| false,
        table: table::<PAGE_SHIFT>,
    }
}

const fn pud_or_pmd<const PAGE_SHIFT: u8>(thp: fn(u64) -> bool) -> EntryRules {
    EntryRules { none, bad: not_table, present, leaf, trans_huge: thp, table: table::<PAGE_SHIFT> }
}

const fn pte<const PAGE_SHIFT: u8>() -> EntryRules {
    EntryRules {
        none,
        bad: |_| false,
        present,
        leaf: |_| false,
        trans_huge: |_| false,
        table: table::<PAGE_SHIFT>,
    }
}

const fn rules<const PAGE_SHIFT: u8>() -> [EntryRules; 5] {
    [
        EntryRules::ABOVE_FOLDED,
        p4d::<PAGE_SHIFT>(),
        // arm64 has no transparent huge pages at pud level.
        pud_or_pmd::<PAGE_SHIFT>(|_| false),
        pud_or_pmd::<PAGE_SHIFT>(trans_huge),
        pte::<PAGE_SHIFT>(),
    ]
}

const fn is_block(value: u64) -> bool {
    value & (VALID | CONT) == VALID | CONT
}

/// `pte_mkdirty()` and `pte_mkyoung()` for what another slot of the block knows.
const fn gather(value: u64, other: u64) -> u64 {
    let mut value = value;
    let hardware_dirty = other & (WRITE | RDONLY) == WRITE;
    if hardware_dirty || other & DIRTY != 0 {
        value |= DIRTY;
        if value & WRITE != 0 {
            value &= !RDONLY;
        }
    }
    value | (other & AF)
}

const fn contiguous(slots: u16) -> Contiguous {
    Contiguous { slots, is_block, gather }
}

/// `PTE_TYPE_PAGE` is the table type of a block.
const TYPE_BIT_1: u64 = 1 << 1;

/// A user table entry has its access flag set and keeps the kernel from executing what is below (PXNTable).
const fn make(next_page: u64) -> MakeEntry {
    MakeEntry {
        table: |pa| pa | TYPE | AF | 1 << 59,
        pte_of_huge: |value| value | TYPE_BIT_1,
        pte_of_absent: |value| value,
        next_page,
    }
}

const VALID_BIT: Flag = Flag::bit(0, "PTE_VALID", "VALID", "the CPU may use this entry");
const TYPE_BIT: Flag = Flag::bit(1, "PTE_TYPE_PAGE", "PAGE", "type bit: a page, not a reserved encoding");
const TABLE_BIT: Flag =
    Flag::bit(1, "PMD_TABLE_BIT", "TABLE", "type bit: points to a table of the next level");
const ATTR_FIELD: Flag = Flag::field(
    4,
    2,
    "PTE_ATTRINDX_MASK",
    "ATTR",
    "memory type: index into MAIR (0 normal, 1 normal tagged, 2 non-cacheable, 3 device nGnRnE, 4 device nGnRE)",
);
const USER_BIT: Flag = Flag::bit(6, "PTE_USER", "USR", "user mode may use it (AP[1])");
const RDONLY_BIT: Flag = Flag::bit(7, "PTE_RDONLY", "RDONLY", "read-only to the hardware (AP[2])");
const SHARED_FIELD: Flag = Flag::field(9, 8, "PTE_SHARED", "SH", "shareability: 3 is inner shareable");
const AF_BIT: Flag = Flag::bit(10, "PTE_AF", "AF", "access flag: has been used");
const NG_BIT: Flag = Flag::bit(11, "PTE_NG", "NG", "not global: belongs to one address space");
const GP_BIT: Flag = Flag::bit(50, "PTE_GP", "GP", "guarded page: indirect branches must land on BTI");
const WRITE_BIT: Flag =
    Flag::bit(51, "PTE_WRITE", "DBM", "writable; the hardware may clear RDONLY on a write (DBM)");
const CONT_BIT: Flag =
    Flag::bit(52, "PTE_CONT", "CONT", "one of a contiguous block that may share a TLB entry");
const PXN_BIT: Flag = Flag::bit(53, "PTE_PXN", "PXN", "the kernel must not execute it");
const UXN_BIT: Flag = Flag::bit(54, "PTE_UXN", "UXN", "user mode must not execute it");
const DIRTY_BIT: Flag = Flag::bit(55, "PTE_DIRTY", "DIRTY", "software bit: written");
const SPECIAL_BIT: Flag = Flag::bit(56, "PTE_SPECIAL", "SPECIAL", "software bit: no struct page");
const UFFD_BIT: Flag = Flag::bit(58, "PTE_UFFD_WP", "UFFD", "software bit: write-protected by userfaultfd");
const PO_FIELD: Flag = Flag::field(62, 60, "PTE_PO_IDX_MASK", "PO", "permission overlay index");

static PTE_FLAGS: [Flag; 17] = [
    VALID_BIT,
    TYPE_BIT,
    ATTR_FIELD,
    USER_BIT,
    RDONLY_BIT,
    SHARED_FIELD,
    AF_BIT,
    NG_BIT,
    GP_BIT,
    WRITE_BIT,
    CONT_BIT,
    PXN_BIT,
    UXN_BIT,
    DIRTY_BIT,
    SPECIAL_BIT,
    UFFD_BIT,
    PO_FIELD,
];

static BLOCK_FLAGS: [Flag; 16] = [
    VALID_BIT,
    ATTR_FIELD,
    USER_BIT,
    RDONLY_BIT,
    SHARED_FIELD,
    AF_BIT,
    NG_BIT,
    GP_BIT,
    WRITE_BIT,
    CONT_BIT,
    PXN_BIT,
    UXN_BIT,
    DIRTY_BIT,
    SPECIAL_BIT,
    UFFD_BIT,
    PO_FIELD,
];

static TABLE_FLAGS: [Flag; 5] = [
    VALID_BIT,
    TABLE_BIT,
    Flag::bit(10, "PMD_TABLE_AF", "AF", "access flag of the table entry itself"),
    Flag::bit(59, "PMD_TABLE_PXN", "PXNTable", "the kernel must not execute anything below"),
    Flag::bit(60, "PMD_TABLE_UXN", "UXNTable", "user mode must not execute anything below"),
];

static ABSENT_FLAGS: [Flag; 1] =
    [Flag::bit(11, "PTE_PRESENT_INVALID", "PRESENT_INVALID", "present to the kernel, not to the CPU")];

fn flags(level: Level, kind: EntryKind) -> &'static [Flag] {
    match (level, kind) {
        (_, EntryKind::None) => &[],
        (_, EntryKind::NotPresent) => &ABSENT_FLAGS,
        (Level::Pte, _) => &PTE_FLAGS,
        (_, EntryKind::Leaf) => &BLOCK_FLAGS,
        (_, EntryKind::Table | EntryKind::Bad) => &TABLE_FLAGS,
    }
}

/// The kernel half for 48-bit addresses and a `struct page` of 64 bytes; user space is below.
const fn layout_48(page_shift: u8) -> [Region; 8] {
    let page_offset: u64 = (1u64 << 48).wrapping_neg();
    let page_end: u64 = (1u64 << 47).wrapping_neg();
    let modules_end = page_end + (2 << 30);
    let vmemmap_end: u64 = (1u64 << 30).wrapping_neg();
    let vmemmap = vmemmap_end - (((page_end - page_offset) >> page_shift) * 64);
    let vmalloc_end = vmemmap - (8 << 20);
    let pci = vmemmap_end + (8 << 20);
    let pci_end = pci + (16 << 20);
    [
        Region::new("user space", 0, (1 << 48) - 1),
        Region::new("direct map", page_offset, page_end - 1),
        Region::new("modules", page_end, modules_end - 1),
        Region::new("vmalloc and kernel image", modules_end, vmalloc_end - 1),
        Region::new("vmemmap", vmemmap, vmemmap_end - 1),
        Region::new("PCI I/O", pci, pci_end - 1),
        Region::new("fixmap", pci_end, (8u64 << 20).wrapping_neg() - 1),
        Region::new("guard", (8u64 << 20).wrapping_neg(), u64::MAX),
    ]
}

static LAYOUT_4K: [Region; 8] = layout_48(12);
static LAYOUT_16K: [Region; 8] = layout_48(14);

/// 4K pages, 48-bit addresses: four levels.
pub(super) static PAGES_4K_VA_48: Model = Model {
    id: "arm64-4k-48",
    arch: Arch::Arm64,
    title: "arm64, 4K pages, 48-bit addresses",
    page_shift: 12,
    entry_bytes: 8,
    va_bits: 48,
    word_mask: u64::MAX,
    task_size: VirtAddr(1 << 48),
    levels: [
        LevelSpec::own(39, 512),
        LevelSpec::compile_time(39),
        LevelSpec::own(30, 512),
        LevelSpec::own(21, 512),
        LevelSpec::own(12, 512),
    ],
    rules: rules::<12>(),
    flags,
    layout: &LAYOUT_4K,
    contiguous: Some(contiguous(16)),
    contiguous_pmds: Some(16),
    one_root: false,
    empty: [0; 5],
    special: 1 << 56,
    make: make(1 << 12),
    thp: Thp::Pmd,
    hugetlb: Hugetlb::Arm64,
    per_vma_lock: true,
};

/// 16K pages, 48-bit addresses: four levels, and a root of two slots.
pub(super) static PAGES_16K_VA_48: Model = Model {
    id: "arm64-16k-48",
    arch: Arch::Arm64,
    title: "arm64, 16K pages, 48-bit addresses",
    page_shift: 14,
    entry_bytes: 8,
    va_bits: 48,
    word_mask: u64::MAX,
    task_size: VirtAddr(1 << 48),
    levels: [
        LevelSpec::own(47, 2),
        LevelSpec::compile_time(47),
        LevelSpec::own(36, 2048),
        LevelSpec::own(25, 2048),
        LevelSpec::own(14, 2048),
    ],
    rules: rules::<14>(),
    flags,
    layout: &LAYOUT_16K,
    contiguous: Some(contiguous(128)),
    contiguous_pmds: Some(32),
    one_root: false,
    empty: [0; 5],
    special: 1 << 56,
    make: make(1 << 14),
    thp: Thp::Pmd,
    hugetlb: Hugetlb::Arm64,
    per_vma_lock: true,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_present_invalid_table_is_a_leaf_but_not_huge() {
        for (value, is_leaf, huge) in [
            (VALID, true, true),
            (VALID | 2, false, false),
            (NG, true, true),
            // Only trans_huge() looks at the type bit of what is not valid.
            (NG | 2, true, false),
            (2, false, false),
        ] {
            assert_eq!((leaf(value), trans_huge(value)), (is_leaf, huge), "{value:#x}");
        }
    }

    #[test]
    fn a_contiguous_block_gathers_accessed_and_dirty() {
        let own = VALID | CONT | WRITE | RDONLY;
        assert!(is_block(own));
        assert!(!is_block(own & !VALID) && !is_block(own & !CONT));
        // Another slot was written through hardware: this value becomes dirty and loses RDONLY.
        assert_eq!(gather(own, VALID | WRITE), (own | DIRTY) & !RDONLY);
        assert_eq!(gather(own, AF), own | AF);
        // A clean, old, read-only neighbour adds nothing.
        assert_eq!(gather(own, VALID | RDONLY), own);
        // A value that may not be written keeps RDONLY although the block is dirty.
        assert_eq!(gather(VALID | CONT | RDONLY, DIRTY), VALID | CONT | RDONLY | DIRTY);
    }
}
