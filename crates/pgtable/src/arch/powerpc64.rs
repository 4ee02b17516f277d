//! 64-bit little-endian PowerPC, book3s with the radix MMU: 4K and 64K pages, four levels.
//!
//! Facts: arch/powerpc/include/asm/book3s/64/{pgtable.h, radix.h, radix-4k.h, radix-64k.h, hugetlb.h}, arch/powerpc/mm/book3s64/{radix_pgtable.c,
//! pgtable.c}, v7.3, of a kernel without the hash MMU.
//!
//! An entry is big-endian in memory although the CPU is little-endian: values here are what `pte_val()` gives. Tables are not of
//! the page size: the root has 64 KiB, and with 64K pages a pte table has 256 bytes and those between have 4 KiB. A table entry
//! holds the logarithm of the number of slots of the table that it points to, which only the hardware reads.

use crate::{
    DumpGuard, EntryKind, EntryRules, Flag, HotRemove, HugeVmap, Hugetlb, Isa, Kernel, Level, LevelSpec,
    MakeEntry, Model, Protection, Protections, Ptdump, Region, SetMemory, TableStep, Thp, VirtAddr,
};

/// `_PAGE_EXEC`
pub const EXEC: u64 = 1;
/// `_PAGE_WRITE`
pub const WRITE: u64 = 1 << 1;
/// `_PAGE_READ`
pub const READ: u64 = 1 << 2;
/// `_PAGE_PRIVILEGED`: for the kernel only.
pub const PRIVILEGED: u64 = 1 << 3;
/// `_PAGE_NON_IDEMPOTENT`, and with the bit below it `_PAGE_TOLERANT`.
pub const NON_IDEMPOTENT: u64 = 1 << 5;
/// `_PAGE_TOLERANT`: two bits.
pub const TOLERANT: u64 = 3 << 4;
/// `H_PAGE_BUSY` of the hash MMU.
pub const BUSY: u64 = 1 << 6;
/// `_PAGE_DIRTY`
pub const DIRTY: u64 = 1 << 7;
/// `_PAGE_ACCESSED`
pub const ACCESSED: u64 = 1 << 8;
/// `_PAGE_SPECIAL`
pub const SPECIAL: u64 = 1 << 10;
/// `_PAGE_INVALID`: a pmd that is being split.
pub const INVALID: u64 = 1 << 61;
/// `_PAGE_PTE`: maps memory, or would: swap entries have it too.
pub const PTE: u64 = 1 << 62;
/// `_PAGE_PRESENT`
pub const PRESENT: u64 = 1 << 63;
/// `PTE_RPN_MASK` of 4K pages: bits 12 to 52.
pub const RPN_4K: u64 = 0x001f_ffff_ffff_f000;
/// The same of 64K pages.
pub const RPN_64K: u64 = 0x001f_ffff_ffff_0000;
/// `RADIX_P4D_BAD_BITS` and its siblings.
const BAD: u64 = 0x6000_0000_0000_00e0;
/// `P4D_MASKED_BITS` and its siblings.
const MASKED: u64 = 0xc000_0000_0000_00ff;

const fn never(_: u64) -> bool {
    false
}

const fn none(value: u64, _: u64) -> bool {
    value == 0
}

const fn bad(value: u64) -> bool {
    value & BAD != 0
}

const fn present(value: u64, _: u64) -> bool {
    value & PRESENT != 0
}

const fn leaf(value: u64) -> bool {
    value & PTE != 0
}

const fn table(value: u64) -> u64 {
    value & !MASKED
}

const TOP: EntryRules = EntryRules { none, bad, present, leaf: never, trans_huge: never, table };

const PUD: EntryRules = EntryRules { leaf, trans_huge: |value| leaf(value) && present(value, 0), ..TOP };

/// A pmd that is being split is present too (`pmdp_invalidate()`).
const fn pmd_present(value: u64, _: u64) -> bool {
    value & (PRESENT | INVALID) != 0
}

