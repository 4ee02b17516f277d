//! Why a core cannot be read.

use crate::read::ReadError;

/// A core cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoreError {
    /// The file has fewer bytes than a header.
    #[error("the file is too short for an ELF core")]
    Short,
    /// The file is no ELF file.
    #[error(
        "the file is no ELF core; kdump's compressed format is converted by `makedumpfile -E`, QEMU's is written by `dump-guest-memory`"
    )]
    NotElf,
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
    /// More tables than can be held.
    #[error("{0}")]
    World(#[from] mm::WorldError),
}
