//! kdump's compressed format, as makedumpfile and QEMU's `dump-guest-memory -z`, `-l` and `-s` write it: a header, two bitmaps (which
//! pages there are, and which of them are in the file), a descriptor for each page in the file, and the pages, each packed by itself.
//!
//! Facts: diskdump_mod.h of makedumpfile 1.7.2, include/system/dump.h and dump/dump.c of QEMU 7.2; files of both were read.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use pgtable::Isa;

use crate::elf::{self, Note, u32_at, u64_at};
use crate::error::CoreError;
use crate::read::ReadAt;
use crate::unpack;

/// What such a file begins with: today's, and that of its ancestor.
pub(crate) const MAGICS: [&[u8]; 2] = [b"KDUMP   ", b"DISKDUMP"];

/// Bytes of the header, and of the second header.
const HEADER: usize = 464;
const SUB_HEADER: usize = 104;
/// Bytes of a descriptor: offset, size, flags, flags of the page.
const DESCRIPTOR: u64 = 24;
/// Most bytes of a bitmap: 2 TiB of memory in pages of 4 KiB.
const MOST_BITMAP: u64 = 64 << 20;
/// Most bytes of VMCOREINFO.
const MOST_INFO: u64 = 1 << 20;
/// Bytes of a bitmap of which it is known how many bits are set before them.
const RANKED: usize = 512;
/// Most bytes of unpacked pages that are kept. A page in a browser asks again from the beginning for each part of the file that it lacks.
const MOST_KEPT: usize = 32 << 20;

/// The pages of a core in this format.
#[derive(Debug)]
pub(crate) struct Pages {
    /// Bytes of a page.
    pub(crate) page: u64,
    /// Which pages are in the file.
    bitmap: Vec<u8>,
    /// How many are before each [`RANKED`] bytes of it.
    before: Vec<u64>,
    /// Where the descriptors begin.
    descriptors: u64,
    /// The pages of this file, where a dump was split into several: the first, the one behind the last, and how many were before.
    of_file: (u64, u64, u64),
    kept: RefCell<BTreeMap<u64, Rc<[u8]>>>,
}

/// What such a file says of itself.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) machine: Isa,
    pub(crate) notes: Vec<Note>,
    pub(crate) info: Vec<u8>,
    pub(crate) pages: Pages,
}

/// Reads headers, notes and the bitmap.
pub(crate) fn open<R: ReadAt + ?Sized>(file: &R) -> Result<Opened, CoreError> {
    let mut header = [0; HEADER];
    file.read_at(0, &mut header)?;
    let version = u32_at(&header, 8);
    let (page, sub, blocks) =
        (u64::from(u32_at(&header, 428)), u32_at(&header, 432), u64::from(u32_at(&header, 436)));
    if !(page.is_power_of_two() && (4096..=65_536).contains(&page)) {
        return Err(CoreError::Header("the size of a block", page));
    }
    if sub == 0 || sub > 1024 {
        return Err(CoreError::Header("the size of the second header", u64::from(sub)));
    }
    let mut second = [0; SUB_HEADER];
    file.read_at(page, &mut second)?;
    // What a version does not have is what happens to stand there.
    let since = |least: u32, at: usize| if version >= least { u64_at(&second, at) } else { 0 };
    let info = part(file, since(3, 32), since(3, 40), MOST_INFO, "the size of VMCOREINFO")?;
    let all = part(file, since(4, 48), since(4, 56), elf::MOST_NOTES, "the size of the notes")?;
    let mut notes = Vec::new();
    elf::split(&all, &mut notes);
    let (first, behind) = match (u32_at(&second, 12), version) {
        (0, _) => (0, u64::MAX),
        (_, ..=5) => (u64_at(&second, 16), u64_at(&second, 24)),
        (_, _) => (u64_at(&second, 80), u64_at(&second, 88)),
    };
    let bytes = blocks * page / 2;
    if bytes == 0 || bytes > MOST_BITMAP {
        return Err(CoreError::Header("the size of the bitmaps", blocks * page));
    }
    let start = page * (1 + u64::from(sub));
    // The first one says which pages the machine has, the second one which are in the file.
    let mut bitmap = vec![0; bytes as usize];
    file.read_at(start + bytes, &mut bitmap)?;
    let before = bitmap.chunks(RANKED).scan(0, |sum, part| Some(std::mem::replace(sum, *sum + ones(part))));
    let mut pages = Pages {
        page,
        before: before.collect(),
        bitmap,
        descriptors: start + bytes * 2,
        of_file: (first, behind, 0),
        kept: RefCell::default(),
    };
    pages.of_file.2 = pages.rank(first);
    Ok(Opened { machine: machine(&header, &notes)?, notes, info, pages })
}

