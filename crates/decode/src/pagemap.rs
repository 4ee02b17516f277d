//! An entry of `/proc/PID/pagemap`: from a pte and back.
//!
//! Facts: Documentation/admin-guide/mm/pagemap.rst and `pte_to_pagemap_entry()` in fs/proc/task_mmu.c. Where the entry is no pte of a
//! process but a hole, only soft-dirty can be set.

use pgtable::{EntryKind, Level, Model, PhysAddr, Prot, RawEntry};

use crate::reading::{Reading, Target};
use crate::swap::{MARKERS, Swap};

/// One flag of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bit {
    /// Which bit.
    pub bit: u8,
    /// Name: `PM_SOFT_DIRTY`.
    pub name: &'static str,
    /// Since which kernel.
    pub since: &'static str,
    /// What it means.
    pub about: &'static str,
    /// Whether a pte alone tells it.
    pub from_pte: bool,
}

const fn bit(bit: u8, name: &'static str, since: &'static str, from_pte: bool, about: &'static str) -> Bit {
    Bit { bit, name, since, about, from_pte }
}

/// The flags, lowest first. Bits 59 and 60 are 0.
pub const BITS: [Bit; 7] = [
    bit(55, "PM_SOFT_DIRTY", "v3.11", true, "written since soft-dirty was last cleared"),
    bit(56, "PM_MMAP_EXCLUSIVE", "v4.2", false, "the page is mapped once only"),
    bit(57, "PM_UFFD_WP", "v5.14", true, "write-protected by userfaultfd"),
    bit(58, "PM_GUARD_REGION", "v6.15", true, "a guard page (MADV_GUARD_INSTALL)"),
    bit(61, "PM_FILE", "v3.5", false, "the page is of a file or shared memory, not anonymous"),
    bit(62, "PM_SWAP", "v2.6.25", true, "not in memory: bits 0 to 4 are the swap type, 5 to 54 the offset"),
    bit(63, "PM_PRESENT", "v2.6.25", true, "in memory: bits 0 to 54 are the page's number"),
];

const FRAME: u64 = (1 << 55) - 1;

/// A decoded entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagemap {
    /// The value.
    pub value: u64,
    /// The flags that are set.
    pub flags: Vec<&'static Bit>,
    /// The number of the page, of what is present. 0 to a reader without CAP_SYS_ADMIN (v4.2).
    pub frame: Option<u64>,
    /// Type and offset, of what is swapped.
    pub swap: Option<(u8, u64)>,
    /// What else a person should know.
    pub notes: Vec<String>,
}

impl Pagemap {
    /// Decodes a value.
    pub fn new(value: u64) -> Self {
        let flags: Vec<&'static Bit> = BITS.iter().filter(|of| value >> of.bit & 1 != 0).collect();
        let has = |bit: u8| value >> bit & 1 != 0;
        let frame = has(63).then_some(value & FRAME);
        let swap = has(62).then_some(((value & 0x1f) as u8, (value & FRAME) >> 5));
        let mut notes = Vec::new();
        if frame == Some(0) {
            notes.push(
                "the page's number is 0: who read it had no CAP_SYS_ADMIN (v4.2 and later hide it then)"
                    .to_owned(),
            );
        }
        if has(62) && has(63) {
            notes.push("present and swapped at once: no kernel says that".to_owned());
        }
        if !has(62) && !has(63) && value & FRAME != 0 {
            notes.push(
                "neither present nor swapped, but bits 0 to 54 are not 0: no kernel says that".to_owned(),
            );
        }
        if value >> 59 & 3 != 0 {
            notes.push(
                "bit 59 or 60 is set: 0 in kernels since v4.2; before, bits 55 to 60 held the page shift"
                    .to_owned(),
            );
        }
        if has(62) && value >> 58 & 1 == 0 && swap.is_some_and(|(kind, _)| kind == 31) {
            notes.push("swap type 31 is a marker (userfaultfd, poison, guard), not a swap file".to_owned());
        }
        Self { value, flags, frame, swap, notes }
    }

