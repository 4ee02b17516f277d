//! Stepping, running with fuel, and what a walk shows of itself.

use super::areas::*;
use super::*;
use crate::StackFrame;

#[test]
fn a_run_takes_exactly_its_fuel() {
    let (whole, _) = events(&mut kernel_walk(Revision::V7_3, 0, 0x40_0000), &mut tree(), &mut looking(ALL));
    for fuel in [0, 1, 7, 300, 600, whole.len() as u64 - 1] {
        let (mut walk, mut world) = (kernel_walk(Revision::V7_3, 0, 0x40_0000), tree());
        let mut said: Vec<Event> = Vec::new();
        let status = walk.run(&mut world, &mut looking(ALL), &mut said, fuel);
        assert_eq!((status, said.len() as u64), (Status::Running, fuel));
        // And goes on from there.
        walk.run(&mut world, &mut looking(ALL), &mut said, 1);
        assert_eq!(said[..], whole[..=fuel as usize]);
    }
    let (mut walk, mut world) = (kernel_walk(Revision::V7_3, 0, 0x40_0000), tree());
    let status = walk.run(&mut world, &mut looking(ALL), &mut (), whole.len() as u64);
    assert_eq!(status, Status::Done(0));
}

#[test]
fn the_shared_copy_of_the_machine_says_the_same() {
    let (whole, _) = events(&mut kernel_walk(Revision::V7_3, 0, 0x40_0000), &mut tree(), &mut looking(ALL));
    let (mut walk, mut world) = (kernel_walk(Revision::V7_3, 0, 0x40_0000), tree());
    let (mut ops, mut said) = (looking(ALL), Vec::new());
    for _ in 0..FUEL {
        walk.step_shared(&mut world, &mut ops, &mut said);
    }
    assert_eq!((walk.status(), said), (Status::Done(0), whole));
}

#[test]
fn the_task_that_walks_is_the_one_whose_locks_are_asserted() {
    for (task, ok) in [(Task::Walker, false), (Task::Other, true)] {
        let mut world = tree();
        world.preset_lock(MmId::INIT_MM, Task::Other, LockMode::Read);
        let mut walk = kernel_walk(Revision::V7_3, 0, 0x1000).by(task);
        let (events, _) = events(&mut walk, &mut world, &mut looking(ALL));
        let seen = events.iter().find_map(|event| match event {
            Event::Assert { seen, .. } => Some(seen.lockdep_ok),
            _ => None,
        });
        assert_eq!(seen, Some(ok));
    }
}

#[test]
fn a_walk_knows_what_it_was_called_with() {
    let world = with_areas(tree(), &[area(0x1000, 0x3000)]);
    let walk = area_walk(EntryPoint::Vma, Revision::V6_17, &world, 0, (0, 0));
    assert_eq!((walk.entry(), walk.revision()), (EntryPoint::Vma, Revision::V6_17));
    assert_eq!((walk.args().vma, walk.vma()), (Some(nth(&world, 0)), None), "not started");
}

#[test]
fn a_walk_of_an_area_enters_with_the_areas_range() {
    let mut world = with_areas(tree(), &[area(0x1000, 0x3000)]);
    let mut walk = area_walk(EntryPoint::Vma, Revision::V7_3, &world, 0, (0, 0));
    let (events, _) = events(&mut walk, &mut world, &mut looking(ALL));
    let entered = Event::Enter { func: Func::WalkPageVma, start: VirtAddr(0x1000), end: VirtAddr(0x3000) };
    assert_eq!(events[0], entered);
    assert_eq!((walk.args().start, walk.args().end), (VirtAddr(0x1000), VirtAddr(0x3000)));
}

/// Ranges of the functions on the stack when it is as high as `func`.
fn stack_at(walk: &mut Walk, world: &mut World, callbacks: Callbacks, func: Func) -> Vec<StackFrame> {
    let mut frames = Vec::new();
    watched(walk, world, &mut looking(callbacks), |walk, _, event| {
        if matches!(event, Event::Enter { func: entered, .. } if entered == func) && frames.is_empty() {
            frames = walk.stack().collect();
        }
    });
    frames
}

#[test]
fn functions_above_the_tables_show_their_part_of_the_range() {
    let frame = |func, addr, end| StackFrame { func, addr: VirtAddr(addr), end: VirtAddr(end) };
    let mut world = with_areas(tree(), &[area(0x1000, 0x3000)]);
    let mut walk = range_walk(Revision::V7_3, 0, 0x8000);
    let stack = stack_at(&mut walk, &mut world, Callbacks::PTE_ENTRY, Func::WalkRange(Level::Pgd));
    assert_eq!(
        stack,
        [
            frame(Func::WalkPageRange, 0, 0x8000),
            frame(Func::WalkPageRangeMmUnsafe, 0, 0x8000),
            frame(Func::WalkOneVma, 0x1000, 0x3000),
            frame(Func::WalkRange(Level::Pgd), 0x1000, 0x3000),
        ]
    );
    let mut world = with_areas(tree(), &[hugetlb(0x20_0000, 0x60_0000, 0x20_0000)]);
    let mut walk = range_walk(Revision::V7_3, 0, 0x40_0000);
    let stack = stack_at(&mut walk, &mut world, Callbacks::HUGETLB_ENTRY, Func::WalkHugetlbRange);
    assert_eq!(
        stack[2..],
        [frame(Func::WalkOneVma, 0x20_0000, 0x40_0000), frame(Func::WalkHugetlbRange, 0x20_0000, 0x40_0000)]
    );
}

#[test]
fn the_root_is_that_of_the_part_in_the_area() {
    // The area begins in another slot of the root than the range.
    let start = 1 << 39;
    let mut world = with_areas(tree(), &[area(start, start + 0x1000)]);
    let mut walk = range_walk(Revision::V7_3, 0, start + 0x1000);
    let mut roots = Vec::new();
    watched(&mut walk, &mut world, &mut looking(ALL), |walk, world, event| {
        if let Event::Enter { func: Func::WalkRange(Level::Pgd), .. } = event {
            let root = walk.root(world);
            roots.push((root.table.0, root.index));
        }
    });
    assert_eq!(roots, [(ROOT, 1)]);
}
