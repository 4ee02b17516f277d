//! Replacing a leaf by a table that maps the same memory.
//!
//! All splitters make the new table ready before anybody can see it: allocate, fill, barrier, and only then write the
//! entry. They differ in what they fill it with.

use mm::{Slot, World};
use pgtable::{EntryKind, Level, Model, Owner, PhysAddr, RawEntry, VirtAddr};
use trace::{ENOMEM, Event, Sink};

use crate::bits::{pte_of_page, word};
use crate::place::write;

/// What the new table is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fill {
    /// Leaves with the same bits: riscv, where a leaf looks the same at each level.
    Same,
    /// arm64's: the type of the level below, and the contiguous hint or not.
    Arm64 {
        /// With the contiguous hint.
        cont: bool,
    },
    /// Ptes with these protection bits: HVO.
    Protection(u64),
}

/// arm64: type bits of a descriptor, and their values for a page and for a block.
const TYPE: u64 = 0b11;
const TYPE_PAGE: u64 = 0b11;
const TYPE_BLOCK: u64 = 0b01;
/// arm64: `PTE_VALID`.
const VALID: u64 = 0b01;
/// arm64: `PMD_TABLE_PXN`.
const TABLE_PXN: u64 = 1 << 59;

/// arm64's `PTE_CONT`, by its name.
pub(crate) fn contiguous_hint(model: &Model) -> u64 {
    word(model, &[("PTE_CONT", 1)])
}

impl Fill {
    /// The barrier between filling the table and writing the entry that points to it.
    pub(crate) const fn barrier(self) -> &'static str {
        match self {
            Self::Same | Self::Protection(_) => {
                "passes smp_wmb(), so that a CPU that sees the new entry also sees the filled table"
            }
            Self::Arm64 { .. } => {
                "passes dsb(ishst), so that a CPU that sees the new entry also sees the \
                                   filled table"
            }
        }
    }

    /// The first entry of the table that replaces `leaf` of `level`.
    fn first(self, model: &'static Model, level: Level, leaf: RawEntry) -> u64 {
        match self {
            Self::Same => leaf.0,
            Self::Arm64 { cont } => {
                let hint = contiguous_hint(model);
                let of_level = if level.lower() == Some(Level::Pte) { TYPE_PAGE } else { TYPE_BLOCK };
                // What the CPU must not use stays so.
                let valid = if leaf.0 & VALID == 0 { VALID } else { 0 };
                let bits = leaf.0 & !TYPE & !hint | of_level & !valid;
                if cont { bits | hint } else { bits }
            }
            Self::Protection(prot) => pte_of_page(model, model.leaf_address(level, leaf), prot),
        }
    }

    /// The entry that points to the new table.
    pub(crate) fn table_entry(
        self,
        model: &Model,
        level: Level,
        table: PhysAddr,
        leaf: RawEntry,
    ) -> RawEntry {
        let entry = model.make_table(level, table, Owner::Kernel);
        match self {
            Self::Arm64 { .. } => {
                let pxn = if leaf.0 & word(model, &[("PTE_PXN", 1)]) == 0 { 0 } else { TABLE_PXN };
                RawEntry(entry.0 | pxn)
            }
            Self::Same | Self::Protection(_) => entry,
        }
    }

    /// Fills the table that replaces `leaf` of `level`. Nobody sees it yet, so this is one action.
    pub(crate) fn fill(self, world: &mut World, table: PhysAddr, level: Level, leaf: RawEntry) {
        let model = world.model();
        let lower = level.lower().unwrap_or(level);
        let pages = 1u64 << (model.level(lower).shift - model.page_shift);
        let step = model.make.next_page.wrapping_mul(pages);
        let first = self.first(model, level, leaf);
        for index in 0..model.slots(lower) {
            let entry = RawEntry(first.wrapping_add(u64::from(index).wrapping_mul(step)));
            world.write_slot(Slot { table, index }, entry);
        }
    }
}

/// What filling a new table is called.
pub(crate) const FILLS: &str =
    "fills the new table with entries that map the same memory, before anything points to the table";

/// The next action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    Allocate,
    Fill,
    Barrier,
    Write,
    Done,
}

/// One leaf on its way to being a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Replace {
    level: Level,
    addr: VirtAddr,
    slot: Slot,
    leaf: RawEntry,
    fill: Fill,
    table: PhysAddr,
    pc: Pc,
}

impl Replace {
    pub(crate) const fn new(level: Level, addr: VirtAddr, slot: Slot, leaf: RawEntry, fill: Fill) -> Self {
        Self { level, addr, slot, leaf, fill, table: PhysAddr(0), pc: Pc::Allocate }
    }

    /// One action with its event. Answers the return value after the last one.
    pub(crate) fn step(&mut self, world: &mut World, sink: &mut dyn Sink) -> Option<i32> {
        let model = world.model();
        self.pc = match self.pc {
            Pc::Allocate => {
                let lower = self.level.lower().unwrap_or(self.level);
                let result = world.alloc_table(lower);
                sink.event(Event::NewPage { table: Some(lower), result });
                let Ok(table) = result else { return Some(ENOMEM) };
                self.table = table;
                Pc::Fill
            }
            Pc::Fill => {
                self.fill.fill(world, self.table, self.level, self.leaf);
                sink.event(Event::Act(FILLS));
                Pc::Barrier
            }
            Pc::Barrier => {
                sink.event(Event::Act(self.fill.barrier()));
                Pc::Write
            }
            Pc::Write => {
                let entry = self.fill.table_entry(model, self.level, self.table, self.leaf);
                write(world, self.level, self.addr, self.slot, entry, sink);
                Pc::Done
            }
            Pc::Done => Pc::Done,
        };
        (self.pc == Pc::Done).then_some(0)
    }
}

/// arm64's `split_contpmd()` and `split_contpte()`: takes the contiguous hint from all entries of a block, one after the
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EndBlock {
    level: Level,
    addr: VirtAddr,
    slot: Slot,
    left: u32,
}

impl EndBlock {
    /// The block that the entry of `level` in `slot` belongs to.
    pub(crate) fn new(world: &World, level: Level, addr: VirtAddr, slot: Slot) -> Self {
        let model = world.model();
        let slots = model.contiguous.map_or(1, |block| match level {
            Level::Pte => u32::from(block.slots),
            _ => u32::from(block.pmd_slots),
        });
        let bytes = (1u64 << model.level(level).shift) * u64::from(slots);
        Self {
            level,
            addr: VirtAddr(addr.0 & !(bytes - 1)),
            slot: Slot { index: slot.index & !(slots - 1), ..slot },
            left: slots,
        }
    }

    /// Whether `value` of `level` is in a block.
    pub(crate) fn applies(world: &World, level: Level, value: RawEntry) -> bool {
        value.0 & contiguous_hint(world.model()) != 0 && world.classify(level, value) == EntryKind::Leaf
    }

    /// Writes one entry. Answers whether it was the last one.
    pub(crate) fn step(&mut self, world: &mut World, sink: &mut dyn Sink) -> bool {
        let value = world.read_slot(self.slot).unwrap_or_default();
        let is = RawEntry(value.0 & !contiguous_hint(world.model()));
        write(world, self.level, self.addr, self.slot, is, sink);
        let model = world.model();
        self.addr = model.add(self.addr, 1 << model.level(self.level).shift);
        self.slot.index += 1;
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }
}