    /// What `/proc/PID/pagemap` says of an entry, as far as the entry tells: bits 56 and 61 need the page, which is not here, and soft-dirty
    /// of a whole VMA is not either. `None` for a table and for what the walk takes for a hole or for bad.
    pub fn of(reading: &Reading) -> Option<Self> {
        const PRESENT: u64 = 1 << 63;
        let named = |name: &str| reading.flags.iter().any(|set| set.flag.name.contains(name));
        let value = match (reading.kind, &reading.target, &reading.swap) {
            (EntryKind::None, ..) => 0,
            (EntryKind::Leaf, Target::Memory { start, .. }, _) => {
                let frame = start.0 >> reading.model.page_shift & FRAME;
                PRESENT | frame | u64::from(named("SOFT_DIRTY")) << 55 | u64::from(named("UFFD")) << 57
            }
            (EntryKind::NotPresent | EntryKind::Leaf, _, Some(swap)) => {
                // Of an entry that has a page the offset is its number alone (v6.2): the bits above it are not shown.
                let offset =
                    swap.page.filter(|_| swap.meanings[0].has_frame).map_or(swap.offset, |page| page.frame);
                let marker = |bit: usize| swap.markers.contains(&MARKERS[bit].1);
                1 << 62
                    | u64::from(swap.kind) & 0x1f
                    | offset << 5 & FRAME
                    | u64::from(swap.soft_dirty) << 55
                    | u64::from(swap.uffd_wp || marker(0)) << 57
                    | u64::from(marker(2)) << 58
            }
            _ => return None,
        };
        Some(Self::new(value))
    }

    /// An entry of `level` that this would be shown for. Rights are not in a pagemap, so `PAGE_SHARED` stands for them; what is sure is the
    /// frame, or type and offset, and what was noted besides where the architecture has bits for it. `None` where there is nothing.
    pub fn to_entry(&self, model: &Model, level: Level) -> Option<RawEntry> {
        let is = |bit: u8| self.value >> bit & 1 != 0;
        if let Some((kind, offset)) = self.swap {
            return Some(Swap::noted_entry(model, kind, offset, is(55), is(57)));
        }
        let start = self.frame?.checked_shl(u32::from(model.page_shift))?;
        let leaf = model.make_leaf(PhysAddr(start), Prot::Shared, level)?;
        let noted =
            [("SOFT_DIRTY", is(55)), ("UFFD", is(57))].into_iter().fold(leaf.0, |value, (name, is)| {
                let flag = model.flags(level, EntryKind::Leaf).iter().find(|flag| flag.name.contains(name));
                let mask = flag.map_or(0, |flag| flag.mask);
                if is { value | mask } else { value & !mask }
            });
        Some(RawEntry(noted))
    }

