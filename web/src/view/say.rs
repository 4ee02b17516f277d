//! What just happened, in one sentence; what the step changed; the actions inside it.

use narrate::point::Change;
use narrate::{Mark, Point};

use super::sign;
use crate::el::{El, el};
use crate::later::Later;

/// What just happened at step `index`, which takes `stops` stops together; `about` is what the scenario shows. With the
/// `later` part a write is shown bit by bit. Whoever `asks` hears the reason.
pub fn say(
    point: &Point,
    index: u32,
    stops: u32,
    about: &'static str,
    later: Option<Later>,
    asks: bool,
) -> El {
    let run = (stops > 1).then(|| el("span.run").child(format!(" × {stops}, the last is shown")));
    let changes = (!point.changes.is_empty()).then(|| {
        el("ul.changes[aria-label=What the step changed]")
            .children(point.changes.iter().map(|change| view_change(change, later)))
    });
    let actions = (point.actions.len() > 1).then(|| {
        let shown = point.actions.iter().take(64).map(|action| el("li").child(&**action));
        el("details.actions")
            .child(el("summary").child(format!("{} atomic actions in this step", point.actions.len())))
            .child(el("ol").children(shown))
    });
    let why = point.assertion.as_ref().map(|assertion| first_sentence(assertion.why));
    let why = why.or_else(|| point.delegation.as_ref().map(|delegation| first_sentence(delegation.why)));
    happened(point.mark, run, index, &point.sentence, why)
        .child(reason(later.filter(|_| asks).map(|later| (later.why)(point))))
        .child((point.mark == Mark::Start).then(|| el("p.about").child(about)))
        .child(changes)
        .child(actions)
}

/// What is said where nothing is to be said.
pub const NO_REASON: &str = "No rule is behind this step.";

/// What is read out when somebody asks for the reason of a step, which others read elsewhere.
pub fn reason(says: Option<&'static str>) -> El {
    el("p.sr[role=status][aria-live=polite]").child(says)
}

/// A text up to the end of its first sentence.
fn first_sentence(text: &str) -> &str {
    let end = text.as_bytes().windows(2).position(|pair| pair == b". ");
    end.map_or(text, |end| &text[..=end])
}

/// What just happened: of which kind it is, and the sentence of step `index`. Who hears it hears `why` as well, which others read
/// elsewhere.
pub fn happened(mark: Mark, run: Option<El>, index: u32, sentence: &str, why: Option<&str>) -> El {
    el("section.say[aria-label=What just happened]")
        .child(el("p.kind").child(sign(mark)).child(mark.title()).child(run))
        .child(
            // Read out on every step, as a whole; the number makes equal sentences different.
            el("div[role=status][aria-live=polite][aria-atomic=true]")
                .child(
                    el("p.sentence")
                        .attr("data-step", &index.to_string())
                        .attr("data-mark", mark.id())
                        .child(sentence),
                )
                .child(why.map(|why| el("p.sr").child(why))),
        )
}

fn view_change(change: &Change, later: Option<Later>) -> El {
    if let (Some(later), Some(diff)) = (later, &change.diff) {
        return (later.diff)(&change.what, diff);
    }
    el("li")
        .child(el("span.what").child(&*change.what))
        .child(": was ")
        .child(el("s").child(&*change.was))
        .child(", is ")
        .child(el("b").child(&*change.is))
}
