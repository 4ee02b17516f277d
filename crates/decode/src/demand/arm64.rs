//! arm64: break-before-make and its exceptions.

use pgtable::{Level, Model};

use super::{Demand, Facts, Weight};

const ATTRINDX: u64 = 0b111 << 2;
const USER: u64 = 1 << 6;
const RDONLY: u64 = 1 << 7;
const SHARED: u64 = 0b11 << 8;
const AF: u64 = 1 << 10;
const NG: u64 = 1 << 11;
const GP: u64 = 1 << 50;
const WRITE: u64 = 1 << 51;
const CONT: u64 = 1 << 52;
const PXN: u64 = 1 << 53;
const UXN: u64 = 1 << 54;
const DIRTY: u64 = 1 << 55;
/// `PTE_DIRTY`, `PTE_SPECIAL`, and what else the CPU leaves to software.
const SOFTWARE: u64 = 0b1111 << 55;
const OVERLAY: u64 = 0b111 << 60;
const RIGHTS: u64 = USER | RDONLY | WRITE | PXN | UXN | OVERLAY | GP;

const ARM: &str =
    "Arm ARM DDI 0487, \u{201c}Using break-before-make when updating translation table entries\u{201d}";
const SAFE: &str = "pgattr_change_is_safe() in arch/arm64/mm/mmu.c (v7.3)";

const fn make(rule: &'static str, weight: Weight, says: &'static str, source: &'static str) -> Demand {
    Demand { rule, weight, says, source }
}

/// The demands on a change. `model` says whether bits 8 and 9 are shareability or part of the address.
pub(crate) fn of(facts: &Facts, model: &Model) -> Vec<Demand> {
    if !facts.was_used {
        let says = if facts.is_used {
            "The old entry is not valid, and no TLB holds such an entry: write the new one, then DSB ISHST (and ISB for a kernel mapping). \
             Nothing has to be invalidated."
        } else {
            "Neither value is valid: the CPU uses none of them."
        };
        return Vec::from([make("no-break", Weight::Free, says, ARM)]);
    }
    if !facts.is_used {
        return Vec::from([make(
            "break",
            Weight::Must,
            "This is the \u{201c}break\u{201d} half: after the write DSB, TLBI for the address on all CPUs, DSB; only then may a new valid entry \
             be written or the page be used otherwise. Read the old value atomically: the CPU may set AF or dirty meanwhile.",
            ARM,
        )]);
    }
    let mut demands = Vec::new();
    broken(facts, model, &mut demands);
    racy(facts, &mut demands);
    let narrower = facts.set(RDONLY | PXN | UXN) || facts.cleared(USER | WRITE) || facts.differ(OVERLAY | GP);
    if narrower {
        demands.push(make(
            "invalidate",
            Weight::Must,
            "Rights become narrower. The change itself may be made in one write (no break is needed for rights alone), but TLBI and DSB must \
             follow before anybody relies on it.",
            ARM,
        ));
    }
    if facts.set(NG) {
        demands.push(make(
            "invalidate-global",
            Weight::Must,
            "A global entry becomes non-global: until TLBI the global one may be found in every address space.",
            ARM,
        ));
    }
    if demands.is_empty() {
        let says = if facts.only(SOFTWARE) {
            "Only bits change that the CPU leaves to software: one write, no break, no TLBI."
        } else if facts.only(RIGHTS | AF | SOFTWARE) {
            "Rights become wider, or the access flag is set: one write, no break. Without TLBI the worst is a spurious fault."
        } else {
            "None of what needs break-before-make changes: one write."
        };
        demands.push(make("no-break", Weight::Free, says, ARM));
    }
    demands
}

