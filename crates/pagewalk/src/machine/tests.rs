//! The machine on small worlds.
//!
//! A test names tables, a range and callbacks, and compares what the machine says in short words ([`words`]):
//! `pmd 0-200000` is a call of `pmd_entry(addr, next)`, `hole3 0-200000` one of `pte_hole` with depth 3. Numbers are
//! hexadecimal.

mod actions;
mod addresses;
mod areas;
mod arguments;
mod bad;
mod callbacks;
mod changes;
mod folio;
mod folio_changes;
mod freed;
mod holes;
mod hugetlb;
mod install;
mod mapping;
mod older;
mod order;
mod reverse_map;
mod running;
mod split;
mod vma;
mod vma_lock;
mod words;

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use words::{is_call, told_of};

use mm::{LockMode, MmId, Need, Table, Task, World};
use pgtable::{Level, Model, Owner, PhysAddr, RawEntry, VirtAddr};

use crate::{
    Args, Call, Callback, Callbacks, Check, EntryPoint, Event, Fault, Func, LockName, MapKind, Reply,
    Revision, Rules, Status, Walk, WalkOps,
};

extern crate std;

/// Where the root of every world lies: aligned for every page size.
const ROOT: u64 = 0x1_0000;

/// More steps than any of these walks needs.
const FUEL: u64 = 4_000;

/// All five entry callbacks and `pte_hole`.
const ALL: Callbacks = Callbacks::WITHOUT_VMA;

