//! The kinds of steps, and how events group into them.
//!
//! The machine moves by atomic actions; a pmd is read three or four times before the walker descends. A
//! person steps by *stops*: one meaningful thing each. Reads belong to the stop that they decide.

use mm::World;
use pagewalk::{Call, Callback, Event, Fault, Func, Test};
use pgtable::{EntryKind, Level};

/// What kind of thing a stop is. Each has a shape and a colour on the scrubber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Mark {
    /// Nothing has happened yet.
    Start,
    /// An entry point or caller was entered.
    Call,
    /// An argument check passed.
    Check,
    /// An argument check failed: `-EINVAL`.
    CheckFailed,
    /// A lock assertion holds.
    AssertHolds,
    /// A lock assertion fails: a warning, and on it goes.
    AssertFails,
    /// `init_mm` is handed over to the kernel walk.
    Delegate,
    /// Down one level.
    Descend,
    /// Up one level.
    Ascend,
    /// A hole.
    Hole,
    /// A table entry.
    Table,
    /// A leaf: a huge page.
    Leaf,
    /// A pte that maps a page.
    Page,
    /// An empty pte.
    Empty,
    /// An entry that is neither empty nor present.
    NotPresent,
    /// A bad entry, reported and cleared.
    Bad,
    /// The entry is looked at again.
    Again,
    /// A pte table is mapped, or not.
    Map,
    /// A lock is taken.
    Lock,
    /// A lock is released.
    Unlock,
    /// An entry point or caller returned.
    Return,
    /// The kernel would have crashed here.
    Fault,
}

impl Mark {
    /// For a person: "hole", "assertion fails".
    pub const fn title(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Call => "call",
            Self::Check => "check",
            Self::CheckFailed => "check fails",
            Self::AssertHolds => "assertion holds",
            Self::AssertFails => "assertion fails",
            Self::Delegate => "delegation",
            Self::Descend => "down a level",
            Self::Ascend => "up a level",
            Self::Hole => "hole",
            Self::Table => "table",
            Self::Leaf => "leaf",
            Self::Page => "page",
            Self::Empty => "empty pte",
            Self::NotPresent => "not present",
            Self::Bad => "bad entry",
            Self::Again => "again",
            Self::Map => "pte table mapped",
            Self::Lock => "lock taken",
            Self::Unlock => "lock released",
            Self::Return => "return",
            Self::Fault => "fault",
        }
    }

    /// Stable name, for styles and tests.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Call => "call",
            Self::Check => "check",
            Self::CheckFailed => "check-failed",
            Self::AssertHolds => "assert-holds",
            Self::AssertFails => "assert-fails",
            Self::Delegate => "delegate",
            Self::Descend => "descend",
            Self::Ascend => "ascend",
            Self::Hole => "hole",
            Self::Table => "table",
            Self::Leaf => "leaf",
            Self::Page => "page",
            Self::Empty => "empty",
            Self::NotPresent => "not-present",
            Self::Bad => "bad",
            Self::Again => "again",
            Self::Map => "map",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Return => "return",
            Self::Fault => "fault",
        }
    }

    /// Whether it stands out: what "next marker" stops at among many like steps.
    pub const fn is_landmark(self) -> bool {
        matches!(
            self,
            Self::CheckFailed
                | Self::AssertHolds
                | Self::AssertFails
                | Self::Delegate
                | Self::Bad
                | Self::Again
                | Self::Lock
                | Self::Unlock
                | Self::Fault
        )
    }
}

/// How an event stands to the stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It leads to a later event of the same stop.
    Leads,
    /// It ends a stop of this kind.
    Ends(Mark),
    /// It says what became of the callback before it and belongs to that stop; without a callback it is a stop of
    /// this kind.
    Completes(Mark),
}

/// How `event` stands to the stops; `world` as it is after it.
pub(crate) fn part(event: &Event, world: &World, holes_reported: bool) -> Part {
    Part::Ends(match *event {
        Event::Enter { func: Func::WalkRange(_), .. } => Mark::Descend,
        Event::Enter { .. } => Mark::Call,
        Event::Return { func: Func::WalkRange(_), .. } => Mark::Ascend,
        Event::Return { .. } => Mark::Return,
        Event::Check { ok, .. } => {
            if ok {
                Mark::Check
            } else {
                Mark::CheckFailed
            }
        }
        Event::Assert { seen, .. } => {
            if seen.lockdep_ok {
                Mark::AssertHolds
            } else {
                Mark::AssertFails
            }
        }
        Event::Delegate => Mark::Delegate,
        Event::Read { test, verdict, .. } => match (test, verdict) {
            (Test::None, true) if !holes_reported => Mark::Hole,
            (Test::Leaf, true) => return Part::Completes(Mark::Leaf),
            (Test::Present, false) => return Part::Completes(Mark::NotPresent),
            (Test::StillTable, false) => Mark::Again,
            _ => return Part::Leads,
        },
        Event::Callback { call, .. } => callback(&call, world),
        Event::BadCleared { .. } => Mark::Bad,
        Event::Again { .. } => Mark::Again,
        Event::RcuLock => return Part::Leads,
        Event::RcuUnlock => Mark::Map,
        Event::Map { .. } => Mark::Map,
        Event::Lock { .. } => Mark::Lock,
        Event::Unlock { .. } => Mark::Unlock,
        Event::NotePageFlush => Mark::Return,
        Event::Fault(_) => Mark::Fault,
    })
}

fn callback(call: &Call, world: &World) -> Mark {
    match (call.callback, world.classify(call.level, call.value)) {
        (Callback::Hole, _) => Mark::Hole,
        (Callback::Entry(Level::Pte), EntryKind::None) => Mark::Empty,
        (Callback::Entry(Level::Pte), EntryKind::Leaf) => Mark::Page,
        (Callback::Entry(_), EntryKind::None) => Mark::Hole,
        (Callback::Entry(_), EntryKind::Table) => Mark::Table,
        (Callback::Entry(_), EntryKind::Leaf) => Mark::Leaf,
        (Callback::Entry(_), EntryKind::NotPresent) => Mark::NotPresent,
        (Callback::Entry(_), EntryKind::Bad) => Mark::Bad,
    }
}

/// The level that an event is about.
pub fn level(event: &Event) -> Option<Level> {
    match *event {
        Event::Enter { func: Func::WalkRange(level), .. }
        | Event::Return { func: Func::WalkRange(level), .. }
        | Event::Read { level, .. }
        | Event::BadCleared { level, .. }
        | Event::Again { level, .. }
        | Event::Fault(Fault::OffTable { level, .. } | Fault::NoTable { level, .. }) => Some(level),
        Event::Callback { call, .. } => Some(call.level),
        Event::Map { .. } | Event::RcuLock | Event::RcuUnlock => Some(Level::Pte),
        _ => None,
    }
}
