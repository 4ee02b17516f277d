//! `walk_pgd_range()`, `walk_p4d_range()`, `walk_pud_range()`, `walk_pmd_range()`.
//!
//! What is the same in all four: the hole test, the entry callback, the step to the next entry. What is not: pgd and p4d
//! entries are tested for `bad` and their loops ignore `walk->action`; pud and pmd entries may be leaves, and their loops
//! honour it (`descend.rs`).

use mm::World;
use pgtable::{Level, RawEntry};

use super::{Frame, Outer, Pc, Status, TableRef, Walk};
use crate::{
    Action, Call, Callback, Callbacks, ENOMEM, Event, Fault, Func, Progress, Reply, Sink, Test, WalkOps,
};

/// Whether the loop of this level looks at leaves and at `walk->action`.
pub(super) const fn may_be_leaf(level: Level) -> bool {
    matches!(level, Level::Pud | Level::Pmd)
}

impl Walk {
    /// Enters the loop of `level`: its range is the entry of the level above, or the whole walk's.
    pub(super) fn enter<O: WalkOps, S: Sink>(&mut self, level: Level, world: &World, ops: &O, sink: &mut S) {
        let (addr, end) = match level.upper() {
            Some(upper) => (self.frame(upper).addr, self.frame(upper).next),
            None => {
                let Outer { addr, next, .. } = self.outer;
                (addr, next)
            }
        };
        *self.frame_mut(level) = Frame { addr, end, ..Frame::default() };
        self.innermost = Some(level);
        sink.event(Event::Enter { func: Func::WalkRange(level), start: addr, end });

        if level == Level::Pgd {
            // pgd_offset(), or walk->pgd + pgd_index(): arithmetic on a root that is known.
            let root = self.root(world);
            let frame = self.frame_mut(level);
            frame.table = TableRef::root(world, root.table);
            frame.index = root.index;
            self.begin_entry(level, world, self.set(ops));
        } else if level == Level::Pmd && self.rules().pud_recheck && !world.model().is_constant(Level::Pud) {
            self.pc = Pc::Recheck;
        } else {
            self.find_table(level, world, self.set(ops));
        }
    }

    /// `walk_pmd_range()` from v7.0: the pud may have become a leaf or vanished since it was tested.
    pub(super) fn recheck<O: WalkOps, S: Sink>(&mut self, world: &World, ops: &O, sink: &mut S) {
        let tests = world.tests(Level::Pud);
        let is_table = |value| tests.present(value) && !tests.leaf(value);
        match self.tested(Level::Pud, Test::StillTable, is_table, world, sink) {
            Ok(true) => self.find_table(Level::Pmd, world, self.set(ops)),
            Ok(false) => {
                self.action = Action::Again;
                self.ret = 0;
                self.pc = Pc::Return(Level::Pmd);
            }
            Err(fault) => self.fault(fault, sink),
        }
    }

    /// `p?d_offset()`: a folded level needs no memory for that, any other reads the slot of the level above.
    fn find_table(&mut self, level: Level, world: &World, set: Callbacks) {
        if !world.model().is_folded(level) {
            self.pc = Pc::Offset(level);
            return;
        }
        if let Some(upper) = level.upper() {
            let Frame { table, index, .. } = *self.frame(upper);
            let frame = self.frame_mut(level);
            frame.table = table;
            frame.index = world.model().folded_index(level, index, frame.addr);
        }
        self.begin_entry(level, world, set);
    }

    pub(super) fn offset<O: WalkOps, S: Sink>(&mut self, level: Level, world: &World, ops: &O, sink: &mut S) {
        let upper = level.upper().unwrap_or(level);
        match self.read(upper, world) {
            Err(fault) => self.fault(fault, sink),
            Ok(value) => {
                let slot = self.frame(upper).slot();
                let addr = self.frame(level).addr;
                sink.event(Event::Read {
                    level: upper,
                    addr,
                    slot,
                    value,
                    test: Test::Offset,
                    verdict: true,
                });
                let (table, index) = if world.folds(upper, value) {
                    (self.frame(upper).table, self.frame(upper).index)
                } else {
                    (TableRef::below(world, upper, value), world.model().index(level, addr))
                };
                let frame = self.frame_mut(level);
                frame.table = table;
                frame.index = index;
                self.begin_entry(level, world, self.set(ops));
            }
        }
    }

