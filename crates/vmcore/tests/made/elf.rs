//! Small ELF cores, for tests and the fuzzer.

use pgtable::{Level, Model, Owner, PhysAddr, Prot, model};

/// A core under construction: pages of memory, notes.
pub(crate) struct Made {
    pub(crate) machine: u16,
    pub(crate) pages: Vec<(u64, Vec<u8>)>,
    pub(crate) notes: Vec<u8>,
    pub(crate) with_virt: bool,
}

impl Made {
    pub(crate) fn new(machine: u16) -> Self {
        Self { machine, pages: Vec::new(), notes: Vec::new(), with_virt: false }
    }

    pub(crate) fn note(mut self, name: &str, desc: &[u8]) -> Self {
        let padded = |bytes: &[u8]| {
            let mut all = bytes.to_vec();
            all.resize(bytes.len().next_multiple_of(4), 0);
            all
        };
        let name = [name.as_bytes(), b"\0"].concat();
        for number in [name.len() as u32, desc.len() as u32, 0] {
            self.notes.extend(number.to_le_bytes());
        }
        self.notes.extend(padded(&name));
        self.notes.extend(padded(desc));
        self
    }

    pub(crate) fn table(mut self, at: u64, entries: &[(u32, u64)]) -> Self {
        let mut page = vec![0; 4096];
        for (slot, value) in entries {
            page[*slot as usize * 8..][..8].copy_from_slice(&value.to_le_bytes());
        }
        self.pages.push((at, page));
        self
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let count = self.pages.len() + 1;
        let mut header = vec![0u8; 64];
        header[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        header[16..18].copy_from_slice(&4u16.to_le_bytes());
        header[18..20].copy_from_slice(&self.machine.to_le_bytes());
        header[32..40].copy_from_slice(&64u64.to_le_bytes());
        header[52..54].copy_from_slice(&64u16.to_le_bytes());
        header[54..56].copy_from_slice(&56u16.to_le_bytes());
        header[56..58].copy_from_slice(&(count as u16).to_le_bytes());
        file.extend(header);
        let mut offset = 64 + 56 * count as u64;
        let mut entry = |kind: u32, physical: u64, virt: u64, bytes: u64| {
            let mut entry = Vec::new();
            entry.extend(kind.to_le_bytes());
            entry.extend(7u32.to_le_bytes());
            for number in [offset, virt, physical, bytes, bytes, 0] {
                entry.extend(number.to_le_bytes());
            }
            offset += bytes;
            entry
        };
        file.extend(entry(4, 0, 0, self.notes.len() as u64));
        for (at, page) in &self.pages {
            let virt = if self.with_virt { 0xffff_8880_0000_0000 + at } else { 0 };
            file.extend(entry(1, *at, virt, page.len() as u64));
        }
        file.extend(&self.notes);
        for (_, page) in &self.pages {
            file.extend(page);
        }
        file
    }
}

pub(crate) fn of(id: &str) -> &'static Model {
    model(id).expect("a model")
}

pub(crate) fn leaf(of: &Model, pa: u64, prot: Prot, level: Level) -> u64 {
    of.make_leaf(PhysAddr(pa), prot, level).expect("a leaf").0
}

pub(crate) const X86_INFO: &str = "OSRELEASE=6.12.57\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff82a10000\n\
                        NUMBER(phys_base)=-4194304\nNUMBER(pgtable_l5_enabled)=0\nKERNELOFFSET=1000000\n";

/// init_mm's root at 0x2610000 (0x2a10000 less 4 MiB), with the direct map's first pages, a 2 MiB page, and a table that is not here.
pub(crate) fn x86() -> Made {
    let x86 = of("x86_64-4level");
    let table = |pa: u64| x86.make_table(Level::Pmd, PhysAddr(pa), Owner::Kernel).0;
    let small = |pa: u64, prot| leaf(x86, pa, prot, Level::Pte);
    Made::new(62)
        .table(0x261_0000, &[(273, table(0x1000)), (511, table(0x9_0000_0000))])
        .table(0x1000, &[(0, table(0x2000))])
        .table(0x2000, &[(0, table(0x3000)), (1, leaf(x86, 0x20_0000, Prot::Kernel, Level::Pmd))])
        .table(
            0x3000,
            &[
                (0, small(0, Prot::Kernel)),
                (1, small(0x1000, Prot::Kernel)),
                (2, small(0x2000, Prot::KernelRo)),
                (9, small(0x9000, Prot::KernelRo)),
            ],
        )
        .note("VMCOREINFO", X86_INFO.as_bytes())
}
