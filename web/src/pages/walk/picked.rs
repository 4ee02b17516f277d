//! What a person can choose in the lists of a walk.

use pagewalk::Revision;
use scenario::link::Grain;
use scenario::{Held, Scenario, Tables};

use crate::marks::List;
use crate::run::Speed;

/// A choice in one of the lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Picked {
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
    /// How fast play is.
    Speed(Speed),
}

impl Picked {
    /// What the option `id` of a list means, where `scenario` is shown.
    pub fn of(list: List, id: &str, scenario: &Scenario) -> Option<Self> {
        Some(match list {
            List::Machine => Self::Machine(scenario.tables_named(id)?),
            List::Kernel => Self::Kernel(Revision::from_id(id)?),
            List::Lock => Self::Lock(Held::from_id(id)?),
            List::InitLock => Self::InitLock(Held::from_id(id)?),
            List::Grain => Self::Grain(Grain::from_id(id)?),
            List::Speed => Self::Speed(Speed::from_name(id)?),
            _ => return None,
        })
    }
}