const PMD: EntryRules =
    EntryRules { present: pmd_present, trans_huge: |value| leaf(value) && pmd_present(value, 0), ..PUD };

const PTES: EntryRules = EntryRules {
    none: |value, _| value & !(DIRTY | ACCESSED) == 0,
    bad: never,
    present: |value, _| value & PTE != 0 && value & (PRESENT | INVALID) != 0,
    leaf: never,
    ..TOP
};

const fn address(pa: u64) -> u64 {
    pa & RPN_4K
}

/// What `pfn_pte()` adds to every protection (`_PAGE_PTE`), and `_PAGE_BASE`.
const BASE: u64 = PRESENT | PTE | ACCESSED;
/// After `pte_mkdirty()`, which sets soft dirty whether or not that is tracked.
const PAGE_SHARED: u64 = BASE | READ | WRITE | DIRTY | 1 << 9;
const PAGE_KERNEL: u64 = BASE | PRIVILEGED | READ | WRITE | DIRTY;
const PAGE_KERNEL_RO: u64 = BASE | PRIVILEGED | READ;

const fn protection(bits: u64) -> Protection {
    Protection { pte: bits, leaf: bits }
}

static PROT: Protections = Protections {
    shared: protection(PAGE_SHARED),
    kernel: protection(PAGE_KERNEL),
    kernel_ro: protection(PAGE_KERNEL_RO),
    write_execute: Some([WRITE | EXEC, WRITE | EXEC]),
};

/// `remove_pagetable()` holds `init_mm.page_table_lock` over all of it, and frees each table before it clears the entry.
/// `set_memory_*()` changes ptes of the vmalloc area with `apply_to_existing_page_range()`, and meets no large entry there.
static KERNEL: Kernel = Kernel {
    frees_by_rcu: true,
    hot_remove: Some(HotRemove {
        each_table: &[TableStep::Free, TableStep::Clear],
        flushes_last: true,
        in_v6_1: true,
    }),
    huge_vmap: Some(HugeVmap {
        before_v6_18: DumpGuard::Nothing,
        before_v7_2: DumpGuard::Nothing,
        in_v6_1: true,
        pmds_first: false,
    }),
    collapses: false,
    set_memory: SetMemory::No,
    linear_alias: false,
    drops_global: false,
    rox_at_once: false,
    flush_interrupts: false,
    pud_thp_since: Some((6, 6)),
    hvo: false,
    ptdump: Some(Ptdump::Powerpc),
    isa: Isa::Powerpc,
};

const PRESENT_BIT: Flag = Flag::bit(63, "_PAGE_PRESENT", "V", "valid");
const PTE_BIT: Flag = Flag::bit(62, "_PAGE_PTE", "PTE", "maps memory, and is no table's address");

static LEAF_FLAGS: [Flag; 13] = [
    Flag::bit(0, "_PAGE_EXEC", "X", "executable"),
    Flag::bit(1, "_PAGE_WRITE", "W", "writable"),
    Flag::bit(2, "_PAGE_READ", "R", "readable"),
    Flag::bit(3, "_PAGE_PRIVILEGED", "PRIV", "for the kernel only"),
    Flag::field(5, 4, "_PAGE_TOLERANT", "ATT", "memory type: 1 strong order, 2 I/O, 3 tolerant I/O"),
    Flag::bit(7, "_PAGE_DIRTY", "D", "has been written"),
    Flag::bit(8, "_PAGE_ACCESSED", "A", "has been used"),
    Flag::bit(9, "_PAGE_SOFT_DIRTY", "SOFT_DIRTY", "software bit: written since last asked"),
    Flag::bit(10, "_PAGE_SPECIAL", "SPECIAL", "software bit: no struct page"),
    Flag::field(60, 56, "_PAGE_PKEY", "PKEY", "protection key"),
    Flag::bit(61, "_PAGE_INVALID", "INVALID", "software bit: present to the kernel while it is being split"),
    PTE_BIT,
    PRESENT_BIT,
];

