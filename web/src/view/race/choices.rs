//! What can be chosen of a race.

use mm::LockMode;
use pagewalk::Revision;
use races::Choice;
use races::race::{awaited, races};

use crate::el::{El, el};
use crate::marks::List;
use crate::view::choices::{choose, kernel, option};

/// How far a press steps a CPU: values and titles of the list.
pub const STRIDES: [(&str, &str); 2] = [("action", "one atomic action"), ("stop", "one meaningful step")];

/// What can be chosen of all races: which, the machine, the kernel, and how far a press steps.
pub fn choices(choice: &Choice, to_stop: bool) -> El {
    let strides = STRIDES.map(|(id, title)| option(id, title, to_stop == (id == STRIDES[1].0)));
    let race = choice.race;
    let here = races().map(|of| option(of.id, of.title, of == race));
    let races = here.chain(awaited().iter().map(|of| option(of.names[0], of.title, false)));
    let machines = race.models().map(|model| option(model.id, model.title, model.id == choice.model.id));
    let kernels = Revision::ALL.into_iter().filter(|revision| race.exists_in(*revision, choice.model));
    el("div.choices")
        .child(choose(List::Race, "Race", races))
        .child(choose(List::Machine, "Machine", machines))
        .child(kernel(choice.revision, kernels))
        .child(choose(List::Stride, "One press does", strides.into_iter()))
}

/// What is different from race to race: how the walker holds the lock, and which rule is followed. Where there is no choice there
/// is no list.
pub fn variant(choice: &Choice) -> El {
    el("div.variant").child(lock(choice)).child(rule(choice))
}

/// How the walker holds the lock, where it can hold it in several ways.
pub fn lock(choice: &Choice) -> Option<El> {
    let locks = choice.race.locks;
    let options = locks.iter().map(|of| option(of.name(), held(*of), *of == choice.lock));
    (locks.len() > 1).then(|| choose(List::Lock, "The walker holds the lock", options))
}

/// Which rule is followed, where there are several.
pub fn rule(choice: &Choice) -> Option<El> {
    let rules = choice.race.rules;
    let options = rules.iter().map(|rule| option(rule.id, rule.title, rule == choice.rule));
    // Some rules are about the CPU that walks, some about the other one.
    (rules.len() > 1).then(|| choose(List::Rule, "Which code runs", options))
}

const fn held(lock: LockMode) -> &'static str {
    match lock {
        LockMode::None => "not at all",
        LockMode::Read => "for reading",
        LockMode::Write => "for writing",
    }
}
