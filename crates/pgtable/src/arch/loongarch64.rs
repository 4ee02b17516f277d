//! 64-bit LoongArch with 4K, 16K and 64K pages and two to four levels.
//!
//! Facts: arch/loongarch/include/asm/{pgtable.h, pgtable-bits.h, addrspace.h, fixmap.h, sparsemem.h, processor.h}, v7.3,
//! on a CPU with 47 bits of virtual (`cpu_vabits`) and 48 of physical addresses, as QEMU's and the captured one.
//!
//! Two things are like nowhere else. A table entry is the kernel *virtual* address of the table, in the cached one of
//! the windows that map memory directly ([`WINDOW`]), without any flag. And no unused slot of an upper level is zero:
//! it holds the address of an invalid table of the next level, so that the hardware's walk always ends in some
//! table of ptes. Where these tables lie depends on the kernel image; [`INVALID_PTE_TABLE`] and its siblings are what
//! the conformance cases have, a capture brings its own.

use crate::{
    EntryKind, EntryRules, Flag, Hugetlb, Isa, Kernel, Level, LevelSpec, MakeEntry, Model, Protection,
    Protections, Region, SetMemory, Thp, VirtAddr,
};

/// `_PAGE_HUGE` of a pud or pmd, `_PAGE_GLOBAL` of a pte.
const HUGE: u64 = 1 << 6;
const GLOBAL: u64 = 1 << 6;
const PRESENT: u64 = 1 << 7;
const PROTNONE: u64 = 1 << 10;
const SPECIAL: u64 = 1 << 11;
/// `_PAGE_HGLOBAL`: the global bit of a huge page.
const HGLOBAL: u64 = 1 << 12;
/// `_PAGE_PRESENT_INVALID`: a huge page that is being split or migrated.
const PRESENT_INVALID: u64 = 1 << 60;

/// `PAGE_SHARED`, written: VALID, DIRTY, PLV 3, coherently cached, PRESENT, WRITE, MODIFIED, NO_EXEC.
const PAGE_SHARED: u64 = 0x39f | 1 << 62;
/// `PAGE_KERNEL` without the global bit: VALID, DIRTY, PLV 0, coherently cached, PRESENT, WRITE. Executable, and never
/// marked as MODIFIED.
const PAGE_KERNEL: u64 = 0x193;

/// There is no `PAGE_KERNEL_RO`. The global bit of a huge page is another one than that of a pte.
static PROT: Protections = Protections {
    shared: Protection { pte: PAGE_SHARED, leaf: PAGE_SHARED | HUGE },
    kernel: PAGE_KERNEL_ANY,
    kernel_ro: PAGE_KERNEL_ANY,
    write_execute: None,
};
const PAGE_KERNEL_ANY: Protection =
    Protection { pte: PAGE_KERNEL | GLOBAL, leaf: PAGE_KERNEL | HUGE | HGLOBAL };

/// Kconfig. `arch_remove_memory()` frees no tables: memory is mapped by windows, and `vmemmap_free()` does nothing.
static KERNEL: Kernel = Kernel {
    frees_by_rcu: true,
    hot_remove: None,
    huge_vmap: None,
    collapses: false,
    set_memory: SetMemory::WholeLeaf,
    linear_alias: false,
    drops_global: false,
    rox_at_once: false,
    flush_interrupts: true,
    pud_thp_since: None,
    hvo: true,
    ptdump: None,
    isa: Isa::Loongarch,
};

/// Bits 12 to 47 hold the address that a leaf maps; with larger pages the lower ones are 0.
const PFN: u64 = 0x0000_ffff_ffff_f000;

/// `CACHE_BASE`: start of the direct-mapped window (DMW1) through which the kernel sees cached memory.
const WINDOW: u64 = 0x9000_0000_0000_0000;

/// What an unused pmd slot points to: `invalid_pte_table`.
const INVALID_PTE_TABLE: u64 = WINDOW + 0x01c0_0000;
/// What an unused pud slot points to: `invalid_pmd_table`.
const INVALID_PMD_TABLE: u64 = WINDOW + 0x01c1_0000;
/// What an unused p4d slot points to: `invalid_pud_table`.
const INVALID_PUD_TABLE: u64 = WINDOW + 0x01c2_0000;

const fn never(_: u64) -> bool {
    false
}

const fn is_empty(value: u64, empty: u64) -> bool {
    value == empty
}

