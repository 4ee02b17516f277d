//! A question before the figure goes on, and its answer.
//!
//! What is right is found by the machine: the kind of the next step of a walk, or what follows from each move of a race.

use narrate::predict::{self, ASSERTION, Answer, ENTRY};
use narrate::race::words;

use crate::pages::Moves;
use crate::run::Run;
use crate::view::learn::Asked;

/// What is asked.
#[derive(Debug)]
enum Kind {
    /// What comes next in a walk.
    Next(&'static str, &'static [Answer]),
    /// Who has to move in a race.
    Cpu(Moves),
}

/// A question, and its answer.
#[derive(Debug)]
pub(super) struct Question {
    kind: Kind,
    /// The answer that was given.
    picked: Option<usize>,
    /// What came of it: which answers are right, and what to say.
    result: Option<(Vec<bool>, String)>,
    /// The step of a walk that is asked for, once that is recorded.
    due: Option<u32>,
}

impl Question {
    pub(super) const fn entry() -> Self {
        Self::of(Kind::Next("What is the next entry that the walker decides about?", &ENTRY))
    }

    pub(super) const fn assertion() -> Self {
        Self::of(Kind::Next("What does the next assertion do?", &ASSERTION))
    }

    pub(super) const fn cpu(moves: Moves) -> Self {
        Self::of(Kind::Cpu(moves))
    }

    /// About what comes next where a walk is shown: an entry, or an assertion; nothing if nothing comes that is known by now.
    pub(super) fn next_of(run: &Run) -> Option<Self> {
        let next = |answers: &[Answer]| {
            predict::next(answers, run.index(), run.len(), |step| run.mark(step)).map(|(step, _)| step)
        };
        Some(match (next(&ENTRY), next(&ASSERTION)) {
            (None, None) => return None,
            (Some(entry), assertion) if assertion.is_none_or(|assertion| entry < assertion) => Self::entry(),
            _ => Self::assertion(),
        })
    }

    const fn of(kind: Kind) -> Self {
        Self { kind, picked: None, result: None, due: None }
    }

    /// An answer is given, perhaps after another one.
    pub(super) fn answer(&mut self, answer: usize) {
        if answer < self.count() {
            self.picked = Some(answer);
            self.result = None;
        }
    }

    fn count(&self) -> usize {
        match &self.kind {
            Kind::Next(_, answers) => answers.len(),
            Kind::Cpu(moves) => moves.of.len(),
        }
    }

    /// Whether an answer waits to be graded.
    pub(super) const fn is_open(&self) -> bool {
        self.picked.is_some() && self.result.is_none()
    }

    /// The link to what comes next, of a race.
    pub(super) fn next(&self) -> Option<String> {
        match &self.kind {
            Kind::Cpu(moves) => Some(moves.on.clone()),
            Kind::Next(..) => None,
        }
    }

    /// The step of a walk that was asked for, and the answer that is right; nothing as long as that is not recorded.
    pub(super) fn right(&self, run: Option<&Run>) -> Option<(u32, usize)> {
        let (Kind::Next(_, answers), Some(run)) = (&self.kind, run) else { return None };
        predict::next(answers, run.index(), run.len(), |step| run.mark(step))
    }

    /// The walk stands where this was asked: finds the step that is asked for.
    pub(super) fn stands(&mut self, run: Option<&Run>) {
        if self.due.is_none() {
            self.due = self.right(run).map(|(step, _)| step);
        }
    }

    /// Grades the answer: of a walk by which one is right and what the step says. Returns whether it is right.
    pub(super) fn grade(&mut self, next: Option<(usize, String)>) -> bool {
        let Some(picked) = self.picked else { return false };
        let (right, says) = match (&self.kind, next) {
            (Kind::Next(_, answers), Some((right, says))) => {
                ((0..answers.len()).map(|of| of == right).collect(), says)
            }
            (Kind::Cpu(moves), _) => {
                let right: Vec<bool> =
                    moves.of.iter().map(|(_, steps)| *steps == Some(moves.least)).collect();
                let says = if right.get(picked) == Some(&true) { on(moves) } else { follows(moves, picked) };
                (right, says)
            }
            _ => return false,
        };
        let is_right = right.get(picked).copied().unwrap_or_default();
        self.result = Some((right, says));
        is_right
    }

    /// Whether it was answered rightly, once it was.
    pub(super) fn answered(&self) -> Option<bool> {
        let (right, _) = self.result.as_ref()?;
        Some(right.get(self.picked?).copied().unwrap_or_default())
    }

    /// As it is drawn, beside a walk at this step.
    pub(super) fn view(&self, step: Option<u32>) -> Asked<'_> {
        let (says, answers) = match &self.kind {
            Kind::Next(says, answers) => (*says, answers.iter().map(|(says, _)| *says).collect()),
            Kind::Cpu(moves) => (
                "Who has to move next, so that it goes wrong in as few steps as possible?",
                moves.of.iter().map(|(who, _)| who.as_str()).collect(),
            ),
        };
        let result = self.result.as_ref().map(|(right, says)| (right.as_slice(), says.as_str()));
        let passed = self.due.zip(step).is_some_and(|(due, step)| step >= due);
        Asked { says, answers, picked: self.picked, passed, result }
    }
}

/// After the right move.
fn on(moves: &Moves) -> String {
    let left = moves.least.saturating_sub(1);
    let steps = words::count(left as u64, "more step");
    if left == 0 {
        "It has gone wrong.".to_owned()
    } else {
        format!("It goes wrong after {steps}: step on in the figure.")
    }
}

/// What follows from a move that is not on a shortest way.
fn follows(moves: &Moves, picked: usize) -> String {
    let right: Vec<&str> = moves
        .of
        .iter()
        .filter(|(_, steps)| *steps == Some(moves.least))
        .map(|(who, _)| who.as_str())
        .collect();
    let follows = match moves.of.get(picked) {
        Some((who, Some(steps))) => {
            format!(
                "If {who} moves now, it takes {steps} steps until it goes wrong, and not {}.",
                moves.least
            )
        }
        Some((who, None)) => format!("If {who} moves now, it does not go wrong in this way any more."),
        None => String::new(),
    };
    format!("{follows} Now {} has moved: step on in the figure.", right.first().copied().unwrap_or_default())
}
