//! The native part of `cargo xtask bench`: one JSON line per figure. With the argument `search` only what is about searching.

use std::time::Instant;

use mm::LockMode;
use pagewalk::Revision;
use pagewalk_bench::figures::{Place, ROUNDS, ratio, ratio_of, search_bytes};
use pagewalk_bench::measure::{self, Count, Record, times};
use pagewalk_bench::spin;
use pagewalk_bench::trees::{Fill, PTES, Tree, tree};
use peak_alloc::PeakAlloc;
use pgtable::{MODELS, Model};
use races::{Choice, race};

/// What is allocated, counted.
#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

fn main() {
    let start = Instant::now();
    let native = Place { name: "native", clock: || start.elapsed().as_secs_f64() * 1e9 };
    if std::env::args().nth(1).is_none_or(|part| part != "search") {
        walks(&native);
    }
    println!("{}", native.search());
    println!("{}", search_bytes(peak));
    beside_spin(&native);
}

/// The race that spin gets as well (`munmap.pml`), as often as there.
fn beside_spin(native: &Place<impl Fn() -> f64>) {
    let x86 = pgtable::model("x86_64-4level").expect("a known model");
    let munmap = Choice::of(&race::munmap::RACE, x86, Revision::V6_17).with_lock(LockMode::Read);
    let (figure, ours) = native.search_race(&munmap, 500);
    println!("{figure}");
    match spin::measure() {
        Ok((figure, spins)) => {
            println!("{figure}");
            println!(
                "{}",
                ratio_of("states a second, our search to spin's, the race with munmap()", ours / spins)
            );
        }
        Err(not_measured) => println!("{}", not_measured.figure()),
    }
}

fn walks(native: &Place<impl Fn() -> f64>) {
    let x86 = MODELS[0];
    for fill in Fill::ALL {
        let mut tree = tree(x86, fill, PTES);
        let (figure, plain) = native.plain_loop(&tree, fill);
        println!("{figure}");
        let (figure, counting) = native.walk::<Count>(&mut tree, fill);
        println!("{figure}");
        let (figure, recording) = native.walk::<Record>(&mut tree, fill);
        println!("{figure}");
        println!("{}", ratio("walk to plain loop", fill, counting / plain));
        println!("{}", ratio("recording to counting", fill, recording / counting));
    }
    let [fastest, slowest] = extremes(native).map(|model| {
        let (figure, per_entry) = native.walk::<Count>(&mut dense(model, PTES), Fill::Dense);
        println!("{figure}");
        per_entry
    });
    println!("{}", ratio("slowest to fastest architecture", Fill::Dense, slowest / fastest));
    println!("{}", native.rewind(&dense(x86, PTES)));
}

/// The most bytes that something has allocated at a time, beyond what was there.
fn peak(run: &mut dyn FnMut()) -> usize {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    run();
    ALLOCATED.peak_usage().saturating_sub(before)
}

fn dense(model: &'static Model, ptes: u64) -> Tree {
    tree(model, Fill::Dense, ptes)
}

/// The fastest and the slowest of all models, found with small trees.
fn extremes(native: &Place<impl Fn() -> f64>) -> [&'static Model; 2] {
    let mut all: Vec<(f64, &Model)> = MODELS
        .iter()
        .map(|&model| {
            let mut tree = dense(model, PTES / 16);
            let ptes = measure::walk::<Count>(&mut tree).0.ptes;
            let best = times(ROUNDS, &native.clock, || {
                measure::walk::<Count>(&mut tree);
            })
            .best;
            #[expect(clippy::cast_precision_loss, reason = "at most 2^16")]
            let per_entry = best / ptes as f64;
            (per_entry, model)
        })
        .collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    [all[0].1, all[all.len() - 1].1]
}
