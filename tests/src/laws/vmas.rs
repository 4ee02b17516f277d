//! VMAs, gaps, `post_vma()`, splitting, installing.

use mm::{Split, VmaId};
use pagewalk::{Args, Callback, Callbacks, Check, EntryPoint, Event, Func, Reply, Status, Test, WalkOps};
use pgtable::{Level, VirtAddr};

use super::calls;
use crate::program::{FUEL, Program};
use crate::script::Script;

/// Nothing is read for addresses outside of the VMA at hand, so nothing in a gap.
///
/// # Panics
/// When the program breaks the law.
pub fn tables_are_read_inside_areas_only(program: &Program) {
    if !program.walk.entry().has_vmas() || asks_for_no_page(program) {
        return;
    }
    let page = program.world.model().page_bytes();
    program.watch(|moment| {
        let (Event::Read { addr, .. } | Event::Map { addr, .. } | Event::BadCleared { addr, .. }) =
            moment.event
        else {
            return;
        };
        let vma = moment.walk.vma().and_then(|id| moment.world.vma(id));
        match vma {
            // The loop over ptes runs off its table if the range ends in the first page.
            Some(vma) if vma.end.0 >= page && moment.walk.args().end.0 >= page => {
                assert!(vma.start <= addr && addr < vma.end, "{:?} outside of {vma:?}", moment.event);
            }
            Some(_) => {}
            None => assert_eq!(moment.walk.args().vma, None, "{:?} in no area", moment.event),
        }
    });
}

/// `walk_page_mapping()` of no page, or of pages beyond the last one: its arithmetic wraps, and it may walk anything.
fn asks_for_no_page(program: &Program) -> bool {
    let Args { first_index, nr, .. } = *program.walk.args();
    let last = program.world.model().word_mask;
    program.walk.entry() == EntryPoint::Mapping
        && (nr == 0 || first_index.checked_add(nr).is_none_or(|behind| behind > last))
}

/// Asked about every VMA and every gap, a range is a sequence of them without gap or overlap.
///
/// # Panics
/// When the program breaks the law.
pub fn areas_and_gaps_are_a_partition_of_the_range(program: &Program) {
    let args = program.walk.args();
    if !matches!(program.walk.entry(), EntryPoint::Range | EntryPoint::RangeMm | EntryPoint::RangeMmUnsafe) {
        return;
    }
    let ops = Script::new(Callbacks::TEST_WALK | Callbacks::PTE_HOLE, Vec::new());
    let run = program.with(ops).run(FUEL);
    let mut reached = args.start;
    for call in calls(&run.events).filter(|call| call.callback == Callback::TestWalk || call.vma.is_none()) {
        assert!(call.addr == reached && call.next > reached, "{call:?} after {reached:?}");
        reached = call.next;
        for (id, vma) in program.world.vmas().filter(|(_, vma)| vma.mm == args.mm && vma.in_tree) {
            let inside = vma.start <= call.addr && call.next <= vma.end;
            let outside = call.next <= vma.start || vma.end <= call.addr;
            assert!(if call.vma == Some(id) { inside } else { outside }, "{call:?} and {vma:?}");
        }
    }
    if let Status::Done(0) = run.status {
        assert_eq!(reached, args.end);
    }
}

/// `__walk_page_range()`: `pre_vma()` first; if that returns 0, `post_vma()` comes last, after errors too.
///
/// # Panics
/// When the program breaks the law.
pub fn post_vma_follows_every_area_that_pre_vma_let_in(program: &Program) {
    let set = program.ops.callbacks();
    let mut area: Option<Vec<Event>> = None;
    program.watch(|moment| match moment.event {
        Event::Enter { func: Func::WalkOneVma, .. } => area = Some(Vec::new()),
        Event::Return { func: Func::WalkOneVma, .. } => {
            let events = area.take().expect("it was entered");
            let refused = events.contains(&Event::Check { check: Check::HugetlbInstall, ok: false });
            let of = |callback: Callback| {
                events.iter().enumerate().filter_map(move |(at, event)| match event {
                    Event::Callback { call, reply } if call.callback == callback => Some((at, reply.ret)),
                    _ => None,
                })
            };
            let pre: Vec<_> = of(Callback::PreVma).collect();
            let post: Vec<usize> = of(Callback::PostVma).map(|(at, _)| at).collect();
            if refused {
                assert_eq!(events.len(), 1, "nothing happens: {events:?}");
                return;
            }
            if set.contains(Callbacks::PRE_VMA) {
                assert!(pre.len() == 1 && pre[0].0 == 0, "{events:?}");
                if pre[0].1 != 0 {
                    assert_eq!(events.len(), 1, "{events:?}");
                    return;
                }
            }
            let expected: &[usize] =
                if set.contains(Callbacks::POST_VMA) { &[events.len() - 1] } else { &[] };
            assert_eq!(post, expected, "{events:?}");
        }
        event => {
            if let Some(area) = &mut area {
                area.push(event);
            }
        }
    });
}

