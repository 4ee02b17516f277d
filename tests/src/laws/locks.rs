//! Locks and RCU sections.

use mm::{LockMode, MmId, Need, Task};
use pagewalk::{By, Callback, EntryPoint, Event, LockName, Status, WalkLock, WalkOps};
use pgtable::Level;

use crate::program::Program;

/// A walk releases every lock that it takes, for all answers of its callbacks. It takes no lock but those of VMAs.
///
/// # Panics
/// When the program breaks the law.
pub fn every_lock_and_rcu_section_is_left_as_it_was_found(program: &Program) {
    let (mut rcu, mut held) = (0, Vec::new());
    let mut end = program.world.clone();
    let status = program.watch(|moment| {
        match moment.event {
            Event::RcuLock => rcu += 1,
            Event::RcuUnlock => rcu -= 1,
            Event::Lock { lock, .. } => held.push(lock),
            // In the reverse order of taking.
            Event::Unlock { lock, .. } => assert_eq!(held.pop(), Some(lock)),
            _ => {}
        }
        assert!(rcu == 0 || rcu == 1);
        end = moment.world.clone();
    });
    if let Status::Done(_) = status {
        assert_eq!((rcu, held), (0, Vec::new()));
        assert_eq!(end.ptls, program.world.ptls);
    }
    let mmap_locks = |world: &mm::World| world.mms().map(|(_, mm)| mm.mmap_lock).collect::<Vec<_>>();
    assert_eq!(mmap_locks(&end), mmap_locks(&program.world));
    assert_eq!((&end.i_mmap, &end.hotplug), (&program.world.i_mmap, &program.world.hotplug));
    for (id, vma) in end.vmas() {
        let was = program.world.vma(id).map(|vma| &vma.lock);
        assert!(program.ops.walk_lock() == WalkLock::Wrlock || was == Some(&vma.lock), "{id:?}");
    }
}

/// Ptes of an area are called under RCU and with the lock of their table; without VMAs under RCU if they are a user's, and
/// never with a lock. Until v6.4 there is no RCU. Nothing else is called under either. Hugetlb pages are called under the lock of their VMA.
///
/// # Panics
/// When the program breaks the law.
pub fn ptes_of_areas_are_called_under_the_lock_of_their_table(program: &Program) {
    let (mut rcu, mut ptl, mut hugetlb) = (false, None, None);
    let has_vmas = program.walk.entry().has_vmas();
    let rules = program.walk.revision().rules();
    let under = |rcu: bool| rcu == rules.map_can_fail;
    let user = program.walk.args().mm != Some(MmId::INIT_MM);
    let task_size = program.world.task_size;
    let mut mapped_at = task_size;
    program.watch(|moment| match moment.event {
        Event::RcuLock => rcu = true,
        Event::RcuUnlock => rcu = false,
        Event::Lock { lock: LockName::Ptl(table), .. } => ptl = Some(table),
        Event::Unlock { lock: LockName::Ptl(_), .. } => ptl = None,
        Event::Lock { lock: LockName::HugetlbVma(vma), .. } => hugetlb = Some(vma),
        Event::Unlock { lock: LockName::HugetlbVma(_), .. } => hugetlb = None,
        Event::Map { addr, .. } => mapped_at = addr,
        Event::SetPte { slot, .. } => assert!(rcu && ptl == Some(slot.table), "{:?}", moment.event),
        Event::UpdateMmuCache { .. } => assert!(rcu && ptl.is_some()),
        Event::Callback { call, .. } => match call.callback {
            Callback::Entry(Level::Pte) | Callback::InstallPte if has_vmas => {
                assert!(under(rcu) && ptl == Some(call.slot.table), "{call:?}");
                assert!(moment.world.ptls.contains(&(call.slot.table, Task::Walker)), "{call:?}");
            }
            Callback::Entry(Level::Pte) => {
                let under_rcu = rules.map_can_fail && user && mapped_at < task_size;
                assert_eq!((rcu, ptl), (under_rcu, None), "{call:?}");
            }
            Callback::Hugetlb => {
                assert!(hugetlb == call.vma.filter(|_| rules.hugetlb_lock), "{call:?}");
            }
            _ => assert!(!rcu && ptl.is_none(), "{call:?}"),
        },
        _ => {}
    });
}

/// `process_mm_walk_lock()` and `process_vma_walk_lock()`.
///
/// # Panics
/// When the program breaks the law.
pub fn walk_lock_says_what_is_asserted_and_locked(program: &Program) {
    let walk_lock = program.ops.walk_lock();
    let entry = program.walk.entry();
    let looks_at_it = entry.has_vmas() && !matches!(entry, EntryPoint::Mapping | EntryPoint::FolioWalk);
    let rules = program.walk.revision().rules();
    let per_vma_lock = program.world.model().per_vma_lock && rules.vma_locks;
    let knows_rdlock = rules.vma_rdlock;
    let mut before = None;
    program.watch(|moment| {
        match moment.event {
            Event::Assert { lock: LockName::Vma(_), need, .. } => {
                let expected = match walk_lock {
                    WalkLock::WrlockVerify => Need::Write,
                    WalkLock::VmaRdlockVerify => Need::Held,
                    _ => panic!("{walk_lock:?} asserts no VMA"),
                };
                assert!(looks_at_it && per_vma_lock && need == expected, "{:?}", moment.event);
            }
            Event::Assert { lock: LockName::Mmap(_), need, by: By::Walk, .. } if looks_at_it => {
                let unless_vma = walk_lock != WalkLock::VmaRdlockVerify || !knows_rdlock;
                let read_is_enough = walk_lock == WalkLock::Rdlock || !rules.vma_locks;
                assert!(unless_vma && (need == Need::Held) == read_is_enough, "{:?}", moment.event);
            }
            Event::Assert {
                need,
                by: By::VmaStartWrite | By::VmaAssertWriteLocked | By::VmaAssertLocked,
                ..
            } => {
                assert!(looks_at_it && per_vma_lock && need == Need::Write, "{:?}", moment.event);
            }
            Event::VmaStartWrite { vma, .. } => {
                assert!(looks_at_it && per_vma_lock && walk_lock == WalkLock::Wrlock, "{:?}", moment.event);
                let held = moment.world.vma(vma).map(|vma| vma.held_by(Task::Walker));
                assert!(!program.is_alone() || held == Some(LockMode::Write), "{held:?}");
                // vma_start_write() asserts the mm first.
                assert!(matches!(before, Some(Event::Assert { by: By::VmaStartWrite, .. })), "{before:?}");
            }
            _ => {}
        }
        before = Some(moment.event);
    });
}
