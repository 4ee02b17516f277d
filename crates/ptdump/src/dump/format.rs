//! What differs between the architectures' lines, as data.

use core::hash::{Hash, Hasher};

use pgtable::{Level, Model, Ptdump, VirtAddr};

use super::plan::{Layout, Plan, View};

/// When the header of the next region is printed, once a note has reached its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Headers {
    /// One at each break. Later ones lag behind when a hole swallows several regions (x86).
    OnePerBreak,
    /// One at each break and one at the end of each note, break or not (arm64).
    OnePerBreakAndNote,
    /// All that were reached, at a break (riscv, powerpc).
    AllAtBreak,
    /// All that were reached, at the first note and at a break (s390).
    AllFromFirst,
}

/// Some bits of a value and what they must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Bits {
    pub(super) mask: u64,
    pub(super) value: u64,
}

impl Bits {
    pub(super) const fn set(mask: u64) -> Self {
        Self { mask, value: mask }
    }

    pub(super) const fn clear(mask: u64) -> Self {
        Self { mask, value: 0 }
    }

    pub(super) const fn hold(self, value: u64) -> bool {
        value & self.mask == self.value
    }
}

/// One column of the attributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) bits: Bits,
    /// The levels that have it, bit 0 for pgd to bit 4 for pte; at the others it counts as clear.
    pub(super) levels: u8,
    /// What is printed if the bits hold.
    pub(super) set: &'static str,
    /// What is printed otherwise; `None` prints nothing, not even the separator.
    pub(super) clear: Option<&'static str>,
}

impl Item {
    pub(super) const ALL_LEVELS: u8 = 0b1_1111;

    pub(super) const fn flag(mask: u64, set: &'static str, clear: &'static str) -> Self {
        Self { bits: Bits::set(mask), levels: Self::ALL_LEVELS, set, clear: Some(clear) }
    }

    /// One of several values of a field: printed only if it is this one.
    pub(super) const fn value(mask: u64, value: u64, set: &'static str) -> Self {
        Self { bits: Bits { mask, value }, levels: Self::ALL_LEVELS, set, clear: None }
    }
}

/// How the protection of two levels combines. Other bits are dropped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effective {
    /// Bits that are set in the result only if both levels set them.
    pub(super) both: u64,
    /// Bits that are set in the result if either level sets them.
    pub(super) either: u64,
}

impl Effective {
    pub(super) const fn combine(self, above: u64, own: u64) -> u64 {
        above & own & self.both | (above | own) & self.either
    }
}

/// How an architecture's dumper merges and prints.
///
/// Sources: arch/x86/mm/dump_pagetables.c, arch/arm64/mm/ptdump.c, arch/riscv/mm/ptdump.c, arch/powerpc/mm/ptdump/{ptdump,book3s64}.c,
/// arch/s390/mm/dump_pagetables.c, v7.3.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says how one architecture's dumper differs from the others"
)]
#[derive(Debug)]
pub struct Format {
    /// Whose lines these are.
    pub dumper: Ptdump,
    /// The bits of a value that are kept: entries that differ in others share a line.
    pub(super) tracked: u64,
    /// s390: what is kept of an entry of a level, where that is not [`tracked`](Self::tracked) of it.
    pub(super) kept: Option<fn(Level, u64) -> u64>,
    /// Whether nothing kept means that nothing is mapped: then no page of it is counted as insecure. Not so on s390.
    pub(super) zero_is_hole: bool,
    /// powerpc: the second address of a line is the last one of its range, and not the one behind.
    pub(super) last_address: bool,
    /// What stands between the addresses and the size, and around the column of where the first entry points to.
    pub(super) gaps: [&'static str; 3],
    /// The unit of a size that is a plain count of bytes.
    pub(super) byte_unit: char,
    /// What stands behind the level's name.
    pub(super) behind_level: &'static str,
    /// x86: entries also break a line when what the levels above leave of their protection differs.
    pub(super) effective: Option<Effective>,
    /// Whether the first line starts where the first note does; on x86 it starts at 0.
    pub(super) first_note_starts: bool,
    /// Whether ranges without any tracked bit get a line.
    pub(super) empty_lines: bool,
    /// riscv: where the entry points to, for the column after the addresses.
    pub(super) pa: Option<fn(u64) -> u64>,
    /// When headers are printed.
    pub headers: Headers,
    /// log2 of the bytes of the smallest unit of the size column: 0 for bytes, 10 for KiB.
    pub(super) smallest_unit: u32,
    /// Names of the levels, pgd first.
    pub(super) levels: [&'static str; 5],
    /// Whether the attributes come before the level's name.
    pub(super) attributes_first: bool,
    /// Attributes are printed if one of these bits is set, or always if there are none …
    pub(super) shown_if: u64,
    /// … and else this.
    pub(super) otherwise: &'static str,
    /// Printed before each attribute.
    pub(super) separator: &'static str,
    /// The columns, in order.
    pub(super) items: &'static [Item],
    /// s390: a line that ends here is not counted: the first page may be writable and executable.
    pub(super) exempt: Option<fn(&Model) -> VirtAddr>,
    /// arm64: executable in user mode, which is counted besides.
    pub(super) non_uxn: Option<Bits>,
    /// The words of the message about insecure pages.
    pub(super) check_wx: CheckWx,
    /// The ranges and headers of a file of debugfs; `None` if the architecture has no such file.
    pub(super) plan: fn(View, &Layout<'_>) -> Option<Plan>,
}

/// What differs in `ptdump_check_wx()`'s message: what comes before it, its word for failed, what comes after it.
#[derive(Debug)]
pub(super) struct CheckWx {
    pub(super) prefix: &'static str,
    pub(super) failed: &'static str,
    /// s390's word for those that it does not expect.
    pub(super) which: &'static str,
    pub(super) suffix: &'static str,
}

/// Formats are compared by their dumper and what it keeps: powerpc has one for each page size.
impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        (self.dumper, self.tracked) == (other.dumper, other.tracked)
    }
}

impl Eq for Format {}

impl Hash for Format {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.dumper, self.tracked).hash(state);
    }
}
