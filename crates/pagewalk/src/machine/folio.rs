//! `folio_walk_start()` and `folio_walk_end()`: what maps one address, found and kept locked.
//!
//! Upper entries are read without a lock. A leaf is looked at again under its page-table lock: it may be gone, or have
//! become a table. What is found stays locked until `folio_walk_end()`, which follows at once here.
//!
//! mm/pagewalk.c, v6.16 to v7.3; what kernels differ in is `FW_MIGRATION`.

use mm::{LockMode, MmId, Slot, VmaFlags, World};
use pgtable::{Hugetlb, Level, PhysAddr, RawEntry, Thp};

use super::Walk;
use super::hugetlb::read;
use super::map::{Found, find_table};
use crate::{Event, Fault, FolioPage, Func, LockName, MapKind, Sink, Status, Test};

bitflags::bitflags! {
    /// `folio_walk_flags_t`: what `folio_walk_start()` may find besides ordinary pages.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct FolioFlags: u8 {
        /// `FW_MIGRATION`: pages under migration (until about v7.0).
        const MIGRATION = 1 << 0;
        /// `FW_ZEROPAGE`: the shared zero pages.
        const ZEROPAGE = 1 << 1;
    }
}

/// The next action here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pc {
    /// `p?d_none()` of an upper entry.
    None(Level),
    /// `pgd_bad()`, `p4d_bad()`
    Bad(Level),
    /// `p?d_clear_bad()`
    ClearBad(Level),
    /// `p?d_offset()`: the entry is read to find the next table.
    Offset(Level),
    /// The lockless read of a pud or pmd.
    Read(Level),
    /// The lock of a pud or pmd.
    Lock(Level),
    /// The read under the lock.
    Reread(Level),
    /// Unlock and go on below: it has become a table.
    UnlockTable(Level),
    /// Unlock; nothing was found.
    UnlockNothing(Level),
    /// `pte_offset_map_lock()`
    RcuLock,
    MapRead,
    MapClearBad,
    MapLock,
    MapSame,
    MapChanged,
    MapChangedRcu,
    /// `ptep_get()`
    Pte,
    /// `pte_unmap_unlock()`; nothing was found.
    UnlockPte,
    RcuUnlock,
    /// `vma_pgtable_walk_end()`; nothing was found.
    NotFound,
    ReturnNothing,
    /// The page is found; its lock is kept.
    Found(FolioPage),
    ReturnFound(FolioPage),
    /// `folio_walk_end()`
    End(FolioPage),
    EndUnlock(FolioPage),
    EndRcu(FolioPage),
    EndHugetlb,
    EndReturn,
}

impl Pc {
    pub(super) const START: Self = Self::None(Level::Pgd);
    pub(super) const NOT_FOUND: Self = Self::NotFound;
}

impl Walk {
    fn folio_go(&mut self, pc: Pc) {
        self.pc = super::Pc::Folio(pc);
    }

    fn folio_slot(&self, world: &World) -> Slot {
        self.at.map_or_else(|| self.root(world), |(_, slot)| slot)
    }

    /// One action, by whoever is here for it.
    #[cfg(not(feature = "parts"))]
    pub(super) fn folio_step<S: Sink>(&mut self, pc: Pc, world: &mut World, sink: &mut S) -> Status {
        self.folio_steps(pc, world, sink)
    }

    /// One action, by whoever is here for it: of a program that arrives in parts, once [`complete`] was called.
    #[cfg(feature = "parts")]
    pub(super) fn folio_step<S: Sink>(&mut self, pc: Pc, world: &mut World, sink: &mut S) -> Status {
        match STEPS.get() {
            Some(steps) => steps(self, pc, world, sink),
            None => unreachable!("whoever offers folio_walk_start() has called complete()"),
        }
    }

    fn folio_steps<S: Sink + ?Sized>(&mut self, pc: Pc, world: &mut World, mut sink: &mut S) -> Status {
        let sink = &mut sink;
        if let Err(stop) = self.folio_action(pc, world, sink) {
            match stop {
                Stop::Fault(fault) => self.fault(fault, sink),
                Stop::Waits(lock) => return Status::Waiting(lock),
            }
        }
        self.status()
    }

