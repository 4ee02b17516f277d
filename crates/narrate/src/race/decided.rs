//! Where a run that goes wrong is decided: the step that another CPU took, and since when the one that fails had held what it changed.

use explore::Lane;
use mm::Frame;
use pagewalk::{Event, Fault};

use super::tape::Tape;

/// Where a run is decided. Steps are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The step.
    pub step: usize,
    /// Who takes it.
    pub by: Lane,
    /// What happens there.
    pub does: Does,
    /// Who fails in the end, and the step at which it had read where the table was.
    pub held: Option<(Lane, usize)>,
}

/// What decides a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// The table is freed that is read afterwards.
    Frees,
    /// Another lane changes an entry, or what the outcome depends on, for the last time before it goes wrong.
    Changes,
    /// Another lane moves for the last time before it goes wrong.
    Moves,
}

impl Does {
    /// What happens there, without who does it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frees => "the table is freed",
            Self::Changes => "the last change",
            Self::Moves => "the last turn",
        }
    }

    /// In words, behind who does it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Frees => "frees the table",
            Self::Changes => "makes its last change",
            Self::Moves => "takes its last turn",
        }
    }
}

/// Where a tape is decided, if something goes wrong in it.
pub(super) fn decided(tape: &Tape) -> Option<Decided> {
    let fatal = tape.fatal()?;
    let last = tape.moment(fatal);
    // Who moved last may be another one than who has lost something by it.
    let fails = last.state.loser().or(last.lane)?;
    if let Some(Fault::UseAfterFree { pa, .. }) = last.state.fault() {
        // As soon as it is freed, the walker would fail whoever moves next.
        let is_freed = |&step: &usize| tape.state(step).world.frame(pa) == Some(Frame::Freed);
        let freed = (1..fatal).find(is_freed)?;
        let leads_there = |&step: &usize| {
            let moment = tape.moment(step);
            let table = |level, value| moment.state.world.model().table_address(level, value);
            moment.lane == Some(fails)
                && match moment.event {
                    Some(Event::Read { level, value, .. }) => table(level, value) == pa,
                    Some(Event::Map { value, ok: true, .. }) => table(pgtable::Level::Pmd, value) == pa,
                    _ => false,
                }
        };
        let held = (1..freed).rev().find(leads_there).map(|step| (fails, step));
        return Some(Decided { step: freed, by: *tape.steps().get(freed - 1)?, does: Does::Frees, held });
    }
    let others = || (1..=fatal).rev().filter(|&step| tape.steps().get(step - 1) != Some(&fails));
    let changes = |&step: &usize| {
        let notes = |step| tape.state(step).world.frames.notes;
        matches!(
            tape.moment(step).event,
            Some(Event::Write { .. } | Event::Alloc { .. } | Event::Free { .. })
        ) || notes(step - 1) != notes(step)
    };
    // Where nobody can move any more it was no change that decided.
    let is_stuck = last.state.fault().is_none() && last.state.outcomes().is_empty();
    let changed = others().find(changes).filter(|_| !is_stuck).map(|step| (step, Does::Changes));
    let (step, does) = changed.or_else(|| others().next().map(|step| (step, Does::Moves)))?;
    Some(Decided { step, by: *tape.steps().get(step - 1)?, does, held: None })
}
