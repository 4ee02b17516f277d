//! Breadth first, resumable, with a limit.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::model::{Expect, MAX_PROPERTIES, Model, held, lanes};
use crate::schedule::Schedule;
use crate::states::{self, Added, States};
use crate::verdict::{Broken, Verdict};

/// Most states that a search can see.
pub const MAX_STATES: u32 = states::MAX;

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// States seen.
    pub states: u32,
    /// How many of them have been expanded: all their next states are known.
    pub expanded: u32,
    /// Steps taken from these, also where they led to a state that was known.
    pub transitions: u64,
    /// Steps from the initial state to the states that are being expanded.
    pub depth: usize,
    /// Whether running it further changes nothing.
    pub ended: bool,
}

/// Why nothing is left to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Every state was seen.
    Exhausted,
    /// The state of this index breaks something.
    Fails(Broken, u32),
    /// There is a state more than the limit.
    Full,
}

/// A search through all interleavings of a model.
///
/// It knows no time: whoever runs it decides by a clock of their own how often to call [`Search::run`], and
/// cancels by not calling it again. Slices change neither the verdict nor any count.
///
/// ```
/// use explore::{Lane, Model, Property, Search, Turn, Verdict};
///
/// /// Two lanes count down from 3, each on its own.
/// struct Countdown;
///
/// impl Model for Countdown {
///     type State = [u8; 2];
///     const LANES: usize = 2;
///     fn initial(&self) -> [u8; 2] {
///         [3, 3]
///     }
///     fn turn(&self, state: &[u8; 2], lane: Lane) -> Turn {
///         if state[lane.index()] > 0 { Turn::Move } else { Turn::Done }
///     }
///     fn step(&self, state: &mut [u8; 2], lane: Lane) {
///         state[lane.index()] -= 1;
///     }
///     fn properties(&self) -> &[Property] {
///         const { &[Property::reachable("both are at 0")] }
///     }
///     fn holds(&self, state: &[u8; 2], _: usize) -> bool {
///         *state == [0, 0]
///     }
/// }
///
/// let mut search = Search::new(Countdown, 200_000);
/// while !search.run(100).ended {}
/// assert_eq!(search.verdict(), Verdict::Safe { states: 16 });
/// assert_eq!(search.reached(0).map(|schedule| schedule.to_string()).as_deref(), Some("a3b3"));
/// ```
pub struct Search<M: Model> {
    model: M,
    limit: u32,
    /// The properties that hold in a state that neither breaks nor reaches any: most are such.
    quiet: u64,
    states: States<M>,
    transitions: u64,
    /// By property: the first state that reaches it.
    reached: Vec<Option<u32>>,
    end: Option<End>,
}

impl<M: Model> Search<M> {
    /// A search that sees at most `limit` states: 1 (the initial one) to [`MAX_STATES`], beyond which it
    /// makes no difference.
    ///
    /// # Panics
    /// When the model has more than [`MAX_PROPERTIES`].
    pub fn new(model: M, limit: u32) -> Self {
        assert!(model.properties().len() <= MAX_PROPERTIES, "a model has at most 64 properties");
        let initial = model.initial();
        let mut reached = vec![None; model.properties().len()];
        let properties = model.properties();
        let quiet = held(properties.len(), |property| properties[property].expect == Expect::Always);
        let end = judge(&model, quiet, &initial, 0, &mut reached).map(|broken| End::Fails(broken, 0));
        let limit = limit.min(MAX_STATES);
        Self { states: States::new(initial), model, limit, quiet, transitions: 0, reached, end }
    }

    /// Goes on from at most `fuel` states, fewer when it ends before. A state costs a clone and a step for
    /// each lane that can move.
    pub fn run(&mut self, fuel: u32) -> Progress {
        for _ in 0..fuel {
            if self.end.is_some() {
                break;
            }
            self.end = self.expand();
        }
        self.progress()
    }

    /// Goes on from the next state. Where the limit stops it half-way it starts over when there is room: what
    /// it already added is then known.
    fn expand(&mut self) -> Option<End> {
        let mut taken = 0;
        let Some(before) = self.states.next() else { return Some(End::Exhausted) };
        let moving = self.model.turns(before).moving;
        for lane in lanes::<M>().filter(|lane| moving >> lane.index() & 1 != 0) {
            let Some(before) = self.states.next() else { return Some(End::Exhausted) };
            let mut state = before.clone();
            self.model.step(&mut state, lane);
            taken += 1;
            match self.states.add(&self.model, lane, state, self.limit) {
                Added::Known => {}
                Added::Full => return Some(End::Full),
                Added::New(index, state) => {
                    if let Some(broken) = judge(&self.model, self.quiet, state, index, &mut self.reached) {
                        return Some(End::Fails(broken, index));
                    }
                }
            }
        }
        self.transitions += taken;
        (!self.states.advance()).then_some(End::Exhausted)
    }

    /// Lets a search see more states: one that its limit stopped can be run on. A limit lower than before
    /// changes nothing.
    pub fn raise_limit(&mut self, limit: u32) {
        let limit = limit.min(MAX_STATES);
        if limit > self.limit {
            self.limit = limit;
            self.end.take_if(|end| *end == End::Full);
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress {
            states: self.states.len(),
            expanded: self.states.expanded(),
            transitions: self.transitions,
            depth: self.states.depth(),
            ended: self.end.is_some(),
        }
    }

    /// What is known by now. At any time: as long as it has not ended nothing is claimed.
    pub fn verdict(&self) -> Verdict {
        let states = self.states.len();
        match self.end {
            None | Some(End::Full) => Verdict::NotFinished { states },
            Some(End::Fails(broken, index)) => {
                Verdict::Fails { broken, schedule: self.states.schedule(index), states }
            }
            Some(End::Exhausted) => match self.unreached() {
                Some(property) => Verdict::Unreachable { property, states },
                None => Verdict::Safe { states },
            },
        }
    }

    /// A shortest way to a state in which a property holds that is to be [`Reachable`](Expect::Reachable),
    /// once one was seen. By its place in [`Model::properties`].
    pub fn reached(&self, property: usize) -> Option<Schedule> {
        self.reached.get(property).copied().flatten().map(|index| self.states.schedule(index))
    }

    /// What is searched.
    pub const fn model(&self) -> &M {
        &self.model
    }

    fn unreached(&self) -> Option<usize> {
        let properties = self.model.properties().iter().zip(&self.reached);
        properties
            .into_iter()
            .position(|(property, reached)| property.expect == Expect::Reachable && reached.is_none())
    }
}

/// What a new state breaks. Notes what it reaches.
fn judge<M: Model>(
    model: &M,
    quiet: u64,
    state: &M::State,
    index: u32,
    reached: &mut [Option<u32>],
) -> Option<Broken> {
    let (held, stuck) = (model.held(state), model.turns(state).is_deadlock());
    if held == quiet && !stuck {
        return None;
    }
    let mut broken = None;
    for (place, (property, reached)) in model.properties().iter().zip(reached).enumerate() {
        let holds = held >> place & 1 != 0;
        match property.expect {
            Expect::Always if !holds => broken = broken.or(Some(Broken::Property(place))),
            Expect::Reachable if holds => *reached = reached.or(Some(index)),
            _ => {}
        }
    }
    broken.or_else(|| stuck.then_some(Broken::Deadlock))
}

impl<M: Model> fmt::Debug for Search<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search")
            .field("limit", &self.limit)
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}
