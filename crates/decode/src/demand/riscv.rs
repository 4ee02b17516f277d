//! riscv: when `sfence.vma` is needed.

use super::{Demand, Facts, Weight};

const READ: u64 = 1 << 1;
const WRITE: u64 = 1 << 2;
const EXEC: u64 = 1 << 3;
const USER: u64 = 1 << 4;
const GLOBAL: u64 = 1 << 5;
const ACCESSED: u64 = 1 << 6;
const DIRTY: u64 = 1 << 7;
const SOFTWARE: u64 = 3 << 8 | 3 << 59;
const PBMT: u64 = 3 << 61;
const NAPOT: u64 = 1 << 63;

const SPEC: &str = "RISC-V privileged architecture, SFENCE.VMA";

const fn fence(rule: &'static str, says: &'static str) -> Demand {
    Demand { rule, weight: Weight::Must, says, source: SPEC }
}

pub(crate) fn of(facts: &Facts) -> Vec<Demand> {
    if !facts.was_used {
        let demand = if facts.is_used {
            Demand {
                rule: "sfence-new",
                weight: Weight::Usual,
                says: "An invalid entry becomes valid. The architecture lets a CPU remember that it was invalid, until SFENCE.VMA for the address; \
                       with Svvptc it forgets that in bounded time. Without either the worst is a spurious fault. Linux fences in \
                       update_mmu_cache() where Svvptc is missing, and for vmalloc when a fault in the new area is taken.",
                source: "RISC-V privileged architecture, SFENCE.VMA and Svvptc; update_mmu_cache_range() in arch/riscv/include/asm/pgtable.h (v6.12)",
            }
        } else {
            Demand { rule: "none", weight: Weight::Free, says: "Neither value is valid.", source: SPEC }
        };
        return Vec::from([demand]);
    }
    let mut demands = Vec::new();
    if !facts.is_used {
        demands.push(fence(
            "sfence-unmapped",
            "V is cleared: SFENCE.VMA for the address on every hart that may have used it (SBI remote fence), before the page or table is used \
             for anything else. Exchange the entry atomically, so that no A or D bit is lost (Svadu).",
        ));
        return demands;
    }
    if facts.kind_changed {
        demands.push(fence(
            "sfence-page-size",
            "A leaf becomes a table or the reverse: SFENCE.VMA with rs1=x0 over the whole range; until then any hart may use either. To change \
             the translation itself, clear the entry and fence first.",
        ));
    } else if facts.moved {
        demands.push(fence(
            "sfence-moved",
            "The address changes while the entry is valid: SFENCE.VMA; until then any hart may use either page.",
        ));
    }
    if facts.cleared(READ | WRITE | EXEC | USER) && !facts.kind_changed {
        demands.push(fence("sfence-narrower", "Rights become narrower: SFENCE.VMA on every hart."));
    }
    if facts.set(READ | WRITE | EXEC | USER) && !facts.kind_changed {
        demands.push(Demand {
            rule: "wider",
            weight: Weight::Usual,
            says: "Rights become wider: a hart that still has the old entry takes a spurious fault, and Linux fences then.",
            source: SPEC,
        });
    }
    if facts.differ(PBMT) {
        demands.push(fence(
            "sfence-memory-type",
            "The memory type changes (Svpbmt): SFENCE.VMA, and flush the caches of the page where it was cached before.",
        ));
    }
    if facts.differ(NAPOT) {
        demands.push(fence(
            "sfence-napot",
            "The NAPOT bit changes (Svnapot): all 16 ptes of the range must be made invalid, fenced, and then be written alike.",
        ));
    } else if facts.old & facts.new & NAPOT != 0 && !facts.only(SOFTWARE) {
        demands.push(fence(
            "napot-alike",
            "Both are part of a NAPOT range, whose 16 ptes must be alike: change all of them, then SFENCE.VMA over the range.",
        ));
    }
    if facts.differ(GLOBAL) {
        demands.push(fence(
            "sfence-global",
            "G changes: SFENCE.VMA with rs2=x0, which drops global entries too.",
        ));
    }
    if facts.cleared(DIRTY) {
        demands.push(fence(
            "sfence-dirty",
            "D is cleared: SFENCE.VMA, or a hart with Svadu may write without setting it again.",
        ));
    }
    if facts.cleared(ACCESSED) {
        demands.push(Demand {
            rule: "accessed",
            weight: Weight::Usual,
            says: "A is cleared: Linux leaves the fence out when it only ages pages.",
            source: "ptep_clear_flush_young() in arch/riscv/include/asm/pgtable.h",
        });
    }
    if demands.is_empty() {
        let says = if facts.only(SOFTWARE) {
            "Only bits change that the CPU leaves to software: nothing has to be fenced."
        } else {
            "A or D is set: no fence. A hart without Svadu may fault once more."
        };
        demands.push(Demand { rule: "none", weight: Weight::Free, says, source: SPEC });
    }
    demands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Reading};
    use pgtable::{Level, RawEntry, model};

    fn rules(level: Level, old: u64, new: u64) -> Vec<&'static str> {
        let riscv = model("riscv64-sv39").expect("a model");
        let read = |value| Reading::new(riscv, level, RawEntry(value));
        Change::new(read(old), read(new)).demands.iter().map(|demand| demand.rule).collect()
    }

    #[test]
    fn each_kind_of_change_has_its_demand() {
        let page = 0x2010_00e7;
        let cases: [(u64, u64, &[&str]); 11] = [
            (page, page, &["same"]),
            (0, page, &["sfence-new"]),
            (page, 0, &["sfence-unmapped"]),
            (page, page & !WRITE, &["sfence-narrower"]),
            (page, page | EXEC, &["wider"]),
            (page, page ^ 1 << 12, &["sfence-moved"]),
            (page, page | 1 << 61, &["sfence-memory-type"]),
            (page, page & !DIRTY, &["sfence-dirty"]),
            (page, page & !ACCESSED, &["accessed"]),
            (page, page & !GLOBAL, &["sfence-global"]),
            (page, page | 1 << 8, &["none"]),
        ];
        for (old, new, expected) in cases {
            assert_eq!(rules(Level::Pte, old, new), expected, "{old:#x} {new:#x}");
        }
        assert_eq!(rules(Level::Pmd, page, 0x2000_0001)[0], "sfence-page-size");
        assert!(rules(Level::Pte, page, page | NAPOT).contains(&"sfence-napot"));
    }
}
