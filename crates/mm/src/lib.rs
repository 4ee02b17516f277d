//! What exists: page tables in memory, `mm_struct`s and their locks.
//!
//! A [`World`] is a value: `Clone + Eq + Hash`. Cloning is cheap, because tables are shared until one of
//! the copies writes ([`World::write`]), so a timeline can keep many of them and a search can compare them.
//! Nothing here moves by itself; whoever acts (a walker, a caller) does so through these methods, one atomic
//! action at a time.
//!
//! | module | what it holds |
//! |---|---|
//! | [`lock`] | `mmap_lock`, `mem_hotplug_lock`: who holds what, and what an assertion finds |
//! | [`table`] | one table in memory |
//! | [`world`] | all of it together |

#![no_std]

extern crate alloc;

pub mod lock;
pub mod table;
pub mod world;

pub use lock::{Blocked, HotplugLock, LockMode, MmapLock, Need, Seen, Task};
pub use table::Table;
pub use world::{MmId, MmStruct, TableId, World, WorldError};
