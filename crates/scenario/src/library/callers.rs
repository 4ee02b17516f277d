//! The patch's callers, each on its own architecture, and what they do when something is wrong.

use ::callers::{Area, Arm64, Arm64Func, Hvo, Memory, Request, View, Way};
use pagewalk::{Revision, SetMemory};
use pgtable::{PhysAddr, VirtAddr};

use super::{Group, OnMachine, Program, Scenario};
use crate::Held;
use crate::worlds;

/// All of them, in the order in which they are offered.
pub(super) static ALL: &[&Scenario] = &[
    &LOONGARCH_SET_MEMORY,
    &LOONGARCH_LEAF,
    &LOONGARCH_WINDOW,
    &LOONGARCH_NO_LOCK,
    &OPENRISC_DMA,
    &OPENRISC_DMA_CLEAR,
    &OPENRISC_DMA_NOTHING,
    &RISCV_SET_MEMORY,
    &RISCV_LINEAR,
    &RISCV_IMAGE,
    &RISCV_NO_MEMORY,
    &RISCV_NO_PAGES,
    &RISCV_NO_AREA,
    &RISCV_NO_RAM,
    &HVO_OPTIMIZE,
    &HVO_MANY,
    &HVO_RESTORE,
    &HVO_ROLL_BACK,
    &HVO_SELF_HOSTED,
    &HVO_UNALIGNED,
    &ARM64_SET_MEMORY,
    &ARM64_GIGABYTE,
    &ARM64_KFENCE,
    &ARM64_KFENCE_NO_MEMORY,
    &ARM64_REFUSED,
    &ARM64_NO_AREA,
    &ARM64_UNALIGNED,
];

/// What all of them have in common.
const fn scenario(
    id: &'static str,
    title: &'static str,
    about: &'static str,
    request: Request,
    on: &'static [OnMachine],
) -> Scenario {
    let program = Program::Caller { request, before: None, fails_at: 0, forgets_lock: false };
    Scenario {
        id,
        title,
        about,
        program,
        revision: Revision::V7_3,
        held: (Held::None, Held::None),
        build: None,
        group: Group::Callers,
        made: None,
        on,
    }
}

impl Scenario {
    const fn on_built(self, build: worlds::Build) -> Self {
        Self { build: Some(build), ..self }
    }

    const fn change(self, before: Option<Request>, fails_at: u32, forgets_lock: bool) -> Self {
        match self.program {
            Program::Caller { request, .. } => {
                Self { program: Program::Caller { request, before, fails_at, forgets_lock }, ..self }
            }
            _ => self,
        }
    }

    const fn failing_at(self, fails_at: u32) -> Self {
        self.change(None, fails_at, false)
    }

    const fn after(self, before: Request) -> Self {
        self.change(Some(before), 0, false)
    }

    const fn without_lock(self) -> Self {
        self.change(None, 0, true)
    }
}

const LOONGARCH: &str = "loongarch64-16k-3level";

pub(super) static LOONGARCH_SET_MEMORY: Scenario = scenario(
    "loongarch-set-memory",
    "loongarch: set_memory_ro()",
    "__set_memory() makes two pages of a module read-only: the write lock of init_mm, a walk whose callbacks clear two bits \
     of each pte, and a TLB flush of the range once the lock is released.",
    Request::Loongarch(SetMemory::Ro),
    &[(LOONGARCH, &[(0xffff_8000_0200_8000, 0xffff_8000_0201_0000)])],
)
.on_built(worlds::loongarch);

pub(super) static LOONGARCH_LEAF: Scenario = scenario(
    "loongarch-leaf",
    "loongarch: part of a leaf",
    "One page of a leaf of 32 MiB is to be read-only. Nobody splits the leaf and nobody asks how much of it is meant: all of \
     it changes.",
    Request::Loongarch(SetMemory::Ro),
    &[(LOONGARCH, &[(0xffff_8000_8400_4000, 0xffff_8000_8400_8000)])],
)
.on_built(worlds::loongarch);

pub(super) static LOONGARCH_WINDOW: Scenario = scenario(
    "loongarch-window",
    "loongarch: outside of all tables",
    "An address of the direct-mapped window, where memory is mapped without any table: there is nothing to change, and 0 \
     is returned.",
    Request::Loongarch(SetMemory::Ro),
    &[(LOONGARCH, &[(0x9000_0000_0020_0000, 0x9000_0000_0020_4000)])],
)
.on_built(worlds::loongarch);

