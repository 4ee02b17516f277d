//! HVO on x86-64 with four levels.

use super::*;
use crate::hvo::Way;
use trace::Fault;

/// The vmemmap of a huge page of 2 MiB: eight pages.
const START: u64 = 0xffff_ea00_0100_0000;
const END: u64 = START + 0x8000;
/// Of one of 1 GiB: sixteen megabytes, eight pmds.
const END_1G: u64 = START + (16 << 20);

/// The vmemmap is mapped by pmd leaves: PRESENT, RW, ACCESSED, DIRTY, PSE, GLOBAL, NX.
const LEAF: u64 = 0x8000_0000_0000_01e3;
const RW: u64 = 0x8000_0000_0000_0163;
const RO: u64 = 0x8000_0000_0000_0121;
const MEMORY: u64 = 0x1000_0000;
const FRAME: u64 = 0xf_ffff_ffff_f000;

fn machine() -> World {
    let pmds: Vec<_> =
        (0..8u64).map(|n| (START + (n << 21), Level::Pmd, (MEMORY + (n << 21)) | LEAF)).collect();
    world("x86_64-4level", &pmds)
}

fn hvo(way: Way, start: u64, end: u64) -> Order {
    order(Request::Hvo(Hvo { way, self_hosted: false }), start, end)
}

fn ptes(world: &World, start: u64, end: u64) -> Vec<u64> {
    (start..end).step_by(0x1000).map(|addr| entry(world, addr, Level::Pte)).collect()
}

const fn has_shared_tail(revision: Revision) -> bool {
    matches!(revision, Revision::V7_1 | Revision::V7_3)
}

/// The kernels whose hugetlb walks with the walker (v6.8).
fn walking() -> impl Iterator<Item = Revision> {
    Revision::ALL.into_iter().filter(|of| of.around().hvo_walks)
}

/// The kernels whose tail pages share the head page, and those that have a page for them.
fn kernels(shared: bool) -> impl Iterator<Item = Revision> {
    walking().filter(move |&revision| has_shared_tail(revision) == shared)
}

const SPLIT: &str = "+ptl pmd[8]?yes NotSelfHosted -ptl vmemmap_split_pmd( new-pte fills +ptl pmd[8]?yes makes passes \
                     pmd[8]:80000000100001e3>101406{7} flush ffffea0001000000-ffffea0001200000 -ptl )";

fn split(table: u64) -> String {
    SPLIT.replace("101406{7}", &format!("{:x}", table | 0x67))
}

#[test]
fn tail_pages_share_the_copied_head_page_until_v7_0() {
    assert_eq!(kernels(false).count(), 5);
    for revision in kernels(false) {
        let mut now = machine();
        let page = now.allocator.next.0;
        let (words, status) = told(revision, hvo(Way::Optimize, START, END), &mut now);
        let old = |n: u64| (MEMORY + n * 0x1000) | RW;
        let tails: Vec<_> = (1..8).map(|n| format!("pte[{n}]:{:x}>{:x}", old(n), page | RO)).collect();
        let tails = tails.join(" ");
        assert_eq!(
            words,
            format!(
                "hugetlb_vmemmap_optimize_folio( NotOptimized vmemmap_remap_free( new-page copies \
                 vmemmap_remap_range( AlignedOrBug +init_mm:read walk {START:x}-{END:x} {} \
                 passes pte[0]:{:x}>{:x} {tails} -init_mm flush {START:x}-{END:x} ) ) gives )",
                split(page + 0x1000),
                old(0),
                page | RW
            ),
            "{revision:?}"
        );
        assert_eq!(status, Status::Done(0));
    }
}

#[test]
fn from_v7_1_they_share_a_page_of_their_own() {
    for revision in kernels(true) {
        let mut now = machine();
        let tail = now.allocator.next.0;
        let (words, _) = told(revision, hvo(Way::Optimize, START, END), &mut now);
        assert!(
            words.starts_with(
                "hugetlb_vmemmap_optimize_folio( NotOptimized new-page new-page copies vmemmap_remap_free( \
                 vmemmap_remap_range( AlignedOrBug +init_mm:read"
            ),
            "{words}"
        );
        let mut expected = vec![(tail + 0x1000) | RW];
        expected.resize(8, tail | RO);
        assert_eq!(ptes(&now, START, END), expected, "{revision:?}");
    }
}

