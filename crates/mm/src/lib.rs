//! What exists: page tables in memory, `mm_struct`s and their locks.
//!
//! A [`World`] is a value: `Clone + Eq + Hash`. Cloning is cheap, because tables are shared until one of
//! the copies writes ([`World::write`]), so a timeline can keep many of them and a search can compare them.
//! Nothing here moves by itself; whoever acts (a walker, a caller) does so through these methods, one atomic
//! action at a time.
//!
//! ```
//! use mm::{MmId, Slot, Table, World};
//! use pgtable::{Level, Owner, PhysAddr, model};
//!
//! let x86 = model("x86_64-4level").expect("a known model");
//! let root = Table::unused(x86, PhysAddr(0x1000), Level::Pgd);
//! let mut world = World::new(x86, vec![root], [("init_mm", PhysAddr(0x1000))])?;
//! let slot = Slot { table: world.mm(MmId::INIT_MM).expect("every world has it").pgd, index: 511 };
//! let before = world.clone();
//! world.write_slot(slot, x86.make_table(Level::Pgd, PhysAddr(0x2000), Owner::Kernel));
//! assert_ne!(world.read_slot(slot), before.read_slot(slot));
//! # Ok::<(), mm::WorldError>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`mod@allocate`] | new tables, and splitting huge pages |
//! | `areas` | finding the areas of an mm or of a file |
//! | `entries` | reading and writing entries |
//! | [`error`] | why a world cannot be built |
//! | [`frames`] | the life of a page table, and RCU |
//! | [`held`] | taking and releasing the locks of a world |
//! | [`hugetlb`] | where the entry of a hugetlb page is |
//! | [`lock`] | who holds locks and how, and what an assertion finds |
//! | [`mm`] | the names of things: mms, tables, slots |
//! | [`rwsem`] | `mmap_lock` and its like: readers, a writer, a queue |
//! | [`table`] | one table in memory |
//! | [`vma`] | the areas that a process has mapped |
//! | [`world`] | all of it together |

#![no_std]

extern crate alloc;

mod areas;
mod entries;
pub mod error;
pub mod held;
pub mod hugetlb;
pub mod lock;
pub mod mm;
pub mod rwsem;
pub mod table;
pub mod vma;
pub mod world;

pub use allocate::{Allocator, OutOfMemory, Populated, Split};
pub use error::WorldError;
pub use frames::{Frame, Frames};
pub use hugetlb::Wild;
pub use lock::{Blocked, LockMode, Need, Seen, Task, TaskSet};
pub use mm::{MmId, MmStruct, Pages, Slot, TableId};
pub use rwsem::Rwsem;
pub use table::Table;
pub use vma::{Vma, VmaFlags, VmaId, VmaKind};
pub use world::{MAX_PTLS, World, allocate, frames};