/// A part of the file whose place and size a header says.
fn part<R: ReadAt + ?Sized>(
    file: &R,
    at: u64,
    bytes: u64,
    most: u64,
    what: &'static str,
) -> Result<Vec<u8>, CoreError> {
    if bytes > most {
        return Err(CoreError::Header(what, bytes));
    }
    let mut all = vec![0; bytes as usize];
    file.read_at(at, &mut all)?;
    Ok(all)
}

/// The architecture by `utsname.machine`. QEMU writes `Unknown` for those that it does not know (riscv64, 7.2): then by the size of a
/// CPU's registers in `NT_PRSTATUS`.
fn machine(header: &[u8], notes: &[Note]) -> Result<Isa, CoreError> {
    let name = header[272..337].split(|byte| *byte == 0).next().unwrap_or_default();
    let registers =
        notes.iter().find(|note| note.kind == 1 && note.name == "CORE").map(|note| note.desc.len());
    match (name, registers) {
        (b"x86_64", _) => Ok(Isa::X86),
        (b"aarch64", _) => Ok(Isa::Arm64),
        (b"riscv64" | b"riscv", _) => Ok(Isa::Riscv),
        (_, Some(336)) => Ok(Isa::X86),
        (_, Some(392)) => Ok(Isa::Arm64),
        (_, Some(376)) => Ok(Isa::Riscv),
        _ => Err(CoreError::MachineName(name.escape_ascii().to_string())),
    }
}

fn ones(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(byte.count_ones())).sum()
}

impl Pages {
    /// Pages that are in the file.
    pub(crate) fn count(&self) -> u64 {
        let (first, behind, before) = self.of_file;
        if behind < first { 0 } else { self.rank(behind) - before }
    }

    /// How many pages before this one are in a file.
    fn rank(&self, frame: u64) -> u64 {
        let byte = usize::try_from(frame / 8).unwrap_or(usize::MAX).min(self.bitmap.len());
        let part = byte / RANKED;
        let whole = self.before.get(part).copied();
        // Behind the end: all of them.
        let Some(whole) = whole else {
            return self.before.last().copied().unwrap_or(0)
                + self.bitmap.chunks(RANKED).next_back().map_or(0, ones);
        };
        let below = self.bitmap.get(byte).map_or(0, |bits| (bits & ((1 << (frame % 8)) - 1)).count_ones());
        whole + ones(&self.bitmap[part * RANKED..byte]) + u64::from(below)
    }

    /// Where the descriptor of a page is.
    fn descriptor(&self, frame: u64) -> Option<u64> {
        let (first, behind, before) = self.of_file;
        let byte = self.bitmap.get(usize::try_from(frame / 8).ok()?)?;
        let here = byte >> (frame % 8) & 1 != 0 && (first..behind).contains(&frame);
        let nth = self.rank(frame).checked_sub(before)?;
        if here { nth.checked_mul(DESCRIPTOR)?.checked_add(self.descriptors) } else { None }
    }

    /// Fills `buffer` with memory from `at` on, which lies in one page.
    pub(crate) fn read<R: ReadAt + ?Sized>(
        &self,
        file: &R,
        at: u64,
        buffer: &mut [u8],
    ) -> Result<(), CoreError> {
        let frame = at / self.page;
        let kept = self.kept.borrow().get(&frame).cloned();
        let page = match kept {
            Some(page) => page,
            None => self.unpack(file, frame, at)?,
        };
        let inside = (at % self.page) as usize;
        let from = page.get(inside..inside + buffer.len()).ok_or(CoreError::NotInCore(at))?;
        buffer.copy_from_slice(from);
        let mut kept = self.kept.borrow_mut();
        if (kept.len() + 1) * self.page as usize > MOST_KEPT {
            kept.clear();
        }
        kept.insert(frame, page);
        Ok(())
    }

    fn unpack<R: ReadAt + ?Sized>(&self, file: &R, frame: u64, at: u64) -> Result<Rc<[u8]>, CoreError> {
        let descriptor = self.descriptor(frame).ok_or(CoreError::NotInCore(at))?;
        let mut bytes = [0; DESCRIPTOR as usize];
        file.read_at(descriptor, &mut bytes)?;
        let (offset, size, flags) = (u64_at(&bytes, 0), u32_at(&bytes, 8), u32_at(&bytes, 12));
        // What does not become smaller is stored as it is.
        if size == 0 || u64::from(size) > self.page {
            return Err(CoreError::Packed { at, why: format!("its size is {size}") });
        }
        let mut packed = vec![0; size as usize];
        file.read_at(offset, &mut packed)?;
        let page = unpack::page(&packed, flags, self.page as usize);
        page.map(Rc::from).map_err(|why| CoreError::Packed { at, why })
    }
}
