//! arm64: 4K pages and 48-bit addresses.

use super::*;
use crate::arm64::Arm64Func;
use crate::memory::{Area, View};
use trace::Fault;

const VMALLOC: u64 = 0xffff_8000_803c_8000;
const LINEAR: u64 = 0xffff_0000_0000_0000;
/// Memory starts at 1 GiB.
const MEMORY: u64 = 0x4000_0000;

/// What a leaf of kernel memory holds besides its address: writable, not executable, normal memory, global.
const RW: u64 = 0x00e8_0000_0000_0704;
const NG: u64 = 1 << 11;
/// The contiguous hint.
const CONT: u64 = 1 << 52;
/// PTE_WRITE and PTE_RDONLY.
const WRITE: u64 = 1 << 51;
const RDONLY: u64 = 1 << 7;

static KERNEL: Memory = Memory {
    linear: View { start: VirtAddr(LINEAR), memory: PhysAddr(MEMORY), bytes: 1 << 47 },
    image: None,
    areas: &[Area { start: VirtAddr(VMALLOC), pages: 2 }],
};

const fn page(pa: u64) -> u64 {
    pa | RW | 3
}

const fn block(pa: u64) -> u64 {
    pa | RW | 1
}

/// Two pages of vmalloc that lie in one 2 MiB leaf of the linear map, and behind it a leaf of 1 GiB.
fn machine() -> World {
    world(
        "arm64-4k-48",
        &[
            (VMALLOC, Level::Pte, page(0x4081_4000)),
            (VMALLOC + 0x1000, Level::Pte, page(0x4081_5000)),
            (LINEAR + 0x80_0000, Level::Pmd, block(0x4080_0000)),
            (LINEAR + 0x4000_0000, Level::Pud, block(0x8000_0000)),
        ],
    )
}

fn request(what: Arm64Func, bbm3: bool, start: u64, end: u64) -> Order {
    order(Request::Arm64(Arm64 { what, memory: &KERNEL, bbm3, not_global: false }), start, end)
}

fn set(what: SetMemory, start: u64, end: u64) -> Order {
    request(Arm64Func::Set(what), true, start, end)
}

const KERNELS: [Revision; 3] = [Revision::V6_18, Revision::V7_1, Revision::V7_3];

#[test]
fn before_v6_18_arm64_does_not_walk() {
    for revision in Revision::ALL {
        let made = call(revision, set(SetMemory::Ro, VMALLOC, VMALLOC + 0x1000), &machine());
        assert_eq!(made.is_ok(), KERNELS.contains(&revision), "{revision:?}");
    }
}

#[test]
fn a_vmalloc_page_becomes_read_only_in_both_views_without_init_mms_lock() {
    for revision in KERNELS {
        let mut now = machine();
        let (words, status) = told(revision, set(SetMemory::Ro, VMALLOC, VMALLOC + 0x1000), &mut now);
        let linear = block(0x4080_0000);
        let (was, is) = (page(0x4081_4000) | CONT, page(0x4081_4000) & !WRITE | RDONLY);
        // The block of sixteen ptes is ended before one of them is changed.
        let hints: Vec<_> = (0x10..0x20u64)
            .map(|slot| {
                let pte = page(0x4080_0000 + (slot << 12));
                format!("pte[{slot}]:{:x}>{pte:x}", pte | CONT)
            })
            .collect();
        let hints = hints.join(" ");
        assert_eq!(
            words,
            format!(
                "set_memory_ro( change_memory_common( AlignedOrWarn Area Pages \
                 update_range_prot( split_kernel_leaf_mapping( Aligned +split enters \
                 p4d[0]?no pud[0]?no pmd[4]?yes new-pte fills passes pmd[4]:{linear:x}>1800000001015403 pte[21]?yes {hints} \
                 leaves -split ) enters walk ffff000000814000-ffff000000815000 pte[20]:{:x}>{is:x} leaves ) \
                 flush ffff000000814000-ffff000000815000 unmaps \
                 update_range_prot( split_kernel_leaf_mapping( Aligned +split enters \
                 p4d[256]?no pud[2]?no pmd[1]?no pte[457]?no leaves -split ) enters \
                 walk ffff8000803c8000-ffff8000803c9000 pte[456]:{:x}>{is:x} leaves ) \
                 flush ffff8000803c8000-ffff8000803c9000 ) )",
                was & !CONT,
                page(0x4081_4000)
            ),
            "{revision:?}"
        );
        assert_eq!(status, Status::Done(0));
    }
}

