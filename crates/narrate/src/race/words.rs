//! Outcomes and searches in words.

use explore::Lane;
use mm::{LockMode, Task};
use pagewalk::Event;
use races::{Choice, Found, Outcomes, State, Step};

use crate::sentence::slot_name;

const OUTCOMES: [(Outcomes, &str); 10] = [
    (Outcomes::UAF_PMD, "a freed pmd table is read"),
    (Outcomes::UAF_PTE, "a freed pte table is read"),
    (Outcomes::WILD, "an entry is followed to memory that is not a page table"),
    (Outcomes::LOST, "a change of permissions is undone"),
    (Outcomes::DOUBLE, "the same memory is counted twice"),
    (Outcomes::MISSED, "a page is missed"),
    (Outcomes::STALE, "a page is pinned whose contents have moved"),
    (Outcomes::TORN, "the dump shows neither the old tables nor the new ones"),
    (Outcomes::WX, "the dump finds a page that is writable and executable"),
    (Outcomes::DEADLOCK, "nobody can move any more (a deadlock)"),
];

/// What goes wrong: "a freed pmd table is read". Empty if nothing does.
pub fn outcomes(outcomes: Outcomes) -> String {
    let names = OUTCOMES.iter().filter(|(of, _)| outcomes.contains(*of)).map(|(_, name)| *name);
    names.collect::<Vec<_>>().join("; ")
}

/// A read of a CPU that reads an entry once and uses what it has read, before it happened; none if the lane does something else.
pub(super) fn read(before: &State, lane: Lane, event: &Event) -> Option<String> {
    let cpu = before.cpu(lane)?;
    let step = cpu.script().lines.get(cpu.at()?)?.step;
    let Event::Read { level, slot, verdict, .. } = *event else { return None };
    // What x86's collapse reads is told here, the rest by whoever has such lines.
    let says = match (step, verdict) {
        (Step::Alike, true) => "is read: all ptes are alike.",
        (Step::Alike, false) => "is read: it is not like the other ptes.",
        _ => races::told(step, level, verdict)?,
    };
    Some([&*slot_name(&before.world, level, slot), " ", says].concat())
}

/// What a search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// A way to the goal.
    Find,
    /// Whatever can go wrong, or the proof that nothing can.
    Prove,
}

/// What a search has come to.
pub fn answer(question: Question, choice: &Choice, found: &Found) -> String {
    if let Some(why) = choice.absent().filter(|_| found.is_safe()) {
        return format!("This does not happen: {why}.");
    }
    let states = number(u64::from(found.states));
    let steps = found.shortest().map(|way| count(way.len() as u64, "step"));
    match (question, steps) {
        (_, None) if !found.complete => {
            format!(
                "Not finished: {states} states seen, and nothing goes wrong in them. There are more states."
            )
        }
        (Question::Find, None) => {
            format!(
                "No order of steps leads to it: all {states} states visited. \u{201c}Prove it\u{201d} looks for everything else \
                 that may go wrong."
            )
        }
        (Question::Prove, None) => {
            format!("Safe: all {states} states visited, and nothing goes wrong in any of them.")
        }
        (Question::Find, Some(steps)) => {
            let what = outcomes(found.ways[0].0);
            format!("Found: {what}, in {steps}. There is no shorter way to this goal. {states} states seen.")
        }
        (Question::Prove, Some(_)) if !found.complete => {
            format!("Not finished: {states} states seen, and there are more. Found so far:")
        }
        (Question::Prove, Some(_)) => {
            format!("Not safe: {states} states visited. The shortest way to each problem:")
        }
    }
}

/// "31 steps", "1 step"
pub fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", self::number(number))
}

/// With commas: "81,204".
pub fn number(of: u64) -> String {
    let digits = of.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The CPU that a task runs on.
pub fn cpu(task: Task) -> String {
    format!("CPU {}", task.index())
}

/// Who a lane is, among so many CPUs.
pub fn who(lane: Lane, cpus: usize) -> String {
    if lane.index() < cpus { format!("CPU {}", lane.index()) } else { "RCU".to_owned() }
}

/// "CPU 1 (read)"
pub(super) fn holds(task: Task, mode: LockMode) -> String {
    format!("{} ({})", cpu(task), mode.name())
}
