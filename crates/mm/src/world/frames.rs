//! The life of a page table: in use, queued for freeing, handed to RCU, freed.
//!
//! A freed table stays in the world without its entries, and its memory is never used again, so that whoever still reads
//! it is found out.
//!
//! `munmap()` and its like unlink a table and keep it until the TLB has been flushed (`mmu_gather`). Most architectures then
//! hand it to RCU (`CONFIG_MMU_GATHER_RCU_TABLE_FREE`; mm/mmu_gather.c, v7.3): it is freed when every task that was inside a read
//! section at that moment has left it. Sections that begin later do not count: they cannot have found the table.

use arrayvec::ArrayVec;
use pgtable::PhysAddr;

use crate::{Task, TaskSet, World};

/// Most tables that are on their way out at a time. Nobody here frees more than two at once.
pub const MAX_LEAVING: usize = 8;

/// Where a page table is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Frame {
    /// In use, or at least not given up.
    Live,
    /// Unlinked, and kept until the TLB has been flushed.
    Queued,
    /// Handed to RCU: freed when these have left the read sections that they were in.
    Rcu(TaskSet),
    /// Freed: to read it is an error.
    Freed,
}

/// What is on its way out, and who keeps it from being freed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Frames {
    /// Who is inside an RCU read section. They do not nest but in an [outer](World::rcu_read_lock_outer) one.
    readers: TaskSet,
    /// Those of them whose section is around all that they do: what they leave within it ends nothing.
    outer: TaskSet,
    /// What a race has noted of the memory at stake, in bits whose meaning is its own.
    pub notes: u8,
    /// Unlinked tables, in the order in which they were queued.
    queued: ArrayVec<PhysAddr, MAX_LEAVING>,
    /// Tables that were handed to RCU, and whose read sections each waits for.
    rcu: ArrayVec<(PhysAddr, TaskSet), MAX_LEAVING>,
}

impl Frames {
    /// Who is inside an RCU read section.
    pub const fn readers(&self) -> TaskSet {
        self.readers
    }

    /// The tables that wait for a grace period, each with those that it waits for, oldest first.
    pub fn rcu(&self) -> &[(PhysAddr, TaskSet)] {
        &self.rcu
    }

    fn forget(&mut self, table: PhysAddr) {
        self.queued.retain(|of| *of != table);
        self.rcu.retain(|(of, _)| *of != table);
    }
}

impl World {
    /// Where the table at `table` is in its life; `None` if there never was one.
    pub fn frame(&self, table: PhysAddr) -> Option<Frame> {
        let freed = self.table(self.table_at(table)?)?.is_freed();
        let waits = self.frames.rcu.iter().find(|(of, _)| *of == table);
        Some(match waits {
            _ if freed => Frame::Freed,
            Some(&(_, readers)) => Frame::Rcu(readers),
            None if self.frames.queued.contains(&table) => Frame::Queued,
            None => Frame::Live,
        })
    }

    /// `rcu_read_lock()`
    pub const fn rcu_read_lock(&mut self, task: Task) {
        self.frames.readers.insert(task);
    }

    /// `rcu_read_unlock()`: nothing waits for this task any more.
    pub fn rcu_read_unlock(&mut self, task: Task) {
        if self.frames.outer.contains(task) {
            return;
        }
        self.frames.readers.remove(task);
        for (_, readers) in &mut self.frames.rcu {
            readers.remove(task);
        }
    }

    /// `rcu_read_lock()` around others: theirs end with it.
    pub const fn rcu_read_lock_outer(&mut self, task: Task) {
        self.frames.outer.insert(task);
        self.frames.readers.insert(task);
    }

    /// The `rcu_read_unlock()` of that.
    pub fn rcu_read_unlock_outer(&mut self, task: Task) {
        self.frames.outer.remove(task);
        self.rcu_read_unlock(task);
    }

