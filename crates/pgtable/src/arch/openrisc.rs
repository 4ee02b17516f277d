//! OpenRISC 1000: pages of 8K, entries of four bytes, two levels.
//!
//! Facts: arch/openrisc/include/asm/{page.h, pgtable.h, processor.h}, v7.3. The TLB is filled by software, so the bits of
//! an entry are Linux' own. There are no huge pages, neither of the kernel nor of user space, and no per-VMA locks.

use crate::{
    EntryKind, EntryRules, Flag, Hugetlb, Isa, Kernel, Level, LevelSpec, MakeEntry, Model, Protection,
    Protections, Region, SetMemory, Thp, VirtAddr,
};

/// `_PAGE_PRESENT`: in the hardware's format the cache-coherency bit.
const PRESENT: u64 = 1;
/// `PAGE_MASK`: what of an entry is an address.
const FRAME: u64 = 0xffff_e000;
/// `_KERNPG_TABLE`: PRESENT, A, D, SRE and SWE.
const KERNPG_TABLE: u64 = 0x331;

/// `PAGE_SHARED`, written: PRESENT, A, D, URE, UWE, SRE, SWE, U_SHARED.
const PAGE_SHARED: u64 = 0xbf1;
/// PRESENT, A, D, SRE, SWE, EXEC, U_SHARED.
const PAGE_KERNEL: u64 = 0xf31;
/// The same without SWE.
const PAGE_KERNEL_RO: u64 = 0xd31;

/// Nothing above a pte maps memory.
const fn protection(bits: u64) -> Protection {
    Protection { pte: bits, leaf: bits }
}

static PROT: Protections = Protections {
    shared: protection(PAGE_SHARED),
    kernel: protection(PAGE_KERNEL),
    kernel_ro: protection(PAGE_KERNEL_RO),
    write_execute: None,
};

/// Kconfig, which selects next to nothing.
static KERNEL: Kernel = Kernel {
    frees_by_rcu: false,
    hot_remove: None,
    huge_vmap: None,
    collapses: false,
    set_memory: SetMemory::No,
    linear_alias: false,
    drops_global: false,
    rox_at_once: false,
    flush_interrupts: true,
    pud_thp_since: None,
    hvo: false,
    ptdump: None,
    isa: Isa::Openrisc,
};

const fn none(value: u64, _: u64) -> bool {
    value == 0
}

const fn present(value: u64, _: u64) -> bool {
    value & PRESENT != 0
}

const fn never(_: u64) -> bool {
    false
}

const fn table(value: u64) -> u64 {
    value & FRAME
}

const PMD: EntryRules = EntryRules {
    none,
    bad: |value| value & !FRAME & 0xffff_ffff != KERNPG_TABLE,
    present,
    leaf: never,
    trans_huge: never,
    table,
};

const PTE: EntryRules = EntryRules { bad: never, ..PMD };

static FLAGS: [Flag; 12] = [
    Flag::bit(0, "_PAGE_PRESENT", "P", "present; _PAGE_CC, cache coherency, in the hardware's format"),
    Flag::bit(1, "_PAGE_CI", "CI", "cache inhibit"),
    Flag::bit(2, "_PAGE_WBC", "WBC", "write-back cache"),
    Flag::bit(3, "_PAGE_WOM", "WOM", "weakly ordered memory"),
    Flag::bit(4, "_PAGE_A", "A", "accessed"),
    Flag::bit(5, "_PAGE_D", "D", "dirty"),
    Flag::bit(6, "_PAGE_URE", "URE", "user mode may read"),
    Flag::bit(7, "_PAGE_UWE", "UWE", "user mode may write"),
    Flag::bit(8, "_PAGE_SRE", "SRE", "the kernel may read"),
    Flag::bit(9, "_PAGE_SWE", "SWE", "the kernel may write"),
    Flag::bit(10, "_PAGE_EXEC", "EXEC", "software bit: executable"),
    Flag::bit(11, "_PAGE_U_SHARED", "SHARED", "software bit: a shared mapping"),
];

static ABSENT_FLAGS: [Flag; 1] =
    [Flag::bit(11, "_PAGE_SWP_EXCLUSIVE", "EXCLUSIVE", "swapped out, and this process is the only user")];

fn flags(_level: Level, kind: EntryKind) -> &'static [Flag] {
    match kind {
        EntryKind::None => &[],
        EntryKind::NotPresent => &ABSENT_FLAGS,
        EntryKind::Table | EntryKind::Leaf | EntryKind::Bad => &FLAGS,
    }
}

/// The vmalloc area is small, so that a jump from a module to the kernel reaches its target.
static LAYOUT: [Region; 3] = [
    Region::new("user space", 0, 0x7fff_ffff),
    Region::new("vmalloc and modules", 0xbc00_0000, 0xbfff_ffff),
    Region::new("direct map, kernel image, fixmap", 0xc000_0000, 0xffff_ffff),
];

const LEVELS: [LevelSpec; 5] = [
    LevelSpec::own(24, 256),
    LevelSpec::compile_time(24),
    LevelSpec::compile_time(24),
    LevelSpec::compile_time(24),
    LevelSpec::own(13, 2048),
];

/// Two levels; p4d, pud and pmd are folded into the pgd at compile time. The root has 256 slots: an eighth of a page.
pub(super) static TWO_LEVEL: Model = Model {
    id: "openrisc",
    title: "openrisc, 8K pages, 2 levels",
    page_shift: 13,
    entry_bytes: 4,
    va_bits: 32,
    word_mask: 0xffff_ffff,
    task_size: VirtAddr(0x8000_0000),
    kernel_start: VirtAddr(0xbc00_0000),
    levels: LEVELS,
    rules: EntryRules::folded(&LEVELS, [PMD, PMD, PMD, PMD, PTE]),
    type_of: None,
    frame: table,
    flags,
    layout: &LAYOUT,
    contiguous: None,
    special: 0,
    one_root: true,
    empty: [0; 5],
    make: MakeEntry {
        table,
        table_bits: [KERNPG_TABLE; 2],
        level_bits: [0; 4],
        pud_leaf_bits: 0,
        address: table,
        prot: &PROT,
        pte_of_huge: |value| value,
        pte_of_absent: |value| value,
        next_page: 1 << 13,
    },
    kernel: &KERNEL,
    thp: Thp::No,
    hugetlb: Hugetlb::No,
    per_vma_lock: false,
};
