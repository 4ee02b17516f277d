//! What happens at the edges: retries, stale actions, ranges that do not fit.

use actors::{Observer, Quirk};
use mm::MmId;
use pagewalk::{Callbacks, EntryPoint, Revision};

use super::{Group, Program, Scenario};
use crate::Held;

pub(super) static AGAIN: Scenario = Scenario {
    id: "again",
    title: "ACTION_AGAIN",
    about: "A pmd_entry callback answers ACTION_AGAIN the first time: the pmd loop looks at the same entry from the start, the \
            hole test included, and calls the callback once more.",
    program: Program::Call {
        entry: EntryPoint::Kernel,
        mm: MmId::INIT_MM,
        ops: Observer::ALL.quirky(Quirk::AgainOnce),
    },
    revision: Revision::V7_3,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::Edges,
    made: Some(|at| (at.kernel, at.kernel + 2 * at.page)),
    on: &[],
};

pub(super) static DOUBLE_WALK: Scenario = Scenario {
    id: "double-walk",
    title: "Counted twice",
    about: "The last pte table of a pud goes away while smaps walks (here inside pmd_entry): the retry finds a hole. In v7.1 and \
            v6.12.107 the stale ACTION_AGAIN reaches the pud loop, which walks everything once more; v7.3 resets it first.",
    program: Program::Call {
        entry: EntryPoint::Range,
        mm: MmId::USER,
        ops: Observer::ALL.only(Callbacks::PMD_ENTRY.union(Callbacks::PTE_HOLE)).quirky(Quirk::VanishOnce),
    },
    revision: Revision::V7_1,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::Edges,
    made: Some(|at| (at.twice, at.twice + 2 * at.pmd)),
    on: &[],
};

pub(super) static UNALIGNED: Scenario = Scenario {
    id: "unaligned",
    title: "A range that is not aligned",
    about: "Nothing checks alignment: addresses stay unaligned at pte level, where next is always one page further and may pass \
            the end of the range; upper levels get aligned ends.",
    program: Program::Call { entry: EntryPoint::Kernel, mm: MmId::INIT_MM, ops: Observer::ALL },
    revision: Revision::V7_3,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::Edges,
    made: Some(|at| (at.kernel + at.page / 2, at.kernel + 3 * at.page + 1)),
    on: &[],
};

pub(super) static TOP: Scenario = Scenario {
    id: "top",
    title: "The top of the address space",
    about: "An end of 2⁶⁴ would be 0, which is no range: walks to the top end at the last byte. The next boundary wraps to 0 and \
            still compares as larger, because both sides are compared minus one.",
    program: Program::Call { entry: EntryPoint::Kernel, mm: MmId::INIT_MM, ops: Observer::ALL },
    revision: Revision::V7_3,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::Edges,
    made: Some(|at| (at.top - 2 * at.page + 1, at.top)),
    on: &[],
};