    fn folio_action<S: Sink>(&mut self, pc: Pc, world: &mut World, sink: &mut S) -> Result<(), Stop> {
        match pc {
            Pc::None(_)
            | Pc::Bad(_)
            | Pc::ClearBad(_)
            | Pc::Offset(_)
            | Pc::Read(_)
            | Pc::Lock(_)
            | Pc::Reread(_)
            | Pc::UnlockTable(_)
            | Pc::UnlockNothing(_) => self.folio_upper(pc, world, sink),
            Pc::RcuLock
            | Pc::MapRead
            | Pc::MapClearBad
            | Pc::MapLock
            | Pc::MapSame
            | Pc::MapChanged
            | Pc::MapChangedRcu
            | Pc::Pte
            | Pc::UnlockPte
            | Pc::RcuUnlock => self.folio_pte(pc, world, sink),
            _ => {
                self.folio_end(pc, world, sink);
                Ok(())
            }
        }
    }

    /// The levels from pgd to pmd.
    fn folio_upper<S: Sink>(&mut self, pc: Pc, world: &mut World, sink: &mut S) -> Result<(), Stop> {
        let slot = self.folio_slot(world);
        match pc {
            Pc::None(level) => {
                self.at = Some((level, slot));
                let none = !world.model().is_constant(level) && {
                    let tests = world.tests(level);
                    self.folio_test(level, Test::None, |value| tests.none(value), world, sink)?
                };
                if none {
                    self.folio_go(Pc::NotFound);
                } else if world.model().is_constant(level) {
                    return self.folio_below(level, world, sink);
                } else {
                    self.folio_go(Pc::Bad(level));
                }
            }
            Pc::Bad(level) => {
                let tests = world.tests(level);
                let bad = self.folio_test(level, Test::Bad, |value| tests.bad(value), world, sink)?;
                self.folio_go(if bad { Pc::ClearBad(level) } else { Pc::Offset(level) });
            }
            Pc::ClearBad(level) => {
                let cleared = world.model().level(level).fold != pgtable::Fold::CompileTime;
                let value = read(level, slot, world)?;
                if cleared {
                    world.write_slot(slot, world.tests(level).empty());
                }
                sink.event(Event::BadCleared { level, addr: self.args.start, slot, value, cleared });
                self.folio_go(Pc::NotFound);
            }
            Pc::Offset(level) => {
                self.folio_test(level, Test::Offset, |_| true, world, sink)?;
                let value = read(level, slot, world)?;
                self.folio_descend(level, value, world);
            }
            Pc::Read(level) => return self.folio_read(level, world, sink),
            Pc::Lock(level) => {
                let lock = self.folio_lock_name(level, slot);
                self.folio_lock(lock, world)?;
                sink.event(Event::Lock { lock, mode: LockMode::Write, nested: false });
                self.folio_go(Pc::Reread(level));
            }
            Pc::Reread(level) => return self.folio_reread(level, world, sink),
            Pc::UnlockTable(level) => {
                self.folio_unlock(self.folio_lock_name(level, slot), world, sink);
                self.folio_go(Self::folio_table(level));
            }
            Pc::UnlockNothing(level) => {
                self.folio_unlock(self.folio_lock_name(level, slot), world, sink);
                self.folio_go(Pc::NotFound);
            }
            _ => {}
        }
        Ok(())
    }

