//! riscv: three modes of 64 bits, and 32 bits.

use super::Request::Riscv;
use super::*;
use crate::memory::{Area, View};
use trace::Fault;

const VMALLOC: u64 = 0xffff_ffc6_0000_0000;
const LINEAR: u64 = 0xffff_ffd6_0000_0000;
const IMAGE: u64 = 0xffff_ffff_8000_0000;
/// Memory starts at 2 GiB.
const MEMORY: u64 = 0x8000_0000;

static SV39: Memory = Memory {
    linear: View { start: VirtAddr(LINEAR), memory: PhysAddr(MEMORY), bytes: 1 << 37 },
    image: Some(View { start: VirtAddr(IMAGE), memory: PhysAddr(MEMORY + 0x20_0000), bytes: 0x80_0000 }),
    areas: &[Area { start: VirtAddr(VMALLOC + 0x5000), pages: 2 }],
};

static SV57: Memory = Memory {
    linear: View {
        start: VirtAddr(0xff60_0000_0000_0000),
        memory: PhysAddr(MEMORY),
        bytes: 0x7f_ffff_ffff_ffff,
    },
    image: None,
    areas: &[],
};

/// A leaf or a pte for the memory at `pa`, writable.
const fn rw(pa: u64) -> u64 {
    pa >> 2 | 0xe7
}

/// Two pages of vmalloc that lie apart in memory, a linear map of 2 MiB leaves, an image of one.
fn machine() -> World {
    world(
        "riscv64-sv39",
        &[
            (VMALLOC + 0x5000, Level::Pte, rw(0x8060_3000)),
            (VMALLOC + 0x6000, Level::Pte, rw(0x8080_1000)),
            (LINEAR, Level::Pmd, rw(MEMORY)),
            (LINEAR + 0x20_0000, Level::Pmd, rw(0x8020_0000)),
            (LINEAR + 0x60_0000, Level::Pmd, rw(0x8060_0000)),
            (LINEAR + 0x80_0000, Level::Pmd, rw(0x8080_0000)),
            (IMAGE, Level::Pmd, rw(0x8020_0000)),
        ],
    )
}

fn set(what: SetMemory, start: u64, end: u64) -> Order {
    order(Riscv(what, &SV39), start, end)
}

#[test]
fn a_vmalloc_page_changes_in_both_views_the_linear_one_first() {
    for revision in Revision::ALL {
        let mut now = machine();
        let order = set(SetMemory::Ro, VMALLOC + 0x5000, VMALLOC + 0x7000);
        let (words, status) = told(revision, order, &mut now);
        assert_eq!(
            words,
            "set_memory_ro( __set_memory( Pages +init_mm \
             split_linear_mapping( pud[344]?no pmd[3]?yes new-pte fills passes pmd[3]:201800e7>405001 ) \
             walk ffffffd600603000-ffffffd600604000 pte[3]:20180ce7>20180ce3 \
             split_linear_mapping( pud[344]?no pmd[4]?yes new-pte fills passes pmd[4]:202000e7>405401 ) \
             walk ffffffd600801000-ffffffd600802000 pte[1]:202004e7>202004e3 \
             walk ffffffc600005000-ffffffc600007000 pte[5]:20180ce7>20180ce3 pte[6]:202004e7>202004e3 \
             -init_mm flush-all ) )",
            "{revision:?}"
        );
        assert_eq!(status, Status::Done(0));
        // What was split maps the same memory with the same bits, but for the one page.
        assert_eq!(entry(&now, LINEAR + 0x60_2000, Level::Pte), rw(0x8060_2000));
        assert_eq!(entry(&now, LINEAR + 0x7f_f000, Level::Pte), rw(0x807f_f000));
    }
}

#[test]
fn a_linear_address_is_walked_twice() {
    let mut now = machine();
    let order = set(SetMemory::DirectMapInvalid, LINEAR + 0x60_0000, LINEAR + 0x60_1000);
    let (words, _) = told(Revision::V7_3, order, &mut now);
    assert_eq!(
        words,
        "set_direct_map_invalid_noflush( __set_memory( Pages +init_mm \
         split_linear_mapping( pud[344]?no pmd[3]?yes new-pte fills passes pmd[3]:201800e7>405001 ) \
         walk ffffffd600600000-ffffffd600601000 pte[0]:201800e7>201800e6 \
         walk ffffffd600600000-ffffffd600601000 pte[0]:201800e6>201800e6 -init_mm flush-all ) )"
    );
}

#[test]
fn a_leaf_that_is_meant_as_a_whole_is_not_split() {
    let mut now = machine();
    let order = set(SetMemory::Nx, LINEAR + 0x60_0000, LINEAR + 0xa0_0000);
    let (words, _) = told(Revision::V7_3, order, &mut now);
    assert_eq!(words.matches("new-pte").count(), 0, "{words}");
    assert_eq!(words.matches("pmd[3]:").count(), 2, "{words}");
    // One page more, and the next leaf is.
    let order = set(SetMemory::Nx, LINEAR + 0x1f_f000, LINEAR + 0x40_0000);
    let (words, _) = told(Revision::V7_3, order, &mut now);
    assert!(words.contains("pmd[0]?yes new-pte"), "{words}");
    assert!(!words.contains("pmd[1]?"), "{words}");
}

