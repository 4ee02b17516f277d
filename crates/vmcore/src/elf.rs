//! ELF: the header, segments and notes of a core. Only 64-bit little-endian cores have tables that are modelled here.

use pgtable::Isa;

use crate::error::CoreError;
use crate::read::{ReadAt, ReadError};

/// A part of physical memory in the file: `PT_LOAD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it lies in memory.
    pub physical: u64,
    /// The kernel's virtual address of it; 0 in a core without paging.
    pub virt: u64,
    /// Where it lies in the file.
    pub offset: u64,
    /// Bytes that are in the file.
    pub bytes: u64,
    /// Bytes that it has in memory; what is not in the file was left out.
    pub in_memory: u64,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its name: `CORE`, `QEMU`, `VMCOREINFO`.
    pub name: String,
    /// Its type.
    pub kind: u32,
    /// What it holds.
    pub desc: Vec<u8>,
}

/// What the headers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// The architecture.
    pub machine: Isa,
    /// Physical memory, by address.
    pub segments: Vec<Segment>,
    /// The notes, in the order of the file.
    pub notes: Vec<Note>,
}

/// Most program headers. A core of a machine with many holes in its memory has some thousand.
const MOST_SEGMENTS: u32 = 1 << 16;
/// Most bytes of notes: 4096 CPUs have less.
pub(crate) const MOST_NOTES: u64 = 16 << 20;
const PT_LOAD: u32 = 1;
const PT_NOTE: u32 = 4;
/// Bytes of an ELF header, and of a program header.
const EHDR: usize = 64;
const PHDR: usize = 56;

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|of| of.try_into().ok()).map_or(0, u16::from_le_bytes)
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|of| of.try_into().ok()).map_or(0, u32::from_le_bytes)
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|of| of.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Whether a file may be a core: its first bytes.
pub fn is_elf(head: &[u8]) -> bool {
    head.starts_with(b"\x7fELF")
}

/// The error where a file is shorter than what every core begins with.
pub(crate) fn short(error: ReadError) -> CoreError {
    match error {
        ReadError::End(_) => CoreError::Short,
        error => CoreError::Read(error),
    }
}

/// Reads header, segments and notes.
pub fn headers<R: ReadAt + ?Sized>(file: &R) -> Result<Headers, CoreError> {
    let mut header = [0; EHDR];
    file.read_at(0, &mut header[..20]).map_err(short)?;
    if !is_elf(&header) {
        return Err(CoreError::NotElf);
    }
    match (header[4], header[5]) {
        (2, 1) => {}
        (1, _) => return Err(CoreError::Class("of a 32-bit machine")),
        (_, 2) => return Err(CoreError::Class("big-endian")),
        _ => return Err(CoreError::Class("of an unknown class")),
    }
    let machine = match (u16_at(&header, 16), u16_at(&header, 18)) {
        (4, 62) => Isa::X86,
        (4, 183) => Isa::Arm64,
        (4, 243) => Isa::Riscv,
        (4, other) => return Err(CoreError::Machine(other)),
        (other, _) => return Err(CoreError::NotCore(other)),
    };
    file.read_at(0, &mut header)?;
    let (table, size) = (u64_at(&header, 32), u16_at(&header, 54));
    if usize::from(size) != PHDR {
        return Err(CoreError::Header("the size of a program header", u64::from(size)));
    }
    // PN_XNUM: the number did not fit, and stands in the first section header.
    let count = match u16_at(&header, 56) {
        0xffff => {
            let mut section = [0; 64];
            file.read_at(u64_at(&header, 40), &mut section)?;
            u32_at(&section, 44)
        }
        count => u32::from(count),
    };
    if count > MOST_SEGMENTS {
        return Err(CoreError::Header("the number of program headers", u64::from(count)));
    }
    let mut segments = Vec::new();
    let mut notes = Vec::new();
    let mut of_notes = 0;
    for nth in 0..u64::from(count) {
        let mut entry = [0; PHDR];
        let at = table
            .checked_add(nth * PHDR as u64)
            .ok_or(CoreError::Header("the place of the program headers", table))?;
        file.read_at(at, &mut entry)?;
        let (offset, bytes) = (u64_at(&entry, 8), u64_at(&entry, 32));
        match u32_at(&entry, 0) {
            // /proc/kcore has -1 for what lies at no one physical address.
            PT_LOAD if u64_at(&entry, 24) != u64::MAX => segments.push(Segment {
                physical: u64_at(&entry, 24),
                virt: u64_at(&entry, 16),
                offset,
                bytes,
                in_memory: u64_at(&entry, 40),
            }),
            PT_NOTE => {
                of_notes += bytes.min(MOST_NOTES + 1);
                if of_notes > MOST_NOTES {
                    return Err(CoreError::Header("the size of the notes", bytes));
                }
                let mut all = vec![0; bytes as usize];
                file.read_at(offset, &mut all)?;
                split(&all, &mut notes);
            }
            _ => {}
        }
    }
    segments.sort_by_key(|segment| segment.physical);
    Ok(Headers { machine, segments, notes })
}

/// Takes notes apart, as far as they are whole.
pub(crate) fn split(mut bytes: &[u8], notes: &mut Vec<Note>) {
    while bytes.len() >= 12 {
        let (name, desc, kind) = (u32_at(bytes, 0) as usize, u32_at(bytes, 4) as usize, u32_at(bytes, 8));
        let padded = |size: usize| size.checked_next_multiple_of(4);
        let (Some(start), Some(after)) = (padded(name).and_then(|size| size.checked_add(12)), padded(desc))
        else {
            return;
        };
        let Some(end) = start.checked_add(desc) else { return };
        let (Some(text), Some(found)) = (bytes.get(12..12 + name), bytes.get(start..end)) else { return };
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        notes.push(Note { name: String::from_utf8_lossy(text).into_owned(), kind, desc: found.to_vec() });
        bytes = start.checked_add(after).and_then(|next| bytes.get(next..)).unwrap_or_default();
    }
}