const fn is_not_empty(value: u64, empty: u64) -> bool {
    value != empty
}

/// A table's address has no bit below the page size.
const fn bad<const PAGE_SHIFT: u8>(value: u64) -> bool {
    value & ((1 << PAGE_SHIFT) - 1) != 0
}

const fn huge(value: u64) -> bool {
    value & HUGE != 0
}

const fn pmd_present(value: u64, empty: u64) -> bool {
    if huge(value) { value & (PRESENT | PROTNONE | PRESENT_INVALID) != 0 } else { is_not_empty(value, empty) }
}

const fn frame(value: u64) -> u64 {
    value & PFN
}

const fn table(value: u64) -> u64 {
    value.wrapping_sub(WINDOW)
}

/// The tests of each level where it is on. There are no transparent huge pages at pud level.
const fn rules(bad: fn(u64) -> bool) -> [EntryRules; 5] {
    let p4d =
        EntryRules { none: is_empty, bad, present: is_not_empty, leaf: never, trans_huge: never, table };
    let pud = EntryRules { leaf: huge, ..p4d };
    let pmd =
        EntryRules { present: pmd_present, trans_huge: |value| huge(value) && pmd_present(value, 0), ..pud };
    let pte = EntryRules {
        // A table of kernel ptes starts with GLOBAL in every slot (kernel_pte_init()).
        none: |value, _| value & !GLOBAL == 0,
        bad: never,
        present: |value, _| value & (PRESENT | PROTNONE) != 0,
        ..p4d
    };
    [p4d, p4d, pud, pmd, pte]
}

/// What an unused slot of each level holds; words that levels share have the value of the lowest of them.
const fn empty(levels: &[LevelSpec; 5]) -> [u64; 5] {
    let mut empty = [INVALID_PUD_TABLE, INVALID_PUD_TABLE, INVALID_PMD_TABLE, INVALID_PTE_TABLE, 0];
    let mut level = 3;
    while level > 0 {
        if levels[level].is_folded() {
            empty[level - 1] = empty[level];
        }
        level -= 1;
    }
    empty
}

const VALID_BIT: Flag = Flag::bit(0, "_PAGE_VALID", "V", "the CPU may use this entry; also _PAGE_ACCESSED");
const DIRTY_BIT: Flag = Flag::bit(1, "_PAGE_DIRTY", "D", "the CPU may write through it");
const PLV_FIELD: Flag = Flag::field(3, 2, "_PAGE_PLV", "PLV", "privilege level: 3 is user mode");
const CACHE_FIELD: Flag = Flag::field(
    5,
    4,
    "_CACHE_MASK",
    "MAT",
    "memory type: 1 coherent cached, 2 weakly ordered uncached; 0, not listed, is strongly ordered uncached",
);
const HUGE_BIT: Flag = Flag::bit(6, "_PAGE_HUGE", "HUGE", "maps memory itself, and is no table's address");
const PRESENT_BIT: Flag = Flag::bit(7, "_PAGE_PRESENT", "P", "software bit: present");
const WRITE_BIT: Flag = Flag::bit(8, "_PAGE_WRITE", "W", "software bit: writable");
const MODIFIED_BIT: Flag = Flag::bit(9, "_PAGE_MODIFIED", "M", "software bit: has been written");
const PROTNONE_BIT: Flag = Flag::bit(
    10,
    "_PAGE_PROTNONE",
    "PROTNONE",
    "PROT_NONE or NUMA hint: present to the kernel, not to the CPU",
);
const SPECIAL_BIT: Flag = Flag::bit(11, "_PAGE_SPECIAL", "SPECIAL", "software bit: no struct page");
const NO_READ_BIT: Flag = Flag::bit(61, "_PAGE_NO_READ", "NR", "not readable");
const NO_EXEC_BIT: Flag = Flag::bit(62, "_PAGE_NO_EXEC", "NX", "not executable");
const RPLV_BIT: Flag = Flag::bit(63, "_PAGE_RPLV", "RPLV", "only for exactly the privilege level PLV");

static PTE_FLAGS: [Flag; 13] = [
    VALID_BIT,
    DIRTY_BIT,
    PLV_FIELD,
    CACHE_FIELD,
    Flag::bit(6, "_PAGE_GLOBAL", "G", "the same in every address space"),
    PRESENT_BIT,
    WRITE_BIT,
    MODIFIED_BIT,
    PROTNONE_BIT,
    SPECIAL_BIT,
    NO_READ_BIT,
    NO_EXEC_BIT,
    RPLV_BIT,
];

