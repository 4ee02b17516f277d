//! Walks with VMAs, over tables made for them: a gap, a huge page, a device's memory, hugetlbfs.

use actors::{Observer, Quirk};
use mm::MmId;
use pagewalk::{Callbacks, EntryPoint, Revision, WalkLock};

use super::{Group, Program, Scenario};
use crate::Held;

const fn walk(entry: EntryPoint, ops: Observer) -> Program {
    Program::Call { entry, mm: MmId::USER, ops }
}

pub(super) static RANGE: Scenario = Scenario {
    id: "vma-range",
    title: "VMAs, a gap, a device, hugetlb",
    about: "walk_page_range() over a piece of a process: a gap is one hole of depth -1 whose tables nobody reads, a \
            VM_PFNMAP area is passed over, a hugetlb area has entries of its own. Leaves answer ACTION_CONTINUE.",
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
    title: "A huge page, with VMAs",
    about: "walk_page_range() meets a huge page and, because something below it is wanted, splits it into ptes. The pte table \
            is mapped with its lock held. Compare with the same range without VMAs.",
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
    about: "walk_page_range_debug() over the same range: the huge page is neither split nor entered, pte tables are mapped \
            under RCU and without their lock, and what a VMA covers is not asked.",
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
    about: "walk_page_mapping() finds the areas that map a part of a file through its reverse map, under i_mmap_rwsem: no \
            mmap lock is asserted.",
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
    about: "folio_walk_start() looks for the page of one address and keeps it locked until folio_walk_end(): upper entries \
            are read without a lock, and looked at again under it.",
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
    about: "walk_page_range_mm() with install_pte, as guard pages are made: tables that are missing are allocated, empty ptes \
            filled, ptes that are there handed to pte_entry. On a kernel without install_pte nothing is installed.",
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