    /// `pte_offset_map_lock()` and the pte.
    fn folio_pte<S: Sink>(&mut self, pc: Pc, world: &mut World, sink: &mut S) -> Result<(), Stop> {
        let slot = self.folio_slot(world);
        match pc {
            Pc::RcuLock => {
                world.rcu_read_lock(self.task);
                sink.event(Event::RcuLock);
                self.folio_go(Pc::MapRead);
            }
            Pc::MapRead => return self.folio_map(world, sink),
            Pc::MapClearBad => {
                let value = read(Level::Pmd, slot, world)?;
                world.write_slot(slot, world.tests(Level::Pmd).empty());
                let addr = self.args.start;
                sink.event(Event::BadCleared { level: Level::Pmd, addr, slot, value, cleared: true });
                self.folio_go(Pc::RcuUnlock);
            }
            Pc::MapLock => {
                let lock = LockName::Ptl(self.pte.table.pa);
                self.folio_lock(lock, world)?;
                sink.event(Event::Lock { lock, mode: LockMode::Write, nested: false });
                self.folio_go(Pc::MapSame);
            }
            Pc::MapSame => {
                let value = read(Level::Pmd, slot, world)?;
                let addr = self.args.start;
                if value == self.value {
                    sink.event(Event::Map { how: MapKind::Lock, addr, slot, value, ok: true });
                    let table = self.pte.table.pa;
                    self.at =
                        Some((Level::Pte, Slot { table, index: world.model().index(Level::Pte, addr) }));
                    self.folio_go(Pc::Pte);
                } else {
                    let (level, test) = (Level::Pmd, Test::Same);
                    sink.event(Event::Read { level, addr, slot, value, test, verdict: false });
                    self.folio_go(Pc::MapChanged);
                }
            }
            Pc::MapChanged => {
                self.folio_unlock(LockName::Ptl(self.pte.table.pa), world, sink);
                self.folio_go(Pc::MapChangedRcu);
            }
            Pc::MapChangedRcu => {
                world.rcu_read_unlock(self.task);
                sink.event(Event::RcuUnlock);
                self.folio_go(Pc::RcuLock);
            }
            Pc::Pte => {
                let value = world
                    .table_at(slot.table)
                    .and_then(|id| world.ptep_get(id, slot.index))
                    .ok_or_else(|| super::hugetlb::unreadable(Level::Pte, slot, world))?;
                let present = world.tests(Level::Pte).present(value);
                let (level, addr) = (Level::Pte, self.args.start);
                sink.event(Event::Read { level, addr, slot, value, test: Test::Present, verdict: present });
                match self.folio_page(Level::Pte, slot, value, world) {
                    Some(page) => self.folio_go(Pc::Found(page)),
                    None => self.folio_go(Pc::UnlockPte),
                }
            }
            Pc::UnlockPte => {
                self.folio_unlock(LockName::Ptl(slot.table), world, sink);
                self.folio_go(Pc::RcuUnlock);
            }
            Pc::RcuUnlock => {
                world.rcu_read_unlock(self.task);
                sink.event(Event::RcuUnlock);
                self.folio_go(Pc::NotFound);
            }
            _ => {}
        }
        Ok(())
    }

    /// Found or not: the results, and `folio_walk_end()`.
    fn folio_end<S: Sink>(&mut self, pc: Pc, world: &mut World, sink: &mut S) {
        match pc {
            Pc::NotFound if self.vma_is_hugetlb(world) => {
                self.hugetlb_unlock(world, sink);
                self.folio_go(Pc::ReturnNothing);
            }
            Pc::NotFound | Pc::ReturnNothing => {
                sink.event(Event::FolioFound(None));
                self.at = None;
                self.ret = 0;
                self.pc = super::Pc::ReturnCaller;
            }
            Pc::Found(page) => {
                sink.event(Event::FolioFound(Some(page)));
                self.folio_go(Pc::ReturnFound(page));
            }
            Pc::ReturnFound(page) => {
                self.callers.pop();
                sink.event(Event::Return { func: Func::FolioWalkStart, ret: 0 });
                self.folio_go(Pc::End(page));
            }
            Pc::End(page) => {
                self.callers.push(Func::FolioWalkEnd);
                let addr = self.args.start;
                sink.event(Event::Enter { func: Func::FolioWalkEnd, start: addr, end: addr });
                self.folio_go(Pc::EndUnlock(page));
            }
            Pc::EndUnlock(page) => {
                self.folio_unlock(self.folio_lock_name(page.level, page.slot), world, sink);
                self.folio_go(Pc::EndRcu(page));
                if page.level != Level::Pte {
                    self.folio_go(Pc::EndHugetlb);
                    if !self.vma_is_hugetlb(world) {
                        self.folio_go(Pc::EndReturn);
                    }
                }
            }
            Pc::EndRcu(_) => {
                world.rcu_read_unlock(self.task);
                sink.event(Event::RcuUnlock);
                let hugetlb = self.vma_is_hugetlb(world);
                self.folio_go(if hugetlb { Pc::EndHugetlb } else { Pc::EndReturn });
            }
            Pc::EndHugetlb => {
                self.hugetlb_unlock(world, sink);
                self.folio_go(Pc::EndReturn);
            }
            Pc::EndReturn => {
                self.callers.pop();
                self.at = None;
                sink.event(Event::Return { func: Func::FolioWalkEnd, ret: 0 });
                self.pc = super::Pc::Done;
            }
            _ => {}
        }
    }

