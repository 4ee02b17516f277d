//! Small cores that these tests make, opened, walked, cut off and mangled.

#[path = "made/elf.rs"]
mod made;

use made::{Made, X86_INFO, of, x86};
use pgtable::{Isa, Level, Owner, PhysAddr, Prot, RawEntry};
use proptest::prelude::*;
use vmcore::listing::{self, Found};
use vmcore::{Core, CoreError, Pieces, ReadError, Regions, Root, Tables, is_core};

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

/// What a check and a comparison look at: rights of all levels, frames, what the CPU noted; and beside debugfs' text what that would say.
#[test]
fn the_tables_of_a_core_are_a_listing_of_effective_rights() {
    let mut made = x86();
    // The entry above the small pages is read-only: their own bits say nothing of that.
    let above = made.pages.iter_mut().find(|page| page.0 == 0x2000).expect("a table");
    above.1[0] &= !2;
    let file = made.file();
    let core = Core::open(&file[..]).expect("a core");
    let root = core.roots().expect("a root").remove(0);
    let ranges = core.ranges(&root, true).expect("ranges");
    let tables = Tables {
        world: core.world_with_holes(&root).expect("a world"),
        regions: Regions::of(core.info(), root.model, &ranges),
        found: Some(Found { assumed: listing::assumed(&root, &ranges), ranges, program: "a core" }),
    };
    let wish = texts::Wish::default();
    let of = |listing: &texts::Listing| -> Vec<String> {
        texts::merged(listing).iter().map(|range| range.to_string().replace('\t', " ")).collect()
    };
    let effective = tables.listing(wish).expect("a listing");
    assert_eq!(
        of(&effective),
        [
            "ffff888000000000 ffff888000002000 pte r---gad 0",
            "ffff888000002000 ffff888000003000 pte r---ga- 2000",
            "ffff888000009000 ffff88800000a000 pte r---ga- 9000",
            "ffff888000200000 ffff888000400000 pmd rw--gad 200000",
        ]
    );
    // The third table is the one that is not in the core, and that is said.
    assert!(
        effective.assumed.iter().any(|says| says.starts_with("1 table is not in the core")),
        "{effective:?}"
    );
    let printed = tables.printed(wish).expect("a listing");
    assert_eq!(of(&printed)[0], "ffff888000000000 ffff888000002000 pte rw--g?? -");
    assert!(listing::is_of_core(&effective) && !listing::is_of_core(&printed));
    assert!(
        listing::is_printed_beside(&effective, &printed)
            && !listing::is_printed_beside(&effective, &effective)
    );
    // A range of the tables that debugfs' rows cut still has the frame of its own start.
    assert!(effective.rows.iter().all(|row| row.frames.first().is_some()));
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
    let table = |pa: u64| arm64.make_table(Level::Pmd, PhysAddr(pa), Owner::Kernel).0;
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
        ("PAGESIZE=4096", "PAGESIZE=65536\nNUMBER(MAX_PHYSMEM_BITS)=52", "arm64-64k-48-lpa"),
        ("PAGESIZE=4096", "PAGESIZE=65536\nNUMBER(MAX_PHYSMEM_BITS)=48", "arm64-64k-48"),
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
    let table = |pa: u64| riscv.make_table(Level::Pmd, PhysAddr(pa), Owner::Kernel).0;
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

/// Kernels with CONFIG_RANDOMIZE_MEMORY: headers stand where this boot has its regions.
#[test]
fn x86_regions_are_where_the_tables_have_them() {
    let four = of("x86_64-4level");
    let (direct, vmalloc, vmemmap) = (0xffff_9a4c_0000_0000, 0xffff_b11a_c000_0000, 0xffff_f5c2_4000_0000);
    let table = |pa: u64| four.make_table(Level::Pmd, PhysAddr(pa), Owner::Kernel).0;
    let small = |pa: u64| made::leaf(four, pa, Prot::Kernel, Level::Pte);
    let large = |pa: u64| made::leaf(four, pa, Prot::Kernel, Level::Pmd);
    let slot = |level, addr: u64| four.index(level, pgtable::VirtAddr(addr));
    let mut core = Made::new(62);
    let tops = [direct, vmalloc, vmemmap].into_iter().zip(1u64..);
    let root: Vec<(u32, u64)> =
        tops.clone().map(|(at, nth)| (slot(Level::Pgd, at), table(nth << 16))).collect();
    core = core.table(0x261_0000, &root);
    for (at, nth) in tops {
        core = core.table(nth << 16, &[(slot(Level::Pud, at), table((nth << 16) + 0x1000))]);
    }
    let file = core
        .table(0x1_1000, &[(0, table(0x1_2000)), (1, large(0x20_0000)), (2, large(0x40_0000))])
        .table(0x1_2000, &[(1, small(0x1000)), (2, small(0x2000))])
        // The first vmalloc area is not at the very beginning.
        .table(0x2_1000, &[(0, table(0x2_2000))])
        .table(0x2_2000, &[(4, small(0x7000)), (9, small(0x3000))])
        .table(0x3_1000, &[(0, large(0x80_0000))])
        .note("VMCOREINFO", [X86_INFO, "NUMBER(KERNEL_IMAGE_SIZE)=1073741824\n"].concat().as_bytes())
        .file();
    let core = Core::open(&file[..]).expect("a core");
    let root = core.roots().expect("a root").remove(0);
    let found = core.ranges(&root, true).expect("ranges");
    let regions = Regions::of(core.info(), root.model, &found);
    let known = ["PAGE_OFFSET", "VMALLOC_START", "VMEMMAP", "MODULES_VADDR"].map(|name| regions.get(name));
    assert_eq!(known, [Some(direct), Some(vmalloc), Some(vmemmap), Some(0xffff_ffff_c000_0000)]);
    assert!(regions.assumed[0].contains("direct map begins at ffff9a4c00000000, vmalloc ffffb11ac0000000"));
    let text = vmcore::dump::text(&mut core.world(&root).expect("a world"), &regions).expect("a text");
    let behind = |header: &str| {
        let mut lines = text.lines().skip_while(|line| !line.contains(header)).skip(1);
        lines
            .find(|line| line.starts_with("0x"))
            .unwrap_or_default()
            .split('-')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(behind("Low Kernel Mapping"), "0xffff9a4c00000000", "{text}");
    assert_eq!(behind("vmalloc() Area"), "0xffffb11ac0000000", "{text}");
    assert_eq!(behind("Vmemmap"), "0xfffff5c240000000", "{text}");
    // One that moves nothing, and says nothing.
    let file = x86().file();
    let core = Core::open(&file[..]).expect("a core");
    let root = core.roots().expect("a root").remove(0);
    let regions = Regions::of(core.info(), root.model, &core.ranges(&root, true).expect("ranges"));
    assert_eq!((regions.get("PAGE_OFFSET"), regions.assumed.len()), (None, 1), "{:?}", regions.assumed);
}

/// arm64 says where its regions are: before v6.5 the modules had 128 MiB.
#[test]
fn arm64_regions_are_where_the_kernel_says() {
    let info = vmcore::Info::new(b"NUMBER(VA_BITS)=48\nNUMBER(MODULES_VADDR)=0xffff800000000000\nNUMBER(MODULES_END)=0xffff800008000000\nNUMBER(VMALLOC_START)=0xffff800008000000\n");
    let regions = Regions::of(&info, of("arm64-4k-48"), &vmcore::Ranges::default());
    assert_eq!(regions.get("MODULES_END"), Some(0xffff_8000_0800_0000));
}

/// VMCOREINFO of Linux 6.12.117 (Debian) as it was in the memory of real guests of QEMU 7.2.22 (what tells the root), and where the root
/// was: on arm64 and riscv64 the walk of QEMU's monitor agreed with every range.
#[test]
fn real_kernels_tell_their_roots() {
    let arm64 = |page, symbol, offset, size, bits| {
        format!(
            "OSRELEASE=6.12.117\nPAGESIZE={page}\nSYMBOL(swapper_pg_dir)={symbol}\nNUMBER(MAX_PHYSMEM_BITS)={bits}\nNUMBER(VA_BITS)=52\n\
             NUMBER(kimage_voffset)={offset}\nNUMBER(PHYS_OFFSET)=0x40000000\nNUMBER(TCR_EL1_T1SZ)={size}\nKERNELOFFSET=4ab569000000\n"
        )
    };
    let riscv = "OSRELEASE=6.12.117\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff81dcb000\nNUMBER(phys_ram_base)=2147483648\n\
                 NUMBER(PAGE_OFFSET)=0xff60000000000000\nNUMBER(VA_BITS)=57\nNUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000\n\
                 NUMBER(va_kernel_pa_offset)=0xfffffffeffe00000\n";
    let x86 = "OSRELEASE=6.12.117\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff9b622000\nNUMBER(MAX_PHYSMEM_BITS)=46\n\
               NUMBER(phys_base)=-291504128\nSYMBOL(init_top_pgt)=ffffffff9b622000\nNUMBER(pgtable_l5_enabled)=0\nKERNELOFFSET=18a00000\n\
               NUMBER(KERNEL_IMAGE_SIZE)=1073741824\nNUMBER(sme_mask)=0\n";
    for (machine, info, at, id) in [
        (
            183,
            arm64(4096, "ffffcab5ea892000", "0xffffcab5a8e00000", "0x10", 48),
            0x41a9_2000,
            "arm64-4k-52-l5off",
        ),
        (183, arm64(4096, "ffffa7900d492000", "0xffffa78fcba00000", "0xc", 52), 0x41a9_2000, "arm64-4k-52"),
        (
            183,
            arm64(16_384, "ffffd0bb58b64000", "0xffffd0bb16c00000", "0xc", 52),
            0x41f6_4000,
            "arm64-16k-52",
        ),
        (243, riscv.to_owned(), 0x81fc_b000, "riscv64-sv57"),
        (62, x86.to_owned(), 0xa02_2000, "x86_64-4level"),
    ] {
        let file = Made::new(machine).note("VMCOREINFO", info.as_bytes()).file();
        let root = Core::open(&file[..]).expect("a core").roots().expect("a root").remove(0);
        assert_eq!((root.at.0, root.model.id, root.assumed.len()), (at, id, 0), "{info}");
    }
    let encrypted = x86.replace("sme_mask)=0", "sme_mask)=140737488355328");
    let file = Made::new(62).note("VMCOREINFO", encrypted.as_bytes()).file();
    assert!(matches!(Core::open(&file[..]).expect("a core").roots(), Err(CoreError::NoModel(_))));
}

#[test]
fn the_note_may_be_in_memory_only() {
    let mut made = x86();
    made.notes.clear();
    let note = x86().notes;
    made.pages.push((0x7000_0000, note));
    let file = made.file();
    let mut core = Core::open(&file[..]).expect("a core");
    assert!(matches!(core.roots(), Err(CoreError::NoRoot(_))));
    assert!(matches!(core.take_info(PhysAddr(0x2000)), Err(CoreError::NoRoot(_))));
    assert_eq!(core.take_info(PhysAddr(0x5000)), Err(CoreError::NotInCore(0x5000)));
    core.take_info(PhysAddr(0x7000_0000)).expect("the note");
    assert_eq!(core.roots().expect("a root")[0].at, PhysAddr(0x261_0000));
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
    let found = core.ranges(&root, true).expect("the root is there");
    let whole = lines(&x86().file(), true).0.len();
    assert!(found.behind_end > 0 && (1..whole).contains(&found.all.len()), "{found:?}");
    assert!(core.world(&root).is_ok());
    // The root itself is not there.
    let lost = Root { at: PhysAddr(0x270_0000), ..root };
    assert!(core.ranges(&lost, true).is_err());
    let starts: [&[u8]; 4] = [file, b"KDUMP   ", b"DISKDUMP", b"makedumpfile\0\0\0\0"];
    assert!(starts.into_iter().all(is_core) && !is_core(b"KDUMP") && !is_core(b"makedumpfile -c vmcore"));
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
