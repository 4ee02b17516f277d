//! The bits that callers set and clear, by the names of the architectures' headers.
//!
//! `Model::flags` is the one place that knows where a bit lies; here are names.

use pgtable::{EntryKind, Level, Model};

/// Bits and values of fields of a leaf: the header's name, and the value that it has (1 for a bit).
pub(crate) type Bits = &'static [(&'static str, u64)];

/// What a change of permissions does to an entry: clears, then sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Masks {
    /// Bits that are set.
    pub(crate) set: Bits,
    /// Bits that are cleared before.
    pub(crate) clear: Bits,
}

/// All bits of `PAGE_KERNEL`, which are the architecture's: [`word`] knows this name.
pub(crate) const PAGE_KERNEL: Bits = &[(PAGE_KERNEL_NAME, 1)];
const PAGE_KERNEL_NAME: &str = "PAGE_KERNEL";

/// `bits` as a word. A name that the architecture does not have adds nothing.
pub(crate) fn word(model: &Model, bits: Bits) -> u64 {
    let flags = model.flags(Level::Pte, EntryKind::Leaf);
    let one = |&(name, value): &(&str, u64)| {
        if name == PAGE_KERNEL_NAME {
            return model.make.prot.kernel.pte;
        }
        flags.iter().find(|flag| flag.name == name).map_or(0, |flag| value << flag.low_bit())
    };
    bits.iter().map(one).fold(0, |all, bit| all | bit)
}

/// `mk_pte()`: a pte that maps the page at `pa` with the bits `prot`.
pub(crate) fn pte_of_page(model: &Model, pa: pgtable::PhysAddr, prot: u64) -> u64 {
    (pa.0 >> model.page_shift).wrapping_mul(model.make.next_page) | prot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set_memory::SetMemory;
    use crate::{arm64, hvo, loongarch, openrisc, riscv};
    use trace::Revision;

    #[test]
    fn every_name_is_one_of_the_header() {
        let masks = |masks: Option<Masks>| masks.map_or([&[][..]; 2], |masks| [masks.set, masks.clear]);
        for (id, bits) in [
            ("loongarch64-16k-3level", SetMemory::ALL.map(|what| masks(loongarch::masks(what)))),
            ("riscv64-sv39", SetMemory::ALL.map(|what| masks(riscv::masks(what)))),
            ("arm64-4k-48", SetMemory::ALL.map(|what| masks(arm64::masks(what, false, Revision::V6_18)))),
            ("arm64-4k-48", SetMemory::ALL.map(|what| masks(arm64::masks(what, true, Revision::V7_3)))),
            ("openrisc", [[openrisc::UNCACHED, &[]]; 9]),
        ] {
            let model = pgtable::model(id).expect("a known model");
            let names = bits.iter().flatten().copied().flatten();
            for &(name, value) in names.filter(|(name, _)| *name != PAGE_KERNEL_NAME) {
                let flags = model.flags(Level::Pte, EntryKind::Leaf);
                let flag = flags.iter().find(|flag| flag.name == name);
                let flag = flag.unwrap_or_else(|| panic!("{id} has no {name}"));
                assert_eq!(value << flag.low_bit() & !flag.mask, 0, "{name}={value}");
            }
        }
    }

    #[test]
    fn a_captured_kernels_ptes_have_these_bits() {
        // From the captures: a vmalloc page of loongarch64, one of riscv64, the vmemmap of x86-64 without page-table isolation.
        let loongarch = pgtable::model("loongarch64-16k-3level").expect("a known model");
        assert_eq!(word(loongarch, PAGE_KERNEL), 0x1d3);
        let riscv = pgtable::model("riscv64-sv39").expect("a known model");
        assert_eq!(word(riscv, PAGE_KERNEL), 0xe7);
        let x86 = pgtable::model("x86_64-5level").expect("a known model");
        assert_eq!(hvo::protections(x86), [0x8000_0000_0000_0063, 0x8000_0000_0000_0021]);
    }

    #[test]
    fn a_pte_points_to_its_page() {
        for id in ["x86_64-4level", "riscv64-sv39", "loongarch64-16k-3level", "openrisc"] {
            let model = pgtable::model(id).expect("a known model");
            let pa = pgtable::PhysAddr(0x0812_0000);
            let pte = pgtable::RawEntry(pte_of_page(model, pa, 1));
            assert_eq!(model.leaf_address(Level::Pte, pte), pa, "{id}");
        }
    }
}
