//! loongarch: 16K pages, three levels.

use super::Request::Loongarch;
use super::*;

/// The first module page, and a leaf of 32 MiB in the vmalloc area.
const MODULES: u64 = 0xffff_8000_0200_8000;
const HUGE: u64 = 0xffff_8000_8400_0000;
const PTE: u64 = 0x0812_01d3;
const LEAF: u64 = 0x0a00_11d3;

fn machine() -> World {
    world(
        "loongarch64-16k-3level",
        &[
            (MODULES, Level::Pte, PTE),
            (MODULES + 0x4000, Level::Pte, PTE + 0x4000),
            // Not mapped: a kernel pte table is made with the global bit in every slot.
            (MODULES + 0x8000, Level::Pte, 0x40),
            (HUGE, Level::Pmd, LEAF),
        ],
    )
}

#[test]
fn permissions_change_under_the_write_lock_and_are_flushed_after_it() {
    for (what, clear, set) in [
        (SetMemory::Ro, 0x102, 0),
        (SetMemory::Nx, 0, 1 << 62),
        (SetMemory::X, 1 << 62, 0),
        (SetMemory::Rw, 0, 0x102),
    ] {
        for revision in Revision::ALL.into_iter().filter(|of| of.around().loongarch_set_memory) {
            let mut now = machine();
            let (words, status) = told(revision, order(Loongarch(what), MODULES, MODULES + 0x8000), &mut now);
            let name = what.function().name;
            let is = PTE & !clear | set;
            let next = (is + 0x4000, PTE + 0x4000);
            let expected = format!(
                "{name}( InTables __set_memory( Pages +init_mm walk ffff800002008000-ffff800002010000 \
                 pte[2]:{PTE:x}>{is:x} pte[3]:{:x}>{:x} -init_mm flush ffff800002008000-ffff800002010000 ) )",
                next.1, next.0
            );
            assert_eq!((words, status), (expected, Status::Done(0)), "{what:?} {revision:?}");
        }
    }
}

#[test]
fn a_leaf_is_changed_whole_however_little_of_it_is_meant() {
    let mut now = machine();
    let order = order(Loongarch(SetMemory::Ro), HUGE + 0x4000, HUGE + 0x8000);
    let (words, status) = told(Revision::V7_3, order, &mut now);
    assert!(
        words.contains("pmd[66]:a0011d3>a0010d1 -init_mm flush ffff800084004000-ffff800084008000"),
        "{words}"
    );
    assert_eq!(status, Status::Done(0));
}

#[test]
fn an_empty_pte_is_changed_too() {
    let mut now = machine();
    told(Revision::V7_3, order(Loongarch(SetMemory::Nx), MODULES + 0x8000, MODULES + 0xc000), &mut now);
    assert_eq!(entry(&now, MODULES + 0x8000, Level::Pte), 0x4000_0000_0000_0040);
}

#[test]
fn the_direct_map_of_kfence_goes_and_comes_back() {
    let mut now = machine();
    told(Revision::V7_3, order(Loongarch(SetMemory::DirectMapInvalid), MODULES, MODULES + 0x4000), &mut now);
    assert_eq!(entry(&now, MODULES, Level::Pte), PTE & !0x81);
    told(Revision::V7_3, order(Loongarch(SetMemory::DirectMapDefault), MODULES, MODULES + 0x4000), &mut now);
    assert_eq!(entry(&now, MODULES, Level::Pte), PTE);
}

#[test]
fn impossible_requests_do_what_the_kernel_does() {
    let before = machine();
    for (start, end, expected) in [
        // No pages: no lock, no flush.
        (MODULES, MODULES, "set_memory_ro( InTables __set_memory( Pages:no ) )"),
        // Less than a page is none.
        (MODULES, MODULES + 0x3fff, "set_memory_ro( InTables __set_memory( Pages:no ) )"),
        // The window that maps memory without tables.
        (0x9000_0000_0020_0000, 0x9000_0000_0020_4000, "set_memory_ro( InTables:no )"),
    ] {
        let mut now = before.clone();
        let (words, status) = told(Revision::V7_3, order(Loongarch(SetMemory::Ro), start, end), &mut now);
        assert_eq!((words.as_str(), status), (expected, Status::Done(0)));
        assert_eq!(now, before);
    }
    // Not aligned: as many ptes as pages, from the one that the address is in.
    let mut now = before.clone();
    let order = order(Loongarch(SetMemory::Ro), MODULES + 0x100, MODULES + 0x4100);
    let (words, _) = told(Revision::V7_3, order, &mut now);
    assert!(
        words.contains("pte[2]:81201d3>81200d1 -init_mm flush ffff800002008100-ffff80000200c100"),
        "{words}"
    );
}

#[test]
fn without_the_lock_the_walk_warns_and_goes_on() {
    let mut now = machine();
    let order = Order { forgets_lock: true, ..order(Loongarch(SetMemory::Ro), MODULES, MODULES + 0x4000) };
    let (words, status) = told(Revision::V7_3, order, &mut now);
    assert!(words.contains("Pages WARN walk ffff800002008000-ffff80000200c000 pte[2]"), "{words}");
    assert!(!words.contains("init_mm"), "{words}");
    assert_eq!(status, Status::Done(0));
}

#[test]
fn a_lock_that_is_held_already_is_waited_for_in_vain() {
    for (task, own) in [(mm::Task::Other, false), (mm::Task::Walker, true)] {
        let mut now = machine();
        now.preset_lock(MmId::INIT_MM, task, LockMode::Read);
        let order = order(Loongarch(SetMemory::Ro), MODULES, MODULES + 0x4000);
        let fault = trace::Fault::Deadlock { lock: LockName::Mmap(MmId::INIT_MM), own };
        assert_eq!(told(Revision::V7_3, order, &mut now).1, Status::Faulted(fault));
    }
}
