//! Tables that another task frees under the walker, and locks that it holds.

use super::*;
use crate::{Test, WalkLock};
use mm::Vma;
use pgtable::EntryKind;

/// A walk of `init_mm`, or without it of `mm`, over two pte tables; after the first event that is `when` another task
/// acts. How it ends.
fn ends(kernel: bool, when: impl Fn(&Event) -> bool, act: impl Fn(&mut World)) -> Status {
    let make = if kernel { kernel_walk } else { user_walk };
    let (mut walk, mut world) = (make(Revision::V6_17, 0x1000, 0x20_1000), tree());
    let mut ops = looking(ALL);
    let mut events: Vec<Event> = Vec::new();
    let mut acted = false;
    for _ in 0..FUEL {
        let status = walk.step(&mut world, &mut ops, &mut events);
        if status != Status::Running {
            return status;
        }
        if !acted && events.last().is_some_and(&when) {
            acted = true;
            act(&mut world);
        }
    }
    Status::Running
}

const fn used_after_free(level: Level, pa: u64) -> Status {
    Status::Faulted(Fault::UseAfterFree { level, pa: PhysAddr(pa) })
}

#[test]
fn a_table_that_is_freed_under_the_walker_is_used_after_free() {
    for kernel in [false, true] {
        let mapped = |event: &Event| matches!(event, Event::Map { .. });
        let found = ends(kernel, mapped, |world| world.free_table(PhysAddr(PTE)));
        assert_eq!(found, used_after_free(Level::Pte, PTE));
        // The pointer into the pmd table is kept over the whole pte table.
        let left = |event: &Event| matches!(event, Event::Return { func: Func::WalkRange(Level::Pte), .. });
        let found = ends(kernel, left, |world| world.free_table(PhysAddr(PMD)));
        assert_eq!(found, used_after_free(Level::Pmd, PMD));
        let found = ends(kernel, left, |world| world.free_table(PhysAddr(PTE_2)));
        assert_eq!(found, used_after_free(Level::Pte, PTE_2), "x86 frees before it clears the entry");
        assert_eq!(ends(kernel, left, |world| world.free_table(PhysAddr(PTE))), Status::Done(0));
    }
}

#[test]
fn an_entry_that_changes_before_it_is_followed_leads_to_a_wild_read() {
    let tested = |event: &Event| matches!(event, Event::Read { level: Level::Pmd, test: Test::Present, .. });
    for (value, entry, pa) in [(0, EntryKind::None, 0), (LARGE, EntryKind::Leaf, 0x4000_0000)] {
        let change = |world: &mut World| set_entry(world, PMD, 0, value);
        let wild = Fault::WildRead { level: Level::Pte, pa: PhysAddr(pa), entry };
        assert_eq!(ends(true, tested, change), Status::Faulted(wild));
        assert_eq!(ends(false, tested, change), Status::Done(0), "pte_offset_map() looks before it follows");
    }
}

#[test]
fn a_grace_period_ends_when_the_walker_leaves_its_read_section() {
    let mut world = tree();
    let mut walk = user_walk(Revision::V6_17, 0, 0x1000);
    let mut waited = 0;
    watched(&mut walk, &mut world, &mut looking(ALL), |_, world, event| {
        if event == Event::RcuLock {
            world.free_table_by_rcu(PhysAddr(PTE));
        }
        waited += u32::from(!world.frames.rcu().is_empty() && world.grace_period_over().is_none());
    });
    assert_eq!(waited, 3, "after the lock, the mapping and the callback");
    assert_eq!(world.grace_period_over(), Some(PhysAddr(PTE)));
}

#[test]
fn vma_start_write_waits_for_the_readers_of_the_vma() {
    struct Writing;
    impl WalkOps for Writing {
        fn callbacks(&self) -> Callbacks {
            Callbacks::PTE_ENTRY
        }
        fn walk_lock(&self) -> WalkLock {
            WalkLock::Wrlock
        }
        fn call(&mut self, _: &Call, _: &mut World) -> Reply {
            Reply::default()
        }
    }

    let vma = Vma::anon(MmId::USER, VirtAddr(0), VirtAddr(0x1000));
    let mut world = tree().with_vmas([vma].into()).expect("valid");
    let (id, _) = world.vmas().next().expect("one VMA");
    world.vma_mut(id).expect("it is there").lock.preset(Task::Other, LockMode::Read);
    let args = Args { mm: Some(MmId::USER), end: VirtAddr(0x1000), ..Args::default() };
    let mut walk = Walk::new(EntryPoint::Range, Revision::V7_3, args).expect("every kernel has it");
    let mut events: Vec<Event> = Vec::new();
    let lock = LockName::Vma(id);
    assert_eq!(walk.run(&mut world, &mut Writing, &mut events, FUEL), Status::Waiting(lock));
    assert_eq!(events.last(), Some(&Event::Wait { lock, mode: LockMode::Write }));
    assert_eq!(walk.waits_for(&world), Some(lock));
    let before = (walk.clone(), world.clone(), events.len());
    walk.step(&mut world, &mut Writing, &mut events);
    assert_eq!((walk.clone(), world.clone(), events.len()), before, "to wait changes nothing");

    world.vma_mut(id).expect("it is there").lock.up(Task::Other);
    assert_eq!(walk.waits_for(&world), None);
    walk.step(&mut world, &mut Writing, &mut events);
    assert_eq!(events.last(), Some(&Event::VmaStartWrite { vma: id, was: LockMode::None }));
    assert_eq!(walk.run(&mut world, &mut Writing, &mut events, FUEL), Status::Done(0));
}
