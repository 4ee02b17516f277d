//! Figures, one JSON line each.

use races::{Choice, Found, Survey, survey};
use serde_json::{Value, json};

use crate::measure::{self, Counted, Times, times};
use crate::trees::{Fill, Tree};

/// Rounds of each figure: the best one counts, the median shows how steady it was.
pub const ROUNDS: u32 = 7;

/// Places that are rewound to.
const REWINDS: usize = 400;

/// Where figures are taken, and by which clock, in nanoseconds.
#[derive(Debug)]
pub struct Place<C> {
    /// `native` or `wasm`.
    pub name: &'static str,
    /// The clock.
    pub clock: C,
}

impl<C: Fn() -> f64> Place<C> {
    /// Times the walk of a tree. Returns the figure, and nanoseconds per visited pte.
    pub fn walk<S: Counted>(&self, tree: &mut Tree, fill: Fill) -> (Value, f64) {
        let (counted, steps) = measure::walk::<S>(tree);
        let Times { best, median } = times(rounds(steps), &self.clock, || {
            measure::walk::<S>(tree);
        });
        let entries = float(counted.ptes);
        let figure = json!({
            "figure": "walk", "on": self.name, "model": tree.world.model().id, "tree": fill.name(), "sink": S::NAME,
            "pte_calls": counted.ptes, "hole_calls": counted.holes, "sum": format!("{:#x}", counted.sum), "steps": steps,
            "ns_per_entry": round(best / entries), "ns_per_entry_median": round(median / entries),
            "steps_per_second": (float(steps) / best * 1e9).round(),
        });
        (figure, best / entries)
    }

    /// Times [`measure::plain_loop`]. Returns the figure, and nanoseconds per pte.
    pub fn plain_loop(&self, tree: &Tree, fill: Fill) -> (Value, f64) {
        let entries = measure::plain_loop(tree).ptes;
        let Times { best, .. } = times(rounds(entries), &self.clock, || {
            std::hint::black_box(measure::plain_loop(tree));
        });
        let per_entry = best / float(entries);
        let figure = json!({
            "figure": "plain loop", "on": self.name, "tree": fill.name(), "ns_per_entry": round(per_entry),
        });
        (figure, per_entry)
    }

    /// Times a search of all variants of all tables of verdicts, one after the other.
    pub fn search(&self) -> Value {
        let choices = choices();
        let states: u32 = choices.iter().map(|choice| found(choice).states).sum();
        let Times { best, median } = times(ROUNDS, &self.clock, || {
            for choice in &choices {
                std::hint::black_box(found(choice));
            }
        });
        let per_second = |nanoseconds: f64| (f64::from(states) / nanoseconds * 1e9).round();
        json!({
            "figure": "search", "on": self.name, "races": "verdicts", "variants": choices.len(), "states": states,
            "ms": round(best / 1e6), "states_per_second": per_second(best), "states_per_second_median": per_second(median),
        })
    }

    /// Times a search of one race, so often that it takes a while. Returns the figure, and states a second of the best round.
    pub fn search_race(&self, choice: &Choice, times_over: u32) -> (Value, f64) {
        let states = found(choice).states;
        let Times { best, median } = times(ROUNDS, &self.clock, || {
            for _ in 0..times_over {
                std::hint::black_box(found(choice));
            }
        });
        let per_second =
            |nanoseconds: f64| (f64::from(states) * f64::from(times_over) / nanoseconds * 1e9).round();
        let figure = json!({
            "figure": "search", "on": self.name, "races": format!("{choice:?}"), "times": times_over, "states": states,
            "states_per_second": per_second(best), "states_per_second_median": per_second(median),
        });
        (figure, per_second(best))
    }

    /// Times going to random steps of a recorded walk of a tree.
    pub fn rewind(&self, tree: &Tree) -> Value {
        let start = (self.clock)();
        let timeline = measure::record(tree);
        let recorded = (self.clock)() - start;
        let actions = timeline.actions();
        let mut took: Vec<f64> = measure::random_steps(actions)
            .take(REWINDS)
            .map(|step| {
                let start = (self.clock)();
                std::hint::black_box(timeline.moment(step.saturating_sub(1), step));
                ((self.clock)() - start) / 1e3
            })
            .collect();
        took.sort_by(f64::total_cmp);
        let at = |percent: usize| round(took[(took.len() - 1) * percent / 100]);
        json!({
            "figure": "rewind", "on": self.name, "actions": actions, "record_ms": round(recorded / 1e6),
            "rewinds": REWINDS, "us_p50": at(50), "us_p95": at(95), "us_max": at(100),
        })
    }
}

/// Bytes of a state: those that were allocated at most at a time while a race was searched, divided by its states. `peak`
/// runs something and returns them.
pub fn search_bytes(peak: impl Fn(&mut dyn FnMut()) -> usize) -> Value {
    let (mut bytes, mut states, mut largest) = (0.0, 0, (0, 0.0));
    for choice in choices() {
        let mut seen = 0;
        let most = peak(&mut || seen = found(&choice).states);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let most = most as f64;
        bytes += most;
        states += seen;
        if seen > largest.0 {
            largest = (seen, most / f64::from(seen));
        }
    }
    json!({
        "figure": "bytes of a state", "races": "verdicts", "bytes": (bytes / f64::from(states)).round(),
        "largest_states": largest.0, "largest_bytes": largest.1.round(),
    })
}

/// The variants of all tables of verdicts, each once.
fn choices() -> Vec<Choice> {
    Survey::new()
        .variants()
        .iter()
        .map(|variant| variant.choice)
        .filter(|choice| choice.start().is_ok())
        .collect()
}

fn found(choice: &Choice) -> Found {
    survey::search(choice).expect("it starts")
}

/// How many times one figure is of another in the same run.
pub fn ratio(of: &str, fill: Fill, ratio: f64) -> Value {
    json!({"figure": "ratio", "of": of, "tree": fill.name(), "ratio": round(ratio)})
}

/// The same where no tree is walked.
pub fn ratio_of(of: &str, ratio: f64) -> Value {
    json!({"figure": "ratio", "of": of, "ratio": round(ratio)})
}

/// Fewer rounds of what takes seconds.
const fn rounds(steps: u64) -> u32 {
    if steps > 100 << 20 { 2 } else { ROUNDS }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

/// Three digits after the point are more than any figure here is good for.
fn round(figure: f64) -> f64 {
    (figure * 1e3).round() / 1e3
}
