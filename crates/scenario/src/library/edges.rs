//! What happens at the edges: retries, stale actions, ranges that do not fit.

use actors::{Observer, Quirk};
use mm::MmId;
use pagewalk::{Callbacks, EntryPoint, Revision};

use super::{Group, Program, Scenario};
use crate::held::Held;
use crate::worlds;

pub(super) static AGAIN: Scenario = Scenario {
    id: "again",
    title: "ACTION_AGAIN",
    about: "pmd_entry() sets ACTION_AGAIN the first time that it is called. The pmd loop starts again with the \
            same entry, including the test for a hole, and calls the callback once more.",
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
    about: "The last pte table of a pud goes away while smaps walks (here inside pmd_entry), and the retry \
            finds a hole. In v7.1 and v6.12.107, the stale ACTION_AGAIN reaches the pud loop, which walks \
            the whole pud again. v7.3 resets it first.",
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
    about: "No function checks alignment. At pte level, addresses stay unaligned: next is always one page \
            further, even beyond the end of the range. The upper levels continue at aligned addresses.",
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
    about: "The address after the last byte would be 0, and no valid range ends there, so a walk to the top \
            ends at the last byte. The next boundary wraps to 0. It still compares as larger, because the \
            kernel subtracts one from both sides first.",
    program: Program::Call { entry: EntryPoint::Kernel, mm: MmId::INIT_MM, ops: Observer::ALL },
    revision: Revision::V7_3,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::Edges,
    made: Some(|at| (at.top - 2 * at.page + 1, at.top)),
    on: &[],
};

pub(super) static GIVEN_ROOT: Scenario = Scenario {
    id: "given-root",
    title: "An explicit root on s390",
    about: "walk_page_range_debug() of init_mm, whose root is given as the pgd argument. It has three levels, but an explicit \
            root is always indexed as one of five: slot 0 is read for every address. The walk reports the identity \
            mapping at addresses of vmalloc, and nothing warns.",
    program: Program::Rooted { entry: EntryPoint::Debug, mm: MmId::INIT_MM, ops: Observer::ALL },
    revision: Revision::V7_3,
    held: (Held::Write, Held::None),
    build: Some(worlds::s390),
    group: Group::Edges,
    made: None,
    on: &[("s390x", &[(worlds::S390_VMALLOC, worlds::S390_VMALLOC + 0x3000)])],
};

pub(super) static PAST_THE_ROOT: Scenario = Scenario {
    id: "past-the-root",
    title: "Past the end of a root on s390",
    about: "walk_kernel_page_table_range() of init_mm, which has three levels, to 1 MiB beyond its 4 TiB. The p4d loop goes on to \
            the next word of the root, which is entry 1 of the pud table, and takes it for the start of the next 4 TiB. \
            ptdump ends at the limit of the kernel's root for that reason.",
    program: Program::Call {
        entry: EntryPoint::Kernel,
        mm: MmId::INIT_MM,
        ops: Observer::ALL.only(Callbacks::PGD_ENTRY.union(Callbacks::P4D_ENTRY)),
    },
    revision: Revision::V7_3,
    held: (Held::Read, Held::None),
    build: Some(worlds::s390),
    group: Group::Edges,
    made: None,
    on: &[("s390x", &[(worlds::S390_IDENTITY, worlds::S390_END + 0x10_0000)])],
};

pub(super) static EVERY_KIND: Scenario = Scenario {
    id: "every-kind",
    title: "Every kind of entry",
    about: "walk_page_range_debug() of a process whose tables were made to hold what an entry can be: tables, leaves, \
            pages, swapped-out memory, holes at four levels, and two bad entries.",
    program: Program::Call { entry: EntryPoint::Debug, mm: MmId::USER, ops: Observer::PTDUMP },
    revision: Revision::V6_17,
    held: (Held::Write, Held::None),
    build: Some(worlds::every_kind),
    group: Group::Edges,
    made: None,
    on: &[("x86_64-5level", &[(0xfeff_3f7f_c000, 0x2_0000_0000_0000)])],
};
