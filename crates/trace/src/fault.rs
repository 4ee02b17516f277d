//! Where the kernel would not go on.

use mm::Slot;
use pgtable::{EntryKind, Level, PhysAddr};

use crate::LockName;

/// Where the kernel would crash, hang, or read memory that is no page table. The machine stops there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// An assertion dereferences a NULL mm.
    #[error("the lock assertion dereferences a NULL mm: the kernel would oops")]
    NullMm,
    /// An entry pointer ran past the end of its table.
    #[error("slot {} of the {} table at {:#x} is beyond its end: the kernel would read the memory behind the table", .slot.index, .level.name(), .slot.table)]
    OffTable {
        /// The level whose table it is.
        level: Level,
        /// The slot that is not there.
        slot: Slot,
    },
    /// An entry was followed to an address where no table is.
    #[error("there is no {} table at {pa:#x}: the kernel would use other memory as one", .level.name())]
    NoTable {
        /// The level whose table was wanted.
        level: Level,
        /// Where it was looked for.
        pa: PhysAddr,
    },
    /// A page table is read that has been freed: its memory may hold anything by now.
    #[error("the {} table at {pa:#x} has been freed: the kernel would read memory that may already hold something else", .level.name())]
    UseAfterFree {
        /// The level whose table it was.
        level: Level,
        /// Where it lay.
        pa: PhysAddr,
    },
    /// An entry was followed as if it pointed to a table when it did not, or no longer. Without another CPU only tables
    /// that contradict themselves lead here.
    #[error("an entry that {} was followed as if it pointed to a {} table: the kernel would read memory at {pa:#x}", followed(*.entry), .level.name())]
    WildRead {
        /// The level whose table was wanted.
        level: Level,
        /// Where it was looked for.
        pa: PhysAddr,
        /// What the entry was when it was followed.
        entry: EntryKind,
    },
    /// A callback that is not set is called: `install_pte` is set, `pte_entry` is not, and the pte is not none.
    #[error("pte_entry is NULL and the pte is not empty: the kernel would call address 0")]
    NullCall,
    /// A task waits for a lock that nobody but itself can release, or that is not released in this scenario.
    #[error("the task waits for a lock that is never released")]
    Deadlock {
        /// Which lock.
        lock: LockName,
        /// Whether it is the waiting task itself that holds it.
        own: bool,
    },
    /// A caller of the walk crashes by itself; the words say how.
    #[error("{0}")]
    Oops(&'static str),
}

const fn followed(entry: EntryKind) -> &'static str {
    match entry {
        EntryKind::None => "was empty",
        EntryKind::Leaf => "was a leaf",
        EntryKind::NotPresent => "was not present",
        EntryKind::Bad => "was bad",
        EntryKind::Table => "was a table entry",
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_wild_read_says_what_was_followed() {
        for (entry, was) in [
            (EntryKind::None, "was empty"),
            (EntryKind::Leaf, "was a leaf"),
            (EntryKind::NotPresent, "was not present"),
            (EntryKind::Bad, "was bad"),
        ] {
            let fault = Fault::WildRead { level: Level::Pte, pa: PhysAddr(0x1000), entry };
            let expected = std::format!(
                "an entry that {was} was followed as if it pointed to a pte table: the kernel would read memory at 0x1000"
            );
            assert_eq!(fault.to_string(), expected);
        }
    }
}
