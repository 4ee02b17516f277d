//! Cores in kdump's compressed format, for tests and the fuzzer.

use std::collections::BTreeMap;

use pgtable::{Level, Owner, PhysAddr, Prot, model};

/// How the pages are packed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum By {
    Nothing,
    Zlib,
    Lzo,
    Snappy,
    Zstd,
}

fn packed(page: &[u8], by: By) -> (Vec<u8>, u32) {
    let (bytes, flag) = match by {
        By::Nothing => return (page.to_vec(), 0),
        By::Zlib => (miniz_oxide::deflate::compress_to_vec_zlib(page, 1), 1),
        By::Lzo => (lzokay::compress::compress(page).expect("lzo"), 2),
        By::Snappy => (snap::raw::Encoder::new().compress_vec(page).expect("snappy"), 4),
        By::Zstd => {
            (ruzstd::encoding::compress_to_vec(page, ruzstd::encoding::CompressionLevel::Fastest), 0x20)
        }
    };
    // As makedumpfile and QEMU do.
    if bytes.len() < page.len() { (bytes, flag) } else { (page.to_vec(), 0) }
}

pub(crate) struct Made {
    pub(crate) machine: &'static str,
    pub(crate) block: usize,
    pub(crate) version: u32,
    pub(crate) registers: usize,
    pub(crate) info: &'static str,
    pub(crate) memory: BTreeMap<u64, u64>,
    /// The first page of this file and the one behind the last, where a dump was split.
    pub(crate) split: Option<(u64, u64)>,
}

/// Most frames.
pub(crate) const FRAMES: u64 = 0x4000;

impl Made {
    /// Each page once, with what is in it.
    pub(crate) fn pages(&self) -> BTreeMap<u64, Vec<u8>> {
        let mut pages = BTreeMap::new();
        for (at, value) in &self.memory {
            let page = pages.entry(at / self.block as u64).or_insert_with(|| vec![0; self.block]);
            page[*at as usize % self.block..][..8].copy_from_slice(&value.to_le_bytes());
        }
        pages
    }

    pub(crate) fn file(&self, by: By) -> Vec<u8> {
        let block = self.block;
        let mut file = vec![0u8; block * 2];
        let put =
            |file: &mut Vec<u8>, at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
        put(&mut file, 0, b"KDUMP   ");
        put(&mut file, 272, self.machine.as_bytes());
        let bitmap = (FRAMES as usize / 8).next_multiple_of(block);
        for (at, value) in [
            (8, self.version),
            (428, block as u32),
            (432, 1),
            (436, (bitmap * 2 / block) as u32),
            (440, FRAMES as u32),
            (block + 12, u32::from(self.split.is_some())),
        ] {
            put(&mut file, at, &value.to_le_bytes());
        }
        // The notes: registers of a CPU. VMCOREINFO without a note's header.
        let mut note = Vec::new();
        for number in [5, self.registers as u32, 1] {
            note.extend(u32::to_le_bytes(number));
        }
        note.extend(b"CORE\0\0\0\0");
        note.resize(note.len() + self.registers, 0);
        let notes = block + 104;
        let info = notes + note.len();
        let (first, behind) = self.split.unwrap_or_default();
        for (at, value) in [
            (32, info as u64),
            (40, self.info.len() as u64),
            (48, notes as u64),
            (56, note.len() as u64),
            (80, first),
            (88, behind),
            (96, FRAMES),
        ] {
            put(&mut file, block + at, &value.to_le_bytes());
        }
        put(&mut file, notes, &note);
        put(&mut file, info, self.info.as_bytes());
        let pages = self.pages();
        let mut maps = vec![0u8; bitmap * 2];
        for frame in 0..FRAMES {
            maps[frame as usize / 8] |= 1 << (frame % 8);
        }
        for frame in pages.keys() {
            maps[bitmap + *frame as usize / 8] |= 1 << (frame % 8);
        }
        file.extend(maps);
        let here = |frame: &u64| self.split.is_none_or(|(first, behind)| (first..behind).contains(frame));
        let mut offset = file.len() + 24 * pages.keys().filter(|frame| here(frame)).count();
        let mut data = Vec::new();
        for (_, page) in pages.iter().filter(|(frame, _)| here(frame)) {
            let (bytes, flag) = packed(page, by);
            file.extend((offset as u64).to_le_bytes());
            file.extend((bytes.len() as u32).to_le_bytes());
            file.extend(flag.to_le_bytes());
            file.extend(0u64.to_le_bytes());
            offset += bytes.len();
            data.extend(bytes);
        }
        file.extend(data);
        file
    }
}

/// Parts of 4 KiB, the first one last, each behind where it belongs.
pub(crate) fn flattened(file: &[u8]) -> Vec<u8> {
    let mut flat = vec![0; 4096];
    flat[..12].copy_from_slice(b"makedumpfile");
    flat[23] = 1;
    flat[31] = 1;
    let mut parts: Vec<(usize, &[u8])> =
        file.chunks(4096).enumerate().map(|(nth, part)| (nth * 4096, part)).collect();
    parts.rotate_left(1);
    for (at, part) in parts {
        flat.extend((at as u64).to_be_bytes());
        flat.extend((part.len() as u64).to_be_bytes());
        flat.extend(part);
    }
    flat.extend([0xff; 16]);
    flat
}

const X86_INFO: &str = "OSRELEASE=6.12.117\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff82010000\n\
                        NUMBER(phys_base)=0\nNUMBER(pgtable_l5_enabled)=0\n";

pub(crate) fn x86() -> Made {
    let x86 = model("x86_64-4level").expect("a model");
    let table = |pa: u64| x86.make_table(Level::Pmd, PhysAddr(pa), Owner::Kernel).0;
    let small = |pa: u64, prot| x86.make_leaf(PhysAddr(pa), prot, Level::Pte).expect("a leaf").0;
    let mut memory = BTreeMap::from([
        (0x201_0000 + 273 * 8, table(0x1000)),
        (0x201_0000 + 511 * 8, table(0x300_0000)),
        (0x1000, table(0x2000)),
        (0x2000, table(0x3000)),
    ]);
    for page in 0..512u64 {
        memory.insert(
            0x3000 + page * 8,
            small(page << 12, if page % 3 == 0 { Prot::KernelRo } else { Prot::Kernel }),
        );
    }
    Made { machine: "x86_64", block: 4096, version: 6, registers: 336, info: X86_INFO, memory, split: None }
}
