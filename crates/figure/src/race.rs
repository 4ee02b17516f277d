//! A race, run again.

use narrate::race::{RacePoint, Session, point};
use narrate::sheet::Block;
use races::{Aim, Choice, Found, RaceLink, RaceModel, RaceSearch};

use crate::error::FigureError;

/// Most states that a search sees: no race here has as many.
const MOST_STATES: u32 = 4_000_000;

/// A race with a schedule.
#[derive(Debug)]
pub struct Race {
    session: Session,
    /// Whether the schedule was searched here.
    found: bool,
}

impl Race {
    /// Runs what an address names. Where it names no schedule, the shortest one is searched that leads to the goal of the race, or else
    /// to anything that goes wrong.
    ///
    /// # Errors
    /// [`FigureError`] if the race does not happen there, if the schedule does not fit, or if there is no counterexample.
    pub fn open(link: &RaceLink, names_step: bool) -> Result<Self, FigureError> {
        let found = link.schedule.is_empty();
        let schedule = if found { counterexample(&link.choice)? } else { link.schedule.clone() };
        let (mut session, problem) = Session::open(&RaceLink { schedule, ..link.clone() })?;
        if let Some(problem) = problem {
            let sentence = problem.split("; the steps before").next().unwrap_or_default();
            return Err(FigureError::Schedule(sentence.to_owned()));
        }
        // Who names no step wants to see how it ends.
        let end = session.steps().len();
        session.go_to(end);
        let mut race = Self { session, found };
        if names_step {
            race.go_to(link.step)?;
        }
        Ok(race)
    }

    /// Goes to a step.
    ///
    /// # Errors
    /// [`FigureError::NoStep`] beyond the last one.
    pub fn go_to(&mut self, step: u32) -> Result<(), FigureError> {
        let last = self.last();
        if step > last {
            return Err(FigureError::NoStep { asked: step, what: "this schedule", last });
        }
        self.session.go_to(step as usize);
        Ok(())
    }

    /// The number of its last step. The first one is 0, before anybody has moved.
    pub fn last(&self) -> u32 {
        self.session.steps().len() as u32
    }

    pub(crate) const fn session(&self) -> &Session {
        &self.session
    }

    /// Everything that is said of a step.
    pub(crate) fn point(&self, step: usize) -> RacePoint {
        let choice = self.session.choice();
        point(&self.session.moment_at(step), choice.revision, choice.race)
    }

    /// The kernel, the machine, the walker's lock, the other CPU's rule.
    pub(crate) fn choices(&self) -> Vec<String> {
        let Choice { race, model, revision, lock, rule } = *self.session.choice();
        let mut choices = vec![format!("Linux {}", revision.id()), model.title.to_owned()];
        if race.locks.len() > 1 {
            choices.push(format!("the walk {}", narrate::race::safe::holds(lock)));
        }
        if race.rules.len() > 1 {
            choices.push(rule.title.to_owned());
        }
        choices
    }

    /// "step 38 of 38"
    pub(crate) fn place(&self) -> String {
        let shortest = if self.found { ", the shortest way" } else { "" };
        format!("step {} of {}{shortest}", self.session.at(), self.last())
    }

    /// What has gone wrong, where that was decided, why: sentences, the first one is the outcome. None before it goes wrong.
    pub(crate) fn outcome(&self) -> Vec<String> {
        let point = self.point(self.session.at());
        let sheet = narrate::race::sheet::step(&self.session, &point);
        let heading = Block::Heading("Outcome".to_owned());
        let after = sheet.blocks.into_iter().skip_while(|block| *block != heading).skip(1);
        let texts = after.map_while(|block| match block {
            Block::Text(text) => Some(text),
            _ => None,
        });
        texts.collect()
    }

    /// The steps that decide it, in their order, with what each is to the outcome.
    pub(crate) fn deciding(&self) -> Vec<(usize, &'static str)> {
        let mut steps = Vec::new();
        if let Some(decided) = self.session.decided() {
            steps.extend(decided.held.map(|(_, step)| (step, "reads the address")));
            steps.push((decided.step, decided.does.name()));
        }
        steps.extend(self.session.fatal().map(|step| (step, "goes wrong")));
        steps.sort_unstable();
        steps.dedup_by_key(|(step, _)| *step);
        steps
    }
}

/// The shortest way to the goal of a race, or to whatever goes wrong.
fn counterexample(choice: &Choice) -> Result<explore::Schedule, FigureError> {
    let mut states = 0;
    for aim in [Aim::Only(choice.race.aim), Aim::Anything] {
        let mut search = RaceSearch::new(RaceModel::new(choice, aim)?, MOST_STATES);
        search.run(u32::MAX);
        let found = Found::of(&search);
        if let Some(way) = found.shortest() {
            return Ok(way.clone());
        }
        if !found.complete {
            return Err(FigureError::NotFinished(found.states));
        }
        states = found.states;
    }
    Err(FigureError::Safe(states))
}
