//! Areas of a process, for the walks with VMAs.

use mm::{Vma, VmaFlags, VmaId};

use super::*;

/// Anonymous memory of `mm`.
pub(super) fn area(start: u64, end: u64) -> Vma {
    Vma::anon(MmId::USER, VirtAddr(start), VirtAddr(end))
}

/// Raw page frames.
pub(super) fn pfnmap(start: u64, end: u64) -> Vma {
    Vma { flags: VmaFlags::PFNMAP, ..area(start, end) }
}

/// Pages of hugetlbfs of so many bytes.
pub(super) fn hugetlb(start: u64, end: u64, huge_page_bytes: u64) -> Vma {
    Vma { flags: VmaFlags::HUGETLB, huge_page_bytes, ..area(start, end) }
}

/// The same world with these areas, and with the caller's read lock of `mm`.
pub(super) fn with_areas(mut world: World, areas: &[Vma]) -> World {
    world.preset_lock(MmId::USER, Task::Walker, LockMode::Read);
    world.with_vmas(areas.to_vec()).expect("valid areas")
}

pub(super) fn nth(world: &World, n: usize) -> VmaId {
    world.vmas().map(|(id, _)| id).nth(n).expect("an area of this world")
}

/// `walk_page_range()` of the user mm.
pub(super) fn range_walk(revision: Revision, start: u64, end: u64) -> Walk {
    walk(EntryPoint::Range, revision, Some(MmId::USER), start, end)
}

/// A walk of a part of area `n` by a function that takes a VMA.
pub(super) fn area_walk(
    entry: EntryPoint,
    revision: Revision,
    world: &World,
    n: usize,
    (start, end): (u64, u64),
) -> Walk {
    let vma = Some(nth(world, n));
    let args = Args { vma, start: VirtAddr(start), end: VirtAddr(end), ..Args::default() };
    Walk::new(entry.in_revision(revision), revision, args).expect("it exists in this revision")
}

/// Callbacks of which some answer with a value: in each of their calls.
pub(super) fn returning<const N: usize>(
    callbacks: Callbacks,
    answers: [(Callback, i32); N],
) -> Ops<impl FnMut(&Call, &mut World) -> Reply> {
    Ops {
        callbacks,
        react: move |call: &Call, _: &mut World| {
            let answer = answers.iter().find(|(callback, _)| *callback == call.callback);
            Reply { ret: answer.map_or(0, |&(_, ret)| ret), ..Reply::default() }
        },
    }
}

/// What a walk calls and does, and what it returns.
pub(super) fn outcome<O: WalkOps>(mut walk: Walk, world: &mut World, mut ops: O) -> (Vec<String>, Status) {
    let (events, status) = events(&mut walk, world, &mut ops);
    (events.iter().filter_map(told_of).filter(is_call).collect(), status)
}