pub(super) static LOONGARCH_NO_LOCK: Scenario = scenario(
    "loongarch-no-lock",
    "loongarch: the lock is missing",
    "__set_memory() as no kernel has it: without the lock. The walk's assertion fails, the kernel warns, and the entries are \
     changed all the same.",
    Request::Loongarch(SetMemory::Ro),
    &[(LOONGARCH, &[(0xffff_8000_0200_8000, 0xffff_8000_0201_0000)])],
)
.on_built(worlds::loongarch)
.without_lock();

pub(super) static OPENRISC_DMA: Scenario = scenario(
    "openrisc-dma",
    "openrisc: memory for DMA",
    "arch_dma_set_uncached() sets the cache-inhibit bit of two pages. Each page's TLB entry and cache lines are flushed at \
     once, inside the callback.",
    Request::Uncached(true),
    &[("openrisc", &[(0xc400_4000, 0xc400_8000)])],
)
.on_built(worlds::openrisc);

pub(super) static OPENRISC_DMA_CLEAR: Scenario = scenario(
    "openrisc-dma-clear",
    "openrisc: memory back from DMA",
    "arch_dma_clear_uncached() clears the bit again. The cache has nothing of these pages, so only the TLB is flushed.",
    Request::Uncached(false),
    &[("openrisc", &[(0xc400_4000, 0xc400_8000)])],
)
.on_built(worlds::openrisc)
.after(Request::Uncached(true));

pub(super) static OPENRISC_DMA_NOTHING: Scenario = scenario(
    "openrisc-dma-nothing",
    "openrisc: no memory at all",
    "arch_dma_set_uncached() of no bytes. It does not look at its arguments; the walk does and returns -EINVAL, with the \
     lock taken for nothing.",
    Request::Uncached(true),
    &[("openrisc", &[(0xc400_4000, 0xc400_4000)])],
)
.on_built(worlds::openrisc);

/// The captured riscv64 machine: its memory starts at 2 GiB, and the kernel 2 MiB into it.
static SV39: Memory = Memory {
    linear: View { start: VirtAddr(0xffff_ffd6_0000_0000), memory: PhysAddr(0x8000_0000), bytes: 1 << 37 },
    image: Some(View {
        start: VirtAddr(0xffff_ffff_8000_0000),
        memory: PhysAddr(0x8020_0000),
        bytes: 0xac_a000,
    }),
    areas: &[Area { start: VirtAddr(0xffff_ffc6_001c_5000), pages: 2 }],
};

pub(super) static RISCV_SET_MEMORY: Scenario = scenario(
    "riscv-set-memory",
    "riscv: set_memory_ro()",
    "Two pages of vmalloc become read-only, and so do their aliases in the linear map: page by page, after the leaf of two \
     megabytes around each has been split.",
    Request::Riscv(SetMemory::Ro, &SV39),
    &[("riscv64-sv39", &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_7000)])],
);

pub(super) static RISCV_LINEAR: Scenario = scenario(
    "riscv-linear",
    "riscv: out of the linear map",
    "set_direct_map_invalid_noflush() of one page of the linear map. The address is its own alias: it is walked twice, the \
     second time for nothing. In spite of its name it flushes.",
    Request::Riscv(SetMemory::DirectMapInvalid, &SV39),
    &[("riscv64-sv39", &[(0xffff_ffd6_00c0_3000, 0xffff_ffd6_00c0_4000)])],
);

pub(super) static RISCV_IMAGE: Scenario = scenario(
    "riscv-image",
    "riscv: part of the kernel image",
    "One page of read-only data is to be writable. Its alias in the linear map is split off; the image's own leaf is not: \
     two megabytes of it become writable.",
    Request::Riscv(SetMemory::Rw, &SV39),
    &[("riscv64-sv39", &[(0xffff_ffff_8020_1000, 0xffff_ffff_8020_2000)])],
);

pub(super) static RISCV_NO_MEMORY: Scenario = scenario(
    "riscv-no-memory",
    "riscv: no memory to split",
    "The table that is to replace a leaf of the linear map cannot be allocated: -ENOMEM. The lock is released and all TLBs are \
     flushed all the same.",
    Request::Riscv(SetMemory::Ro, &SV39),
    &[("riscv64-sv39", &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_7000)])],
)
.failing_at(1);

