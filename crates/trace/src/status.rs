//! How far a machine is, and what it found.

use mm::Slot;
use pgtable::{Level, PhysAddr, RawEntry, VirtAddr};

use crate::{Fault, Func, LockName};

/// Whether the machine can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// There is a next step.
    Running,
    /// The next step is to take a lock that another task holds: nothing has happened, and nothing will before that task
    /// releases it.
    Waiting(LockName),
    /// The entry point has returned this value.
    Done(i32),
    /// The kernel would have crashed, hung or read wild memory here.
    Faulted(Fault),
}

/// One function on the call stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StackFrame {
    /// The function.
    pub func: Func,
    /// Where in its range it is; the start of the range for an entry point.
    pub addr: VirtAddr,
    /// End of its range.
    pub end: VirtAddr,
}

/// What `folio_walk_start()` found: `struct folio_walk`, as far as it is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FolioPage {
    /// `fw->level`: pud, pmd or pte.
    pub level: Level,
    /// The entry's slot.
    pub slot: Slot,
    /// The entry: `fw->pud`, `fw->pmd` or `fw->pte`.
    pub value: RawEntry,
    /// `fw->page`: the page of the address; none for a zero page and for one under migration.
    pub page: Option<PhysAddr>,
}
