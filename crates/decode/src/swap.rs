//! What an entry holds that is neither none nor present: swap, migration, markers.
//!
//! An architecture says where in an entry type and offset lie (`__swp_type()`, `__swp_offset()`), include/linux/swap.h what the types
//! mean. Types from `MAX_SWAPFILES` up are no swap files, and where they begin depends on the kernel's configuration: a
//! [`Swap`] has a [`Meaning`] for each.
//!
//! Formats: arch/x86/include/asm/pgtable_64.h (type and inverted offset since v4.19 and its stable kernels, against L1 terminal
//! fault), arch/arm64/include/asm/pgtable.h (v6.10; the earlier one is told as well), arch/riscv/include/asm/pgtable.h (v6.3;
//! the bits of Svrsw60t59b v6.19), arch/loongarch/include/asm/pgtable.h (v6.3), arch/openrisc/include/asm/pgtable.h (v6.3).

mod kinds;

use pgtable::{Isa, Level, Model, PhysAddr, Prot, RawEntry};

pub use kinds::{MARKERS, Meaning};

/// Where type and offset of a swap entry lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    /// Lowest bit of the type, and its bits.
    kind: (u8, u8),
    /// Lowest bit of the offset, and its bits.
    offset: (u8, u8),
    /// Whether the offset is stored inverted.
    inverted: bool,
    /// `_PAGE_SWP_EXCLUSIVE`
    exclusive: u64,
    /// `pte_swp_soft_dirty()`; 0 where there is none.
    soft_dirty: u64,
    /// `pte_swp_uffd_wp()`; 0 where there is none.
    uffd_wp: u64,
    /// What is set in all of them: s390's `_PAGE_INVALID | _PAGE_PROTECT`, powerpc's `_PAGE_PTE`.
    always: u64,
    /// Header and version.
    source: &'static str,
}

const fn layout(model: &Model) -> Layout {
    let bits = 8 * model.entry_bytes;
    match model.kernel.isa {
        Isa::X86 => Layout {
            kind: (59, 5),
            offset: (9, 50),
            inverted: true,
            exclusive: 1 << 3,
            soft_dirty: 1 << 1,
            uffd_wp: 1 << 2,
            always: 0,
            source: "arch/x86/include/asm/pgtable_64.h, v4.19 on",
        },
        Isa::Arm64 => Layout {
            kind: (6, 5),
            offset: (12, 50),
            inverted: false,
            exclusive: 1 << 2,
            soft_dirty: 0,
            uffd_wp: 1 << 3,
            always: 0,
            source: "arch/arm64/include/asm/pgtable.h, v6.10 on",
        },
        Isa::Riscv => Layout {
            kind: (7, 5),
            offset: (12, bits - 12),
            inverted: false,
            exclusive: 1 << 6,
            soft_dirty: if bits == 64 { 1 << 3 } else { 0 },
            uffd_wp: if bits == 64 { 1 << 4 } else { 0 },
            always: 0,
            source: "arch/riscv/include/asm/pgtable.h, v6.3 on (soft-dirty and uffd-wp: v6.19, Svrsw60t59b)",
        },
        Isa::Loongarch => Layout {
            kind: (16, 7),
            offset: (24, 40),
            inverted: false,
            exclusive: 1 << 23,
            soft_dirty: 0,
            uffd_wp: 0,
            always: 0,
            source: "arch/loongarch/include/asm/pgtable.h, v6.3 on",
        },
        Isa::Powerpc => Layout {
            kind: (0, 5),
            // `PTE_RPN_MASK`, which begins at PAGE_SHIFT.
            offset: (model.page_shift, 53 - model.page_shift),
            inverted: false,
            exclusive: 1 << 5,
            soft_dirty: 1 << 9,
            uffd_wp: 0,
            always: 1 << 62,
            source: "arch/powerpc/include/asm/book3s/64/pgtable.h, v6.3 on",
        },
        Isa::S390 => Layout {
            kind: (2, 5),
            offset: (12, 52),
            inverted: false,
            exclusive: 1 << 11,
            soft_dirty: 1 << 1,
            uffd_wp: 0,
            always: 0x600,
            source: "arch/s390/include/asm/pgtable.h, v6.3 on",
        },
        Isa::Openrisc => Layout {
            kind: (5, 6),
            offset: (12, 20),
            inverted: false,
            exclusive: 1 << 11,
            soft_dirty: 0,
            uffd_wp: 0,
            always: 0,
            source: "arch/openrisc/include/asm/pgtable.h, v6.3 on",
        },
    }
}

/// arm64 until v6.9.
const ARM64_BEFORE_V6_10: Layout = Layout {
    kind: (3, 5),
    offset: (8, 50),
    inverted: false,
    exclusive: 1 << 2,
    soft_dirty: 0,
    uffd_wp: 0,
    always: 0,
    source: "arch/arm64/include/asm/pgtable.h, v6.3 to v6.9",
};

const fn field(value: u64, (low, bits): (u8, u8)) -> u64 {
    (value >> low) & (u64::MAX >> (64 - bits))
}

