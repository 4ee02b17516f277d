//! x86-64 with four and five levels.
//!
//! Facts: arch/x86/include/asm/{pgtable.h, pgtable_types.h, pgtable_64.h, pgtable_64_types.h, pgalloc.h}, arch/x86/Kconfig and
//! Documentation/arch/x86/x86_64/mm.rst, v7.3, with `CONFIG_MITIGATION_PAGE_TABLE_ISOLATION`.
//! The kernel is always built with five levels; on a four-level CPU the p4d is folded into the pgd at run
//! time and `PTRS_PER_P4D` is a variable that holds 1.

use crate::{
    DumpGuard, EntryKind, EntryRules, Flag, HotRemove, HugeVmap, Hugetlb, Isa, Kernel, Level, LevelSpec,
    MakeEntry, Model, Protection, Protections, Ptdump, Region, SetMemory, TableStep, Thp, VirtAddr,
};

/// `_PAGE_PRESENT`
pub const PRESENT: u64 = 1;
/// `_PAGE_RW`
pub const RW: u64 = 1 << 1;
/// `_PAGE_USER`
pub const USER: u64 = 1 << 2;
/// `_PAGE_PWT`
pub const PWT: u64 = 1 << 3;
/// `_PAGE_PCD`
pub const PCD: u64 = 1 << 4;
const ACCESSED: u64 = 1 << 5;
const DIRTY: u64 = 1 << 6;
/// `_PAGE_PSE` of a pmd or pud.
pub const PSE: u64 = 1 << 7;
/// `_PAGE_PAT` of a pte.
pub const PAT: u64 = 1 << 7;
const PROTNONE: u64 = 1 << 8;
/// `_PAGE_GLOBAL`
pub const GLOBAL: u64 = 1 << 8;
/// `_PAGE_NX`
pub const NX: u64 = 1 << 63;
/// `PTE_PFN_MASK`: bits 12 to 51.
pub const PFN: u64 = 0x000f_ffff_ffff_f000;
const KERNPG_TABLE: u64 = PRESENT | RW | ACCESSED | DIRTY;
/// `_PAGE_KNL_ERRATUM_MASK`: bits that a CPU erratum may set in an empty entry.
const ERRATUM: u64 = ACCESSED | DIRTY;

const fn none(value: u64, _: u64) -> bool {
    value & !ERRATUM == 0
}

const fn present(value: u64, _: u64) -> bool {
    value & PRESENT != 0
}

const fn pse(value: u64) -> bool {
    value & PSE != 0
}

const fn table(value: u64) -> u64 {
    value & PFN
}

/// `__pte_needs_invert()`: what the CPU must not use holds the inverted frame number, against L1 terminal fault.
const fn frame(value: u64) -> u64 {
    table(if present(value, 0) { value } else { !value })
}

/// `pud_pfn_mask()` and `pmd_pfn_mask()` drop the low address bits of a large page.
const fn table_or_large<const SHIFT: u8>(value: u64) -> u64 {
    if pse(value) { value & PFN & !((1 << SHIFT) - 1) } else { value & PFN }
}

/// With page-table isolation NX in a top-level entry is not an error: it guards the kernel's view of user
/// space.
const PGD: EntryRules = EntryRules {
    none: |value, _| value == 0,
    bad: |value| value & !PFN & !(USER | NX) != KERNPG_TABLE,
    present,
    leaf: |_| false,
    trans_huge: |_| false,
    table,
};

const P4D: EntryRules = EntryRules {
    none,
    bad: |value| value & !PFN & !(KERNPG_TABLE | USER | NX) != 0,
    present,
    leaf: |_| false,
    trans_huge: |_| false,
    table,
};

const PUD: EntryRules = EntryRules {
    none,
    bad: |value| value & !PFN & !(KERNPG_TABLE | USER) != 0,
    present,
    leaf: pse,
    trans_huge: pse,
    table: table_or_large::<30>,
};

const PMD: EntryRules = EntryRules {
    none,
    // pmd_flags() counts bits 20…12 of a large entry among its flags: that is bad for its PSE already.
    bad: |value| value & !PFN & !(USER | ACCESSED) != KERNPG_TABLE & !ACCESSED,
    present: |value, _| value & (PRESENT | PROTNONE | PSE) != 0,
    leaf: pse,
    trans_huge: pse,
    table: table_or_large::<21>,
};

