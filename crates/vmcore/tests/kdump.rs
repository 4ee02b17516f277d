//! Cores in kdump's compressed format that these tests make, in the form of real ones.
//!
//! What was in real files, written by `dump-guest-memory -z` of Debian's QEMU 7.2.22 for guests with Linux 6.12.117: flattened (a 4096-byte
//! header, then parts, each behind 16 big-endian bytes); header version 6; pages that are all zero share one that is stored as it is.
//!
//! | guest | `utsname.machine` | block | `sub_hdr_size` | notes |
//! |---|---|---|---|---|
//! | x86-64 | `x86_64` | 4096 | 2 | NT_PRSTATUS (336 bytes) of each CPU, QEMU (440) of each, VMCOREINFO, which the second header points into |
//! | arm64 | `Unknown` | 65536, though the guest's pages have 4096 | 1 | NT_PRSTATUS (392) and NT_FPREGSET of each, VMCOREINFO |
//! | riscv64 | `Unknown` | 4096 | 1 | NT_PRSTATUS (376) of each; no VMCOREINFO, as virt has no such device |

#[path = "made/kdump.rs"]
mod made;

use made::{By, FRAMES, Made, flattened, x86};
use pgtable::{Isa, PhysAddr};
use proptest::prelude::*;
use vmcore::{Core, CoreError, Pieces, ReadError, is_core};

/// What the root maps, and how many tables are not there.
fn ranges(file: &[u8]) -> (usize, u64, usize) {
    let core = Core::open(file).expect("a core");
    let found = core.ranges(&core.roots().expect("a root")[0], true).expect("ranges");
    (found.all.len(), found.all.iter().map(|of| of.last - of.start + 1).sum(), found.missing)
}

#[test]
fn pages_are_unpacked_whatever_packed_them_and_flattened_or_not() {
    let all = [
        By::Nothing,
        By::Zlib,
        By::Lzo,
        By::Snappy,
        #[cfg(feature = "zstd")]
        By::Zstd,
    ];
    for by in all {
        let file = x86().file(by);
        assert!(is_core(&file));
        // Of three pages one is read-only; one table is not in the core.
        assert_eq!(ranges(&file), (342, 512 << 12, 1), "{by:?}");
        let flat = flattened(&file);
        assert!(is_core(&flat) && flat.starts_with(b"makedumpfile"));
        assert_eq!(ranges(&flat), (342, 512 << 12, 1), "{by:?}, flattened");
        let core = Core::open(&flat[..]).expect("a core");
        assert!(core.is_compressed() && core.segments().is_empty());
        assert_eq!((core.machine(), core.info().get("OSRELEASE")), (Isa::X86, Some("6.12.117")));
        assert_eq!(core.bytes(), 4 << 12);
        assert_eq!(core.read(PhysAddr(0x9000), &mut [0]), Err(CoreError::NotInCore(0x9000)));
        assert_eq!(core.read(PhysAddr(u64::MAX), &mut [0]), Err(CoreError::NotInCore(u64::MAX)));
        // Over the end of a page.
        let mut both = [0; 16];
        core.read(PhysAddr(0x1ff8), &mut both).expect("both pages");
        assert_eq!(&both[8..], &x86().memory[&0x2000].to_le_bytes());
    }
}

#[test]
fn a_machine_without_a_name_is_known_by_its_registers() {
    for (machine, registers, isa) in [
        ("Unknown", 336, Ok(Isa::X86)),
        ("Unknown", 392, Ok(Isa::Arm64)),
        ("Unknown", 376, Ok(Isa::Riscv)),
        ("aarch64", 0, Ok(Isa::Arm64)),
        ("riscv64", 0, Ok(Isa::Riscv)),
        ("s390x", 8, Err(CoreError::MachineName("s390x".to_owned()))),
    ] {
        let file = Made { machine, registers, ..x86() }.file(By::Zlib);
        assert_eq!(Core::open(&file[..]).map(|core| core.machine()), isa, "{machine} {registers}");
    }
}

/// QEMU's blocks of an arm64 guest are larger than its pages.
#[test]
fn a_block_may_hold_several_pages() {
    let file = Made { block: 65_536, ..x86() }.file(By::Zlib);
    assert_eq!(ranges(&file).1, 512 << 12);
}