    /// The label `again:`, or the top of the loop: computes `next` and looks at the entry.
    pub(super) fn begin_entry(&mut self, level: Level, world: &World, set: Callbacks) {
        if may_be_leaf(level) && self.rules().action_reset_first {
            self.action = Action::Subtree;
        }
        loop {
            let frame = self.frame_mut(level);
            frame.next = world.model().addr_end(level, frame.addr, frame.end);
            // The test of a constant level needs no memory, but p?d_none_or_clear_bad() is handed the entry all
            // the same: a pointer beyond its table has come too far.
            if !world.model().is_constant(level) || self.read(level, world).is_err() {
                self.pc = Pc::NoneTest(level);
                return;
            }
            if set.contains(Callbacks::entry(level)) || set.descends(level) {
                self.entry_found(level, set, world);
                return;
            }
            // Nobody asks for this entry and nothing was read: on to the next one in the same step.
            if !self.advance(level) {
                return;
            }
        }
    }

    /// Reads a level's entry, tests it, and says so.
    pub(super) fn tested<S: Sink>(
        &self,
        level: Level,
        test: Test,
        holds: impl Fn(RawEntry) -> bool,
        world: &World,
        sink: &mut S,
    ) -> Result<bool, Fault> {
        let value = self.read(level, world)?;
        let verdict = holds(value);
        let frame = self.frame(level);
        sink.event(Event::Read { level, addr: frame.addr, slot: frame.slot(), value, test, verdict });
        Ok(verdict)
    }

