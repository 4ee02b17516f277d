//! The walk that is timed, and rewinding a recorded one.

use actors::Direct;
use mm::{MmId, World};
use narrate::Timeline;
use pagewalk::{
    Args, Call, Callback, Callbacks, EntryPoint, Event, Reply, Revision, Sink, Status, Walk, WalkOps,
};
use pgtable::{Level, RawEntry};

use crate::trees::Tree;

/// Callbacks that count what they are shown and add it up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counting {
    /// Calls of `pte_entry`.
    pub ptes: u64,
    /// Calls of `pte_hole`.
    pub holes: u64,
    /// Sum of the ptes.
    pub sum: u64,
}

impl WalkOps for Counting {
    #[inline]
    fn callbacks(&self) -> Callbacks {
        Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE
    }

    #[inline]
    fn call(&mut self, call: &Call, _: &mut World) -> Reply {
        if call.callback == Callback::Hole {
            self.holes += 1;
        } else {
            self.ptes += 1;
            self.sum = self.sum.wrapping_add(call.value.0);
        }
        Reply::default()
    }
}

/// Counts events, and drops them.
#[derive(Debug, Default)]
pub struct Count(pub u64);

impl Sink for Count {
    #[inline]
    fn event(&mut self, _: Event) {
        self.0 += 1;
    }
}

/// Keeps every event, in a buffer that begins again when it is full.
#[derive(Debug)]
pub struct Record {
    events: Vec<Event>,
    taken: u64,
}

/// Events that the buffer holds.
const BUFFER: usize = 1 << 12;

impl Default for Record {
    fn default() -> Self {
        Self { events: Vec::with_capacity(BUFFER), taken: 0 }
    }
}

impl Sink for Record {
    #[inline]
    fn event(&mut self, event: Event) {
        if self.events.len() == BUFFER {
            self.taken += BUFFER as u64;
            self.events.clear();
        }
        self.events.push(event);
    }
}

/// A sink that knows how many events it took.
pub trait Counted: Sink + Default {
    /// How it is called in figures.
    const NAME: &'static str;

    /// How many events came.
    fn taken(&self) -> u64;
}

impl Counted for Count {
    const NAME: &'static str = "counting";

    fn taken(&self) -> u64 {
        self.0
    }
}

impl Counted for Record {
    const NAME: &'static str = "recording";

    fn taken(&self) -> u64 {
        self.taken + self.events.len() as u64
    }
}

fn call(tree: &Tree) -> Walk {
    let args = Args { mm: Some(MmId::INIT_MM), start: tree.start, end: tree.end, ..Args::default() };
    Walk::new(EntryPoint::Kernel, Revision::V7_3, args).expect("v7.3 has it")
}

/// Walks a tree once. Returns what was counted, and the number of steps.
///
/// # Panics
/// When the walk does not end well: the tree is wrong then.
pub fn walk<S: Counted>(tree: &mut Tree) -> (Counting, u64) {
    let mut walk = call(tree);
    let (mut ops, mut sink) = (Counting::default(), S::default());
    let status = walk.run(&mut tree.world, &mut ops, &mut sink, u64::MAX);
    assert_eq!(status, Status::Done(0));
    (ops, sink.taken())
}

/// What the same reading costs without a walker: every slot of every pte table, handed to a function that the compiler does
/// not see into, as the kernel's loop hands it to `ops->pte_entry`. A yardstick for one run, no second walker: it knows
/// neither levels nor rules.
pub fn plain_loop(tree: &Tree) -> Counting {
    let mut counted = Counting::default();
    let entry: fn(&mut Counting, RawEntry) = std::hint::black_box(|counted, value| {
        counted.ptes += 1;
        counted.sum = counted.sum.wrapping_add(value.0);
    });
    for table in tree.world.tables().iter().filter(|table| table.level() == Level::Pte) {
        for slot in 0..table.slots() {
            entry(&mut counted, table.get(slot).unwrap_or_default());
        }
    }
    counted
}

/// Times of several rounds, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The shortest.
    pub best: f64,
    /// The middle one.
    pub median: f64,
}

/// Runs something several times by a clock that counts nanoseconds.
pub fn times(rounds: u32, now: impl Fn() -> f64, mut round: impl FnMut()) -> Times {
    let mut times: Vec<f64> = (0..rounds.max(1))
        .map(|_| {
            let start = now();
            round();
            now() - start
        })
        .collect();
    times.sort_by(f64::total_cmp);
    Times { best: times[0], median: times[times.len() / 2] }
}

/// Records the walk of a tree.
pub fn record(tree: &Tree) -> Timeline<Direct<Counting>> {
    let mut timeline = Timeline::new(tree.world.clone(), Direct::new(call(tree), Counting::default()));
    while !timeline.record(1 << 16) {}
    timeline
}

/// Steps at random, the same in every run (splitmix64).
pub fn random_steps(below: u32) -> impl Iterator<Item = u32> {
    let mut state = 0u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % u64::from(below.max(1))) as u32
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::{Fill, tree};
    use pgtable::{MODELS, model};

    #[test]
    fn a_walk_finds_what_the_tree_was_made_of() {
        for &model in MODELS {
            for fill in Fill::ALL {
                // A sparse tree has a whole table for each pte.
                let mut tree = tree(model, fill, if fill == Fill::Sparse { 40 } else { 9000 });
                let (counted, steps) = walk::<Count>(&mut tree);
                let plain = plain_loop(&tree);
                assert_eq!((counted.ptes, counted.sum), (plain.ptes, plain.sum), "{model:?} {fill:?}");
                assert!(steps > counted.ptes);
                assert_eq!(walk::<Record>(&mut tree), (counted, steps), "{model:?} {fill:?}");
            }
        }
    }

    #[test]
    fn trees_are_as_they_are_described() {
        let x86 = model("x86_64-4level").expect("a known model");
        let of = |fill, ptes| {
            let mut tree = tree(x86, fill, ptes);
            assert_eq!((tree.start.0, tree.ptes), (0x20_0000, ptes));
            walk::<Count>(&mut tree).0
        };
        let dense = of(Fill::Dense, 1 << 14);
        // 32 full tables, from 2 MiB on.
        let sum = (0..1 << 14).map(|page| (0x20_0000u64 + page * 0x1000) | 0x83).sum::<u64>();
        assert_eq!(dense, Counting { ptes: 1 << 14, holes: 0, sum });
        // 36 tables of 448 and one of 256, with a hole after every third one.
        let holes = of(Fill::Holes, 1 << 14);
        assert_eq!((holes.ptes, holes.holes), (37 * 512, 12));
        let sparse = of(Fill::Sparse, 600);
        assert_eq!((sparse.ptes, sparse.holes), (512 * 600, 0));
    }

    #[test]
    fn random_steps_are_the_same_in_every_run_and_stay_below() {
        let first: Vec<u32> = random_steps(1000).take(5).collect();
        assert_eq!(first, random_steps(1000).take(5).collect::<Vec<_>>());
        assert!(random_steps(7).take(1000).all(|step| step < 7));
        assert_eq!(random_steps(0).next(), Some(0));
    }
}
