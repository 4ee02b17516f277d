//! Taking and releasing any lock by its name.

use mm::{LockMode, Rwsem, Task, World};
use pagewalk::LockName;

/// The lock, if it is one with a queue.
pub fn rwsem(world: &World, lock: LockName) -> Option<&Rwsem> {
    match lock {
        LockName::Mmap(mm) => Some(&world.mm(mm)?.mmap_lock),
        LockName::MemHotplug => Some(&world.hotplug),
        LockName::Vma(vma) => Some(&world.vma(vma)?.lock),
        LockName::IMmap => Some(&world.i_mmap),
        _ => None,
    }
}

fn rwsem_mut(world: &mut World, lock: LockName) -> Option<&mut Rwsem> {
    match lock {
        LockName::Mmap(mm) => Some(&mut world.mm_mut(mm)?.mmap_lock),
        LockName::MemHotplug => Some(&mut world.hotplug),
        LockName::Vma(vma) => Some(&mut world.vma_mut(vma)?.lock),
        LockName::IMmap => Some(&mut world.i_mmap),
        _ => None,
    }
}

/// What came of wanting a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is held now.
    Yes,
    /// The task waits in its queue now.
    Queued,
    /// It has no queue, or was only tried for: nothing has happened.
    No,
}

/// Wants a lock.
pub(super) fn take(world: &mut World, lock: LockName, mode: LockMode, task: Task) -> Taken {
    if let Some(rwsem) = rwsem_mut(world, lock) {
        return if rwsem.down(task, mode).is_ok() { Taken::Yes } else { Taken::Queued };
    }
    try_take(world, lock, mode, task)
}

/// Tries for a lock.
pub(super) fn try_take(world: &mut World, lock: LockName, mode: LockMode, task: Task) -> Taken {
    let result = match lock {
        LockName::PageTable(mm) => world.lock_page_tables(mm, task),
        LockName::Ptl(table) => world.lock_ptl(table, task),
        LockName::Cpa => mm::held::try_lock(&mut world.cpa_lock, task),
        LockName::PgtableSplit => mm::held::try_lock(&mut world.pgtable_split_lock, task),
        _ => rwsem_mut(world, lock).map_or(Ok(()), |rwsem| rwsem.try_lock(task, mode)),
    };
    if result.is_ok() { Taken::Yes } else { Taken::No }
}

/// Gives a lock up.
pub(super) fn release(world: &mut World, lock: LockName, task: Task) {
    match lock {
        LockName::Mmap(mm) => world.mmap_unlock(mm, task),
        LockName::PageTable(mm) => world.unlock_page_tables(mm),
        LockName::Ptl(table) => world.unlock_ptl(table),
        LockName::Cpa => world.cpa_lock = None,
        LockName::PgtableSplit => world.pgtable_split_lock = None,
        _ => {
            if let Some(rwsem) = rwsem_mut(world, lock) {
                rwsem.up(task);
            }
        }
    }
}

/// Whether a task that wants a lock cannot go on: it is `queued` and not served yet, or the lock has no queue and an owner.
pub(super) fn blocks(world: &World, lock: LockName, task: Task, queued: bool) -> bool {
    match rwsem(world, lock) {
        Some(rwsem) => queued && rwsem.waits(task).is_some(),
        None => holder(world, lock).is_some(),
    }
}

/// Who holds a lock, and how. Of several readers the one on the first CPU.
pub fn holder(world: &World, lock: LockName) -> Option<(Task, LockMode)> {
    let owner = match lock {
        LockName::PageTable(mm) => world.mm(mm)?.page_table_lock,
        LockName::Ptl(table) => world.ptl_owner(table),
        LockName::Cpa => world.cpa_lock,
        LockName::PgtableSplit => world.pgtable_split_lock,
        _ => {
            return rwsem(world, lock)?
                .holder()
                .map(|task| (task, rwsem(world, lock).map_or(LockMode::None, |rwsem| rwsem.held_by(task))));
        }
    };
    owner.map(|task| (task, LockMode::Write))
}
