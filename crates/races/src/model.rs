//! A race as a model that can be searched.

use explore::{Lane, Model, Property, Turn};

use crate::choice::Choice;
use crate::outcome::{OUTCOMES, Outcomes};
use crate::setting::NotThere;
use crate::state::State;

/// What a search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The first thing that goes wrong: a shortest way to it, or the proof that there is none.
    Anything,
    /// The same of one thing, or of some. What else goes wrong ends a run and is not told.
    Only(Outcomes),
    /// A shortest way to each thing that can go wrong.
    Everything,
}

/// Lanes of a race: three CPUs and RCU.
pub const LANES: usize = 4;

/// A race that can be searched, state by state. Whole states are for whoever looks at them; a search that is to be fast is
/// a [`RaceSearch`](crate::RaceSearch).
#[derive(Clone, Debug)]
pub struct RaceModel {
    start: State,
    aim: Aim,
}

/// What a search takes for granted: what it proves holds there, and says nothing of the rest.
pub const ASSUMES: [&str; 5] = [
    "All CPUs see all writes in one order, at once. A real CPU may see them in another order, and a compiler may merge or repeat reads \
     that are not READ_ONCE().",
    "There is no TLB, and no flush that is put off to be done in a batch: a CPU that goes on using an old translation is not seen.",
    "There are no interrupts, and time does not matter.",
    "Each CPU runs its lines once, on these tables. Nothing is said of more CPUs, or of code that is not shown.",
    "Within that, every order of the steps was tried: not a sample of them.",
];

/// What must never happen, and its outcomes.
const NEVER: [(Property, Outcomes); 8] = [
    (Property::always("no use after free"), Outcomes::UAF_PTE.union(Outcomes::UAF_PMD)),
    (Property::always("no wild read"), Outcomes::WILD),
    (Property::always("no lost update"), Outcomes::LOST),
    (Property::always("no double walk"), Outcomes::DOUBLE),
    (Property::always("no page missed"), Outcomes::MISSED),
    (Property::always("no stale pin"), Outcomes::STALE),
    (Property::always("no torn dump"), Outcomes::TORN),
    (Property::always("nothing writable and executable"), Outcomes::WX),
];

/// What can happen, one by one.
const EACH: [(Property, Outcomes); 9] = [
    each(Outcomes::UAF_PTE),
    each(Outcomes::UAF_PMD),
    each(Outcomes::WILD),
    each(Outcomes::LOST),
    each(Outcomes::DOUBLE),
    each(Outcomes::MISSED),
    each(Outcomes::STALE),
    each(Outcomes::TORN),
    each(Outcomes::WX),
];

/// In the words that it has already.
const fn each(of: Outcomes) -> (Property, Outcomes) {
    let mut at = 0;
    while OUTCOMES[at].0.bits() != of.bits() {
        at += 1;
    }
    (Property::reachable(OUTCOMES[at].2), of)
}

static NEVER_PROPERTIES: [Property; NEVER.len()] = properties(NEVER);
static EACH_PROPERTIES: [Property; EACH.len()] = properties(EACH);

const fn properties<const N: usize>(of: [(Property, Outcomes); N]) -> [Property; N] {
    let mut all = [of[0].0; N];
    let mut at = 0;
    while at < N {
        all[at] = of[at].0;
        at += 1;
    }
    all
}

impl RaceModel {
    /// A race as it is chosen.
    ///
    /// # Errors
    /// [`NotThere`] when it cannot be set up.
    pub fn new(choice: &Choice, aim: Aim) -> Result<Self, NotThere> {
        Ok(Self::from_state(choice.start()?, aim))
    }

    /// What can still follow from a state of a race.
    pub const fn from_state(start: State, aim: Aim) -> Self {
        Self { start, aim }
    }

    /// The outcomes that a property is about, by its place.
    pub fn outcomes_of(&self, property: usize) -> Outcomes {
        let (all, only): (&[(Property, Outcomes)], _) = match self.aim {
            Aim::Anything => (&NEVER, Outcomes::all()),
            Aim::Only(only) => (&NEVER, only),
            Aim::Everything => (&EACH, Outcomes::all()),
        };
        all.get(property).map_or(Outcomes::empty(), |(_, outcomes)| outcomes.intersection(only))
    }

    /// The state that the search starts from.
    pub const fn start(&self) -> &State {
        &self.start
    }

    /// What must be true.
    pub const fn properties(&self) -> &'static [Property] {
        match self.aim {
            Aim::Anything | Aim::Only(_) => &NEVER_PROPERTIES,
            Aim::Everything => &EACH_PROPERTIES,
        }
    }

    /// Whether a property holds where this has gone wrong.
    pub(crate) fn allows(&self, outcomes: Outcomes, property: usize) -> bool {
        let happened = outcomes.intersects(self.outcomes_of(property));
        happened == (self.aim == Aim::Everything)
    }
}

impl Model for RaceModel {
    type State = State;

    const LANES: usize = LANES;

    fn initial(&self) -> State {
        self.start.clone()
    }

    fn turn(&self, state: &State, lane: Lane) -> Turn {
        state.turn(lane)
    }

    fn step(&self, state: &mut State, lane: Lane) {
        state.step(lane, &mut ());
    }

    fn properties(&self) -> &[Property] {
        self.properties()
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        self.allows(state.outcomes(), property)
    }
}
