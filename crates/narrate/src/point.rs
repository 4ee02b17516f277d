//! The point of a step: everything that a view needs to show it.

use actors::Actor;
use mm::{MmId, Need};
use pagewalk::{By, EntryPoint, Event, Func, LockName, Revision, Slot};
use pgtable::{Level, Model, RawEntry, VirtAddr};
use races::{Beside, beside::Also};

use crate::entry_diff::{EntryDiff, entry_diff};
use crate::listing::{self, Listing};
use crate::locks::{self, AssertView, DelegateView, LockView};
use crate::mark::{self, Mark};
use crate::ruler::{Ruler, ruler};
use crate::sentence::{self, sentence};
use crate::tables::{self, Column, EntryView};
use crate::timeline::Moment;

/// A step, self-contained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What kind of thing it is.
    pub mark: Mark,
    /// What just happened.
    pub sentence: String,
    /// The call stack, outermost first.
    pub stack: Vec<StackLine>,
    /// The function at work.
    pub listing: Listing,
    /// The level that the step is about.
    pub level: Option<Level>,
    /// The address at hand.
    pub ruler: Ruler,
    /// One column per level that has tables.
    pub columns: Vec<Column>,
    /// The entry at hand, with its flags.
    pub entry: Option<EntryView>,
    /// What the step changed: what, from, to.
    pub changes: Vec<Change>,
    /// All locks.
    pub locks: Vec<LockView>,
    /// The assertion that was met.
    pub assertion: Option<AssertView>,
    /// Of which walk it is: that the assertion holds does not say that the walk is safe beside others.
    pub beside: Option<Beside>,
    /// The delegation that was made.
    pub delegation: Option<DelegateView>,
    /// The atomic actions of the step.
    pub actions: Vec<String>,
}

/// A function on the call stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackLine {
    /// Its name.
    pub func: &'static str,
    /// Its range, or where it is in it.
    pub range: String,
    /// Its level, for the level functions.
    pub level: Option<Level>,
    /// Whether the step is in it.
    pub current: bool,
    /// Whether it was called instead of its caller going on: the delegation.
    pub delegated: bool,
}

/// Something that the step changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub what: String,
    /// Before.
    pub was: String,
    /// After.
    pub is: String,
    /// Of an entry: the bits that changed, by name.
    pub diff: Option<EntryDiff>,
}

/// The point of a moment. `mark` is the kind of its last stop, `start` the first address of the run.
pub fn point<A: Actor>(moment: &Moment<A>, mark: Mark, revision: Revision, start: VirtAddr) -> Point {
    let world = &moment.world;
    let last = moment.events.last();
    let frames = moment.actor.stack();
    let level = last.and_then(mark::level);
    // A read outside of the walker's loops is a caller's own.
    let walks = frames.iter().any(|frame| matches!(frame.func, Func::WalkRange(_)));
    let func = last
        .and_then(listing::func_of)
        .filter(|func| walks || !matches!((func, last), (Func::WalkRange(_), Some(Event::Read { .. }))))
        .or_else(|| frames.last().map(|frame| frame.func))
        .unwrap_or_else(|| moment.actor.function());
    let addr = frames.last().map_or(start, |frame| frame.addr);
    let addr = last.and_then(address_of).unwrap_or(addr);
    Point {
        mark,
        sentence: sentence(&moment.events, world, revision),
        stack: stack(&frames, func, addr),
        listing: listing::listing(func, revision, last.map(listing::line_of)),
        level,
        ruler: ruler(world.model(), addr, level),
        columns: tables::columns(
            world,
            &path(moment, last),
            moment.actor.walk().map(|walk| walk.root(world)),
        ),
        entry: last.and_then(entry_of).map(|(level, slot, value)| tables::entry(world, level, slot, value)),
        changes: changes(moment),
        locks: locks::locks(world, &moment.before),
        assertion: last.and_then(|event| locks::assertion(event, world, revision)),
        beside: last.and_then(|event| beside(event, world.model(), revision)),
        delegation: last.and_then(locks::delegation),
        actions: moment.events.iter().map(|event| sentence::action(event, world, revision)).collect(),
    }
}

/// The frames; the current one is shown at the address of the step, as the walker may have gone on already.
fn stack(frames: &[pagewalk::StackFrame], func: Func, addr: VirtAddr) -> Vec<StackLine> {
    let delegates = |index: usize| {
        index > 0
            && frames[index].func == Func::WalkKernelPageTableRange
            && frames[index - 1].func == Func::WalkPageRangeDebug
    };
    frames
        .iter()
        .enumerate()
        .map(|(index, frame)| StackLine {
            func: frame.func.name(),
            range: format!("{:#x} … {:#x}", if frame.func == func { addr } else { frame.addr }, frame.end),
            level: match frame.func {
                Func::WalkRange(level) => Some(level),
                _ => None,
            },
            current: frame.func == func,
            delegated: delegates(index),
        })
        .collect()
}

