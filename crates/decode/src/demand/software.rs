//! loongarch and openrisc, whose TLBs software fills; powerpc and s390, where one instruction invalidates for all CPUs.

use pgtable::Level;

use super::{Demand, Facts, Weight};

const LOONGARCH: &str =
    "LoongArch reference manual vol. 1, 5.4 and INVTLB; arch/loongarch/include/asm/tlbflush.h";
const OPENRISC: &str = "OpenRISC 1000 architecture manual, 8; arch/openrisc/mm/tlb.c";
const POWERPC: &str = "Power ISA v3.1, book III, 6.10.1; arch/powerpc/mm/book3s64/radix_tlb.c";
const S390: &str = "z/Architecture Principles of Operation, 3; arch/s390/mm/pgtable.c";

/// What the bits of a powerpc leaf leave to software: dirty tracking, SPECIAL, SW1.
const POWERPC_SOFTWARE: u64 = 0b111 << 9;

/// Rights that a powerpc leaf may get, and what its CPU sets by itself: EXEC, WRITE, READ, DIRTY (C), ACCESSED (R).
const POWERPC_ADDED: u64 = 0b111 | 1 << 7 | 1 << 8;

/// What the bits of an s390 pte leave to software: PRESENT to UNUSED.
const S390_SOFTWARE: u64 = 0xff;

/// The same of a large segment or region-third entry: PRESENT, YOUNG, DIRTY, READ, WRITE. Of one that points to a table the CPU looks at
/// all but the first of a segment entry.
const S390_LARGE_SOFTWARE: u64 = 0xf001;
const S390_LARGE: u64 = 1 << 10;
const S390_SEGMENT_SOFTWARE: u64 = 1;

/// What the bits of a loongarch leaf leave to software: PRESENT, WRITE, MODIFIED, PROTNONE, SPECIAL.
const LOONGARCH_SOFTWARE: u64 = 0b1_1111 << 7;

fn any(facts: &Facts, source: &'static str, invalidate: &'static str, new: &'static str) -> Vec<Demand> {
    let demand = if !facts.was_used && !facts.is_used {
        Demand { rule: "none", weight: Weight::Free, says: "The CPU uses neither value.", source }
    } else if !facts.was_used {
        Demand { rule: "update", weight: Weight::Usual, says: new, source }
    } else {
        Demand { rule: "invalidate", weight: Weight::Must, says: invalidate, source }
    };
    Vec::from([demand])
}

pub(crate) fn loongarch(facts: &Facts) -> Vec<Demand> {
    if facts.was_used && facts.is_used && facts.only(LOONGARCH_SOFTWARE) {
        let says = "Only bits change that the CPU leaves to software: nothing has to be invalidated.";
        return Vec::from([Demand { rule: "none", weight: Weight::Free, says, source: LOONGARCH }]);
    }
    any(
        facts,
        LOONGARCH,
        "The CPU may hold the old entry in its TLB, which two neighbouring pages share: INVTLB for the address (and its neighbour) on every \
         CPU, before anybody relies on the change.",
        "An unused or invalid entry becomes valid. The TLB may hold an invalid entry for the pair of pages: update_mmu_cache() writes the new \
         one, or the fault handler does after one more exception.",
    )
}

pub(crate) fn openrisc(facts: &Facts) -> Vec<Demand> {
    any(
        facts,
        OPENRISC,
        "The CPU may hold the old entry: write 0 to the matching xTLBMR of data and instruction TLB on every CPU (flush_tlb_page()).",
        "A missing entry becomes present. The TLB holds none for the address: the next miss reads the new one.",
    )
}

pub(crate) fn powerpc(facts: &Facts) -> Vec<Demand> {
    if facts.was_used && facts.is_used && facts.only(POWERPC_SOFTWARE) {
        let says = "Only bits change that the CPU leaves to software: nothing has to be invalidated.";
        return Vec::from([Demand { rule: "none", weight: Weight::Free, says, source: POWERPC }]);
    }
    let only_adds = facts.only(POWERPC_SOFTWARE | POWERPC_ADDED) && !facts.cleared(POWERPC_ADDED);
    if facts.was_used && facts.is_used && only_adds {
        let says = "Rights, C or R are only added: the CPU sets C and R itself, and one that holds the old entry takes a fault and looks again \
                    (radix__ptep_set_access_flags()). Nothing has to be invalidated, but where an accelerator shares the tables.";
        return Vec::from([Demand { rule: "none", weight: Weight::Free, says, source: POWERPC }]);
    }
    any(
        facts,
        POWERPC,
        "The CPU may hold the old entry: clear it, ptesync, and invalidate (tlbie, tlbsync, ptesync) before a new one is written \
         (radix__flush_tlb_page()). A right that is only added needs no invalidation where the CPU reports a spurious fault.",
        "An invalid entry becomes valid. The TLB holds none for the address: ptesync, so that the next access sees the new one.",
    )
}

