//! The built-in scenarios, and the machines that they run on.

mod callers;

use actors::Observer;
use actors::callers::Request;
use actors::ptdump_users::Dumped;
use mm::MmId;
use pagewalk::{EntryPoint, Revision};
use pgtable::VirtAddr;

use crate::Held;
use crate::worlds::{self, Build};

/// A machine that comes with the page.
#[derive(Debug, PartialEq, Eq)]
pub struct Machine {
    /// Name in links; the id of its page-table model.
    pub id: &'static str,
    /// Folder of the capture; none of a machine that only scenarios with machines of their own run on.
    pub capture: Option<&'static str>,
    /// For a person.
    pub title: &'static str,
}

/// All machines, in the order in which they are offered.
pub static MACHINES: [Machine; 7] = [
    captured("x86_64-4level", "x86_64-4level", "x86-64, 4 levels"),
    captured("x86_64-5level", "x86_64-5level", "x86-64, 5 levels"),
    captured("riscv64-sv39", "riscv64-sv39", "riscv64, Sv39"),
    captured("arm64-4k-48", "arm64-4k-48bit", "arm64, 4K pages"),
    captured("arm64-16k-48", "arm64-16k-48bit", "arm64, 16K pages"),
    Machine { id: "loongarch64-16k-3level", capture: None, title: "loongarch64, 16K pages" },
    Machine { id: "openrisc", capture: None, title: "openrisc" },
];

const fn captured(id: &'static str, folder: &'static str, title: &'static str) -> Machine {
    Machine { id, capture: Some(folder), title }
}

impl Machine {
    /// The machine with this name.
    pub fn from_id(id: &str) -> Option<&'static Self> {
        MACHINES.iter().find(|machine| machine.id == id)
    }
}

/// What a scenario calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// An entry point, by a caller that holds whatever the person chose.
    Call {
        /// The function; on kernels without it the one that did its work there.
        entry: EntryPoint,
        /// Its mm.
        mm: MmId,
        /// Its callbacks.
        ops: Observer,
    },
    /// `ptdump_walk_pgd()`, which takes the locks itself. Which root it is given follows from who calls it.
    Ptdump {
        /// The mm that is dumped.
        dumped: Dumped,
        /// Whether from the user half of its root.
        user_half: bool,
    },
    /// One of the patch's callers, which takes the locks itself.
    Caller {
        /// What is asked for.
        request: Request,
        /// What was done before, on the machine at rest.
        before: Option<Request>,
        /// Which allocation fails, from 1; 0 is none.
        fails_at: u32,
        /// Whether the caller forgets `init_mm`'s lock: then what is held is the person's choice.
        forgets_lock: bool,
    },
}

impl Program {
    /// The mm that is walked.
    pub const fn mm(&self) -> MmId {
        match *self {
            Self::Call { mm, .. } => mm,
            Self::Ptdump { dumped: Dumped::InitMm, .. } | Self::Caller { .. } => MmId::INIT_MM,
            Self::Ptdump { .. } => MmId::USER,
        }
    }

    /// Whether it runs in `revision`: a caller may not use the walker yet.
    pub const fn exists_in(&self, revision: Revision) -> bool {
        match self {
            Self::Caller { request, .. } => request.exists_in(revision),
            _ => true,
        }
    }
}

/// The range of a scenario on one machine: its id, then start and end of one range or of two.
type OnMachine = (&'static str, &'static [(u64, u64)]);

/// A built-in scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Name in links.
    pub id: &'static str,
    /// For a person.
    pub title: &'static str,
    /// What it shows, in a sentence or two.
    pub about: &'static str,
    /// What runs.
    pub program: Program,
    /// The kernel that it starts with.
    pub revision: Revision,
    /// The locks that it starts with: of the walked mm, and of `init_mm` besides another mm.
    pub held: (Held, Held),
    /// Builds the machine, where it is not a captured one.
    pub build: Option<Build>,
    on: &'static [OnMachine],
}

impl PartialEq for Scenario {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Scenario {
    /// The scenario with this name.
    pub fn from_id(id: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.id == id)
    }