/// The slots on the path. An event at a slot that the walker has already left is shown where it happened.
fn path<A: Actor>(moment: &Moment<A>, last: Option<&Event>) -> Vec<(Level, Slot)> {
    let model = moment.world.model();
    let mut path: Vec<(Level, Slot)> =
        moment.actor.walk().map(|walk| walk.path().collect()).unwrap_or_default();
    if let Some((level, slot, _)) = last.and_then(entry_of) {
        let level = model.table_level(level);
        for (of, found) in &mut path {
            if model.table_level(*of) == level {
                *found = slot;
            }
        }
    }
    path
}

/// The address that an event is about; the frames may have gone on already.
fn address_of(event: &Event) -> Option<VirtAddr> {
    match *event {
        Event::Callback { call, .. } => Some(call.addr),
        Event::Enter { start, .. } => Some(start),
        Event::Again { addr, .. }
        | Event::Write { addr, .. }
        | Event::Map { addr, .. }
        | Event::Read { addr, .. }
        | Event::BadCleared { addr, .. } => Some(addr),
        _ => None,
    }
}

/// The entry that an event is about.
const fn entry_of(event: &Event) -> Option<(Level, Slot, RawEntry)> {
    match *event {
        Event::Read { level, slot, value, .. } | Event::BadCleared { level, slot, value, .. } => {
            Some((level, slot, value))
        }
        Event::Callback { call, .. } => Some((call.level, call.slot, call.value)),
        Event::Map { slot, value, .. } => Some((Level::Pmd, slot, value)),
        Event::Write { level, slot, is, .. } => Some((level, slot, is)),
        _ => None,
    }
}

fn changes<A: Actor>(moment: &Moment<A>) -> Vec<Change> {
    let mut changes = Vec::new();
    let model = moment.world.model();
    for event in &moment.events {
        let (level, slot, was, is) = match *event {
            Event::BadCleared { level, slot, value, cleared: true, .. } => {
                let sharing = model.lowest_sharing(level);
                (level, slot, value, moment.world.tests(sharing).empty())
            }
            Event::Write { level, slot, was, is, .. } => (level, slot, was, is),
            _ => continue,
        };
        changes.push(Change {
            what: format!("{} entry at {:#x}", level.name(), slot.pa(model.entry_bytes)),
            was: was.to_string(),
            is: is.to_string(),
            diff: Some(entry_diff(&moment.world, level, was, is)),
        });
    }
    for lock in locks::locks(&moment.world, &moment.before) {
        if let Some(was) = lock.was {
            changes.push(Change {
                what: lock.name,
                was: was.name().to_owned(),
                is: lock.mode.name().to_owned(),
                diff: None,
            });
        }
    }
    changes
}

/// The walk that asserts, and how it holds the lock.
fn beside(event: &Event, model: &'static Model, revision: Revision) -> Option<Beside> {
    let Event::Assert { lock: LockName::Mmap(mm), need, seen, by: By::Walk, .. } = *event else {
        return None;
    };
    let entry = match (mm, need) {
        (MmId::INIT_MM, Need::Held) => EntryPoint::Kernel,
        (_, Need::Held) => EntryPoint::Range,
        (_, Need::Write) => EntryPoint::Debug,
    };
    Some(Beside { entry, mm, model, revision, lock: seen.own, also: Also::default() })
}

#[cfg(test)]
mod tests {
    use mm::{LockMode, Seen};
    use pagewalk::Subject;

    use super::*;

    #[test]
    fn an_assertion_says_whose_walk_asserts_it() {
        let model = pgtable::model("riscv64-sv48").expect("a known model");
        let seen = Seen { own: LockMode::Read, any: LockMode::Read, lockdep_ok: true, plain_ok: true };
        let walk = |lock, need, by| {
            let event = Event::Assert { subject: Subject::Walked, lock, need, seen, by };
            let of = beside(&event, model, Revision::V7_1)?;
            assert_eq!((of.model, of.revision, of.lock), (model, Revision::V7_1, LockMode::Read));
            Some((of.entry, of.mm))
        };
        let [init_mm, mm] = [MmId::INIT_MM, MmId::USER];
        let walks = |mm, need| walk(LockName::Mmap(mm), need, By::Walk);
        assert_eq!(walks(init_mm, Need::Held), Some((EntryPoint::Kernel, init_mm)));
        assert_eq!(walks(init_mm, Need::Write), Some((EntryPoint::Debug, init_mm)));
        assert_eq!(walks(mm, Need::Held), Some((EntryPoint::Range, mm)));
        assert_eq!(walks(mm, Need::Write), Some((EntryPoint::Debug, mm)));
        // Others assert as well, and other locks.
        assert_eq!(walk(LockName::Mmap(mm), Need::Held, By::FindVma), None);
        assert_eq!(walk(LockName::IMmap, Need::Held, By::Walk), None);
        assert_eq!(beside(&Event::Delegate, model, Revision::V7_1), None);
    }
}
