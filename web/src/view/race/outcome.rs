//! What just happened in a race, and what has gone wrong.

use narrate::race::{Decided, RacePoint, Session, words};

use crate::el::{El, el};
use crate::view::cited;
use crate::view::locks::{rule, view_assertion};
use crate::view::say::{NO_REASON, happened, reason};

/// What just happened at step `at`. Whoever `asks` hears the reason.
pub fn say(point: &RacePoint, at: usize, asks: bool) -> El {
    // For whoever goes from heading to heading: that below is of the third level, as it is on the page of a walk.
    let heading = point.assertion.is_some().then(|| el("h2.sr").child("What this step shows"));
    let why = point.outcome.as_ref().map(|outcome| outcome.why);
    let why = why.or_else(|| point.assertion.as_ref().map(|assertion| assertion.why));
    happened(point.mark, None, at as u32, &point.sentence, None)
        .child(reason(asks.then(|| why.unwrap_or(NO_REASON))))
        .child(heading)
        .child(point.assertion.as_ref().map(view_assertion))
        .child(point.assertion.as_ref().map(rule))
}

/// What has gone wrong, where that was decided, and which rule forbids it.
pub fn outcome(point: &RacePoint, session: &Session) -> Option<El> {
    let outcome = point.outcome.as_ref()?;
    let head = if outcome.goal { "Goal met: " } else { "Something else went wrong: " };
    Some(
        el("section.outcome[aria-labelledby=outcome]")
            .child(
                el("h2[id=outcome]")
                    .child(el("span.badge[aria-hidden=true]").child("✗"))
                    .child(head)
                    .child(&*outcome.what),
            )
            .child(
                el("div.reasons")
                    .child(session.decided().map(|of| decided(&of, session)))
                    .child(cited(el("p.why"), outcome.why)),
            ),
    )
}

/// The steps that decide, each with the way there.
fn decided(of: &Decided, session: &Session) -> El {
    let who = |lane| words::who(lane, session.cpus());
    let held = of.held.map(|(lane, step)| {
        el("span")
            .child(format!(" {} still holds its address, which it has read at ", who(lane)))
            .child(step_link(session, step))
            .child(".")
    });
    el("p.decided")
        .child(el("b").child("Decided: "))
        .child(who(of.by))
        .child(" ")
        .child(of.does.words())
        .child(" at ")
        .child(step_link(session, of.step))
        .child(".")
        .child(held)
}

/// A link to a step of the branch that is shown.
pub fn step_link(session: &Session, step: usize) -> El {
    let link = session.address(step);
    el("a").attr("href", &format!("#{link}")).child(format!("step {step}"))
}
