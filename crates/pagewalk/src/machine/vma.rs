//! VMA after VMA: `walk_page_range_mm()`, `walk_page_mapping()`, `walk_page_test()`, `__walk_page_range()`.
//!
//! The page tables of a gap between VMAs are never read: it is one hole of depth -1.

use mm::{LockMode, Need, VmaFlags, VmaId, World};
use pgtable::{Level, VirtAddr};

use super::{Outer, Status, Walk, hugetlb};
use crate::entry::Body;
use crate::{By, Call, Callback, Callbacks, Check, Event, Func, Reply, Sink, Subject, WalkOps};

/// The next action here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pc {
    /// `find_vma()`: its assertion.
    AssertFindVma,
    /// `find_vma()`
    FindVma,
    /// The reverse map's next VMA.
    NextInMapping,
    /// `ops->pte_hole()` for a gap.
    Gap,
    /// `process_vma_walk_lock()`: the assertion about the mm.
    LockMm,
    /// `process_vma_walk_lock()`: the VMA itself.
    LockVma,
    /// `vma_start_write()`: its readers have to leave first.
    AwaitVma,
    /// `walk_page_test()`: `ops->test_walk()`, or `ops->pte_hole()` for a `VM_PFNMAP` area.
    Test,
    /// Enter `__walk_page_range()`.
    Enter,
    /// `install_pte` on a hugetlb VMA.
    CheckHugetlb,
    /// `ops->pre_vma()`
    Pre,
    /// `ops->post_vma()`
    Post,
    /// `__walk_page_range()` returns.
    Return,
}

impl Walk {
    pub(super) fn vma_step<O: WalkOps, S: Sink>(
        &mut self,
        pc: Pc,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) -> Status {
        match pc {
            Pc::AssertFindVma => {
                self.pc = super::Pc::Vma(Pc::FindVma);
                self.assert(Subject::Walked, Need::Held, By::FindVma, world, sink);
            }
            Pc::FindVma => self.find_vma(world, ops, sink),
            Pc::NextInMapping => self.next_in_mapping(world, ops, sink),
            Pc::Gap => self.gap(world, ops, sink),
            Pc::LockMm => self.vma_lock_mm(world, ops, sink),
            Pc::LockVma => self.vma_lock_vma(world, ops, sink),
            Pc::AwaitVma => {
                if let Some(lock) = self.waits_for(world) {
                    return Status::Waiting(lock);
                }
                self.vma_write_started(LockMode::None, sink);
            }
            Pc::Test => self.page_test(world, ops, sink),
            Pc::Enter => self.enter_vma(world, ops, sink),
            Pc::CheckHugetlb => {
                sink.event(Event::Check { check: Check::HugetlbInstall, ok: false });
                self.ret = crate::EINVAL;
                self.pc = super::Pc::Vma(Pc::Return);
            }
            Pc::Pre => {
                let ret = self.call_for(Callback::PreVma, self.outer.addr, self.outer.next, world, ops, sink);
                // Without success neither the area is walked nor post_vma() called.
                self.pc =
                    if ret == 0 { self.walk_area(world, self.set(ops)) } else { super::Pc::Vma(Pc::Return) };
            }
            Pc::Post => self.post_vma(world, ops, sink),
            Pc::Return => self.return_vma(world, ops, sink),
        }
        self.status()
    }

    /// Runs a callback that has no entry.
    fn call_for<O: WalkOps, S: Sink>(
        &mut self,
        callback: Callback,
        addr: VirtAddr,
        next: VirtAddr,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) -> i32 {
        let depth = if callback == Callback::Hole { -1 } else { 0 };
        let call = Call { depth, ..Call::new(callback, addr, next, self.vma) };
        self.call(&call, world, ops, sink)
    }

    pub(super) const fn after_vma_lock(&self) -> Pc {
        match self.entry.body() {
            Body::Range => Pc::AssertFindVma,
            _ => Pc::Enter,
        }
    }

    /// `find_vma()`: for the first turn, or inside an area already for the turn after it, before any callback runs.
    fn find_vma<O: WalkOps, S: Sink>(&mut self, world: &World, ops: &O, sink: &mut S) {
        let inside = self.vma.and_then(|id| world.vma(id));
        let addr = inside.map_or(self.outer.addr, |vma| vma.end);
        self.following = self.mm.and_then(|mm| world.find_vma(mm, addr));
        sink.event(Event::FindVma { addr, found: self.following });
        if inside.is_some() {
            self.test_area(world, self.set(ops), ops);
        } else {
            self.next_turn(world, ops);
        }
    }

