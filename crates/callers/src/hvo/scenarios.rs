//! Where HVO is seen: its scenarios and its call site.

use scenario::library::{OnMachine, Scenario};
use trace::Callbacks;

use super::{Hvo, Way};
use crate::request::{Ask, scenario};
use crate::site::{CallSite, READER, X86, shown};

/// The vmemmap of the huge page of 2 MiB at 1 GiB.
const VMEMMAP: &[OnMachine] = &[
    ("x86_64-4level", &[(0xffff_ea00_0100_0000, 0xffff_ea00_0100_8000)]),
    ("x86_64-5level", &[(0xffd4_0000_0100_0000, 0xffd4_0000_0100_8000)]),
];

static OPTIMIZE_ONE: Ask<Hvo> = Ask::of(Hvo { way: Way::Optimize, self_hosted: false });
/// The fourth allocation is the table for the second leaf.
static OPTIMIZE_NO_MEMORY: Ask<Hvo> = Ask { fails_at: 4, ..OPTIMIZE_ONE };
static OPTIMIZE_SELF_HOSTED: Ask<Hvo> = Ask::of(Hvo { way: Way::Optimize, self_hosted: true });
static OPTIMIZE_MANY: Ask<Hvo> = Ask::of(Hvo { way: Way::OptimizeMany, self_hosted: false });
static RESTORE_OPTIMIZED: Ask<Hvo> = Ask {
    before: Some(Hvo { way: Way::Optimize, self_hosted: false }),
    ..Ask::of(Hvo { way: Way::Restore, self_hosted: false })
};

/// Its scenarios, in the order in which they are offered.
pub(crate) static SCENARIOS: &[&Scenario] =
    &[&OPTIMIZE, &MANY, &RESTORE, &ROLL_BACK, &SELF_HOSTED, &UNALIGNED];

static OPTIMIZE: Scenario = scenario(
    "hvo-optimize",
    "HVO: give pages back",
    "The struct pages of a huge page fill eight pages, and seven of them are alike. Under init_mm's read \
     lock, the callback splits the leaf that maps them. The same walk continues in the new table and points \
     the seven ptes to one shared page.",
    &OPTIMIZE_ONE,
    VMEMMAP,
);

static MANY: Scenario = scenario(
    "hvo-many",
    "HVO: many at once",
    "hugetlb_vmemmap_optimize_folios() first splits the leaves for all huge pages and then remaps them, so \
     that two TLB flushes are enough. While it only splits, the callback sets ACTION_CONTINUE.",
    &OPTIMIZE_MANY,
    VMEMMAP,
);

static RESTORE: Scenario = scenario(
    "hvo-restore",
    "HVO: get pages back",
    "A huge page is freed, so its struct pages need memory of their own again. Seven pages are allocated, \
     and each pte gets one of them, with a copy of the shared page.",
    &RESTORE_OPTIMIZED,
    VMEMMAP,
);

static ROLL_BACK: Scenario = scenario(
    "hvo-roll-back",
    "HVO: stopped half-way",
    "The vmemmap of a huge page of 1 GiB spans eight leaves. There is no memory for the table of the second \
     leaf, so a second walk restores what was remapped under the first.",
    &OPTIMIZE_NO_MEMORY,
    &[
        ("x86_64-4level", &[(0xffff_ea00_0100_0000, 0xffff_ea00_0200_0000)]),
        ("x86_64-5level", &[(0xffd4_0000_0100_0000, 0xffd4_0000_0200_0000)]),
    ],
);

static SELF_HOSTED: Scenario = scenario(
    "hvo-self-hosted",
    "HVO: pages that describe themselves",
    "Memory that was added later may hold its own struct pages. Those must stay, so the callback returns \
     -ENOTSUPP before it splits the leaf.",
    &OPTIMIZE_SELF_HOSTED,
    VMEMMAP,
);

static UNALIGNED: Scenario = scenario(
    "hvo-unaligned",
    "HVO: not whole pages",
    "A range that does not begin at a page boundary: VM_BUG_ON() stops a kernel with CONFIG_DEBUG_VM.",
    &OPTIMIZE_ONE,
    &[
        ("x86_64-4level", &[(0xffff_ea00_0100_0800, 0xffff_ea00_0100_8000)]),
        ("x86_64-5level", &[(0xffd4_0000_0100_0800, 0xffd4_0000_0100_8000)]),
    ],
);

/// Its call site.
pub(crate) static SITE: CallSite = CallSite {
    title: "HVO: vmemmap of huge pages",
    functions: &["vmemmap_remap_range"],
    file: "mm/hugetlb_vmemmap.c",
    changed: 1,
    before: None,
    why: "The read lock is enough: it keeps the tables from going away, and init_mm.page_table_lock, which \
          the callback takes, keeps two operations on one pmd apart. For this caller the assertion was \
          relaxed in v6.8 (b123d09304d8).",
    ops: &["vmemmap_remap_ops"],
    callbacks: Callbacks::PMD_ENTRY.union(Callbacks::PTE_ENTRY),
    does: "pmd_entry splits the leaf, and the same walk continues in the new table. There, pte_entry points \
           the ptes to one shared page, or gives each pte a page of its own again.",
    kernels: &READER,
    runs: &[shown("hvo-optimize", X86), shown("hvo-many", X86), shown("hvo-restore", X86)],
    wrong: &[shown("hvo-roll-back", X86), shown("hvo-self-hosted", X86), shown("hvo-unaligned", X86)],
    race: Some("hot-remove"),
};
