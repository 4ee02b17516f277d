//! The kinds of steps, and how events group into them.
//!
//! The machine moves by atomic actions; a pmd is read three or four times before the walker descends. A
//! person steps by *stops*: one meaningful thing each. Reads belong to the stop that they decide.

use mm::{MmId, Seen, Split, World};
use pagewalk::{By, Call, Callback, Check, Event, Fault, Func, LockName, Test};
use pgtable::{EntryKind, Level};

/// Which of the checks of arguments an event is, from 1; else 0.
pub(crate) const fn check(event: &Event) -> u8 {
    match event {
        Event::Check { check, .. } => match check {
            Check::Range => 1,
            Check::Mm => 2,
            Check::Ops => 3,
            Check::Bounds => 4,
            Check::HugetlbInstall => 5,
            Check::InVma => 6,
            Check::Other(_) => 7,
        },
        _ => 0,
    }
}

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
    /// A VMA is found, or a gap.
    Vma,
    /// A huge page is split, or left as it is.
    Split,
    /// A table or a pte is installed.
    Install,
    /// An entry is written.
    Write,
    /// A TLB or a cache is flushed.
    Flush,
    /// A page table is freed, or queued for it.
    Free,
    /// A task waits for a lock.
    Wait,
    /// Something else that a kernel function does.
    Act,
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
    /// All kinds.
    pub const ALL: [Self; 30] = [
        Self::Start,
        Self::Call,
        Self::Check,
        Self::CheckFailed,
        Self::AssertHolds,
        Self::AssertFails,
        Self::Delegate,
        Self::Descend,
        Self::Ascend,
        Self::Hole,
        Self::Table,
        Self::Leaf,
        Self::Page,
        Self::Empty,
        Self::NotPresent,
        Self::Bad,
        Self::Again,
        Self::Map,
        Self::Vma,
        Self::Split,
        Self::Install,
        Self::Write,
        Self::Flush,
        Self::Free,
        Self::Wait,
        Self::Act,
        Self::Lock,
        Self::Unlock,
        Self::Return,
        Self::Fault,
    ];

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
            Self::Vma => "VMA",
            Self::Split => "split",
            Self::Install => "install",
            Self::Write => "entry written",
            Self::Flush => "flush",
            Self::Free => "table freed",
            Self::Wait => "waits",
            Self::Act => "action",
            Self::Lock => "lock taken",
            Self::Unlock => "lock released",
            Self::Return => "return",
            Self::Fault => "fault",
        }
    }

    /// Its shape, as the path of an SVG: centred, some ten units wide.
    pub const fn shape(self) -> &'static str {
        match self {
            // Circles, open: nothing there.
            Self::Hole | Self::Empty | Self::Start => "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
            // A square: memory.
            Self::Leaf => "M-4 -4h8v8h-8z",
            Self::Page => "M-2 -4h4v8h-4z",
            // A triangle down and one up.
            Self::Table | Self::Descend => "M-5 -4h10l-5 8z",
            Self::Ascend => "M-5 4h10l-5 -8z",
            // A shield: an assertion; with a cross when it fails.
            Self::AssertHolds | Self::Check => "M-5 -5h10v5q0 4 -5 6q-5 -2 -5 -6z",
            Self::AssertFails | Self::CheckFailed => {
                "M-5 -3l2 -2l3 3l3 -3l2 2l-3 3l3 3l-2 2l-3 -3l-3 3l-2 -2l3 -3z"
            }
            // An arrow that turns.
            Self::Delegate => "M-5 4v-5h5v-4l6 5.5l-6 5.5v-4h-3v2z",
            // A frame: an area. Two halves: a split. A plus: something new.
            Self::Vma => "M-6 -4h12v8h-12zM-4 -2v4h8v-4z",
            Self::Split => "M-5 -4h4v8h-4zM1 -4h4v8h-4z",
            Self::Install => "M-1.5 -5h3v3.500h3.500v3h-3.500v3.500h-3v-3.500h-3.500v-3h3.500z",
            // A pen, a broom, a cross, an hourglass.
            Self::Write => "M-5 5l1 -4l6 -6l3 3l-6 6z",
            Self::Flush | Self::Act => "M-5 -1.500h5v-3.500l5 5l-5 5v-3.500h-5z",
            Self::Free => {
                "M-5 -3.500l1.500 -1.500l3.500 3.500l3.500 -3.500l1.500 1.500l-3.500 3.500l3.500 3.500l-1.500 1.500l-3.500 -3.500l-3.500 3.500l-1.500 -1.500l3.500 -3.500z"
            }
            Self::Wait => "M-4 -5h8l-4 5l4 5h-8l4 -5z",
            // A padlock, closed and open.
            Self::Lock => "M-4 -1h1v-2a3 3 0 0 1 6 0v2h1v6h-8zM-1.5 -1h3v-2a1.5 1.5 0 0 0 -3 0z",
            Self::Unlock => "M-4 -1h5v-3a1.5 1.5 0 0 1 3 0h1.5a3 3 0 0 0 -6 0v3h-3.500v6h8v-6z",
            // A bar and a diamond.
            Self::Call | Self::Return => "M-1.5 -5h3v10h-3z",
            Self::Map | Self::NotPresent => "M0 -5l5 5l-5 5l-5 -5z",
            Self::Again => "M-5 0a5 5 0 1 1 5 5v-2.500a2.500 2.500 0 1 0 -2.500 -2.500h2l-3.500 4l-3 -4z",
            Self::Fault => "M0 -6l6 10h-12z",
            // An octagon: odd, and the walk goes on.
            Self::Bad => "M-2 -5h4l3 3v4l-3 3h-4l-3 -3v-4z",
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
            Self::Vma => "vma",
            Self::Split => "split",
            Self::Install => "install",
            Self::Write => "write",
            Self::Flush => "flush",
            Self::Free => "free",
            Self::Wait => "wait",
            Self::Act => "act",
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
                | Self::Vma
                | Self::Split
                | Self::Install
                | Self::Write
                | Self::Flush
                | Self::Free
                | Self::Wait
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
        Event::RcuLock
        | Event::Assert { by: By::FindVma, seen: Seen { lockdep_ok: true, .. }, .. }
        | Event::Split { did: Split::Nothing, .. }
        | Event::HugetlbWalk { .. }
        | Event::Lock { lock: LockName::Ptl(_), .. }
        | Event::Unlock { lock: LockName::Ptl(_), .. }
        | Event::SetPte { .. } => return Part::Leads,
        // That of init_mm is all that keeps two users of HVO apart; of another mm it is one of the walker's own.
        Event::Lock { lock: LockName::PageTable(mm), .. }
        | Event::Unlock { lock: LockName::PageTable(mm), .. }
            if mm != MmId::INIT_MM =>
        {
            return Part::Leads;
        }
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
            (Test::StillTable | Test::Same, false) => Mark::Again,
            (Test::ToSplit | Test::LeafLocked, true) => Mark::Leaf,
            (Test::LeafLocked, false) => Mark::Table,
            _ => return Part::Leads,
        },
        // What it goes on to do is the stop.
        Event::Callback { call, reply } if reply.more && call.level == Level::Pte => return Part::Leads,
        Event::Callback { call, .. } => callback(&call, world),
        Event::BadCleared { .. } => Mark::Bad,
        Event::Again { .. } => Mark::Again,
        Event::FindVma { .. } | Event::NextInMapping { .. } => Mark::Vma,
        Event::VmaStartWrite { .. } => Mark::Lock,
        Event::Split { .. } => Mark::Split,
        Event::Alloc { .. } | Event::NewPage { .. } | Event::UpdateMmuCache { .. } => Mark::Install,
        Event::FolioFound(found) => {
            found.map_or(Mark::Hole, |page| if page.level == Level::Pte { Mark::Page } else { Mark::Leaf })
        }
        Event::RcuUnlock => Mark::Map,
        Event::Map { .. } => Mark::Map,
        Event::Lock { .. } => Mark::Lock,
        Event::Unlock { .. } | Event::Downgrade { .. } => Mark::Unlock,
        Event::NotePageFlush => Mark::Return,
        Event::Write { .. } => Mark::Write,
        Event::Flush(_) => Mark::Flush,
        Event::Free { .. } => Mark::Free,
        Event::Wait { .. } | Event::TryLockFailed { .. } => Mark::Wait,
        Event::Act(_) => Mark::Act,
        Event::Fault(_) => Mark::Fault,
    })
}