    fn folio_test<S: Sink>(
        &self,
        level: Level,
        test: Test,
        holds: impl Fn(RawEntry) -> bool,
        world: &World,
        sink: &mut S,
    ) -> Result<bool, Fault> {
        let slot = self.folio_slot(world);
        let value = read(level, slot, world)?;
        let verdict = holds(value);
        sink.event(Event::Read { level, addr: self.args.start, slot, value, test, verdict });
        Ok(verdict)
    }

    /// On to the level below an entry that holds `value`.
    fn folio_descend(&mut self, level: Level, value: RawEntry, world: &World) {
        let Some(lower) = level.lower() else { return };
        let model = world.model();
        let above = self.folio_slot(world);
        let slot = if model.is_folded(lower) {
            Slot { table: above.table, index: model.folded_index(lower, above.index, self.args.start) }
        } else {
            Slot { table: model.table_address(level, value), index: model.index(lower, self.args.start) }
        };
        self.at = Some((lower, slot));
        self.folio_go(match lower {
            Level::Pgd | Level::P4d => Pc::None(lower),
            Level::Pud | Level::Pmd => Pc::Read(lower),
            Level::Pte => Pc::RcuLock,
        });
    }

    /// A constant level needs no look: the action that was due happens one level down.
    fn folio_below<S: Sink>(&mut self, level: Level, world: &mut World, sink: &mut S) -> Result<(), Stop> {
        self.folio_descend(level, RawEntry(0), world);
        match self.pc {
            super::Pc::Folio(pc) => self.folio_action(pc, world, sink),
            _ => Ok(()),
        }
    }

    /// The lockless read: none, a table, or something to be looked at under the lock.
    fn folio_read<S: Sink>(&mut self, level: Level, world: &mut World, sink: &mut S) -> Result<(), Stop> {
        if world.model().is_constant(level) {
            return self.folio_below(level, world, sink);
        }
        let slot = self.folio_slot(world);
        let value = read(level, slot, world)?;
        let tests = world.tests(level);
        let none = tests.none(value);
        sink.event(Event::Read {
            level,
            addr: self.args.start,
            slot,
            value,
            test: Test::None,
            verdict: none,
        });
        // CONFIG_PGTABLE_HAS_HUGE_LEAVES
        let huge_leaves = world.model().thp != Thp::No || world.model().hugetlb != Hugetlb::No;
        self.folio_go(if none {
            Pc::NotFound
        } else if huge_leaves && (!tests.present(value) || tests.leaf(value)) {
            Pc::Lock(level)
        } else {
            Self::folio_table(level)
        });
        Ok(())
    }

    /// On to the table below a pud or pmd: pte_offset_map_lock() reads the pmd itself.
    const fn folio_table(level: Level) -> Pc {
        if matches!(level, Level::Pmd) { Pc::RcuLock } else { Pc::Offset(level) }
    }

    /// The read under the lock.
    fn folio_reread<S: Sink>(&mut self, level: Level, world: &World, sink: &mut S) -> Result<(), Stop> {
        let slot = self.folio_slot(world);
        let value = read(level, slot, world)?;
        let tests = world.tests(level);
        let verdict = tests.leaf(value);
        sink.event(Event::Read { level, addr: self.args.start, slot, value, test: Test::Leaf, verdict });
        self.folio_go(if tests.none(value) {
            Pc::UnlockNothing(level)
        } else if tests.present(value) && !verdict {
            Pc::UnlockTable(level)
        } else {
            self.folio_page(level, slot, value, world).map_or(Pc::UnlockNothing(level), Pc::Found)
        });
        Ok(())
    }

    fn folio_map<S: Sink>(&mut self, world: &World, sink: &mut S) -> Result<(), Stop> {
        // The slot at hand is still the pmd's.
        let slot = self.folio_slot(world);
        let value = read(Level::Pmd, slot, world)?;
        let (level, addr) = (Level::Pmd, self.args.start);
        match find_table(world, value) {
            Found::Nothing => {
                sink.event(Event::Map { how: MapKind::Lock, addr, slot, value, ok: false });
                self.folio_go(Pc::RcuUnlock);
            }
            Found::Bad => {
                sink.event(Event::Read { level, addr, slot, value, test: Test::Bad, verdict: true });
                self.folio_go(Pc::MapClearBad);
            }
            Found::Table => {
                sink.event(Event::Read { level, addr, slot, value, test: Test::MapTable, verdict: true });
                self.value = value;
                self.pte.table = super::TableRef::below(world, level, value);
                self.folio_go(Pc::MapLock);
            }
        }
        Ok(())
    }