static TABLE_FLAGS: [Flag; 2] =
    [Flag::field(4, 0, "NLS", "SIZE", "log2 of the slots of the table that it points to"), PRESENT_BIT];

static SWAP_FLAGS: [Flag; 2] = [
    Flag::bit(5, "_PAGE_SWP_EXCLUSIVE", "EXCLUSIVE", "swapped out, and this process is the only user"),
    PTE_BIT,
];

fn flags(_: Level, kind: EntryKind) -> &'static [Flag] {
    match kind {
        EntryKind::None => &[],
        EntryKind::Table | EntryKind::Bad => &TABLE_FLAGS,
        EntryKind::Leaf => &LEAF_FLAGS,
        EntryKind::NotPresent => &SWAP_FLAGS,
    }
}

/// asm/book3s/64/radix.h: each area of the kernel has 512 TiB, and the table ends with the fourth. Modules are in the vmalloc
/// area.
const fn layout(user_last: u64) -> [Region; 5] {
    let area = 1 << 51;
    let start = 0xc000_0000_0000_0000;
    [
        Region::new("user space", 0, user_last),
        Region::new("direct map and kernel image", start, start + area - 1),
        Region::new("vmalloc", start + area, start + area + (1 << 49) - 1),
        Region::new("I/O", 0xc00a_0000_0000_0000, 0xc00a_0000_0000_0000 + (1 << 49) - 1),
        Region::new("vmemmap", 0xc00c_0000_0000_0000, 0xc00c_0000_0000_0000 + (1 << 49) - 1),
    ]
}

static LAYOUT_4K: [Region; 5] = layout((1 << 46) - 1);
static LAYOUT_64K: [Region; 5] = layout((1 << 52) - 1);

/// What both page sizes have in common: they differ in the last level alone. `slots_log2` is that of a pte table.
const fn model(
    id: &'static str,
    title: &'static str,
    page_shift: u8,
    slots_log2: u8,
    task_bits: u8,
    layout: &'static [Region],
) -> Model {
    let levels = [
        LevelSpec::own(39, 1 << 13),
        LevelSpec::compile_time(39),
        LevelSpec::own(30, 512),
        LevelSpec::own(21, 512),
        LevelSpec::own(page_shift, 1 << slots_log2),
    ];
    Model {
        id,
        title,
        page_shift,
        entry_bytes: 8,
        va_bits: 52,
        word_mask: u64::MAX,
        task_size: VirtAddr(1 << task_bits),
        kernel_start: VirtAddr(0xc000_0000_0000_0000),
        levels,
        rules: EntryRules::folded(&levels, [TOP, TOP, PUD, PMD, PTES]),
        type_of: None,
        frame: address,
        flags,
        layout,
        contiguous: None,
        special: SPECIAL,
        one_root: false,
        empty: [0; 5],
        make: MakeEntry {
            table: |pa| pa,
            table_bits: [PRESENT; 2],
            level_bits: [9, 9, 9, slots_log2 as u64],
            pud_leaf_bits: 0,
            address,
            prot: &PROT,
            pte_of_huge: |value| value,
            pte_of_absent: |value| value,
            next_page: 1 << page_shift,
        },
        kernel: &KERNEL,
        thp: Thp::PmdAndPud,
        hugetlb: Hugetlb::FirstLeaf,
        per_vma_lock: true,
    }
}

/// 64K pages.
pub(super) static PAGES_64K: Model =
    model("ppc64le-64k-radix", "PowerPC (radix), 64K pages", 16, 5, 52, &LAYOUT_64K);

/// 4K pages.
pub(super) static PAGES_4K: Model =
    model("ppc64le-4k-radix", "PowerPC (radix), 4K pages", 12, 9, 46, &LAYOUT_4K);