const PTE: EntryRules = EntryRules {
    none,
    bad: |_| false,
    present: |value, _| value & (PRESENT | PROTNONE) != 0,
    leaf: |_| false,
    trans_huge: |_| false,
    table,
};

const PAT_LARGE: u64 = 1 << 12;

const PAGE_SHARED: u64 = PRESENT | RW | USER | ACCESSED | DIRTY | NX;
const PAGE_KERNEL: u64 = PRESENT | RW | ACCESSED | DIRTY | GLOBAL | NX;
const PAGE_KERNEL_RO: u64 = PRESENT | ACCESSED | GLOBAL | NX;

const fn protection(pte: u64) -> Protection {
    Protection { pte, leaf: pte | PSE }
}

static PROT: Protections = Protections {
    shared: protection(PAGE_SHARED),
    kernel: protection(PAGE_KERNEL),
    kernel_ro: protection(PAGE_KERNEL_RO),
    write_execute: Some([RW | NX, RW]),
};

/// A table entry is made with `_PAGE_TABLE`, by `pmd_populate_kernel()` as well: what keeps users out are the ptes. A pte has its
/// PAT bit where a large page has PSE.
const MAKE: MakeEntry = MakeEntry {
    table,
    table_bits: [KERNPG_TABLE | USER; 2],
    level_bits: [0; 4],
    pud_leaf_bits: 0,
    address: table,
    prot: &PROT,
    pte_of_huge: |value| {
        let pat = if value & PAT_LARGE != 0 { PAT } else { 0 };
        value & !(PSE | PAT_LARGE) | pat
    },
    pte_of_absent: |value| value,
    next_page: 1 << 12,
};

/// `free_pte_table()` and its siblings (arch/x86/mm/init_64.c) free first; `pud_free_pmd_page()` is in arch/x86/mm/pgtable.c.
static KERNEL: Kernel = Kernel {
    frees_by_rcu: true,
    hot_remove: Some(HotRemove {
        each_table: &[TableStep::Free, TableStep::Lock, TableStep::Clear, TableStep::Unlock],
        flushes_last: true,
        in_v6_1: true,
    }),
    huge_vmap: Some(HugeVmap {
        before_v6_18: DumpGuard::Nothing,
        before_v7_2: DumpGuard::Nothing,
        in_v6_1: true,
        pmds_first: false,
    }),
    collapses: true,
    set_memory: SetMemory::Splits,
    linear_alias: true,
    drops_global: true,
    rox_at_once: true,
    flush_interrupts: true,
    pud_thp_since: Some((4, 11)),
    hvo: true,
    ptdump: Some(Ptdump::X86),
    isa: Isa::X86,
};

const PRESENT_BIT: Flag = Flag::bit(0, "_PAGE_PRESENT", "P", "the CPU may use this entry");
const RW_BIT: Flag = Flag::bit(1, "_PAGE_RW", "RW", "writable");
const USER_BIT: Flag = Flag::bit(2, "_PAGE_USER", "USR", "user mode may use it");
const PWT_BIT: Flag = Flag::bit(3, "_PAGE_PWT", "PWT", "page write-through");
const PCD_BIT: Flag = Flag::bit(4, "_PAGE_PCD", "PCD", "page cache disabled");
const ACCESSED_BIT: Flag = Flag::bit(5, "_PAGE_ACCESSED", "A", "the CPU has used it");
const DIRTY_BIT: Flag = Flag::bit(6, "_PAGE_DIRTY", "D", "the CPU has written through it");
const GLOBAL_BIT: Flag =
    Flag::bit(8, "_PAGE_GLOBAL", "GLB", "stays in the TLB when the address space changes");
