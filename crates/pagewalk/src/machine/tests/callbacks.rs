//! Callbacks that do more than look: `Reply::more`, `WalkOps::go_on`.

use super::*;
use crate::{Action, Progress, Sink};

/// Callbacks that at one level go on for some steps, and then answer.
struct Slow {
    level: Level,
    steps: u32,
    left: u32,
    /// What it answers at first, apart from having more to do, and in the end.
    first: Reply,
    last: Reply,
    /// Whether it waits before its last step.
    waits: bool,
}

impl Slow {
    const fn at(level: Level, last: Reply) -> Self {
        let quiet = Reply { more: false, ..Reply::MORE };
        Self { level, steps: 2, left: 0, first: quiet, last, waits: false }
    }
}

impl WalkOps for Slow {
    fn callbacks(&self) -> Callbacks {
        ALL
    }

    fn call(&mut self, call: &Call, _: &mut World) -> Reply {
        if call.callback != Callback::Entry(self.level) {
            return Reply::default();
        }
        self.left = self.steps;
        Reply { more: true, ..self.first }
    }

    fn go_on(&mut self, _: &mut World, sink: &mut dyn Sink) -> Progress {
        self.left -= 1;
        if self.left == 0 && self.waits {
            self.left = 1;
            return Progress::Waiting(LockName::IMmap);
        }
        sink.event(Event::Act("works"));
        if self.left == 0 { Progress::Done(self.last) } else { Progress::Running }
    }
}

/// What a walk of two pages says of its callbacks, of work inside them and of its end.
fn told(revision: Revision, ops: &mut Slow) -> (Vec<String>, Status) {
    let mut walk = kernel_walk(revision, 0, 0x2000);
    let mut world = tree();
    let mut events: Vec<Event> = Vec::new();
    let mut status = Status::Running;
    for steps in 1..=FUEL as usize {
        let at = walk.stack().last();
        status = walk.step(&mut world, ops, &mut events);
        if let (Some(Event::Act(_)), Status::Running) = (events.last(), status) {
            assert_eq!(walk.stack().last().map(|frame| frame.func), at.map(|frame| frame.func), "it stays");
        }
        if matches!(status, Status::Waiting(_)) {
            break;
        }
        assert_eq!(events.len(), steps, "one event a step");
        if status != Status::Running {
            break;
        }
    }
    let words = events.iter().filter_map(|event| match event {
        Event::Callback { call, .. } => Some(format!("{} {:x}", call.callback.name(), call.addr.0)),
        Event::Act(_) => Some("works".to_string()),
        _ => None,
    });
    (words.collect(), status)
}

const ENTRIES: [&str; 6] =
    ["pgd_entry 0", "p4d_entry 0", "pud_entry 0", "pmd_entry 0", "pte_entry 0", "pte_entry 1000"];

#[test]
fn a_callback_is_let_go_on_at_its_entry_until_it_answers() {
    for revision in Revision::ALL {
        for level in Level::ALL {
            let (words, status) = told(revision, &mut Slow::at(level, Reply::default()));
            let name = Callback::Entry(level).name();
            let expected = ENTRIES.iter().flat_map(|&word| {
                let work = if word.starts_with(name) { &["works", "works"][..] } else { &[] };
                core::iter::once(word).chain(work.iter().copied())
            });
            assert_eq!(words, expected.collect::<Vec<_>>(), "{level:?} {revision:?}");
            assert_eq!(status, Status::Done(0));
        }
    }
}

#[test]
fn its_return_value_comes_last_and_ends_the_walk() {
    for level in Level::ALL {
        let (words, status) = told(Revision::V7_3, &mut Slow::at(level, Reply::returns(-12)));
        let mut expected = ENTRIES[..=level as usize].to_vec();
        expected.extend(["works", "works"]);
        assert_eq!((words, status), (expected.into_iter().map(String::from).collect(), Status::Done(-12)));
    }
}

#[test]
fn an_action_counts_whether_it_is_set_first_or_last() {
    let skip = Reply { action: Some(Action::Continue), ..Reply::default() };
    let expected = [&ENTRIES[..4], &["works", "works"]].concat();
    let mut first = Slow { first: skip, ..Slow::at(Level::Pmd, Reply::default()) };
    assert_eq!(told(Revision::V7_3, &mut first).0, expected);
    assert_eq!(told(Revision::V7_3, &mut Slow::at(Level::Pmd, skip)).0, expected);
}

#[test]
fn a_callback_that_waits_does_nothing_and_says_nothing() {
    let mut ops = Slow { waits: true, ..Slow::at(Level::Pmd, Reply::default()) };
    let (words, status) = told(Revision::V7_3, &mut ops);
    assert_eq!(words.last().map(String::as_str), Some("works"));
    assert_eq!(words.len(), 5);
    assert_eq!(status, Status::Waiting(LockName::IMmap));
}

#[test]
fn a_callback_that_is_done_has_no_more_to_do() {
    let (words, status) = told(Revision::V7_3, &mut Slow::at(Level::Pmd, Reply::MORE));
    assert_eq!(words, [&ENTRIES[..4], &["works", "works"], &ENTRIES[4..]].concat());
    assert_eq!(status, Status::Done(0));
}
