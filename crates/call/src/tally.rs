//! What a call comes to, counted.

use actors::{Actor as _, Direct};
use mm::World;
use pagewalk::{Callback, Event, Sink, Status};

use crate::{Composed, Rule};

/// What a call comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How it ended; `Running` if it was cut off.
    pub status: Status,
    /// How often each callback was called that was.
    pub calls: Vec<(Callback, u32)>,
    /// How often each rule was followed.
    pub hits: Vec<(Rule, u32)>,
    /// Entries that callbacks wrote.
    pub writes: u32,
    /// Assertions that failed.
    pub failed: u32,
}

impl Tally {
    /// How it ended, in a sentence without its full stop.
    pub fn ended(&self) -> String {
        match &self.status {
            Status::Done(value) => format!("returned {value}"),
            Status::Faulted(fault) => format!("stopped: {fault}"),
            Status::Running => "stopped: it goes on and on".to_owned(),
            Status::Waiting(_) => "waits for a lock that another task holds".to_owned(),
        }
    }

    /// The counts, a line each.
    pub fn lines(&self) -> Vec<String> {
        let times = |count: u32| if count == 1 { "once".to_owned() } else { format!("{count} times") };
        let calls = self
            .calls
            .iter()
            .map(|(callback, count)| format!("{} was called {}", callback.name(), times(*count)));
        let hits = self.hits.iter().map(|(rule, count)| match count {
            0 => format!("{rule}: never"),
            count => format!("{rule}: {}", times(*count)),
        });
        let failed = (self.failed > 0).then(|| format!("assertions that failed: {}", self.failed));
        calls
            .chain(hits)
            .chain([format!("entries that callbacks wrote: {}", self.writes)])
            .chain(failed)
            .collect()
    }
}

/// Counts events, and hands them on.
struct Count<'a> {
    writes: u32,
    failed: u32,
    next: &'a mut dyn Sink,
}

impl Sink for Count<'_> {
    fn event(&mut self, event: Event) {
        match event {
            Event::Write { .. } => self.writes += 1,
            Event::Assert { seen, .. } if !seen.lockdep_ok => self.failed += 1,
            _ => {}
        }
        self.next.event(event);
    }
}

/// Runs a call to its end, or so many steps, and counts.
pub fn run(world: &mut World, actor: Direct<Composed>, most: u64) -> Tally {
    run_into(world, actor, most, &mut ())
}

/// The same, and hands each event on.
pub fn run_into(world: &mut World, mut actor: Direct<Composed>, most: u64, next: &mut dyn Sink) -> Tally {
    let mut count = Count { writes: 0, failed: 0, next };
    let mut status = Status::Running;
    for _ in 0..most {
        status = actor.step(world, &mut count);
        if status != Status::Running {
            break;
        }
    }
    let ops = actor.ops();
    Tally {
        status,
        calls: ops.calls().collect(),
        hits: ops.hits().map(|(rule, count)| (*rule, count)).collect(),
        writes: count.writes,
        failed: count.failed,
    }
}
