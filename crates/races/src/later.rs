//! What of the library arrives later than the rest of it, in a program that arrives in parts: races that not everybody asks for.
//!
//! Who has all at once notices nothing of it. What is known of them all the time are their names and titles
//! ([`race::ABOUTS`](crate::race::ABOUTS), [`verdicts::ABOUTS`](crate::verdicts::ABOUTS)).

use mm::World;
use pagewalk::{Call, Reply, Sink, Status, Walk};
use pgtable::Level;

use crate::between::{self, Between};
use crate::cpu::Cpu;
use crate::fixes::{self, Fix};
use crate::looks;
use crate::once::{self, Last};
use crate::ops::{self, Ops};
use crate::outcome::Outcomes;
use crate::race::{self, Race};
use crate::state;
use crate::step::Step;
use crate::verdicts::{self, Verdicts};

/// What arrives together.
pub(crate) struct Later {
    /// The races.
    pub(crate) races: &'static [Race],
    /// What is expected of them, with their tables, in the same order.
    pub(crate) verdicts: &'static [&'static Verdicts],
    /// Their fixes.
    pub(crate) fixes: &'static [Fix],
    /// Releases between the rows, and what they do.
    pub(crate) between: &'static [Between],
    /// How a read of a line of theirs is told.
    pub(crate) told: fn(Step, Level, bool) -> Option<&'static str>,
    /// What only their lines do, and those of compositions.
    pub(crate) look: fn(&mut Cpu, Step, &mut World, &mut dyn Sink),
    /// One action of a walk that reads each entry once.
    pub(crate) once: fn(&mut Walk, &mut Ops, &mut Last, &mut World, &mut dyn Sink) -> Status,
    /// What only their callbacks do.
    pub(crate) call: fn(&mut Ops, &Call, &mut World) -> Reply,
    /// What can only go wrong in them.
    pub(crate) outcomes: fn(&World, &Cpu) -> Outcomes,
}

static LATER: Later = Later {
    races: &race::LATER,
    verdicts: &verdicts::LATER,
    fixes: &fixes::LATER,
    between: &between::LATER,
    told: looks::told,
    look: |cpu, step, world, mut sink| cpu.look(step, world, &mut sink),
    once: once::step,
    call: ops::call,
    outcomes: state::later_outcomes,
};

#[cfg(feature = "parts")]
static HERE: once_cell::race::OnceRef<'static, Later> = once_cell::race::OnceRef::new();

/// What of it is here: all. Only with the feature `parts` nothing until [`complete`] is called.
#[cfg(not(feature = "parts"))]
pub(crate) fn here() -> &'static Later {
    &LATER
}

/// What of it is here: nothing, and all once [`complete`] was called.
#[cfg(feature = "parts")]
pub(crate) fn here() -> &'static Later {
    static NOTHING: Later = Later {
        races: &[],
        verdicts: &[],
        fixes: &[],
        between: &[],
        told: |_, _, _| None,
        // Nobody has such a line, such callbacks or such a walk before they are here.
        look: |_, _, _, _| {},
        once: |walk, _, _, _, _| walk.status(),
        call: |_, _, _| Reply::default(),
        outcomes: |_, _| Outcomes::empty(),
    };
    HERE.get().unwrap_or(&NOTHING)
}

/// What a read of a line says of who reads an entry once and uses what it has read, behind the name of its slot; none if it is another one.
pub fn told(step: Step, level: Level, verdict: bool) -> Option<&'static str> {
    (here().told)(step, level, verdict)
}

/// Whether the whole library is here.
pub fn are_complete() -> bool {
    #[cfg(feature = "parts")]
    return HERE.get().is_some();
    #[cfg(not(feature = "parts"))]
    true
}

/// Makes the whole library known. Of a program that arrives in parts, each part that needs it calls this, and so brings it.
pub fn complete() {
    #[cfg(feature = "parts")]
    {
        // A second time changes nothing.
        let _ = HERE.set(&LATER);
    }
}
