//! What a world names: its mms, its tables, their slots.

use pgtable::PhysAddr;

use crate::{Rwsem, Task};

/// Which table: its place in the world. Stays the same when other tables come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub(crate) u32);

/// Which `mm_struct`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MmId(pub(crate) u8);

impl MmId {
    /// `init_mm`: the kernel's own. Every world has it.
    pub const INIT_MM: Self = Self(0);
    /// The first other mm: a user process.
    pub const USER: Self = Self(1);
}

/// A slot of a table: what an entry pointer points to. Beyond the table's end if the walker ran off it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Physical address of the table.
    pub table: PhysAddr,
    /// Index in it.
    pub index: u32,
}

impl Slot {
    /// Physical address of the slot, for entries of `entry_bytes` bytes.
    pub const fn pa(self, entry_bytes: u8) -> PhysAddr {
        self.table.slot(self.index, entry_bytes)
    }
}

/// One `mm_struct`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MmStruct {
    /// How the kernel's code calls it in the scenario at hand: `init_mm`, `mm`.
    pub name: &'static str,
    /// Physical address of `mm->pgd`.
    pub pgd: PhysAddr,
    /// `mm->mmap_lock`.
    pub mmap_lock: Rwsem,
    /// Who holds `mm->page_table_lock`.
    pub page_table_lock: Option<Task>,
}

/// What `folio_walk_start()` asks about what an entry maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pages {
    /// Where the shared page of zeroes lies (`is_zero_pfn()`).
    pub zero: Option<PhysAddr>,
    /// Where the shared huge page of zeroes lies (`is_huge_zero_pmd()`).
    pub huge_zero: Option<PhysAddr>,
    /// The bits that tell a migration entry from other non-present ones, and what they are then.
    pub migration: Option<(u64, u64)>,
}