pub(super) static RISCV_NO_PAGES: Scenario = scenario(
    "riscv-no-pages",
    "riscv: no pages",
    "set_memory_ro() of no pages: 0, before any lock is taken.",
    Request::Riscv(SetMemory::Ro, &SV39),
    &[("riscv64-sv39", &[(0xffff_ffc6_001c_5000, 0xffff_ffc6_001c_5000)])],
);

pub(super) static RISCV_NO_AREA: Scenario = scenario(
    "riscv-no-area",
    "riscv: no such area",
    "An address between two areas of vmalloc. find_vm_area() finds none, and its answer is used without a look: the kernel \
     would crash, with the lock held.",
    Request::Riscv(SetMemory::Ro, &SV39),
    &[("riscv64-sv39", &[(0xffff_ffc6_001e_0000, 0xffff_ffc6_001e_1000)])],
);

pub(super) static RISCV_NO_RAM: Scenario = scenario(
    "riscv-no-ram",
    "riscv: behind the end of memory",
    "An address of the linear map where no memory is. split_linear_mapping() does not ask whether an entry is none: it \
     follows the empty one.",
    Request::Riscv(SetMemory::Ro, &SV39),
    &[("riscv64-sv39", &[(0xffff_ffd7_0000_0000, 0xffff_ffd7_0000_1000)])],
);

/// The vmemmap of the huge page of 2 MiB at 1 GiB.
const VMEMMAP: &[OnMachine] = &[
    ("x86_64-4level", &[(0xffff_ea00_0100_0000, 0xffff_ea00_0100_8000)]),
    ("x86_64-5level", &[(0xffd4_0000_0100_0000, 0xffd4_0000_0100_8000)]),
];

const fn hvo(way: Way) -> Request {
    Request::Hvo(Hvo { way, self_hosted: false })
}

pub(super) static HVO_OPTIMIZE: Scenario = scenario(
    "hvo-optimize",
    "HVO: give pages back",
    "The struct pages of a huge page fill eight pages, seven of them alike. Under init_mm's read lock the callback splits the \
     leaf that maps them, the same walk goes on into the new table, and the seven are pointed to one shared page.",
    hvo(Way::Optimize),
    VMEMMAP,
);

pub(super) static HVO_MANY: Scenario = scenario(
    "hvo-many",
    "HVO: many at once",
    "hugetlb_vmemmap_optimize_folios() first splits for all huge pages and then remaps them: two flushes do for all. While it \
     only splits, the callback answers ACTION_CONTINUE.",
    hvo(Way::OptimizeMany),
    VMEMMAP,
);

pub(super) static HVO_RESTORE: Scenario = scenario(
    "hvo-restore",
    "HVO: get pages again",
    "A huge page is freed, so its struct pages need memory of their own again: seven pages are allocated, and each pte gets \
     one with a copy of the shared page.",
    hvo(Way::Restore),
    VMEMMAP,
)
.after(hvo(Way::Optimize));

pub(super) static HVO_ROLL_BACK: Scenario = scenario(
    "hvo-roll-back",
    "HVO: stopped half-way",
    "The vmemmap of a huge page of 1 GiB spans eight leaves. For the second of them no table is to be had: what was remapped \
     under the first is walked once more and restored.",
    hvo(Way::Optimize),
    &[
        ("x86_64-4level", &[(0xffff_ea00_0100_0000, 0xffff_ea00_0200_0000)]),
        ("x86_64-5level", &[(0xffd4_0000_0100_0000, 0xffd4_0000_0200_0000)]),
    ],
)
.failing_at(4);

pub(super) static HVO_SELF_HOSTED: Scenario = scenario(
    "hvo-self-hosted",
    "HVO: pages that describe themselves",
    "Memory that was added later may hold its own struct pages. Those must stay: -ENOTSUPP, before the leaf is split.",
    Request::Hvo(Hvo { way: Way::Optimize, self_hosted: true }),
    VMEMMAP,
);

