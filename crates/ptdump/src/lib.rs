//! ptdump: what debugfs prints of an address space.
//!
//! What debugfs prints of an x86-64 kernel whose root is empty:
//!
//! ```
//! use actors::Actor;
//! use mm::{MmId, Table, World};
//! use pgtable::{Level, PhysAddr, model};
//! use ptdump::Ptdump;
//! use ptdump::dump::{Dump, Layout, Plan, View};
//! use pagewalk::{Revision, Status};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let x86 = model("x86_64-4level")?;
//! let root = Table::unused(x86, PhysAddr(0x1000), Level::Pgd);
//! let mut world = World::new(x86, vec![root], [("init_mm", PhysAddr(0x1000))])?;
//! let plan = Plan::new(View::Kernel, &Layout::of_model(x86)).expect("x86 has this file");
//! let mut walk = Ptdump::new(Revision::V7_3, MmId::INIT_MM, None, plan.ranges.clone());
//! let mut dump = Dump::new(x86, &plan).expect("x86 has a dumper");
//! while walk.step(&mut world, &mut dump) == Status::Running {}
//! assert!(dump.text().starts_with("---[ User Space ]---\n0x0000000000000000-0xffff"));
//! # Ok(())
//! # }
//! ```
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