fn callback(call: &Call, world: &World) -> Mark {
    match (call.callback, world.classify(call.level, call.value)) {
        (Callback::Hole, _) => Mark::Hole,
        (Callback::TestWalk | Callback::PreVma | Callback::PostVma, _) => Mark::Vma,
        (Callback::InstallPte, _) => Mark::Install,
        (Callback::Hugetlb, EntryKind::None) => Mark::Empty,
        (Callback::Hugetlb, EntryKind::NotPresent) => Mark::NotPresent,
        (Callback::Hugetlb, _) => Mark::Leaf,
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
        | Event::Split { level, .. }
        | Event::Write { level, .. }
        | Event::Free { level, .. }
        | Event::Alloc { level, .. }
        | Event::HugetlbWalk { found: Some((level, _)), .. }
        | Event::Fault(
            Fault::OffTable { level, .. }
            | Fault::NoTable { level, .. }
            | Fault::UseAfterFree { level, .. }
            | Fault::WildRead { level, .. },
        ) => Some(level),
        // Outside of all loops there is no level.
        Event::Callback { call, .. } if call.depth < 0 || call.callback.is_about_vma() => None,
        Event::Callback { call, .. } => Some(call.level),
        Event::FolioFound(Some(page)) => Some(page.level),
        Event::SetPte { .. }
        | Event::UpdateMmuCache { .. }
        | Event::Map { .. }
        | Event::RcuLock
        | Event::RcuUnlock => Some(Level::Pte),
        _ => None,
    }
}
