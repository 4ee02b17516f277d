//! From an entry downwards: leaves, splitting, installing only, looking again, and the way back up.
//!
//! A walk without VMAs neither splits nor enters a leaf. A walk with VMAs splits it, unless nobody wants anything below, and
//! then takes the entry for a table: the reads that follow see what the split made of it.

use mm::{VmaKind, World};
use pgtable::Level;

use super::upper::may_be_leaf;
use super::{Pc, Walk, map};
use crate::{Action, Callbacks, Event, Func, Sink, Test, WalkOps};

impl Walk {
    /// Descend, look again, or go on.
    pub(super) fn after_callback(&mut self, level: Level, set: Callbacks, world: &World) {
        if !may_be_leaf(level) {
            if set.descends(level) {
                self.descend(level);
            } else {
                self.next_entry(level, world, set);
            }
            return;
        }
        match self.action {
            Action::Again => self.pc = Pc::Again(level),
            Action::Continue => self.next_entry(level, world, set),
            Action::Subtree if set.wants_below(level) => self.meet(level, world),
            // Only to install: a huge page that is there stays whole.
            Action::Subtree if set.contains(Callbacks::INSTALL_PTE) => {
                if world.model().is_constant(level) {
                    self.meet(level, world);
                } else {
                    self.pc = Pc::InstallPresent(level);
                }
            }
            Action::Subtree => self.next_entry(level, world, set),
        }
    }

    /// The entry may be a leaf: with a VMA it is split, without one it is tested.
    fn meet(&mut self, level: Level, world: &World) {
        if self.vma.is_some() {
            self.pc = Pc::Split(level);
        } else if world.model().is_constant(level) {
            // A constant level is never a leaf and always present: the test reads nothing.
            self.descend(level);
        } else {
            self.pc = Pc::LeafTest(level);
        }
    }

    pub(super) fn install_present<S: Sink>(&mut self, level: Level, world: &World, sink: &mut S) {
        let tests = world.tests(level);
        match self.tested(level, Test::InstallPresent, |value| tests.present(value), world, sink) {
            Err(fault) => self.fault(fault, sink),
            Ok(true) => self.pc = Pc::InstallHuge(level),
            Ok(false) => self.meet(level, world),
        }
    }

    pub(super) fn install_huge<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &World,
        ops: &O,
        sink: &mut S,
    ) {
        let tests = world.tests(level);
        match self.tested(level, Test::InstallHuge, |value| tests.trans_huge(value), world, sink) {
            Err(fault) => self.fault(fault, sink),
            Ok(true) => self.next_entry(level, world, self.set(ops)),
            Ok(false) => self.meet(level, world),
        }
    }

    /// `split_huge_pud()`, `split_huge_pmd()`
    pub(super) fn split<S: Sink>(&mut self, level: Level, world: &mut World, sink: &mut S) {
        let Some(vma) = self.vma else { return self.descend(level) };
        let (addr, slot) = (self.frame(level).addr, self.frame(level).slot());
        let value = match self.read(level, world) {
            Ok(value) => value,
            Err(fault) => return self.fault(fault, sink),
        };
        let kind = world.vma(vma).map_or(VmaKind::Anon, |vma| vma.kind);
        let did = match level {
            Level::Pmd => world.split_huge_pmd(kind, slot),
            _ => world.split_huge_pud(slot),
        };
        sink.event(Event::Split { level, addr, slot, value, did, vma });
        self.retest_or_descend(level, world);
    }

    /// Up to v6.18 the pud loop asks once more whether the entry is none.
    fn retest_or_descend(&mut self, level: Level, world: &World) {
        if level == Level::Pud && self.rules().pud_none_retest && !world.model().is_constant(level) {
            self.pc = Pc::NoneRetest;
        } else if level == Level::Pmd
            && self.vma.is_some()
            && !self.rules().map_can_fail
            && world.model().thp != pgtable::Thp::No
        {
            self.pc = Pc::Map(map::Pc::Unstable);
        } else {
            self.descend(level);
        }
    }

    pub(super) fn leaf_test<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &World,
        ops: &O,
        sink: &mut S,
    ) {
        let tests = world.tests(level);
        match self.tested(level, Test::Leaf, |value| tests.leaf(value), world, sink) {
            Err(fault) => self.fault(fault, sink),
            Ok(true) => self.next_entry(level, world, self.set(ops)),
            Ok(false) => self.pc = Pc::PresentTest(level),
        }
    }

    pub(super) fn present_test<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &World,
        ops: &O,
        sink: &mut S,
    ) {
        let tests = world.tests(level);
        match self.tested(level, Test::Present, |value| tests.present(value), world, sink) {
            Err(fault) => self.fault(fault, sink),
            Ok(false) => self.next_entry(level, world, self.set(ops)),
            Ok(true) => self.retest_or_descend(level, world),
        }
    }

    pub(super) fn none_retest<S: Sink>(&mut self, world: &World, sink: &mut S) {
        let tests = world.tests(Level::Pud);
        match self.tested(Level::Pud, Test::NoneAgain, |value| tests.none(value), world, sink) {
            Err(fault) => self.fault(fault, sink),
            Ok(true) => self.pc = Pc::Again(Level::Pud),
            Ok(false) => self.descend(Level::Pud),
        }
    }

    fn descend(&mut self, level: Level) {
        self.pc = level.lower().map_or(Pc::Return(level), Pc::Enter);
    }

    pub(super) fn again<O: WalkOps, S: Sink>(&mut self, level: Level, world: &World, ops: &O, sink: &mut S) {
        sink.event(Event::Again { level, addr: self.frame(level).addr });
        self.begin_entry(level, world, self.set(ops));
    }

    /// A loop returns to the loop above it, or to the entry point.
    pub(super) fn return_level<O: WalkOps, S: Sink>(
        &mut self,
        level: Level,
        world: &World,
        ops: &O,
        sink: &mut S,
    ) {
        sink.event(Event::Return { func: Func::WalkRange(level), ret: self.ret });
        self.innermost = level.upper();
        match level.upper() {
            None if self.no_vma() => self.pc = Pc::ReturnCaller,
            None => self.pc = Self::after_area(self.set(ops)),
            Some(upper) => self.returned_to(upper, world, self.set(ops)),
        }
    }

    /// What the loop of `level` does when the loop below has returned.
    fn returned_to(&mut self, level: Level, world: &World, set: Callbacks) {
        let honours_again = match level {
            Level::Pmd => self.rules().map_can_fail,
            Level::Pud => self.rules().pud_recheck,
            _ => false,
        };
        if self.ret != 0 {
            self.pc = Pc::Return(level);
        } else if honours_again && self.action == Action::Again {
            self.pc = Pc::Again(level);
        } else {
            self.next_entry(level, world, set);
        }
    }
}
