//! How fast the machine walks a million present ptes: one JSON line per figure.
//!
//! `cargo run --profile native -p pagewalk-tests --example speed`. Absolute figures depend on the machine and on what
//! else it does; compare ratios within one run.

use std::time::{Duration, Instant};

use mm::{MmId, Table, World};
use pagewalk::{
    Args, Call, Callback, Callbacks, EntryPoint, Event, Reply, Revision, Sink, Status, Walk, WalkOps,
};
use pgtable::{Level, PhysAddr, VirtAddr, model};

const PTES: u64 = 1 << 20;
const ROUNDS: u32 = 9;

/// Counts and adds up what it is shown.
#[derive(Default)]
struct Counting {
    entries: u64,
    holes: u64,
    sum: u64,
}

impl WalkOps for Counting {
    fn callbacks(&self) -> Callbacks {
        Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE
    }

    fn call(&mut self, call: &Call, _: &mut World) -> Reply {
        match call.callback {
            Callback::Entry(_) => {
                self.entries += 1;
                self.sum = self.sum.wrapping_add(call.value.0);
            }
            Callback::Hole => self.holes += 1,
        }
        Reply::default()
    }
}

/// Counts events: the least that a recording sink does.
#[derive(Default)]
struct Events(u64);

impl Sink for Events {
    fn event(&mut self, _: Event) {
        self.0 += 1;
    }
}

/// A dense tree: every pte from `PMD_SIZE` up is present.
fn dense() -> World {
    let model = model("x86_64-4level").expect("a known model");
    let table = |pa: u64, level, entries| Table::new(PhysAddr(pa), level, 512, RawEntry(0), entries);
    let (root, pud, pmds, ptes) = (0x1000, 0x2000, 0x10_0000, 0x1000_0000);
    let mut tables = vec![table(root, Level::Pgd, vec![pud | 0x67])];
    let pte_tables = PTES / 512;
    let pmd_of = |pte_table: u64| (pte_table + 1) / 512;
    let mut pud_entries = Vec::new();
    for pmd in 0..=pmd_of(pte_tables - 1) {
        pud_entries.push((pmds + pmd * 0x1000) | 0x67);
        let entries = (0..512)
            .map(|slot| (pmd * 512 + slot).checked_sub(1).filter(|&table| table < pte_tables))
            .map(|pte_table| pte_table.map_or(0, |table| (ptes + table * 0x1000) | 0x67))
            .collect();
        tables.push(table(pmds + pmd * 0x1000, Level::Pmd, entries));
    }
    tables.push(table(pud, Level::Pud, pud_entries));
    for pte_table in 0..pte_tables {
        let first = 0x20_0000 + pte_table * 0x20_0000;
        let entries = (0..512).map(|slot| (first + slot * 0x1000) | 0x83).collect();
        tables.push(table(ptes + pte_table * 0x1000, Level::Pte, entries));
    }
    World::new(model, tables, [("init_mm", PhysAddr(root))]).expect("a valid world")
}

fn walk(world: &mut World, sink: &mut impl Sink) -> (Duration, Counting) {
    let args = Args {
        mm: Some(MmId::INIT_MM),
        start: VirtAddr(0x20_0000),
        end: VirtAddr(0x20_0000 + PTES * 0x1000),
        pgd: None,
    };
    let mut walk = Walk::new(EntryPoint::Kernel, Revision::V7_3, args).expect("v7.3 has it");
    let mut ops = Counting::default();
    let start = Instant::now();
    let status = walk.run(world, &mut ops, sink, u64::MAX);
    let took = start.elapsed();
    assert_eq!(status, Status::Done(0));
    assert_eq!((ops.entries, ops.holes), (PTES, 0));
    (took, ops)
}

fn main() {
    let mut world = dense();
    let mut steps = Events::default();
    walk(&mut world, &mut steps);
    let best = |times: Vec<Duration>| times.into_iter().min().unwrap_or_default();
    let silent = best((0..ROUNDS).map(|_| walk(&mut world, &mut ()).0).collect());
    let counted = best((0..ROUNDS).map(|_| walk(&mut world, &mut Events::default()).0).collect());
    for (sink, took) in [("none", silent), ("counting", counted)] {
        #[expect(clippy::cast_precision_loss, reason = "a figure for a person")]
        let (ptes, steps_run) = (PTES as f64, steps.0 as f64);
        let per_entry = took.as_secs_f64() * 1e9 / ptes;
        let per_second = steps_run / took.as_secs_f64();
        println!(
            r#"{{"tree":"dense","sink":"{sink}","steps":{},"ns_per_pte":{per_entry:.2},"steps_per_second":{per_second:.0}}}"#,
            steps.0
        );
    }
}
