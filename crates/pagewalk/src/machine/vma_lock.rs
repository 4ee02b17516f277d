//! `process_mm_walk_lock()` and `process_vma_walk_lock()`: what the `walk_lock` of an ops table makes a walk with VMAs
//! assert and take.
//!
//! The assertions inside are those of include/linux/mmap_lock.h (v7.3): `vma_start_write()` and
//! `vma_assert_write_locked()` want the mm write-locked; `vma_assert_locked()` is content with a reader of the VMA.

use mm::{LockMode, Need, World};

use super::{Walk, vma::Pc};
use crate::{By, Event, LockName, Sink, Subject, WalkLock, WalkOps};

const fn by(walk_lock: WalkLock) -> By {
    match walk_lock {
        WalkLock::Rdlock => By::Walk,
        WalkLock::Wrlock => By::VmaStartWrite,
        WalkLock::WrlockVerify => By::VmaAssertWriteLocked,
        WalkLock::VmaRdlockVerify => By::VmaAssertLocked,
    }
}

impl Walk {
    /// What is asserted of the mm, if anything. A value that the kernel does not know counts as a writer's.
    pub(super) fn mm_walk_lock(&self, walk_lock: WalkLock) -> Option<Need> {
        match walk_lock {
            WalkLock::Rdlock => Some(Need::Held),
            // There is no walk_lock in the ops table.
            _ if !self.rules().vma_locks => Some(Need::Held),
            WalkLock::VmaRdlockVerify if self.rules().vma_rdlock => None,
            _ => Some(Need::Write),
        }
    }

    /// The first action of `process_vma_walk_lock()`, if there is any.
    pub(super) fn vma_walk_lock(&self, world: &World, walk_lock: WalkLock) -> Option<Pc> {
        let has_locks = self.rules().vma_locks && world.model().per_vma_lock;
        (has_locks && walk_lock != WalkLock::Rdlock).then_some(Pc::LockMm)
    }

    /// The assertion about the mm inside the function that locks or asserts the VMA. A VMA that is held for reading
    /// satisfies `vma_assert_locked()` without it.
    pub(super) fn vma_lock_mm<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &O, sink: &mut S) {
        let walk_lock = ops.walk_lock();
        let held = self.vma.and_then(|id| world.vma(id)).map_or(LockMode::None, |vma| vma.held_by(self.task));
        if walk_lock == WalkLock::VmaRdlockVerify && held == LockMode::Read {
            return self.vma_lock_vma(world, ops, sink);
        }
        self.pc = super::Pc::Vma(Pc::LockVma);
        self.assert(Subject::Walked, Need::Write, by(walk_lock), world, sink);
    }

    /// The VMA itself: write-locked, or asserted.
    pub(super) fn vma_lock_vma<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &O, sink: &mut S) {
        let walk_lock = ops.walk_lock();
        if walk_lock == WalkLock::Wrlock {
            return self.vma_start_write(world, sink);
        }
        self.pc = super::Pc::Vma(self.after_vma_lock());
        let need = match walk_lock {
            WalkLock::Rdlock | WalkLock::Wrlock => return,
            WalkLock::WrlockVerify => Need::Write,
            WalkLock::VmaRdlockVerify => Need::Held,
        };
        // The VMA is asserted for the walk; only the assertion about its mm is the function's own.
        self.assert(Subject::Vma, need, By::Walk, world, sink);
    }

    /// `vma_start_write()`: a VMA that others read has to be waited for.
    fn vma_start_write<S: Sink>(&mut self, world: &mut World, sink: &mut S) {
        let Some((id, vma)) = self.vma.and_then(|id| Some((id, world.vma_mut(id)?))) else { return };
        let was = vma.held_by(self.task);
        if was != LockMode::None {
            vma.lock.up(self.task);
        }
        if vma.lock.down_write(self.task).is_ok() {
            self.vma_write_started(was, sink);
        } else {
            self.pc = super::Pc::Vma(Pc::AwaitVma);
            sink.event(Event::Wait { lock: LockName::Vma(id), mode: LockMode::Write });
        }
    }

    pub(super) fn vma_write_started<S: Sink>(&mut self, was: LockMode, sink: &mut S) {
        self.pc = super::Pc::Vma(self.after_vma_lock());
        if let Some(vma) = self.vma {
            sink.event(Event::VmaStartWrite { vma, was });
        }
    }
}