/// A table: where it lies, its level, its entries by slot.
type Tables<'a> = &'a [(u64, Level, &'a [(u32, u64)])];

/// The kernels in which a rule holds.
fn having(rule: fn(&Rules) -> bool) -> impl Iterator<Item = Revision> {
    Revision::ALL.into_iter().filter(move |of| rule(of.rules()))
}

fn model(id: &str) -> &'static Model {
    pgtable::model(id).expect("a known model")
}

/// A world with these tables. The first is the root of both `init_mm` and `mm`.
fn world(id: &str, tables: Tables<'_>) -> World {
    let model = model(id);
    let tables: Vec<Table> = tables
        .iter()
        .map(|&(pa, level, entries)| {
            let mut table = Table::unused(model, PhysAddr(pa), level);
            for &(slot, value) in entries {
                table.set(slot, RawEntry(value));
            }
            table
        })
        .collect();
    World::new(model, tables, [("init_mm", PhysAddr(ROOT)), ("mm", PhysAddr(ROOT))]).expect("a valid world")
}

fn empty_world(id: &str) -> World {
    world(id, &[(ROOT, Level::Pgd, &[])])
}

/// Addresses of the tables of [`tree`].
const PUD: u64 = 0x3000;
const PMD: u64 = 0x4000;
const PTE: u64 = 0x5000;
const PTE_2: u64 = 0x6000;

/// x86-64 with four levels: address 0 is mapped down to a pte table, and 2 MiB further there is another one.
fn tree() -> World {
    world(
        "x86_64-4level",
        &[
            (ROOT, Level::Pgd, &[(0, x86(PUD))]),
            (PUD, Level::Pud, &[(0, x86(PMD))]),
            (PMD, Level::Pmd, &[(0, x86(PTE)), (1, x86(PTE_2))]),
            (PTE, Level::Pte, &[(0, 0x10_0063), (1, 0x10_1063)]),
            (PTE_2, Level::Pte, &[]),
        ],
    )
}

/// An x86-64 entry that points to a table: `_KERNPG_TABLE`.
const fn x86(pa: u64) -> u64 {
    pa | 0x63
}

/// An x86-64 entry that maps a large page.
const LARGE: u64 = 0x4000_00e3;

/// An entry that points to a table.
fn to_table(model: &Model, pa: u64) -> u64 {
    model.make_table(Level::Pmd, PhysAddr(pa), Owner::User).0
}

fn entry_at(world: &World, table: u64, slot: u32) -> u64 {
    let table = world.table_at(PhysAddr(table)).expect("a table of this world");
    world.read(table, slot).expect("a slot of this table").0
}

fn set_entry(world: &mut World, table: u64, slot: u32, value: u64) {
    let table = world.table_at(PhysAddr(table)).expect("a table of this world");
    world.write(table, slot, RawEntry(value));
}

/// Callbacks that do what a closure says.
struct Ops<F> {
    callbacks: Callbacks,
    react: F,
}

impl<F: FnMut(&Call, &mut World) -> Reply> WalkOps for Ops<F> {
    fn callbacks(&self) -> Callbacks {
        self.callbacks
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        (self.react)(call, world)
    }
}

/// Callbacks that change nothing and return 0.
fn looking(callbacks: Callbacks) -> Ops<impl FnMut(&Call, &mut World) -> Reply> {
    Ops { callbacks, react: |_: &Call, _: &mut World| Reply::default() }
}

/// A walk of `init_mm` by the function that does that in `revision`.
fn kernel_walk(revision: Revision, start: u64, end: u64) -> Walk {
    walk(EntryPoint::Kernel, revision, Some(MmId::INIT_MM), start, end)
}

/// A walk of the user mm.
fn user_walk(revision: Revision, start: u64, end: u64) -> Walk {
    walk(EntryPoint::Debug, revision, Some(MmId::USER), start, end)
}

fn walk(entry: EntryPoint, revision: Revision, mm: Option<MmId>, start: u64, end: u64) -> Walk {
    let args = Args { mm, start: VirtAddr(start), end: VirtAddr(end), ..Args::default() };
    Walk::new(entry.in_revision(revision), revision, args).expect("it exists in this revision")
}

/// Everything that a walk says, and how it ends.
fn events<O: WalkOps>(walk: &mut Walk, world: &mut World, ops: &mut O) -> (Vec<Event>, Status) {
    let mut events = Vec::new();
    let status = walk.run(world, ops, &mut events, FUEL);
    (events, status)
}

/// Everything that a walk says; `after` sees, and may change the world, after each step.
fn watched<O: WalkOps>(
    walk: &mut Walk,
    world: &mut World,
    ops: &mut O,
    mut after: impl FnMut(&Walk, &mut World, Event),
) -> Vec<Event> {
    let mut events = Vec::new();
    for _ in 0..FUEL {
        let status = walk.step(world, ops, &mut events);
        after(walk, world, *events.last().expect("a step says something"));
        if status != Status::Running {
            return events;
        }
    }
    panic!("the walk does not end");
}

/// How many events each step of a walk says.
fn said_by_steps<O: WalkOps>(walk: &mut Walk, world: &mut World, ops: &mut O) -> Vec<usize> {
    let mut said = Vec::new();
    for _ in 0..FUEL {
        let mut events: Vec<Event> = Vec::new();
        let status = walk.step(world, ops, &mut events);
        said.push(events.len());
        if status != Status::Running {
            break;
        }
    }
    said
}

/// What a walk says when another task changes the world right after the moment that `when` waits for.
fn interrupted(
    mut walk: Walk,
    world: &mut World,
    callbacks: Callbacks,
    when: impl Fn(Event) -> bool,
    change: impl Fn(&mut World),
) -> Vec<String> {
    let mut changed = false;
    let events = watched(&mut walk, world, &mut looking(callbacks), |_, world, event| {
        if !changed && when(event) {
            change(world);
            changed = true;
        }
    });
    assert!(changed, "the moment came");
    events.iter().filter_map(told_of).collect()
}

/// What a walk calls and does to entries, in short words.
fn told<O: WalkOps>(mut walk: Walk, world: &mut World, mut ops: O) -> Vec<String> {
    let (events, status) = events(&mut walk, world, &mut ops);
    assert_ne!(status, Status::Running, "the walk ends");
    events.iter().filter_map(told_of).collect()
}

/// The same, without what is neither a callback nor a fault, and without splits of what is not huge.
fn calls<O: WalkOps>(walk: Walk, world: &mut World, ops: O) -> Vec<String> {
    told(walk, world, ops).into_iter().filter(is_call).collect()
}

#[test]
fn a_walk_calls_every_level_and_every_pte() {
    let walk = kernel_walk(Revision::V7_3, 0, 0x2000);
    assert_eq!(
        told(walk, &mut tree(), looking(ALL)),
        [
            "pgd 0-2000",
            "p4d 0-2000",
            "pud 0-2000",
            "pmd 0-2000",
            "map kernel 0",
            "pte 0-1000",
            "pte 1000-2000"
        ]
    );
}

#[test]
fn callbacks_get_the_slot_and_its_value() {
    let mut walk = kernel_walk(Revision::V7_3, 0x1000, 0x2000);
    let (events, _) = events(&mut walk, &mut tree(), &mut looking(ALL));
    let seen: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Callback { call, .. } => Some((call.slot.table.0, call.slot.index, call.value.0)),
            _ => None,
        })
        .collect();
    // The folded p4d sees the very word that the pgd saw.
    let expected = [
        (ROOT, 0, x86(PUD)),
        (ROOT, 0, x86(PUD)),
        (PUD, 0, x86(PMD)),
        (PMD, 0, x86(PTE)),
        (PTE, 1, 0x10_1063),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn the_stack_and_the_path_grow_and_shrink_with_the_walk() {
    let mut world = tree();
    let mut walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    let mut deepest = (Vec::new(), Vec::new());
    watched(&mut walk, &mut world, &mut looking(ALL), |walk, _, _| {
        let stack: Vec<Func> = walk.stack().map(|frame| frame.func).collect();
        if stack.len() > deepest.0.len() {
            deepest = (stack, Vec::new());
        }
        if walk.stack().count() == deepest.0.len() {
            deepest.1 = walk.path().map(|(level, slot)| (level, slot.table.0)).collect();
        }
    });
    let entries = [Func::WalkKernelPageTableRange, Func::WalkKernelPageTableRangeLockless];
    let stack: Vec<Func> = entries.into_iter().chain(Level::ALL.map(Func::WalkRange)).collect();
    let path = [ROOT, ROOT, PUD, PMD, PTE];
    assert_eq!(deepest, (stack, Level::ALL.into_iter().zip(path).collect()));
    assert_eq!((walk.stack().count(), walk.path().count()), (0, 0));
}

#[test]
fn a_callbacks_value_ends_the_walk_and_is_returned_by_every_function() {
    for level in Level::ALL {
        let ops = Ops {
            callbacks: ALL,
            react: |call: &Call, _: &mut World| {
                let ret = if call.callback == Callback::Entry(level) { 7 } else { 0 };
                Reply { ret, action: None, ..Reply::default() }
            },
        };
        let mut walk = user_walk(Revision::V7_3, 0, 0x40_0000);
        let mut ops = ops;
        let (events, status) = events(&mut walk, &mut tree(), &mut ops);
        assert_eq!(status, Status::Done(7), "{level:?}");
        let returns: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Return { func, ret } => Some((*func, *ret)),
                _ => None,
            })
            .collect();
        let levels = Level::ALL.into_iter().filter(|&active| active <= level).rev().map(Func::WalkRange);
        let expected: Vec<_> = levels.chain([Func::WalkPageRangeDebug]).map(|func| (func, 7)).collect();
        assert_eq!(returns, expected);
    }
}

