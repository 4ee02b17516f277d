//! What just happened in a race, and what has gone wrong.

use narrate::race::RacePoint;

use crate::el::{El, el};
use crate::view::locks::{rule, view_assertion};
use crate::view::say::happened;

/// What just happened at step `at`, and what has gone wrong.
pub fn say(point: &RacePoint, at: usize) -> El {
    let outcome = point.outcome.as_ref().map(|outcome| {
        let head = if outcome.goal { "Goal met: " } else { "Something else went wrong: " };
        el("div.outcome")
            .child(
                el("h3")
                    .child(el("span.badge[aria-hidden=true]").child("✗"))
                    .child(head)
                    .child(&*outcome.what),
            )
            .child(el("p.why").child(outcome.why))
    });
    // For whoever goes from heading to heading: those below are of the third level, as they are on the page of a walk.
    let heading =
        (outcome.is_some() || point.assertion.is_some()).then(|| el("h2.sr").child("What this step shows"));
    happened(point.mark, None, at as u32, &point.sentence, None)
        .child(heading)
        .child(outcome)
        .child(point.assertion.as_ref().map(view_assertion))
        .child(point.assertion.as_ref().map(rule))
}
