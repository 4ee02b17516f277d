//! A core that is open: its physical memory.

use pgtable::{Isa, PhysAddr};

use crate::elf::{self, Headers, Note, Segment};
use crate::error::CoreError;
use crate::info::Info;
use crate::read::ReadAt;

/// An open core.
#[derive(Debug)]
pub struct Core<'a, R: ?Sized> {
    file: &'a R,
    headers: Headers,
    info: Info,
    farthest: Vec<usize>,
}

impl<'a, R: ReadAt + ?Sized> Core<'a, R> {
    /// Reads headers and notes.
    pub fn open(file: &'a R) -> Result<Self, CoreError> {
        let headers = elf::headers(file)?;
        let note = headers.notes.iter().find(|note| note.name == "VMCOREINFO");
        let info = note.map(|note| Info::new(&note.desc)).unwrap_or_default();
        let farthest = farthest(&headers.segments);
        Ok(Self { file, headers, info, farthest })
    }

    /// A raw image: memory from `base` on, and nothing that says where tables begin.
    pub fn raw(file: &'a R, bytes: u64, base: u64, machine: Isa) -> Self {
        let segment = Segment { physical: base, virt: 0, offset: 0, bytes, in_memory: bytes };
        let headers = Headers { machine, segments: Vec::from([segment]), notes: Vec::new() };
        Self { file, headers, info: Info::default(), farthest: Vec::from([0]) }
    }

    /// The architecture.
    pub fn machine(&self) -> Isa {
        self.headers.machine
    }

    /// The architecture, for a person.
    pub fn machine_name(&self) -> &'static str {
        match self.machine() {
            Isa::X86 => "x86-64",
            Isa::Arm64 => "arm64",
            Isa::Riscv => "riscv64",
            Isa::Loongarch => "loongarch64",
            Isa::Openrisc => "openrisc",
        }
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

    /// A segment that holds an address. Those of a core with paging overlap: of all that begin at or before it the one that reaches
    /// farthest holds it, if any does.
    fn segment(&self, at: u64) -> Option<&Segment> {
        let segments = self.segments();
        let end = segments.partition_point(|segment| segment.physical <= at);
        let farthest = *self.farthest.get(end.checked_sub(1)?)?;
        segments.get(farthest).filter(|segment| at - segment.physical < segment.bytes)
    }
}

/// For each segment, in order of addresses, which of it and those before reaches farthest.
fn farthest(segments: &[Segment]) -> Vec<usize> {
    let end = |nth: usize| segments.get(nth).map_or(0, |of| u128::from(of.physical) + u128::from(of.bytes));
    let mut best = 0;
    (0..segments.len())
        .map(|nth| {
            if end(nth) > end(best) {
                best = nth;
            }
            best
        })
        .collect()
}