    /// What this says and no pte of the machine can, as it has no bit for that.
    pub fn not_in_a_pte(&self, model: &'static Model) -> Vec<&'static str> {
        let entry = self.to_entry(model, Level::Pte);
        let shown = entry.and_then(|entry| Self::of(&Reading::new(model, Level::Pte, entry)));
        let shown = shown.map_or(self.value, |shown| shown.value);
        let missing = |of: &&&Bit| of.from_pte && (self.value & !shown) >> of.bit & 1 != 0;
        self.flags.iter().filter(missing).map(|of| of.name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgtable::{MODELS, model};
    use proptest::prelude::*;

    fn of(id: &str, value: u64) -> Pagemap {
        let reading = Reading::new(model(id).expect("a model"), Level::Pte, RawEntry(value));
        Pagemap::of(&reading).expect("an entry of a process")
    }

    #[test]
    fn a_lone_value_is_taken_apart() {
        // As in criu's issue 207: present, file, soft-dirty.
        let entry = Pagemap::new(0xa080_0000_0004_ecc4);
        let names: Vec<_> = entry.flags.iter().map(|of| of.name).collect();
        assert_eq!(names, ["PM_SOFT_DIRTY", "PM_FILE", "PM_PRESENT"]);
        assert_eq!(entry.frame, Some(0x4_ecc4));
        assert!(Pagemap::new(1 << 63).notes[0].contains("CAP_SYS_ADMIN"));
        assert!(Pagemap::new(3 << 62).notes.iter().any(|note| note.contains("at once")));
        assert!(Pagemap::new(0x0600_0000_0000_0000).notes.is_empty());
        assert!(Pagemap::new(1 << 60).notes[0].contains("page shift"));
    }

    #[test]
    fn a_pte_becomes_what_pagemap_shows() {
        assert_eq!(of("x86_64-4level", 0x8000_0000_1234_5867).value, 0x8080_0000_0001_2345);
        assert_eq!(of("x86_64-4level", 0x8000_0000_1234_5067).value, 0x8000_0000_0001_2345);
        assert_eq!(of("arm64-4k-48", 0x0468_0004_1689_9f03).value, 1 << 63 | 1 << 57 | 0x41_6899);
        assert_eq!(of("x86_64-4level", 0).value, 0);
        let guard = Swap::to_entry(model("x86_64-4level").expect("a model"), 31, 4);
        assert_eq!(of("x86_64-4level", guard.0).value, 1 << 62 | 1 << 58 | 4 << 5 | 31);
        assert_eq!(of("ppc64le-64k-radix", 0x4000_0000_0004_001f).value, 1 << 62 | 1 << 58 | 4 << 5 | 31);
        let table = Reading::new(model("x86_64-4level").expect("a model"), Level::Pmd, RawEntry(0x1067));
        assert_eq!(Pagemap::of(&table), None);
    }

    /// What the CPU or the kernel noted comes back where a pte has a bit for it, and is said to be lost elsewhere.
    #[test]
    fn soft_dirty_and_uffd_wp_come_back() {
        for value in [
            0x8080_0000_0004_1e2b,
            0x8200_0000_0004_1e2b,
            0x8000_0000_0004_1e2b,
            0x4280_0000_0000_9c42,
            0x4080_0000_0000_9c42,
        ] {
            let entry = Pagemap::new(value);
            let x86 = model("x86_64-4level").expect("a model");
            let pte = entry.to_entry(x86, Level::Pte).expect("a pte");
            assert_eq!(of(x86.id, pte.0).value, value, "{pte:?}");
            assert!(entry.not_in_a_pte(x86).is_empty());
            for model in MODELS {
                let pte = entry.to_entry(model, Level::Pte).expect("a pte");
                let lost = entry.not_in_a_pte(model);
                assert_eq!(
                    of(model.id, pte.0).value == value,
                    lost.is_empty(),
                    "{} {value:x} {lost:?}",
                    model.id
                );
            }
        }
        let loongarch = model("loongarch64-16k-3level").expect("a model");
        assert_eq!(
            Pagemap::new(0x8280_0000_0004_1e2b).not_in_a_pte(loongarch),
            ["PM_SOFT_DIRTY", "PM_UFFD_WP"]
        );
    }

    /// A swap entry of s390 is invalid to the CPU, and one of powerpc says that it is a pte.
    #[test]
    fn a_swap_entry_has_the_bits_that_are_always_set() {
        let entry =
            |id: &str| Pagemap::new(0x4000_0000_0000_9c42).to_entry(model(id).expect("a model"), Level::Pte);
        assert_eq!(entry("s390x"), Some(RawEntry(0x4e_2608)));
        assert_eq!(entry("ppc64le-64k-radix").map(|entry| entry.0 >> 62), Some(1));
    }

    proptest! {
        #[test]
        fn there_and_back(model in proptest::sample::select(MODELS), frame in 1u64..1 << 16, kind in 0u8..20, offset in 0u64..1 << 20) {
            // 64K pages have no frame below their size in a pfn of 4K: frames are counted in pages.
            let present = Pagemap::new(1 << 63 | frame);
            let entry = present.to_entry(model, Level::Pte).expect("a page");
            let back = Pagemap::of(&Reading::new(model, Level::Pte, entry)).expect("a page");
            prop_assert_eq!(back.frame, Some(frame), "{} {:?}", model.id, entry);
            prop_assume!(kind != 0 || offset != 0);
            let swapped = Pagemap::new(1 << 62 | offset << 5 | u64::from(kind));
            let entry = swapped.to_entry(model, Level::Pte).expect("swapped");
            let back = Pagemap::of(&Reading::new(model, Level::Pte, entry)).expect("swapped");
            prop_assert_eq!(back.swap, Some((kind, offset)), "{} {:?}", model.id, entry);
        }

        #[test]
        fn no_value_panics(value: u64, model in proptest::sample::select(MODELS), level in proptest::sample::select(&Level::ALL[..])) {
            let _ = Pagemap::new(value).to_entry(model, level);
            let _ = Pagemap::of(&Reading::new(model, level, RawEntry(value)));
        }
    }
}