    /// The machines that it runs on; the first is the one that it starts with.
    pub fn machines(&self) -> impl Iterator<Item = &'static Machine> + use<> {
        self.on.iter().filter_map(|(id, _)| Machine::from_id(id))
    }

    /// The ranges on a machine; `None` if it does not run there.
    pub fn ranges(&self, machine: &Machine) -> Option<impl Iterator<Item = (VirtAddr, VirtAddr)> + use<>> {
        let (_, ranges) = self.on.iter().find(|(id, _)| *id == machine.id)?;
        Some(ranges.iter().map(|&(start, end)| (VirtAddr(start), VirtAddr(end))))
    }

    /// Whether the caller's locks are chosen by the person; ptdump and the patch's callers take their own.
    pub const fn caller_holds_locks(&self) -> bool {
        matches!(self.program, Program::Call { .. } | Program::Caller { forgets_lock: true, .. })
    }

    /// The kernels that it runs in.
    pub fn revisions(&self) -> impl Iterator<Item = Revision> + use<> {
        let program = self.program;
        Revision::ALL.into_iter().filter(move |&revision| program.exists_in(revision))
    }

    /// Whether the lock of `init_mm` is a choice besides the walked mm's.
    pub const fn has_second_lock(&self) -> bool {
        !matches!(self.program.mm(), MmId::INIT_MM)
    }
}

const KERNEL_WALK: Scenario = Scenario {
    id: "kernel-walk",
    title: "Kernel walk",
    about: "walk_kernel_page_table_range() over the end of the direct map: leaves of one gigabyte and \
            of two megabytes, single pages, and the holes behind the last of them.",
    program: Program::Call { entry: EntryPoint::Kernel, mm: MmId::INIT_MM, ops: Observer::ALL },
    revision: Revision::V6_17,
    held: (Held::Read, Held::None),
    build: None,
    on: &[
        ("x86_64-4level", &[(0xffff_8880_8000_0000, 0xffff_8880_c840_0000)]),
        ("x86_64-5level", &[(0xff11_0000_8000_0000, 0xff11_0000_c840_0000)]),
        ("riscv64-sv39", &[(0xffff_ffd5_ffc0_0000, 0xffff_ffd6_00a0_0000)]),
        ("arm64-4k-48", &[(0xffff_0000_8000_0000, 0xffff_0000_c840_0000)]),
        ("arm64-16k-48", &[(0xffff_0000_01fc_0000, 0xffff_0000_ca00_0000)]),
    ],
};

const DEBUG_USER: Scenario = Scenario {
    id: "debug-user",
    title: "Debug walk of a user mm",
    about: "walk_page_range_debug() with ptdump's callbacks over a piece of a real process: a hole, huge pages, \
            and a pte table that is mapped under RCU, because user tables may be freed.",
    program: Program::Call { entry: EntryPoint::Debug, mm: MmId::USER, ops: Observer::PTDUMP },
    revision: Revision::V6_17,
    held: (Held::Write, Held::None),
    build: None,
    on: &[
        ("x86_64-4level", &[(0x2_7fe0_0000, 0x2_8041_0000)]),
        ("x86_64-5level", &[(0x2_7fe0_0000, 0x2_8041_0000)]),
        ("riscv64-sv39", &[(0x2_7fe0_0000, 0x2_8041_0000)]),
        ("arm64-4k-48", &[(0x2_7fe0_0000, 0x2_8041_0000)]),
        ("arm64-16k-48", &[(0x2_7e00_0000, 0x2_8404_0000)]),
    ],
};

const DEBUG_INIT_MM: Scenario = Scenario {
    id: "debug-init-mm",
    title: "Debug walk of init_mm",
    about: "walk_page_range_debug() of the kernel's own mm. From the split until v7.1 it is handed over to \
            walk_kernel_page_table_range(), so that a read lock is enough; from v7.3 it is not.",
    program: Program::Call { entry: EntryPoint::Debug, mm: MmId::INIT_MM, ops: Observer::PTDUMP },
    revision: Revision::V6_17,
    held: (Held::Read, Held::None),
    build: None,
    on: &[
        ("x86_64-4level", &[(0xffff_ffff_80e0_0000, 0xffff_ffff_8121_0000)]),
        ("x86_64-5level", &[(0xffff_ffff_80e0_0000, 0xffff_ffff_8121_0000)]),
        ("riscv64-sv39", &[(0xffff_ffd5_ffe0_0000, 0xffff_ffd6_0061_0000)]),
        ("arm64-4k-48", &[(0xffff_8000_805f_0000, 0xffff_8000_8101_0000)]),
        ("arm64-16k-48", &[(0xffff_0000_01fc_0000, 0xffff_0000_0800_0000)]),
    ],
};

