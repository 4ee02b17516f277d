//! The callers on small hand-made machines: what each does, in order, in short words.

mod arm64;
mod hvo;
mod loongarch;
mod openrisc;
mod properties;
mod riscv;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use actors::{Actor, AnyActor, MAX_STACK};
use mm::{LockMode, MmId, Populated, Slot, Table, World};
use pagewalk::NotInThisKernel;
use pgtable::{Level, Model, PhysAddr, RawEntry, VirtAddr};
use trace::{Check, Event, Flush, Func, LockName, Revision, Status, Test};

use crate::arm64::Arm64;
use crate::hvo::Hvo;
use crate::loongarch::Loongarch;
use crate::memory::Memory;
use crate::openrisc::Uncached;
use crate::place::{below, root};
use crate::request;
use crate::riscv::Riscv;
use crate::set_memory::SetMemory;

/// Where the root of these machines lies; further tables follow.
const ROOT: u64 = 0x0100_0000;

/// A machine of `model` that maps these addresses: at which level, and by which entry.
fn world(id: &str, mapped: &[(u64, Level, u64)]) -> World {
    let model = pgtable::model(id).expect("a known model");
    let table = Table::unused(model, PhysAddr(ROOT), Level::Pgd);
    let mut world = World::new(model, vec![table], [("init_mm", PhysAddr(ROOT))]).expect("a valid world");
    world.allocator.next = PhysAddr(ROOT + 0x1_0000);
    for &(addr, level, value) in mapped {
        map(&mut world, VirtAddr(addr), level, value);
    }
    world.allocator.asked = 0;
    world
}

/// Writes the entry of `level` for `addr`, making the tables above it.
fn map(world: &mut World, addr: VirtAddr, level: Level, value: u64) {
    let mut slot = root(world, addr);
    for upper in Level::ALL.into_iter().take_while(|&upper| upper < level) {
        if !world.model().is_constant(upper) {
            let made = world.populate(upper, slot).expect("there is memory");
            assert!(matches!(made, Populated::Table(_) | Populated::NotNeeded));
        }
        let lower = upper.lower().expect("there is a level below");
        let entry = world.read_slot(slot).expect("a slot of the world");
        slot = below(world, lower, slot, entry, addr);
    }
    world.write_slot(slot, RawEntry(value));
}

/// The entry of `level` for `addr`.
fn entry(world: &World, addr: u64, level: Level) -> u64 {
    world.read_slot(slot_of(world, addr, level)).expect("a slot of the world").0
}

fn slot_of(world: &World, addr: u64, level: Level) -> Slot {
    let mut slot = root(world, VirtAddr(addr));
    for upper in Level::ALL.into_iter().take_while(|&upper| upper < level) {
        let value = world.read_slot(slot).expect("a slot of the world");
        slot = below(world, upper.lower().expect("a level below"), slot, value, VirtAddr(addr));
    }
    slot
}

