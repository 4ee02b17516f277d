//! `walk_pte_range()`, and the two ways to map a pte table.
//!
//! Tables of `init_mm`, and kernel addresses of any mm, are mapped with `pte_offset_kernel()`: no check, no
//! RCU. User addresses of another mm are mapped with `pte_offset_map()`: one read of the pmd under RCU that is
//! both checked and used. It may find no table; then the pmd loop looks again. No lock is taken in either.

use mm::{MmId, World};
use pgtable::{Level, PhysAddr};

use super::{Frame, Pc, TableRef, Walk};
use crate::{Action, Call, Callback, Event, Func, MapKind, Sink, Test, WalkOps};

impl Walk {
    pub(super) fn enter_pte<S: Sink>(&mut self, world: &World, sink: &mut S) {
        let Frame { addr, next: end, .. } = *self.frame(Level::Pmd);
        self.pte = Frame { addr, next: addr, end, ..Frame::default() };
        self.innermost = Some(Level::Pte);
        sink.event(Event::Enter { func: Func::WalkRange(Level::Pte), start: addr, end });
        // TASK_SIZE is the current task's, not walk->mm's.
        let kernel = self.args.mm == Some(MmId::INIT_MM) || addr >= world.task_size;
        (self.map, self.pc) =
            if kernel { (MapKind::Kernel, Pc::MapKernel) } else { (MapKind::User, Pc::RcuLock) };
    }

    /// `pte_offset_kernel()`: reads the pmd once more and takes whatever it holds for a table.
    pub(super) fn map_kernel<S: Sink>(&mut self, world: &World, sink: &mut S) {
        match self.read(Level::Pmd, world) {
            Err(fault) => self.fault(fault, sink),
            Ok(value) => {
                self.use_pte_table(world.model().table_address(Level::Pmd, value), world);
                let slot = self.frame(Level::Pmd).slot();
                sink.event(Event::Map { how: MapKind::Kernel, addr: self.pte.addr, slot, value, ok: true });
            }
        }
    }

    fn use_pte_table(&mut self, pa: PhysAddr, world: &World) {
        self.pte.table = TableRef::at(world, pa);
        self.pte.index = world.model().index(Level::Pte, self.pte.addr);
        self.pc = Pc::PteCallback;
    }

    pub(super) fn rcu_lock<S: Sink>(&mut self, sink: &mut S) {
        sink.event(Event::RcuLock);
        self.pc = Pc::MapUser;
    }

    /// `pte_offset_map()`: no table behind a pmd that is none, not present, huge or bad; a bad one is cleared.
    pub(super) fn map_user<S: Sink>(&mut self, world: &World, sink: &mut S) {
        let value = match self.read(Level::Pmd, world) {
            Ok(value) => value,
            Err(fault) => return self.fault(fault, sink),
        };
        let rules = world.model().rules(Level::Pmd);
        let slot = self.frame(Level::Pmd).slot();
        let raw = value.0;
        if (rules.none)(raw) || !(rules.present)(raw) || (rules.trans_huge)(raw) {
            self.action = Action::Again;
            self.pc = Pc::RcuUnlock;
            sink.event(Event::Map { how: MapKind::User, addr: self.pte.addr, slot, value, ok: false });
        } else if (rules.bad)(raw) {
            self.pc = Pc::ClearBadPmd;
            let addr = self.pte.addr;
            sink.event(Event::Read { level: Level::Pmd, addr, slot, value, test: Test::Bad, verdict: true });
        } else {
            self.use_pte_table(world.model().table_address(Level::Pmd, value), world);
            sink.event(Event::Map { how: MapKind::User, addr: self.pte.addr, slot, value, ok: true });
        }
    }

    pub(super) fn clear_bad_pmd<S: Sink>(&mut self, world: &mut World, sink: &mut S) {
        self.clear_entry(Level::Pmd, true, world, sink);
        self.pc = Pc::MapFailed;
    }

    pub(super) fn map_failed<S: Sink>(&mut self, sink: &mut S) {
        let slot = self.frame(Level::Pmd).slot();
        self.action = Action::Again;
        self.pc = Pc::RcuUnlock;
        let value = pgtable::RawEntry(0);
        sink.event(Event::Map { how: MapKind::User, addr: self.pte.addr, slot, value, ok: false });
    }

    /// One turn of the pte loop. There are no holes here: the callback is called for empty entries too.
    #[inline]
    pub(super) fn pte_callback<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &mut O, sink: &mut S) {
        let frame = &self.pte;
        let Some(value) = frame.table.id.and_then(|id| world.ptep_get(id, frame.index)) else {
            return self.fault(self.unreadable(Level::Pte, world), sink);
        };
        let model = world.model();
        let page_bytes = model.page_bytes();
        let call = Call {
            callback: Callback::Entry(Level::Pte),
            level: Level::Pte,
            addr: frame.addr,
            next: model.add(frame.addr, page_bytes),
            slot: frame.slot(),
            value,
            depth: 0,
        };
        // The subtraction underflows for an end below one page: then the loop runs off its table.
        let last = frame.addr >= model.sub(frame.end, page_bytes);
        if self.call(&call, world, ops, sink) != 0 || last {
            self.pc = match self.map {
                MapKind::Kernel => Pc::Return(Level::Pte),
                MapKind::User => Pc::RcuUnlock,
            };
        } else {
            self.pte.addr = call.next;
            self.pte.index += 1;
        }
    }

    pub(super) fn rcu_unlock<S: Sink>(&mut self, sink: &mut S) {
        sink.event(Event::RcuUnlock);
        self.pc = Pc::Return(Level::Pte);
    }

    pub(super) fn return_pte<O: WalkOps, S: Sink>(&mut self, world: &World, ops: &O, sink: &mut S) {
        self.return_upper(Level::Pte, world, ops, sink);
    }
}
