//! Whether a walk is safe beside other CPUs: each race with such a walk is searched, here and now.

use explore::Schedule;
use mm::LockMode;
use narrate::race::words::{count, outcomes};
use races::{Aim, Beside, Choice, Found, Outcomes, RaceLink};

use crate::el::{El, el};
use crate::later::Verdicts;
use crate::search::Sliced;

/// A freed table is read.
const UAF: Outcomes = Outcomes::UAF_PTE.union(Outcomes::UAF_PMD);

/// The races with such a walk, and what was found in them by now.
#[derive(Debug)]
struct Searched {
    of: Beside,
    races: Vec<(Choice, Option<Found>)>,
    search: Option<Sliced>,
}

/// What can be said of a walk once everything is searched.
pub(super) fn beside(of: Beside) -> Box<dyn Verdicts> {
    let races = of.choices().into_iter().map(|choice| (choice, None)).collect();
    Box::new(Searched { of, races, search: None })
}

impl Verdicts for Searched {
    fn of(&self) -> Beside {
        self.of
    }

    fn is_complete(&self) -> bool {
        self.races.iter().all(|(_, found)| found.is_some())
    }

    fn run_slice(&mut self) {
        let Some((choice, found)) = self.races.iter_mut().find(|(_, found)| found.is_none()) else { return };
        if self.search.is_none() {
            self.search = Sliced::new(choice, Aim::Everything).ok();
        }
        let Some(search) = &mut self.search else { return };
        if search.run_slice().ended {
            *found = Some(search.found());
            self.search = None;
        }
    }

    fn view(&self) -> El {
        let bad = self.races.iter().any(|(_, found)| found.as_ref().is_some_and(|found| !found.is_safe()));
        let says = match (self.is_complete(), bad) {
            (false, _) => "being searched",
            (true, false) => "yes, beside all of these",
            (true, true) => "not beside all of these",
        };
        let lock = match self.of.lock {
            LockMode::None => "without the lock",
            LockMode::Read => "with the read lock",
            LockMode::Write => "with the write lock",
        };
        let (kernel, machine) = (self.of.revision.id(), self.of.model.title);
        let where_ = format!("The assertion does not say that. In {kernel}, on {machine}, {lock}:");
        let but = "Beside those with \u{2717}, it is safe only if its caller keeps them out, or walks memory that is nobody else's.";
        el("div.beside")
            .child(el("h3").child("Is this walk safe? ").child(el("span.verdict").child(says)))
            .child(el("p").child(where_))
            .child(el("ul").children(self.races.iter().map(|(choice, found)| line(choice, found.as_ref()))))
            .child(bad.then(|| el("p").child(but)))
            .child(self.of.without().map(|link| {
                let link = el("a").attr("href", &format!("#{link}"));
                el("p.without").child(link.child("See what goes wrong without the lock that is asserted"))
            }))
    }
}

/// A race, and what was found in it: a link to a shortest run that goes wrong, or to its start.
fn line(choice: &Choice, found: Option<&Found>) -> El {
    // That a freed table is read says more than what it then leads to.
    let is_telling = |(what, _): &&(Outcomes, Schedule)| what.intersects(UAF);
    let way = found.and_then(|found| found.ways.iter().find(is_telling).or_else(|| found.ways.first()));
    let (class, sign, says) = match (found, way) {
        (None, _) => (".searching", "…", "being searched".to_owned()),
        (Some(_), Some((what, way))) => {
            (".unsafe", "✗", format!("{}, in {}", outcomes(*what), count(way.len() as u64, "step")))
        }
        (Some(found), None) if found.complete => {
            (".safe", "✓", format!("nothing goes wrong in {}", count(found.states.into(), "state")))
        }
        (Some(_), None) => (".open", "?", "not finished: too many states".to_owned()),
    };
    let schedule = way.map(|(_, way)| way.clone()).unwrap_or_default();
    let is_kernels = choice.rule == choice.race.rule_of(choice.revision, choice.model);
    let link = RaceLink { choice: *choice, schedule, step: 0 };
    el("li")
        .with(class)
        .child(el("span.badge[aria-hidden=true]").child(sign))
        .child(el("a").attr("href", &format!("#{link}")).child(choice.race.title))
        .child((!is_kernels).then(|| format!(" ({})", choice.rule.title)))
        .child(": ")
        .child(says)
}
