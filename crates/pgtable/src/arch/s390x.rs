//! s390x: page tables of five, four or three levels, by the mm.
//!
//! Facts: arch/s390/include/asm/{pgtable.h, pgalloc.h, page.h}, arch/s390/mm/{pgalloc.c, pgtable.c, vmem.c, hugetlbpage.c},
//! arch/s390/Kconfig, v7.3.
//!
//! Three things are like nowhere else. Each entry of the three upper levels says by its type bits of which level it is, and a
//! tree has as many levels as its root says: an mm begins with three and gets a new root on top when it maps a high address, so
//! that two trees of one kernel differ. Below the type of its level an entry counts as folded: it is never none and never bad,
//! and the level below sees the same slot. And an unused slot is not 0: it holds the type of its level with the invalid bit.
//!
//! Kernel and processes have address spaces of their own, which all begin at 0.

use crate::{
    EntryKind, EntryRules, Flag, HotRemove, Hugetlb, Isa, Kernel, Level, LevelSpec, MakeEntry, Model,
    Protection, Protections, Ptdump, Region, SetMemory, TableStep, Thp, VirtAddr,
};

/// `_PAGE_NOEXEC`; at every level.
pub const PAGE_NOEXEC: u64 = 0x100;
/// `_PAGE_PROTECT`; at every level.
pub const PAGE_PROTECT: u64 = 0x200;
/// `_PAGE_INVALID` of a pte.
pub const PAGE_INVALID: u64 = 0x400;
/// `_PAGE_PRESENT`, `_SEGMENT_ENTRY_PRESENT`: for software; a large region-third entry has it too.
const PRESENT: u64 = 0x1;
/// `_REGION_ENTRY_INVALID`, `_SEGMENT_ENTRY_INVALID`
const INVALID: u64 = 0x20;
/// `_REGION3_ENTRY_LARGE`, `_SEGMENT_ENTRY_LARGE`
const LARGE: u64 = 0x400;
/// `_REGION_ENTRY_TYPE_MASK`
const TYPE: u64 = 0xc;
/// `_REGION_ENTRY_TYPE_R1` to `_REGION_ENTRY_TYPE_R3`; a segment's is 0.
const R1: u64 = 0xc;
const R2: u64 = 0x8;
const R3: u64 = 0x4;
/// `_REGION_ENTRY_BITS`, `_SEGMENT_ENTRY_BITS`
const REGION_BITS: u64 = 0xffff_ffff_ffff_f22f;
const SEGMENT_BITS: u64 = 0xffff_ffff_ffff_fe3f;

const fn never(_: u64) -> bool {
    false
}

/// The level that an entry is of by its type.
const fn type_of(value: u64) -> Level {
    match value & TYPE {
        R1 => Level::Pgd,
        R2 => Level::P4d,
        R3 => Level::Pud,
        _ => Level::Pmd,
    }
}

const fn is_empty(value: u64, empty: u64) -> bool {
    value == empty
}

const fn region_table(value: u64) -> u64 {
    value & !0xfff
}

/// A table of ptes has 2 KiB.
const fn pte_table(value: u64) -> u64 {
    value & !0x7ff
}

const PGD: EntryRules = EntryRules {
    none: |value, _| value & TYPE == R1 && value & INVALID != 0,
    bad: |value| value & TYPE == R1 && value & !REGION_BITS != 0,
    present: |value, _| value & TYPE < R1 || region_table(value) != 0,
    leaf: never,
    trans_huge: never,
    table: region_table,
};

const P4D: EntryRules = EntryRules {
    none: is_empty,
    bad: |value| value & TYPE > R2 || value & TYPE == R2 && value & !REGION_BITS != 0,
    present: |value, _| value & TYPE < R2 || region_table(value) != 0,
    ..PGD
};

const fn pud_present(value: u64, _: u64) -> bool {
    value & TYPE < R3 || value & PRESENT != 0
}

const fn pud_leaf(value: u64) -> bool {
    value & TYPE == R3 && pud_present(value, 0) && value & LARGE != 0
}

const PUD: EntryRules = EntryRules {
    none: is_empty,
    bad: |value| value & TYPE > R3 || pud_leaf(value) || value & TYPE == R3 && value & !REGION_BITS != 0,
    present: pud_present,
    leaf: pud_leaf,
    ..PGD
};

const fn pmd_present(value: u64, _: u64) -> bool {
    value & PRESENT != 0
}

const fn pmd_leaf(value: u64) -> bool {
    pmd_present(value, 0) && value & LARGE != 0
}

