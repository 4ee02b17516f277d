//! What can be chosen, the goal, the search, what just happened, the locks.

use explore::Schedule;
use mm::LockMode;
use narrate::race::{LockView, Question, RacePoint, words};
use pagewalk::Revision;
use races::{Choice, RACES, texts};

use super::super::search::Report;
use super::input::HELP;
use super::lanes;
use crate::el::{El, el};
use crate::keys::Command;
use crate::pages::{Page, title};
use crate::view::choices::{choose, option};
use crate::view::locks::view_assertion;
use crate::view::say::happened;
use crate::view::{self, button, page};

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

/// The header: what can be chosen, the link to this step, the help.
pub fn header(choice: &Choice, to_stop: bool, copied: bool) -> El {
    let choices = choices(choice, to_stop);
    el("header.top").child(title(Page::Race)).child(choices).child(
        el("div.top-actions")
            .child(button(Command::CopyLink).child(if copied { "Link copied" } else { "Copy link" }))
            .child(button(Command::Help).with("[aria-label=Help: keys]").child("?")),
    )
}

/// What can be chosen of all races: which, the machine, the kernel, and how far a press steps.
pub fn choices(choice: &Choice, to_stop: bool) -> El {
    let expands = [("action", "one atomic action", !to_stop), ("stop", "on to the next stop", to_stop)];
    let expands = expands.map(|(id, title, chosen)| option(id, title, chosen));
    let race = choice.race;
    let races = RACES.iter().map(|of| option(of.race.id(), of.title, of.race == race));
    let machines = race.models().filter_map(|id| pgtable::model(id).ok());
    let machines = machines.map(|model| option(model.id, model.title, model.id == choice.model.id));
    let kernels = Revision::ALL.into_iter().filter(|revision| race.exists_in(*revision));
    let kernels =
        kernels.map(|of| option(of.id(), of.id(), of == choice.revision).child(": ").child(of.about()));
    el("div.choices")
        .child(choose("race", "Race", races))
        .child(choose("machine", "Machine", machines))
        .child(choose("kernel", "Kernel", kernels))
        .child(choose("expand", "A press steps", expands.into_iter()))
}

/// What is different from race to race: how the walker holds the lock, and which rule is followed. Where there is no choice there
/// is no list.
pub fn variant(choice: &Choice) -> El {
    let (locks, text) = (choice.race.locks(), texts::of(choice.race));
    let options = locks.iter().map(|of| option(of.name(), held(*of), *of == choice.lock));
    let lock = (locks.len() > 1).then(|| choose("lock", "The walker holds the lock", options));
    let rules = text.rules.iter().zip(PLACES).zip(0u8..);
    let rules = rules.map(|((title, place), at)| option(place, title, at == choice.rule));
    let rule = (!text.rules.is_empty()).then(|| choose("rule", "Rule", rules));
    el("div.variant").child(lock).child(rule)
}

/// Values of the options for rules: no race has more.
const PLACES: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "7"];

const fn held(lock: LockMode) -> &'static str {
    match lock {
        LockMode::None => "not at all",
        LockMode::Read => "for reading",
        LockMode::Write => "for writing",
    }
}

/// What a person must know: what was wrong with a link, where a schedule does not fit.
pub fn notice(notice: Option<&str>) -> El {
    el("div.messages").child(notice.map(page::notice))
}

/// What the race is about, its goal, and the search for it.
pub fn goal(choice: &Choice, asked: &Asked<'_>) -> El {
    let text = texts::of(choice.race);
    let ask =
        |what, title, name| el("button[type=button]").attr("data-ask", what).attr("title", title).child(name);
    el("section.goal[aria-label=Goal]")
        .child(
            el("div.goal-text")
                .child(el("p.about").child(text.about))
                .child(el("p.aim").child(el("b").child("Goal: ")).child(text.goal)),
        )
        .child(variant(choice))
        .child(
            el("div.goal-ask")
                .child(ask("find", "Search all orders of steps, the shortest first", "Find it for me"))
                .child(ask("prove", "Search all orders of steps for all that can go wrong", "Prove it"))
                .child(el("a[href=#v1/verdicts]").child("all verdicts")),
        )
        .child(search(asked))
}

fn search(asked: &Asked<'_>) -> El {
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
            .child(el("button[type=button][data-ask=cancel]").child("Cancel"));
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
                .attr("data-way", &index.to_string())
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
        .child(listed.then(|| el("ul.ways").children(ways)))
        .child(speed)
}

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
    happened(point.mark, None, at as u32, &point.sentence)
        .child(outcome)
        .child(point.assertion.as_ref().map(view_assertion))
}

/// Who holds which lock, and who waits for it.
pub fn locks(locks: &[LockView]) -> El {
    let heading = |text| el("th[scope=col]").child(text);
    let shown = el("section.locks[aria-label=Locks]").child(el("h2").child("Locks"));
    if locks.is_empty() {
        return shown.child(el("p.none").child("nobody takes one here"));
    }
    shown.child(
        el("table.lock-list.held-by")
            .child(
                el("thead").child(
                    el("tr").child(heading("lock")).child(heading("held by")).child(heading("waiting")),
                ),
            )
            .child(el("tbody").children(locks.iter().map(view_lock))),
    )
}

fn view_lock(lock: &LockView) -> El {
    let cell = |names: &[String]| match names {
        [] => el("td").child("–"),
        names => el("td.some").children(names.iter().map(|name| el("span").child(&**name).child(" "))),
    };
    el("tr.lock")
        .when(lock.changed, ".changed")
        .child(el("th[scope=row]").child(el("code").child(&*lock.name)))
        .child(cell(&lock.holders))
        .child(cell(&lock.queue))
}

/// The help: keys and signs.
pub fn help() -> El {
    let about =
        "Keys work while the lab has the focus. The arrows and digits belong to a list while it has it.";
    let signs =
        [(0, "a step of CPU 0"), (1, "a step of CPU 1"), (2, "a step of CPU 2"), (3, "a step of RCU")];
    let signs = signs.map(|(lane, what)| (lanes::sign(lane), what));
    view::help::of(&HELP, about, signs).child(el("p").child(
        "Hollow: still ahead. A cross below marks the step at which something goes wrong. Stepping another CPU than the one \
         that comes next starts a branch; the old one stays in the list.",
    ))
}