    /// The loop of `walk_page_range_mm()`: a gap, or an area.
    fn next_turn<O: WalkOps>(&mut self, world: &World, ops: &O) {
        loop {
            let area = self.following.and_then(|id| Some((id, world.vma(id)?)));
            let Outer { addr, end, .. } = self.outer;
            match area {
                Some((id, vma)) if vma.start <= addr => {
                    self.vma = Some(id);
                    self.outer.next = vma.end.min(end);
                    let lock = self.vma_walk_lock(world, ops.walk_lock());
                    self.pc = super::Pc::Vma(lock.unwrap_or(Pc::AssertFindVma));
                    return;
                }
                gap => {
                    self.vma = None;
                    self.outer.next = gap.map_or(end, |(_, vma)| vma.start.min(end));
                    if self.set(ops).contains(Callbacks::PTE_HOLE) {
                        self.pc = super::Pc::Vma(Pc::Gap);
                        return;
                    }
                }
            }
            if !self.more_turns() {
                return;
            }
        }
    }

    /// `start = next, start < end`: whether there is another turn; otherwise the function returns 0.
    fn more_turns(&mut self) -> bool {
        self.outer.addr = self.outer.next;
        let more = self.outer.addr < self.outer.end;
        if !more {
            self.ret = 0;
            self.pc = super::Pc::ReturnCaller;
        }
        more
    }

