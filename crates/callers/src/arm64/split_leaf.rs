//! arm64's `split_kernel_leaf_mapping_locked(addr)`: makes `addr` the first address of a leaf.
//!
//! Goes down to `addr` and splits every leaf around it: a pud leaf into contiguous pmds, a contiguous block of pmds into
//! pmds, a pmd leaf into contiguous ptes, a contiguous block of ptes into ptes. It stops at the first level where `addr`
//! begins a leaf anyway, or nothing is mapped (arch/arm64/mm/mmu.c, v6.18). No table is ever freed.

use mm::{Slot, World};
use pgtable::{Level, RawEntry, VirtAddr};
use trace::{Event, Sink, Test};

use crate::place::{below, bytes_of, read, root};
use crate::procedure::Split;
use crate::replace::{EndBlock, Fill, Replace};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    /// Look at the entry of the level.
    Entry,
    /// Take the contiguous hint from the block that the entry, with this value, belongs to.
    EndBlock(EndBlock, RawEntry),
    /// Replace the leaf by a table.
    Replace(Replace),
    /// Find the table below.
    Down,
    /// Over, with this return value.
    Over(i32),
}

/// A call of `split_kernel_leaf_mapping_locked()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SplitLeaf {
    addr: VirtAddr,
    level: Level,
    slot: Slot,
    pc: Pc,
}

impl SplitLeaf {
    pub(super) fn new(world: &World, addr: VirtAddr) -> Self {
        Self { addr, level: Level::Pgd, slot: root(world, addr), pc: Pc::Entry }
    }

    /// Whether the address begins a run of `entries` entries of the level at hand.
    fn begins(&self, world: &World, level: Level, entries: u64) -> bool {
        self.addr.0 & (bytes_of(world, level) * entries - 1) == 0
    }

    /// One action with its event, if there is one left.
    pub(super) fn step(&mut self, world: &mut World, sink: &mut dyn Sink) -> Split {
        let block = world.model().contiguous;
        let (pmds, ptes) = block.map_or((1, 1), |block| (u64::from(block.pmd_slots), u64::from(block.slots)));
        loop {
            let Self { addr, level, slot, .. } = *self;
            let begins = level <= Level::Pud && self.begins(world, level, 1);
            match &mut self.pc {
                Pc::Over(ret) => return Split::Done(*ret),
                // From pgd to pud the address is tested against the entry, below against a contiguous block.
                Pc::Entry if begins => return self.over(0),
                Pc::Entry if world.model().is_constant(level) => self.pc = Pc::Down,
                Pc::Entry => return self.entry(world, sink),
                Pc::EndBlock(end, value) => {
                    let value = *value;
                    if end.step(world, sink) {
                        self.block_ended(value, world);
                    }
                    return Split::Running;
                }
                Pc::Replace(replace) => {
                    match replace.step(world, sink) {
                        None => {}
                        Some(0) => self.pc = Pc::Down,
                        Some(ret) => self.pc = Pc::Over(ret),
                    }
                    return Split::Running;
                }
                Pc::Down => {
                    let Some(lower) = level.lower() else { return self.over(0) };
                    let stops = match lower {
                        Level::Pmd => self.begins(world, lower, pmds),
                        Level::Pte => self.begins(world, lower, ptes),
                        _ => false,
                    };
                    if stops {
                        return self.over(0);
                    }
                    let value = match read(world, level, slot) {
                        Ok(value) => value,
                        Err(fault) => return Split::Faulted(fault),
                    };
                    self.slot = below(world, lower, slot, value, addr);
                    self.level = lower;
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

    fn over(&mut self, ret: i32) -> Split {
        self.pc = Pc::Over(ret);
        Split::Done(ret)
    }

    /// Reads the entry: is anything here, and is it too large?
    fn entry(&mut self, world: &World, sink: &mut dyn Sink) -> Split {
        let Self { addr, level, slot, .. } = *self;
        let value = match read(world, level, slot) {
            Ok(value) => value,
            Err(fault) => return Split::Faulted(fault),
        };
        let tests = world.tests(level);
        let in_block = level >= Level::Pmd && EndBlock::applies(world, level, value);
        let leaf = level != Level::Pte && tests.present(value) && tests.leaf(value);
        sink.event(Event::Read {
            level,
            addr,
            slot,
            value,
            test: Test::ToSplit,
            verdict: leaf || (level == Level::Pte && in_block),
        });
        self.pc = if !tests.present(value) {
            Pc::Over(0)
        } else if in_block {
            Pc::EndBlock(EndBlock::new(world, level, addr, slot), value)
        } else if leaf {
            self.replace_or_stop(value, world)
        } else {
            Pc::Down
        };
        Split::Running
    }

    /// The block of contiguous entries is none any more: a pmd may still be too large.
    fn block_ended(&mut self, value: RawEntry, world: &World) {
        self.pc = if self.level == Level::Pte { Pc::Over(0) } else { self.replace_or_stop(value, world) };
    }

    /// A leaf that the address does not begin is replaced by a table of blocks with the contiguous hint.
    fn replace_or_stop(&self, value: RawEntry, world: &World) -> Pc {
        let Self { addr, level, slot, .. } = *self;
        if level == Level::Pmd && self.begins(world, level, 1) {
            return Pc::Over(0);
        }
        Pc::Replace(Replace::new(level, addr, slot, value, Fill::Arm64 { cont: true }))
    }
}
