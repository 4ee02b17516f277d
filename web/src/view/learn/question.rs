//! The question of a stop.

use crate::el::{El, el};
use crate::marks::Mark;

/// A question, as far as it is answered.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The question.
    pub says: &'static str,
    /// The answers to choose from.
    pub answers: Vec<&'a str>,
    /// The one that was given.
    pub picked: Option<usize>,
    /// Whether the figure shows already what is asked.
    pub passed: bool,
    /// Which are right, and what to say, once it is graded.
    pub result: Option<(&'a [bool], &'a str)>,
}

/// The question, and what came of the answer.
pub(super) fn question(asked: &Asked<'_>) -> El {
    let answers = asked.answers.iter().enumerate().map(|(index, says)| {
        let right = asked.result.is_some_and(|(right, _)| right.get(index) == Some(&true));
        let picked = asked.picked == Some(index);
        let wrong = picked && asked.result.is_some() && !right;
        let sign = if right {
            "✓ "
        } else if wrong {
            "✗ "
        } else {
            ""
        };
        el("li").child(
            el("button[type=button]")
                .does(Mark::Way(index as u32))
                .attr("aria-pressed", if picked { "true" } else { "false" })
                .when(right, ".right")
                .when(wrong, ".wrong")
                .child(sign)
                .child(*says),
        )
    });
    // One element for as long as the stop is shown, so that it is read out when it changes.
    let mut said = el("div.said[role=status]");
    if let Some((right, says)) = asked.result {
        let is_right = asked.picked.and_then(|picked| right.get(picked)) == Some(&true);
        let first = asked.answers.iter().zip(right).find(|(_, right)| **right).map(|(says, _)| *says);
        let verdict = match (is_right, first) {
            (true, _) => "Right. ".to_owned(),
            (false, Some(says)) => format!("Not this time. It is: {says}. "),
            (false, None) => "Not this time. ".to_owned(),
        };
        said = said.child(el("p").child(el("b").child(verdict)).child(says));
    } else if asked.picked.is_some() {
        said = said.child(el("p").child("The figure is still on its way."));
    } else if asked.passed {
        said = said.child(el("p").child(
            "The figure has gone past what this asks, and shows the answer by now. You may still answer: the figure goes back \
             to that step.",
        ));
    }
    el("section.asked[aria-label=Question]")
        .child(el("h3").child(asked.says))
        .child(el("ul.answers[data-group]").children(answers))
        .child(said)
}
