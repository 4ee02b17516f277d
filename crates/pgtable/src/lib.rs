//! What a page-table entry means.
//!
//! Linux walks five levels on every machine: pgd, p4d, pud, pmd, pte. Each architecture says how many of
//! them exist in memory ([`Fold`]), how an address selects a slot ([`Model::index`]) and what the bits of
//! an entry mean ([`EntryRules`], [`Flag`]). This room holds those facts and nothing else: no tables, no
//! locks, no walker.
//!
//! | module | what it holds |
//! |---|---|
//! | [`addr`] | addresses and entries as newtypes over `u64` |
//! | [`level`] | the five levels and their kernel names |
//! | [`mod@model`] | one architecture configuration |
//! | `geometry` | the arithmetic on addresses and slots |
//! | [`rules`] | none, bad, present, leaf: the tests on an entry |
//! | [`flags`] | the bits of an entry by the headers' names |
//! | [`make`] | how the kernel makes entries |
//! | [`kernel`] | how the kernel frees tables and changes what they map |
//! | [`layout`] | the regions of the address space |
//! | [`arch`] | the architectures, one file each, and the list of all models |
//!
//! The modelled architecture is a value, never `cfg(target_arch)`: a browser on arm64 shows x86-64 tables.

#![no_std]

pub mod addr;
pub mod arch;
pub mod flags;
mod geometry;
pub mod kernel;
pub mod layout;
pub mod level;
pub mod make;
pub mod model;
pub mod rules;

pub use addr::{PhysAddr, RawEntry, VirtAddr};
pub use arch::{MODELS, UnknownModel, model};
pub use flags::{Flag, SetFlag};
pub use kernel::{DumpGuard, HotRemove, HugeVmap, Kernel, Ptdump, SetMemory, TableStep};
pub use layout::Region;
pub use level::Level;
pub use make::{MakeEntry, Owner, Prot, Protection, Protections};
pub use model::{Arch, Contiguous, Fold, Hugetlb, LevelSpec, Model, Thp};
pub use rules::{Empty, EntryKind, EntryRules, Tests};
