//! What a search costs: how many states it keeps in full, and how many steps it takes twice.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use explore::{Lane, MAX_STATES, Model, Property, Search, Turn, Verdict};

/// Three lanes count to 11, each on its own; then they are done, or start over.
#[derive(Default)]
struct Count {
    start_over: bool,
    steps: Cell<u64>,
    /// Shared by all states, so that it knows how many there are.
    token: Rc<()>,
}

#[derive(Clone, PartialEq, Eq)]
struct State {
    at: [u8; 3],
    token: Rc<()>,
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.at.hash(hasher);
    }
}

impl Model for Count {
    type State = State;

    const LANES: usize = 3;

    fn initial(&self) -> State {
        State { at: [0; 3], token: self.token.clone() }
    }

    fn turn(&self, state: &State, lane: Lane) -> Turn {
        if self.start_over || state.at[lane.index()] < 11 { Turn::Move } else { Turn::Done }
    }

    fn step(&self, state: &mut State, lane: Lane) {
        self.steps.set(self.steps.get() + 1);
        let at = &mut state.at[lane.index()];
        *at = (*at + 1) % 12;
    }

    fn properties(&self) -> &[Property] {
        &[]
    }

    fn holds(&self, _: &State, _: usize) -> bool {
        true
    }
}

/// The steps that were taken, and those of them that led from a state to another for the first time.
fn steps(start_over: bool) -> (u64, u64) {
    let mut search = Search::new(Count { start_over, ..Count::default() }, MAX_STATES);
    let (mut kept, mut done) = (0, 0);
    loop {
        let depth = search.progress().depth;
        let progress = search.run(1);
        kept += u32::from(depth.is_multiple_of(16));
        // Of its own layer: it goes with the last of them.
        done = if progress.depth == depth { done + u32::from(!depth.is_multiple_of(16)) } else { 0 };
        let waiting = progress.states - progress.expanded;
        let alive = Rc::strong_count(&search.model().token) - 1;
        assert_eq!(alive, (waiting + done + kept) as usize, "those that wait, their layer, one layer of 16");
        if progress.ended {
            assert_eq!(search.verdict(), Verdict::Safe { states: 12 * 12 * 12 });
            return (search.model().steps.get(), progress.transitions);
        }
    }
}

#[test]
fn few_states_are_kept_and_made_again() {
    let (steps_taken, transitions) = steps(false);
    assert_eq!(transitions, 3 * 11 * 12 * 12);
    assert_eq!(steps_taken, transitions, "without circles no state is made again");

    let (steps_taken, transitions) = steps(true);
    assert_eq!(transitions, 3 * 12 * 12 * 12);
    let again = steps_taken - transitions;
    // Only the last step of a circle leads to a state that waits no longer.
    let circles = 3 * 12 * 12;
    assert!(again > 0 && again <= circles * 15, "{again} steps for {circles} states");
}
