//! Page tables in a core of a machine's memory: ELF or kdump's compressed format, as `/proc/vmcore`, makedumpfile and QEMU's
//! `dump-guest-memory` (with and without paging) write them, flattened or not.
//!
//! Nothing is read whole. A core is any [`ReadAt`]: [`Core::open`] reads its headers and notes, and after that each table is read when a
//! walk comes to it.
//!
//! # A file in a browser
//!
//! A browser's `File` answers later, and this code does not wait. [`Pieces`] stands between the two: it holds the parts of the file that are
//! here. A read of what is not here fails with [`ReadError::Missing`]; who called fetches what [`Pieces::wanted`] says (`File.slice(start,
//! end).arrayBuffer()`), gives it to [`Pieces::put`], and calls again. The call starts anew: opening a core and walking a tree are pure, and
//! what has been read is still here. Pieces have 64 KiB, so that a walk asks some times and not once per table; [`Pieces`] holds a bounded
//! number of them and drops those that were asked for longest ago.
//!
//! ```
//! use vmcore::{Core, CoreError, Pieces, ReadError};
//!
//! # let file: Vec<u8> = Vec::new();
//! let pieces = Pieces::new(file.len() as u64, 16 << 20);
//! let opened = loop {
//!     match Core::open(&pieces) {
//!         Err(CoreError::Read(ReadError::Missing { .. })) => {
//!             let (start, bytes) = pieces.wanted().expect("a part of the file");
//!             // In a page: await file.slice(start, start + bytes).arrayBuffer().
//!             pieces.put(start, &file[start as usize..][..bytes as usize]);
//!         }
//!         other => break other,
//!     }
//! };
//! // An empty file is no core.
//! assert!(matches!(opened, Err(CoreError::Short)));
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`mod@read`] | reading parts of a file, whatever stands behind it |
//! | [`error`] | why a core cannot be read |
//! | [`elf`] | headers, segments, notes |
//! | `kdump`, `flat`, `unpack` | kdump's compressed format; parts that say where they belong; packed pages |
//! | [`info`] | VMCOREINFO: what the kernel says of itself |
//! | [`root`] | where the tables begin, and of which model they are |
//! | [`core`] | a core that is open: its physical memory |
//! | [`tree`] | the tables below a root: ranges, or a world to walk in |
//! | [`regions`], [`dump`] | where its kernel has its regions, and what debugfs would print of it |
//! | [`listing`] | the tables as a listing, to be checked and compared like a text |
//! | [`rights`] | what an entry allows, along the path |
//!
//! Facts: include/linux/elf.h and kernel/vmcore_info.c, Documentation/admin-guide/kdump/vmcoreinfo.rst (v7.3); the CPU note of
//! QEMU's target/i386/arch_dump.c (7.2 to 11.1).

pub mod core;
pub mod dump;
pub mod elf;
pub mod error;
mod flat;
pub mod info;
mod kdump;
pub mod listing;
pub mod read;
pub mod regions;
pub mod rights;
pub mod root;
pub mod tree;
mod unpack;

pub use crate::core::{Core, is_core};
pub use error::CoreError;
pub use info::Info;
pub use listing::Tables;
pub use read::{Pieces, ReadAt, ReadError};
pub use regions::Regions;
pub use rights::Rights;
pub use root::Root;
pub use tree::{Range, Ranges};
