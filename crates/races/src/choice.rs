//! The races, and what can be chosen of each.

use mm::LockMode;
use pagewalk::{EntryPoint, Revision};
use pgtable::{Model, SetMemory, Thp};
use ptdump::PtdumpRules;

use crate::vmap;

/// A race: who walks, and who changes what is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Race {
    /// A debug walk of a process, and `munmap()`.
    Munmap,
    /// A walk of a process's VMAs, and `munmap()`.
    MunmapVmas,
    /// A walk of kernel tables, and memory hot-remove.
    HotRemove,
    /// A debug walk of `init_mm`, and a huge vmap of a pmd's size.
    HugeVmap,
    /// A debug walk of `init_mm`, and a huge vmap of a pud's size.
    HugePud,
    /// A debug walk of kernel addresses through another mm, and a huge vmap.
    OtherMm,
    /// A walk of kernel tables, and x86's collapse of small pages into a large one.
    Collapse,
    /// Two changes of permissions in one block on arm64.
    SetProt,
    /// A debug walk of `init_mm`, and a change of permissions on arm64.
    SetProtDump,
    /// smaps, and `MADV_DONTNEED` that takes the last pte table.
    StaleAction,
    /// `numa_maps` of device memory, and a fault that maps it again.
    PudRefault,
    /// A debug walk of a process, and khugepaged.
    Retract,
    /// A debug walk of a process, and `MADV_DONTNEED` that takes an empty pte table.
    Reclaim,
    /// A debug walk of a process, and a page fault.
    PageFault,
    /// A walk of kernel tables, and `vmalloc()`.
    Vmalloc,
    /// Two debug walks of a process, and `munmap()`.
    TwoWalkers,
    /// A walk whose task takes the lock for reading twice, and a writer.
    NestedRead,
}

/// The small machines that races can be run on; those of one architecture behave alike.
const ALL_MODELS: [&str; 5] = ["x86_64-4level", "x86_64-5level", "arm64-4k-48", "riscv64-sv39", "openrisc"];

impl Race {
    /// All races.
    pub const ALL: [Self; 17] = [
        Self::Munmap,
        Self::MunmapVmas,
        Self::HotRemove,
        Self::HugeVmap,
        Self::HugePud,
        Self::OtherMm,
        Self::Collapse,
        Self::SetProt,
        Self::SetProtDump,
        Self::StaleAction,
        Self::PudRefault,
        Self::Retract,
        Self::Reclaim,
        Self::PageFault,
        Self::Vmalloc,
        Self::TwoWalkers,
        Self::NestedRead,
    ];