    pub(super) fn none_test<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &World,
        ops: &O,
        sink: &mut S,
    ) {
        let tests = world.tests(level);
        match self.tested(level, Test::None, |value| tests.none(value), world, sink) {
            Err(fault) => self.fault(fault, sink),
            Ok(true) => self.hole_found(level, world, self.set(ops)),
            Ok(false) if may_be_leaf(level) => self.entry_found(level, self.set(ops), world),
            Ok(false) => self.pc = Pc::BadTest(level),
        }
    }

    pub(super) fn bad_test<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &World,
        ops: &O,
        sink: &mut S,
    ) {
        let tests = world.tests(level);
        match self.tested(level, Test::Bad, |value| tests.bad(value), world, sink) {
            Err(fault) => self.fault(fault, sink),
            Ok(true) => self.pc = Pc::ClearBad(level),
            Ok(false) => self.entry_found(level, self.set(ops), world),
        }
    }

    /// `p?d_clear_bad()`. A p4d that is folded at compile time has an empty macro there.
    pub(super) fn clear_bad<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &mut World,
        ops: &O,
        sink: &mut S,
    ) {
        let cleared = world.model().level(level).fold != pgtable::Fold::CompileTime;
        self.clear_entry(level, cleared, world, sink);
        self.hole_found(level, world, self.set(ops));
    }

    /// Reports a bad entry and empties it.
    pub(super) fn clear_entry<S: Sink>(&self, level: Level, cleared: bool, world: &mut World, sink: &mut S) {
        let frame = self.frame(level);
        let value = self.read(level, world).unwrap_or_default();
        if let (true, Ok(id)) = (cleared, frame.table.id) {
            world.write(id, frame.index, world.tests(world.model().lowest_sharing(level)).empty());
        }
        sink.event(Event::BadCleared { level, addr: frame.addr, slot: frame.slot(), value, cleared });
    }

    /// Nothing here: fills it, or reports it if anybody wants to know.
    fn hole_found(&mut self, level: Level, world: &World, set: Callbacks) {
        if set.contains(Callbacks::INSTALL_PTE) {
            self.pc = Pc::Alloc(level);
        } else if set.contains(Callbacks::PTE_HOLE) {
            self.pc = Pc::Hole(level);
        } else {
            self.next_entry(level, world, set);
        }
    }

    pub(super) fn hole<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) {
        let frame = self.frame(level);
        let call = Call {
            callback: Callback::Hole,
            level,
            addr: frame.addr,
            next: frame.next,
            slot: frame.slot(),
            value: self.read(level, world).unwrap_or_default(),
            depth: world.model().real_depth(level).cast_signed(),
            vma: self.vma,
            hmask: 0,
        };
        if self.call(&call, world, ops, sink) == 0 {
            self.next_entry(level, world, self.set(ops));
        } else {
            self.pc = Pc::Return(level);
        }
    }

    /// Runs a callback and takes its answer. Returns its return value, which is also the walk's if not 0.
    #[inline]
    pub(super) fn call<O: WalkOps, S: Sink>(
        &mut self,
        call: &Call,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) -> i32 {
        let reply = ops.call(call, world);
        self.answered(call, reply, sink);
        reply.ret
    }

    /// Takes the answer of a callback.
    #[inline]
    pub(super) fn answered<S: Sink>(&mut self, call: &Call, reply: Reply, sink: &mut S) {
        if let Some(action) = reply.action {
            self.action = action;
        }
        self.ret = reply.ret;
        sink.event(Event::Callback { call: *call, reply });
    }

    /// A walk that installs makes a table for an empty entry, and then goes on with that entry.
    pub(super) fn allocate<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &mut World,
        ops: &O,
        sink: &mut S,
    ) {
        if let Err(fault) = self.read(level, world) {
            return self.fault(fault, sink);
        }
        let (addr, slot) = (self.frame(level).addr, self.frame(level).slot());
        let result = world.populate(level, slot);
        sink.event(Event::Alloc { level, addr, slot, result });
        if result.is_ok() {
            self.entry_found(level, self.set(ops), world);
        } else {
            self.ret = ENOMEM;
            self.pc = Pc::Return(level);
        }
    }

    /// Something is here.
    fn entry_found(&mut self, level: Level, set: Callbacks, world: &World) {
        if may_be_leaf(level) && !self.rules().action_reset_first {
            self.action = Action::Subtree;
        }
        if set.contains(Callbacks::entry(level)) {
            self.pc = Pc::Callback(level);
        } else {
            self.after_callback(level, set, world);
        }
    }

    pub(super) fn callback<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) {
        let frame = self.frame(level);
        let value = match self.read(level, world) {
            Ok(value) => value,
            Err(fault) => return self.fault(fault, sink),
        };
        let call = Call {
            callback: Callback::Entry(level),
            level,
            addr: frame.addr,
            next: frame.next,
            slot: frame.slot(),
            value,
            depth: 0,
            vma: self.vma,
            hmask: 0,
        };
        let reply = ops.call(&call, world);
        self.answered(&call, reply, sink);
        self.after_entry(level, reply, self.set(ops), world);
    }

    /// One action of an entry callback that has more to do than to look.
    pub(super) fn in_callback<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
    ) -> Status {
        match ops.go_on(world, sink) {
            Progress::Running => {}
            Progress::Waiting(lock) => return Status::Waiting(lock),
            Progress::Done(reply) => {
                if let Some(action) = reply.action {
                    self.action = action;
                }
                self.ret = reply.ret;
                self.after_entry(level, Reply { more: false, ..reply }, self.set(ops), world);
            }
        }
        self.status()
    }

    /// Where an entry callback's answer leads.
    #[inline]
    pub(super) fn after_entry(&mut self, level: Level, reply: Reply, set: Callbacks, world: &World) {
        match (reply, level) {
            (Reply { more: true, .. }, _) => self.pc = Pc::InCallback(level),
            (Reply { ret: 0, .. }, Level::Pte) if self.pte.next_pte(world.model()) => {
                let installs = set.contains(Callbacks::INSTALL_PTE);
                self.pc = if installs { Pc::PteNone } else { Pc::PteCallback };
            }
            (_, Level::Pte) => self.pc = self.unmap(),
            (Reply { ret: 0, .. }, _) => self.after_callback(level, set, world),
            _ => self.pc = Pc::Return(level),
        }
    }

    pub(super) fn next_entry(&mut self, level: Level, world: &World, set: Callbacks) {
        if self.advance(level) {
            self.begin_entry(level, world, set);
        }
    }

    /// `p?d++, addr = next, addr != end`: the pointer is advanced, never masked again. Answers whether the loop
    /// goes on; otherwise it returns.
    fn advance(&mut self, level: Level) -> bool {
        let frame = self.frame_mut(level);
        frame.index = frame.index.saturating_add(1);
        frame.addr = frame.next;
        let more = frame.addr != frame.end;
        if !more {
            self.ret = 0;
            self.pc = Pc::Return(level);
        }
        more
    }
}
