//! The walks that the patch is about: without VMAs.

use actors::Observer;
use mm::MmId;
use pagewalk::{EntryPoint, Revision};

use super::{Group, Program, Scenario};
use crate::held::Held;

pub(super) static START: Scenario = Scenario {
    id: "start",
    title: "Start here: a short kernel walk",
    about: "walk_kernel_page_table_range() over a few entries of the kernel's tables. It comes from the top table \
            down to single pages, and meets tables, what maps memory, and what is empty.",
    program: Program::Call { entry: EntryPoint::Kernel, mm: MmId::INIT_MM, ops: Observer::ALL },
    revision: Revision::V6_17,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::NoVma,
    made: Some(|at| (at.kernel + at.pmd, at.kernel + 3 * at.pmd + 2 * at.page)),
    on: &[],
};

pub(super) static KERNEL_WALK: Scenario = Scenario {
    id: "kernel-walk",
    title: "Kernel walk",
    about: "walk_kernel_page_table_range() over a part of the kernel's tables, on most machines of the direct map. \
            It descends into tables, but not at leaves. An empty entry above pte level is a hole.",
    program: Program::Call { entry: EntryPoint::Kernel, mm: MmId::INIT_MM, ops: Observer::ALL },
    revision: Revision::V6_17,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::NoVma,
    made: Some(|at| (at.kernel, at.kernel + 4 * at.pmd + 2 * at.page)),
    on: &[
        ("x86_64-4level", &[(0xffff_8880_8000_0000, 0xffff_8880_c840_0000)]),
        ("x86_64-5level", &[(0xff11_0000_8000_0000, 0xff11_0000_c840_0000)]),
        ("riscv64-sv39", &[(0xffff_ffd5_ffc0_0000, 0xffff_ffd6_00a0_0000)]),
        ("arm64-4k-48", &[(0xffff_0000_8000_0000, 0xffff_0000_c840_0000)]),
        ("arm64-16k-48", &[(0xffff_0000_01fc_0000, 0xffff_0000_ca00_0000)]),
    ],
};

pub(super) static DEBUG_USER: Scenario = Scenario {
    id: "debug-user",
    title: "Debug walk of a user mm",
    about: "walk_page_range_debug() with ptdump's callbacks over a part of a process, without its VMAs. It \
            maps pte tables under RCU, because user tables may be freed.",
    program: Program::Call { entry: EntryPoint::Debug, mm: MmId::USER, ops: Observer::PTDUMP },
    revision: Revision::V6_17,
    held: (Held::Write, Held::None),
    build: None,
    group: Group::NoVma,
    made: Some(|at| (at.user, at.user + 4 * at.pmd + 2 * at.page)),
    on: &[
        ("x86_64-4level", &[(0x2_7fe0_0000, 0x2_8041_0000)]),
        ("x86_64-5level", &[(0x2_7fe0_0000, 0x2_8041_0000)]),
        ("riscv64-sv39", &[(0x2_7fe0_0000, 0x2_8041_0000)]),
        ("arm64-4k-48", &[(0x2_7fe0_0000, 0x2_8041_0000)]),
        ("arm64-16k-48", &[(0x2_7e00_0000, 0x2_8404_0000)]),
    ],
};

pub(super) static DEBUG_INIT_MM: Scenario = Scenario {
    id: "debug-init-mm",
    title: "Debug walk of init_mm",
    about: "walk_page_range_debug() of the kernel's own mm. From the split until v7.1, it hands over to \
            walk_kernel_page_table_range(), so that a read lock is enough. From v7.3 on, and in v6.12.107, it \
            does not.",
    program: Program::Call { entry: EntryPoint::Debug, mm: MmId::INIT_MM, ops: Observer::PTDUMP },
    revision: Revision::V6_17,
    held: (Held::Read, Held::None),
    build: None,
    group: Group::NoVma,
    made: Some(|at| (at.kernel, at.kernel + 2 * at.pmd)),
    on: &[
        ("x86_64-4level", &[(0xffff_ffff_80e0_0000, 0xffff_ffff_8121_0000)]),
        ("x86_64-5level", &[(0xffff_ffff_80e0_0000, 0xffff_ffff_8121_0000)]),
        ("riscv64-sv39", &[(0xffff_ffd5_ffe0_0000, 0xffff_ffd6_0061_0000)]),
        ("arm64-4k-48", &[(0xffff_8000_805f_0000, 0xffff_8000_8101_0000)]),
        ("arm64-16k-48", &[(0xffff_0000_01fc_0000, 0xffff_0000_0800_0000)]),
    ],
};
