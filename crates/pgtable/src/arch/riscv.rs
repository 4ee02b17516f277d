//! RISC-V: Sv39, Sv48 and Sv57 with 64 bits, Sv32 with 32.
//!
//! Facts: arch/riscv/include/asm/{pgtable.h, pgtable-64.h, pgtable-32.h, pgtable-bits.h}, arch/riscv/Kconfig and
//! Documentation/arch/riscv/vm-layout.rst, v7.3. One 64-bit kernel is built for all three modes and folds at run
//! time; `PTRS_PER_P4D` and `PTRS_PER_PUD` stay 512 when folded. The 32-bit kernel has two levels, no transparent huge
//! pages and no Svnapot.

use crate::{
    DumpGuard, EntryKind, EntryRules, Flag, HotRemove, HugeVmap, Hugetlb, Isa, Kernel, Level, LevelSpec,
    MakeEntry, Model, Protection, Protections, Ptdump, Region, SetMemory, TableStep, Thp, VirtAddr,
};

/// `_PAGE_PRESENT`: the V bit.
pub const PRESENT: u64 = 1;
/// `_PAGE_READ`
pub const READ: u64 = 1 << 1;
/// `_PAGE_WRITE`
pub const WRITE: u64 = 1 << 2;
/// `_PAGE_EXEC`
pub const EXEC: u64 = 1 << 3;
/// `_PAGE_USER`
pub const USER: u64 = 1 << 4;
/// `_PAGE_GLOBAL`
pub const GLOBAL: u64 = 1 << 5;
/// `_PAGE_ACCESSED`
pub const ACCESSED: u64 = 1 << 6;
/// `_PAGE_DIRTY`
pub const DIRTY: u64 = 1 << 7;
/// `_PAGE_SOFT`: two bits.
pub const SOFT: u64 = 3 << 8;
/// `_PAGE_MTMASK_SVPBMT`: two bits.
pub const PBMT: u64 = 3 << 61;
/// `_PAGE_LEAF`: any of them makes an entry a leaf.
const LEAF: u64 = READ | WRITE | EXEC;
/// `_PAGE_PROT_NONE`: the G bit, meaningful when V is clear.
const PROT_NONE: u64 = 1 << 5;
/// `_PAGE_SPECIAL`: the lower of the two software bits.
const SPECIAL: u64 = 1 << 8;
/// `_PAGE_PFN_MASK`: bits 10 to 53.
const PFN: u64 = 0x003f_ffff_ffff_fc00;
/// The same of Sv32: bits 10 to 31, so that a physical address has 34 bits.
const PFN_32: u64 = 0xffff_fc00;

const fn none(value: u64, _: u64) -> bool {
    value == 0
}

const fn present(value: u64, _: u64) -> bool {
    value & PRESENT != 0
}

const fn table(value: u64) -> u64 {
    (value & PFN) << 2
}

/// `_PAGE_NAPOT` (Svnapot): the lowest bit of the frame number says how many pages belong together.
pub const NAPOT: u64 = 1 << 63;

const fn frame(value: u64) -> u64 {
    let frame = table(value);
    if value & NAPOT != 0 { frame & frame.wrapping_sub(1) } else { frame }
}

/// pgd of Sv57 and p4d of Sv48 and Sv57: bad is simply "not present".
const TOP: EntryRules = EntryRules {
    none,
    bad: |value| !present(value, 0),
    present,
    leaf: |_| false,
    trans_huge: |_| false,
    table,
};

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

/// Without transparent huge pages a pmd is present only with V or `_PAGE_PROT_NONE`.
const fn pmd_present_32(value: u64, _: u64) -> bool {
    value & (PRESENT | PROT_NONE) != 0
}

const fn table_32(value: u64) -> u64 {
    (value & PFN_32) << 2
}

const PMD_32: EntryRules = EntryRules {
    none,
    bad: |value| !pmd_present_32(value, 0) || value & LEAF != 0,
    present: pmd_present_32,
    leaf: |value| pmd_present_32(value, 0) && value & LEAF != 0,
    trans_huge: |_| false,
    table: table_32,
};

/// After `pte_mkdirty()`.
const PAGE_SHARED: u64 = PRESENT | READ | WRITE | USER | ACCESSED | DIRTY;
const PAGE_KERNEL: u64 = PRESENT | READ | WRITE | GLOBAL | ACCESSED | DIRTY;

const fn address(pa: u64) -> u64 {
    (pa >> 2) & PFN
}

const fn address_32(pa: u64) -> u64 {
    (pa >> 2) & PFN_32
}

/// A leaf looks the same at every level.
const fn protection(bits: u64) -> Protection {
    Protection { pte: bits, leaf: bits }
}

/// There is no `PAGE_KERNEL_RO` of this name.
static PROT: Protections = Protections {
    shared: protection(PAGE_SHARED),
    kernel: protection(PAGE_KERNEL),
    kernel_ro: protection(PAGE_KERNEL),
    write_execute: Some([WRITE | EXEC, WRITE | EXEC]),
};

/// A table entry has only V.
const MAKE: MakeEntry = MakeEntry {
    table: address,
    table_bits: [PRESENT; 2],
    level_bits: [0; 4],
    pud_leaf_bits: 0,
    address,
    prot: &PROT,
    pte_of_huge: |value| value,
    pte_of_absent: |value| value,
    next_page: 1 << 10,
};

