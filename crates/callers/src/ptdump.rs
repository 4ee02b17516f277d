//! ptdump, whose machine is in the room of its name: its scenarios, and its call sites.

use alloc::vec::Vec;

use actors::AnyActor;
use mm::{LockMode, MmId, Need, World};
use pagewalk::NotInThisKernel;
use pgtable::{Model, VirtAddr};
use ptdump::Ptdump;
use ptdump::users::{Dumped, PtdumpUser};
use scenario::library::{Begin, Group, Runs, Scenario};
use scenario::worlds;
use trace::{Callbacks, Revision};

use crate::request::scenario;
use crate::site::{CallSite, DEBUG, HELD, HELPER, HOTPLUG, INIT, InKernel, KERNEL, NOVMA, USER, X86, shown};

const SV39: &str = "riscv64-sv39";

/// Its scenarios.
pub(crate) static SCENARIOS: &[&Scenario] = &[&OF_INIT, &CURRENT, &USER_HALF, &EFI, &CHECK_WX];

/// A dump has the ranges of its architecture.
const DUMP: &[(u64, u64)] = &[];

/// Which dumps the scenarios make.
static DUMPS: [(&Scenario, &Dump); 5] = [
    (&OF_INIT, &INIT_MM),
    (&CURRENT, &PROCESS),
    (&USER_HALF, &PROCESS_USER_HALF),
    (&EFI, &FIRMWARE),
    (&CHECK_WX, &INIT_MM),
];

static INIT_MM: Dump = Dump { dumped: Dumped::InitMm, user_half: false };
static PROCESS: Dump = Dump { dumped: Dumped::Current, user_half: false };
static PROCESS_USER_HALF: Dump = Dump { dumped: Dumped::Current, user_half: true };
static FIRMWARE: Dump = Dump { dumped: Dumped::EfiMm, user_half: false };

/// Which mm a scenario dumps, and whether from the user half of its root; `None` if it is no dump.
pub fn dumped(scenario: &Scenario) -> Option<(Dumped, bool)> {
    let (_, dump) = DUMPS.iter().find(|(of, _)| *of == scenario)?;
    Some((dump.dumped, dump.user_half))
}

/// `ptdump_walk_pgd()`, which takes the locks itself. Which root it is given follows from who calls it.
#[derive(Debug)]
struct Dump {
    dumped: Dumped,
    user_half: bool,
}

impl Runs for Dump {
    fn mm(&self) -> MmId {
        match self.dumped {
            Dumped::InitMm => MmId::INIT_MM,
            Dumped::Current | Dumped::EfiMm => MmId::USER,
        }
    }

    fn exists_in(&self, _: Revision) -> bool {
        true
    }

    fn person_holds_locks(&self) -> bool {
        false
    }

    /// No file has the tables of the firmware.
    fn runs_on_any(&self, model: &Model) -> bool {
        PtdumpUser::find(model, self.dumped, self.user_half).is_some() && self.dumped != Dumped::EfiMm
    }

    fn ranges(&self, model: &Model) -> Option<Vec<(VirtAddr, VirtAddr)>> {
        ptdump::users::ranges(model).map(|ranges| ranges.to_vec())
    }

    fn start(&self, begin: &Begin<'_>, world: &mut World) -> Result<AnyActor, NotInThisKernel> {
        let user = PtdumpUser::find(world.model(), self.dumped, self.user_half);
        let pgd = user.and_then(|user| user.root.of(world, self.mm()));
        let ranges = begin.ranges.iter().copied().take(ptdump::MAX_RANGES).collect();
        Ok(AnyActor::new(Ptdump::new(begin.revision, self.mm(), pgd, ranges)))
    }
}

static OF_INIT: Scenario = Scenario {
    group: Group::NoVma,
    // On the tables of every machine whose kernel has a dump: its ranges are those of the architecture.
    made: Some(|at| (at.kernel, at.top)),
    ..scenario(
        "ptdump",
        "ptdump of init_mm",
        "ptdump_walk_pgd() as debugfs runs it, over all addresses that the architecture dumps: the locks \
            that it takes, in their order, and the walk under these locks.",
        &INIT_MM,
        &[
            ("riscv64-sv39", DUMP),
            ("arm64-4k-48", DUMP),
            ("arm64-16k-48", DUMP),
            ("x86_64-4level", DUMP),
            ("x86_64-5level", DUMP),
            ("ppc64le-64k-radix", DUMP),
            ("s390x", DUMP),
        ],
    )
};

static CURRENT: Scenario = Scenario {
    group: Group::NoVma,
    ..scenario(
        "ptdump-current",
        "ptdump of a process",
        "ptdump_walk_pgd() of an mm other than init_mm (current_kernel in x86's debugfs). From v7.3 on, \
            it takes init_mm's lock as well, nested inside the process's own.",
        &PROCESS,
        &[("x86_64-4level", DUMP), ("x86_64-5level", DUMP)],
    )
};