/// Type and offset in one format, and what they can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// `swp_type()`
    pub kind: u8,
    /// `swp_offset()`: a place in a swap file, the number of a page with two bits above it, or the bits of a marker.
    pub offset: u64,
    /// The process is the only user of the page.
    pub exclusive: bool,
    /// Written since last asked.
    pub soft_dirty: bool,
    /// Write-protected by userfaultfd.
    pub uffd_wp: bool,
    /// What the type stands for, by configuration; the most common one first.
    pub meanings: Vec<Meaning>,
    /// Of a page that is somewhere in memory: its number and, in a migration entry (v6.2), whether it was accessed and written.
    pub page: Option<Page>,
    /// The markers that are set, where the type is that of a marker.
    pub markers: Vec<&'static str>,
    /// Header and version of the format.
    pub source: &'static str,
    /// The same value in the format of older kernels, where there was another.
    pub older: Option<Box<Self>>,
}

/// The page of an entry whose type has one (`swp_offset_pfn()`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its number.
    pub frame: u64,
    /// `SWP_MIG_YOUNG`
    pub young: bool,
    /// `SWP_MIG_DIRTY`
    pub dirty: bool,
}

/// `MAX_PHYSMEM_BITS` of the sparsemem headers (`swp_offset_pfn()` masks with it), v7.3.
fn physmem_bits(model: &Model) -> u8 {
    match model.kernel.isa {
        Isa::X86 if model.va_bits == 57 => 52,
        Isa::X86 => 46,
        // CONFIG_ARM64_PA_BITS_52: bit 51 of an address has another place in an entry.
        Isa::Arm64 => {
            let pte = |at: u64| model.make_pte(PhysAddr(at), Prot::KernelRo).0;
            if pte(1 << 51) ^ pte(0) == 1 << 51 { 48 } else { 52 }
        }
        Isa::Riscv if model.entry_bytes == 8 => 56,
        Isa::Riscv => 34,
        Isa::Loongarch => 48,
        Isa::Openrisc => 32,
        Isa::Powerpc => 51,
        Isa::S390 => 46,
    }
}

impl Swap {
    /// Reads a value that is neither none nor present. Upper levels have none: only pmds and ptes do (a pmd for migration and device
    /// memory).
    pub(crate) fn new(model: &Model, level: Level, value: RawEntry) -> Option<Self> {
        if !matches!(level, Level::Pmd | Level::Pte) {
            return None;
        }
        let of = model.kernel.isa;
        let mut swap = Self::in_layout(model, layout(model), value);
        if of == Isa::Arm64 {
            swap.older = Some(Box::new(Self::in_layout(model, ARM64_BEFORE_V6_10, value)));
        }
        Some(swap)
    }

    fn in_layout(model: &Model, layout: Layout, value: RawEntry) -> Self {
        let stored = if layout.inverted { !value.0 } else { value.0 };
        let (kind, offset) = (field(value.0, layout.kind) as u8, field(stored, layout.offset));
        let meanings = kinds::meanings(kind);
        let frame_bits = physmem_bits(model).saturating_sub(model.page_shift).min(layout.offset.1);
        let above = offset >> frame_bits;
        let page = meanings.iter().any(|meaning| meaning.has_frame).then_some(Page {
            frame: offset & (u64::MAX >> (64 - frame_bits.max(1))),
            young: above & 1 != 0,
            dirty: above & 2 != 0,
        });
        let is_marker = meanings.iter().any(|meaning| meaning.name == kinds::MARKER.0);
        let markers = MARKERS.iter().filter(|marker| is_marker && offset & marker.0 != 0);
        Self {
            kind,
            offset,
            exclusive: value.0 & layout.exclusive != 0,
            soft_dirty: value.0 & layout.soft_dirty != 0,
            uffd_wp: value.0 & layout.uffd_wp != 0,
            meanings,
            page,
            markers: markers.map(|marker| marker.1).collect(),
            source: layout.source,
            older: None,
        }
    }

    /// The value that stands for type and offset: `swp_entry_to_pte(swp_entry(type, offset))`.
    pub fn to_entry(model: &Model, kind: u8, offset: u64) -> RawEntry {
        Self::noted_entry(model, kind, offset, false, false)
    }

