//! What a write changed in an entry, by the names of the bits.

use mm::World;
use pgtable::{EntryKind, Flag, Level, PhysAddr, RawEntry, SetFlag};

/// An entry before and after it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryDiff {
    /// The level that gives it a meaning.
    pub level: Level,
    /// What was in it.
    pub was: RawEntry,
    /// What is in it now.
    pub is: RawEntry,
    /// Bits that are set now and were not, and fields with another value, with their value now. Lowest bit first.
    pub set: Vec<SetFlag>,
    /// Bits that were set and are no longer, and fields with another value, with their value before.
    pub cleared: Vec<SetFlag>,
    /// Where it pointed before and where it points now, as a table entry or a leaf, if that is not the same.
    pub target: Option<[Option<PhysAddr>; 2]>,
}

/// Compares `was` with `is`. What a bit is called depends on what the entry is: of a bit that is set now the name is that
/// of the new entry, of one that is cleared that of the old one.
pub(crate) fn entry_diff(world: &World, level: Level, was: RawEntry, is: RawEntry) -> EntryDiff {
    let model = world.model();
    let level = model.lowest_sharing(level);
    let changed = was.0 ^ is.0;
    let flags = |value| model.flags(level, world.classify(level, value));
    let named = |value: RawEntry, first: &'static [Flag], second: &'static [Flag]| {
        let mut seen = 0;
        let mut named: Vec<SetFlag> = Vec::new();
        // An empty entry has no flags of its own: what is written to it is called as in a leaf.
        for flag in first.iter().chain(second).chain(model.flags(level, EntryKind::Leaf)) {
            let set = value.0 & flag.mask;
            if changed & flag.mask != 0 && seen & flag.mask == 0 {
                seen |= flag.mask;
                if set != 0 {
                    let at = named.partition_point(|of| of.flag.low_bit() < flag.low_bit());
                    named.insert(at, SetFlag { flag, value: set >> flag.low_bit() });
                }
            }
        }
        named
    };
    let target = |value| match world.classify(level, value) {
        EntryKind::Table => Some(model.table_address(level, value)),
        EntryKind::Leaf => Some(model.leaf_address(level, value)),
        _ => None,
    };
    let targets = [target(was), target(is)];
    EntryDiff {
        level,
        was,
        is,
        set: named(is, flags(is), flags(was)),
        cleared: named(was, flags(was), flags(is)),
        target: (targets[0] != targets[1]).then_some(targets),
    }
}

impl EntryDiff {
    /// The change in words, as sentences that follow another one: " Set: _PAGE_CI."
    pub fn words(&self) -> String {
        if self.was == self.is {
            return " Nothing changes.".to_owned();
        }
        let names = |what: &str, flags: &[SetFlag]| {
            let mut all = String::new();
            for SetFlag { flag, value } in flags {
                all += if all.is_empty() { what } else { ", " };
                all += flag.name;
                if flag.is_field() {
                    all += "=";
                    all += &value.to_string();
                }
            }
            if all.is_empty() { all } else { all + "." }
        };
        let target = match self.target {
            Some([Some(was), Some(is)]) => format!(" It now points to {is:#x} instead of {was:#x}."),
            Some([Some(was), None]) => format!(" It no longer points to {was:#x}."),
            Some([None, Some(is)]) => format!(" It now points to {is:#x}."),
            Some([None, None]) | None => String::new(),
        };
        names(" Cleared: ", &self.cleared) + &names(" Set: ", &self.set) + &target
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mm::Table;

    fn words(model: &str, level: Level, was: u64, is: u64) -> String {
        let model = pgtable::model(model).expect("known");
        let root = Table::unused(model, PhysAddr(0x10_0000), Level::Pgd);
        let world = World::new(model, vec![root], [("init_mm", PhysAddr(0x10_0000))]).expect("valid");
        entry_diff(&world, level, RawEntry(was), RawEntry(is)).words()
    }

    #[test]
    fn bits_have_the_names_of_the_header() {
        assert_eq!(
            words("loongarch64-16k-3level", Level::Pte, 0x0812_01d3, 0x0812_00d1),
            " Cleared: _PAGE_DIRTY, _PAGE_WRITE."
        );
        assert_eq!(words("openrisc", Level::Pte, 0x0400_0731, 0x0400_0733), " Set: _PAGE_CI.");
        assert_eq!(words("openrisc", Level::Pte, 0x0400_0733, 0x0400_0733), " Nothing changes.");
        // A present page becomes one that only the kernel calls present.
        assert_eq!(
            words("arm64-4k-48", Level::Pte, 0x00e8_0000_4000_0707, 0x00e8_0000_4000_0f06),
            " Cleared: PTE_VALID. Set: PTE_NG."
        );
        // An empty entry: loongarch sets a bit in it all the same.
        assert_eq!(
            words("loongarch64-16k-3level", Level::Pte, 0x40, 0x4000_0000_0000_0040),
            " Set: _PAGE_NO_EXEC."
        );
    }

    #[test]
    fn a_leaf_that_becomes_a_table_points_elsewhere() {
        assert_eq!(
            words("riscv64-sv39", Level::Pmd, 0x2018_00e7, 0x0040_5001),
            " Cleared: _PAGE_READ, _PAGE_WRITE, _PAGE_GLOBAL, _PAGE_ACCESSED, _PAGE_DIRTY. It now points to 0x1014000 \
             instead of 0x80600000."
        );
        // HVO: another page, and read-only.
        assert_eq!(
            words("x86_64-4level", Level::Pte, 0x8000_0000_1000_1163, 0x8000_0000_0101_2121),
            " Cleared: _PAGE_RW, _PAGE_DIRTY. It now points to 0x1012000 instead of 0x10001000."
        );
    }

    #[test]
    fn a_field_says_its_values() {
        let said = words("riscv64-sv39", Level::Pte, 0x2000_00e7, 0x4000_0000_2000_00e7);
        assert_eq!(said, " Set: _PAGE_MTMASK=2.");
    }
}