#[test]
fn a_part_of_a_split_dump_has_its_own_pages() {
    let whole = x86();
    let frames: Vec<u64> = whole.pages().into_keys().collect();
    assert_eq!(frames, [1, 2, 3, 0x2010]);
    // The second part: the root is there, what it leads to is not.
    let part = Made { split: Some((4, FRAMES)), ..x86() }.file(By::Zlib);
    assert_eq!(ranges(&part), (0, 0, 2));
    let core = Core::open(&part[..]).expect("a core");
    assert_eq!(core.bytes(), 1 << 12);
    let part = Made { split: Some((0, 4)), ..x86() }.file(By::Zlib);
    let core = Core::open(&part[..]).expect("a core");
    assert_eq!(core.bytes(), 3 << 12);
    assert_eq!(core.ranges(&core.roots().expect("a root")[0], true), Err(CoreError::NotInCore(0x201_0000)));
}

#[test]
fn what_is_broken_is_said_and_the_rest_is_read() {
    let good = x86().file(By::Zlib);
    let descriptors = 4096 * 2 + 2 * 4096;
    let of = |nth: usize, at: usize, value: u32| {
        let mut file = good.clone();
        file[descriptors + nth * 24 + at..][..4].copy_from_slice(&value.to_le_bytes());
        file
    };
    // The pte table: its way of packing, its size.
    for file in [
        of(2, 12, 0x40),
        of(2, 12, 2),
        of(2, 12, 4),
        of(2, 12, 0x20),
        of(2, 8, 0),
        of(2, 8, 5000),
        of(2, 8, 9),
    ] {
        assert_eq!(ranges(&file), (0, 0, 2));
    }
    // The root.
    let file = of(3, 12, 0x40);
    let core = Core::open(&file[..]).expect("a core");
    let said = core.ranges(&core.roots().expect("a root")[0], true).expect_err("no root").to_string();
    assert_eq!(
        said,
        "the page of memory at 0x2010000 cannot be unpacked: it is packed in a way that is not known (0x40)"
    );
    // Headers that no core has.
    for (at, value) in [(428, 4095u32), (428, 1 << 20), (432, 0), (432, 5000), (436, 0), (436, u32::MAX)] {
        let mut file = good.clone();
        file[at..at + 4].copy_from_slice(&value.to_le_bytes());
        assert!(matches!(Core::open(&file[..]), Err(CoreError::Header(..))), "{at} {value}");
    }
    for at in [40, 56] {
        let mut file = good.clone();
        file[4096 + at..][..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(Core::open(&file[..]), Err(CoreError::Header(..))), "{at}");
    }
    assert!(matches!(Core::open(&good[..300]), Err(CoreError::Read(ReadError::End(_)))));
}

#[test]
fn a_flattened_core_opens_by_pieces() {
    let file = flattened(&x86().file(By::Zlib));
    let pieces = Pieces::new(file.len() as u64, 16 << 20);
    let ask = || Core::open(&pieces).and_then(|core| core.ranges(&core.roots()?.remove(0), true));
    let found = loop {
        match ask() {
            Err(CoreError::Read(ReadError::Missing { .. })) => {
                let (start, bytes) = pieces.wanted().expect("a part");
                pieces.put(start, &file[start as usize..(start + bytes) as usize]);
            }
            other => break other.expect("ranges"),
        }
    };
    assert_eq!((found.all.len(), found.missing), (342, 1));
}

proptest! {
    #[test]
    fn mangled_files_never_panic(
        changes in proptest::collection::vec((0usize..22_000, any::<u8>()), 0..12), cut in 0usize..30_000, flat: bool,
    ) {
        let mut file = x86().file(By::Zlib);
        if flat {
            file = flattened(&file);
        }
        for (at, byte) in changes {
            if let Some(place) = file.get_mut(at) {
                *place = byte;
            }
        }
        file.truncate(cut.max(1));
        if let Ok(core) = Core::open(&file[..]) && let Ok(roots) = core.roots() {
            let _ = core.bytes();
            for root in roots {
                let _ = core.ranges(&root, true);
                let _ = core.world(&root);
            }
        }
    }
}

/// The page does without zstd: there is a sentence, and every other way of packing goes.
#[cfg(not(feature = "zstd"))]
#[test]
fn what_the_page_does_not_unpack_is_said() {
    let file = x86().file(By::Zstd);
    let core = Core::open(&file[..]).expect("a core");
    let said = core.ranges(&core.roots().expect("a root")[0], true).expect_err("no root").to_string();
    assert!(
        said.ends_with(
            "cannot be unpacked: it is packed with zstd, which only the command line unpacks: `pagewalk open`"
        ),
        "{said}"
    );
}
