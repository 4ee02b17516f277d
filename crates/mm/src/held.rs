//! Taking and releasing the locks of a world.
//!
//! Spinlocks and mutexes have an owner and no queue: who cannot have one tries again. None of these waits: that a lock is
//! taken is an answer.

use crate::{Blocked, LockMode, MmId, Task, Vma, World};
use pgtable::PhysAddr;

/// Takes a lock that has one owner: `spin_trylock()`, `mutex_trylock()`.
///
/// # Errors
/// [`Blocked`] names who holds it.
pub const fn try_lock(owner: &mut Option<Task>, task: Task) -> Result<(), Blocked> {
    match *owner {
        Some(by) => Err(Blocked { by }),
        None => {
            *owner = Some(task);
            Ok(())
        }
    }
}

impl World {
    /// Who holds the lock of the table at `table`.
    pub fn ptl_owner(&self, table: PhysAddr) -> Option<Task> {
        self.ptls.iter().find(|&&(of, _)| of == table).map(|&(_, task)| task)
    }

    /// Takes the lock of the table at `table`.
    ///
    /// # Errors
    /// [`Blocked`] names who holds it.
    pub fn lock_ptl(&mut self, table: PhysAddr, task: Task) -> Result<(), Blocked> {
        if let Some(by) = self.ptl_owner(table) {
            return Err(Blocked { by });
        }
        // Each task holds at most two at once, and no more than two tasks take any: there is room.
        self.ptls.try_push((table, task)).map_err(|_| Blocked { by: task })
    }

    /// Releases the lock of the table at `table`.
    pub fn unlock_ptl(&mut self, table: PhysAddr) {
        self.ptls.retain(|&mut (of, _)| of != table);
    }

    /// Takes `mm->page_table_lock`.
    ///
    /// # Errors
    /// [`Blocked`] names who holds it.
    pub fn lock_page_tables(&mut self, mm: MmId, task: Task) -> Result<(), Blocked> {
        self.mm_mut(mm).map_or(Ok(()), |mm| try_lock(&mut mm.page_table_lock, task))
    }

    /// Releases `mm->page_table_lock`.
    pub fn unlock_page_tables(&mut self, mm: MmId) {
        if let Some(mm) = self.mm_mut(mm) {
            mm.page_table_lock = None;
        }
    }

    /// `mmap_read_unlock()` or `mmap_write_unlock()`. The latter also ends the write locks of the mm's VMAs.
    pub fn mmap_unlock(&mut self, mm: MmId, task: Task) {
        self.end_vma_writes(mm, task);
        if let Some(mm) = self.mm_mut(mm) {
            mm.mmap_lock.up(task);
        }
    }

    /// `mmap_write_downgrade()`: ends the write locks of the mm's VMAs and goes on as a reader.
    pub fn mmap_downgrade(&mut self, mm: MmId, task: Task) {
        self.end_vma_writes(mm, task);
        if let Some(mm) = self.mm_mut(mm) {
            mm.mmap_lock.downgrade(task);
        }
    }

    /// `vma_end_write_all()`
    fn end_vma_writes(&mut self, mm: MmId, task: Task) {
        let written = |vma: &Vma| vma.mm == Some(mm) && vma.held_by(task) == LockMode::Write;
        // Looked for first: touching them copies the list.
        if self.vmas().any(|(_, vma)| written(vma)) {
            self.vmas_mut().iter_mut().filter(|vma| written(vma)).for_each(|vma| vma.lock.up(task));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Table, VmaId};
    use alloc::{vec, vec::Vec};
    use pgtable::{Level, VirtAddr};

    const ROOT: PhysAddr = PhysAddr(0x1000);

    fn world() -> World {
        let model = pgtable::model("x86_64-4level").expect("a known model");
        let root = Table::unused(model, ROOT, Level::Pgd);
        let vma = |start| Vma::anon(MmId::USER, VirtAddr(start), VirtAddr(start + 0x1000));
        World::new(model, vec![root], [("init_mm", ROOT), ("mm", ROOT)])
            .and_then(|world| world.with_vmas(vec![vma(0x1000), vma(0x3000), vma(0x5000)]))
            .expect("valid")
    }

    #[test]
    fn the_write_locks_of_vmas_end_with_that_of_their_mm() {
        for downgrades in [false, true] {
            let mut world = world();
            world.mm_mut(MmId::USER).expect("a user mm").mmap_lock.down_write(Task::Other).expect("free");
            let ids: Vec<VmaId> = world.vmas().map(|(id, _)| id).collect();
            for &id in &ids[..2] {
                world.vma_mut(id).expect("a VMA").lock.down_write(Task::Other).expect("free");
            }
            world.vma_mut(ids[2]).expect("a VMA").lock.down_read(Task::Walker).expect("free");
            if downgrades {
                world.mmap_downgrade(MmId::USER, Task::Other);
            } else {
                world.mmap_unlock(MmId::USER, Task::Other);
            }
            let modes: Vec<LockMode> = world.vmas().map(|(_, vma)| vma.lock.mode()).collect();
            assert_eq!(modes, [LockMode::None, LockMode::None, LockMode::Read]);
            let left = if downgrades { LockMode::Read } else { LockMode::None };
            assert_eq!(world.mm(MmId::USER).expect("a user mm").mmap_lock.mode(), left);
        }
    }

    #[test]
    fn a_lock_with_an_owner_is_his_until_he_gives_it_up() {
        let mut world = world();
        world.lock_ptl(ROOT, Task::Walker).expect("free");
        assert_eq!(world.lock_ptl(ROOT, Task::Other), Err(Blocked { by: Task::Walker }));
        world.unlock_ptl(ROOT);
        world.lock_ptl(ROOT, Task::Other).expect("free again");
        world.lock_page_tables(MmId::USER, Task::Other).expect("another lock");
        assert_eq!(world.lock_page_tables(MmId::USER, Task::Walker), Err(Blocked { by: Task::Other }));
        assert_eq!(try_lock(&mut world.cpa_lock, Task::Third), Ok(()));
        assert_eq!(try_lock(&mut world.cpa_lock, Task::Third), Err(Blocked { by: Task::Third }));
    }
}
