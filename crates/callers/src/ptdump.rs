//! The call sites of ptdump, whose machine is in the room of its name, and its scenario on tables that no capture has.

use mm::{LockMode, Need};
use ptdump::users::Dumped;
use scenario::Held;
use scenario::library::{Group, Program, Scenario};
use scenario::worlds;
use trace::{Callbacks, Revision};

use crate::site::{CallSite, DEBUG, HELD, HELPER, HOTPLUG, INIT, InKernel, KERNEL, NOVMA, USER, X86, shown};

const SV39: &str = "riscv64-sv39";

/// Its scenarios besides those that every reader has.
pub(crate) static SCENARIOS: &[&Scenario] = &[&EFI];

static EFI: Scenario = Scenario {
    id: "ptdump-efi",
    title: "ptdump of efi_mm",
    about: "efi in x86's debugfs. The firmware's runtime services have their own mm, which belongs to no \
            process. It is not init_mm, so both are locked from v7.3 on.",
    program: Program::Ptdump { dumped: Dumped::EfiMm, user_half: false },
    revision: Revision::V7_3,
    held: (Held::None, Held::None),
    build: Some(worlds::efi),
    group: Group::NoVma,
    made: None,
    on: &[("x86_64-4level", &[(0, 1 << 47), (0xffff_8800_0000_0000, u64::MAX)])],
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
