//! HVO's `vmemmap_split_pmd()` (mm/hugetlb_vmemmap.c, v6.12 and v7.3), inside `vmemmap_pmd_entry()`.
//!
//! The table is made ready without a lock; under `init_mm.page_table_lock` the pmd is looked at once more, as another
//! HVO operation may have split it meanwhile. Then the table is not needed.

use mm::{MmId, Task, World};
use pgtable::{Level, PhysAddr, RawEntry, VirtAddr};
use trace::{
    Call, ENOMEM, Event, Flush, Free, Func, Function, Line, LockName, On, Returns, Sink, StackFrame, Test,
};

use crate::place::write;
use crate::replace::{FILLS, Fill};

static SPLIT_PMD: Function = Function {
    name: "vmemmap_split_pmd",
    file: "mm/hugetlb_vmemmap.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Alloc, "  a pte table: none? return -ENOMEM"),
                Line::new(On::Descend, "  fill it; later split_page, smp_wmb"),
                Line::new(On::Map, "  spin_lock(&init_mm.page_table_lock)"),
                Line::new(On::Leaf, "  still a leaf?"),
                Line::new(On::Entry, "    pmd = the new table"),
                Line::new(On::Flush, "    flush_tlb_kernel_range(pmd), if wanted"),
                Line::new(On::Free, "  no longer: free the new table"),
                Line::new(On::Unmap, "  spin_unlock(&init_mm.page_table_lock)"),
            ]
        }
    },
    returns: Returns::Int,
};

/// `init_mm.page_table_lock`
pub(super) const LOCK: LockName = LockName::PageTable(MmId::INIT_MM);

/// Takes it. Answers whether it could be taken; otherwise nothing was said.
pub(super) fn lock(world: &mut World, sink: &mut dyn Sink) -> bool {
    let taken = world.lock_page_tables(MmId::INIT_MM, Task::Walker).is_ok();
    if taken {
        sink.event(Event::Lock { lock: LOCK, mode: mm::LockMode::Write, nested: false });
    }
    taken
}

/// Releases it.
pub(super) fn unlock(world: &mut World, sink: &mut dyn Sink) {
    world.unlock_page_tables(MmId::INIT_MM);
    sink.event(Event::Unlock { lock: LOCK, mode: mm::LockMode::Write });
}

/// `pmd_leaf(*pmd)` under the lock: the entry, if it is one.
pub(super) fn read_leaf(call: &Call, world: &World, sink: &mut dyn Sink) -> Option<RawEntry> {
    let (level, addr, slot) = (Level::Pmd, call.addr, call.slot);
    let value = world.read_slot(slot).unwrap_or_default();
    let verdict = world.tests(level).leaf(value);
    sink.event(Event::Read { level, addr, slot, value, test: Test::LeafLocked, verdict });
    verdict.then_some(value)
}

/// The next action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    Enter,
    Allocate,
    Fill,
    Lock,
    ReadLeaf,
    SplitPage,
    Barrier,
    Populate,
    Flush,
    Free,
    Unlock,
    Return(i32),
}

/// How it went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// It did one thing and said so.
    Running,
    /// It returned.
    Done(i32),
    /// Somebody else holds the lock; nothing was said.
    Waiting,
}

/// A call of `vmemmap_split_pmd()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SplitPmd {
    call: Call,
    leaf: RawEntry,
    fill: Fill,
    flushes: bool,
    /// The first address of the pmd, and the one behind it.
    start: VirtAddr,
    end: VirtAddr,
    table: PhysAddr,
    pc: Pc,
}

impl SplitPmd {
    /// Splits the pmd of `call`, which holds `leaf`, into ptes with the bits `protection`.
    pub(super) fn new(call: &Call, leaf: RawEntry, protection: u64, flushes: bool, world: &World) -> Self {
        let bytes = 1u64 << world.model().level(Level::Pmd).shift;
        let start = VirtAddr(call.addr.0 & !(bytes - 1));
        Self {
            call: *call,
            leaf,
            fill: Fill::Protection(protection),
            flushes,
            start,
            end: world.model().add(start, bytes),
            table: PhysAddr(0),
            pc: Pc::Enter,
        }
    }

    /// The function on the call stack, once it was entered.
    pub(super) fn frame(&self) -> Option<StackFrame> {
        let func = Func::Other(&SPLIT_PMD);
        (self.pc != Pc::Enter).then_some(StackFrame { func, addr: self.start, end: self.end })
    }

    /// One action with its event.
    pub(super) fn step(&mut self, world: &mut World, sink: &mut dyn Sink) -> Step {
        let func = Func::Other(&SPLIT_PMD);
        self.pc = match self.pc {
            Pc::Enter => {
                sink.event(Event::Enter { func, start: self.start, end: self.end });
                Pc::Allocate
            }
            Pc::Allocate => {
                let result = world.alloc_table(Level::Pte);
                sink.event(Event::NewPage { table: Some(Level::Pte), result });
                self.table = result.unwrap_or_default();
                if result.is_ok() { Pc::Fill } else { Pc::Return(ENOMEM) }
            }
            Pc::Fill => {
                self.fill.fill(world, self.table, Level::Pmd, self.leaf);
                sink.event(Event::Act(FILLS));
                Pc::Lock
            }
            Pc::Lock if lock(world, sink) => Pc::ReadLeaf,
            Pc::Lock => return Step::Waiting,
            Pc::ReadLeaf => match read_leaf(&self.call, world, sink) {
                Some(_) => Pc::SplitPage,
                None => Pc::Free,
            },
            Pc::SplitPage => {
                sink.event(Event::Act(
                    "makes single pages of the memory behind the leaf (split_page(), not needed for memory \
                     from boot), so that each can be given back alone",
                ));
                Pc::Barrier
            }
            Pc::Barrier => {
                sink.event(Event::Act(self.fill.barrier()));
                Pc::Populate
            }
            Pc::Populate => {
                let entry = self.fill.table_entry(world.model(), Level::Pmd, self.table, self.leaf);
                write(world, Level::Pmd, self.call.addr, self.call.slot, entry, sink);
                if self.flushes { Pc::Flush } else { Pc::Unlock }
            }
            Pc::Flush => {
                sink.event(Event::Flush(Flush::Range(self.start, self.end)));
                Pc::Unlock
            }
            Pc::Free => {
                sink.event(Event::Free { level: Level::Pte, table: self.table, how: Free::Now });
                Pc::Unlock
            }
            Pc::Unlock => {
                unlock(world, sink);
                Pc::Return(0)
            }
            Pc::Return(ret) => {
                sink.event(Event::Return { func, ret });
                return Step::Done(ret);
            }
        };
        Step::Running
    }
}
