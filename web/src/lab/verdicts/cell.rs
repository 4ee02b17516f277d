//! One place of the matrix: what was found there, and the way to its run.

use actors::race::{Choice, Found};
use explore::Schedule;
use narrate::Mark;
use scenario::races::{RaceLink, Slot, short};

use super::State;
use crate::el::{El, el};
use crate::view::sign;

/// A number with its thousands apart.
pub(super) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn states(number: u32) -> String {
    format!("{} {}", grouped(number), if number == 1 { "state" } else { "states" })
}

/// What was found at a place; as long as nothing was, a button to search there first, which `name` tells from the others.
pub(super) fn verdict(state: &State, slot: Slot, name: &str) -> El {
    let Some(variant) = state.survey.variants().get(slot.variant) else { return el("div.verdict") };
    let running = state.running.as_ref().filter(|(of, _)| *of == slot.variant);
    match (&variant.found, running) {
        (Some(Ok(found)), _) => {
            let differs = (!slot.cell.is(found)).then(|| {
                let expected = short(slot.cell.all());
                el("strong.differs").child("≠ expected: ").child(if expected == "SAFE" {
                    "safe".to_owned()
                } else {
                    expected
                })
            });
            of_found(&variant.choice, found).child(differs)
        }
        (Some(Err(error)), _) => el("div.verdict.fails")
            .child(el("span.what").child(sign(Mark::Bad)).child("cannot be searched"))
            .child(el("span.how").child(error.to_string())),
        (None, Some((_, sliced))) => el("div.verdict.runs")
            .child(el("span.what").child(sign(Mark::Again)).child("searching"))
            .child(el("span.how").child(states(sliced.report().states))),
        (None, None) => el("div.verdict.waits").child(
            el("button[type=button]")
                .attr("data-ask", &slot.variant.to_string())
                .child(sign(Mark::Start))
                .child("search first")
                .child(el("span.sr").child(": ").child(name)),
        ),
    }
}

fn of_found(choice: &Choice, found: &Found) -> El {
    let link = |mark, schedule: Option<&Schedule>, text: String| {
        let schedule = schedule.cloned().unwrap_or_default();
        let link = RaceLink { choice: *choice, schedule, step: 0 };
        el("a.what").attr("href", &format!("#{link}")).child(sign(mark)).child(text)
    };
    if found.is_safe() {
        return el("div.verdict.safe")
            .child(link(Mark::AssertHolds, None, "safe".to_owned()))
            .child(el("span.how").child(format!("all {}", states(found.states))));
    }
    let ways = found.ways.iter().map(|(outcomes, schedule)| {
        let steps = schedule.len();
        let steps = format!("{} in {steps} {}", short(*outcomes), if steps == 1 { "step" } else { "steps" });
        link(Mark::Fault, Some(schedule), steps)
    });
    let verdict = el("div.verdict").when(!found.ways.is_empty(), ".fails").children(ways);
    let seen = states(found.states);
    if found.complete {
        return verdict.child(el("span.how").child(format!("{seen} seen")));
    }
    // Nothing is claimed of what was not seen.
    let cut = el("span.what").child(sign(Mark::Wait)).child("not finished");
    verdict.child(cut).child(el("span.how").child(format!("{seen} seen")))
}
