//! A race with every choice made.

use core::fmt;

use mm::LockMode;
use pagewalk::Revision;
use pgtable::Model;

use crate::race::{Race, Rule};
use crate::setting::{NotThere, Setting};
use crate::state::State;

/// A race with every choice made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Which race.
    pub race: Race,
    /// On which machine.
    pub model: &'static Model,
    /// Under which kernel's rules the walker walks.
    pub revision: Revision,
    /// How the walker holds the lock of the mm that is walked. Left aside where ptdump takes its own.
    pub lock: LockMode,
    /// What the other CPU does; the only rule of the race where there is nothing to choose.
    pub rule: Rule,
}

impl Choice {
    /// A race as it is offered first: in a variant that goes wrong, if there is one.
    pub fn first(race: Race) -> Self {
        let first = &race.first;
        Self::of(race, race.model(first.model), first.kernel).with_lock(first.lock).with_rule(first.rule)
    }

    /// A race under the rules of `revision`; the lock is that which is first to be tried.
    pub fn of(race: Race, model: &'static Model, revision: Revision) -> Self {
        let lock = race.locks.first().copied().unwrap_or_default();
        Self { race, model, revision, lock, rule: race.rule_of(revision, model) }
    }

    /// Every variant of a race that can be chosen: on every machine, in every kernel, with every rule and lock.
    pub fn every(race: Race) -> impl Iterator<Item = Self> {
        let kernels = move |model| Revision::ALL.into_iter().filter(move |of| race.exists_in(*of, model));
        let grounds = race.models().flat_map(move |model| kernels(model).map(move |kernel| (model, kernel)));
        grounds.flat_map(move |(model, revision)| {
            race.rules.iter().flat_map(move |rule| {
                race.locks.iter().map(move |&lock| Self { race, model, revision, lock, rule })
            })
        })
    }

    /// The same with another lock.
    #[must_use]
    pub const fn with_lock(self, lock: LockMode) -> Self {
        Self { lock, ..self }
    }

    /// The same in another kernel, on another machine. The rule follows if it was the kernel's own.
    #[must_use]
    pub fn with_kernel(self, revision: Revision, model: &'static Model) -> Self {
        let follows = self.rule == self.race.rule_of(self.revision, self.model);
        let rule = if follows { self.race.rule_of(revision, model) } else { self.rule };
        Self { model, revision, rule, ..self }
    }

    /// The same under another rule, by its name. As before if the race has no such rule.
    #[must_use]
    pub fn with_rule(self, id: &str) -> Self {
        Self { rule: self.race.rule(id).unwrap_or(self.rule), ..self }
    }

    /// Why there is no race here, though a search of it may end: in this kernel on this machine it does not happen, or the other CPU
    /// changes nothing that matters under this rule.
    pub fn absent(&self) -> Option<&'static str> {
        (self.race.absent)(self.revision, self.model).or(self.rule.absent)
    }

    /// The race before anybody has moved. The first CPU walks.
    ///
    /// # Errors
    /// [`NotThere`] when the race does not happen on this machine or in this kernel.
    pub fn start(&self) -> Result<State, NotThere> {
        if !(self.race.runs_on)(self.model) {
            return Err(NotThere::Model(self.model.title));
        }
        if let Some(why) = (self.race.absent)(self.revision, self.model) {
            return Err(NotThere::Revision(self.revision, why));
        }
        let mut setting = Setting::new(self.model, self.revision, self.lock, self.race.ground)?;
        (self.rule.set_up)(&mut setting)?;
        Ok(setting.into_state())
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { race, model, revision, lock, rule } = self;
        write!(f, "{}/{}/{} {} {}", race.id, model.id, revision.id(), lock.name(), rule.id)
    }
}