/// A request of any of them.
#[derive(Clone, Copy, Debug)]
enum Request {
    Loongarch(SetMemory),
    Uncached(bool),
    Riscv(SetMemory, &'static Memory),
    Arm64(Arm64),
    Hvo(Hvo),
}

type Order = request::Order<Request>;

/// The call, not started yet.
fn call(revision: Revision, order: Order, world: &World) -> Result<AnyActor, NotInThisKernel> {
    fn boxed<R: request::Request>(
        request: R,
        order: Order,
        revision: Revision,
        world: &World,
    ) -> Result<AnyActor, NotInThisKernel> {
        let request::Order { start, end, forgets_lock, .. } = order;
        Ok(AnyActor::new(request::Order { request, start, end, forgets_lock }.call(revision, world)?))
    }
    match order.request {
        Request::Loongarch(what) => boxed(Loongarch(what), order, revision, world),
        Request::Uncached(uncached) => boxed(Uncached(uncached), order, revision, world),
        Request::Riscv(what, memory) => boxed(Riscv(what, memory), order, revision, world),
        Request::Arm64(request) => boxed(request, order, revision, world),
        Request::Hvo(request) => boxed(request, order, revision, world),
    }
}

fn order(request: Request, start: u64, end: u64) -> Order {
    Order { request, start: VirtAddr(start), end: VirtAddr(end), forgets_lock: false }
}

/// Runs a call to its end. Each step must say exactly one thing.
fn run(revision: Revision, order: Order, world: &mut World) -> (Vec<Event>, Status) {
    let mut caller = call(revision, order, world).expect("it walks in this kernel");
    let mut events = Vec::new();
    for step in 1..1_000_000 {
        let status = caller.step(world, &mut events);
        assert_eq!(events.len(), step, "one event a step: {:?}", events.last());
        assert!(caller.stack().len() < MAX_STACK);
        if status != Status::Running {
            return (events, status);
        }
    }
    panic!("it does not end");
}

/// What a call does, in short words: everything but the walker's own reads, callbacks and returns.
fn words(events: &[Event], model: &Model) -> Vec<String> {
    let entry = |level: Level, slot: Slot| format!("{}[{}]", model.lowest_sharing(level).name(), slot.index);
    let lock = |lock: LockName| match lock {
        LockName::Mmap(MmId::INIT_MM) => "init_mm",
        LockName::PageTable(MmId::INIT_MM) => "ptl",
        LockName::PgtableSplit => "split",
        other => panic!("no caller takes {other:?}"),
    };
    let word = |event: &Event| {
        Some(match *event {
            Event::Enter { func: Func::Other(func), .. } => format!("{}(", func.name),
            Event::Return { func: Func::Other(func), ret } => match ret {
                0 => format!("){}", if func.name == "vmemmap_pmd_entry" { "!" } else { "" }),
                ret => format!(")={ret}"),
            },
            Event::Enter { func: Func::WalkRange(Level::Pgd), start, end } => {
                format!("walk {:x}-{:x}", start.0, end.0)
            }
            Event::Check { check: Check::Other(check), ok } => {
                format!("{check:?}{}", if ok { "" } else { ":no" })
            }
            Event::Check { ok: false, .. } => "EINVAL".into(),
            Event::Assert { seen, .. } if !seen.lockdep_ok => "WARN".into(),
            Event::Lock { lock: taken, mode, .. } => {
                let mode = if mode == LockMode::Read { ":read" } else { "" };
                format!("+{}{mode}", lock(taken))
            }
            Event::Unlock { lock: released, .. } => format!("-{}", lock(released)),
            Event::Read { level, slot, test: Test::ToSplit | Test::LeafLocked, verdict, .. } => {
                format!("{}{}", entry(level, slot), if verdict { "?yes" } else { "?no" })
            }
            Event::Write { level, slot, was, is, .. } => {
                format!("{}:{:x}>{:x}", entry(level, slot), was.0, is.0)
            }
            Event::NewPage { table, result } => {
                let what = table.map_or("page", Level::name);
                format!("new-{what}{}", if result.is_ok() { "" } else { ":no" })
            }
            Event::Flush(Flush::All) => "flush-all".into(),
            Event::Flush(Flush::Range(start, end)) => format!("flush {:x}-{:x}", start.0, end.0),
            Event::Flush(Flush::Dcache(start, end)) => format!("dcache {:x}-{:x}", start.0, end.0),
            Event::Free { .. } => "free".into(),
            Event::Act(what) => what.split(' ').next().unwrap_or_default().to_string(),
            Event::Fault(fault) => {
                format!("FAULT {}", fault.to_string().split(' ').next().unwrap_or_default())
            }
            _ => return None,
        })
    };
    events.iter().filter_map(word).collect()
}

/// Runs a call and gives its words as one line, with how it ended.
fn told(revision: Revision, order: Order, world: &mut World) -> (String, Status) {
    let (events, status) = run(revision, order, world);
    (words(&events, world.model()).join(" "), status)
}
