//! Whether a walk is safe beside other CPUs: each race with such a walk is searched, here and now.

use narrate::race::safe::{Judged, Verdict, holds};
use narrate::sheet::Block;
use pagewalk::Revision;
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
        let judged = self.judged();
        let (says, bad) = self.answer(&judged);
        let where_ = self.where_();
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

    fn blocks(&self) -> Vec<Block> {
        let judged = self.judged();
        let (says, _) = self.answer(&judged);
        let text = ["Is this walk safe? ", says, ". ", &self.where_()].concat();
        let facts = judged.iter().map(|of| (of.title(), of.says()));
        vec![Block::Text(text), Block::Facts(facts.collect())]
    }
}

impl Searched {
    fn judged(&self) -> Vec<Judged<'_>> {
        let judged = |choice: &races::Choice| Judged {
            choice: *choice,
            found: self.races.found(choice),
            by_lock: &[],
        };
        self.races.choices().map(judged).collect()
    }

    /// The answer, and whether it is not safe beside all.
    fn answer(&self, judged: &[Judged<'_>]) -> (&'static str, bool) {
        let bad = judged.iter().any(|of| !matches!(of.verdict(), Verdict::Safe | Verdict::Open));
        let says = match (self.is_complete(), bad) {
            (false, _) => "being searched",
            (true, false) => "yes, beside all of these",
            (true, true) => "not beside all of these",
        };
        (says, bad)
    }

    fn where_(&self) -> String {
        let kernel = match self.of.revision {
            Revision::Patch => "the patch as posted",
            released => released.id(),
        };
        format!(
            "The assertion does not say that. In {kernel}, on {}, {}, whatever the range holds:",
            self.of.model.title,
            holds(self.of.lock)
        )
    }
}