/// Break-before-make, and what Linux may do instead.
fn broken(facts: &Facts, model: &Model, demands: &mut Vec<Demand>) {
    let shared = if model.flags(Level::Pte, pgtable::EntryKind::Leaf).iter().any(|flag| flag.mask == SHARED) {
        SHARED
    } else {
        0
    };
    let size = facts.kind_changed;
    // A block and a table have no address that could be the same.
    let moved = facts.moved && !size;
    let contiguous = !size && facts.differ(CONT);
    let tagging = facts.only(ATTRINDX | RIGHTS | NG | AF | SOFTWARE)
        && matches!((facts.old & ATTRINDX) >> 2, 0 | 1)
        && matches!((facts.new & ATTRINDX) >> 2, 0 | 1);
    let memory_type = !size && facts.differ(ATTRINDX | shared) && !tagging;
    let to_global = facts.cleared(NG) && !size;
    if moved || memory_type {
        let says = match (moved, memory_type) {
            (true, false) => {
                "The output address changes while the entry stays valid. If either mapping is writable, or the two pages differ: write an \
                 invalid entry, DSB, TLBI, DSB, then the new entry."
            }
            (false, _) => {
                "Memory type or shareability changes while the entry stays valid: write an invalid entry, DSB, TLBI, DSB, then the new \
                 entry."
            }
            (true, true) => {
                "Output address and memory type change while the entry stays valid: write an invalid entry, DSB, TLBI, DSB, then the \
                 new entry."
            }
        };
        demands.push(make("break-before-make", Weight::Must, says, ARM));
    }
    if size {
        demands.push(make(
            "break-before-make",
            Weight::Must,
            "The size changes: a block becomes a table or the reverse. Write an invalid entry, DSB, TLBI, DSB, then the new one. Exception: \
             with FEAT_BBM at level 2 the entry may be replaced in one write, if the translation stays the same. Linux does that since v6.18 on \
             CPUs where it can raise no TLB conflict (ARM64_HAS_BBML2_NOABORT), when it splits the linear map.",
            "Arm ARM DDI 0487, FEAT_BBM; split_kernel_leaf_mapping() in arch/arm64/mm/mmu.c (v6.18)",
        ));
    }
    if contiguous {
        demands.push(make(
            "break-before-make-contiguous",
            Weight::Must,
            "The contiguous bit changes: all slots of the block must be made invalid, TLBI over the whole block, then all be written again. \
             FEAT_BBM level 1 or 2 relaxes this. Linux folds and unfolds blocks of ptes in contpte_convert() (v6.9), and leaves the TLBI \
             out of an unfold where the CPU has ARM64_HAS_BBML2_NOABORT.",
            "Arm ARM DDI 0487; arch/arm64/mm/contpte.c",
        ));
    } else if facts.old & facts.new & CONT != 0 && !facts.only(SOFTWARE) {
        demands.push(make(
            "contiguous-alike",
            Weight::Must,
            "Both values are part of a contiguous block, whose slots must all have the same attributes: the change must be made to every \
             slot. If one slot alone is to change, the bit must be taken from the block first, with break-before-make.",
            "Arm ARM DDI 0487, the Contiguous bit; arch/arm64/mm/contpte.c",
        ));
    }
    if to_global {
        demands.push(make(
            "non-global-to-global",
            Weight::Must,
            "A non-global entry becomes global while it is valid: a TLB may then hold both for one address. Linux calls that unsafe: break first.",
            SAFE,
        ));
    }
    if tagging && facts.differ(ATTRINDX) {
        demands.push(make(
            "tagged-memory",
            Weight::Usual,
            "Normal memory becomes Normal-Tagged or the reverse: Linux counts this change of memory type as safe without a break.",
            SAFE,
        ));
    }
}

