//! The three ways to map a pte table.
//!
//! A walk with VMAs uses `pte_offset_map_lock()`: one read of the pmd under RCU that is both checked and used, then the
//! table's lock, then the pmd once more. Without VMAs, tables of `init_mm` and kernel addresses of any mm are mapped with
//! `pte_offset_kernel()`: no check, no RCU; user addresses of another mm with `pte_offset_map()`: as the first, without the
//! lock. The last two may find no table; then the pmd loop looks again.
//!
//! Until v6.4 (`Rules::map_can_fail`) none of them checks anything, holds RCU, or fails: a table's address is computed, with VMAs its
//! lock is taken, and walks without VMAs know no difference between kernel and user. What has to be asked is asked before, with
//! VMAs: `pmd_trans_unstable()`.

use mm::{LockMode, World};
use pgtable::{Level, RawEntry};

use super::{Status, TableRef, Walk};
use crate::{Action, Callbacks, Event, LockName, MapKind, Sink, Test, WalkOps};

/// The next action here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pc {
    /// `pmd_trans_unstable()`, until v6.4
    Unstable,
    /// `pmd_clear_bad()` of it
    ClearUnstable,
    /// `pte_offset_kernel()`, and until v6.4 the other two
    Kernel,
    /// `rcu_read_lock()` of the other two
    RcuLock,
    /// The read that is checked and used
    Read,
    /// `pmd_clear_bad()`
    ClearBad,
    /// There is no table.
    Failed,
    /// `spin_lock(ptl)`
    Lock,
    /// `pmd_same()`
    Same,
    /// `spin_unlock(ptl)` after the pmd has changed meanwhile
    UnlockChanged,
    /// `rcu_read_unlock()` after that
    RcuUnlockChanged,
    /// `spin_unlock(ptl)` of `pte_unmap_unlock()`
    Unlock,
    /// `rcu_read_unlock()` of `pte_unmap()`, or of a failed mapping
    RcuUnlock,
}

/// What the read of a pmd says about mapping its table.
pub(super) enum Found {
    /// A table.
    Table,
    /// Nothing that could be mapped.
    Nothing,
    /// Something that no table entry has.
    Bad,
}

/// The test of `__pte_offset_map()`: a pmd that is none, not present, huge or bad has no table.
pub(super) fn find_table(world: &World, value: RawEntry) -> Found {
    let tests = world.tests(Level::Pmd);
    if tests.none(value) || !tests.present(value) || tests.trans_huge(value) {
        Found::Nothing
    } else if tests.bad(value) {
        Found::Bad
    } else {
        Found::Table
    }
}

impl Walk {
    pub(super) fn map_step<O: WalkOps, S: Sink>(
        &mut self,
        pc: Pc,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) -> Status {
        match pc {
            Pc::Unstable => self.unstable(world, sink),
            Pc::ClearUnstable => {
                self.clear_entry(Level::Pmd, true, world, sink);
                self.pc = super::Pc::Again(Level::Pmd);
            }
            Pc::Kernel => self.map_kernel(world, ops, sink),
            Pc::RcuLock => {
                world.rcu_read_lock(self.task);
                sink.event(Event::RcuLock);
                self.pc = super::Pc::Map(Pc::Read);
            }
            Pc::Read => self.map_read(self.set(ops), world, sink),
            Pc::ClearBad => {
                self.clear_entry(Level::Pmd, true, world, sink);
                self.value = RawEntry(0);
                self.pc = super::Pc::Map(Pc::Failed);
            }
            Pc::Failed => self.map_failed(self.value, sink),
            Pc::Lock => {
                let table = self.pte.table.pa;
                if world.lock_ptl(table, self.task).is_err() {
                    return Status::Waiting(LockName::Ptl(table));
                }
                sink.event(Event::Lock { lock: LockName::Ptl(table), mode: LockMode::Write, nested: false });
                if self.rules().map_can_fail {
                    self.pc = super::Pc::Map(Pc::Same);
                } else {
                    self.mapped(self.set(ops));
                }
            }
            Pc::Same => self.map_same(self.set(ops), world, sink),
            Pc::UnlockChanged => {
                self.unlock_ptl(world, sink);
                self.pc = super::Pc::Map(Pc::RcuUnlockChanged);
            }
            Pc::RcuUnlockChanged => {
                world.rcu_read_unlock(self.task);
                sink.event(Event::RcuUnlock);
                self.pc = super::Pc::Map(Pc::RcuLock);
            }
            Pc::Unlock => {
                self.unlock_ptl(world, sink);
                self.pc = self.unmapped();
            }
            Pc::RcuUnlock => {
                world.rcu_read_unlock(self.task);
                sink.event(Event::RcuUnlock);
                self.pc = super::Pc::Return(Level::Pte);
            }
        }
        self.status()
    }

    fn unlock_ptl<S: Sink>(&self, world: &mut World, sink: &mut S) {
        let table = self.pte.table.pa;
        world.unlock_ptl(table);
        sink.event(Event::Unlock { lock: LockName::Ptl(table), mode: LockMode::Write });
    }

