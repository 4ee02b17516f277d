//! What a race is about, its goal, and the search for it.

use explore::Schedule;
use narrate::race::{Question, Session, words};
use races::{Choice, RaceLink};

use super::choices::variant;
use super::fixes;
use super::outcome::step_link;
use crate::el::{El, el};
use crate::marks::Command;
use crate::marks::Mark;
use crate::search::Report;
use crate::view::{button, cited};

/// What was asked, and what has come of it.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The search that runs.
    pub running: Option<(Question, Report)>,
    /// What the last one came to.
    pub answer: Option<&'a Answer>,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// To what.
    pub question: Question,
    /// In words.
    pub says: String,
    /// Whether it proved that nothing goes wrong.
    pub safe: bool,
    /// Whether there are states that it has not seen.
    pub open: bool,
    /// How fast it was.
    pub report: Report,
    /// A way to each thing that goes wrong, with what that is.
    pub ways: Vec<(String, Schedule)>,
}

/// What the race is about, its goal, and the search for it.
pub fn goal(session: &Session, asked: &Asked<'_>) -> El {
    let choice = session.choice();
    let text = choice.race;
    let ask = |command, title, name| button(command).attr("title", title).child(name);
    el("section.goal[aria-label=Goal]")
        .child(
            el("div.goal-text")
                .child(cited(el("p.about"), text.about))
                .child(el("p.aim").child(el("b").child("Goal: ")).child(text.goal)),
        )
        .child(variant(choice))
        .child(
            el("div.goal-ask[data-group]")
                .child(ask(Command::Find, "Search all orders of steps, the shortest first", "Find it for me"))
                .child(ask(
                    Command::Prove,
                    "Search all orders of steps for all that can go wrong",
                    "Prove it",
                ))
                .child(el("a").attr("href", &switches(choice)).child("switches"))
                .child(el("a[href=#v1/verdicts]").child("all verdicts")),
        )
        .child(fixes::line(text.id))
        .child(search(session, asked))
}

/// The address of the page where its switches are.
fn switches(choice: &Choice) -> String {
    let race = RaceLink::new(*choice).to_string();
    ["#v1/compose", race.strip_prefix("v1/race").unwrap_or_default()].concat()
}

fn search(session: &Session, asked: &Asked<'_>) -> El {
    // One element for as long as the page lives, so that it is read out when it changes.
    let shown = el("div.answer[role=status]");
    if let Some((question, report)) = asked.running {
        let what = if question == Question::Find { "Looking for a way" } else { "Looking at every order" };
        let says = format!(
            "{what}: {} seen, {} deep, {} a second.",
            words::count(u64::from(report.states), "state"),
            words::count(u64::from(report.depth), "step"),
            words::number(u64::from(report.per_second))
        );
        return shown
            .with("[data-search=running]")
            .child(el("progress").with("[aria-label=Searching]"))
            // Numbers that change many times a second are not read out.
            .child(el("span[aria-hidden=true]").child(says))
            .child(el("span.sr").child("Searching"))
            .child(button(Command::Cancel).child("Cancel"));
    }
    let Some(answer) = asked.answer else { return shown };
    let speed = (answer.report.per_second > 0).then(|| {
        el("span.tag")
            .child(format!("{} states a second", words::number(u64::from(answer.report.per_second))))
    });
    let listed = answer.question == Question::Prove && !answer.ways.is_empty();
    let ways = answer.ways.iter().enumerate().map(|(index, (what, way))| {
        el("li").child(
            el("button[type=button]")
                .does(Mark::Way(index as u32))
                .child(format!("{what}, {}", words::count(way.len() as u64, "step"))),
        )
    });
    let (class, badge) = match answer {
        Answer { safe: true, .. } => ("safe", "✓"),
        Answer { ways, .. } if !ways.is_empty() => ("unsafe", "✗"),
        Answer { open: true, .. } => ("open", "?"),
        _ => ("none", "–"),
    };
    shown
        .class(class)
        .attr("data-search", class)
        .child(el("span.badge[aria-hidden=true]").child(badge))
        .child(el("span.says").child(&*answer.says))
        .child(listed.then(|| el("ul.ways[data-group]").children(ways)))
        .child((answer.question == Question::Find).then(|| watch(session)).flatten())
        .child(speed)
}

/// What one may want next where a way was found.
fn watch(session: &Session) -> Option<El> {
    let decided = session.decided()?;
    Some(
        el("span.watch")
            .child(button(Command::Play).child("Watch it"))
            .child(" or jump to where it is decided, ")
            .child(step_link(session, decided.step)),
    )
}
