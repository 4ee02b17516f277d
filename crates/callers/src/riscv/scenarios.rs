//! Where riscv's caller is seen: its scenarios and its call site.

use pgtable::{PhysAddr, VirtAddr};
use scenario::library::Scenario;
use trace::Callbacks;

use super::Riscv;
use crate::memory::{Area, Memory, View};
use crate::request::{Ask, scenario};
use crate::set_memory::SetMemory;
use crate::site::{CallSite, WRITERS, shown};

const SV39: &str = "riscv64-sv39";

/// The captured riscv64 machine: its memory starts at 2 GiB, and the kernel 2 MiB into it.
static MEMORY: Memory = Memory {
    linear: View { start: VirtAddr(0xffff_ffd6_0000_0000), memory: PhysAddr(0x8000_0000), bytes: 1 << 37 },
    image: Some(View {
        start: VirtAddr(0xffff_ffff_8000_0000),
        memory: PhysAddr(0x8020_0000),
        bytes: 0xac_a000,
    }),
    areas: &[Area { start: VirtAddr(0xffff_ffc6_001c_5000), pages: 2 }],
};

static READ_ONLY: Ask<Riscv> = Ask::of(Riscv(SetMemory::Ro, &MEMORY));
static READ_ONLY_NO_MEMORY: Ask<Riscv> = Ask { fails_at: 1, ..READ_ONLY };
static WRITABLE: Ask<Riscv> = Ask::of(Riscv(SetMemory::Rw, &MEMORY));
static OUT: Ask<Riscv> = Ask::of(Riscv(SetMemory::DirectMapInvalid, &MEMORY));

/// Its scenarios, in the order in which they are offered.
pub(crate) static SCENARIOS: &[&Scenario] =
    &[&SET_MEMORY, &LINEAR, &IMAGE, &NO_MEMORY, &NO_PAGES, &NO_AREA, &NO_RAM];

static SET_MEMORY: Scenario = scenario(
    "riscv-set-memory",
    "riscv: set_memory_ro()",
    "Two pages of vmalloc become read-only, and so do their aliases in the linear map: page by page, after the leaf of two \
     megabytes around each has been split.",
    &READ_ONLY,
    &[(SV39, &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_7000)])],
);

static LINEAR: Scenario = scenario(
    "riscv-linear",
    "riscv: out of the linear map",
    "set_direct_map_invalid_noflush() of one page of the linear map. The address is its own alias: it is walked twice, the \
     second time for nothing. In spite of its name it flushes.",
    &OUT,
    &[(SV39, &[(0xffff_ffd6_00c0_3000, 0xffff_ffd6_00c0_4000)])],
);

static IMAGE: Scenario = scenario(
    "riscv-image",
    "riscv: part of the kernel image",
    "One page of read-only data is to be writable. Its alias in the linear map is split off; the image's own leaf is not: \
     two megabytes of it become writable.",
    &WRITABLE,
    &[(SV39, &[(0xffff_ffff_8020_1000, 0xffff_ffff_8020_2000)])],
);

static NO_MEMORY: Scenario = scenario(
    "riscv-no-memory",
    "riscv: no memory to split",
    "The table that is to replace a leaf of the linear map cannot be allocated: -ENOMEM. The lock is released and all TLBs are \
     flushed all the same.",
    &READ_ONLY_NO_MEMORY,
    &[(SV39, &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_7000)])],
);

static NO_PAGES: Scenario = scenario(
    "riscv-no-pages",
    "riscv: no pages",
    "set_memory_ro() of no pages: 0, before any lock is taken.",
    &READ_ONLY,
    &[(SV39, &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_5000)])],
);

static NO_AREA: Scenario = scenario(
    "riscv-no-area",
    "riscv: no such area",
    "An address between two areas of vmalloc. find_vm_area() finds none, and its answer is used without a look: the kernel \
     would crash, with the lock held.",
    &READ_ONLY,
    &[(SV39, &[(0xffff_ffc6_001e_0000, 0xffff_ffc6_001e_1000)])],
);

static NO_RAM: Scenario = scenario(
    "riscv-no-ram",
    "riscv: behind the end of memory",
    "An address of the linear map where no memory is. split_linear_mapping() does not ask whether an entry is none: it \
     follows the empty one.",
    &READ_ONLY,
    &[(SV39, &[(0xffff_ffd7_0000_0000, 0xffff_ffd7_0000_1000)])],
);

/// Its call site.
pub(crate) static SITE: CallSite = CallSite {
    title: "riscv: permissions",
    functions: &["__set_memory"],
    file: "arch/riscv/mm/pageattr.c",
    changed: 4,
    before: None,
    why: "Most memory is mapped twice, and both views must agree: under one write lock it walks the aliases in the linear map \
          first, then the range itself. That makes three calls, and a fourth in 32-bit kernels.",
    ops: &["pageattr_ops"],
    callbacks: Callbacks::WITHOUT_VMA.difference(Callbacks::PGD_ENTRY),
    does: "As loongarch's: clear one mask, set another, ptes always. Before each walk of the linear map \
           split_linear_mapping() splits what is only partly meant; leaves of vmalloc and of the image are not split.",
    kernels: &WRITERS,
    runs: &[shown("riscv-set-memory", SV39), shown("riscv-linear", SV39), shown("riscv-image", SV39)],
    wrong: &[shown("riscv-no-memory", SV39), shown("riscv-no-area", SV39), shown("riscv-no-ram", SV39)],
    race: None,
};
