//! Who is called, with which range, depth and value.

use pagewalk::{Callback, Check, Event, Func, Slot, Status, WalkOps};
use pgtable::{Fold, Level, Model, VirtAddr};

use super::{calls, is_about_entry};
use crate::program::{FUEL, Program};

/// A callback that is not set is a NULL pointer.
///
/// # Panics
/// When the program breaks the law.
pub fn only_callbacks_that_are_set_are_called(program: &Program) {
    for call in calls(&program.run(FUEL).events) {
        assert!(program.ops.callbacks().contains(call.callback.flag()), "{call:?}");
        let about_vma = call.callback.is_about_vma() || call.callback == Callback::Hugetlb;
        assert!(program.walk.entry().has_vmas() || !about_vma, "{call:?}");
        assert!(!about_vma || call.vma.is_some(), "{call:?}");
    }
}

/// What is called for an entry lies in the part of the range that is walked: all of it, or what is in the VMA at hand.
///
/// # Panics
/// When the program breaks the law.
pub fn callbacks_stay_inside_the_range(program: &Program) {
    let args = program.walk.args();
    let model = program.world.model();
    let page = model.page_bytes();
    let mut part = (args.start, args.end);
    for event in program.run(FUEL).events {
        let call = match event {
            // walk_page_vma() walks the whole area, and until v6.1 tells of one that it passes by before it enters another function.
            Event::Enter { func: Func::WalkOneVma | Func::WalkPageVma, start, end } => {
                part = (start, end);
                continue;
            }
            // walk_page_mapping() asks about whole areas.
            Event::NextInMapping { found } => {
                let vma = found.and_then(|id| program.world.vma(id));
                part = vma.map_or(part, |vma| (vma.start, vma.end));
                continue;
            }
            // A gap may follow, or an area that is not walked.
            Event::Return { func: Func::WalkOneVma, .. } => {
                part = (args.start, args.end);
                continue;
            }
            Event::Callback { call, .. } if is_about_entry(call.callback) => call,
            _ => continue,
        };
        let (start, end) = part;
        // The loop over ptes runs off its table if the range ends in the first page, that over hugetlb pages starts at 0
        // again if it ends in the last page.
        let last_page = call.vma.and_then(|id| program.world.vma(id)).map_or(0, |vma| vma.huge_page_bytes);
        if end.0 < page || end.0 > model.word_mask - last_page {
            continue;
        }
        assert!(start <= call.addr && call.addr < end, "{call:?} in {start:?} to {end:?}");
        if matches!(call.callback, Callback::Entry(Level::Pte) | Callback::InstallPte) {
            assert_eq!(call.next, model.add(call.addr, page), "{call:?}");
        } else {
            assert!(call.addr < call.next && call.next <= end, "{call:?} in {start:?} to {end:?}");
        }
    }
}

/// `real_depth()`: goes up where `PTRS_PER_*` is 1, so through folding at compile time and x86's. -1 where no table was
/// asked: in a gap, in a `VM_PFNMAP` area, where a hugetlb page should be.
///
/// # Panics
/// When the program breaks the law.
pub fn holes_have_the_depth_of_their_level(program: &Program) {
    let model = program.world.model();
    for call in calls(&program.run(FUEL).events) {
        if call.callback != Callback::Hole {
            assert_eq!(call.depth, 0, "{call:?}");
        } else if call.depth == -1 {
            assert!(program.walk.entry().has_vmas(), "{call:?}");
            assert_eq!((call.level, call.slot), (Level::Pgd, Slot::default()), "nothing was looked at");
        } else {
            let mut level = call.level;
            while is_visibly_folded(model, level) {
                level = level.upper().expect("the pgd is not folded");
            }
            assert_eq!(call.depth, level.depth().cast_signed(), "{call:?}");
            // A hole is found at the level that gives the word its meaning, and never among ptes.
            assert!(!model.is_constant(call.level) && call.level != Level::Pte, "{call:?}");
        }
    }
}

fn is_visibly_folded(model: &Model, level: Level) -> bool {
    match model.level(level).fold {
        Fold::Own | Fold::RunTimeRealigned => false,
        Fold::CompileTime => true,
        Fold::RunTime => model.level(level).ptrs == 1,
    }
}

/// The value that a callback is given is the one in the slot that it is given, at that moment.
///
/// # Panics
/// When the program breaks the law.
pub fn entries_are_called_with_what_they_hold(program: &Program) {
    let mut world = program.world.clone();
    let model = world.model();
    program.undisturbed().watch(|moment| {
        if let Event::Callback { call, .. } = moment.event {
            if matches!(call.callback, Callback::Entry(_) | Callback::Hugetlb) {
                let own = world.read_slot(call.slot);
                // ptep_get() gathers accessed and dirty of a contiguous block.
                let block = model.contiguous.as_ref().filter(|_| call.level == Level::Pte);
                let is_block = own.is_some_and(|own| block.is_some_and(|block| (block.is_block)(own.0)));
                assert!(is_block || own == Some(call.value), "{call:?}, not {own:?}");
            }
            if let Callback::Entry(level) = call.callback
                // Where entries say that they are folded, a level's entry is that of another.
                && !model.is_folded(level)
                && model.type_of.is_none()
            {
                let index = model.index(level, call.addr);
                // Beyond a root's last slot the pointer goes on.
                assert!(level == Level::Pgd || call.slot.index == index, "{call:?}");
            }
        }
        world = moment.world.clone();
    });
}

/// A value other than 0 ends the walk and is what it returns, except of `test_walk()` and of a `pte_hole()` for a
/// `VM_PFNMAP` area, of which a positive one only skips. What a walk returns comes from there, from a check, or from an
/// allocation.
///
/// # Panics
/// When the program breaks the law.
pub fn a_callbacks_value_ends_the_walk(program: &Program) {
    let run = program.run(FUEL);
    let mut ended_by = None;
    for event in &run.events {
        match event {
            Event::Callback { call, .. } if call.callback == Callback::PostVma => {}
            Event::Callback { call, reply } => {
                assert_eq!(ended_by, None, "{call:?} after the end");
                let skips = call.callback == Callback::TestWalk || is_pfnmap_hole(program, call);
                if reply.ret != 0 && !(skips && reply.ret > 0) {
                    ended_by = Some(reply.ret);
                }
            }
            Event::Check { check, ok: false } if *check != Check::InVma => ended_by = Some(pagewalk::EINVAL),
            Event::Alloc { result: Err(_), .. } => ended_by = Some(pagewalk::ENOMEM),
            _ => {}
        }
    }
    if let Status::Done(ret) = run.status {
        assert_eq!(ret, ended_by.unwrap_or(0));
    }
}

fn is_pfnmap_hole(program: &Program, call: &pagewalk::Call) -> bool {
    let whole_area = |vma: &mm::Vma| vma.flags.contains(mm::VmaFlags::PFNMAP) && !vma.is_hugetlb();
    let vma = call.vma.and_then(|id| program.world.vma(id));
    call.callback == Callback::Hole && call.depth == -1 && vma.is_some_and(whole_area)
}

/// The part of a range from `start` to `end` that a page walk can cover exactly.
pub(super) fn is_aligned(model: &Model, (start, end): (VirtAddr, VirtAddr)) -> bool {
    start.0.is_multiple_of(model.page_bytes()) && end.0.is_multiple_of(model.page_bytes())
}