/// `free_pte_table()` and its siblings (arch/riscv/mm/init.c) free first; `pud_free_pmd_page()` is in arch/riscv/mm/pgtable.c.
const KERNEL_64: Kernel = Kernel {
    frees_by_rcu: true,
    hot_remove: Some(HotRemove {
        each_table: &[TableStep::Free, TableStep::Clear],
        flushes_last: true,
        in_v6_1: false,
    }),
    huge_vmap: Some(HugeVmap {
        before_v6_18: DumpGuard::Nothing,
        before_v7_2: DumpGuard::Nothing,
        in_v6_1: false,
        pmds_first: false,
    }),
    collapses: false,
    set_memory: SetMemory::SplitsLinear,
    linear_alias: true,
    drops_global: false,
    rox_at_once: false,
    flush_interrupts: false,
    // Not in v6.12, but in v7.3; in which one it came was not read.
    pud_thp_since: Some((6, 13)),
    hvo: true,
    ptdump: Some(Ptdump::Riscv),
    isa: Isa::Riscv,
};

static KERNEL: Kernel = KERNEL_64;

/// Memory hotplug, huge vmap and HVO are for 64 bits, and so is the part of `__set_memory()` about the linear map. Its dump is not
/// modelled.
static KERNEL_32: Kernel = Kernel {
    hot_remove: None,
    huge_vmap: None,
    set_memory: SetMemory::WholeLeaf,
    linear_alias: false,
    pud_thp_since: None,
    hvo: false,
    ptdump: None,
    ..KERNEL_64
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

/// How many of [`FLAGS`] lie below the frame number: all that Sv32 has.
const LOW_FLAGS: usize = 9;

fn flags_32(level: Level, kind: EntryKind) -> &'static [Flag] {
    let all = flags(level, kind);
    all.split_at_checked(LOW_FLAGS).map_or(all, |(low, _)| low)
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

/// A kernel with PAGE_OFFSET 0xc0000000 and a `struct page` of 32 bytes. Modules lie in the vmalloc area.
static LAYOUT_32: [Region; 6] = [
    Region::new("user space", 0, 0x9d7f_ffff),
    Region::new("fixmap", 0x9d80_0000, 0x9dff_ffff),
    Region::new("PCI I/O", 0x9e00_0000, 0x9eff_ffff),
    Region::new("vmemmap", 0x9f00_0000, 0x9fff_ffff),
    Region::new("vmalloc", 0xa000_0000, 0xbfff_ffff),
    Region::new("direct map and kernel image", 0xc000_0000, 0xffff_ffff),
];

const fn sv(
    id: &'static str,
    title: &'static str,
    va_bits: u8,
    levels: [LevelSpec; 5],
    layout: &'static [Region],
) -> Model {
    Model {
        id,
        title,
        page_shift: 12,
        entry_bytes: 8,
        va_bits,
        word_mask: u64::MAX,
        task_size: VirtAddr(1 << (va_bits - 1)),
        kernel_start: VirtAddr((1u64 << (va_bits - 1)).wrapping_neg()),
        levels,
        rules: EntryRules::folded(&levels, [TOP, TOP, PUD, PMD, PTE]),
        type_of: None,
        frame,
        flags,
        layout,
        contiguous: None,
        special: SPECIAL,
        one_root: true,
        empty: [0; 5],
        make: MAKE,
        kernel: &KERNEL,
        thp: Thp::PmdAndPud,
        hugetlb: Hugetlb::Riscv,
        per_vma_lock: true,
    }
}

const fn own(shift: u8) -> LevelSpec {
    LevelSpec::own(shift, 512)
}

const fn folded(shift: u8) -> LevelSpec {
    LevelSpec::run_time(shift, 512)
}

/// Sv39: p4d and pud are folded into the pgd at run time.
pub(super) static SV39: Model = sv(
    "riscv64-sv39",
    "riscv64 Sv39, 3 levels",
    39,
    [own(30), folded(30), folded(30), own(21), own(12)],
    &LAYOUT_39,
);

/// Sv48: the p4d is folded into the pgd at run time.
pub(super) static SV48: Model = sv(
    "riscv64-sv48",
    "riscv64 Sv48, 4 levels",
    48,
    [own(39), folded(39), own(30), own(21), own(12)],
    &LAYOUT_48,
);

/// Sv57: all five levels are in memory.
pub(super) static SV57: Model = sv(
    "riscv64-sv57",
    "riscv64 Sv57, 5 levels",
    57,
    [own(48), own(39), own(30), own(21), own(12)],
    &LAYOUT_57,
);

const SV32_LEVELS: [LevelSpec; 5] = [
    LevelSpec::own(22, 1024),
    LevelSpec::compile_time(22),
    LevelSpec::compile_time(22),
    LevelSpec::compile_time(22),
    LevelSpec::own(12, 1024),
];

/// Sv32: two levels; p4d, pud and pmd are folded into the pgd at compile time.
pub(super) static SV32: Model = Model {
    id: "riscv32-sv32",
    title: "riscv32 Sv32, 2 levels",
    page_shift: 12,
    entry_bytes: 4,
    va_bits: 32,
    word_mask: 0xffff_ffff,
    // FIXADDR_START
    task_size: VirtAddr(0x9d80_0000),
    kernel_start: VirtAddr(0x9d80_0000),
    levels: SV32_LEVELS,
    rules: EntryRules::folded(&SV32_LEVELS, [TOP, TOP, PUD, PMD_32, PTE]),
    type_of: None,
    frame: table_32,
    flags: flags_32,
    layout: &LAYOUT_32,
    contiguous: None,
    special: SPECIAL,
    one_root: true,
    empty: [0; 5],
    make: MakeEntry { table: address_32, address: address_32, ..MAKE },
    kernel: &KERNEL_32,
    thp: Thp::No,
    hugetlb: Hugetlb::Generic,
    per_vma_lock: true,
};
