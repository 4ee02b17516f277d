//! Callbacks that change the bits of entries: `pageattr_ops` of loongarch, riscv and arm64, and openrisc's
//! `page_set_nocache()` and `page_clear_nocache()`.
//!
//! Each reads an entry, clears bits, sets bits and writes it back, without an atomic operation: what another CPU writes
//! between read and write is lost. Every pte is changed, empty ones too.

use core::convert::Infallible;

use mm::World;
use pagewalk::{Progress, WalkOps};
use pgtable::{Level, PhysAddr, RawEntry};
use trace::{Action, Call, Callback, Callbacks, Check, CheckDef, EINVAL, Event, Flush, Reply, Sink};

use crate::bits::{Bits, Masks, word};
use crate::place::{bytes_of, write};
use crate::procedure::{Next, Now, Procedure};

/// arm64: the leaf lies in the range as a whole; a warning and `-EINVAL` otherwise.
static WHOLE_LEAF: CheckDef = CheckDef {
    name: "WholeLeaf",
    passed: "The whole leaf lies in the range.",
    failed: "Only a part of the leaf lies in the range: the kernel warns, and the callback returns -EINVAL.",
};

/// What is done with a leaf above pte level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Leaves {
    /// It is changed as a whole, however little of it lies in the range (loongarch, riscv).
    Whole,
    /// It is changed if it lies in the range as a whole, and the walk need not look below; otherwise the kernel warns and the
    /// walk ends with `-EINVAL` (arm64).
    Covered,
}

/// What is flushed after each pte, inside the callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PerPage {
    /// Nothing: the caller flushes when the walk is done.
    Nothing,
    /// The TLB entry of the page.
    Tlb,
    /// That, and the page's part of the data cache. The value is what `__pa()` subtracts.
    TlbAndDcache(u64),
}

/// The next action of a callback that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    Check,
    Write,
    FlushTlb,
    FlushDcache,
}

/// Callbacks that clear bits and set bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pageattr {
    pub(crate) callbacks: Callbacks,
    pub(crate) clear: u64,
    pub(crate) set: u64,
    pub(crate) leaves: Leaves,
    pub(crate) per_page: PerPage,
    /// The callback that is running, the entry as it read it, and its next action.
    running: Option<(Call, RawEntry, Pc)>,
}

impl Pageattr {
    /// Callbacks that clear, then set, what the masks say; without masks they write what they read.
    pub(crate) fn new(callbacks: Callbacks, masks: Option<Masks>, world: &World) -> Self {
        let bits = |bits: Bits| word(world.model(), bits);
        let (clear, set) = masks.map_or((0, 0), |masks| (bits(masks.clear), bits(masks.set)));
        Self { callbacks, clear, set, leaves: Leaves::Whole, per_page: PerPage::Nothing, running: None }
    }

    fn then(&mut self, call: &Call, value: RawEntry, pc: Pc) -> Progress {
        self.running = Some((*call, value, pc));
        Progress::Running
    }

    /// After the write a pte may be flushed.
    fn written(&mut self, call: &Call, value: RawEntry) -> Progress {
        match (call.level, self.per_page) {
            (Level::Pte, PerPage::Tlb | PerPage::TlbAndDcache(_)) => self.then(call, value, Pc::FlushTlb),
            _ => Progress::Done(Reply::default()),
        }
    }
}

impl WalkOps for Pageattr {
    fn callbacks(&self) -> Callbacks {
        self.callbacks
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        let Callback::Entry(level) = call.callback else { return Reply::default() };
        // The callback reads the slot itself; arm64's does not gather the bits of a contiguous block.
        let value = world.read_slot(call.slot).unwrap_or(call.value);
        if level != Level::Pte && !world.tests(level).leaf(value) {
            return Reply::default();
        }
        let covered = level != Level::Pte && self.leaves == Leaves::Covered;
        self.running = Some((*call, value, if covered { Pc::Check } else { Pc::Write }));
        // The kernel sets the action last; nobody looks at it before.
        Reply { action: covered.then_some(Action::Continue), ..Reply::MORE }
    }

    fn go_on(&mut self, world: &mut World, sink: &mut dyn Sink) -> Progress {
        let Some((call, value, pc)) = self.running.take() else { return Progress::Done(Reply::default()) };
        match pc {
            Pc::Check => {
                let ok = call.next - call.addr == bytes_of(world, call.level);
                sink.event(Event::Check { check: Check::Other(&WHOLE_LEAF), ok });
                if ok { self.then(&call, value, Pc::Write) } else { Progress::Done(Reply::returns(EINVAL)) }
            }
            Pc::Write => {
                let is = RawEntry(value.0 & !self.clear | self.set);
                write(world, call.level, call.addr, call.slot, is, sink);
                self.written(&call, value)
            }
            Pc::FlushTlb => {
                let model = world.model();
                sink.event(Event::Flush(Flush::Range(call.addr, model.add(call.addr, model.page_bytes()))));
                match self.per_page {
                    PerPage::TlbAndDcache(_) => self.then(&call, value, Pc::FlushDcache),
                    _ => Progress::Done(Reply::default()),
                }
            }
            Pc::FlushDcache => {
                let offset = if let PerPage::TlbAndDcache(offset) = self.per_page { offset } else { 0 };
                let pa = |addr: pgtable::VirtAddr| PhysAddr(addr.0.wrapping_sub(offset));
                sink.event(Event::Flush(Flush::Dcache(pa(call.addr), pa(call.next))));
                Progress::Done(Reply::default())
            }
        }
    }
}

/// Of a caller that does nothing but walk with these callbacks.
impl Procedure for Pageattr {
    type Step = Infallible;

    fn callbacks(&self) -> Callbacks {
        self.callbacks
    }

    fn ops(&mut self) -> &mut dyn WalkOps {
        self
    }

    fn step(&mut self, step: Infallible, _: &mut Now<'_>) -> Next<Infallible> {
        match step {}
    }
}