    /// The same of a page that was written since last asked, or that userfaultfd write-protects.
    pub(crate) fn noted_entry(
        model: &Model,
        kind: u8,
        offset: u64,
        soft_dirty: bool,
        uffd_wp: bool,
    ) -> RawEntry {
        let layout = layout(model);
        let noted = if soft_dirty { layout.soft_dirty } else { 0 } | if uffd_wp { layout.uffd_wp } else { 0 };
        let offset = if layout.inverted { !offset } else { offset };
        let put = |value: u64, (low, bits): (u8, u8)| (value & (u64::MAX >> (64 - bits))) << low;
        let value = put(u64::from(kind), layout.kind) | put(offset, layout.offset);
        RawEntry((value | layout.always | noted) & model.word_mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;
    use pgtable::{EntryKind, MODELS, model};
    use proptest::prelude::*;

    fn swap(id: &str, level: Level, value: u64) -> Swap {
        Reading::new(model(id).expect("a model"), level, RawEntry(value)).swap.expect("not present")
    }

    #[test]
    fn x86_stores_the_offset_inverted() {
        // Type 0, offset 0x1234, exclusive: bits 9 to 58 hold !0x1234.
        let value = !(0x1234u64 << 9) & (0x3_ffff_ffff_ffff << 9) | 1 << 3;
        let entry = swap("x86_64-4level", Level::Pte, value);
        assert_eq!((entry.kind, entry.offset, entry.exclusive), (0, 0x1234, true));
        assert_eq!(entry.meanings[0].name, "swap file");
        assert_eq!(entry.page, None);
    }

    #[test]
    fn a_guard_page_of_x86_is_a_marker() {
        let value = Swap::to_entry(model("x86_64-4level").expect("a model"), 31, 4);
        let entry = swap("x86_64-4level", Level::Pte, value.0);
        assert_eq!((entry.kind, entry.offset), (31, 4));
        assert_eq!(entry.markers, ["PTE_MARKER_GUARD"]);
        assert_eq!(entry.meanings.len(), 1, "the same in all configurations: {entry:?}");
    }

    #[test]
    fn a_migration_entry_has_a_page_with_two_bits_above_it() {
        let arm64 = model("arm64-4k-48").expect("a model");
        let value = Swap::to_entry(arm64, 27, 0x4_1689 | 1 << 36);
        let entry = swap("arm64-4k-48", Level::Pmd, value.0);
        assert_eq!(entry.meanings[0].name, "SWP_MIGRATION_WRITE");
        assert_eq!(entry.page, Some(Page { frame: 0x4_1689, young: true, dirty: false }));
        // With other configurations the same number is something else.
        let names: Vec<_> = entry.meanings.iter().map(|meaning| meaning.name).collect();
        assert_eq!(names, ["SWP_MIGRATION_WRITE", "SWP_HWPOISON", "SWP_DEVICE_WRITE"]);
    }

    #[test]
    fn arm64_tells_the_earlier_format_as_well() {
        let entry = swap("arm64-4k-48", Level::Pte, 5 << 3 | 0x77 << 8);
        let older = entry.older.expect("another format");
        assert_eq!((older.kind, older.offset), (5, 0x77));
        assert!(older.source.contains("v6.9"), "{}", older.source);
    }

    #[test]
    fn riscv_and_loongarch_have_their_own_places() {
        let riscv = swap("riscv64-sv39", Level::Pte, 3 << 7 | 0x99 << 12 | 1 << 6 | 1 << 3);
        assert_eq!((riscv.kind, riscv.offset, riscv.exclusive, riscv.soft_dirty), (3, 0x99, true, true));
        let loongarch = swap("loongarch64-16k-3level", Level::Pte, 2 << 16 | 0x55 << 24 | 1 << 23);
        assert_eq!((loongarch.kind, loongarch.offset, loongarch.exclusive), (2, 0x55, true));
    }

    #[test]
    fn an_offset_of_powerpc_begins_where_a_page_does() {
        // The guard entry that a kernel with 64K pages wrote.
        let guard = swap("ppc64le-64k-radix", Level::Pte, 0x4000_0000_0004_001f);
        assert_eq!((guard.kind, guard.offset), (31, 4));
        assert_eq!(guard.markers, ["PTE_MARKER_GUARD"]);
        assert_eq!(swap("ppc64le-4k-radix", Level::Pte, 0x4000_0000_0000_401f).markers, ["PTE_MARKER_GUARD"]);
    }

    #[test]
    fn the_upper_levels_have_no_swap_entries() {
        let absent = Reading::new(model("arm64-4k-48").expect("a model"), Level::Pud, RawEntry(0x1000));
        assert_eq!((absent.kind, absent.swap), (EntryKind::NotPresent, None));
    }

    #[test]
    fn physical_addresses_of_arm64_have_the_bits_of_their_configuration() {
        for (id, bits) in [
            ("arm64-4k-48", 48),
            ("arm64-4k-52", 52),
            ("arm64-4k-52-l5off", 52),
            ("arm64-64k-48", 48),
            ("arm64-64k-48-lpa", 52),
        ] {
            assert_eq!(physmem_bits(model(id).expect("a model")), bits, "{id}");
        }
    }

    proptest! {
        #[test]
        fn type_and_offset_come_back_on_every_machine(
            model in proptest::sample::select(MODELS), kind in 0u8..32, offset in 0u64..1 << 20,
        ) {
            let value = Swap::to_entry(model, kind, offset);
            let reading = Reading::new(model, Level::Pte, value);
            // Type 0 at offset 0 is none where it is not inverted.
            if let Some(swap) = reading.swap {
                prop_assert_eq!((swap.kind, swap.offset), (kind, offset), "{}", model.id);
                prop_assert_eq!((swap.exclusive, swap.soft_dirty, swap.uffd_wp), (false, false, false));
            } else {
                prop_assert!(kind == 0 && offset == 0, "{:?}", reading);
            }
        }
    }
}
