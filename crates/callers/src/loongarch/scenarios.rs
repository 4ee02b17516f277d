//! Where loongarch's caller is seen: its scenarios and its call site.

use scenario::library::Scenario;
use scenario::worlds;
use trace::Callbacks;

use super::Loongarch;
use crate::request::{Ask, scenario};
use crate::set_memory::SetMemory;
use crate::site::{CallSite, WRITERS, shown};

const LOONGARCH: &str = "loongarch64-16k-3level";

static READ_ONLY: Ask<Loongarch> = Ask::of(Loongarch(SetMemory::Ro));
static WITHOUT_LOCK: Ask<Loongarch> = Ask { forgets_lock: true, ..READ_ONLY };

/// Its scenarios, in the order in which they are offered.
pub(crate) static SCENARIOS: &[&Scenario] = &[&SET_MEMORY, &LEAF, &WINDOW, &NO_LOCK];

static SET_MEMORY: Scenario = Scenario {
    build: Some(worlds::loongarch),
    ..scenario(
        "loongarch-set-memory",
        "loongarch: set_memory_ro()",
        "__set_memory() makes two pages of a module read-only: the write lock of init_mm, a walk whose callbacks clear two bits \
         of each pte, and a TLB flush of the range once the lock is released.",
        &READ_ONLY,
        &[(LOONGARCH, &[(0xffff_8000_0200_8000, 0xffff_8000_0201_0000)])],
    )
};

static LEAF: Scenario = Scenario {
    build: Some(worlds::loongarch),
    ..scenario(
        "loongarch-leaf",
        "loongarch: part of a leaf",
        "One page of a leaf of 32 MiB is to be read-only. Nobody splits the leaf and nobody asks how much of it is meant: all of \
         it changes.",
        &READ_ONLY,
        &[(LOONGARCH, &[(0xffff_8000_8400_4000, 0xffff_8000_8400_8000)])],
    )
};

static WINDOW: Scenario = Scenario {
    build: Some(worlds::loongarch),
    ..scenario(
        "loongarch-window",
        "loongarch: outside of all tables",
        "An address of the direct-mapped window, where memory is mapped without any table: there is nothing to change, and 0 \
         is returned.",
        &READ_ONLY,
        &[(LOONGARCH, &[(0x9000_0000_0020_0000, 0x9000_0000_0020_4000)])],
    )
};

static NO_LOCK: Scenario = Scenario {
    build: Some(worlds::loongarch),
    ..scenario(
        "loongarch-no-lock",
        "loongarch: the lock is missing",
        "__set_memory() as no kernel has it: without the lock. The walk's assertion fails, the kernel warns, and the entries are \
         changed all the same.",
        &WITHOUT_LOCK,
        &[(LOONGARCH, &[(0xffff_8000_0200_8000, 0xffff_8000_0201_0000)])],
    )
};

/// Its call site.
pub(crate) static SITE: CallSite = CallSite {
    title: "loongarch: permissions",
    functions: &["__set_memory"],
    file: "arch/loongarch/mm/pageattr.c",
    changed: 1,
    before: None,
    why: "It changes kernel addresses, which no VMA describes: only a walk without VMAs finds their entries. It takes the lock \
          for writing, though the walk would be content with reading.",
    ops: &["pageattr_ops"],
    callbacks: Callbacks::WITHOUT_VMA,
    does: "At a leaf or a pte, the bits of one mask are cleared and those of another set. Nothing is split: a leaf that is only \
           partly meant changes as a whole. Empty ptes are written as well. pte_hole does nothing.",
    kernels: &WRITERS,
    runs: &[shown("loongarch-set-memory", LOONGARCH)],
    wrong: &[shown("loongarch-leaf", LOONGARCH), shown("loongarch-no-lock", LOONGARCH)],
    race: None,
};