    fn gap<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &mut O, sink: &mut S) {
        let Outer { addr, next, .. } = self.outer;
        if self.call_for(Callback::Hole, addr, next, world, ops, sink) != 0 {
            self.pc = super::Pc::ReturnCaller;
        } else if self.more_turns() {
            self.next_turn(world, ops);
        }
    }

    /// `walk_page_mapping()`: the next area of the file, clipped to the pages that are asked for.
    fn next_in_mapping<O: WalkOps, S: Sink>(&mut self, world: &World, ops: &O, sink: &mut S) {
        let model = world.model();
        let word = model.word_mask;
        let first = self.args.first_index & word;
        let behind = first.wrapping_add(self.args.nr) & word;
        let found = world.next_in_mapping(first, behind.wrapping_sub(1) & word, self.vma);
        sink.event(Event::NextInMapping { found });
        let Some((id, vma)) = found.and_then(|id| Some((id, world.vma(id)?))) else {
            self.vma = None;
            self.ret = 0;
            self.pc = super::Pc::ReturnCaller;
            return;
        };
        self.vma = Some(id);
        let pages = (vma.end.0 - vma.start.0) >> model.page_shift;
        let at = |page: u64| model.add(vma.start, page.wrapping_sub(vma.pgoff) << model.page_shift);
        let addr = at(first.max(vma.pgoff));
        let next = at(behind.min(vma.pgoff.wrapping_add(pages) & word));
        if addr < next {
            self.mm = vma.mm;
            self.outer = Outer { addr, next, end: next };
            self.test_area(world, self.set(ops), ops);
        }
    }

    /// `walk_page_test()`, if there is anything to ask.
    fn test_area<O: WalkOps>(&mut self, world: &World, set: Callbacks, ops: &O) {
        match self.first_of_area(world, set) {
            super::Pc::ReturnCaller => self.tested_area(1, world, ops),
            pc => (self.ret, self.pc) = (0, pc),
        }
    }

    /// What `walk_page_test()` leads to: a question, the area, or nothing of it.
    pub(super) fn first_of_area(&self, world: &World, set: Callbacks) -> super::Pc {
        let pfnmap =
            self.vma.and_then(|id| world.vma(id)).is_some_and(|vma| vma.flags.contains(VmaFlags::PFNMAP));
        if set.contains(Callbacks::TEST_WALK) || (pfnmap && set.contains(Callbacks::PTE_HOLE)) {
            super::Pc::Vma(Pc::Test)
        } else if pfnmap {
            super::Pc::ReturnCaller
        } else {
            super::Pc::Vma(Pc::Enter)
        }
    }

    fn page_test<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &mut O, sink: &mut S) {
        let Outer { addr, next, .. } = self.outer;
        // walk_page_mapping() asks about the whole area, the others about the part that is walked.
        let whole = self.vma.and_then(|id| world.vma(id)).map_or((addr, next), |vma| (vma.start, vma.end));
        let (addr, next) = if self.entry.body() == Body::Mapping { whole } else { (addr, next) };
        let ret = if self.set(ops).contains(Callbacks::TEST_WALK) {
            self.call_for(Callback::TestWalk, addr, next, world, ops, sink)
        } else {
            match self.call_for(Callback::Hole, addr, next, world, ops, sink) {
                // A PFNMAP area is never walked.
                0 => 1,
                ret => ret,
            }
        };
        self.tested_area(ret, world, ops);
    }

    /// Positive: skip this area; in `walk_page_mapping()`, whose range ends with the area, that is the end. Negative: that is the
    /// result.
    fn tested_area<O: WalkOps>(&mut self, ret: i32, world: &World, ops: &O) {
        self.ret = ret.min(0);
        match ret {
            0 => self.pc = super::Pc::Vma(Pc::Enter),
            1.. => {
                if self.more_turns() {
                    self.next_turn(world, ops);
                }
            }
            _ => self.pc = super::Pc::ReturnCaller,
        }
    }

    /// `__walk_page_range()`
    fn enter_vma<O: WalkOps, S: Sink>(&mut self, world: &World, ops: &O, sink: &mut S) {
        let set = self.set(ops);
        self.ret = 0;
        self.callers.push(Func::WalkOneVma);
        sink.event(Event::Enter { func: Func::WalkOneVma, start: self.outer.addr, end: self.outer.next });
        self.pc = if set.contains(Callbacks::INSTALL_PTE) && self.vma_is_hugetlb(world) {
            super::Pc::Vma(Pc::CheckHugetlb)
        } else if set.contains(Callbacks::PRE_VMA) {
            super::Pc::Vma(Pc::Pre)
        } else {
            self.walk_area(world, set)
        };
    }

    /// The area itself: its tables, its huge pages, or nothing where nobody wants those.
    fn walk_area(&self, world: &World, set: Callbacks) -> super::Pc {
        if !self.vma_is_hugetlb(world) {
            super::Pc::Enter(Level::Pgd)
        } else if set.contains(Callbacks::HUGETLB_ENTRY) {
            super::Pc::Hugetlb(hugetlb::Pc::Enter)
        } else {
            Self::after_area(set)
        }
    }

    /// `post_vma()` is called whether the area was walked to its end or not.
    pub(super) const fn after_area(set: Callbacks) -> super::Pc {
        super::Pc::Vma(if set.contains(Callbacks::POST_VMA) { Pc::Post } else { Pc::Return })
    }

    fn post_vma<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &mut O, sink: &mut S) {
        // It returns nothing, and keeps what the area's walk returned.
        let ret = self.ret;
        let call = Call::new(Callback::PostVma, self.outer.addr, self.outer.next, self.vma);
        let reply = Reply { ret: 0, ..ops.call(&call, world) };
        self.answered(&call, reply, sink);
        self.ret = ret;
        self.pc = super::Pc::Vma(Pc::Return);
    }

    fn return_vma<O: WalkOps, S: Sink>(&mut self, world: &World, ops: &O, sink: &mut S) {
        self.callers.pop();
        sink.event(Event::Return { func: Func::WalkOneVma, ret: self.ret });
        if self.ret != 0 {
            self.pc = super::Pc::ReturnCaller;
            return;
        }
        match self.entry.body() {
            Body::Range => {
                if self.more_turns() {
                    self.next_turn(world, ops);
                }
            }
            Body::Mapping => self.pc = super::Pc::Vma(Pc::NextInMapping),
            _ => self.pc = super::Pc::ReturnCaller,
        }
    }

    /// Whether the VMA at hand is one of hugetlbfs, on an architecture that has that.
    pub(super) fn vma_is_hugetlb(&self, world: &World) -> bool {
        let vma = self.vma.and_then(|id: VmaId| world.vma(id));
        world.model().hugetlb != pgtable::Hugetlb::No && vma.is_some_and(mm::Vma::is_hugetlb)
    }
}
