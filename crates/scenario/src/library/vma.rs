//! Walks with VMAs, over tables made for them: a gap, a huge page, a device's memory, hugetlbfs.

use actors::{Observer, Quirk};
use mm::MmId;
use pagewalk::{Callbacks, EntryPoint, Revision, WalkLock};

use super::{Group, Program, Scenario};
use crate::held::Held;

const fn walk(entry: EntryPoint, ops: Observer) -> Program {
    Program::Call { entry, mm: MmId::USER, ops }
}

pub(super) static RANGE: Scenario = Scenario {
    id: "vma-range",
    title: "VMAs, gaps, special areas",
    about: "walk_page_range() over a part of a process. A gap is one hole of depth -1, and its tables are \
            not read. A VM_PFNMAP area is not walked. If the architecture has hugetlb pages, their area has a \
            callback of its own. At leaves, the callback sets ACTION_CONTINUE.",
    program: walk(EntryPoint::Range, Observer::VMAS.quirky(Quirk::ContinueAtLeaves)),
    revision: Revision::V7_3,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::Vma,
    made: Some(|at| (at.user - 4 * at.page, at.user + 4 * at.pmd + at.page)),
    on: &[],
};

pub(super) static WITH_VMAS: Scenario = Scenario {
    id: "with-vmas",
    title: "Huge pages, with VMAs",
    about: "walk_page_range() over the start of a huge page, if the architecture has transparent ones. The \
            callbacks ask for ptes, so the walk splits the page. It holds the pte table's lock while it walks \
            the ptes. Compare with the same range without VMAs.",
    program: walk(EntryPoint::Range, Observer::ALL),
    revision: Revision::V7_3,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::Vma,
    made: Some(|at| (at.user + at.pmd - 2 * at.page, at.user + at.pmd + 3 * at.page)),
    on: &[],
};

pub(super) static WITHOUT_VMAS: Scenario = Scenario {
    id: "without-vmas",
    title: "The same range, without VMAs",
    about: "walk_page_range_debug() over a part of a process. It splits no huge page, and does not descend at \
            one. It maps pte tables under RCU, without their lock, and it never looks for VMAs.",
    program: walk(EntryPoint::Debug, Observer::ALL),
    revision: Revision::V7_3,
    held: (Held::Write, Held::Write),
    build: None,
    group: Group::Vma,
    made: WITH_VMAS.made,
    on: &[],
};

pub(super) static MAPPING: Scenario = Scenario {
    id: "vma-mapping",
    title: "All VMAs of a file",
    about: "walk_page_mapping() finds the VMAs that map a part of a file through the file's reverse map. \
            i_mmap_rwsem is held, and no mmap lock is asserted.",
    program: walk(EntryPoint::Mapping, Observer::VMAS),
    revision: Revision::V7_3,
    held: (Held::None, Held::None),
    build: None,
    group: Group::Vma,
    made: Some(|at| (at.file, at.file + 3 * at.page)),
    on: &[],
};

pub(super) static FOLIO: Scenario = Scenario {
    id: "folio-walk",
    title: "What maps one address",
    about: "folio_walk_start() looks for the page at one address and keeps the page table locked until \
            folio_walk_end(). It reads the upper entries without a lock. Then it takes the lock and reads \
            the entry that maps the page.",
    program: walk(EntryPoint::FolioWalk, Observer::ALL),
    revision: Revision::V7_3,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::Vma,
    made: Some(|at| (at.user + at.page, at.user + 2 * at.page)),
    on: &[],
};

pub(super) static INSTALL: Scenario = Scenario {
    id: "install",
    title: "Installing entries",
    about: "walk_page_range_mm() with install_pte, which is how guard pages are made. Missing tables are \
            allocated, and empty ptes are filled. Ptes that are in use are passed to pte_entry. A kernel \
            without install_pte installs nothing.",
    program: walk(
        EntryPoint::RangeMm,
        Observer::ALL.only(Callbacks::PTE_ENTRY.union(Callbacks::INSTALL_PTE)).locking(WalkLock::Wrlock),
    ),
    revision: Revision::V7_3,
    held: (Held::Write, Held::None),
    build: None,
    group: Group::Vma,
    made: Some(|at| (at.bare, at.bare + 4 * at.page)),
    on: &[],
};
