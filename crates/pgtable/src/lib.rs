//! What a page-table entry of Linux means.
//!
//! Linux walks five levels on every machine: pgd, p4d, pud, pmd, pte ([`Level`]). Each architecture says how many of them have
//! tables in memory ([`Fold`]), which bits of an address select a slot ([`Model::index`]), and what the bits of an entry
//! mean ([`EntryRules`], [`Flag`]). A [`Model`] is all of that for one configuration, as data with a few functions; every
//! model is in [`MODELS`] and has a stable name. There are no others: a [`Model`] has private fields, so it cannot be built
//! outside of this crate, because models are compared by their names, and because it is this crate's tests that compare
//! their figures with the headers'. This crate holds those facts and nothing else: no tables, no locks, no walker, no
//! allocation.
//!
//! # Splitting an address
//!
//! ```
//! use pgtable::{Level, VirtAddr, model};
//!
//! let x86 = model("x86_64-4level")?;
//! let addr = VirtAddr(0xffff_c900_0020_1000);
//! let slots: Vec<u32> = x86.real_levels().map(|level| x86.index(level, addr)).collect();
//! assert_eq!(slots, [402, 0, 1, 1]);
//! // Bits 39 to 47 of the address select the slot of the root.
//! assert_eq!(x86.index_bits(Level::Pgd), (47, 39));
//! assert_eq!(x86.region(addr).map(|region| region.name), Some("vmalloc"));
//! # Ok::<(), pgtable::UnknownModel>(())
//! ```
//!
//! # Classifying an entry
//!
//! ```
//! use pgtable::{EntryKind, Level, PhysAddr, RawEntry, model};
//!
//! let arm64 = model("arm64-4k-48")?;
//! let entry = RawEntry(0x00e8_0000_4020_0f41);
//! // What an unused slot holds is the last argument: a captured kernel may have something else there than `empty`.
//! assert_eq!(arm64.classify(Level::Pmd, entry, &arm64.empty), EntryKind::Leaf);
//! assert_eq!(arm64.leaf_address(Level::Pmd, entry), PhysAddr(0x4020_0000));
//! let flags: Vec<&str> = arm64.set_flags(Level::Pmd, EntryKind::Leaf, entry).map(|set| set.flag.name).collect();
//! assert_eq!(flags[..3], ["PTE_VALID", "PTE_USER", "PTE_SHARED"]);
//! # Ok::<(), pgtable::UnknownModel>(())
//! ```
//!
//! [`make`] shows how entries are made.
//!
//! # Units
//!
//! Addresses are in bytes, entries are raw values; both are 64 bits wide whatever the machine ([`VirtAddr`], [`PhysAddr`],
//! [`RawEntry`]). Bit 0 is the lowest one. A *shift* is the base-2 logarithm of a size in bytes; a *slot* is the index of an
//! entry in its table. Arithmetic wraps as the kernel's `unsigned long` does, so an end of 0 is the top of the address space.
//!
//! | module | what it holds |
//! |---|---|
//! | [`addr`] | addresses and entries as newtypes over `u64` |
//! | [`level`] | the five levels and their kernel names |
//! | [`mod@model`] | one configuration of an architecture |
//! | `geometry` | the arithmetic on addresses and slots |
//! | [`rules`] | none, bad, present, leaf: the tests on an entry |
//! | [`flags`] | the bits of an entry by the headers' names |
//! | [`make`] | how the kernel makes entries |
//! | [`kernel`] | how the kernel frees tables and changes what they map |
//! | [`layout`] | the regions of the address space |
//! | [`mod@since`] | since which kernel version there is which model |
//! | [`arch`] | the architectures, one file each, and the list of all models |
//!
//! The modelled architecture is a value, never `cfg(target_arch)`: a browser on arm64 shows x86-64 tables. Each fact comes from
//! the kernel's own headers; the file of an architecture names them, and the version.

#![no_std]

pub mod addr;
pub mod arch;
pub mod kernel;
pub mod level;
pub mod model;
pub mod since;

pub use addr::{PhysAddr, RawEntry, VirtAddr};
pub use arch::{MODELS, UnknownModel, are_complete, comes_later, family, model, models, of_folder};
pub use flags::{Flag, SetFlag};
pub use kernel::{DumpGuard, HotRemove, HugeVmap, Isa, Kernel, Ptdump, SetMemory, TableStep};
pub use layout::Region;
pub use level::Level;
pub use make::{MakeEntry, Owner, Prot, Protection, Protections};
pub use model::{Contiguous, Fold, Hugetlb, LevelSpec, Model, Thp};
pub use model::{flags, layout, make, rules};
pub use rules::{Empty, EntryKind, EntryRules, Tests};
pub use since::{Since, lacking};

/// Makes all models known, and since when there are such machines. Of a program that arrives in parts, each part that needs them calls this,
/// and so brings them.
pub fn complete() {
    #[cfg(feature = "parts")]
    {
        arch::complete();
        since::complete();
    }
}