#[test]
fn a_gigabyte_is_split_into_contiguous_blocks_step_by_step() {
    let addr = LINEAR + 0x4000_0000 + 0x0420_3000;
    let mut now = machine();
    let (words, status) =
        told(Revision::V7_3, set(SetMemory::DirectMapInvalid, addr, addr + 0x1000), &mut now);
    assert_eq!(status, Status::Done(0));
    assert!(words.contains("pud[1]?yes new-pmd fills passes pud[1]"), "{words}");
    assert_eq!(words.matches("pmd[").count(), 18, "asked once, 16 hints, one table: {words}");
    assert_eq!(words.matches("pte[").count(), 18, "asked once, 16 hints, one change: {words}");
    let at = |offset: u64, level| entry(&now, LINEAR + 0x4000_0000 + offset, level);
    // Far away: still a block of pmds. Near: pmds without the hint, then ptes with it, then without.
    assert_eq!(at(0x0800_0000, Level::Pmd), block(0x8800_0000) | CONT);
    assert_eq!(at(0x0440_0000, Level::Pmd), block(0x8440_0000));
    assert_eq!(at(0x0421_0000, Level::Pte), page(0x8421_0000) | CONT);
    assert_eq!(at(0x0420_4000, Level::Pte), page(0x8420_4000));
    // Not valid, but present to the kernel: nG without the valid bit.
    assert_eq!(at(0x0420_3000, Level::Pte), page(0x8420_3000) & !1 | NG);
}

#[test]
fn what_takes_a_page_out_of_the_direct_map_differs() {
    let addr = LINEAR + 0x80_0000;
    for (revision, out) in [(Revision::V6_18, 0), (Revision::V7_1, NG), (Revision::V7_3, NG)] {
        let mut now = machine();
        told(revision, set(SetMemory::DirectMapInvalid, addr, addr + 0x1000), &mut now);
        assert_eq!(entry(&now, addr, Level::Pte), page(0x4080_0000) & !1 | out);
        told(revision, set(SetMemory::DirectMapDefault, addr, addr + 0x1000), &mut now);
        assert_eq!(entry(&now, addr, Level::Pte), page(0x4080_0000));
    }
}

#[test]
fn where_kernel_mappings_are_not_global_one_bit_has_two_meanings() {
    let addr = LINEAR + 0x80_0000;
    let pte = page(0x4080_0000) | NG;
    for revision in KERNELS {
        let mut now = world("arm64-4k-48", &[(addr, Level::Pte, pte)]);
        for (what, is) in [(SetMemory::DirectMapInvalid, pte & !1), (SetMemory::DirectMapDefault, pte)] {
            let request = Arm64 { what: Arm64Func::Set(what), memory: &KERNEL, bbm3: true, not_global: true };
            told(revision, order(Request::Arm64(request), addr, addr + 0x1000), &mut now);
            assert_eq!(entry(&now, addr, Level::Pte), is, "{what:?} {revision:?}");
        }
    }
}

#[test]
fn a_leaf_that_is_meant_as_a_whole_is_changed_whole() {
    let addr = LINEAR + 0x80_0000;
    let mut now = machine();
    let (words, _) = told(Revision::V7_3, set(SetMemory::Invalid, addr, addr + 0x20_0000), &mut now);
    // Both ends begin a leaf, or a block of them would have to be ended.
    assert!(!words.contains("new-"), "{words}");
    assert!(words.contains("WholeLeaf pmd[4]:"), "{words}");
    // Turning on what was off needs no flush; anything else does.
    assert!(words.ends_with("leaves ) flush ffff000000800000-ffff000000a00000 )"), "{words}");
    let (words, _) = told(Revision::V7_3, set(SetMemory::Valid, addr, addr + 0x20_0000), &mut now);
    assert!(words.ends_with("leaves ) )"), "{words}");
    assert_eq!(entry(&now, addr, Level::Pmd), block(0x4080_0000));
}

#[test]
fn a_leaf_that_is_meant_in_part_is_refused_where_it_cannot_be_split() {
    let addr = LINEAR + 0x80_1000;
    let before = machine();
    let mut now = before.clone();
    let order = request(Arm64Func::Set(SetMemory::Invalid), false, addr, addr + 0x1000);
    let (words, status) = told(Revision::V7_3, order, &mut now);
    assert_eq!(
        words,
        "set_memory_valid( update_range_prot( enters walk ffff000000801000-ffff000000802000 WholeLeaf:no leaves \
         )=-22 flush ffff000000801000-ffff000000802000 )=-22"
    );
    assert_eq!(status, Status::Done(-22));
    assert_eq!(now, before, "nothing has changed, and no lock is left");
}

#[test]
fn a_split_that_fails_ends_it() {
    let mut now = machine();
    now.allocator.fails_at = 1;
    let (words, status) = told(Revision::V7_3, set(SetMemory::Ro, VMALLOC, VMALLOC + 0x1000), &mut now);
    assert!(
        words.ends_with(
            "pmd[4]?yes new-pte:no leaves -split )=-12 warns )=-12 flush ffff000000814000-ffff000000815000 )=-12 )=-12"
        ),
        "{words}"
    );
    assert_eq!(status, Status::Done(-12));
}