const PTDUMP: Scenario = Scenario {
    id: "ptdump",
    title: "ptdump of init_mm",
    about: "ptdump_walk_pgd() as debugfs runs it, over the whole address space: the locks that it takes, in \
            their order, and the debug walk under them.",
    program: Program::Ptdump { dumped: Dumped::InitMm, user_half: false },
    revision: Revision::V7_3,
    held: (Held::None, Held::None),
    build: None,
    on: &[
        ("riscv64-sv39", &[(0xffff_ffc0_0000_0000, u64::MAX)]),
        ("arm64-4k-48", &[(0xffff_0000_0000_0000, u64::MAX)]),
        ("arm64-16k-48", &[(0xffff_0000_0000_0000, u64::MAX)]),
        ("x86_64-4level", &[(0, 1 << 47), (0xffff_8800_0000_0000, u64::MAX)]),
        ("x86_64-5level", &[(0, 1 << 56), (0xff10_0000_0000_0000, u64::MAX)]),
    ],
};

const PTDUMP_CURRENT: Scenario = Scenario {
    id: "ptdump-current",
    title: "ptdump of a process",
    about: "ptdump_walk_pgd() of another mm than init_mm (x86 debugfs current_kernel): from v7.3 it takes \
            init_mm's lock as well, nested in the process's own.",
    program: Program::Ptdump { dumped: Dumped::Current, user_half: false },
    revision: Revision::V7_3,
    held: (Held::None, Held::None),
    build: None,
    on: &[
        ("x86_64-4level", &[(0, 1 << 47), (0xffff_8800_0000_0000, u64::MAX)]),
        ("x86_64-5level", &[(0, 1 << 56), (0xff10_0000_0000_0000, u64::MAX)]),
    ],
};

const PTDUMP_USER_HALF: Scenario = Scenario {
    id: "ptdump-user-half",
    title: "ptdump of the user half",
    about: "x86 debugfs current_user: with page-table isolation a process has two roots, and the mm names only one. The other \
            comes as an explicit pgd: there the kernel's half is all but empty.",
    program: Program::Ptdump { dumped: Dumped::Current, user_half: true },
    revision: Revision::V7_3,
    held: (Held::None, Held::None),
    build: None,
    on: &[
        ("x86_64-4level", &[(0, 1 << 47), (0xffff_8800_0000_0000, u64::MAX)]),
        ("x86_64-5level", &[(0, 1 << 56), (0xff10_0000_0000_0000, u64::MAX)]),
    ],
};

const PTDUMP_EFI: Scenario = Scenario {
    id: "ptdump-efi",
    title: "ptdump of efi_mm",
    about: "x86 debugfs efi: the firmware's runtime services have an mm of their own, which no process has. It is another mm \
            than init_mm, so from v7.3 both are locked.",
    program: Program::Ptdump { dumped: Dumped::EfiMm, user_half: false },
    revision: Revision::V7_3,
    held: (Held::None, Held::None),
    build: Some(worlds::efi),
    on: &[("x86_64-4level", &[(0, 1 << 47), (0xffff_8800_0000_0000, u64::MAX)])],
};

/// All scenarios, in the order in which they are offered.
pub static SCENARIOS: [Scenario; 33] = [
    KERNEL_WALK,
    DEBUG_USER,
    DEBUG_INIT_MM,
    PTDUMP,
    PTDUMP_CURRENT,
    PTDUMP_USER_HALF,
    PTDUMP_EFI,
    callers::LOONGARCH_SET_MEMORY,
    callers::LOONGARCH_LEAF,
    callers::LOONGARCH_WINDOW,
    callers::LOONGARCH_NO_LOCK,
    callers::OPENRISC_DMA,
    callers::OPENRISC_DMA_CLEAR,
    callers::OPENRISC_DMA_NOTHING,
    callers::RISCV_SET_MEMORY,
    callers::RISCV_LINEAR,
    callers::RISCV_IMAGE,
    callers::RISCV_NO_MEMORY,
    callers::RISCV_NO_PAGES,
    callers::RISCV_NO_AREA,
    callers::RISCV_NO_RAM,
    callers::HVO_OPTIMIZE,
    callers::HVO_MANY,
    callers::HVO_RESTORE,
    callers::HVO_ROLL_BACK,
    callers::HVO_SELF_HOSTED,
    callers::HVO_UNALIGNED,
    callers::ARM64_SET_MEMORY,
    callers::ARM64_GIGABYTE,
    callers::ARM64_KFENCE,
    callers::ARM64_REFUSED,
    callers::ARM64_NO_AREA,
    callers::ARM64_UNALIGNED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_a_machine_and_every_machine_a_model() {
        for scenario in &SCENARIOS {
            assert_eq!(scenario.machines().count(), scenario.on.len(), "{}", scenario.id);
            assert!(scenario.machines().next().is_some(), "{}", scenario.id);
        }
        for machine in &MACHINES {
            assert_eq!(pgtable::model(machine.id).expect("a model").id, machine.id);
        }
    }
}
