//! What holds for every caller, on every part of a small machine: the right pages change and no others, memory stays where
//! it is, tables stay tables, and every lock is released, also when memory runs out.

use super::*;
use crate::arm64::Arm64Func;
use crate::bits::word;
use crate::hvo::Way;
use crate::memory::View;
use crate::place::page_of;
use crate::{arm64, loongarch, riscv};
use pgtable::EntryKind;

/// A machine with pages, leaves and holes, callers for it, and the bits in which they may differ by level.
struct Case {
    machine: World,
    revision: Revision,
    requests: Vec<Request>,
    /// Starts and numbers of pages.
    ranges: Vec<(u64, u64)>,
    /// The first address of all that is mapped, and the number of pages.
    all: (u64, u64),
    /// Bits of a leaf that depend on its level.
    by_level: u64,
    /// Whether a leaf is changed as a whole.
    whole_leaves: bool,
}

const LA: u64 = 0xffff_8000_0200_0000;
const RISCV: u64 = 0xffff_ffd6_0000_0000;
const ARM: u64 = 0xffff_0000_0000_0000;

static RISCV_MEMORY: Memory = Memory {
    linear: View { start: VirtAddr(RISCV), memory: PhysAddr(0x8000_0000), bytes: 1 << 37 },
    image: None,
    areas: &[],
};
static ARM_MEMORY: Memory = Memory {
    linear: View { start: VirtAddr(ARM), memory: PhysAddr(0x4000_0000), bytes: 1 << 47 },
    image: None,
    areas: &[],
};

fn cases() -> Vec<Case> {
    let mut la: Vec<_> =
        (0..4).map(|n| (LA + n * 0x4000, Level::Pte, (0x0800_0000 + n * 0x4000) | 0x1d3)).collect();
    la.extend([(LA + (2 << 24), Level::Pmd, 0x0a00_11d3), (LA + (4 << 24), Level::Pmd, 0x0c00_11d3)]);
    let leaf = |pa: u64| pa >> 2 | 0xe7;
    let mut riscv: Vec<_> =
        (0..4).map(|n| (RISCV + n * 0x1000, Level::Pte, leaf(0x8000_0000 + n * 0x1000))).collect();
    riscv.extend((1..4).map(|n| (RISCV + (n << 21), Level::Pmd, leaf(0x8000_0000 + (n << 21)))));
    let block = |pa: u64| pa | 0x00e8_0000_0000_0705;
    let mut arm: Vec<_> = (0..16)
        .map(|n| (ARM + n * 0x1000, Level::Pte, block(0x4000_0000 + n * 0x1000) | 2 | 1 << 52))
        .collect();
    arm.extend((1..4).map(|n| (ARM + (n << 21), Level::Pmd, block(0x4000_0000 + (n << 21)))));
    let near = |base: u64, big: u64, page: u64| {
        let starts = [0, page, 3 * page, big - page, big, big + page, 2 * big, 3 * big - page];
        let counts = [0, 1, 2, 3, big / page, big / page + 1];
        let pairs = starts.into_iter().flat_map(move |start| counts.map(|count| (base + start, count)));
        pairs.collect::<Vec<_>>()
    };
    let set = |request: fn(SetMemory) -> Request, of: &[SetMemory]| of.iter().copied().map(request).collect();
    vec![
        Case {
            machine: world("loongarch64-16k-3level", &la),
            revision: Revision::V6_16,
            requests: set(Request::Loongarch, &SetMemory::ALL[..4]),
            ranges: near(LA, 2 << 24, 0x4000),
            all: (LA, 3 << 11),
            by_level: 1 << 12,
            whole_leaves: true,
        },
        Case {
            machine: world("riscv64-sv39", &riscv),
            revision: Revision::V7_3,
            requests: set(|what| Request::Riscv(what, &RISCV_MEMORY), &SetMemory::ALL[..7]),
            // Inside what is mapped: the splitter does not test.
            ranges: near(RISCV, 1 << 21, 0x1000)
                .into_iter()
                .filter(|&(start, count)| start + (count << 12) <= RISCV + (4 << 21))
                .collect(),
            all: (RISCV, 4 << 9),
            by_level: 0,
            whole_leaves: false,
        },
        Case {
            machine: world("arm64-4k-48", &arm),
            // Before v7.1 a leaf without the valid bit is none any more.
            revision: Revision::V7_3,
            requests: set(
                |what| {
                    let what = Arm64Func::Set(what);
                    Request::Arm64(Arm64 { what, memory: &ARM_MEMORY, bbm3: true, not_global: false })
                },
                &[SetMemory::DirectMapInvalid, SetMemory::DirectMapDefault, SetMemory::Invalid],
            ),
            ranges: near(ARM, 1 << 21, 0x1000),
            all: (ARM, 4 << 9),
            by_level: 0b10 | 1 << 52,
            whole_leaves: false,
        },
    ]
}