#[test]
fn everything_becomes_ptes_for_kfence_and_at_boot() {
    let (start, end) = (LINEAR + 0x80_0000, LINEAR + 0xa0_0000);
    let mut now = machine();
    let (words, _) = told(Revision::V7_3, request(Arm64Func::SplitForKfence, true, start, end), &mut now);
    let expected = format!(
        "arch_kfence_init_pool( +split range_split_to_ptes( enters walk {start:x}-{end:x} \
         new-pte fills passes pmd[4]:{:x}>1800000001015403 leaves ) -split )",
        block(0x4080_0000)
    );
    assert_eq!(words, expected);
    assert_eq!(entry(&now, start + 0x1000, Level::Pte), page(0x4080_1000), "without the hint");
    // A pud leaf: the walk goes into the new table of pmds and splits each of them.
    let (start, end) = (LINEAR + 0x4000_0000, LINEAR + 0x8000_0000);
    let (words, status) = told(Revision::V7_3, request(Arm64Func::SplitAtBoot, true, start, end), &mut now);
    assert!(words.starts_with("linear_map_split_to_ptes( waits range_split_to_ptes( enters"), "{words}");
    assert_eq!(words.matches("new-pte").count(), 512);
    assert!(words.ends_with(&format!("leaves ) flush {start:x}-{end:x} )")), "{words}");
    assert_eq!(status, Status::Done(0));
    assert_eq!(entry(&now, end - 0x1000, Level::Pte), page(0xbfff_f000));
}

#[test]
fn a_block_of_ptes_is_ended_once() {
    let addr = LINEAR + 0x20_0000;
    let mapped: Vec<_> =
        (0..16).map(|n| (addr + (n << 12), Level::Pte, page(0x4020_0000 + (n << 12)) | CONT)).collect();
    let mut now = world("arm64-4k-48", &mapped);
    let order = request(Arm64Func::SplitForKfence, true, addr, addr + 0x1_0000);
    let (words, _) = told(Revision::V7_3, order, &mut now);
    assert_eq!(words.matches("pte[").count(), 16, "{words}");
}

#[test]
fn without_memory_the_kernel_panics_at_boot_and_not_for_kfence() {
    let (start, end) = (LINEAR + 0x80_0000, LINEAR + 0xa0_0000);
    let run = |what| {
        let mut now = machine();
        now.allocator.fails_at = 1;
        told(Revision::V7_3, request(what, true, start, end), &mut now)
    };
    let (words, status) = run(Arm64Func::SplitAtBoot);
    assert!(words.ends_with("new-pte:no leaves )=-12 FAULT without"), "{words}");
    assert!(matches!(status, Status::Faulted(Fault::Oops(_))));
    let (words, status) = run(Arm64Func::SplitForKfence);
    assert!(words.ends_with("new-pte:no leaves )=-12 -split )=-12"), "{words}");
    assert_eq!(status, Status::Done(-12));
}

#[test]
fn impossible_requests_do_what_the_kernel_does() {
    let call = |what, start, end| told(Revision::V7_3, set(what, start, end), &mut machine());
    // The area is asked for before the number of pages.
    let (words, status) = call(SetMemory::Ro, VMALLOC, VMALLOC);
    assert_eq!(words, "set_memory_ro( change_memory_common( AlignedOrWarn Area Pages:no ) )");
    assert_eq!(status, Status::Done(0));
    for (start, end) in [(LINEAR, LINEAR + 0x1000), (VMALLOC, VMALLOC + 0x3000), (LINEAR, LINEAR)] {
        let (words, status) = call(SetMemory::Ro, start, end);
        assert_eq!(words, "set_memory_ro( change_memory_common( AlignedOrWarn Area:no )=-22 )=-22");
        assert_eq!(status, Status::Done(-22));
    }
    // Rounded down, with a warning.
    let (words, status) = call(SetMemory::Nx, VMALLOC + 0x123, VMALLOC + 0x1123);
    assert!(words.contains("AlignedOrWarn:no Area Pages"), "{words}");
    assert!(words.contains("walk ffff8000803c8000-ffff8000803c9000"), "{words}");
    assert_eq!(status, Status::Done(0));
    // The direct map: not rounded, refused by the splitter.
    let (words, status) = call(SetMemory::DirectMapInvalid, LINEAR + 0x80_0001, LINEAR + 0x80_1001);
    assert_eq!(
        words,
        "set_direct_map_invalid_noflush( update_range_prot( split_kernel_leaf_mapping( Aligned:no )=-22 warns )=-22 )=-22"
    );
    assert_eq!(status, Status::Done(-22));
    // No pages of the direct map: the walk refuses.
    let (words, status) = call(SetMemory::DirectMapInvalid, LINEAR + 0x80_0000, LINEAR + 0x80_0000);
    assert!(words.contains("enters EINVAL leaves )=-22"), "{words}");
    assert_eq!(status, Status::Done(-22));
}