pub(crate) fn s390(facts: &Facts) -> Vec<Demand> {
    let software = match facts.level {
        Level::Pte => S390_SOFTWARE,
        _ if facts.old & facts.new & S390_LARGE != 0 => S390_LARGE_SOFTWARE,
        Level::Pmd if !facts.kind_changed => S390_SEGMENT_SOFTWARE,
        _ => 0,
    };
    if facts.was_used && facts.is_used && facts.only(software) {
        let says = "Only bits change that the CPU leaves to software: nothing has to be invalidated.";
        return Vec::from([Demand { rule: "none", weight: Weight::Free, says, source: S390 }]);
    }
    any(
        facts,
        S390,
        "An entry that the CPU may use may be changed only by an instruction that purges it from all TLBs at once: IPTE, IDTE, or \
         CRDTE to exchange it (ptep_xchg_direct()). A plain store is not allowed.",
        "An invalid entry becomes valid. TLBs hold only valid entries: a store is enough.",
    )
}

#[cfg(test)]
mod tests {
    use crate::{Change, Reading};
    use pgtable::{Level, RawEntry, model};

    fn rules(id: &str, old: u64, new: u64) -> Vec<&'static str> {
        let model = model(id).expect("a model");
        let read = |value| Reading::new(model, Level::Pte, RawEntry(value));
        Change::new(read(old), read(new)).demands.iter().map(|demand| demand.rule).collect()
    }

    #[test]
    fn a_valid_entry_that_changes_must_be_invalidated() {
        let page = 0x4000_0000_0123_439f;
        let of = |old, new| rules("loongarch64-16k-3level", old, new);
        assert_eq!(of(page, page ^ 0x4000), ["invalidate"]);
        assert_eq!(of(0, page), ["update"]);
        assert_eq!(of(page, 0), ["invalidate"]);
        assert_eq!(of(page, page ^ 1 << 9), ["none"]);
        assert_eq!(rules("openrisc", 0x2000_0001, 0x2000_2001), ["invalidate"]);
        let of = |old, new| rules("ppc64le-64k-radix", old, new);
        let page = 0xc000_0000_0001_018e;
        assert_eq!(of(page, page ^ 2), ["invalidate"]);
        assert_eq!(of(page, page ^ 0x400), ["none"]);
        assert_eq!(of(0, page), ["update"]);
        // R, C and a right are added; taken away they are not.
        let plain = 0xc000_0000_0123_000c;
        assert_eq!(of(plain, plain | 0x100), ["none"]);
        assert_eq!(of(plain | 0x100, plain | 0x180), ["none"]);
        assert_eq!(of(plain | 0x180, plain | 0x182), ["none"]);
        assert_eq!(of(plain | 0x182, plain | 0x180), ["invalidate"]);
        assert_eq!(of(plain, plain ^ 0x1_0000), ["invalidate"]);
    }

    #[test]
    fn the_cpu_of_s390_looks_at_type_and_length_of_an_upper_entry() {
        let of = |level, old, new| {
            let model = model("s390x").expect("a model");
            let read = |value| Reading::new(model, level, RawEntry(value));
            Change::new(read(old), read(new))
        };
        for (level, old, new) in
            [(Level::P4d, 0x700b, 0x700a), (Level::Pgd, 0x700f, 0x700e), (Level::Pud, 0x7007, 0x7006)]
        {
            assert_eq!(of(level, old, new).demands[0].rule, "invalidate", "{level:?}");
        }
        assert_eq!(of(Level::P4d, 0x7007, 0x700b).demands[0].rule, "invalidate");
        assert_eq!(of(Level::Pte, 0x1000_0015, 0x1000_003d).demands[0].rule, "none");
        assert_eq!(of(Level::Pmd, 0x1_0000_0401, 0x1_0000_f401).demands[0].rule, "none");
        // What both have is no change.
        let change = of(Level::Pmd, 0x8000_0001, 0x1_0000_f401);
        let names: Vec<_> = change.flags.iter().map(|of| of.flag.name).collect();
        assert!(
            !names.contains(&"_SEGMENT_ENTRY_PRESENT") && !names.contains(&"_REGION_ENTRY_LENGTH"),
            "{names:?}"
        );
        assert!(names.contains(&"_SEGMENT_ENTRY_LARGE"), "{names:?}");
    }
}
