//! A walk that reads each entry once: what it has read is what it tests and what it follows.
//!
//! The walker of the kernel mentions an entry several times, and each mention is a read. Here a second read of the entry that was read last finds
//! what the first one found, whatever is there by now.

use mm::{Slot, World};
use pagewalk::{Event, Sink, Status, Walk};
use pgtable::RawEntry;

use crate::ops::Ops;

/// What a walk has read last.
pub(super) type Last = Option<(Slot, RawEntry)>;

/// One action of a walk like that.
pub(super) fn step(
    walk: &mut Walk,
    ops: &mut Ops,
    last: &mut Last,
    world: &mut World,
    sink: &mut dyn Sink,
) -> Status {
    // Of a table that is gone there is nothing to read, also not once more.
    let hidden = last.and_then(|(slot, value)| Some((slot, value, world.read_slot(slot)?)));
    if let Some((slot, value, _)) = hidden {
        world.write_slot(slot, value);
    }
    let status = walk.step_shared(world, ops, &mut Spy { sink, last });
    if let Some((slot, value, is)) = hidden
        && world.read_slot(slot) == Some(value)
    {
        world.write_slot(slot, is);
    }
    status
}

/// Notes what is read.
struct Spy<'a> {
    sink: &'a mut dyn Sink,
    last: &'a mut Last,
}

impl Sink for Spy<'_> {
    fn event(&mut self, event: Event) {
        match event {
            Event::Read { slot, value, .. } | Event::Map { slot, value, .. } => {
                *self.last = Some((slot, value));
            }
            Event::Again { .. } => *self.last = None,
            _ => {}
        }
        self.sink.event(event);
    }
}
