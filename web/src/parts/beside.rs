//! Whether a walk is safe beside other CPUs: each race with such a walk is searched, here and now.

use narrate::race::safe::{Judged, Verdict, holds};
use races::{Beside, Case};

use crate::el::{El, el};
use crate::judging::Judging;
use crate::later::Verdicts;
use crate::view::question::line;

/// The races with such a walk, and what was found in them by now.
#[derive(Debug)]
struct Searched {
    of: Beside,
    races: Judging,
}

/// What can be said of a walk once everything is searched.
pub(super) fn beside(of: Beside) -> Box<dyn Verdicts> {
    Box::new(Searched { of, races: Judging::new(of.choices()) })
}

impl Verdicts for Searched {
    fn of(&self) -> Beside {
        self.of
    }

    fn is_complete(&self) -> bool {
        self.races.is_complete()
    }

    fn run_slice(&mut self) -> bool {
        self.races.run_slice()
    }

    fn view(&self) -> El {
        let judged: Vec<Judged<'_>> = self
            .races
            .choices()
            .map(|choice| Judged { choice: *choice, found: self.races.found(choice), by_lock: &[] })
            .collect();
        let bad = judged.iter().any(|of| !matches!(of.verdict(), Verdict::Safe | Verdict::Open));
        let says = match (self.is_complete(), bad) {
            (false, _) => "being searched",
            (true, false) => "yes, beside all of these",
            (true, true) => "not beside all of these",
        };
        let (kernel, machine) = (self.of.revision.id(), self.of.model.title);
        let where_ = format!(
            "The assertion does not say that. In {kernel}, on {machine}, {}, whatever the range holds:",
            holds(self.of.lock)
        );
        let but = "Beside those with \u{2717}, it is safe only if its caller keeps them out, or walks memory that is nobody else\u{2019}s.";
        let case = el("a").attr("href", &format!("#{}", Case::from(self.of)));
        el("div.beside")
            .child(el("h3").child("Is this walk safe? ").child(el("span.verdict").child(says)))
            .child(el("p").child(where_))
            .child(el("ul[data-group]").children(judged.iter().map(line)))
            .child(bad.then(|| el("p").child(but)))
            .child(
                el("p.ask").child(
                    case.child("Say what your range holds and what else you hold, and copy the answer"),
                ),
            )
            .child(self.of.without().map(|link| {
                let link = el("a").attr("href", &format!("#{link}"));
                el("p.without").child(link.child("See what goes wrong without the lock that is asserted"))
            }))
    }
}
