//! 64-bit Arm with 4K, 16K and 64K pages and virtual addresses of 36 to 52 bits.
//!
//! Facts: arch/arm64/include/asm/{pgtable.h, pgtable-hwdef.h, pgtable-prot.h, pgalloc.h, memory.h}, arch/arm64/Kconfig and
//! arch/arm64/mm/contpte.c, v7.3. Kernel (TTBR1) and user (TTBR0) addresses have roots of their own.
//!
//! Physical addresses: a kernel with 4K or 16K pages has 52 bits of them exactly if it has 52 bits of virtual ones
//! (FEAT_LPA2). With 64K pages the two are chosen independently: the kernel for 52-bit virtual addresses is built here
//! with `CONFIG_ARM64_PA_BITS_52` (FEAT_LPA), as the conformance cases have it, that for 48-bit ones in both ways.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the tests on a descriptor, the address in it, how the kernel makes one, what it does with tables |
//! | `flags` | the bits of a descriptor |
//! | `layout` | the regions of the address space |
//! | `models` | the configurations |

mod flags;
mod layout;
pub(super) mod models;

use crate::model::Contiguous;
use crate::{
    DumpGuard, EntryKind, EntryRules, Flag, HotRemove, HugeVmap, Hugetlb, Isa, Kernel, Level, LevelSpec,
    MakeEntry, Model, Protection, Protections, Ptdump, Region, SetMemory, TableStep, Thp, VirtAddr,
};

/// `PTE_VALID`
pub const VALID: u64 = 1;
/// `PMD_TYPE_MASK`, and its value for a table.
pub const TYPE: u64 = 0b11;
/// `PTE_ATTRINDX_MASK`: the memory type, three bits.
pub const ATTRINDX: u64 = 0b111 << 2;
/// `PTE_USER`
pub const USER: u64 = 1 << 6;
/// `PTE_RDONLY`
pub const RDONLY: u64 = 1 << 7;
/// `PTE_SHARED`: inner shareable, where the bits are not part of the address.
pub const SHARED: u64 = 0b11 << 8;
/// `PTE_AF`
pub const AF: u64 = 1 << 10;
/// `PTE_NG`
pub const NG: u64 = 1 << 11;
/// `PTE_GP`
pub const GP: u64 = 1 << 50;
/// `PTE_WRITE` is the hardware's DBM bit.
const WRITE: u64 = 1 << 51;
/// `PTE_CONT`
pub const CONT: u64 = 1 << 52;
/// `PTE_PXN`
pub const PXN: u64 = 1 << 53;
/// `PTE_UXN`
pub const UXN: u64 = 1 << 54;
const DIRTY: u64 = 1 << 55;
const SPECIAL: u64 = 1 << 56;

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

/// Where a descriptor holds a physical address, and what that makes of the other bits.
#[derive(Clone, Copy)]
struct AddressField {
    /// `__pte_to_phys()`
    decode: fn(u64) -> u64,
    /// `__phys_to_pte_val()`
    encode: fn(u64) -> u64,
    prot: &'static Protections,
    flags: fn(Level, EntryKind) -> &'static [Flag],
}

/// `PTE_ADDR_LOW`: bits `PAGE_SHIFT` to 49, also where physical addresses have 48 bits.
const fn low<const PAGE_SHIFT: u8>(value: u64) -> u64 {
    value & 0x0003_ffff_ffff_ffff & !((1 << PAGE_SHIFT) - 1)
}

/// A table entry has its access flag set. A user's keeps the kernel from executing what is below (`PMD_TABLE_PXN`), the kernel's
/// keeps users from it (`PMD_TABLE_UXN`).
const TABLE_BITS: [u64; 2] = [TYPE | AF | 1 << 59, TYPE | AF | 1 << 60];

/// `PROT_NORMAL`: accessed, written, not executable.
const PAGE_KERNEL: u64 = TYPE | AF | WRITE | PXN | UXN | DIRTY;
/// After `pte_mkdirty()`, which clears `PTE_RDONLY`.
const PAGE_SHARED: u64 = PAGE_KERNEL | USER | NG;
const PAGE_KERNEL_RO: u64 = PAGE_KERNEL & !WRITE | RDONLY;

/// A block has the type bit clear that a page has set. `shared`: [`SHARED`], where these bits are not part of the address.
const fn protection(pte: u64, shared: u64) -> Protection {
    Protection { pte: pte | shared, leaf: (pte | shared) & !TYPE_BIT_1 }
}

const fn protections(shared: u64) -> Protections {
    Protections {
        shared: protection(PAGE_SHARED, shared),
        kernel: protection(PAGE_KERNEL, shared),
        kernel_ro: protection(PAGE_KERNEL_RO, shared),
        write_execute: Some([RDONLY | PXN, 0]),
    }
}

static WITH_SHARED: Protections = protections(SHARED);
static WITHOUT_SHARED: Protections = protections(0);

/// Kernels for 48-bit physical addresses.
const fn pa_48<const PAGE_SHIFT: u8>() -> AddressField {
    AddressField { decode: low::<PAGE_SHIFT>, encode: |pa| pa, prot: &WITH_SHARED, flags: flags::with_shared }
}

/// 64K pages and 52-bit physical addresses (FEAT_LPA): bits 12 to 15 hold bits 48 to 51 of the address. The kernel does
/// not mask bits 48 and 49 where it does not need them, so they appear twice.
const PA_52_64K: AddressField =
    AddressField { decode: decode_52_64k, encode: pa_52_64k, prot: &WITH_SHARED, flags: flags::with_shared };

const fn decode_52_64k(value: u64) -> u64 {
    low::<16>(value) | (value & 0xf000) << 36
}

