//! ptdump: what debugfs prints of an address space.
//!
//! | module | what it holds |
//! |---|---|
//! | [`walk`] | `ptdump_walk_pgd()`: its locks, in each kernel's order, and the walk under them |
//! | [`users`] | who calls `ptdump_walk_pgd()`, with which mm and root |
//! | [`mod@dump`] | the text: merging what the walk notes into lines, and each architecture's lines |

#![no_std]

extern crate alloc;

pub mod dump;
pub mod users;
pub mod walk;

use arrayvec::ArrayVec;
use pgtable::VirtAddr;

pub use walk::Ptdump;

/// Most ranges that a dump walks. The kernel's own dumpers have one, or on x86 two with the non-canonical hole
/// between them; the conformance cases have up to three.
pub const MAX_RANGES: usize = 8;

/// The ranges of a dump: start and end of each.
pub type Ranges = ArrayVec<(VirtAddr, VirtAddr), MAX_RANGES>;