    /// Name in links.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Munmap => "munmap",
            Self::MunmapVmas => "munmap-vmas",
            Self::HotRemove => "hot-remove",
            Self::HugeVmap => "huge-vmap",
            Self::HugePud => "huge-pud",
            Self::OtherMm => "other-mm",
            Self::Collapse => "collapse",
            Self::SetProt => "set-prot",
            Self::SetProtDump => "set-prot-dump",
            Self::StaleAction => "stale-action",
            Self::PudRefault => "pud-refault",
            Self::Retract => "retract",
            Self::Reclaim => "reclaim",
            Self::PageFault => "page-fault",
            Self::Vmalloc => "vmalloc",
            Self::TwoWalkers => "two-walkers",
            Self::NestedRead => "nested-read",
        }
    }

    /// The race with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|race| race.id() == id)
    }

    /// The rules that can be chosen between, by their names in links. None where there is nothing to choose.
    pub const fn rules(self) -> &'static [&'static str] {
        match self {
            Self::Munmap | Self::MunmapVmas | Self::TwoWalkers => &["downgrade", "no-downgrade"],
            Self::HotRemove => &["no-hotplug", "hotplug", "ptdump"],
            // In the order of vmap::Rule::ALL.
            Self::HugeVmap | Self::HugePud => {
                &["nothing", "key", "trylock", "blocking", "trylock-key", "no-huge"]
            }
            Self::OtherMm => &["mm", "both", "ptdump"],
            Self::Collapse => &["cpa-lock", "init-read", "init-write"],
            Self::SetProt | Self::SetProtDump => &["mutex", "no-mutex"],
            Self::Retract | Self::Reclaim => &["map", "kernel", "map-no-rcu", "kernel-no-rcu"],
            Self::Vmalloc => &["kernel-walk", "debug-walk"],
            _ => &[],
        }
    }

    /// The rule that a kernel follows, by its place in [`Race::rules`].
    pub fn rule_of(self, revision: Revision, model: &Model) -> u8 {
        match self {
            Self::HotRemove => u8::from(PtdumpRules::of(revision).hotplug),
            Self::HugeVmap | Self::HugePud => {
                let rule = vmap::Rule::of(revision, model);
                vmap::Rule::ALL.iter().zip(0..).find(|(of, _)| **of == rule).map_or(0, |(_, at)| at)
            }
            Self::OtherMm => u8::from(PtdumpRules::of(revision).locks_init_mm),
            // v7.3-rc3; of the kernels here only one is later.
            Self::Collapse if revision == Revision::V7_3 => 2,
            _ => 0,
        }
    }

    /// How the walker can hold the lock of the mm that is walked. Only one where it is not a choice.
    pub const fn locks(self) -> &'static [LockMode] {
        match self {
            Self::SetProt => &[LockMode::None],
            Self::StaleAction | Self::PudRefault | Self::NestedRead => &[LockMode::Read],
            _ => &LockMode::ALL,
        }
    }

    /// The names of the models that it runs on; the first is the one to start with.
    pub fn models(self) -> impl Iterator<Item = &'static str> {
        ALL_MODELS.into_iter().filter(move |id| pgtable::model(id).is_ok_and(|model| self.runs_on(model)))
    }

    /// Whether it can happen on a machine.
    pub fn runs_on(self, model: &Model) -> bool {
        let kernel = model.kernel;
        match self {
            Self::HotRemove => kernel.hot_remove.is_some(),
            Self::HugeVmap | Self::HugePud => kernel.huge_vmap.is_some(),
            // A process's root leads to the kernel's tables.
            Self::OtherMm => kernel.huge_vmap.is_some() && model.one_root,
            Self::Retract => model.thp != Thp::No,
            Self::PudRefault => model.thp == Thp::PmdAndPud,
            Self::StaleAction | Self::Reclaim | Self::PageFault => model.per_vma_lock,
            Self::Collapse => kernel.collapses,
            Self::SetProt | Self::SetProtDump => kernel.set_memory == SetMemory::SplitsThenLockless,
            Self::Munmap | Self::MunmapVmas | Self::Vmalloc | Self::TwoWalkers | Self::NestedRead => true,
        }
    }

    /// Whether it can happen in a kernel.
    pub const fn exists_in(self, revision: Revision) -> bool {
        match self {
            Self::SetProt | Self::SetProtDump => EntryPoint::KernelLockless.exists_in(revision),
            // v6.15, and not in the long-term kernel before.
            Self::Collapse => !matches!(revision, Revision::V6_12_107),
            _ => true,
        }
    }
}

/// A race with every choice made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which race.
    pub race: Race,
    /// On which machine.
    pub model: &'static Model,
    /// Under which kernel's rules the walker walks.
    pub revision: Revision,
    /// How the walker holds the lock of the mm that is walked. Left aside where ptdump takes its own.
    pub lock: LockMode,
    /// The rule, by its place in [`Race::rules`]; 0 where there is nothing to choose.
    pub rule: u8,
}

impl Choice {
    /// A race under the rules of `revision`; the lock is that which is first to be tried.
    pub fn of(race: Race, model: &'static Model, revision: Revision) -> Self {
        let rule = race.rule_of(revision, model);
        Self { race, model, revision, lock: race.locks().first().copied().unwrap_or_default(), rule }
    }

    /// The same with another lock.
    #[must_use]
    pub const fn with_lock(self, lock: LockMode) -> Self {
        Self { lock, ..self }
    }

    /// The same in another kernel, on another machine. The rule follows if it was the kernel's own.
    #[must_use]
    pub fn with_kernel(self, revision: Revision, model: &'static Model) -> Self {
        let own = |revision, model: &Model| self.race.rule_of(revision, model);
        let follows = self.rule == own(self.revision, self.model);
        let rule = if follows { own(revision, model) } else { self.rule };
        Self { model, revision, rule, ..self }
    }

    /// The same under another rule, by its name. As before if the race has no such rule.
    #[must_use]
    pub fn with_rule(self, name: &str) -> Self {
        let found = self.race.rules().iter().zip(0..).find(|(rule, _)| **rule == name);
        Self { rule: found.map_or(self.rule, |(_, at)| at), ..self }
    }

    /// The name of its rule; empty where there is nothing to choose.
    pub fn rule_id(&self) -> &'static str {
        self.race.rules().get(usize::from(self.rule)).copied().unwrap_or_default()
    }

    /// Whether user page tables are freed by RCU: as the architecture does it, except under the rules `…-no-rcu`, which show
    /// what would happen without it.
    pub fn frees_by_rcu(&self) -> bool {
        self.model.kernel.frees_by_rcu && !self.rule_id().ends_with("no-rcu")
    }
}