#[test]
fn the_image_is_changed_whole_and_its_linear_alias_page_by_page() {
    let mut now = machine();
    let order = set(SetMemory::Ro, IMAGE + 0x1000, IMAGE + 0x2000);
    let (words, status) = told(Revision::V7_3, order, &mut now);
    assert!(words.contains("pmd[1]?yes new-pte fills passes pmd[1]:200800e7>405001 )"), "{words}");
    assert!(words.contains("walk ffffffd600201000-ffffffd600202000 pte[1]:200804e7>200804e3"), "{words}");
    assert!(
        words.contains("walk ffffffff80001000-ffffffff80002000 pmd[0]:200800e7>200800e3 -init_mm"),
        "{words}"
    );
    assert_eq!(status, Status::Done(0));
}

#[test]
fn a_failure_stops_the_change_and_flushes_all_the_same() {
    let mut now = machine();
    now.allocator.fails_at = 2;
    let order = set(SetMemory::Ro, VMALLOC + 0x5000, VMALLOC + 0x7000);
    let (words, status) = told(Revision::V7_3, order, &mut now);
    let end = "pte[3]:20180ce7>20180ce3 split_linear_mapping( pud[344]?no pmd[4]?yes new-pte:no )=-12 \
               -init_mm flush-all )=-12 )=-12";
    assert!(words.ends_with(end), "{words}");
    assert_eq!(status, Status::Done(-12));
    // The first page stays changed in the linear map and not in the vmalloc area: nothing is undone.
    assert_eq!(entry(&now, VMALLOC + 0x5000, Level::Pte), rw(0x8060_3000));
}

#[test]
fn leaves_of_a_gigabyte_are_split_down_to_pages() {
    let linear = 0xff60_0000_0000_0000;
    let mut now = world("riscv64-sv57", &[(linear, Level::Pud, rw(MEMORY))]);
    let order = order(Riscv(SetMemory::Ro, &SV57), linear + 0x20_3000, linear + 0x20_4000);
    let (words, _) = told(Revision::V7_3, order, &mut now);
    assert!(
        words.contains(
            "pud[0]?yes new-pmd fills passes pud[0]:200000e7>404801 \
             pmd[1]?yes new-pte fills passes pmd[1]:200800e7>404c01 )"
        ),
        "{words}"
    );
    assert_eq!(entry(&now, linear + 0x20_3000, Level::Pte), rw(0x8020_3000) & !4);
    assert_eq!(entry(&now, linear + 0x20_4000, Level::Pte), rw(0x8020_4000));
    assert_eq!(entry(&now, linear + 0x3fe0_0000, Level::Pmd), rw(0xbfe0_0000));
}

#[test]
fn a_kernel_of_32_bits_has_no_alias_and_flushes_the_range() {
    let mut now = world("riscv32-sv32", &[(0xa000_0000, Level::Pte, 0x2000_00e7)]);
    let order = set(SetMemory::Ro, 0xa000_0000, 0xa000_1000);
    let (words, _) = told(Revision::V7_3, order, &mut now);
    assert_eq!(
        words,
        "set_memory_ro( __set_memory( Pages +init_mm walk a0000000-a0001000 pte[0]:200000e7>200000e3 \
         -init_mm flush a0000000-a0001000 ) )"
    );
}

#[test]
fn impossible_requests_do_what_the_kernel_does() {
    let call = |start, end| told(Revision::V7_3, set(SetMemory::Ro, start, end), &mut machine());
    let (words, status) = call(VMALLOC + 0x5000, VMALLOC + 0x5000);
    assert_eq!((words.as_str(), status), ("set_memory_ro( __set_memory( Pages:no ) )", Status::Done(0)));
    // No area there: the result of find_vm_area() is not tested.
    let (words, status) = call(VMALLOC + 0x10_0000, VMALLOC + 0x10_1000);
    assert_eq!(words, "set_memory_ro( __set_memory( Pages +init_mm FAULT find_vm_area()");
    assert!(matches!(status, Status::Faulted(Fault::Oops(_))));
    // More pages than the area has: two are changed, then the array of pages is over.
    let (words, _) = call(VMALLOC + 0x5000, VMALLOC + 0x8000);
    assert!(words.ends_with("pte[1]:202004e7>202004e3 FAULT the"), "{words}");
    // The linear map where no memory is: split_linear_mapping() follows an entry that is none.
    let (_, status) = call(LINEAR + (1 << 30), LINEAR + (1 << 30) + 0x1000);
    assert_eq!(status, Status::Faulted(Fault::NoTable { level: Level::Pmd, pa: PhysAddr(0) }));
    // Not aligned: the alias is a whole page, the vmalloc address stays as it is.
    let (words, _) = call(VMALLOC + 0x5123, VMALLOC + 0x6123);
    assert!(words.contains("walk ffffffd600603000-ffffffd600604000"), "{words}");
    assert!(words.contains("walk ffffffc600005123-ffffffc600006123 pte[5]:"), "{words}");
    // A user address is in none of the views: just the walk, which finds nothing.
    let (words, _) = call(0x1000, 0x2000);
    assert_eq!(words, "set_memory_ro( __set_memory( Pages +init_mm walk 1000-2000 -init_mm flush-all ) )");
}