static HUGE_FLAGS: [Flag; 15] = [
    VALID_BIT,
    DIRTY_BIT,
    PLV_FIELD,
    CACHE_FIELD,
    HUGE_BIT,
    PRESENT_BIT,
    WRITE_BIT,
    MODIFIED_BIT,
    PROTNONE_BIT,
    SPECIAL_BIT,
    Flag::bit(12, "_PAGE_HGLOBAL", "G", "the same in every address space (huge page)"),
    Flag::bit(
        60,
        "_PAGE_PRESENT_INVALID",
        "PRESENT_INVALID",
        "present to the kernel while it is being split",
    ),
    NO_READ_BIT,
    NO_EXEC_BIT,
    RPLV_BIT,
];

static SWAP_FLAGS: [Flag; 1] =
    [Flag::bit(23, "_PAGE_SWP_EXCLUSIVE", "EXCLUSIVE", "swapped out, and this process is the only user")];

fn flags(level: Level, kind: EntryKind) -> &'static [Flag] {
    match (level, kind) {
        // An address and nothing else.
        (_, EntryKind::None | EntryKind::Table) => &[],
        (Level::Pte, EntryKind::NotPresent) => &SWAP_FLAGS,
        (Level::Pte, _) => &PTE_FLAGS,
        (_, EntryKind::Leaf | EntryKind::NotPresent | EntryKind::Bad) => &HUGE_FLAGS,
    }
}

/// `cpu_vabits`, and the bits of a physical address.
const CPU_VA_BITS: u8 = 47;
const CPU_PA_BITS: u8 = 48;

/// `vm_map_base`: the first kernel address in tables. Below it lie the windows that map memory without any.
const VM_MAP_BASE: u64 = (1u64 << CPU_VA_BITS).wrapping_neg();

/// Bits of user space, and of the kernel's addresses in tables: what CPU and tables both have.
const fn used_bits(va_bits: u8) -> u8 {
    if va_bits < CPU_VA_BITS { va_bits } else { CPU_VA_BITS }
}

/// Kernel addresses in tables start at `vm_map_base`, which depends on the CPU alone; with fewer bits in the tables the
/// top of the address space is beyond them. KFENCE is off.
///
/// A vmemmap for all of the CPU's physical addresses is larger than what tables of 39 or 36 bits span: such a kernel
/// is built without `CONFIG_SPARSEMEM_VMEMMAP`, and has eight regions instead of nine.
const fn layout<const REGIONS: usize>(page_shift: u8, va_bits: u8) -> [Region; REGIONS] {
    let page = 1u64 << page_shift;
    let pmd = 1u64 << (2 * page_shift - 3);
    let modules = VM_MAP_BASE + (32 << 20) + 2 * page;
    let vmalloc = modules + (2 << 30);
    let with_vmemmap = REGIONS == 9;
    let vmemmap_bytes = if with_vmemmap { 64u64 << (CPU_PA_BITS - page_shift) } else { 0 };
    let vmemmap_end = VM_MAP_BASE + ((1 << used_bits(va_bits)) - pmd);
    let vmemmap = vmemmap_end - vmemmap_bytes;
    let fixaddr_top = 0xffff_ffff_fffe_0000;
    let window_last = (1 << CPU_PA_BITS) - 1;
    let mut regions = [Region::new("user space", 0, (1 << used_bits(va_bits)) - 1); REGIONS];
    regions[1] = Region::new("uncached window", WINDOW - (1 << 60), WINDOW - (1 << 60) + window_last);
    regions[2] = Region::new("direct map and kernel image", WINDOW, WINDOW + window_last);
    regions[3] = Region::new("write-combining window", WINDOW + (1 << 60), WINDOW + (1 << 60) + window_last);
    regions[4] = Region::new("PCI I/O", VM_MAP_BASE, modules - 1);
    regions[5] = Region::new("modules", modules, vmalloc - 1);
    regions[6] = Region::new("vmalloc", vmalloc, vmemmap - 1);
    if with_vmemmap {
        regions[7] = Region::new("vmemmap", vmemmap, vmemmap_end - 1);
    }
    regions[REGIONS - 1] = Region::new("fixmap", fixaddr_top - 2 * page, fixaddr_top - 1);
    regions
}

