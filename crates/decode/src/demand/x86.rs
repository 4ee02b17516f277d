//! x86-64: when a change needs a TLB flush.

use super::{Demand, Facts, Weight};

const RW: u64 = 1 << 1;
const USER: u64 = 1 << 2;
const PWT: u64 = 1 << 3;
const PCD: u64 = 1 << 4;
const ACCESSED: u64 = 1 << 5;
const DIRTY: u64 = 1 << 6;
/// `_PAGE_PSE`, in a pte `_PAGE_PAT`.
const PSE: u64 = 1 << 7;
const GLOBAL: u64 = 1 << 8;
const PKEY: u64 = 0xf << 59;
const NX: u64 = 1 << 63;
/// `_PAGE_SOFTW1` to `_PAGE_SOFTW4`, and `_PAGE_SAVED_DIRTY`.
const SOFTWARE: u64 = 0b111 << 9 | 1 << 57 | 1 << 58;

const FLUSH: &str = "Intel SDM vol. 3, 4.10.4.2; pte_needs_flush(), arch/x86/include/asm/tlbflush.h (v5.19)";

const fn must(rule: &'static str, says: &'static str) -> Demand {
    Demand { rule, weight: Weight::Must, says, source: FLUSH }
}

/// Present entries only: the CPU caches no translation of an entry whose P bit is clear.
pub(crate) fn of(facts: &Facts) -> Vec<Demand> {
    if !facts.was_used {
        return Vec::from([Demand {
            rule: "no-flush",
            weight: Weight::Free,
            says: "The old entry is not present, and the TLB caches no such entry: no flush. A CPU may still fault once where it looked \
                   just before.",
            source: "Intel SDM vol. 3, 4.10.2.3 and 4.10.4.3",
        }]);
    }
    let mut demands = Vec::new();
    if !facts.is_used {
        demands.push(must(
            "flush-unmapped",
            "P is cleared: flush the TLB of every CPU that may have used the address, before the page or table is used for anything \
             else. To lose no accessed or dirty bit that the CPU sets meanwhile, exchange the entry atomically (ptep_get_and_clear()).",
        ));
        return demands;
    }
    // A page and a table have no address that could be the same.
    if facts.moved && !facts.kind_changed {
        demands.push(must(
            "flush-moved",
            "The address changes while the entry is present: flush. Until then some CPUs use the old page and some the new one; where \
             that matters, clear the entry and flush first.",
        ));
    }
    if facts.kind_changed {
        demands.push(Demand {
            rule: "page-size",
            weight: Weight::Must,
            says: "A large page becomes a table or the reverse: flush. Until then the TLB may hold both sizes for one address. That is allowed \
                   if both agree in address, rights and memory type; some CPUs have errata where they do not (Linux clears the pmd and \
                   flushes before it installs the other, and flushes after a split).",
            source: "Intel SDM vol. 3, 4.10.2.3; pmdp_invalidate() in mm/pgtable-generic.c; __split_large_page() in arch/x86/mm/pat/set_memory.c",
        });
    }
    if facts.cleared(RW | USER) || facts.set(NX) {
        demands.push(must(
            "flush-narrower",
            "Rights become narrower: flush, or a CPU goes on using what its TLB remembers.",
        ));
    }
    if facts.set(RW | USER) || facts.cleared(NX) {
        demands.push(Demand {
            rule: "wider",
            weight: Weight::Usual,
            says: "Rights become wider: without a flush the worst is a spurious fault, after which the CPU reads the entry again. Linux flushes \
                   all the same where it changes the rights of a mapping (mprotect), and not in ptep_set_access_flags().",
            source: "Intel SDM vol. 3, 4.10.4.3; pte_flags_need_flush() counts RW, USER and NX as flush-on-change",
        });
    }
    let pat = if facts.kind_changed { 0 } else { PSE | if facts.new & PSE != 0 { 1 << 12 } else { 0 } };
    if facts.differ(PWT | PCD | pat) && !facts.kind_changed {
        demands.push(must(
            "flush-memory-type",
            "The memory type changes: flush the TLB, and the caches where a cached page becomes uncached (clflush). No other mapping \
             of the page may have the old type.",
        ));
    }
    if facts.differ(GLOBAL | PKEY) {
        demands.push(must(
            "flush-global",
            "The global bit or the protection key changes: flush; a global entry survives a write to CR3.",
        ));
    }
    if facts.cleared(DIRTY) {
        demands.push(must(
            "flush-dirty",
            "Dirty is cleared: flush, or the CPU writes through its TLB entry without setting the bit again. Clear it atomically.",
        ));
    }
    if facts.cleared(ACCESSED) {
        demands.push(Demand {
            rule: "accessed",
            weight: Weight::Usual,
            says: "Accessed is cleared: without a flush the CPU may not set it again for a while. Linux leaves the flush out when it only ages \
                   pages.",
            source: "ptep_clear_flush_young() in arch/x86/mm/pgtable.c",
        });
    }
    if demands.is_empty() {
        let says = if facts.only(SOFTWARE) {
            "Only bits change that the CPU ignores: no flush."
        } else {
            "Only accessed or dirty bits are set, as the CPU does by itself: no flush."
        };
        demands.push(Demand { rule: "no-flush", weight: Weight::Free, says, source: FLUSH });
    }
    demands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Reading};
    use pgtable::{Level, RawEntry, model};

    fn rules(level: Level, old: u64, new: u64) -> Vec<&'static str> {
        let x86 = model("x86_64-4level").expect("a model");
        let read = |value| Reading::new(x86, level, RawEntry(value));
        Change::new(read(old), read(new)).demands.iter().map(|demand| demand.rule).collect()
    }

    #[test]
    fn each_kind_of_change_has_its_demand() {
        let page = 0x8000_0000_1234_5067;
        let cases: [(u64, u64, &[&str]); 11] = [
            (page, page, &["same"]),
            (0, page, &["no-flush"]),
            (page, 0, &["flush-unmapped"]),
            (page, page & !1, &["flush-unmapped"]),
            (page, page & !RW, &["flush-narrower"]),
            (page & !RW, page, &["wider"]),
            (page, page ^ 0x1000, &["flush-moved"]),
            (page, page | PCD, &["flush-memory-type"]),
            (page, page & !DIRTY, &["flush-dirty"]),
            (page, page & !ACCESSED, &["accessed"]),
            (page, page | 1 << 11, &["no-flush"]),
        ];
        for (old, new, expected) in cases {
            assert_eq!(rules(Level::Pte, old, new), expected, "{old:#x} {new:#x}");
        }
        assert_eq!(rules(Level::Pte, page, page | GLOBAL), ["flush-global"]);
    }

    #[test]
    fn a_split_changes_the_page_size() {
        let rules = rules(Level::Pmd, 0x8000_0000_1220_00e7, 0x0567_8067);
        assert!(rules.starts_with(&["page-size"]), "{rules:?}");
    }
}