pub(super) static HVO_UNALIGNED: Scenario = scenario(
    "hvo-unaligned",
    "HVO: not whole pages",
    "A range that does not begin at a page: VM_BUG_ON() stops a kernel with CONFIG_DEBUG_VM.",
    hvo(Way::Optimize),
    &[
        ("x86_64-4level", &[(0xffff_ea00_0100_0800, 0xffff_ea00_0100_8000)]),
        ("x86_64-5level", &[(0xffd4_0000_0100_0800, 0xffd4_0000_0100_8000)]),
    ],
);

/// The captured arm64 machine with 4K pages: its memory starts at 1 GiB, and page-table isolation is on.
static ARM64_4K: Memory = Memory {
    linear: View { start: VirtAddr(0xffff_0000_0000_0000), memory: PhysAddr(0x4000_0000), bytes: 1 << 47 },
    image: None,
    areas: &[Area { start: VirtAddr(0xffff_8000_803c_8000), pages: 4 }],
};

const fn arm64(what: Arm64Func, bbm3: bool) -> Request {
    Request::Arm64(Arm64 { what, memory: &ARM64_4K, bbm3, not_global: true })
}

pub(super) static ARM64_SET_MEMORY: Scenario = scenario(
    "arm64-set-memory",
    "arm64: set_memory_ro()",
    "Four pages of vmalloc and their aliases become read-only by the lockless walk. The leaf around the first alias is split \
     under a mutex of its own, as CPUs with FEAT_BBM level 3 can bear.",
    arm64(Arm64Func::Set(SetMemory::Ro), true),
    &[("arm64-4k-48", &[(0xffff_8000_803c_8000, 0xffff_8000_803c_c000)])],
);

pub(super) static ARM64_GIGABYTE: Scenario = scenario(
    "arm64-gigabyte",
    "arm64: one page of a gigabyte",
    "One page is taken out of the direct map, where a leaf of one gigabyte maps it. It is split step by step: into contiguous \
     pmds, into pmds, into contiguous ptes, into ptes.",
    arm64(Arm64Func::Set(SetMemory::DirectMapInvalid), true),
    &[("arm64-4k-48", &[(0xffff_0000_4420_3000, 0xffff_0000_4420_4000)])],
);

pub(super) static ARM64_KFENCE: Scenario = scenario(
    "arm64-kfence",
    "arm64: everything into pages",
    "The pool of KFENCE needs single pages. range_split_to_ptes() splits inside the callbacks of the lockless walk, and takes \
     the contiguous hint from the neighbours.",
    arm64(Arm64Func::SplitForKfence, true),
    &[("arm64-4k-48", &[(0xffff_0000_0220_0000, 0xffff_0000_0240_0000)])],
);

pub(super) static ARM64_KFENCE_NO_MEMORY: Scenario = scenario(
    "arm64-kfence-no-memory",
    "arm64: no memory for pages",
    "There is no memory for the second page table: the walk ends with -ENOMEM. What has been split stays, as it maps the same.",
    arm64(Arm64Func::SplitForKfence, true),
    &[("arm64-4k-48", &[(0xffff_0000_0220_0000, 0xffff_0000_0260_0000)])],
)
.failing_at(2);

pub(super) static ARM64_REFUSED: Scenario = scenario(
    "arm64-refused",
    "arm64: part of a leaf",
    "A CPU without FEAT_BBM level 3 cannot bear that a leaf in use is split. The callback sees that only a part of the leaf is \
     meant, warns, and the walk ends with -EINVAL.",
    arm64(Arm64Func::Set(SetMemory::Invalid), false),
    &[("arm64-4k-48", &[(0xffff_0000_0080_1000, 0xffff_0000_0080_2000)])],
);

pub(super) static ARM64_NO_AREA: Scenario = scenario(
    "arm64-no-area",
    "arm64: not of vmalloc",
    "set_memory_ro() of the direct map: only what lies in one area of vmalloc is changed, anything else is refused.",
    arm64(Arm64Func::Set(SetMemory::Ro), true),
    &[("arm64-4k-48", &[(0xffff_0000_0080_1000, 0xffff_0000_0080_2000)])],
);

pub(super) static ARM64_UNALIGNED: Scenario = scenario(
    "arm64-unaligned",
    "arm64: not at a page",
    "set_memory_nx() of an address inside a page: it is rounded down, with a warning.",
    arm64(Arm64Func::Set(SetMemory::Nx), true),
    &[("arm64-4k-48", &[(0xffff_8000_803c_9234, 0xffff_8000_803c_a234)])],
);