static USER_HALF: Scenario = Scenario {
    group: Group::NoVma,
    ..scenario(
        "ptdump-user-half",
        "ptdump of the user half",
        "current_user in x86's debugfs. With page-table isolation, a process has two root tables, but \
            mm->pgd points to only one. The other is passed as an explicit pgd; its kernel half is almost \
            empty. Without isolation, the one root table is passed.",
        &PROCESS_USER_HALF,
        &[("x86_64-4level", DUMP), ("x86_64-5level", DUMP)],
    )
};

static EFI: Scenario = Scenario {
    group: Group::NoVma,
    build: Some(worlds::efi),
    ..scenario(
        "ptdump-efi",
        "ptdump of efi_mm",
        "efi in x86's debugfs. The firmware's runtime services have their own mm, which belongs to no \
            process. It is not init_mm, so both are locked from v7.3 on.",
        &FIRMWARE,
        &[("x86_64-4level", &[(0, 1 << 47), (0xffff_8800_0000_0000, u64::MAX)])],
    )
};

static CHECK_WX: Scenario = Scenario {
    group: Group::Edges,
    build: Some(worlds::write_execute),
    ..scenario(
        "check-wx",
        "A page that is writable and executable",
        "ptdump_check_wx() walks as a dump does, but prints nothing: it counts pages that are both writable and executable, and writes \
            to the kernel's log whether there were any. On the machines that are offered for it, one page of data was made executable; the \
            tables of a file are counted as they are.",
        &INIT_MM,
        &[("x86_64-4level", DUMP), ("arm64-4k-48", DUMP), ("riscv64-sv39", DUMP), ("s390x", DUMP)],
    )
};

/// Of `init_mm`.
pub(crate) static OF_INIT_MM: CallSite = CallSite {
    title: "ptdump of init_mm",
    functions: &["ptdump_walk_pgd"],
    file: "mm/ptdump.c",
    changed: 1,
    before: None,
    why: "The only user of the debug walk. From the patch until v7.1, that walk handed init_mm over to the \
          kernel walk and its weaker rule. But a huge vmap does free kernel tables, so since v7.3 the debug \
          walk itself demands the write lock. Until v6.16 the architectures had to take the hotplug lock, \
          and x86 did not.",
    ops: &["ptdump_ops"],
    callbacks: Callbacks::WITHOUT_VMA,
    does: "It notes every leaf, pte and hole, and prints one line for neighbours that are alike. It writes \
           no entry. At a leaf it sets ACTION_CONTINUE.",
    kernels: &[
        InKernel { revision: Revision::V6_16, holds: &[(INIT, LockMode::Write)], walk: NOVMA, asserts: HELD },
        InKernel {
            revision: Revision::Patch,
            holds: &[(INIT, LockMode::Write)],
            walk: &[DEBUG, KERNEL, HELPER],
            asserts: HELD,
        },
        InKernel {
            revision: Revision::V6_17,
            holds: &[HOTPLUG, (INIT, LockMode::Write)],
            walk: &[DEBUG, KERNEL],
            asserts: HELD,
        },
        InKernel {
            revision: Revision::V7_3,
            holds: &[HOTPLUG, (INIT, LockMode::Write)],
            walk: &[DEBUG],
            asserts: &[(INIT, Need::Write), (INIT, Need::Write)],
        },
    ],
    runs: &[shown("ptdump", SV39)],
    wrong: &[shown("debug-init-mm", X86)],
    race: Some("huge-vmap"),
};

/// Of another mm.
pub(crate) static OF_ANOTHER_MM: CallSite = CallSite {
    title: "ptdump of another mm",
    functions: &["ptdump_walk_pgd"],
    file: "mm/ptdump.c",
    changed: 0,
    before: None,
    why: "The same call for another mm: a process's or the firmware's. munmap() frees tables while it holds \
          only the read lock, so the walk demands the write lock. The kernel half belongs to init_mm, so \
          since v7.3 it takes init_mm's lock as well.",
    ops: &["ptdump_ops"],
    callbacks: Callbacks::WITHOUT_VMA,
    does: "The same as for init_mm. x86 also passes a root table, because a process has two of them with \
           page-table isolation.",
    kernels: &[
        InKernel {
            revision: Revision::V6_16,
            holds: &[(USER, LockMode::Write)],
            walk: NOVMA,
            asserts: &[(USER, Need::Write)],
        },
        InKernel {
            revision: Revision::Patch,
            holds: &[(USER, LockMode::Write)],
            walk: &[DEBUG, HELPER],
            asserts: &[(USER, Need::Write)],
        },
        InKernel {
            revision: Revision::V6_17,
            holds: &[HOTPLUG, (USER, LockMode::Write)],
            walk: &[DEBUG],
            asserts: &[(USER, Need::Write)],
        },
        InKernel {
            revision: Revision::V7_3,
            holds: &[HOTPLUG, (USER, LockMode::Write), (INIT, LockMode::Write)],
            walk: &[DEBUG],
            asserts: &[(USER, Need::Write), (INIT, Need::Write)],
        },
    ],
    runs: &[shown("ptdump-user-half", X86), shown("ptdump-current", X86), shown("ptdump-efi", X86)],
    wrong: &[shown("debug-user", X86)],
    race: Some("munmap"),
};
