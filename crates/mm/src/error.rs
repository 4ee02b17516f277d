//! Why a world cannot be built.

use pgtable::{PhysAddr, VirtAddr};

/// Most entries that all tables of a world may hold together: 128 MiB. A hostile image stays below it.
pub(crate) const MAX_ENTRIES: usize = 16 << 20;

/// Most `mm_struct`s in a world.
pub(crate) const MAX_MMS: usize = 4;

/// Most areas of all mms together.
pub(crate) const MAX_VMAS: usize = 4096;

/// A world cannot be built from what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// Two tables claim one address.
    #[error("two tables lie at physical address {0:#x}")]
    TwoTablesAt(PhysAddr),
    /// Two tables lie upon each other.
    #[error(
        "the tables at physical addresses {first:#x} and {second:#x} overlap: the first has {bytes} bytes"
    )]
    Overlap {
        /// The lower one.
        first: PhysAddr,
        /// The one that starts inside it.
        second: PhysAddr,
        /// Size of the lower one.
        bytes: u64,
    },
    /// A table does not lie at a multiple of its size, or of the page size if that is less.
    #[error("the table at physical address {pa:#x} does not lie at a multiple of {align} bytes")]
    Unaligned {
        /// Where it lies.
        pa: PhysAddr,
        /// What its address must be a multiple of.
        align: u64,
    },
    /// A root names no table.
    #[error("there is no table at physical address {pgd:#x}, which {name} has as its root")]
    RootMissing {
        /// The mm's name.
        name: &'static str,
        /// Its root.
        pgd: PhysAddr,
    },
    /// Together the tables would take too much memory.
    #[error("the tables hold more than {MAX_ENTRIES} entries together")]
    TooLarge,
    /// More mms than a world has room for.
    #[error("a world holds at most {MAX_MMS} mm_structs")]
    TooManyMms,
    /// More areas than a world has room for.
    #[error("a world holds at most {MAX_VMAS} VMAs")]
    TooManyVmas,
    /// An area that ends before it starts.
    #[error("the VMA from {start:#x} to {end:#x} is empty or ends before it starts")]
    VmaRange {
        /// Its first address.
        start: VirtAddr,
        /// The address behind its last one.
        end: VirtAddr,
    },
    /// A hugetlb area whose page size is none.
    #[error(
        "the hugetlb VMA at {start:#x} has pages of {bytes} bytes, which is not a power of two of at least a page"
    )]
    HugePageSize {
        /// First address of the area.
        start: VirtAddr,
        /// The size it claims.
        bytes: u64,
    },
}
