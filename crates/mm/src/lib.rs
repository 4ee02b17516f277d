//! What exists: page tables in memory, `mm_struct`s and their locks.
//!
//! A [`World`] is a value: `Clone + Eq + Hash`. Cloning is cheap, because tables are shared until one of
//! the copies writes ([`World::write`]), so a timeline can keep many of them and a search can compare them.
//! Nothing here moves by itself; whoever acts (a walker, a caller) does so through these methods, one atomic
//! action at a time.
//!
//! | module | what it holds |
//! |---|---|
//! | [`mod@allocate`] | new tables, and splitting huge pages |
//! | [`frames`] | the life of a page table, and RCU |
//! | [`held`] | taking and releasing the locks of a world |
//! | [`hugetlb`] | where the entry of a hugetlb page is |
//! | [`lock`] | who holds locks and how, and what an assertion finds |
//! | [`rwsem`] | `mmap_lock` and its like: readers, a writer, a queue |
//! | [`table`] | one table in memory |
//! | [`vma`] | the areas that a process has mapped |
//! | [`world`] | all of it together |

#![no_std]

extern crate alloc;

pub mod allocate;
pub mod frames;
pub mod held;
pub mod hugetlb;
pub mod lock;
pub mod rwsem;
pub mod table;
pub mod vma;
pub mod world;

pub use allocate::{Allocator, OutOfMemory, Populated, Split};
pub use frames::{Frame, Frames};
pub use hugetlb::Wild;
pub use lock::{Blocked, LockMode, Need, Seen, Task, TaskSet};
pub use rwsem::Rwsem;
pub use table::Table;
pub use vma::{Vma, VmaFlags, VmaId, VmaKind};
pub use world::{MAX_PTLS, MmId, MmStruct, Pages, Slot, TableId, World, WorldError};
