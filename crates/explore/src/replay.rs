//! A schedule run again, state by state.

use core::fmt;
use core::iter::FusedIterator;

use crate::lane::{Lane, Turn};
use crate::model::Model;
use crate::schedule::Schedule;

/// A schedule does not fit its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("step {step} of this schedule moves lane {lane}, which {}", why(*.turn))]
pub struct CannotMove {
    /// The step, counted from 1. Those before it were taken.
    pub step: usize,
    /// The lane that was to move.
    pub lane: Lane,
    /// What it can do there; `None` if the model has no such lane.
    pub turn: Option<Turn>,
}

const fn why(turn: Option<Turn>) -> &'static str {
    match turn {
        Some(Turn::Done) => "has nothing left to do there; the schedule may be of another scenario",
        // `Move` is never an error, and here to be complete.
        Some(Turn::Wait | Turn::Move) => "waits for another lane there: let that one move first",
        None => "is not there; the schedule may be of another scenario",
    }
}

/// The states of a run, first the initial one, then the one after each step. Ends after the last step or the
/// first error. See [`replay`].
pub struct Replay<'a, M: Model> {
    model: &'a M,
    schedule: &'a Schedule,
    /// Steps taken.
    taken: usize,
    /// `None` before the start and after the end.
    state: Option<M::State>,
    started: bool,
}

/// Runs a schedule.
pub fn replay<'a, M: Model>(model: &'a M, schedule: &'a Schedule) -> Replay<'a, M> {
    Replay { model, schedule, taken: 0, state: None, started: false }
}

impl<M: Model> Replay<'_, M> {
    fn take(&mut self, state: &mut M::State, lane: Lane) -> Result<(), CannotMove> {
        let turn = (lane.index() < M::LANES).then(|| self.model.turn(state, lane));
        self.taken += 1;
        if turn != Some(Turn::Move) {
            return Err(CannotMove { step: self.taken, lane, turn });
        }
        self.model.step(state, lane);
        Ok(())
    }
}

impl<M: Model> Iterator for Replay<'_, M> {
    type Item = Result<M::State, CannotMove>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.started {
            self.started = true;
            self.state = Some(self.model.initial());
            return self.state.clone().map(Ok);
        }
        let mut state = self.state.take()?;
        let lane = *self.schedule.steps().get(self.taken)?;
        if let Err(error) = self.take(&mut state, lane) {
            return Some(Err(error));
        }
        self.state = Some(state.clone());
        Some(Ok(state))
    }
}

impl<M: Model> FusedIterator for Replay<'_, M> {}

impl<M: Model> fmt::Debug for Replay<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("schedule", self.schedule)
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}