const SOFTW1_BIT: Flag = Flag::bit(
    9,
    "_PAGE_SPECIAL",
    "SPECIAL",
    "software bit: no struct page (in kernel leaves _PAGE_CPA_TEST)",
);
const UFFD_BIT: Flag = Flag::bit(10, "_PAGE_UFFD_WP", "UFFD", "software bit: write-protected by userfaultfd");
const SOFT_DIRTY_BIT: Flag = Flag::bit(
    11,
    "_PAGE_SOFT_DIRTY",
    "SOFT_DIRTY",
    "software bit: written since last asked (in kernel leaves _PAGE_KERNEL_4K)",
);
const SOFTW4_BIT: Flag = Flag::bit(57, "_PAGE_SOFTW4", "SOFTW4", "software bit");
const SAVED_DIRTY_BIT: Flag = Flag::bit(
    58,
    "_PAGE_SAVED_DIRTY",
    "SAVED_DIRTY",
    "software bit: dirty, kept aside from the hardware bit (in a root entry _PAGE_NOPTISHADOW)",
);
const PKEY_FIELD: Flag = Flag::field(62, 59, "_PAGE_PKEY_MASK", "PKEY", "protection key");
const NX_BIT: Flag = Flag::bit(63, "_PAGE_NX", "NX", "not executable");

static TABLE_FLAGS: [Flag; 10] = [
    PRESENT_BIT,
    RW_BIT,
    USER_BIT,
    PWT_BIT,
    PCD_BIT,
    ACCESSED_BIT,
    DIRTY_BIT,
    SOFTW4_BIT,
    SAVED_DIRTY_BIT,
    NX_BIT,
];

static LARGE_FLAGS: [Flag; 17] = [
    PRESENT_BIT,
    RW_BIT,
    USER_BIT,
    PWT_BIT,
    PCD_BIT,
    ACCESSED_BIT,
    DIRTY_BIT,
    Flag::bit(7, "_PAGE_PSE", "PSE", "large page: this entry maps memory itself"),
    GLOBAL_BIT,
    SOFTW1_BIT,
    UFFD_BIT,
    SOFT_DIRTY_BIT,
    Flag::bit(12, "_PAGE_PAT_LARGE", "PAT", "page attribute table, high bit (large page)"),
    SOFTW4_BIT,
    SAVED_DIRTY_BIT,
    PKEY_FIELD,
    NX_BIT,
];

static PTE_FLAGS: [Flag; 16] = [
    PRESENT_BIT,
    RW_BIT,
    USER_BIT,
    PWT_BIT,
    PCD_BIT,
    ACCESSED_BIT,
    DIRTY_BIT,
    Flag::bit(7, "_PAGE_PAT", "PAT", "page attribute table, high bit"),
    GLOBAL_BIT,
    SOFTW1_BIT,
    UFFD_BIT,
    SOFT_DIRTY_BIT,
    SOFTW4_BIT,
    SAVED_DIRTY_BIT,
    PKEY_FIELD,
    NX_BIT,
];

/// `_PAGE_PROTNONE` is `_PAGE_GLOBAL` with `_PAGE_PRESENT` clear: present to the kernel, not to the CPU.
static ABSENT_FLAGS: [Flag; 1] = [Flag::bit(
    8,
    "_PAGE_PROTNONE",
    "PROTNONE",
    "PROT_NONE or NUMA hint: present to the kernel, not to the CPU; the frame number is stored inverted",
)];

fn flags(level: Level, kind: EntryKind) -> &'static [Flag] {
    match (level, kind) {
        (_, EntryKind::None) => &[],
        (_, EntryKind::NotPresent) => &ABSENT_FLAGS,
        (Level::Pte, _) => &PTE_FLAGS,
        (_, EntryKind::Leaf) => &LARGE_FLAGS,
        (_, EntryKind::Table | EntryKind::Bad) => &TABLE_FLAGS,
    }
}

/// Without KASLR.
static LAYOUT_4: [Region; 11] = [
    Region::new("user space", 0, 0x0000_7fff_ffff_ffff),
    Region::new("guard hole", 0xffff_8000_0000_0000, 0xffff_87ff_ffff_ffff),
    Region::new("LDT remap", 0xffff_8800_0000_0000, 0xffff_887f_ffff_ffff),
    Region::new("direct map", 0xffff_8880_0000_0000, 0xffff_c87f_ffff_ffff),
    Region::new("vmalloc", 0xffff_c900_0000_0000, 0xffff_e8ff_ffff_ffff),
    Region::new("vmemmap", 0xffff_ea00_0000_0000, 0xffff_eaff_ffff_ffff),
    Region::new("CPU entry area", 0xffff_fe00_0000_0000, 0xffff_fe7f_ffff_ffff),
    Region::new("ESPfix", 0xffff_ff00_0000_0000, 0xffff_ff7f_ffff_ffff),
    Region::new("EFI runtime services", 0xffff_ffef_0000_0000, 0xffff_fffe_ffff_ffff),
    Region::new("kernel image", 0xffff_ffff_8000_0000, 0xffff_ffff_9fff_ffff),
    Region::new("modules and fixmap", 0xffff_ffff_a000_0000, u64::MAX),
];