const fn pa_52_64k(pa: u64) -> u64 {
    (pa | pa >> 36) & 0x0003_ffff_ffff_f000
}

/// `__phys_to_pte_val()` of every kernel with `CONFIG_ARM64_LPA2`, also on a CPU without it.
const fn pa_lpa2(pa: u64) -> u64 {
    (pa | pa >> 42) & 0x0003_ffff_ffff_ff00
}

/// LPA2 in use: bits 8 and 9, otherwise the shareability, hold bits 50 and 51 of the address.
const fn lpa2<const PAGE_SHIFT: u8>() -> AddressField {
    AddressField {
        decode: |value| low::<PAGE_SHIFT>(value) | (value & 0x300) << 42,
        encode: pa_lpa2,
        prot: &WITHOUT_SHARED,
        flags: flags::without_shared,
    }
}

/// A kernel with `CONFIG_ARM64_LPA2` on a CPU without it: `PTE_MAYBE_SHARED` keeps bits 8 and 9 out of the address.
const fn lpa2_off<const PAGE_SHIFT: u8>() -> AddressField {
    AddressField { decode: low::<PAGE_SHIFT>, encode: pa_lpa2, prot: &WITH_SHARED, flags: flags::with_shared }
}

const fn never(_: u64) -> bool {
    false
}

/// The tests of each level where it is on. There are no transparent huge pages at pud level, and `pud_table()` is
/// constant with 64K pages and with two levels, so that no pud is ever a leaf there.
const fn rules(page_shift: u8, address: AddressField) -> [EntryRules; 5] {
    let table = address.decode;
    let top = EntryRules {
        none,
        bad: not_table,
        present: |value, _| !none(value, 0),
        leaf: never,
        trans_huge: never,
        table,
    };
    let pud_leaf = if page_shift == 16 { never } else { leaf };
    let pud = EntryRules { none, bad: not_table, present, leaf: pud_leaf, trans_huge: never, table };
    let pmd = EntryRules { none, bad: not_table, present, leaf, trans_huge, table };
    let pte = EntryRules { none, bad: never, present, leaf: never, trans_huge: never, table };
    [top, top, pud, pmd, pte]
}

const fn is_block(value: u64) -> bool {
    value & (VALID | CONT) == VALID | CONT
}

/// `pte_mkdirty()` and `pte_mkyoung()` for what another slot of the block knows.
const fn gather(value: u64, other: u64) -> u64 {
    let mut value = value;
    let hardware_dirty = other & WRITE != 0 && other & RDONLY == 0;
    if hardware_dirty || other & DIRTY != 0 {
        value |= DIRTY;
        if value & WRITE != 0 {
            value &= !RDONLY;
        }
    }
    value | (other & AF)
}

/// `CONT_PTE_SHIFT` and `CONT_PMD_SHIFT` less the shift of one entry, as slots.
const fn contiguous(page_shift: u8) -> Contiguous {
    let (slots, pmd_slots) = match page_shift {
        12 => (16, 16),
        14 => (128, 32),
        _ => (32, 32),
    };
    Contiguous { slots, pmd_slots, is_block, gather }
}

/// `PTE_TYPE_PAGE` is the table type of a block.
const TYPE_BIT_1: u64 = 1 << 1;

/// `unmap_hotplug_range()` and `free_empty_pte_table()` with its siblings clear, flush and free; `pud_free_pmd_page()` frees the pte
/// tables before it clears the pud entry (arch/arm64/mm/mmu.c). HVO is not selected.
static KERNEL: Kernel = Kernel {
    frees_by_rcu: true,
    hot_remove: Some(HotRemove {
        each_table: &[TableStep::Clear, TableStep::Flush, TableStep::Free],
        flushes_last: false,
        in_v6_1: true,
    }),
    huge_vmap: Some(HugeVmap {
        before_v6_18: DumpGuard::NoHugeVmap,
        before_v7_2: DumpGuard::StaticKey,
        in_v6_1: true,
        pmds_first: true,
    }),
    collapses: false,
    set_memory: SetMemory::SplitsThenLockless,
    linear_alias: true,
    drops_global: false,
    rox_at_once: false,
    flush_interrupts: false,
    pud_thp_since: None,
    hvo: false,
    ptdump: Some(Ptdump::Arm64),
    isa: Isa::Arm64,
};

/// What all configurations have in common.
const fn model(
    id: &'static str,
    title: &'static str,
    page_shift: u8,
    va_bits: u8,
    address: AddressField,
    levels: [LevelSpec; 5],
    layout: &'static [Region],
) -> Model {
    Model {
        id,
        title,
        page_shift,
        entry_bytes: 8,
        va_bits,
        word_mask: u64::MAX,
        task_size: VirtAddr(1 << va_bits),
        kernel_start: VirtAddr((1u64 << va_bits).wrapping_neg()),
        levels,
        rules: EntryRules::folded(&levels, rules(page_shift, address)),
        type_of: None,
        frame: address.decode,
        flags: address.flags,
        layout,
        contiguous: Some(contiguous(page_shift)),
        special: SPECIAL,
        one_root: false,
        empty: [0; 5],
        make: MakeEntry {
            table: address.encode,
            table_bits: TABLE_BITS,
            level_bits: [0; 4],
            pud_leaf_bits: 0,
            address: address.encode,
            prot: address.prot,
            pte_of_huge: |value| value | TYPE_BIT_1,
            pte_of_absent: |value| value,
            next_page: 1 << page_shift,
        },
        kernel: &KERNEL,
        thp: Thp::Pmd,
        hugetlb: Hugetlb::Arm64,
        per_vma_lock: true,
    }
}

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
