//! What a person can choose in the lists of a walk.

use pagewalk::Revision;
use scenario::library::About;
use scenario::link::Grain;
use scenario::{Held, Library, Scenario, Tables};

use crate::marks::List;
use crate::run::{Filter, Speed};

/// A choice in one of the lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Picked {
    /// The scenario.
    Scenario(&'static Scenario),
    /// A scenario that has not arrived.
    Later(&'static About),
    /// The machine.
    Machine(Tables),
    /// The kernel.
    Kernel(Revision),
    /// The lock of the walked mm.
    Lock(Held),
    /// The lock of `init_mm` besides.
    InitLock(Held),
    /// What a step is.
    Grain(Grain),
    /// What `[` and `]` go to.
    Filter(Filter),
    /// How fast play is.
    Speed(Speed),
}

impl Picked {
    /// What the option `id` of a list means, where `scenario` is shown; scenarios are those of `library`.
    pub fn of(list: List, id: &str, scenario: &Scenario, library: &Library) -> Option<Self> {
        Some(match list {
            List::Scenario => match library.scenario(id) {
                Some(scenario) => Self::Scenario(scenario),
                None => Self::Later(library.later().iter().find(|about| about.id == id)?),
            },
            List::Machine => Self::Machine(scenario.tables_named(id)?),
            List::Kernel => Self::Kernel(Revision::from_id(id)?),
            List::Lock => Self::Lock(Held::from_id(id)?),
            List::InitLock => Self::InitLock(Held::from_id(id)?),
            List::Grain => Self::Grain(Grain::from_id(id)?),
            List::Filter => Self::Filter(Filter::from_name(id)?),
            List::Speed => Self::Speed(Speed::from_name(id)?),
            _ => return None,
        })
    }
}