/// Without KASLR.
static LAYOUT_5: [Region; 11] = [
    Region::new("user space", 0, 0x00ff_ffff_ffff_ffff),
    Region::new("guard hole", 0xff00_0000_0000_0000, 0xff0f_ffff_ffff_ffff),
    Region::new("LDT remap", 0xff10_0000_0000_0000, 0xff10_ffff_ffff_ffff),
    Region::new("direct map", 0xff11_0000_0000_0000, 0xff90_ffff_ffff_ffff),
    Region::new("vmalloc", 0xffa0_0000_0000_0000, 0xffd1_ffff_ffff_ffff),
    Region::new("vmemmap", 0xffd4_0000_0000_0000, 0xffd5_ffff_ffff_ffff),
    Region::new("CPU entry area", 0xffff_fe00_0000_0000, 0xffff_fe7f_ffff_ffff),
    Region::new("ESPfix", 0xffff_ff00_0000_0000, 0xffff_ff7f_ffff_ffff),
    Region::new("EFI runtime services", 0xffff_ffef_0000_0000, 0xffff_fffe_ffff_ffff),
    Region::new("kernel image", 0xffff_ffff_8000_0000, 0xffff_ffff_9fff_ffff),
    Region::new("modules and fixmap", 0xffff_ffff_a000_0000, u64::MAX),
];

const LEVELS_4: [LevelSpec; 5] = [
    LevelSpec::own(39, 512),
    LevelSpec::run_time(39, 1),
    LevelSpec::own(30, 512),
    LevelSpec::own(21, 512),
    LevelSpec::own(12, 512),
];

/// Four levels: the p4d is folded into the pgd at run time.
pub(super) static FOUR_LEVEL: Model = Model {
    id: "x86_64-4level",
    title: "x86-64, 4 levels",
    page_shift: 12,
    entry_bytes: 8,
    va_bits: 48,
    word_mask: u64::MAX,
    task_size: VirtAddr((1 << 47) - 4096),
    kernel_start: VirtAddr((1u64 << 47).wrapping_neg()),
    levels: LEVELS_4,
    rules: EntryRules::folded(&LEVELS_4, [PGD, P4D, PUD, PMD, PTE]),
    type_of: None,
    frame,
    flags,
    layout: &LAYOUT_4,
    contiguous: None,
    special: 1 << 9,
    one_root: true,
    empty: [0; 5],
    make: MAKE,
    kernel: &KERNEL,
    thp: Thp::PmdAndPud,
    hugetlb: Hugetlb::Generic,
    per_vma_lock: true,
};

/// Five levels (LA57).
pub(super) static FIVE_LEVEL: Model = Model {
    id: "x86_64-5level",
    title: "x86-64, 5 levels",
    page_shift: 12,
    entry_bytes: 8,
    va_bits: 57,
    word_mask: u64::MAX,
    task_size: VirtAddr((1 << 56) - 4096),
    kernel_start: VirtAddr((1u64 << 56).wrapping_neg()),
    levels: [
        LevelSpec::own(48, 512),
        LevelSpec::own(39, 512),
        LevelSpec::own(30, 512),
        LevelSpec::own(21, 512),
        LevelSpec::own(12, 512),
    ],
    rules: [PGD, P4D, PUD, PMD, PTE],
    type_of: None,
    frame,
    flags,
    layout: &LAYOUT_5,
    contiguous: None,
    special: 1 << 9,
    one_root: true,
    empty: [0; 5],
    make: MAKE,
    kernel: &KERNEL,
    thp: Thp::PmdAndPud,
    hugetlb: Hugetlb::Generic,
    per_vma_lock: true,
};
