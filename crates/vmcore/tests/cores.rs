//! Small cores that these tests make, opened, walked, cut off and mangled.

use pgtable::{Isa, Level, Model, Owner, PhysAddr, Prot, RawEntry, model};
use proptest::prelude::*;
use vmcore::{Core, CoreError, Pieces, ReadError, Root, elf};

/// A core under construction: pages of memory, notes.
struct Made {
    machine: u16,
    pages: Vec<(u64, Vec<u8>)>,
    notes: Vec<u8>,
    with_virt: bool,
}

impl Made {
    fn new(machine: u16) -> Self {
        Self { machine, pages: Vec::new(), notes: Vec::new(), with_virt: false }
    }

    fn note(mut self, name: &str, desc: &[u8]) -> Self {
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

    fn table(mut self, at: u64, entries: &[(u32, u64)]) -> Self {
        let mut page = vec![0; 4096];
        for (slot, value) in entries {
            page[*slot as usize * 8..][..8].copy_from_slice(&value.to_le_bytes());
        }
        self.pages.push((at, page));
        self
    }

    fn file(&self) -> Vec<u8> {
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

fn of(id: &str) -> &'static Model {
    model(id).expect("a model")
}

fn leaf(of: &Model, pa: u64, prot: Prot, level: Level) -> u64 {
    of.make_leaf(PhysAddr(pa), prot, level).expect("a leaf").0
}

const X86_INFO: &str = "OSRELEASE=6.12.57\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff82a10000\n\
                        NUMBER(phys_base)=-4194304\nNUMBER(pgtable_l5_enabled)=0\nKERNELOFFSET=1000000\n";

/// init_mm's root at 0x2610000 (0x2a10000 less 4 MiB), with the direct map's first pages, a 2 MiB page, and a table that is not here.
fn x86() -> Made {
    let x86 = of("x86_64-4level");
    let table = |pa: u64| x86.make_table(PhysAddr(pa), Owner::Kernel).0;
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

fn lines(file: &[u8], upper_half: bool) -> (Vec<String>, usize) {
    let core = Core::open(file).expect("a core");
    let root = core.roots().expect("a root").remove(0);
    let found = core.ranges(&root, upper_half).expect("ranges");
    let line = |of: &vmcore::Range| {
        let rights = of.rights;
        let letters = [
            (rights.read, 'r'),
            (rights.write, 'w'),
            (rights.execute, 'x'),
            (rights.user, 'u'),
            (rights.global, 'g'),
        ];
        let letters: String = letters.into_iter().map(|(is, letter)| if is { letter } else { '-' }).collect();
        format!("{:x}-{:x} {} {letters} {:x}", of.start, of.last, of.level.name(), of.physical)
    };
    (found.all.iter().map(line).collect(), found.missing)
}

#[test]
fn x86_is_opened_by_its_vmcoreinfo() {
    let file = x86().file();
    let core = Core::open(&file[..]).expect("a core");
    assert_eq!(
        (core.machine(), core.info().get("OSRELEASE"), core.segments().len()),
        (Isa::X86, Some("6.12.57"), 4)
    );
    let roots = core.roots().expect("a root");
    assert_eq!(
        (roots[0].name.as_str(), roots[0].at, roots[0].model.id),
        ("init_mm", PhysAddr(0x261_0000), "x86_64-4level")
    );
    assert!(roots[0].assumed.is_empty());
    let expected = [
        "ffff888000000000-ffff888000001fff pte rw--g 0",
        "ffff888000002000-ffff888000002fff pte r---g 2000",
        "ffff888000009000-ffff888000009fff pte r---g 9000",
        "ffff888000200000-ffff8880003fffff pmd rw--g 200000",
    ];
    assert_eq!(lines(&file, true), (expected.map(str::to_owned).to_vec(), 1));
    // With paging the virtual addresses of the segments say nothing else.
    assert_eq!(lines(&Made { with_virt: true, ..x86() }.file(), true).0, expected);
}

#[test]
fn a_core_of_qemu_without_a_kernel_has_the_roots_of_its_cpus() {
    let mut cpu = vec![0u8; 440];
    cpu[392..400].copy_from_slice(&0x8005_0033u64.to_le_bytes());
    cpu[416..424].copy_from_slice(&0x261_0006u64.to_le_bytes());
    cpu[424..432].copy_from_slice(&0x1620u64.to_le_bytes());
    let mut made = x86();
    made.notes.clear();
    let file = made.note("CORE", &[0; 336]).note("QEMU", &cpu).file();
    let core = Core::open(&file[..]).expect("a core");
    let roots = core.roots().expect("a root");
    assert_eq!((roots.len(), roots[0].name.as_str(), roots[0].at), (1, "cr3 of CPU 0", PhysAddr(0x261_0000)));
    // CR4.LA57
    assert_eq!(roots[0].model.id, "x86_64-5level");
    // Without paging CR3 is nothing.
    cpu[395] = 0;
    let mut made = x86();
    made.notes.clear();
    let file = made.note("QEMU", &cpu).file();
    assert!(matches!(Core::open(&file[..]).expect("a core").roots(), Err(CoreError::NoRoot(_))));
}

#[test]
fn arm64_is_opened_by_its_offsets() {
    let arm64 = of("arm64-4k-48");
    let table = |pa: u64| arm64.make_table(PhysAddr(pa), Owner::Kernel).0;
    let info = "PAGESIZE=4096\nNUMBER(VA_BITS)=48\nNUMBER(TCR_EL1_T1SZ)=0x10\nNUMBER(kimage_voffset)=0xffff7fffc7e00000\n\
                SYMBOL(swapper_pg_dir)=ffff80000937b000\n";
    let file = Made::new(183)
        .table(0x4157_b000, &[(0, table(0x4fff_8000))])
        .table(0x4fff_8000, &[(0, table(0x4fff_7000))])
        .table(0x4fff_7000, &[(0, 0x00e0_0000_4100_0781), (1, 0x00e0_0000_4120_0781)])
        .note("VMCOREINFO", info.as_bytes())
        .file();
    let core = Core::open(&file[..]).expect("a core");
    let root = core.roots().expect("a root").remove(0);
    assert_eq!((root.at, root.model.id, root.assumed.len()), (PhysAddr(0x4157_b000), "arm64-4k-48", 0));
    assert_eq!(lines(&file, true).0, ["ffff000000000000-ffff0000003fffff pmd r---g 41000000"]);
    for (was, now, id) in [
        ("NUMBER(VA_BITS)=48", "NUMBER(VA_BITS)=52", "arm64-4k-52-l5off"),
        ("NUMBER(TCR_EL1_T1SZ)=0x10", "NUMBER(TCR_EL1_T1SZ)=0xc", "arm64-4k-52"),
        ("NUMBER(TCR_EL1_T1SZ)=0x10", "NUMBER(TCR_EL1_T1SZ)=0x19", "arm64-4k-39"),
        ("PAGESIZE=4096", "PAGESIZE=65536", "arm64-64k-48"),
    ] {
        let file = Made::new(183).note("VMCOREINFO", info.replace(was, now).as_bytes()).file();
        let root = Core::open(&file[..]).expect("a core").roots().expect("a root").remove(0);
        assert_eq!(root.model.id, id, "{now}");
    }
    let file = Made::new(183).note("VMCOREINFO", info.replace("=0x10", "=0x18").as_bytes()).file();
    assert!(matches!(Core::open(&file[..]).expect("a core").roots(), Err(CoreError::NoModel(_))));
}

#[test]
fn riscv_is_opened_by_what_its_kernel_says() {
    let riscv = of("riscv64-sv39");
    let table = |pa: u64| riscv.make_table(PhysAddr(pa), Owner::Kernel).0;
    let napot = 1 << 63 | (0x8_0018 << 10) | 0xe7;
    let pages: Vec<(u32, u64)> = (16..32).map(|slot| (slot, napot)).collect();
    let base = || {
        Made::new(243)
            .table(0x8160_0000, &[(344, table(0x8100_0000))])
            .table(0x8100_0000, &[(0, table(0x8100_1000))])
            .table(0x8100_1000, &pages)
    };
    for info in [
        "NUMBER(VA_BITS)=39\nNUMBER(va_kernel_pa_offset)=0xfffffffefee00000\nSYMBOL(swapper_pg_dir)=ffffffff80400000\n",
        "NUMBER(VA_BITS)=39\nNUMBER(phys_ram_base)=2147483648\nNUMBER(PAGE_OFFSET)=0xffffffd600000000\nSYMBOL(swapper_pg_dir)=ffffffd601600000\n",
        "NUMBER(satp)=0x8000000000081600\nSYMBOL(swapper_pg_dir)=ffffffff80400000\n",
    ] {
        let file = base().note("VMCOREINFO", info.as_bytes()).file();
        let root = Core::open(&file[..]).expect("a core").roots().expect("a root").remove(0);
        assert_eq!((root.at, root.model.id), (PhysAddr(0x8160_0000), "riscv64-sv39"), "{info}");
        // Svnapot: one raw frame in 16 ptes is 64 KiB that run on.
        assert_eq!(lines(&file, true).0, ["ffffffd600010000-ffffffd60001ffff pte rw--g 80010000"]);
    }
}

#[test]
fn segments_may_overlap_as_with_paging() {
    let mut made = x86();
    // What the direct map maps, a second time in many small pieces.
    let whole: Vec<u8> = made.pages[1..].iter().flat_map(|(_, page)| page.clone()).collect();
    let small = (0..200u64).map(|nth| (0x1000 + nth * 16, whole[nth as usize * 16..][..16].to_vec()));
    made.pages.splice(1.., std::iter::once((0x1000, whole.clone())).chain(small));
    made.with_virt = true;
    assert_eq!(lines(&made.file(), true).0.len(), 4);
}

#[test]
fn a_world_has_every_table_of_the_root() {
    let file = x86().file();
    let core = Core::open(&file[..]).expect("a core");
    let root = core.roots().expect("a root").remove(0);
    let world = core.world(&root).expect("a world");
    assert_eq!(world.tables().len(), 4);
    let id = world.table_at(PhysAddr(0x2000)).expect("a table");
    let entry = world.table(id).and_then(|table| table.get(1)).unwrap_or(RawEntry(0));
    assert_eq!(entry.0 & 0xfff, 0x1e3);
}

#[test]
fn a_raw_image_has_the_root_that_is_given() {
    // Memory from 0x80000000 on: a root with one page of 1 GiB.
    let mut image = vec![0u8; 8192];
    image[4096..4104].copy_from_slice(&0x2000_00e7u64.to_le_bytes());
    let core = Core::raw(&image, image.len() as u64, 0x8000_0000, Isa::Riscv);
    assert!(matches!(core.roots(), Err(CoreError::NoRoot(_))));
    let root = Root {
        name: "given".to_owned(),
        at: PhysAddr(0x8000_1000),
        model: of("riscv64-sv39"),
        assumed: Vec::new(),
    };
    let found = core.ranges(&root, true).expect("ranges");
    assert_eq!((found.all.len(), found.all[0].start, found.all[0].level), (1, 0, Level::Pud));
    assert_eq!(found.all[0].physical, 0x8000_0000);
    let beyond = Root { at: PhysAddr(0x1000), ..root };
    assert_eq!(core.ranges(&beyond, true), Err(CoreError::NotInCore(0x1000)));
}

#[test]
fn a_table_that_leads_to_itself_comes_to_an_end() {
    // Each slot of the root leads to the root: 512^4 pages.
    let entries: Vec<(u32, u64)> = (0..512).map(|slot| (slot, 0x261_0067)).collect();
    let file = Made::new(62).table(0x261_0000, &entries).note("VMCOREINFO", X86_INFO.as_bytes()).file();
    let core = Core::open(&file[..]).expect("a core");
    let root = core.roots().expect("a root").remove(0);
    let found = core.ranges(&root, true).expect("ranges");
    assert!(found.cut && found.tables <= vmcore::tree::MOST_TABLES);
    assert!(core.world(&root).is_ok());
}

#[test]
fn a_core_opens_by_pieces_with_little_of_it_read() {
    let mut made = x86();
    // 8 MiB of memory that no table leads to.
    made.pages.push((0x1_0000_0000, vec![7; 8 << 20]));
    let file = made.file();
    let pieces = Pieces::new(file.len() as u64, 16 << 20);
    let mut fetched = 0;
    let found = loop {
        let result = Core::open(&pieces).and_then(|core| {
            let root = core.roots()?.remove(0);
            core.ranges(&root, true)
        });
        match result {
            Err(CoreError::Read(ReadError::Missing { .. })) => {
                let (start, bytes) = pieces.wanted().expect("a part");
                fetched += bytes;
                pieces.put(start, &file[start as usize..(start + bytes) as usize]);
            }
            other => break other.expect("ranges"),
        }
    };
    assert_eq!((found.all.len(), found.missing), (4, 1));
    assert!(fetched < 1 << 20, "{fetched}");
}

#[test]
fn what_is_no_core_is_one_sentence() {
    let open = |file: &[u8]| Core::open(file).err();
    assert_eq!(open(b""), Some(CoreError::Short));
    assert_eq!(open(&[0; 64]), Some(CoreError::NotElf));
    let changed = |at: usize, byte: u8| {
        let mut file = x86().file();
        file[at] = byte;
        open(&file)
    };
    assert!(matches!(changed(4, 1), Some(CoreError::Class(_))));
    assert!(matches!(changed(5, 2), Some(CoreError::Class(_))));
    assert_eq!(changed(16, 2), Some(CoreError::NotCore(2)));
    assert_eq!(changed(18, 8), Some(CoreError::Machine(8)));
    assert!(matches!(changed(54, 32), Some(CoreError::Header(..))));
    let file = x86().file();
    assert!(matches!(open(&file[..100]), Some(CoreError::Read(ReadError::End(_)))));
    // Cut off in memory: what is there is read.
    let file = &file[..file.len() - 4096];
    let core = Core::open(file).expect("the headers are whole");
    let root = core.roots().expect("a root").remove(0);
    assert!(matches!(core.ranges(&root, true), Err(CoreError::Read(ReadError::End(_)))));
    assert!(elf::is_elf(file) && !elf::is_elf(b"KDUMP   ") && elf::is_kdump(b"KDUMP   "));
}

proptest! {
    #[test]
    fn mangled_cores_never_panic(
        changes in proptest::collection::vec((0usize..2000, any::<u8>()), 0..12), cut in 0usize..20_000, which in 0..2u8,
    ) {
        let mut file = if which == 0 { x86().file() } else { Made::new(243).note("VMCOREINFO", b"NUMBER(satp)=0x8\nSYMBOL(swapper_pg_dir)=f").file() };
        for (at, byte) in changes {
            if let Some(place) = file.get_mut(at) {
                *place = byte;
            }
        }
        file.truncate(cut.max(1));
        if let Ok(core) = Core::open(&file[..]) && let Ok(roots) = core.roots() {
            for root in roots {
                let _ = core.ranges(&root, true);
                let _ = core.world(&root);
            }
        }
    }
}
