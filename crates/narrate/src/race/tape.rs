//! The steps of a race as they were taken, and going to any of them.

use explore::{CannotMove, Lane, Schedule, Turn};
use pagewalk::{Event, Sink};
use races::{Choice, NotThere, Outcomes, State};

/// Steps between two kept states.
const CHECKPOINT_EVERY: usize = 32;

/// Most steps of a tape. No race here takes as many: all who take part come to an end.
pub const MAX_STEPS: usize = 5_000;

/// Who moved at each step, and the states that let one go back at once.
#[derive(Clone, Debug)]
pub struct Tape {
    /// The state at every multiple of [`CHECKPOINT_EVERY`] steps.
    checkpoints: Vec<State>,
    head: State,
    steps: Vec<Lane>,
    fatal: Option<usize>,
}

/// The state at a step, and what led to it from the step before.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Before the step; the same as after it at the start.
    pub before: State,
    /// After the step.
    pub state: State,
    /// Who moved; nobody at the start.
    pub lane: Option<Lane>,
    /// What happened.
    pub event: Option<Event>,
}

impl Tape {
    /// A race before anybody has moved.
    ///
    /// # Errors
    /// [`NotThere`] when the race does not happen on the chosen machine, or not in the chosen kernel. Links never choose such.
    pub fn new(choice: &Choice) -> Result<Self, NotThere> {
        Ok(Self::from_state(choice.start()?))
    }

    /// The same from a state before anybody has moved.
    pub fn from_state(head: State) -> Self {
        Self { checkpoints: vec![head.clone()], head, steps: Vec::new(), fatal: None }
    }

    /// A race in which everybody has moved in the order of a schedule, as far as that fits; and why not further.
    ///
    /// # Errors
    /// [`NotThere`] when the race does not happen on the chosen machine, or not in the chosen kernel. Links never choose such.
    pub fn of(choice: &Choice, schedule: &Schedule) -> Result<(Self, Option<String>), NotThere> {
        Ok(Self::along(choice.start()?, schedule))
    }

    /// The same from a state before anybody has moved.
    pub fn along(start: State, schedule: &Schedule) -> (Self, Option<String>) {
        let mut tape = Self::from_state(start);
        for (&lane, step) in schedule.steps().iter().zip(1..) {
            if tape.steps.len() == MAX_STEPS {
                let problem = format!("only the first {MAX_STEPS} steps of this schedule are shown");
                return (tape, Some(problem));
            }
            if !tape.push(lane) {
                let known = lane.index() <= tape.head.cpus().len();
                let turn = known.then(|| tape.head.turn(lane));
                let problem = CannotMove { step, lane, turn };
                return (tape, Some(format!("{problem}; the steps before it are shown")));
            }
        }
        (tape, None)
    }

    /// Takes one more step, if the lane can move.
    pub fn push(&mut self, lane: Lane) -> bool {
        if self.steps.len() >= MAX_STEPS || self.head.turn(lane) != Turn::Move {
            return false;
        }
        act(&mut self.head, lane);
        self.steps.push(lane);
        let taken = self.steps.len();
        if taken.is_multiple_of(CHECKPOINT_EVERY) {
            self.checkpoints.push(self.head.clone());
        }
        if self.fatal.is_none() && !outcomes(&self.head).is_empty() {
            self.fatal = Some(taken);
        }
        true
    }

    /// Its first `len` steps.
    #[must_use]
    pub fn cut(&self, len: usize) -> Self {
        let steps = self.steps[..len.min(self.steps.len())].to_vec();
        let checkpoints = self.checkpoints[..=steps.len() / CHECKPOINT_EVERY].to_vec();
        let fatal = self.fatal.filter(|&fatal| fatal <= steps.len());
        Self { head: self.state(steps.len()), checkpoints, steps, fatal }
    }

    /// How many CPUs take part.
    pub fn cpus(&self) -> usize {
        self.head.cpus().len()
    }

    /// Who moved at each step.
    pub fn steps(&self) -> &[Lane] {
        &self.steps
    }

    /// The step at which something went wrong, from 1, if anything did.
    pub const fn fatal(&self) -> Option<usize> {
        self.fatal
    }

    /// The state after so many steps, or after the last one.
    pub fn state(&self, taken: usize) -> State {
        let taken = taken.min(self.steps.len());
        let base = taken / CHECKPOINT_EVERY;
        let mut state = self.checkpoints[base].clone();
        for &lane in &self.steps[base * CHECKPOINT_EVERY..taken] {
            act(&mut state, lane);
        }
        state
    }

    /// The moment after so many steps, or after the last one.
    pub fn moment(&self, taken: usize) -> Moment {
        let taken = taken.min(self.steps.len());
        let before = self.state(taken.saturating_sub(1));
        let mut state = before.clone();
        let lane = taken.checked_sub(1).map(|last| self.steps[last]);
        let event = lane.and_then(|lane| act(&mut state, lane));
        Moment { before, state, lane, event }
    }
}

/// Keeps the last event.
struct Last(Option<Event>);

impl Sink for Last {
    fn event(&mut self, event: Event) {
        self.0 = Some(event);
    }
}

/// One step of a lane, and what it did. With a sink that is not known by its type: see [`timeline`](crate::timeline).
pub(super) fn act(state: &mut State, lane: Lane) -> Option<Event> {
    let mut last = Last(None);
    let mut sink: &mut dyn Sink = &mut last;
    state.step(lane, &mut sink);
    last.0
}

/// The lanes of a race: its CPUs and RCU.
pub(super) fn lanes(state: &State) -> impl Iterator<Item = Lane> + use<> {
    Lane::ALL.into_iter().take(state.cpus().len() + 1)
}

/// What has gone wrong by now; that nobody can move while somebody waits, too.
pub fn outcomes(state: &State) -> Outcomes {
    let mut outcomes = state.outcomes();
    let has = |turn| lanes(state).any(|lane| state.turn(lane) == turn);
    if has(Turn::Wait) && !has(Turn::Move) {
        outcomes |= Outcomes::DEADLOCK;
    }
    outcomes
}