#[test]
fn the_walk_goes_into_the_table_that_the_callback_made() {
    for revision in walking() {
        let (events, _) = run(revision, hvo(Way::Optimize, START, END), &mut machine());
        let at = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted).expect("it is there");
        let populated = at(&|event| matches!(event, Event::Write { level: Level::Pmd, .. }));
        let entered = at(&|event| matches!(event, Event::Enter { func: Func::WalkRange(Level::Pte), .. }));
        assert!(populated < entered, "{revision:?}");
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Again { .. })).count(), 0);
    }
}

#[test]
fn restoring_gives_each_page_memory_of_its_own_again() {
    for revision in walking() {
        let mut now = machine();
        told(revision, hvo(Way::Optimize, START, END), &mut now);
        let head = ptes(&now, START, END)[0];
        let (words, status) = told(revision, hvo(Way::Restore, START, END), &mut now);
        assert!(
            words.starts_with("hugetlb_vmemmap_restore_folio( Optimized vmemmap_remap_alloc( new-page"),
            "{words}"
        );
        assert_eq!(words.matches("new-page").count(), 7);
        let from = if has_shared_tail(revision) { START + 0x1000 } else { START };
        assert!(words.contains(&format!("+init_mm:read walk {from:x}-{END:x} +ptl pmd[8]?no")), "{words}");
        assert!(words.ends_with(&format!("-init_mm flush {from:x}-{END:x} ) ) )")), "{words}");
        assert_eq!(status, Status::Done(0));
        let after = ptes(&now, START, END);
        assert_eq!(after[0], head, "the head page stays");
        let mut pages: Vec<_> = after.iter().map(|pte| pte & FRAME).collect();
        assert!(after.iter().all(|pte| pte & !FRAME == RW), "{after:x?}");
        pages.sort_unstable();
        pages.dedup();
        assert_eq!(pages.len(), 8, "no two share a page");
        // And there is nothing to restore any more.
        let (words, _) = told(revision, hvo(Way::Restore, START, END), &mut now);
        assert_eq!(words, "hugetlb_vmemmap_restore_folio( Optimized:no )");
    }
}

#[test]
fn a_remapping_that_stops_half_way_is_rolled_back() {
    for revision in walking() {
        let shared = has_shared_tail(revision);
        let mut now = machine();
        // Pages for head and tail, one table; there is no memory for the table of the second pmd.
        now.allocator.fails_at = if shared { 4 } else { 3 };
        let (words, status) = told(revision, hvo(Way::Optimize, START, END_1G), &mut now);
        assert_eq!(status, Status::Done(-12), "{revision:?}");
        assert!(
            words.contains("vmemmap_split_pmd( new-pte:no )=-12 -init_mm )=-12 vmemmap_remap_range("),
            "{words}"
        );
        let end = START + (512 << 12);
        assert!(
            words.contains(&format!("AlignedOrBug +init_mm:read walk {START:x}-{end:x} +ptl")),
            "{words}"
        );
        assert!(
            words.ends_with(&format!("-init_mm flush {START:x}-{end:x} ) )=-12 gives )=-12")),
            "the failed walk flushes nothing, the second one does: {words}"
        );
        // The copied head page stays. The others have memory of their own again, though not each what it had.
        let after = ptes(&now, START, end);
        assert!(after.iter().all(|pte| pte & !FRAME == RW));
        let mut pages: Vec<_> = after.iter().map(|pte| pte & FRAME).collect();
        pages.sort_unstable();
        pages.dedup();
        assert_eq!(pages.len(), 512);
        assert_eq!(pages.iter().filter(|&&page| page >= MEMORY).count(), 511);
        assert_eq!(entry(&now, START + (1 << 21), Level::Pmd), (MEMORY + (1 << 21)) | LEAF);
    }
}

#[test]
fn many_at_once_are_split_first_and_flushed_once() {
    for revision in walking() {
        let mut now = machine();
        let (words, status) = told(revision, hvo(Way::OptimizeMany, START, END), &mut now);
        assert!(
            words.starts_with(&format!(
                "hugetlb_vmemmap_optimize_folios( NotOptimized vmemmap_remap_split( vmemmap_remap_range( AlignedOrBug \
                 +init_mm:read walk {START:x}-{END:x} +ptl pmd[8]?yes NotSelfHosted -ptl vmemmap_split_pmd( new-pte fills \
                 +ptl pmd[8]?yes makes passes pmd[8]:"
            )),
            "{words}"
        );
        assert_eq!(words.matches("flush-all").count(), 2, "{words}");
        assert!(!words.contains("flush ff"), "{words}");
        assert!(words.ends_with("-init_mm ) ) flush-all gives )"), "{words}");
        assert_eq!(status, Status::Done(0));
        let mut alone = machine();
        told(revision, hvo(Way::Optimize, START, END), &mut alone);
        let bits = |world: &World| ptes(world, START, END).iter().map(|pte| pte & !FRAME).collect::<Vec<_>>();
        assert_eq!(bits(&now), bits(&alone));
    }
}

