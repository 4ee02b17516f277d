//! What is offered first of a race, the race that an assertion forbids, and what can go wrong in words.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use mm::{LockMode, MmId, Need};
use pagewalk::{By, Event, LockName, Revision};
use pgtable::Model;

use crate::choice::{Choice, Race};
use crate::state::Outcomes;
use crate::texts;

/// The machine with this name among those that a race runs on; else the one that it starts with.
pub fn model_of(race: Race, id: &str) -> &'static Model {
    let found = race.models().find(|model| *model == id).or_else(|| race.models().next());
    found.and_then(|id| pgtable::model(id).ok()).unwrap_or(pgtable::MODELS[0])
}

/// A race as it is offered first: in a variant that goes wrong, if there is one.
pub fn first(race: Race) -> Choice {
    let text = texts::of(race);
    let (revision, lock, rule) = text.first;
    Choice::of(race, model_of(race, ""), revision).with_lock(lock).with_rule(rule)
}

/// What goes wrong without the lock that an assertion demands: the race to look at, on a machine like `model` under the
/// rules of `revision` if it runs there.
///
/// None for events that are no assertions, and where no race here is about that lock.
pub fn race_for(assertion: &Event, model: &Model, revision: Revision) -> Option<Choice> {
    let (race, held, rule) = forbidden(assertion)?;
    let revision = if race.exists_in(revision) { revision } else { Revision::V7_3 };
    Some(Choice::of(race, model_of(race, model.id), revision).with_lock(held).with_rule(rule))
}

/// The same as the hash of a link, made without setting up a race: whoever opens it finds the machine and the kernel.
pub fn link_for(assertion: &Event, model: &Model, revision: Revision) -> Option<String> {
    let (race, held, rule) = forbidden(assertion)?;
    let (race, held, model, revision) = (race.id(), held.name(), model.id, revision.id());
    Some(format!("v1/race/{race}?near={model}/{revision}&lock={held}&rule={rule}"))
}

/// The race that an assertion forbids, the lock that is held there instead, the rule of the other CPU.
fn forbidden(assertion: &Event) -> Option<(Race, LockMode, &'static str)> {
    let Event::Assert { lock, need, by, .. } = *assertion else { return None };
    Some(match (lock, need) {
        // Who finds VMAs under the lock walks those of a process.
        (LockName::Mmap(MmId::INIT_MM), _) if by != By::Walk => return None,
        // Reading is enough, against whoever frees kernel tables as a writer.
        (LockName::Mmap(MmId::INIT_MM), Need::Held) => (Race::Collapse, LockMode::None, "init-write"),
        // Only a writer keeps those out who free kernel tables as readers.
        (LockName::Mmap(MmId::INIT_MM), Need::Write) => (Race::HugeVmap, LockMode::Read, "trylock"),
        (LockName::Mmap(_), Need::Held) => (Race::MunmapVmas, LockMode::None, "downgrade"),
        (LockName::Mmap(_), Need::Write) if by == By::Walk => (Race::Munmap, LockMode::Read, "downgrade"),
        _ => return None,
    })
}

/// What can go wrong: as the matrix has it, and in words.
pub const OUTCOMES: [(Outcomes, &str, &str); 6] = [
    (Outcomes::UAF_PMD, "UAF(pmd)", "a pmd table is read after it was freed"),
    (Outcomes::UAF_PTE, "UAF(pte)", "a pte table is read after it was freed"),
    (Outcomes::WILD, "wild", "an entry is followed to memory that is not a page table"),
    (Outcomes::LOST, "lost", "a change of permissions is undone by another one"),
    (Outcomes::DOUBLE, "double", "smaps adds up the same memory twice"),
    (Outcomes::DEADLOCK, "DEADLOCK", "some tasks wait for ever (a deadlock)"),
];

/// What went wrong, in two or three letters each: as the matrix has it.
pub fn short(outcomes: Outcomes) -> String {
    let mut names = String::new();
    for (_, name, _) in OUTCOMES.into_iter().filter(|(outcome, ..)| outcomes.contains(*outcome)) {
        if !names.is_empty() {
            names.push('+');
        }
        names.push_str(name);
    }
    if names.is_empty() { "SAFE".to_owned() } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::RaceLink;
    use LockMode::{None, Read};
    use mm::Seen;
    use pagewalk::Subject;

    fn assertion(lock: LockName, need: Need, by: By) -> Event {
        let seen = Seen { own: LockMode::None, any: LockMode::None, lockdep_ok: false, plain_ok: false };
        Event::Assert { subject: Subject::Walked, lock, need, seen, by }
    }

    #[test]
    fn an_assertion_leads_to_the_race_that_it_forbids() {
        let arm64 = pgtable::model("arm64-16k-48").expect("a known model");
        let found = |lock, need| {
            let choice =
                race_for(&assertion(lock, need, By::Walk), arm64, Revision::V6_17).expect("there is one");
            (choice.race, choice.model.id, choice.lock, choice.rule_id())
        };
        let (init_mm, mm) = (LockName::Mmap(MmId::INIT_MM), LockName::Mmap(MmId::USER));
        assert_eq!(found(init_mm, Need::Held), (Race::Collapse, "x86_64-4level", None, "init-write"));
        assert_eq!(found(init_mm, Need::Write), (Race::HugeVmap, "x86_64-4level", Read, "trylock"));
        assert_eq!(found(mm, Need::Held), (Race::MunmapVmas, "x86_64-4level", None, "downgrade"));
        assert_eq!(found(mm, Need::Write), (Race::Munmap, "x86_64-4level", Read, "downgrade"));
        let riscv = pgtable::model("riscv64-sv39").expect("a known model");
        let same =
            race_for(&assertion(mm, Need::Write, By::Walk), riscv, Revision::V7_1).expect("there is one");
        assert_eq!((same.model.id, same.revision), ("riscv64-sv39", Revision::V7_1));
        // The link opens the same race in the same variant.
        for lock in [init_mm, mm] {
            for need in [Need::Held, Need::Write] {
                for model in pgtable::MODELS {
                    for revision in Revision::ALL {
                        let event = assertion(lock, need, By::Walk);
                        let link = link_for(&event, model, revision).expect("there is one");
                        let opened = RaceLink::parse(&link).expect("a link to a race");
                        let choice = race_for(&event, model, revision).expect("there is one");
                        assert_eq!(opened, (RaceLink::new(choice), Option::None), "{link}");
                    }
                }
            }
        }
        assert_eq!(
            race_for(&assertion(LockName::IMmap, Need::Held, By::Walk), riscv, Revision::V7_1),
            Option::None
        );
        assert_eq!(race_for(&Event::Delegate, riscv, Revision::V7_1), Option::None);
    }

    #[test]
    fn every_race_is_told_and_starts() {
        for race in Race::ALL {
            let text = texts::of(race);
            assert_eq!(text.race, race);
            assert_eq!(text.rules.len(), race.rules().len(), "{}", race.id());
            let choice = first(race);
            assert!(choice.start().is_ok(), "{}", race.id());
            assert!(race.locks().contains(&choice.lock), "{}", race.id());
            assert_eq!(choice.rule_id(), text.first.2, "{}", race.id());
        }
    }

    #[test]
    fn verdicts_have_short_names() {
        assert_eq!(short(Outcomes::empty()), "SAFE");
        assert_eq!(short(Outcomes::WILD | Outcomes::UAF_PTE), "UAF(pte)+wild");
    }
}
