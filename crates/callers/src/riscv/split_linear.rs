//! riscv's `split_linear_mapping(start, end)`: its own descent, not the generic walker's.
//!
//! An entry that lies in the range as a whole is left alone: its leaf will be changed as a whole. A leaf that is only partly
//! in the range is replaced by a table of leaves, level by level. There is no test for an entry that is none: where
//! nothing is mapped the descent follows a wild pointer (arch/riscv/mm/pageattr.c, v7.3).

use mm::{Slot, World};
use pgtable::{Level, PhysAddr, VirtAddr};
use trace::{Event, Sink, Test};

use crate::place::{below, bytes_of, read, root};
use crate::procedure::Split;
use crate::replace::{Fill, Replace};

/// The local variables of one `__split_linear_mapping_p?d()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Frame {
    level: Level,
    slot: Slot,
    addr: VirtAddr,
    end: VirtAddr,
}

impl Frame {
    /// No frame.
    const NONE: Self = Self {
        level: Level::Pgd,
        slot: Slot { table: PhysAddr(0), index: 0 },
        addr: VirtAddr(0),
        end: VirtAddr(0),
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    /// Look at the entry of the innermost frame.
    Entry,
    /// Its leaf is being replaced.
    Replace(Replace),
    /// Find the table below it.
    Down,
    /// Over, with this return value.
    Over(i32),
}

/// A call of `split_linear_mapping()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SplitLinear {
    /// Outermost first, [`Frame::NONE`] behind the innermost one. Four levels have tables below them.
    frames: [Frame; 4],
    /// How many are active.
    depth: u8,
    pc: Pc,
}

impl SplitLinear {
    pub(super) fn new(world: &World, start: VirtAddr, end: VirtAddr) -> Self {
        let mut frames = [Frame::NONE; 4];
        frames[0] = Frame { level: Level::Pgd, slot: root(world, start), addr: start, end };
        // The loops run at least once, so an empty range would never end: no caller has one.
        Self { frames, depth: 1, pc: if start < end { Pc::Entry } else { Pc::Over(0) } }
    }

    fn innermost(&mut self) -> Option<&mut Frame> {
        self.frames.get_mut(usize::from(self.depth).checked_sub(1)?)
    }

    /// One action with its event, if there is one left.
    pub(super) fn step(&mut self, world: &mut World, sink: &mut dyn Sink) -> Split {
        loop {
            let Some(&mut frame) = self.innermost() else { return Split::Done(0) };
            let Frame { level, slot, addr, end } = frame;
            match &mut self.pc {
                Pc::Over(ret) => return Split::Done(*ret),
                Pc::Entry if addr == end => {
                    if let Some(frame) = self.innermost() {
                        *frame = Frame::NONE;
                        self.depth -= 1;
                    }
                    self.advance(world);
                }
                Pc::Entry => {
                    let next = world.model().addr_end(level, addr, end);
                    let bytes = bytes_of(world, level);
                    let whole = next - addr >= bytes && addr.0 & (bytes - 1) == 0;
                    // A pgd is never a leaf of the linear map, and p4d_leaf() is constant.
                    let may_be_leaf = level >= Level::Pud && !world.model().is_constant(level);
                    if whole && level != Level::Pgd {
                        self.advance(world);
                    } else if may_be_leaf {
                        return self.test(frame, world, sink);
                    } else {
                        self.pc = Pc::Down;
                    }
                }
                Pc::Replace(replace) => {
                    match replace.step(world, sink) {
                        None => {}
                        Some(0) => self.descend_or_advance(level, world),
                        Some(ret) => self.pc = Pc::Over(ret),
                    }
                    return Split::Running;
                }
                Pc::Down => {
                    let Some(lower) = level.lower() else { return Split::Done(0) };
                    let value = match read(world, level, slot) {
                        Ok(value) => value,
                        Err(fault) => return Split::Faulted(fault),
                    };
                    let next = world.model().addr_end(level, addr, end);
                    let slot_below = below(world, lower, slot, value, addr);
                    if let Some(frame) = self.frames.get_mut(usize::from(self.depth)) {
                        *frame = Frame { level: lower, slot: slot_below, addr, end: next };
                        self.depth += 1;
                    }
                    self.pc = Pc::Entry;
                    if !world.model().is_folded(lower) {
                        let test = Test::Offset;
                        sink.event(Event::Read { level, addr, slot, value, test, verdict: true });
                        return Split::Running;
                    }
                }
            }
        }
    }

    /// `p?d_leaf()` of an entry that lies in the range in part.
    fn test(&mut self, frame: Frame, world: &World, sink: &mut dyn Sink) -> Split {
        let Frame { level, slot, addr, .. } = frame;
        let value = match read(world, level, slot) {
            Ok(value) => value,
            Err(fault) => return Split::Faulted(fault),
        };
        let verdict = world.tests(level).leaf(value);
        sink.event(Event::Read { level, addr, slot, value, test: Test::ToSplit, verdict });
        if verdict {
            self.pc = Pc::Replace(Replace::new(level, addr, slot, value, Fill::Same));
        } else {
            self.descend_or_advance(level, world);
        }
        Split::Running
    }

    fn descend_or_advance(&mut self, level: Level, world: &World) {
        if level == Level::Pmd {
            self.advance(world);
        } else {
            self.pc = Pc::Down;
        }
    }

    /// `p?dp++, vaddr = next`
    fn advance(&mut self, world: &World) {
        if let Some(frame) = self.innermost() {
            frame.addr = world.model().addr_end(frame.level, frame.addr, frame.end);
            frame.slot.index = frame.slot.index.saturating_add(1);
        }
        self.pc = Pc::Entry;
    }
}