    /// Keeps an unlinked table until it is freed: `tlb_remove_table()`.
    pub fn queue_table(&mut self, table: PhysAddr) {
        self.frames.forget(table);
        // Where there is no room it is never freed: a leak hurts nobody who reads.
        let _ = self.frames.queued.try_push(table);
    }

    /// Hands an unlinked table to RCU: `call_rcu()`. It waits for all that are inside a read section now.
    pub fn free_table_by_rcu(&mut self, table: PhysAddr) {
        self.frames.forget(table);
        let _ = self.frames.rcu.try_push((table, self.frames.readers));
    }

    /// Frees a table now, whoever may read it.
    pub fn free_table(&mut self, table: PhysAddr) {
        self.frames.forget(table);
        if let Some(id) = self.table_at(table) {
            self.free_entries(id);
        }
    }

    /// The oldest table whose grace period is over: nobody who could have found it is inside a read section any more.
    pub fn grace_period_over(&self) -> Option<PhysAddr> {
        self.frames.rcu.iter().find(|(_, readers)| readers.is_empty()).map(|&(table, _)| table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;
    use alloc::vec;
    use pgtable::{Level, RawEntry};

    const ROOT: PhysAddr = PhysAddr(0x1000);
    const TABLE: PhysAddr = PhysAddr(0x2000);

    fn world() -> World {
        let model = pgtable::model("x86_64-4level").expect("a known model");
        let root = Table::unused(model, ROOT, Level::Pgd);
        let table = Table::new(TABLE, Level::Pte, 512, RawEntry(0), vec![1, 2]);
        World::new(model, vec![root, table], [("init_mm", ROOT)]).expect("valid")
    }

    #[test]
    fn a_freed_table_stays_and_cannot_be_read_or_written() {
        let mut world = world();
        let id = world.table_at(TABLE).expect("it is there");
        assert_eq!((world.frame(TABLE), world.frame(PhysAddr(0))), (Some(Frame::Live), None));
        world.queue_table(TABLE);
        assert_eq!((world.frame(TABLE), world.read(id, 1)), (Some(Frame::Queued), Some(RawEntry(2))));
        world.free_table(TABLE);
        assert_eq!((world.frame(TABLE), world.table_at(TABLE)), (Some(Frame::Freed), Some(id)));
        assert_eq!(world.read(id, 1), None);
        world.write(id, 1, RawEntry(7));
        assert_eq!(world.read(id, 1), None);
        world.allocator.next = TABLE;
        assert_ne!(world.new_table(Level::Pte), Ok(TABLE), "its memory is not used again");
    }

    #[test]
    fn a_grace_period_waits_for_those_who_were_inside_and_for_nobody_else() {
        let mut world = world();
        world.rcu_read_lock(Task::Walker);
        world.queue_table(TABLE);
        world.free_table_by_rcu(TABLE);
        world.rcu_read_lock(Task::Other);
        let Some(Frame::Rcu(readers)) = world.frame(TABLE) else { panic!("it waits") };
        assert!(readers.iter().eq([Task::Walker]));
        assert_eq!(world.grace_period_over(), None);
        world.rcu_read_unlock(Task::Walker);
        world.rcu_read_lock(Task::Walker);
        assert_eq!(world.grace_period_over(), Some(TABLE), "a section that began later does not count");
        world.rcu_read_unlock(Task::Walker);
        world.rcu_read_unlock(Task::Other);
        world.rcu_read_lock_outer(Task::Walker);
        world.free_table_by_rcu(TABLE);
        world.rcu_read_lock(Task::Walker);
        world.rcu_read_unlock(Task::Walker);
        assert_eq!(world.grace_period_over(), None, "the section around it has not ended");
        world.rcu_read_unlock_outer(Task::Walker);
        assert_eq!(world.grace_period_over(), Some(TABLE));
        world.free_table(TABLE);
        assert_eq!((world.grace_period_over(), world.frame(TABLE)), (None, Some(Frame::Freed)));
    }
}
