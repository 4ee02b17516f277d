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
        "__set_memory() makes two pages of a module read-only. It takes the write lock of init_mm, and the \
         callbacks of its walk clear two bits of each pte. It releases the lock and then flushes the TLB for \
         the range.",
        &READ_ONLY,
        &[(LOONGARCH, &[(0xffff_8000_0200_8000, 0xffff_8000_0201_0000)])],
    )
};

static LEAF: Scenario = Scenario {
    build: Some(worlds::loongarch),
    ..scenario(
        "loongarch-leaf",
        "loongarch: part of a leaf",
        "One page of a leaf of 32 MiB is to become read-only. No function splits the leaf or checks how much \
         of it is meant, so the whole leaf changes.",
        &READ_ONLY,
        &[(LOONGARCH, &[(0xffff_8000_8400_4000, 0xffff_8000_8400_8000)])],
    )
};

static WINDOW: Scenario = Scenario {
    build: Some(worlds::loongarch),
    ..scenario(
        "loongarch-window",
        "loongarch: outside of all tables",
        "An address in the direct-mapped window, where memory is mapped without page tables. There is \
         nothing to change, and the function returns 0.",
        &READ_ONLY,
        &[(LOONGARCH, &[(0x9000_0000_0020_0000, 0x9000_0000_0020_4000)])],
    )
};

static NO_LOCK: Scenario = Scenario {
    build: Some(worlds::loongarch),
    ..scenario(
        "loongarch-no-lock",
        "loongarch: the lock is missing",
        "__set_memory() without the lock, as in no real kernel. The walk's assertion fails and the kernel \
         warns, but the entries are changed all the same.",
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
    why: "It changes kernel addresses, which no VMA describes, so only a walk without VMAs finds their \
          entries. It takes the write lock, although the walk asks only for the read lock.",
    ops: &["pageattr_ops"],
    callbacks: Callbacks::WITHOUT_VMA,
    does: "At a leaf or a pte, it clears the bits of one mask and sets those of another. It splits nothing: \
           if only a part of a leaf is meant, the whole leaf changes. It writes empty ptes as well. pte_hole \
           does nothing.",
    kernels: &WRITERS,
    runs: &[shown("loongarch-set-memory", LOONGARCH)],
    wrong: &[shown("loongarch-leaf", LOONGARCH), shown("loongarch-no-lock", LOONGARCH)],
    race: None,
};