const PMD: EntryRules = EntryRules {
    none: is_empty,
    bad: |value| value & TYPE != 0 || pmd_leaf(value) || value & !SEGMENT_BITS != 0,
    present: pmd_present,
    leaf: pmd_leaf,
    trans_huge: pmd_leaf,
    table: pte_table,
};

const PTE: EntryRules = EntryRules {
    none: is_empty,
    bad: never,
    present: |value, _| value & PRESENT != 0,
    leaf: never,
    trans_huge: never,
    table: pte_table,
};

const fn address(pa: u64) -> u64 {
    region_table(pa)
}

/// Software bits of a large segment or region-third entry stand 10 bits above those of a pte: young, dirty, read, write.
const fn large(pte: u64) -> u64 {
    let software = (pte & 0xc) << 10 | (pte & 0x30) << 10;
    PRESENT | LARGE | pte & (PAGE_NOEXEC | PAGE_PROTECT) | software
}

const fn protection(pte: u64) -> Protection {
    Protection { pte, leaf: large(pte) }
}

/// `PAGE_RW`, young and dirty; `PAGE_KERNEL`; `PAGE_KERNEL_RO`.
static PROT: Protections = Protections {
    shared: protection(0x13d),
    kernel: protection(0x13d),
    kernel_ro: protection(0x315),
    write_execute: Some([PAGE_PROTECT | PAGE_NOEXEC | PAGE_INVALID, 0]),
};

/// `vmem_pte_free()` and its siblings free a table before its entry is cleared, under `vmem_mutex`. Nothing maps large over
/// tables, nothing gives vmemmap pages back; `set_memory_*()` splits large entries with walkers of its own and never merges.
static KERNEL: Kernel = Kernel {
    frees_by_rcu: true,
    hot_remove: Some(HotRemove {
        each_table: &[TableStep::Free, TableStep::Clear],
        flushes_last: true,
        in_v6_1: true,
    }),
    huge_vmap: None,
    collapses: false,
    set_memory: SetMemory::Splits,
    linear_alias: true,
    drops_global: false,
    rox_at_once: false,
    flush_interrupts: false,
    pud_thp_since: None,
    hvo: false,
    ptdump: Some(Ptdump::S390),
    isa: Isa::S390,
};

static PTE_FLAGS: [Flag; 11] = [
    Flag::bit(0, "_PAGE_PRESENT", "P", "software bit: present"),
    Flag::bit(1, "_PAGE_SOFT_DIRTY", "SOFT_DIRTY", "software bit: written since last asked"),
    Flag::bit(2, "_PAGE_YOUNG", "Y", "software bit: has been used"),
    Flag::bit(3, "_PAGE_DIRTY", "D", "software bit: has been written"),
    Flag::bit(4, "_PAGE_READ", "R", "software bit: readable"),
    Flag::bit(5, "_PAGE_WRITE", "W", "software bit: writable"),
    Flag::bit(6, "_PAGE_SPECIAL", "SPECIAL", "software bit: no struct page"),
    Flag::bit(7, "_PAGE_UNUSED", "UNUSED", "software bit: a guest does not use it"),
    Flag::bit(8, "_PAGE_NOEXEC", "NX", "not executable"),
    Flag::bit(9, "_PAGE_PROTECT", "RO", "read-only"),
    Flag::bit(10, "_PAGE_INVALID", "I", "the CPU must not use it: an access faults"),
];

static LARGE_FLAGS: [Flag; 10] = [
    Flag::bit(0, "_SEGMENT_ENTRY_PRESENT", "P", "software bit: present"),
    Flag::field(3, 2, "_REGION_ENTRY_TYPE_MASK", "TYPE", "level of the entry: 3 to 1 regions, 0 segments"),
    Flag::bit(5, "_SEGMENT_ENTRY_INVALID", "I", "the CPU must not use it: an access faults"),
    Flag::bit(8, "_SEGMENT_ENTRY_NOEXEC", "NX", "not executable"),
    Flag::bit(9, "_SEGMENT_ENTRY_PROTECT", "RO", "read-only"),
    Flag::bit(10, "_SEGMENT_ENTRY_LARGE", "FC", "maps memory itself"),
    Flag::bit(12, "_SEGMENT_ENTRY_YOUNG", "Y", "software bit: has been used"),
    Flag::bit(13, "_SEGMENT_ENTRY_DIRTY", "D", "software bit: has been written"),
    Flag::bit(14, "_SEGMENT_ENTRY_READ", "R", "software bit: readable"),
    Flag::bit(15, "_SEGMENT_ENTRY_WRITE", "W", "software bit: writable"),
];

