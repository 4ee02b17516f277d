//! What ptdump's callbacks hand on to the architecture.

use pagewalk::{Action, Call, Callback, Reply};
use pgtable::{Level, RawEntry, VirtAddr};

/// One entry or hole that is reported to the dumper: the arguments of `note_page()` and of `effective_prot()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Note {
    /// The level that tells: of a hole its depth, which may be above the level that found it.
    pub level: Level,
    /// Where it starts. The end is where the next note starts.
    pub addr: VirtAddr,
    /// The entry's value; 0 for a hole.
    pub value: RawEntry,
}

/// What one callback of ptdump's ops table hands on (`ptdump_pgd_entry()` … `ptdump_hole()` of mm/ptdump.c, v7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Noted {
    /// Every entry, also one that points to a table: its protection limits what is below it. Comes first.
    pub effective_prot: Option<Note>,
    /// What may become a line: leaves, all ptes, holes.
    pub note: Option<Note>,
}

impl Noted {
    /// What the callback handed on when it was called with `call` and answered `reply`: it has answered
    /// `ACTION_CONTINUE` if it found a leaf.
    pub fn of(call: &Call, reply: &Reply) -> Self {
        let note = |level, value| Note { level, addr: call.addr, value };
        match call.callback {
            Callback::Hole => {
                // Depth -1, which ptdump ignores, is no level.
                let level = usize::try_from(call.depth).ok().and_then(|depth| Level::ALL.get(depth));
                Self { effective_prot: None, note: level.map(|&level| note(level, RawEntry(0))) }
            }
            Callback::Entry(level) => {
                let entry = note(level, call.value);
                let ends_here = reply.action == Some(Action::Continue) || level == Level::Pte;
                Self { effective_prot: Some(entry), note: ends_here.then_some(entry) }
            }
            // ptdump has no others.
            _ => Self::default(),
        }
    }
}