static LAYOUT_4K_3: [Region; 8] = layout(12, 39);
static LAYOUT_4K_4: [Region; 9] = layout(12, 48);
static LAYOUT_16K_2: [Region; 8] = layout(14, 36);
static LAYOUT_16K_3: [Region; 9] = layout(14, 47);
static LAYOUT_64K_2: [Region; 9] = layout(16, 42);
static LAYOUT_64K_3: [Region; 9] = layout(16, 55);

/// What all configurations have in common. `va_bits` is what the tables translate; the CPU may have fewer.
const fn model(
    id: &'static str,
    title: &'static str,
    page_shift: u8,
    va_bits: u8,
    levels: [LevelSpec; 5],
    layout: &'static [Region],
) -> Model {
    let bad = match page_shift {
        12 => bad::<12>,
        14 => bad::<14>,
        _ => bad::<16>,
    };
    Model {
        id,
        title,
        page_shift,
        entry_bytes: 8,
        va_bits,
        word_mask: u64::MAX,
        task_size: VirtAddr(1 << used_bits(va_bits)),
        kernel_start: VirtAddr(VM_MAP_BASE),
        levels,
        rules: EntryRules::folded(&levels, rules(bad)),
        type_of: None,
        frame,
        flags,
        layout,
        contiguous: None,
        special: SPECIAL,
        one_root: false,
        empty: empty(&levels),
        make: MakeEntry {
            table: |pa| pa.wrapping_add(WINDOW),
            table_bits: [0; 2],
            level_bits: [0; 4],
            pud_leaf_bits: 0,
            address: frame,
            prot: &PROT,
            pte_of_huge: |value| {
                let global = if value & HGLOBAL != 0 { GLOBAL } else { 0 };
                value & !(HUGE | HGLOBAL) | global
            },
            pte_of_absent: |value| value & !HUGE,
            next_page: 1 << page_shift,
        },
        kernel: &KERNEL,
        thp: Thp::Pmd,
        hugetlb: Hugetlb::Loongarch,
        per_vma_lock: true,
    }
}

const fn own(shift: u8, ptrs: u16) -> LevelSpec {
    LevelSpec::own(shift, ptrs)
}

const fn nop(shift: u8) -> LevelSpec {
    LevelSpec::compile_time(shift)
}

/// 4K pages, three levels: 39 bits.
pub(super) static PAGES_4K_3_LEVEL: Model = model(
    "loongarch64-4k-3level",
    "loongarch64, 4K pages, 3 levels",
    12,
    39,
    [own(30, 512), nop(30), nop(30), own(21, 512), own(12, 512)],
    &LAYOUT_4K_3,
);

/// 4K pages, four levels: 48 bits.
pub(super) static PAGES_4K_4_LEVEL: Model = model(
    "loongarch64-4k-4level",
    "loongarch64, 4K pages, 4 levels",
    12,
    48,
    [own(39, 512), nop(39), own(30, 512), own(21, 512), own(12, 512)],
    &LAYOUT_4K_4,
);

/// 16K pages, two levels: 36 bits.
pub(super) static PAGES_16K_2_LEVEL: Model = model(
    "loongarch64-16k-2level",
    "loongarch64, 16K pages, 2 levels",
    14,
    36,
    [own(25, 2048), nop(25), nop(25), nop(25), own(14, 2048)],
    &LAYOUT_16K_2,
);

/// 16K pages, three levels: 47 bits. The default of the architecture.
pub(super) static PAGES_16K_3_LEVEL: Model = model(
    "loongarch64-16k-3level",
    "loongarch64, 16K pages, 3 levels",
    14,
    47,
    [own(36, 2048), nop(36), nop(36), own(25, 2048), own(14, 2048)],
    &LAYOUT_16K_3,
);

/// 64K pages, two levels: 42 bits.
pub(super) static PAGES_64K_2_LEVEL: Model = model(
    "loongarch64-64k-2level",
    "loongarch64, 64K pages, 2 levels",
    16,
    42,
    [own(29, 8192), nop(29), nop(29), nop(29), own(16, 8192)],
    &LAYOUT_64K_2,
);

/// 64K pages, three levels: 55 bits.
pub(super) static PAGES_64K_3_LEVEL: Model = model(
    "loongarch64-64k-3level",
    "loongarch64, 64K pages, 3 levels",
    16,
    55,
    [own(42, 8192), nop(42), nop(42), own(29, 8192), own(16, 8192)],
    &LAYOUT_64K_3,
);
