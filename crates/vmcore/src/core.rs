//! A core that is open: its physical memory.

use pgtable::PhysAddr;

use crate::elf::{self, Headers, Machine, Note, Segment};
use crate::info::Info;
use crate::read::{ReadAt, ReadError};

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
    /// More tables than can be held.
    #[error("{0}")]
    World(#[from] mm::WorldError),
}

/// An open core.
#[derive(Debug)]
pub struct Core<'a, R: ?Sized> {
    file: &'a R,
    headers: Headers,
    info: Info,
}

impl<'a, R: ReadAt + ?Sized> Core<'a, R> {
    /// Reads headers and notes.
    pub fn open(file: &'a R) -> Result<Self, CoreError> {
        let headers = elf::headers(file)?;
        let note = headers.notes.iter().find(|note| note.name == "VMCOREINFO");
        let info = note.map(|note| Info::new(&note.desc)).unwrap_or_default();
        Ok(Self { file, headers, info })
    }

    /// A raw image: memory from `base` on, and nothing that says where tables begin.
    pub fn raw(file: &'a R, bytes: u64, base: u64, machine: Machine) -> Self {
        let segment = Segment { physical: base, virt: 0, offset: 0, bytes, in_memory: bytes };
        let headers = Headers { machine, segments: Vec::from([segment]), notes: Vec::new() };
        Self { file, headers, info: Info::default() }
    }

    /// The architecture.
    pub fn machine(&self) -> Machine {
        self.headers.machine
    }

    /// VMCOREINFO; empty where the core has none.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// The notes.
    pub fn notes(&self) -> &[Note] {
        &self.headers.notes
    }

    /// Physical memory, by address.
    pub fn segments(&self) -> &[Segment] {
        &self.headers.segments
    }

    /// Bytes of physical memory that are in the file.
    pub fn bytes(&self) -> u64 {
        self.segments().iter().fold(0, |sum, of| sum.saturating_add(of.bytes))
    }

    /// Reads physical memory, over the ends of segments where they adjoin.
    ///
    /// # Errors
    /// [`CoreError::NotInCore`] says the first address that is not there.
    pub fn read(&self, at: PhysAddr, buffer: &mut [u8]) -> Result<(), CoreError> {
        let mut done = 0;
        while done < buffer.len() {
            let here = at.0.checked_add(done as u64).ok_or(CoreError::NotInCore(at.0))?;
            let segment = self.segment(here).ok_or(CoreError::NotInCore(here))?;
            let inside = here - segment.physical;
            let take = usize::try_from(segment.bytes - inside).unwrap_or(usize::MAX).min(buffer.len() - done);
            let offset = segment.offset.checked_add(inside).ok_or(CoreError::NotInCore(here))?;
            self.file.read_at(offset, &mut buffer[done..done + take])?;
            done += take;
        }
        Ok(())
    }

    /// The segment that holds an address. Segments of a core with paging may overlap: of those that have it the last to begin counts.
    fn segment(&self, at: u64) -> Option<&Segment> {
        let segments = self.segments();
        let end = segments.partition_point(|segment| segment.physical <= at);
        let before = segments.get(..end)?.iter().rev().take(64);
        before.into_iter().find(|segment| at - segment.physical < segment.bytes)
    }
}