#[test]
fn without_a_page_for_the_head_old_kernels_go_on() {
    for revision in walking() {
        let shared = has_shared_tail(revision);
        let mut now = machine();
        now.allocator.fails_at = if shared { 2 } else { 1 };
        let (words, status) = told(revision, hvo(Way::Optimize, START, END), &mut now);
        if shared {
            assert_eq!(
                words,
                "hugetlb_vmemmap_optimize_folio( NotOptimized new-page new-page:no gives )=-12"
            );
            assert_eq!(status, Status::Done(-12));
        } else {
            // The first page stays, and the others share it.
            let mut expected = vec![MEMORY | RW];
            expected.resize(8, MEMORY | RO);
            assert_eq!((ptes(&now, START, END), status), (expected, Status::Done(0)));
        }
    }
}

#[test]
fn pages_that_describe_themselves_are_left_alone() {
    let order = order(Request::Hvo(Hvo { way: Way::Optimize, self_hosted: true }), START, END);
    let mut now = machine();
    let (words, status) = told(Revision::V7_3, order, &mut now);
    assert!(
        words.contains("+ptl pmd[8]?yes NotSelfHosted:no -ptl -init_mm )=-524 )=-524 gives )=-524"),
        "{words}"
    );
    assert_eq!(status, Status::Done(-524));
    assert_eq!(entry(&now, START, Level::Pmd), MEMORY | LEAF);
}

#[test]
fn a_table_that_somebody_else_made_meanwhile_is_used() {
    let mut now = machine();
    let mut caller = call(Revision::V7_3, hvo(Way::Optimize, START, END), &now).expect("it walks");
    let mut events = Vec::new();
    while !matches!(events.last(), Some(Event::Act(what)) if what.starts_with("fills")) {
        caller.step(&mut now, &mut events);
    }
    // Another CPU splits the leaf before the lock is taken again.
    let theirs = now.new_table(Level::Pte).expect("there is memory");
    for index in 0..512 {
        now.write_slot(Slot { table: theirs, index }, RawEntry((MEMORY + u64::from(index) * 0x1000) | RW));
    }
    now.write_slot(slot_of(&now, START, Level::Pmd), RawEntry(theirs.0 | 0x67));
    while caller.step(&mut now, &mut events) == Status::Running {}
    let words = words(&events, now.model()).join(" ");
    assert!(words.contains("+ptl pmd[8]?no free -ptl ) passes pte[0]:"), "{words}");
    assert_eq!(entry(&now, START, Level::Pmd), theirs.0 | 0x67);
}

#[test]
fn the_page_table_lock_is_waited_for() {
    let mut now = machine();
    now.lock_page_tables(MmId::INIT_MM, mm::Task::Other).expect("free");
    let (_, status) = run(Revision::V7_3, hvo(Way::Optimize, START, END), &mut now);
    let fault = Fault::Deadlock { lock: LockName::PageTable(MmId::INIT_MM), own: false };
    assert_eq!(status, Status::Faulted(fault));
}

#[test]
fn impossible_requests_do_what_the_kernel_does() {
    // Not aligned: VM_BUG_ON().
    let (words, status) = told(Revision::V7_3, hvo(Way::Optimize, START + 0x800, END), &mut machine());
    assert!(words.ends_with("vmemmap_remap_range( AlignedOrBug:no FAULT VM_BUG_ON():"), "{words}");
    assert!(matches!(status, Status::Faulted(Fault::Oops(_))));
    // No pages: the walk refuses.
    let (words, status) = told(Revision::V7_3, hvo(Way::Optimize, START, START), &mut machine());
    assert!(words.ends_with("+init_mm:read EINVAL -init_mm )=-22 )=-22 gives )=-22"), "{words}");
    assert_eq!(status, Status::Done(-22));
    // Where no vmemmap is there is nothing to remap.
    let hole = START + (1 << 30);
    let (words, status) = told(Revision::V7_3, hvo(Way::Optimize, hole, hole + 0x8000), &mut machine());
    assert!(words.contains("walk ffffea0041000000-ffffea0041008000 -init_mm flush"), "{words}");
    assert_eq!(status, Status::Done(0));
    // An architecture without HVO: an empty function.
    let mut arm = world("arm64-4k-48", &[]);
    let (words, _) = told(Revision::V7_3, hvo(Way::Optimize, START, END), &mut arm);
    assert_eq!(words, "hugetlb_vmemmap_optimize_folio( )");
}
