//! `walk_pte_range()`: pte after pte. There are no holes here: the callback is called for empty entries too, unless they
//! are to be filled.

use mm::{MmId, VmaId, World};
use pgtable::{Level, Model, RawEntry};

use super::{Frame, Pc, Walk, map};
use crate::{Call, Callback, Callbacks, Event, Fault, Func, MapKind, Sink, Test, WalkOps};

impl Walk {
    pub(super) fn enter_pte<S: Sink>(&mut self, world: &World, sink: &mut S) {
        let Frame { addr, next: end, .. } = *self.frame(Level::Pmd);
        self.pte = Frame { addr, end, ..Frame::default() };
        self.innermost = Some(Level::Pte);
        sink.event(Event::Enter { func: Func::WalkRange(Level::Pte), start: addr, end });
        // TASK_SIZE is the current task's, not walk->mm's.
        let kernel = self.mm == Some(MmId::INIT_MM) || addr >= world.task_size;
        let may_fail = if self.rules().map_can_fail { map::Pc::RcuLock } else { map::Pc::Kernel };
        (self.map, self.pc) = match (self.no_vma(), kernel && self.rules().map_can_fail) {
            (true, true) => (MapKind::Kernel, Pc::Map(map::Pc::Kernel)),
            (true, false) => (MapKind::User, Pc::Map(may_fail)),
            (false, _) => (MapKind::Lock, Pc::Map(may_fail)),
        };
    }

    /// Callbacks for pte after pte, at most `left`, each of them a step. Returns how many of these steps remain.
    #[inline]
    pub(super) fn pte_callbacks<O: WalkOps, S: Sink>(
        &mut self,
        mut left: u64,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) -> u64 {
        let installs = self.set(ops).contains(Callbacks::INSTALL_PTE);
        // No callback sees where the walk is, so that can stay in registers meanwhile.
        let mut frame = self.pte;
        let model = world.model();
        while left > 0 {
            left -= 1;
            let Some(value) = frame.table.id.ok().and_then(|id| world.ptep_get(id, frame.index)) else {
                self.pte = frame;
                self.fault(self.unreadable(Level::Pte, world), sink);
                return left;
            };
            let call = Self::pte_call(&frame, Callback::Entry(Level::Pte), value, self.vma, model);
            let reply = ops.call(&call, world);
            self.answered(&call, reply, sink);
            if reply.more {
                self.pc = Pc::InCallback(Level::Pte);
                break;
            }
            if reply.ret != 0 || !frame.next_pte(model) {
                self.pc = self.unmap();
                break;
            }
            if installs {
                self.pc = Pc::PteNone;
                break;
            }
        }
        self.pte = frame;
        left
    }

    #[inline]
    fn pte_call(
        frame: &Frame,
        callback: Callback,
        value: RawEntry,
        vma: Option<VmaId>,
        model: &Model,
    ) -> Call {
        Call {
            callback,
            level: Level::Pte,
            addr: frame.addr,
            next: model.add(frame.addr, model.page_bytes()),
            slot: frame.slot(),
            value,
            depth: 0,
            vma,
            hmask: 0,
        }
    }

    /// A walk that installs: an empty pte is filled, for any other one the callback is called if there is one.
    pub(super) fn pte_none<O: WalkOps, S: Sink>(&mut self, world: &World, ops: &O, sink: &mut S) {
        let frame = &self.pte;
        let Some(value) = frame.table.id.ok().and_then(|id| world.ptep_get(id, frame.index)) else {
            return self.fault(self.unreadable(Level::Pte, world), sink);
        };
        let verdict = world.tests(Level::Pte).none(value);
        let (addr, slot) = (frame.addr, frame.slot());
        if !verdict && !self.set(ops).contains(Callbacks::PTE_ENTRY) {
            return self.fault(Fault::NullCall, sink);
        }
        self.pc = if verdict { Pc::InstallPte } else { Pc::PteCallback };
        sink.event(Event::Read { level: Level::Pte, addr, slot, value, test: Test::None, verdict });
    }

    pub(super) fn install_pte<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &mut O, sink: &mut S) {
        let call = Self::pte_call(&self.pte, Callback::InstallPte, RawEntry(0), self.vma, world.model());
        let reply = ops.call(&call, world);
        self.value = reply.pte;
        self.answered(&call, reply, sink);
        self.pc = if reply.ret == 0 { Pc::SetPte } else { self.unmap() };
    }

    /// `set_pte_at()`
    pub(super) fn set_pte<S: Sink>(&mut self, world: &mut World, sink: &mut S) {
        if let Err(fault) = self.read(Level::Pte, world) {
            return self.fault(fault, sink);
        }
        let frame = &self.pte;
        if let Ok(id) = frame.table.id {
            world.write(id, frame.index, self.value);
        }
        sink.event(Event::SetPte { addr: frame.addr, slot: frame.slot(), value: self.value });
        self.pc = Pc::UpdateMmuCache;
    }

    pub(super) fn update_mmu_cache<S: Sink>(&mut self, world: &World, sink: &mut S) {
        sink.event(Event::UpdateMmuCache { addr: self.pte.addr });
        self.pc = if self.pte.next_pte(world.model()) { Pc::PteNone } else { self.unmap() };
    }
}

impl Frame {
    /// On to the next pte; false at the end of the loop.
    #[inline]
    pub(super) fn next_pte(&mut self, model: &Model) -> bool {
        let page_bytes = model.page_bytes();
        // The subtraction underflows for an end below one page: then the loop runs off its table.
        let more = self.addr < model.sub(self.end, page_bytes);
        if more {
            self.addr = model.add(self.addr, page_bytes);
            self.index += 1;
        }
        more
    }
}
