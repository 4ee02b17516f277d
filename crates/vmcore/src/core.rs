//! A core that is open: its physical memory.

use pgtable::{Isa, PhysAddr};

use crate::elf::{self, Headers, Note, Segment};
use crate::error::CoreError;
use crate::flat::{self, Parts, Source};
use crate::info::Info;
use crate::kdump::{self, Pages};
use crate::read::ReadAt;

/// An open core.
#[derive(Debug)]
pub struct Core<'a, R: ?Sized> {
    file: Source<'a, R>,
    headers: Headers,
    info: Info,
    farthest: Vec<usize>,
    /// Memory in kdump's compressed format; that of ELF is in segments.
    pages: Option<Pages>,
}

/// Most bytes of VMCOREINFO in memory: the kernel has a page for it.
const MOST_INFO: usize = 64 << 10;

/// Whether a file may be a core: its first bytes are ELF's, kdump's, or those of a flattened file.
pub fn is_core(head: &[u8]) -> bool {
    elf::is_elf(head)
        || head.starts_with(flat::MAGIC)
        || kdump::MAGICS.iter().any(|magic| head.starts_with(magic))
}

impl<'a, R: ReadAt + ?Sized> Core<'a, R> {
    /// Reads headers and notes.
    pub fn open(file: &'a R) -> Result<Self, CoreError> {
        let mut head = [0; 16];
        file.read_at(0, &mut head).map_err(elf::short)?;
        let parts = if head.starts_with(flat::MAGIC) { Some(Parts::new(file)?) } else { None };
        let file = Source { file, parts };
        file.read_at(0, &mut head).map_err(elf::short)?;
        if kdump::MAGICS.iter().any(|magic| head.starts_with(magic)) {
            let kdump::Opened { machine, notes, info, pages } = kdump::open(&file)?;
            let headers = Headers { machine, segments: Vec::new(), notes };
            return Ok(Self {
                file,
                headers,
                info: Info::new(&info),
                farthest: Vec::new(),
                pages: Some(pages),
            });
        }
        let headers = elf::headers(&file)?;
        let note = headers.notes.iter().find(|note| note.name == "VMCOREINFO");
        let info = note.map(|note| Info::new(&note.desc)).unwrap_or_default();
        let farthest = farthest(&headers.segments);
        Ok(Self { file, headers, info, farthest, pages: None })
    }

    /// A raw image: memory from `base` on, and nothing that says where tables begin.
    pub fn raw(file: &'a R, bytes: u64, base: u64, machine: Isa) -> Self {
        let segment = Segment { physical: base, virt: 0, offset: 0, bytes, in_memory: bytes };
        let headers = Headers { machine, segments: Vec::from([segment]), notes: Vec::new() };
        let file = Source { file, parts: None };
        Self { file, headers, info: Info::default(), farthest: Vec::from([0]), pages: None }
    }

    /// Takes the VMCOREINFO note from memory, at the address that `/sys/kernel/vmcoreinfo` prints: for a raw image, and for a core of a
    /// machine that has no way to hand it out (QEMU 7.2's riscv virt refuses `-device vmcoreinfo`).
    ///
    /// # Errors
    /// [`CoreError::NoRoot`] where there is no such note.
    pub fn take_info(&mut self, at: PhysAddr) -> Result<(), CoreError> {
        let mut header = [0; 24];
        self.read(at, &mut header)?;
        let bytes = elf::u32_at(&header, 4) as usize;
        if !header[12..].starts_with(b"VMCOREINFO\0") || bytes > MOST_INFO {
            return Err(CoreError::NoRoot(format!("there is no VMCOREINFO note at {:#x}", at.0)));
        }
        let mut text = vec![0; bytes];
        self.read(PhysAddr(at.0.saturating_add(24)), &mut text)?;
        self.info = Info::new(&text);
        Ok(())
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
            Isa::Powerpc => "powerpc64",
            Isa::S390 => "s390x",
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

    /// Physical memory, by address; none where it is in compressed pages.
    pub fn segments(&self) -> &[Segment] {
        &self.headers.segments
    }

    /// Whether it is in kdump's compressed format.
    pub fn is_compressed(&self) -> bool {
        self.pages.is_some()
    }

    /// Bytes of physical memory that are in the file.
    pub fn bytes(&self) -> u64 {
        if let Some(pages) = &self.pages {
            return pages.count().saturating_mul(pages.page);
        }
        self.segments().iter().fold(0, |sum, of| sum.saturating_add(of.bytes))
    }

    /// Reads physical memory, over the ends of segments and pages where they adjoin.
    ///
    /// # Errors
    /// [`CoreError::NotInCore`] says the first address that is not there.
    pub fn read(&self, at: PhysAddr, buffer: &mut [u8]) -> Result<(), CoreError> {
        let mut done = 0;
        while done < buffer.len() {
            let here = at.0.checked_add(done as u64).ok_or(CoreError::NotInCore(at.0))?;
            if let Some(pages) = &self.pages {
                let rest = (pages.page - here % pages.page) as usize;
                let take = rest.min(buffer.len() - done);
                pages.read(&self.file, here, &mut buffer[done..done + take])?;
                done += take;
                continue;
            }
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