#[test]
fn a_holes_value_ends_the_walk_too() {
    let holes = [
        (Level::Pgd, "hole0 0-8000000000"),
        (Level::Pud, "hole2 0-40000000"),
        (Level::Pmd, "hole3 0-200000"),
    ];
    for ((table, slot), (level, hole)) in [(ROOT, 0), (PUD, 0), (PMD, 0)].into_iter().zip(holes) {
        let mut world = tree();
        set_entry(&mut world, table, slot, 0);
        let react = |call: &Call, _: &mut World| {
            let ret = if call.callback == Callback::Hole { -14 } else { 0 };
            Reply { ret, action: None, ..Reply::default() }
        };
        let mut ops = Ops { callbacks: Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE, react };
        let (events, status) =
            events(&mut kernel_walk(Revision::V7_3, 0, 0x100_0000_0000), &mut world, &mut ops);
        assert_eq!(status, Status::Done(-14), "{level:?}");
        assert_eq!(events.iter().filter_map(told_of).collect::<Vec<_>>(), [hole], "{level:?}");
    }
}

#[test]
fn a_walk_that_has_ended_says_nothing_more() {
    let mut world = tree();
    let mut walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    let (_, status) = events(&mut walk, &mut world, &mut looking(ALL));
    assert_eq!(status, Status::Done(0));
    let before = walk.clone();
    let mut more: Vec<Event> = Vec::new();
    assert_eq!(walk.step(&mut world, &mut looking(ALL), &mut more), Status::Done(0));
    assert_eq!((walk, more), (before, Vec::new()));
}
