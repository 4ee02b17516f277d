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
    "Two pages of vmalloc memory become read-only, and so do their aliases in the linear map, one after the \
     other. The leaf of two megabytes around each alias is split first.",
    &READ_ONLY,
    &[(SV39, &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_7000)])],
);

static LINEAR: Scenario = scenario(
    "riscv-linear",
    "riscv: out of the linear map",
    "set_direct_map_invalid_noflush() for one page of the linear map. The address is its own alias, so it is \
     walked twice, and the second walk changes nothing. In spite of its name, the function flushes the TLB.",
    &OUT,
    &[(SV39, &[(0xffff_ffd6_00c0_3000, 0xffff_ffd6_00c0_4000)])],
);

static IMAGE: Scenario = scenario(
    "riscv-image",
    "riscv: part of the kernel image",
    "One page of read-only data in the kernel image is to become writable. The leaf around its alias in the \
     linear map is split. The image's own leaf is not, so two megabytes of the image become writable.",
    &WRITABLE,
    &[(SV39, &[(0xffff_ffff_8020_1000, 0xffff_ffff_8020_2000)])],
);

static NO_MEMORY: Scenario = scenario(
    "riscv-no-memory",
    "riscv: no memory to split",
    "There is no memory for the table that should replace a leaf of the linear map: -ENOMEM. The lock is \
     still released, and all TLBs are still flushed.",
    &READ_ONLY_NO_MEMORY,
    &[(SV39, &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_7000)])],
);

static NO_PAGES: Scenario = scenario(
    "riscv-no-pages",
    "riscv: no pages",
    "set_memory_ro() for no pages returns 0 before it takes a lock.",
    &READ_ONLY,
    &[(SV39, &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_5000)])],
);

static NO_AREA: Scenario = scenario(
    "riscv-no-area",
    "riscv: no such area",
    "An address between two areas of vmalloc. find_vm_area() finds no area, and its result is used without a \
     check: the kernel would crash while it holds the lock.",
    &READ_ONLY,
    &[(SV39, &[(0xffff_ffc6_001e_0000, 0xffff_ffc6_001e_1000)])],
);

static NO_RAM: Scenario = scenario(
    "riscv-no-ram",
    "riscv: beyond the end of memory",
    "An address of the linear map that has no memory. split_linear_mapping() does not test whether an entry \
     is none, and follows the empty entry.",
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
    why: "Most memory is mapped twice, and both mappings must agree. Under one write lock, it walks first \
          the aliases in the linear map and then the range itself. That makes three calls, and a fourth in \
          32-bit kernels.",
    ops: &["pageattr_ops"],
    callbacks: Callbacks::WITHOUT_VMA.difference(Callbacks::PGD_ENTRY),
    does: "The same as loongarch: it clears one mask and sets another, in empty ptes as well. Before each \
           walk of the linear map, split_linear_mapping() splits the leaves of which only a part is meant. \
           Leaves of vmalloc and of the kernel image are not split.",
    kernels: &WRITERS,
    runs: &[shown("riscv-set-memory", SV39), shown("riscv-linear", SV39), shown("riscv-image", SV39)],
    wrong: &[shown("riscv-no-memory", SV39), shown("riscv-no-area", SV39), shown("riscv-no-ram", SV39)],
    race: None,
};
