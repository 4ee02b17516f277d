//! Cores with the tables of booted kernels (7.3.4) in them: what their roots map is what those kernels print of themselves.
//!
//! The captures have the tables of a machine that was stopped, and the text of its debugfs file from the same moment.

use capture::Limits;
use mm::Table;
use pgtable::{Isa, Level, PhysAddr};
use texts::{Right, Wish};
use vmcore::{Core, ReadAt, ReadError, Regions, Rights, Root};

type Row = (u64, u64, Level, [bool; 3]);

/// An ELF core whose memory is these tables, and one note.
fn core_of(machine: u16, tables: &[Table], info: &str) -> Vec<u8> {
    let mut pages: Vec<(u64, Vec<u8>)> = Vec::new();
    for table in tables {
        let entries = (0..table.slots()).map(|slot| table.get(slot).unwrap_or_default().0);
        pages.push((table.pa().0, entries.flat_map(u64::to_le_bytes).collect()));
    }
    let name = b"VMCOREINFO\0\0";
    let mut note: Vec<u8> = Vec::new();
    for number in [11u32, info.len() as u32, 0] {
        note.extend(number.to_le_bytes());
    }
    note.extend(name);
    note.extend(info.as_bytes());
    note.resize(note.len().next_multiple_of(4), 0);
    let count = pages.len() + 1;
    let mut file = vec![0u8; 64];
    file[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    file[16..18].copy_from_slice(&4u16.to_le_bytes());
    file[18..20].copy_from_slice(&machine.to_le_bytes());
    file[32..40].copy_from_slice(&64u64.to_le_bytes());
    file[54..56].copy_from_slice(&56u16.to_le_bytes());
    file[56..58].copy_from_slice(&(count as u16).to_le_bytes());
    let mut offset = 64 + 56 * count as u64;
    let segments = std::iter::once((4u32, 0u64, note.len() as u64));
    for (kind, physical, bytes) in segments.chain(pages.iter().map(|(at, page)| (1, *at, page.len() as u64)))
    {
        file.extend(kind.to_le_bytes());
        file.extend(6u32.to_le_bytes());
        for number in [offset, 0, physical, bytes, bytes, 0] {
            file.extend(number.to_le_bytes());
        }
        offset += bytes;
    }
    file.extend(note);
    file.extend(pages.iter().flat_map(|(_, page)| page));
    file
}

/// Neighbours that adjoin and have the same level and rights are one: a dump merges so.
fn merged(rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::new();
    for row in rows {
        match all.last_mut() {
            Some(last) if last.1.checked_add(1) == Some(row.0) && (last.2, last.3) == (row.2, row.3) => {
                last.1 = row.1;
            }
            _ => all.push(row),
        }
    }
    all
}

/// The lines but headers, which stand where the kernel's regions are. The x86 kernels were built without EFI, which no core tells: the
/// region of its run-time services has an empty line of its own in a dump for kernels that have it.
fn same_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("0x") && !line.starts_with("0xffffffef00000000-")).collect()
}

fn compare(name: &str, machine: u16, info: &str, hole: std::ops::Range<u64>, from: u64) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures").join(name);
    let packed = std::fs::read(folder.join("tables.json.gz")).expect("a capture");
    let capture = capture::formats::read_file(&packed, Limits::ALL).expect("a capture").capture;
    let root = capture.roots.get("init_mm").expect("a root");
    let info = info.replace("ROOT", &format!("{root:x}"));
    let file = core_of(machine, capture.world.tables(), &info);
    let core = Core::open(&file[..]).expect("a core");
    let root_of = core.roots().expect("a root").remove(0);
    assert_eq!((root_of.at, root_of.model), (PhysAddr(root), capture.model()), "{name}");
    let found = core.ranges(&root_of, true).expect("ranges");
    let rights = |of: &Rights| [of.read, of.write, of.execute];
    let ours = found.all.iter().map(|of| (of.start, of.last, of.level, rights(&of.rights)));
    let ours = merged(ours.filter(|row| row.0 >= from && !hole.contains(&row.0)));
    let packed = std::fs::read(folder.join("ptdump-kernel.txt.gz")).expect("a dump");
    let text = capture::importer::unpack(&packed, &Limits::ALL).expect("a dump");
    let listing = texts::read(&text, Wish::default()).expect("a dump");
    let mut world = core.world(&root_of).expect("a world");
    let regions = Regions::of(core.info(), root_of.model, &found);
    let printed = vmcore::dump::text(&mut world, &regions).expect("a dump");
    let kernels_own = String::from_utf8_lossy(&text);
    for (nth, (our, kernel)) in same_lines(&printed).iter().zip(same_lines(&kernels_own)).enumerate() {
        assert_eq!(*our, kernel, "{name}, line {nth}");
    }
    assert_eq!(same_lines(&printed).len(), same_lines(&kernels_own).len(), "{name}");
    let known =
        |perms: texts::Perms| [Right::Read, Right::Write, Right::Execute].map(|right| perms.has(right));
    let kernels = listing
        .mapped()
        .into_iter()
        .map(|row| (row.start, row.last, row.level.expect("a level"), known(row.perms)));
    let kernels = merged(kernels.filter(|row| row.0 >= from && !hole.contains(&row.0)));
    assert!(kernels.len() > 20, "{name}: {}", kernels.len());
    for (nth, (our, kernel)) in ours.iter().zip(&kernels).enumerate() {
        assert_eq!(our, kernel, "{name}, range {nth}");
    }
    assert_eq!(ours.len(), kernels.len(), "{name}");
}

