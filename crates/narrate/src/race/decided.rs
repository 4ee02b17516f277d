//! Where a run that goes wrong is decided: the step that another CPU took, and since when the one that fails had held what it changed.

use explore::Lane;
use mm::Frame;
use pagewalk::{Event, Fault};

use super::tape::Tape;

/// Where a run is decided. Steps are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The step: the table is freed, or another lane moves for the last time before it goes wrong.
    pub step: usize,
    /// Who takes it.
    pub by: Lane,
    /// Whether a table is freed there.
    pub frees: bool,
    /// Who fails in the end, and the step at which it had read where the table was.
    pub held: Option<(Lane, usize)>,
}

/// Where a tape is decided, if something goes wrong in it.
pub(super) fn decided(tape: &Tape) -> Option<Decided> {
    let fatal = tape.fatal()?;
    let last = tape.moment(fatal);
    let fails = last.lane?;
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
        return Some(Decided { step: freed, by: *tape.steps().get(freed - 1)?, frees: true, held });
    }
    let other = (1..fatal).rev().find(|&step| tape.steps().get(step - 1) != Some(&fails))?;
    Some(Decided { step: other, by: *tape.steps().get(other - 1)?, frees: false, held: None })
}
