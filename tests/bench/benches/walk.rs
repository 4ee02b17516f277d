//! Criterion on the walks and on rewinding: `cargo bench -p pagewalk-bench`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use pagewalk_bench::measure::{self, Count, Record};
use pagewalk_bench::trees::{Fill, tree};
use pgtable::MODELS;

/// Present ptes: fewer than in the figures of `cargo xtask bench`, so that a round is short.
const PTES: u64 = 1 << 16;

fn walks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("walk");
    for fill in Fill::ALL {
        // A sparse tree has a whole table for each pte.
        let ptes = if fill == Fill::Sparse { PTES >> 9 } else { PTES };
        let mut tree = tree(MODELS[0], fill, ptes);
        let (counted, _) = measure::walk::<Count>(&mut tree);
        group.throughput(Throughput::Elements(counted.ptes));
        group.bench_function(format!("{}/counting", fill.name()), |bencher| {
            bencher.iter(|| measure::walk::<Count>(&mut tree));
        });
        group.bench_function(format!("{}/recording", fill.name()), |bencher| {
            bencher.iter(|| measure::walk::<Record>(&mut tree));
        });
    }
    group.finish();
}

fn architectures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("architecture");
    for &model in MODELS {
        let mut tree = tree(model, Fill::Dense, PTES);
        group.throughput(Throughput::Elements(tree.ptes));
        group.bench_function(model.id, |bencher| bencher.iter(|| measure::walk::<Count>(&mut tree)));
    }
    group.finish();
}

fn rewinding(criterion: &mut Criterion) {
    let timeline = measure::record(&tree(MODELS[0], Fill::Dense, 1 << 20));
    let mut steps = measure::random_steps(timeline.actions());
    criterion.bench_function("rewind a walk of a million steps", |bencher| {
        bencher.iter_batched(
            || steps.next().unwrap_or_default(),
            |step| timeline.moment(step.saturating_sub(1), step),
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, walks, architectures, rewinding);
criterion_main!(benches);