/// The dump leaves most of this region out ("entries skipped").
const ESPFIX: std::ops::Range<u64> = 0xffff_ff00_0000_0000..0xffff_ff80_0000_0000;

#[test]
fn x86_maps_what_its_kernel_prints() {
    // phys_base is what makes a symbol at the start of the kernel's map the root itself.
    let info =
        "SYMBOL(swapper_pg_dir)=ffffffff80000000\nNUMBER(phys_base)=0xROOT\nNUMBER(pgtable_l5_enabled)=";
    compare("x86_64-4level", 62, &format!("{info}0\n"), ESPFIX, 0);
    compare("x86_64-5level", 62, &format!("{info}1\n"), ESPFIX, 0);
}

#[test]
fn arm64_maps_what_its_kernel_prints() {
    let info = "PAGESIZE=4096\nNUMBER(VA_BITS)=48\nNUMBER(TCR_EL1_T1SZ)=0x10\nNUMBER(kimage_voffset)=0x0\nSYMBOL(swapper_pg_dir)=ROOT\n";
    compare("arm64-4k-48bit", 183, info, 0..0, 0);
}

#[test]
fn riscv_maps_what_its_kernel_prints() {
    let info = "NUMBER(VA_BITS)=39\nNUMBER(phys_ram_base)=0xROOT\nNUMBER(PAGE_OFFSET)=0xffffffd600000000\nSYMBOL(swapper_pg_dir)=ffffffd600000000\n";
    compare("riscv64-sv39", 243, info, 0..0, 0);
}

/// The tables of a capture as they lie in the memory of a machine that has the high byte first.
struct BigEndian(Vec<(u64, Vec<u8>)>);

impl BigEndian {
    fn new(tables: &[Table]) -> Self {
        let bytes = |table: &Table| {
            let entries = (0..table.slots()).map(|slot| table.get(slot).unwrap_or_default().0);
            entries.flat_map(u64::to_be_bytes).collect()
        };
        Self(tables.iter().map(|table| (table.pa().0, bytes(table))).collect())
    }
}

impl ReadAt for BigEndian {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let table = self.0.iter().find(|(at, bytes)| (*at..*at + bytes.len() as u64).contains(&offset));
        let (at, bytes) = table.ok_or(ReadError::End(offset))?;
        let from = bytes.get((offset - at) as usize..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(from.ok_or(ReadError::End(offset))?);
        Ok(())
    }
}

#[test]
fn raw_images_of_powerpc_and_s390_have_the_high_byte_first() {
    for (name, isa, start) in
        [("ppc64le-64k-radix", Isa::Powerpc, 0xc000_0000_0000_0000), ("s390x-3level", Isa::S390, 0)]
    {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures").join(name);
        let packed = std::fs::read(folder.join("tables.json.gz")).expect("a capture");
        let capture = capture::formats::read_file(&packed, Limits::ALL).expect("a capture").capture;
        let memory = BigEndian::new(capture.world.tables());
        let core = Core::raw(&memory, 1 << 40, 0, isa);
        let at = PhysAddr(capture.roots.get("init_mm").expect("a root"));
        let root = Root { name: "given".to_owned(), at, model: capture.model(), assumed: Vec::new() };
        let found = core.ranges(&root, true).expect("ranges");
        assert_eq!((found.missing, found.bad, found.all[0].start), (0, 0, start), "{name}");
        let mut world = core.world(&root).expect("a world");
        let regions = Regions::captured(capture.layout.iter(), Vec::new());
        let printed = vmcore::dump::text(&mut world, &regions).expect("a dump");
        let packed = std::fs::read(folder.join("ptdump-kernel.txt.gz")).expect("a dump");
        let text = capture::importer::unpack(&packed, &Limits::ALL).expect("a dump");
        let kernels_own = String::from_utf8_lossy(&text);
        let (ours, kernels) = (same_lines(&printed), same_lines(&kernels_own));
        assert!(kernels.len() > 10, "{name}");
        for (nth, (our, kernel)) in ours.iter().zip(&kernels).enumerate() {
            assert_eq!(our, kernel, "{name}, line {nth}");
        }
        assert_eq!(ours.len(), kernels.len(), "{name}");
    }
    // A process of s390 has a tree of its own depth, with addresses from 0.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures/s390x-3level");
    let packed = std::fs::read(folder.join("tables.json.gz")).expect("a capture");
    let capture = capture::formats::read_file(&packed, Limits::ALL).expect("a capture").capture;
    let memory = BigEndian::new(capture.world.tables());
    let core = Core::raw(&memory, 1 << 40, 0, Isa::S390);
    for (name, at) in capture.roots.iter().filter(|(name, _)| *name != "init_mm") {
        let at = PhysAddr(at);
        let root = Root { name: name.to_owned(), at, model: capture.model(), assumed: Vec::new() };
        let found = core.ranges(&root, true).expect("ranges");
        assert!(found.all.first().is_some_and(|of| of.start < 1 << 40), "{name} {:?}", found.all.first());
    }
}