    /// What is mapped, if `vm_normal_page()` or the flags accept it.
    fn folio_page(&self, level: Level, slot: Slot, value: RawEntry, world: &World) -> Option<FolioPage> {
        let model = world.model();
        let flags = self.args.folio;
        if !world.tests(level).present(value) {
            let (mask, is) = world.pages.migration?;
            let wanted =
                flags.contains(FolioFlags::MIGRATION) && self.rules().fw_migration && level != Level::Pud;
            return (wanted && value.0 & mask == is).then_some(FolioPage { level, slot, value, page: None });
        }
        let first = model.leaf_address(level, value);
        let zero = if level == Level::Pte { world.pages.zero } else { world.pages.huge_zero };
        if zero == Some(first) && level != Level::Pud {
            let wanted = flags.contains(FolioFlags::ZEROPAGE);
            return wanted.then_some(FolioPage { level, slot, value, page: None });
        }
        let raw =
            self.vma.and_then(|id| world.vma(id)).is_some_and(|vma| vma.flags.contains(VmaFlags::PFNMAP));
        let special = level == Level::Pte && value.0 & model.special != 0;
        if raw || special {
            return None;
        }
        let inside = self.args.start.0 & ((1u64 << model.level(level).shift) - 1);
        let page = PhysAddr(first.0 + (inside & !(model.page_bytes() - 1)));
        Some(FolioPage { level, slot, value, page: Some(page) })
    }

    /// `pud_lock()` is the mm's own lock, `pmd_lock()` that of the pmd's table.
    fn folio_lock_name(&self, level: Level, slot: Slot) -> LockName {
        match level {
            Level::Pud => LockName::PageTable(self.mm.unwrap_or(MmId::INIT_MM)),
            _ => LockName::Ptl(slot.table),
        }
    }

    /// The lock that an action takes, if it takes one.
    pub(super) fn folio_takes(&self, pc: Pc, world: &World) -> Option<LockName> {
        match pc {
            Pc::Lock(level) => Some(self.folio_lock_name(level, self.folio_slot(world))),
            Pc::MapLock => Some(LockName::Ptl(self.pte.table.pa)),
            _ => None,
        }
    }

    fn folio_lock(&self, lock: LockName, world: &mut World) -> Result<(), Stop> {
        let taken = match lock {
            LockName::PageTable(mm) => world.lock_page_tables(mm, self.task),
            LockName::Ptl(table) => world.lock_ptl(table, self.task),
            _ => Ok(()),
        };
        taken.map_err(|_| Stop::Waits(lock))
    }

    #[expect(clippy::unused_self, reason = "the counterpart of folio_lock()")]
    fn folio_unlock<S: Sink>(&self, lock: LockName, world: &mut World, sink: &mut S) {
        match lock {
            LockName::PageTable(mm) => world.unlock_page_tables(mm),
            LockName::Ptl(table) => world.unlock_ptl(table),
            _ => {}
        }
        sink.event(Event::Unlock { lock, mode: LockMode::Write });
    }
}

#[cfg(feature = "parts")]
type Steps = fn(&mut Walk, Pc, &mut World, &mut dyn Sink) -> Status;

#[cfg(feature = "parts")]
static STEPS: once_cell::race::OnceRef<'static, Steps> = once_cell::race::OnceRef::new();

/// Makes this walk known. Of a program that arrives in parts, each part that offers it calls this, and so brings it; no other
/// entry point shares its steps.
pub fn complete() {
    #[cfg(feature = "parts")]
    {
        static HERE: Steps = |walk, pc, world, sink| walk.folio_steps(pc, world, sink);
        // A second time changes nothing.
        let _ = STEPS.set(&HERE);
    }
}

/// Why an action does not happen.
enum Stop {
    Fault(Fault),
    Waits(LockName),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
