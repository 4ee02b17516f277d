//! What a person takes away of a race: the step that is shown, or the whole run with its outcome.

use super::{RacePoint, Session, said, words};
use crate::sheet::walk::assertion;
use crate::sheet::{Block, Row, Sheet};

/// "A debug walk and munmap(), v6.17, x86-64 with four levels", with how the lock is held and which rule is followed.
fn title(session: &Session) -> String {
    let choice = session.choice();
    format!("{}, {}, {}", choice.race.title, choice.revision.id(), choice.model.title)
}

/// Who takes part, and how.
fn who(session: &Session, point: &RacePoint) -> Block {
    let choice = session.choice();
    let mut facts: Vec<_> = point
        .lanes
        .iter()
        .map(|lane| (lane.name.clone(), format!("{}() {}", lane.func, lane.role)))
        .collect();
    if choice.race.locks.len() > 1 {
        facts.push(("The walk".to_owned(), super::safe::holds(choice.lock).to_owned()));
    }
    if choice.race.rules.len() > 1 {
        facts.push(("The rule".to_owned(), choice.rule.title.to_owned()));
    }
    Block::Facts(facts)
}

/// What has gone wrong, where that was decided, and which rule forbids it.
fn outcome(session: &Session, point: &RacePoint) -> Vec<Block> {
    let Some(of) = &point.outcome else { return Vec::new() };
    let head = if of.goal { "Goal met" } else { "Something else went wrong" };
    let mut blocks = vec![Block::Heading("Outcome".to_owned()), Block::Text(format!("{head}: {}.", of.what))];
    if let Some(decided) = session.decided() {
        let by = words::who(decided.by, session.cpus());
        let did = decided.does.words();
        let held = decided.held.map_or_else(String::new, |(lane, step)| {
            let who = words::who(lane, session.cpus());
            format!(" {who} still holds its address, which it has read at step {step}.")
        });
        blocks.push(Block::Text(format!("Decided: {by} {did} at step {}.{held}", decided.step)));
    }
    blocks.push(Block::Text(of.why.to_owned()));
    blocks
}

/// The step that is shown.
pub fn step(session: &Session, point: &RacePoint) -> Sheet {
    let mut blocks = vec![Block::Text(point.sentence.clone()), who(session, point)];
    if let Some(of) = &point.assertion {
        blocks.extend(assertion(of, Vec::new()));
    }
    blocks.push(Block::Heading("What comes next".to_owned()));
    blocks
        .push(Block::Facts(point.lanes.iter().map(|lane| (lane.name.clone(), lane.says.clone())).collect()));
    let locks = point.locks.iter().map(|lock| {
        let mut says = if lock.holders.is_empty() { "not held".to_owned() } else { lock.holders.join(", ") };
        if !lock.queue.is_empty() {
            says += "; waiting: ";
            says += &lock.queue.join(", ");
        }
        (lock.name.clone(), says)
    });
    blocks.push(Block::Heading("Locks".to_owned()));
    blocks.push(Block::Facts(locks.collect()));
    blocks.extend(outcome(session, point));
    let title = format!("{}: step {} of {}", title(session), session.at(), session.steps().len());
    Sheet { title, blocks, link: session.address(session.at()) }
}

/// The whole run: who takes part, each step, and how it ends. Those that decide it stand out.
pub fn steps(session: &Session) -> Sheet {
    let steps = session.steps().len();
    let choice = session.choice();
    let end = super::point(&session.moment_at(steps), choice.revision, choice.race);
    let decided = session.decided();
    let deciding =
        [decided.map(|of| of.step), decided.and_then(|of| of.held).map(|(_, step)| step), session.fatal()];
    let rows = (1..=steps).map(|step| {
        let moment = session.moment_at(step);
        let kind = moment.lane.map_or_else(String::new, |lane| words::who(lane, session.cpus()));
        let link = session.address(step);
        let stands_out = deciding.contains(&Some(step));
        Row {
            number: step as u32,
            kind,
            at: String::new(),
            says: said(&moment, choice.revision),
            link,
            stands_out,
        }
    });
    let mut blocks = vec![Block::Text(choice.race.about.to_owned()), who(session, &end)];
    blocks.extend(outcome(session, &end));
    blocks.push(Block::Heading("Steps".to_owned()));
    if steps == 0 {
        blocks.push(Block::Text("No CPU has moved yet.".to_owned()));
    }
    blocks.push(Block::Steps(rows.collect()));
    Sheet { title: title(session), blocks, link: session.address(session.at()) }
}
