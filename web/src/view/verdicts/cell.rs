//! One place of the matrix: what was found there, and the way to its run.

use explore::Schedule;
use narrate::Mark;
use narrate::race::words::{self, count};
use races::{Choice, Found, Outcomes, RaceLink, Variant, short};

use crate::el::{El, el};
use crate::marks;
use crate::view::sign;

/// What is known of a place.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// What is there.
    pub variant: &'a Variant,
    /// The number of the variant.
    pub number: usize,
    /// What is expected to go wrong there.
    pub expected: Outcomes,
    /// The states that were seen, while it is being searched.
    pub searching: Option<u32>,
    /// The number of the place: a variant may stand in several.
    pub at: u32,
    /// What the place is about, for those who do not see where it stands.
    pub name: &'a str,
    /// Whether what goes wrong is said in words only; else also as the legend has it.
    pub in_words: bool,
}

/// What was found at a place; as long as nothing was, a button to search there first.
pub fn verdict(place: Place<'_>) -> El {
    // Room for it is kept from the start.
    let ways = place.expected.iter().count().max(1);
    known(place).attr("style", &format!("--ways:{ways}"))
}

fn known(place: Place<'_>) -> El {
    match (&place.variant.found, place.searching) {
        (Some(Ok(found)), _) => {
            let differs = (!found.is(place.expected)).then(|| {
                let all = place.expected;
                let expected = if all.is_empty() { "safe".to_owned() } else { short(all) };
                el("strong.differs").child("≠ expected: ").child(expected)
            });
            of_found(&place.variant.choice, found, place.in_words).child(differs)
        }
        (Some(Err(error)), _) => el("div.verdict.fails")
            .child(el("span.what").child(sign(Mark::Bad)).child("cannot be searched"))
            .child(el("span.how").child(error.to_string())),
        (None, Some(seen)) => el("div.verdict.runs")
            .child(el("span.what").child(sign(Mark::Again)).child("searching"))
            .child(el("span.how").child(count(seen.into(), "state"))),
        (None, None) => el("div.verdict.waits").child(
            el("button[type=button]")
                .does(marks::Mark::Variant(place.number as u32, place.at))
                .child(sign(Mark::Start))
                .child("search first")
                .child(el("span.sr").child(": ").child(place.name)),
        ),
    }
}

fn of_found(choice: &Choice, found: &Found, in_words: bool) -> El {
    let link = |mark, schedule: Option<&Schedule>, text: String| {
        let schedule = schedule.cloned().unwrap_or_default();
        let link = RaceLink { choice: *choice, schedule, step: 0 };
        el("a.what").attr("href", &format!("#{link}")).child(sign(mark)).child(el("span").child(text))
    };
    if let Some(why) = choice.absent().filter(|_| found.is_safe()) {
        return el("div.verdict")
            .child(link(Mark::Wait, None, "does not happen".to_owned()))
            .child(el("span.how").child(why));
    }
    if found.is_safe() {
        let says = if in_words { "Nothing goes wrong" } else { "nothing goes wrong" };
        return el("div.verdict.safe")
            .child(link(Mark::AssertHolds, None, says.to_owned()))
            .child(el("span.how").child(format!("all {}", count(found.states.into(), "state"))));
    }
    let ways = found.ways.iter().map(|(outcomes, schedule)| {
        // Broken, if need be, before the number.
        let steps = count(schedule.len() as u64, "step").replace(' ', "\u{a0}");
        let text = format!("{} in\u{a0}{steps}", words::outcomes(*outcomes));
        let way = link(Mark::Fault, Some(schedule), text);
        // As papers and mails have it.
        way.child((!in_words).then(|| el("small").child(short(*outcomes))))
    });
    let verdict = el("div.verdict").when(!found.ways.is_empty(), ".fails").children(ways);
    let seen = count(found.states.into(), "state");
    if found.complete {
        return verdict.child(el("span.how").child(format!("{seen} seen")));
    }
    // Nothing is claimed of what was not seen.
    let cut = el("span.what").child(sign(Mark::Wait)).child("not finished");
    verdict.child(cut).child(el("span.how").child(format!("{seen} seen")))
}