/// Without VMAs nothing is split; nothing is allocated unless `install_pte` is set, is allowed here, and is known to
/// this kernel.
///
/// # Panics
/// When the program breaks the law.
pub fn only_areas_are_split_and_only_installers_allocate(program: &Program) {
    let set = program.ops.callbacks();
    let (entry, rules) = (program.walk.entry(), program.walk.revision().rules());
    let may_install =
        matches!(entry, EntryPoint::RangeMm | EntryPoint::RangeMmUnsafe | EntryPoint::RangeVmaUnsafe);
    // A file's reverse map and a folio walk have no ops table to refuse.
    let installs = set.contains(Callbacks::INSTALL_PTE) && rules.checks_ops && may_install;
    for event in program.run(FUEL).events {
        match event {
            Event::Split { level, did, .. } => {
                assert!(entry.has_vmas() && matches!(level, Level::Pud | Level::Pmd), "{event:?}");
                assert!(set.descends(level), "nothing below is wanted: {event:?}");
                assert!(level == Level::Pmd || !matches!(did, Split::Table(_)), "{event:?}");
            }
            Event::Alloc { .. } | Event::SetPte { .. } | Event::UpdateMmuCache { .. } => {
                assert!(installs, "{event:?}");
            }
            Event::Read { test: Test::InstallPresent | Test::InstallHuge, level, .. } => {
                assert!(installs && !set.wants_below(level), "{event:?}");
            }
            Event::Callback { call, .. } if call.callback == Callback::InstallPte => {
                assert!(installs, "{event:?}");
            }
            _ => {}
        }
    }
}

/// An installed pte was none before, has the value that `install_pte` handed out, and is followed by
/// `update_mmu_cache()`.
///
/// # Panics
/// When the program breaks the law.
pub fn what_is_installed_is_what_was_handed_out(program: &Program) {
    let mut before: Option<Event> = None;
    program.watch(|moment| {
        match (before, moment.event) {
            (Some(Event::Callback { call, reply: Reply { ret: 0, pte, .. } }), event)
                if call.callback == Callback::InstallPte =>
            {
                assert_eq!(event, Event::SetPte { addr: call.addr, slot: call.slot, value: pte });
                assert_eq!(moment.world.read_slot(call.slot), Some(pte));
            }
            (Some(Event::SetPte { addr, .. }), event) => {
                assert_eq!(event, Event::UpdateMmuCache { addr });
            }
            (before, Event::Callback { call, .. }) if call.callback == Callback::InstallPte => {
                let none = matches!(before,
                    Some(Event::Read { level: Level::Pte, slot, test: Test::None, verdict: true, .. }) if slot == call.slot);
                assert!(none, "{before:?}");
            }
            _ => {}
        }
        before = Some(moment.event);
    });
}

/// `walk_page_mapping()` goes through the VMAs of the file by page offset, and walks the asked pages of each once.
///
/// # Panics
/// When the program breaks the law.
pub fn a_mapping_is_walked_once_and_in_order(program: &Program) {
    if program.walk.entry() != EntryPoint::Mapping || asks_for_no_page(program) {
        return;
    }
    let (world, args) = (&program.world, program.walk.args());
    let shift = world.model().page_shift;
    let mut last: Option<(u64, VmaId)> = None;
    program.watch(|moment| {
        let Some(id) = moment.walk.vma() else { return };
        let vma = world.vma(id).expect("it is there");
        match moment.event {
            Event::NextInMapping { .. } => {
                assert!(vma.in_mapping, "{vma:?}");
                assert!(last < Some((vma.pgoff, id)), "{last:?} before {vma:?}");
                last = Some((vma.pgoff, id));
            }
            Event::Enter { func: Func::WalkOneVma, start, end } => {
                assert!(vma.start <= start && end <= vma.end, "{start:?} to {end:?} in {vma:?}");
                let page = |addr: VirtAddr| vma.pgoff.wrapping_add((addr.0 - vma.start.0) >> shift);
                let asked = args.first_index..args.first_index.saturating_add(args.nr);
                assert!(asked.contains(&page(start)), "{start:?} of {vma:?}");
                let last_page = VirtAddr(end.0 - (1 << shift));
                assert!(asked.contains(&page(last_page)), "{end:?} of {vma:?}");
            }
            _ => {}
        }
    });
}