/// What `addr` maps: the memory, and the bits of its leaf.
fn view(world: &World, addr: u64, by_level: u64) -> Option<(PhysAddr, u64)> {
    let page = page_of(world, VirtAddr(addr));
    let model = world.model();
    for level in [Level::Pud, Level::Pmd, Level::Pte] {
        if model.is_constant(level) {
            continue;
        }
        let value = world.read_slot(slot_of(world, addr, level))?;
        let kind = world.classify(level, value);
        if kind == EntryKind::Leaf || level == Level::Pte {
            let frame = model.leaf_address(Level::Pte, value);
            let address_bits = (frame.0 >> model.page_shift).wrapping_mul(model.make.next_page);
            return Some((page.unwrap_or(frame), value.0 & !address_bits & !by_level));
        }
        if kind != EntryKind::Table {
            return None;
        }
    }
    None
}

/// Every entry that is a table entry points to a table of the world.
fn tables_are_tables(world: &World) {
    for table in world.tables() {
        for index in 0..table.slots() {
            let value = table.get(index).expect("a slot of the table");
            let level = world.model().lowest_sharing(table.level());
            if level != Level::Pte && world.classify(level, value) == EntryKind::Table {
                let target = world.model().table_address(level, value);
                assert!(world.table_at(target).is_some(), "{level:?} {value:?}");
            }
        }
    }
}

/// Whatever was taken was released.
fn nothing_is_held(world: &World, events: &[Event]) {
    for (_, mm) in world.mms() {
        assert_eq!((mm.mmap_lock.mode(), mm.page_table_lock), (LockMode::None, None));
    }
    let mut held = Vec::new();
    for event in events {
        match *event {
            Event::Lock { lock, .. } => held.push(lock),
            Event::Unlock { lock, .. } => assert_eq!(held.pop(), Some(lock), "the last one first"),
            _ => {}
        }
    }
    assert_eq!(held, []);
}

/// What the events say was written is what is different.
fn the_events_tell_all(before: &World, after: &World, events: &[Event]) {
    let mut told = before.clone();
    for event in events {
        if let Event::Write { slot, was, is, .. } = *event
            && told.table_at(slot.table).is_some()
        {
            assert_eq!(told.read_slot(slot), Some(was));
            told.write_slot(slot, is);
        }
    }
    for (old, new) in told.tables().iter().zip(after.tables()) {
        assert_eq!(old, new);
    }
}

