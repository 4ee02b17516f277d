//! `walk_hugetlb_range()`: huge page after huge page, found by the architecture's `huge_pte_offset()`.
//!
//! An empty slot inside an existing table is an entry; a hole is where the tables do not reach.

use mm::{Frame, LockMode, Slot, Wild, World};
use pgtable::{Level, PhysAddr, RawEntry, VirtAddr};

use super::{Outer, Walk};
use crate::{Call, Callback, Callbacks, Event, Fault, Func, LockName, Sink, WalkOps};

/// The next action here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pc {
    /// The function is entered.
    Enter,
    /// `hugetlb_vma_lock_read()`
    Lock,
    /// `hugetlb_walk()` for this address.
    Find(VirtAddr),
    /// `ops->hugetlb_entry()`
    Entry(VirtAddr),
    /// `ops->pte_hole()`
    Hole(VirtAddr),
    /// `hugetlb_vma_unlock_read()`
    Unlock,
    /// The function returns.
    Return,
}

impl Walk {
    pub(super) fn hugetlb_step<O: WalkOps, S: Sink>(
        &mut self,
        pc: Pc,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) {
        match pc {
            Pc::Enter => {
                self.callers.push(Func::WalkHugetlbRange);
                let Outer { addr, next, .. } = self.outer;
                sink.event(Event::Enter { func: Func::WalkHugetlbRange, start: addr, end: next });
                // Until v6.2 there is no such lock.
                let locks = self.rules().hugetlb_lock;
                self.pc = super::Pc::Hugetlb(if locks { Pc::Lock } else { Pc::Find(self.outer.addr) });
            }
            Pc::Lock => {
                self.hugetlb_lock(world, sink);
                self.pc = super::Pc::Hugetlb(Pc::Find(self.outer.addr));
            }
            Pc::Find(addr) => self.hugetlb_find(addr, self.set(ops), world, sink),
            Pc::Entry(addr) => self.hugetlb_entry(addr, world, ops, sink),
            Pc::Hole(addr) => {
                let next = self.hugetlb_next(addr, world);
                let call = Call { depth: -1, ..Call::new(Callback::Hole, addr, next, self.vma) };
                let ret = self.call(&call, world, ops, sink);
                self.hugetlb_advance(next, ret);
            }
            Pc::Unlock => {
                self.hugetlb_unlock(world, sink);
                self.pc = super::Pc::Hugetlb(Pc::Return);
            }
            Pc::Return => {
                self.at = None;
                self.callers.pop();
                sink.event(Event::Return { func: Func::WalkHugetlbRange, ret: self.ret });
                self.pc = Self::after_area(self.set(ops));
            }
        }
    }

    /// `hugetlb_vma_lock_read()`
    pub(super) fn hugetlb_lock<S: Sink>(&mut self, _world: &mut World, sink: &mut S) {
        if let Some(vma) = self.vma {
            let lock = LockName::HugetlbVma(vma);
            sink.event(Event::Lock { lock, mode: LockMode::Read, nested: false });
        }
    }

    /// `hugetlb_vma_unlock_read()`
    pub(super) fn hugetlb_unlock<S: Sink>(&mut self, _world: &mut World, sink: &mut S) {
        if let Some(vma) = self.vma {
            sink.event(Event::Unlock { lock: LockName::HugetlbVma(vma), mode: LockMode::Read });
        }
    }

    /// `huge_page_size(h)` in bytes.
    fn huge_page_bytes(&self, world: &World) -> u64 {
        self.vma.and_then(|id| world.vma(id)).map_or(0, |vma| vma.huge_page_bytes)
    }

    /// `hugetlb_entry_end()`
    fn hugetlb_next(&self, addr: VirtAddr, world: &World) -> VirtAddr {
        let bytes = self.huge_page_bytes(world);
        let boundary = world.model().add(VirtAddr(addr.0 & !(bytes - 1)), bytes);
        boundary.min(self.outer.next)
    }

    fn hugetlb_find<S: Sink>(&mut self, addr: VirtAddr, set: Callbacks, world: &World, sink: &mut S) {
        let bytes = self.huge_page_bytes(world);
        let page = VirtAddr(addr.0 & !(bytes - 1));
        match world.huge_pte_offset(self.root(world).table, page, bytes) {
            Err(Wild { level, pa }) => self.fault(missing(level, pa, world), sink),
            Ok(found) => {
                sink.event(Event::HugetlbWalk { addr: page, found });
                self.at = found;
                if found.is_some() {
                    self.pc = super::Pc::Hugetlb(Pc::Entry(addr));
                } else if set.contains(Callbacks::PTE_HOLE) {
                    self.pc = super::Pc::Hugetlb(Pc::Hole(addr));
                } else {
                    self.hugetlb_advance(self.hugetlb_next(addr, world), 0);
                }
            }
        }
    }

    fn hugetlb_entry<O: WalkOps, S: Sink>(
        &mut self,
        addr: VirtAddr,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) {
        let (level, slot) = self.at.unwrap_or((Level::Pgd, Slot::default()));
        let Some(value) = world.read_slot(slot) else {
            return self.fault(unreadable(level, slot, world), sink);
        };
        let next = self.hugetlb_next(addr, world);
        let hmask = !(self.huge_page_bytes(world) - 1) & world.model().word_mask;
        let call = Call { level, slot, value, hmask, ..Call::new(Callback::Hugetlb, addr, next, self.vma) };
        let ret = self.call(&call, world, ops, sink);
        self.hugetlb_advance(next, ret);
    }

    fn hugetlb_advance(&mut self, next: VirtAddr, ret: i32) {
        self.ret = ret;
        let done = if self.rules().hugetlb_lock { Pc::Unlock } else { Pc::Return };
        self.pc = super::Pc::Hugetlb(if ret != 0 || next == self.outer.next { done } else { Pc::Find(next) });
    }
}

/// Why there is no table.
fn missing(level: Level, pa: PhysAddr, world: &World) -> Fault {
    match world.frame(pa) {
        Some(Frame::Freed) => Fault::UseAfterFree { level, pa },
        _ => Fault::NoTable { level, pa },
    }
}

/// Why the entry in a slot cannot be read.
pub(super) fn unreadable(level: Level, slot: Slot, world: &World) -> Fault {
    let level = world.model().table_level(level);
    match world.frame(slot.table) {
        None | Some(Frame::Freed) => missing(level, slot.table, world),
        Some(_) => Fault::OffTable { level, slot },
    }
}

/// Reads the entry in a slot.
pub(super) fn read(level: Level, slot: Slot, world: &World) -> Result<RawEntry, Fault> {
    world.read_slot(slot).ok_or_else(|| unreadable(level, slot, world))
}
