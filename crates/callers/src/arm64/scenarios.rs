//! Where arm64's callers are seen: their scenarios and their call sites.

use mm::LockMode;
use pgtable::{PhysAddr, VirtAddr};
use scenario::library::Scenario;
use trace::{Callbacks, LockName};

use super::{Arm64, Arm64Func};
use crate::memory::{Area, Memory, View};
use crate::request::{Ask, scenario};
use crate::set_memory::SetMemory;
use crate::site::{CallSite, InKernel, lockless, shown};

const ARM64: &str = "arm64-4k-48";

/// The captured arm64 machine with 4K pages: its memory starts at 1 GiB, and page-table isolation is on.
static MEMORY: Memory = Memory {
    linear: View { start: VirtAddr(0xffff_0000_0000_0000), memory: PhysAddr(0x4000_0000), bytes: 1 << 47 },
    image: None,
    areas: &[Area { start: VirtAddr(0xffff_8000_803c_8000), pages: 4 }],
};

const fn ask(what: Arm64Func, bbm3: bool) -> Ask<Arm64> {
    Ask::of(Arm64 { what, memory: &MEMORY, bbm3, not_global: true })
}

static READ_ONLY: Ask<Arm64> = ask(Arm64Func::Set(SetMemory::Ro), true);
static NO_EXEC: Ask<Arm64> = ask(Arm64Func::Set(SetMemory::Nx), true);
static OUT: Ask<Arm64> = ask(Arm64Func::Set(SetMemory::DirectMapInvalid), true);
static INVALID_UNSPLIT: Ask<Arm64> = ask(Arm64Func::Set(SetMemory::Invalid), false);
static KFENCE_POOL: Ask<Arm64> = ask(Arm64Func::SplitForKfence, true);
static KFENCE_POOL_NO_MEMORY: Ask<Arm64> = Ask { fails_at: 2, ..KFENCE_POOL };

/// Its scenarios, in the order in which they are offered.
pub(crate) static SCENARIOS: &[&Scenario] =
    &[&SET_MEMORY, &GIGABYTE, &KFENCE, &KFENCE_NO_MEMORY, &REFUSED, &NO_AREA, &UNALIGNED];

static SET_MEMORY: Scenario = scenario(
    "arm64-set-memory",
    "arm64: set_memory_ro()",
    "The lockless walk makes four pages of vmalloc memory and their aliases read-only. The leaf around the \
     first alias is split under a mutex of its own. Only a CPU with FEAT_BBM level 3 allows that.",
    &READ_ONLY,
    &[(ARM64, &[(0xffff_8000_803c_8000, 0xffff_8000_803c_c000)])],
);

static GIGABYTE: Scenario = scenario(
    "arm64-gigabyte",
    "arm64: one page of a gigabyte",
    "One page is removed from the direct map, where a leaf of one gigabyte maps it. The leaf is split step \
     by step: into contiguous pmds, into pmds, into contiguous ptes, into ptes.",
    &OUT,
    &[(ARM64, &[(0xffff_0000_4420_3000, 0xffff_0000_4420_4000)])],
);

static KFENCE: Scenario = scenario(
    "arm64-kfence",
    "arm64: everything into pages",
    "KFENCE needs its pool in single pages. range_split_to_ptes() splits leaves inside the callbacks of the \
     lockless walk, and removes the contiguous hint from the neighbouring entries.",
    &KFENCE_POOL,
    &[(ARM64, &[(0xffff_0000_0220_0000, 0xffff_0000_0240_0000)])],
);

static KFENCE_NO_MEMORY: Scenario = scenario(
    "arm64-kfence-no-memory",
    "arm64: no memory for pages",
    "There is no memory for the second page table, so the walk ends with -ENOMEM. The leaf that was already \
     split stays split, because its table maps the same memory.",
    &KFENCE_POOL_NO_MEMORY,
    &[(ARM64, &[(0xffff_0000_0220_0000, 0xffff_0000_0260_0000)])],
);

static REFUSED: Scenario = scenario(
    "arm64-refused",
    "arm64: part of a leaf",
    "A CPU without FEAT_BBM level 3 does not allow splitting a leaf that is in use. The callback sees that \
     only a part of the leaf is meant and warns. The walk ends with -EINVAL.",
    &INVALID_UNSPLIT,
    &[(ARM64, &[(0xffff_0000_0080_1000, 0xffff_0000_0080_2000)])],
);

static NO_AREA: Scenario = scenario(
    "arm64-no-area",
    "arm64: not vmalloc memory",
    "set_memory_ro() for the direct map. The function changes only a range inside one area of vmalloc, and \
     refuses any other.",
    &READ_ONLY,
    &[(ARM64, &[(0xffff_0000_0080_1000, 0xffff_0000_0080_2000)])],
);

static UNALIGNED: Scenario = scenario(
    "arm64-unaligned",
    "arm64: not at a page boundary",
    "set_memory_nx() for an address inside a page: the kernel warns and rounds it down.",
    &NO_EXEC,
    &[(ARM64, &[(0xffff_8000_803c_9234, 0xffff_8000_803c_a234)])],
);

static UPDATE_RANGE_PROT: [InKernel; 2] = lockless(&[]);
static SPLIT_TO_PTES: [InKernel; 2] = lockless(&[(LockName::PgtableSplit, LockMode::Write)]);

/// `update_range_prot()`
pub(crate) static PERMISSIONS: CallSite = CallSite {
    title: "arm64: permissions",
    functions: &["update_range_prot"],
    file: "arch/arm64/mm/pageattr.c",
    changed: 0,
    before: Some("apply_to_page_range(), which is not in mm/pagewalk.c"),
    why: "It holds no lock, so it needs a walk that asserts none. KFENCE changes permissions in softirq \
          context, where sleeping is not allowed, and other callers would only wait for each other. Each \
          caller owns its range.",
    ops: &["pageattr_ops"],
    callbacks: Callbacks::PUD_ENTRY.union(Callbacks::PMD_ENTRY).union(Callbacks::PTE_ENTRY),
    does: "A leaf must lie in the range as a whole, or else the callback warns and refuses. It first clears \
           bits and then sets others, because some share a place. Leaves of which only a part is meant were \
           split before the walk, under pgtable_split_lock.",
    kernels: &UPDATE_RANGE_PROT,
    runs: &[shown("arm64-set-memory", ARM64), shown("arm64-gigabyte", ARM64)],
    wrong: &[shown("arm64-refused", ARM64), shown("arm64-no-area", ARM64), shown("arm64-unaligned", ARM64)],
    race: Some("set-prot"),
};

/// `range_split_to_ptes()`
pub(crate) static SPLITTING: CallSite = CallSite {
    title: "arm64: the linear map in pages",
    functions: &["range_split_to_ptes"],
    file: "arch/arm64/mm/mmu.c",
    changed: 0,
    before: Some("nothing: the linear map was never split"),
    why: "Everybody who splits the linear map holds pgtable_split_lock, or runs in stop_machine() at boot. \
          init_mm's lock would add nothing.",
    ops: &["split_to_ptes_ops"],
    callbacks: Callbacks::PUD_ENTRY.union(Callbacks::PMD_ENTRY).union(Callbacks::PTE_ENTRY),
    does: "It splits a pud leaf, and the walk continues in the new pmds. It splits a pmd leaf into ptes and \
           sets ACTION_CONTINUE. It removes the contiguous hint from ptes.",
    kernels: &SPLIT_TO_PTES,
    runs: &[shown("arm64-kfence", ARM64)],
    wrong: &[shown("arm64-kfence-no-memory", ARM64)],
    race: None,
};