#[test]
fn the_right_pages_change_and_no_others() {
    for case in cases() {
        let page = case.machine.model().page_bytes();
        let mut changed = 0;
        for request in &case.requests {
            for &(start, count) in &case.ranges {
                let place = format!("{request:?} {start:x} {count}");
                let mut now = case.machine.clone();
                let end = start + count * page;
                let (events, status) = run(case.revision, order(*request, start, end), &mut now);
                tables_are_tables(&now);
                nothing_is_held(&now, &events);
                the_events_tell_all(&case.machine, &now, &events);
                if status != Status::Done(0) {
                    // A range without pages, which arm64's direct map passes on to the walk.
                    assert_eq!((status, count), (Status::Done(-22), 0), "{place}");
                }
                // What the callbacks do to a leaf does not depend on the range, so one page shows it.
                let (base, pages) = case.all;
                // The first and the last pages of each leaf: all ranges begin and end there.
                let slots = u64::from(case.machine.model().slots(Level::Pte));
                let near = |n: &u64| n % slots < 6 || n % slots + 3 > slots;
                for addr in (0..pages).filter(near).map(|n| base + n * page) {
                    let (was, is) =
                        (view(&case.machine, addr, case.by_level), view(&now, addr, case.by_level));
                    let meant = start <= addr && addr < end;
                    assert_eq!(was.map(|was| was.0), is.map(|is| is.0), "{place} {addr:x}: memory stays");
                    let leaf_bytes = 1u64 << case.machine.model().level(Level::Pmd).shift;
                    let leaf = addr & !(leaf_bytes - 1);
                    let in_leaf_meant = start < leaf + leaf_bytes && leaf < end;
                    let may_change = meant || (case.whole_leaves && in_leaf_meant);
                    if !may_change {
                        assert_eq!(was, is, "{place} {addr:x}");
                    }
                    if meant && was.is_some() {
                        changed += usize::from(was != is);
                        let masks = match *request {
                            Request::Loongarch(what) => loongarch::masks(what),
                            Request::Riscv(what, _) => riscv::masks(what),
                            Request::Arm64(Arm64 { what: Arm64Func::Set(what), .. }) => {
                                arm64::masks(what, false, case.revision)
                            }
                            other => panic!("{other:?} sets no bits"),
                        };
                        let masks = masks.expect("there is such a function");
                        let model = case.machine.model();
                        let (set, clear) = (word(model, masks.set), word(model, masks.clear));
                        let bits = is.expect("it is mapped").1;
                        assert_eq!(bits & set & !case.by_level, set & !case.by_level, "{place} {addr:x}");
                        assert_eq!(bits & clear & !set, 0, "{place} {addr:x}");
                    }
                }
            }
        }
        assert!(changed > 50, "{changed}");
    }
}

#[test]
fn every_lock_is_released_also_when_memory_runs_out() {
    let pmds: Vec<_> = (0..4u64)
        .map(|n| {
            (0xffff_ea00_0000_0000 + (n << 21), Level::Pmd, (0x1000_0000 + (n << 21)) | 0x8000_0000_0000_01e3)
        })
        .collect();
    let vmemmap = world("x86_64-4level", &pmds);
    let start = 0xffff_ea00_001f_e000;
    let mut failed = 0;
    for revision in Revision::ALL.into_iter().filter(|of| of.around().hvo_walks) {
        for way in [Way::Optimize, Way::OptimizeMany] {
            for fails_at in 0..9 {
                let mut now = vmemmap.clone();
                now.allocator.fails_at = fails_at;
                let order = order(Request::Hvo(Hvo { way, self_hosted: false }), start, start + 0x8000);
                let (events, status) = run(revision, order, &mut now);
                failed += usize::from(status == Status::Done(-12));
                tables_are_tables(&now);
                nothing_is_held(&now, &events);
                the_events_tell_all(&vmemmap, &now, &events);
            }
        }
    }
    for case in cases().iter().skip(1) {
        for fails_at in 1..4 {
            let mut now = case.machine.clone();
            now.allocator.fails_at = fails_at;
            let start = case.all.0 + (1 << 21) + 0x1000;
            let (events, status) =
                run(case.revision, order(case.requests[0], start, start + (1 << 21)), &mut now);
            failed += usize::from(status == Status::Done(-12));
            tables_are_tables(&now);
            nothing_is_held(&now, &events);
        }
    }
    assert!(failed > 20, "{failed}");
}