static TABLE_FLAGS: [Flag; 6] = [
    Flag::field(1, 0, "_REGION_ENTRY_LENGTH", "TL", "length of the table"),
    Flag::field(3, 2, "_REGION_ENTRY_TYPE_MASK", "TYPE", "level of the entry: 3 to 1 regions, 0 segments"),
    Flag::bit(5, "_REGION_ENTRY_INVALID", "I", "the CPU must not use it: an access faults"),
    Flag::field(7, 6, "_REGION_ENTRY_OFFSET", "TF", "first part of the table that is there"),
    Flag::bit(8, "_REGION_ENTRY_NOEXEC", "NX", "nothing below is executable"),
    Flag::bit(9, "_REGION_ENTRY_PROTECT", "RO", "everything below is read-only"),
];

static SEGMENT_TABLE_FLAGS: [Flag; 4] = [
    Flag::bit(0, "_SEGMENT_ENTRY_PRESENT", "P", "software bit: present"),
    Flag::field(3, 2, "_REGION_ENTRY_TYPE_MASK", "TYPE", "level of the entry: 3 to 1 regions, 0 segments"),
    Flag::bit(5, "_SEGMENT_ENTRY_INVALID", "I", "the CPU must not use it: an access faults"),
    Flag::bit(9, "_SEGMENT_ENTRY_PROTECT", "RO", "everything below is read-only"),
];

static SWAP_FLAGS: [Flag; 1] =
    [Flag::bit(11, "_PAGE_SWP_EXCLUSIVE", "EXCLUSIVE", "swapped out, and this process is the only user")];

fn flags(level: Level, kind: EntryKind) -> &'static [Flag] {
    match (level, kind) {
        (_, EntryKind::None) => &[],
        (Level::Pte, EntryKind::NotPresent) => &SWAP_FLAGS,
        (Level::Pte, _) => &PTE_FLAGS,
        (Level::Pmd, EntryKind::Table | EntryKind::Bad) => &SEGMENT_TABLE_FLAGS,
        (_, EntryKind::Table | EntryKind::Bad) => &TABLE_FLAGS,
        (_, EntryKind::Leaf | EntryKind::NotPresent) => &LARGE_FLAGS,
    }
}

/// Of a kernel with three levels and 2 GiB, without randomisation (arch/s390/boot/startup.c). A process has addresses of its
/// own.
static LAYOUT: [Region; 5] = [
    Region::new("identity mapping", 0, 0x7fff_ffff),
    Region::new("vmemmap", 0x372_0000_0000, 0x372_003f_ffff),
    Region::new("vmalloc", 0x37f_e000_0000, 0x3ff_5fff_ffff),
    Region::new("modules", 0x3ff_6000_0000, 0x3ff_dfff_ffff),
    Region::new("kernel image", 0x3ff_e000_0000, 0x3ff_ffff_ffff),
];

/// `_CRST_ENTRIES`, `_PAGE_ENTRIES`
const CRST_ENTRIES: u16 = 2048;
const PAGE_ENTRIES: u16 = 256;

/// All five levels: which of them a tree has, its entries say.
pub(super) static MODEL: Model = Model {
    id: "s390x",
    title: "s390x, 3 to 5 levels",
    page_shift: 12,
    entry_bytes: 8,
    va_bits: 64,
    word_mask: u64::MAX,
    task_size: VirtAddr(0xffff_ffff_ffff_f000),
    kernel_start: VirtAddr(0),
    levels: [
        LevelSpec::own(53, CRST_ENTRIES),
        LevelSpec::own(42, CRST_ENTRIES),
        LevelSpec::own(31, CRST_ENTRIES),
        LevelSpec::own(20, CRST_ENTRIES),
        LevelSpec::own(12, PAGE_ENTRIES),
    ],
    rules: [PGD, P4D, PUD, PMD, PTE],
    type_of: Some(type_of),
    frame: address,
    flags,
    layout: &LAYOUT,
    contiguous: None,
    special: 1 << 6,
    one_root: false,
    empty: [R1 | INVALID, R2 | INVALID, R3 | INVALID, INVALID, PAGE_INVALID],
    make: MakeEntry {
        table: |pa| pa,
        table_bits: [0; 2],
        level_bits: [0x0f, 0x0b, 0x07, 0x01],
        address,
        prot: &PROT,
        pud_leaf_bits: R3,
        pte_of_huge: |value| {
            let software = value >> 10 & 0x3c;
            value & !(0xffff & !(PAGE_NOEXEC | PAGE_PROTECT)) | PRESENT | software
        },
        pte_of_absent: |value| value,
        next_page: 1 << 12,
    },
    kernel: &KERNEL,
    thp: Thp::Pmd,
    hugetlb: Hugetlb::S390,
    per_vma_lock: true,
};
