//! Runs a case and finds the first difference.

use std::fmt;

use actors::Actor;
use pagewalk::{Event, Fault, Status};
use serde_json::Value;

use super::case::{Call, Case};
use super::events::Words;
use super::same::same;
use crate::script::Script;

/// Most steps of a case. The longest public one needs a few thousand.
const FUEL: u64 = 10_000_000;

/// A difference between the kernel and the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Events before it, all equal.
    pub equal: usize,
    /// The last of them.
    pub before: Option<Value>,
    /// What the kernel did: an event, or the end.
    pub expected: String,
    /// What the machine did instead.
    pub ours: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(before) = &self.before {
            writeln!(f, "      {} equal, the last one {before}", self.equal)?;
        }
        writeln!(f, "      kernel   {}", self.expected)?;
        write!(f, "      machine  {}", self.ours)
    }
}

/// What the machine did.
struct Record {
    events: Vec<Value>,
    ret: Option<i32>,
    outcome: &'static str,
}

/// Runs a case: `None` when the machine did exactly what the kernel did.
pub fn check(case: &Case) -> Option<Difference> {
    let record = record(case);
    let equal =
        case.expect.events.iter().zip(&record.events).take_while(|(kernel, ours)| same(kernel, ours)).count();
    let before = equal.checked_sub(1).and_then(|last| record.events.get(last)).cloned();
    let (kernel, ours) = (case.expect.events.get(equal), record.events.get(equal));
    if kernel.is_some() || ours.is_some() {
        let words = |event: Option<&Value>, end: String| event.map_or(end, Value::to_string);
        let expected = words(kernel, ended(&case.expect.outcome, case.expect.ret));
        let ours = words(ours, ended(record.outcome, record.ret));
        return Some(Difference { equal, before, expected, ours });
    }
    // What returns nothing else returns 0.
    let ret = |ret: Option<i32>| ret.unwrap_or(0);
    let same_end = case.expect.outcome == record.outcome && ret(case.expect.ret) == ret(record.ret);
    (!same_end).then(|| {
        let expected = ended(&case.expect.outcome, case.expect.ret);
        Difference { equal, before, expected, ours: ended(record.outcome, record.ret) }
    })
}

fn ended(outcome: &str, ret: Option<i32>) -> String {
    let ret = ret.map_or_else(|| "nothing".to_owned(), |ret| ret.to_string());
    format!("the end: outcome {outcome:?}, returned {ret}")
}

fn record(case: &Case) -> Record {
    let mut world = case.world.clone();
    let mut ops = Script::new(case.callbacks, case.script.clone()).with(case.walk_lock, case.install);
    let mut events = Vec::new();
    // Without a limit of its own a record is cut one event behind the kernel's: more can only differ.
    let limit = case.max_events.unwrap_or(case.expect.events.len() + 1);
    let mut words = Words::default();
    let mut call = case.call.clone();
    if let Call::Ptdump { effective_prot, .. } = call {
        words.dump = Some(effective_prot);
    }
    let mut happened: Vec<Event> = Vec::new();
    for _ in 0..FUEL {
        let status = match &mut call {
            Call::Walk(walk) => walk.step(&mut world, &mut ops, &mut happened),
            Call::Ptdump { dump, .. } => dump.step(&mut world, &mut happened),
        };
        for event in happened.drain(..) {
            for recorded in words.of(&event, ops.applied(), &world) {
                if events.len() == limit {
                    return Record { events, ret: None, outcome: "event_limit" };
                }
                events.push(recorded);
            }
        }
        match status {
            Status::Running => {}
            Status::Waiting(_) => return Record { events, ret: None, outcome: "deadlock" },
            Status::Done(ret) => return Record { events, ret: Some(ret), outcome: "ok" },
            Status::Faulted(fault) => {
                let outcome = match fault {
                    Fault::OffTable { .. } => "oob",
                    Fault::NullMm
                    | Fault::NullCall
                    | Fault::NoTable { .. }
                    | Fault::WildRead { .. }
                    | Fault::UseAfterFree { .. } => "fault",
                    Fault::Oops(_) => "oops",
                    Fault::Deadlock { .. } => "deadlock",
                };
                return Record { events, ret: None, outcome };
            }
        }
    }
    Record { events, ret: None, outcome: "more steps than any case needs" }
}