    /// `pte_offset_kernel()`: reads the pmd once more and uses its value as a table, without a check.
    pub(super) fn map_kernel<O: WalkOps, S: Sink>(&mut self, world: &World, ops: &O, sink: &mut S) {
        match self.read(Level::Pmd, world) {
            Err(fault) => self.fault(fault, sink),
            Ok(value) => {
                self.use_pte_table(value, world);
                if self.map == MapKind::Lock {
                    // The lock lies in the struct page of the table: where there is none, that is a wild pointer already.
                    if self.pte.table.id.is_err() {
                        return self.fault(self.unreadable(Level::Pte, world), sink);
                    }
                    self.pc = super::Pc::Map(Pc::Lock);
                } else {
                    self.mapped(self.set(ops));
                }
                sink.event(self.map_event(value, true));
            }
        }
    }

    /// `pmd_trans_unstable()`: with THP built in, a pmd that is no table is looked at again, and a bad one is cleared before.
    fn unstable<S: Sink>(&mut self, world: &World, sink: &mut S) {
        let value = match self.read(Level::Pmd, world) {
            Ok(value) => value,
            Err(fault) => return self.fault(fault, sink),
        };
        let found = find_table(world, value);
        let (test, verdict, pc) = match found {
            Found::Nothing => (Test::Unstable, true, super::Pc::Again(Level::Pmd)),
            Found::Bad => (Test::Bad, true, super::Pc::Map(Pc::ClearUnstable)),
            Found::Table => (Test::Unstable, false, super::Pc::Enter(Level::Pte)),
        };
        let frame = self.frame(Level::Pmd);
        let (addr, slot) = (frame.addr, frame.slot());
        sink.event(Event::Read { level: Level::Pmd, addr, slot, value, test, verdict });
        self.pc = pc;
    }

    fn map_event(&self, value: RawEntry, ok: bool) -> Event {
        Event::Map { how: self.map, addr: self.pte.addr, slot: self.frame(Level::Pmd).slot(), value, ok }
    }

    fn use_pte_table(&mut self, pmd: RawEntry, world: &World) {
        self.pte.table = TableRef::below(world, Level::Pmd, pmd);
        self.pte.index = world.model().index(Level::Pte, self.pte.addr);
    }

    /// The loop over ptes begins: with the callback, or with the question whether to install.
    fn mapped(&mut self, set: Callbacks) {
        self.pc =
            if set.contains(Callbacks::INSTALL_PTE) { super::Pc::PteNone } else { super::Pc::PteCallback };
    }

    /// The read of `pte_offset_map*()`.
    fn map_read<S: Sink>(&mut self, set: Callbacks, world: &World, sink: &mut S) {
        let value = match self.read(Level::Pmd, world) {
            Ok(value) => value,
            Err(fault) => return self.fault(fault, sink),
        };
        let slot = self.frame(Level::Pmd).slot();
        let addr = self.pte.addr;
        let read = |test, verdict| Event::Read { level: Level::Pmd, addr, slot, value, test, verdict };
        match find_table(world, value) {
            Found::Nothing => self.map_failed(value, sink),
            Found::Bad => {
                self.pc = super::Pc::Map(Pc::ClearBad);
                sink.event(read(Test::Bad, true));
            }
            Found::Table => {
                self.use_pte_table(value, world);
                if self.map == MapKind::Lock {
                    self.value = value;
                    self.pc = super::Pc::Map(Pc::Lock);
                    sink.event(read(Test::MapTable, true));
                } else {
                    self.mapped(set);
                    sink.event(self.map_event(value, true));
                }
            }
        }
    }

    /// No table: the pmd loop is to look again.
    fn map_failed<S: Sink>(&mut self, value: RawEntry, sink: &mut S) {
        self.action = Action::Again;
        self.pc = super::Pc::Map(Pc::RcuUnlock);
        sink.event(self.map_event(value, false));
    }

    /// `pmd_same()` under the lock: the table may have been freed or replaced before it was taken.
    fn map_same<S: Sink>(&mut self, set: Callbacks, world: &World, sink: &mut S) {
        let value = match self.read(Level::Pmd, world) {
            Ok(value) => value,
            Err(fault) => return self.fault(fault, sink),
        };
        if value == self.value {
            self.mapped(set);
            sink.event(self.map_event(value, true));
        } else {
            self.pc = super::Pc::Map(Pc::UnlockChanged);
            let (addr, slot) = (self.pte.addr, self.frame(Level::Pmd).slot());
            sink.event(Event::Read {
                level: Level::Pmd,
                addr,
                slot,
                value,
                test: Test::Same,
                verdict: false,
            });
        }
    }

    /// `pte_unmap()` or `pte_unmap_unlock()`, after the last pte or an error.
    pub(super) const fn unmap(&self) -> super::Pc {
        match self.map {
            MapKind::Kernel => super::Pc::Return(Level::Pte),
            MapKind::User => self.unmapped(),
            MapKind::Lock => super::Pc::Map(Pc::Unlock),
        }
    }

    /// What is left to do once a table is not used any more and its lock is dropped.
    const fn unmapped(&self) -> super::Pc {
        if self.rules().map_can_fail { super::Pc::Map(Pc::RcuUnlock) } else { super::Pc::Return(Level::Pte) }
    }
}
