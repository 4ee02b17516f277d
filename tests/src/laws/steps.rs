//! A step says one thing; stopping, cloning and cutting change nothing.

use mm::Split;
use pagewalk::{Event, Fault, Status};

use crate::program::{FUEL, Program, Run};

/// Each step emits one event, the last one says how the walk ended, and after it nothing happens any more. A walk waits
/// only for others.
///
/// # Panics
/// When the program breaks the law.
pub fn a_step_says_one_thing_and_the_end_nothing(program: &Program) {
    let Program { mut world, mut walk, mut ops, .. } = program.clone();
    let mut events = Vec::new();
    let mut status = walk.status();
    for steps in 1..=FUEL {
        status = walk.step(&mut world, &mut ops, &mut events);
        if let Status::Waiting(lock) = status {
            assert!(!program.is_alone(), "waits for {lock:?}, which nobody holds");
            return;
        }
        assert_eq!(events.len() as u64, steps, "{:?}", events.last());
        assert_eq!(status, walk.status());
        if status != Status::Running {
            break;
        }
    }
    match status {
        Status::Running | Status::Waiting(_) => return,
        Status::Done(_) => {
            assert!(matches!(events.last(), Some(Event::Return { .. })), "{:?}", events.last());
        }
        Status::Faulted(fault) => {
            assert_eq!(events.last(), Some(&Event::Fault(fault)));
            // These belong to callers that wait.
            assert!(!matches!(fault, Fault::Deadlock { .. }));
        }
    }
    let (said, before) = (events.len(), (walk.clone(), world.clone()));
    assert_eq!(walk.step(&mut world, &mut ops, &mut events), status);
    assert!((walk, world) == before && events.len() == said, "it has ended");
}

/// Running in slices is running at once.
///
/// # Panics
/// When the program breaks the law.
pub fn it_does_not_matter_how_a_walk_is_cut_into_runs(program: &Program) {
    let whole = program.run(FUEL);
    let Program { mut world, mut walk, mut ops, seed } = program.clone();
    let mut events = Vec::new();
    let mut status = walk.status();
    let mut slice = seed % 200;
    while (events.len() as u64) < FUEL && status == Status::Running {
        let fuel = slice.clamp(1, FUEL - events.len() as u64);
        status = walk.run(&mut world, &mut ops, &mut events, fuel);
        slice = (slice * 5 + 3) % 200;
    }
    assert_same(&Run { events, world, walk, ops, status }, &whole);
}

/// What the original does later does not show in a clone, though they share their tables.
///
/// # Panics
/// When the program breaks the law.
pub fn a_clone_goes_on_as_the_original_did(program: &Program) {
    let whole = program.run(FUEL);
    let at = program.seed % (whole.events.len() as u64 + 1);
    let there = program.run(at);
    let go_on = || {
        let Run { world, walk, ops, .. } = there.clone();
        Program { world, walk, ops, seed: 0 }.run(FUEL - at)
    };
    let original = go_on();
    let clone = go_on();
    assert_same(&clone, &original);
    let events = [there.events, clone.events.clone()].concat();
    assert_same(&Run { events, ..clone }, &whole);
}

fn assert_same(one: &Run, other: &Run) {
    assert_eq!(one.events, other.events);
    assert_eq!(one.status, other.status);
    assert!(one.walk == other.walk && one.world == other.world && one.ops == other.ops);
}

/// The call stack is what was entered and not left.
///
/// # Panics
/// When the program breaks the law.
pub fn functions_are_left_in_the_order_in_which_they_were_entered(program: &Program) {
    let mut active = Vec::new();
    program.watch(|moment| {
        match moment.event {
            Event::Enter { func, .. } => active.push(func),
            Event::Return { func, .. } => assert_eq!(active.pop(), Some(func)),
            _ => {}
        }
        let stack: Vec<_> = moment.walk.stack().map(|frame| frame.func).collect();
        assert_eq!(stack, active, "after {:?}", moment.event);
        assert!(stack.len() <= actors::MAX_STACK);
    });
}

/// The world changes where an event says so, and nowhere else.
///
/// # Panics
/// When the program breaks the law.
pub fn nothing_changes_but_by_what_is_said(program: &Program) {
    let mut before = program.world.clone();
    program.watch(|moment| {
        let may_change = matches!(
            moment.event,
            Event::Callback { .. }
                | Event::BadCleared { cleared: true, .. }
                | Event::Split { did: Split::Cleared | Split::Table(_), .. }
                | Event::Alloc { .. }
                | Event::SetPte { .. }
                | Event::VmaStartWrite { .. }
                | Event::RcuLock
                | Event::RcuUnlock
                | Event::Wait { .. }
                | Event::Lock { .. }
                | Event::Unlock { .. }
        );
        if may_change {
            before = moment.world.clone();
        } else {
            assert!(*moment.world == before, "{:?}", moment.event);
        }
    });
}
