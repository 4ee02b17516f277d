//! Why a core cannot be read.

use crate::read::ReadError;

/// A core cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoreError {
    /// The file has fewer bytes than a header.
    #[error("the file is too short for a core of a machine's memory")]
    Short,
    /// The file does not begin as a core does.
    #[error("the file is no core of a machine's memory: neither ELF nor kdump's compressed format")]
    NotElf,
    /// A core that is packed as a whole, of which parts cannot be read.
    #[error("the core is packed with gzip: unpack it first (gunzip), it is read in parts")]
    Gzip,
    /// Not 64-bit little-endian.
    #[error("the core is {0}; only 64-bit little-endian cores can be read")]
    Class(&'static str),
    /// An ELF file, but no core.
    #[error("the file is an ELF file of type {0}, not a core (4)")]
    NotCore(u16),
    /// An architecture that is not read.
    #[error(
        "the core is of ELF machine {0}; those of x86-64 (62), arm64 (183) and riscv64 (243) can be read"
    )]
    Machine(u16),
    /// The same in kdump's compressed format, which has a name instead.
    #[error("the core is of a machine \u{201c}{0}\u{201d}; those of x86_64, aarch64 and riscv64 can be read")]
    MachineName(String),
    /// A page of kdump's compressed format that cannot be unpacked.
    #[error("the page of memory at {at:#x} cannot be unpacked: {why}")]
    Packed {
        /// An address in it.
        at: u64,
        /// Why.
        why: String,
    },
    /// A number in a header that no core has.
    #[error("{0} in the header is {1}, which no core has")]
    Header(&'static str, u64),
    /// A part of the file cannot be read.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// Memory that the core does not have.
    #[error("the core does not have the memory at {0:#x}")]
    NotInCore(u64),
    /// Neither VMCOREINFO nor registers say where the tables begin.
    #[error("{0}; say the root yourself")]
    NoRoot(String),
    /// No model is of this geometry.
    #[error("{0}")]
    NoModel(String),
    /// A dump that does not end.
    #[error("the tables lead to each other: a dump of them does not end")]
    Endless,
    /// What was asked for does not fit the tables.
    #[error("{0}")]
    Text(#[from] texts::ReadError),
    /// More tables than can be held.
    #[error("{0}")]
    World(#[from] mm::WorldError),
}

impl CoreError {
    /// Whether some memory is not to be had, and the rest may be.
    pub(crate) const fn is_of_memory(&self) -> bool {
        matches!(self, Self::NotInCore(_) | Self::Packed { .. } | Self::Read(ReadError::End(_)))
    }
}