/// What `__check_safe_pte_update()` warns of, with CONFIG_DEBUG_VM.
fn racy(facts: &Facts, demands: &mut Vec<Demand>) {
    const SOURCE: &str = "__check_safe_pte_update() in arch/arm64/include/asm/pgtable.h";
    if facts.level != Level::Pte {
        return;
    }
    let dirty = |value: u64| value & DIRTY != 0 || value & WRITE != 0 && value & RDONLY == 0;
    if facts.cleared(AF) {
        demands.push(make(
            "racy-access-flag",
            Weight::Must,
            "AF is cleared by a plain write while the CPU may set it. Linux warns of \u{201c}racy access flag clearing\u{201d}: use an atomic \
             exchange (ptep_test_and_clear_young()).",
            SOURCE,
        ));
    }
    if facts.old & WRITE != 0 && !dirty(facts.new) {
        demands.push(make(
            "racy-dirty",
            Weight::Must,
            "The old entry may be made dirty by the CPU at any time (DBM), and the new one is clean: a write in between is lost. Linux warns of \
             \u{201c}racy dirty state clearing\u{201d}. Go through an invalid entry, or keep the dirty bit (pte_wrprotect() does).",
            SOURCE,
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Reading};
    use pgtable::{RawEntry, model};

    fn rules(level: Level, old: u64, new: u64) -> Vec<&'static str> {
        let arm64 = model("arm64-4k-48").expect("a model");
        let read = |value| Reading::new(arm64, level, RawEntry(value));
        Change::new(read(old), read(new)).demands.iter().map(|demand| demand.rule).collect()
    }

    const PAGE: u64 = 0x0068_0004_1689_9f03;

    #[test]
    fn the_warning_of_hvo_needs_break_before_make() {
        // Linux 6.1-rc1, hugetlb_vmemmap: "racy dirty state clearing: 0x0068000416899f03 -> 0x0060000416898f83".
        let rules = rules(Level::Pte, PAGE, 0x0060_0004_1689_8f83);
        assert_eq!(rules, ["break-before-make", "racy-dirty", "invalidate"]);
    }

    #[test]
    fn each_kind_of_change_has_its_demand() {
        let cases: [(u64, u64, &[&str]); 11] = [
            (PAGE, PAGE, &["same"]),
            (0, PAGE, &["no-break"]),
            (PAGE, 0, &["break"]),
            (PAGE, PAGE ^ 0x1000, &["break-before-make"]),
            (PAGE, PAGE | 2 << 2, &["break-before-make"]),
            (PAGE, PAGE | 1 << 2, &["tagged-memory"]),
            (PAGE | RDONLY | DIRTY, PAGE | DIRTY, &["no-break"]),
            (PAGE, PAGE & !NG, &["non-global-to-global"]),
            (PAGE & !NG, PAGE, &["invalidate-global"]),
            (PAGE, PAGE | CONT, &["break-before-make-contiguous"]),
            (PAGE, PAGE | DIRTY, &["no-break"]),
        ];
        for (old, new, expected) in cases {
            assert_eq!(rules(Level::Pte, old, new), expected, "{old:#x} {new:#x}");
        }
        let read_only = PAGE | CONT | RDONLY | DIRTY;
        assert_eq!(rules(Level::Pte, PAGE | CONT, read_only), ["contiguous-alike", "invalidate"]);
        assert_eq!(rules(Level::Pte, PAGE, PAGE & !AF), ["racy-access-flag"]);
    }

    #[test]
    fn a_split_of_a_block_has_the_exception_of_feat_bbm() {
        let block = 0x0068_0000_4000_0711;
        let table = 0x4000_3003;
        let arm64 = model("arm64-4k-48").expect("a model");
        let read = |value| Reading::new(arm64, Level::Pmd, RawEntry(value));
        let change = Change::new(read(block), read(table));
        assert!(
            change.demands.iter().any(|demand| demand.says.contains("FEAT_BBM at level 2")),
            "{change:?}"
        );
    }

    /// The address of a table is none that the block's could be compared with.
    #[test]
    fn a_block_that_becomes_a_table_changes_its_size() {
        let arm64 = pgtable::model("arm64-4k-48").expect("a model");
        let [old, new] = [0x0060_0004_1680_0f01, 0x4_1689_8003]
            .map(|value| crate::Reading::new(arm64, Level::Pmd, pgtable::RawEntry(value)));
        let demands = crate::Change::new(old, new).demands;
        assert!(demands[0].says.starts_with("The size changes"), "{demands:?}");
        assert!(demands.iter().all(|demand| !demand.says.contains("output address")), "{demands:?}");
    }

    #[test]
    fn with_lpa2_bits_8_and_9_are_an_address() {
        let lpa2 = model("arm64-4k-52").expect("a model");
        let read = |value| Reading::new(lpa2, Level::Pte, RawEntry(value));
        let change = Change::new(read(PAGE & !SHARED), read(PAGE));
        assert!(change.moved.is_some(), "{change:?}");
    }
}
