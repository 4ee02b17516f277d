//! The call sites of the patch "mm/pagewalk: split `walk_page_range_novma()` into kernel/user parts" (June 2025), and those
//! that came later: what each holds, which walk it calls in which kernel, and which scenarios show it.
//!
//! Who calls, and why, is said by hand. What a run shows as well (locks, walk, assertions, callbacks) is compared with the
//! runs of these scenarios in `tests/call_sites.rs`.

use mm::{LockMode, MmId, Need};
use pagewalk::{Callback, Callbacks, Func, LockName, Revision};

use crate::library::{Machine, Scenario};
use crate::{Link, Setup};

/// A call site of a walk without VMAs.
#[derive(Debug)]
pub struct CallSite {
    /// Whose it is, for a person.
    pub title: &'static str,
    /// The functions that walk.
    pub functions: &'static [&'static str],
    /// Where they are (v7.3).
    pub file: &'static str,
    /// How many calls of `walk_page_range_novma()` the patch replaced here.
    pub changed: u8,
    /// What was there before, where that was not this walker.
    pub before: Option<&'static str>,
    /// Why it walks in this way.
    pub why: &'static str,
    /// The ops tables.
    pub ops: &'static [&'static str],
    /// Which callbacks they have.
    pub callbacks: Callbacks,
    /// What these do.
    pub does: &'static str,
    /// What it does in the kernels that differ, oldest first.
    pub kernels: &'static [InKernel],
    /// Where it can be seen.
    pub runs: &'static [Shown],
    /// Where it goes wrong.
    pub wrong: &'static [Shown],
    /// The race that its lock is about, if there is one: its name in links.
    pub race: Option<&'static str>,
}

/// What a call site does in one kernel.
#[derive(Debug)]
pub struct InKernel {
    /// Which kernel.
    pub revision: Revision,
    /// The locks that it holds when it calls the walk, in the order in which they were taken.
    pub holds: &'static [(LockName, LockMode)],
    /// The functions of mm/pagewalk.c that it enters before the levels, outermost first.
    pub walk: &'static [Func],
    /// What these assert, in their order.
    pub asserts: &'static [(LockName, Need)],
}

/// A scenario on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name in links.
    pub scenario: &'static str,
    /// The machine's name in links.
    pub machine: &'static str,
}

impl CallSite {
    /// The names of its callbacks, in the order of `struct mm_walk_ops`.
    pub fn callback_names(&self) -> impl Iterator<Item = &'static str> {
        let set = self.callbacks;
        Callback::ALL.into_iter().filter(move |of| set.contains(of.flag())).map(Callback::name)
    }

    /// Whether it holds the same locks in all of its kernels.
    pub fn holds_the_same(&self) -> bool {
        self.kernels.windows(2).all(|pair| pair[0].holds == pair[1].holds)
    }
}

impl Shown {
    /// The scenario, if the library has it.
    pub fn scenario(self) -> Option<&'static Scenario> {
        Scenario::from_id(self.scenario)
    }

    /// The link to it under a kernel, or under the one that it starts with.
    pub fn link(self, revision: Option<Revision>) -> Option<Link> {
        let setup = Setup::of(self.scenario()?);
        let machine = Machine::from_id(self.machine)?;
        let revision = revision.unwrap_or(setup.revision);
        Some(Link { setup: Setup { machine, revision, ..setup }, ..Link::default() })
    }
}

/// What a kernel stands for here.
pub const fn when(revision: Revision) -> &'static str {
    match revision {
        Revision::V6_16 => "before the patch",
        Revision::Patch => "as posted",
        Revision::V6_17 => "as merged",
        Revision::V6_18 => "where it came",
        Revision::V7_3 => "today",
        Revision::V7_1 | Revision::V6_12_107 => "",
    }
}

/// A lock as the kernel's source names it; of an mm that is not `init_mm` it is whichever is walked.
pub const fn lock_name(lock: LockName) -> &'static str {
    match lock {
        LockName::Mmap(MmId::INIT_MM) => "init_mm.mmap_lock",
        LockName::Mmap(_) => "mm->mmap_lock",
        LockName::MemHotplug => "mem_hotplug_lock",
        LockName::PgtableSplit => "pgtable_split_lock",
        _ => "another lock",
    }
}

/// How a lock is held, for a person: a mutex has no modes.
pub const fn mode_name(lock: LockName, mode: LockMode) -> &'static str {
    match lock {
        LockName::PgtableSplit => "mutex",
        _ => mode.name(),
    }
}

/// An assertion as the kernel's source has it.
pub fn assertion(lock: LockName, need: Need) -> &'static str {
    match (lock == INIT, need) {
        (true, Need::Held) => "mmap_assert_locked(init_mm)",
        (true, Need::Write) => "mmap_assert_write_locked(init_mm)",
        (false, Need::Held) => "mmap_assert_locked(mm)",
        (false, Need::Write) => "mmap_assert_write_locked(mm)",
    }
}

const INIT: LockName = LockName::Mmap(MmId::INIT_MM);
const USER: LockName = LockName::Mmap(MmId::USER);
const HOTPLUG: (LockName, LockMode) = (LockName::MemHotplug, LockMode::Read);

const NOVMA: &[Func] = &[Func::WalkPageRangeNovma];
const KERNEL: Func = Func::WalkKernelPageTableRange;
const LOCKLESS: Func = Func::WalkKernelPageTableRangeLockless;
const DEBUG: Func = Func::WalkPageRangeDebug;
const HELPER: Func = Func::WalkPageRangeNovmaHelper;

const HELD: &[(LockName, Need)] = &[(INIT, Need::Held)];

/// The kernel walk under `holds`: novma until v6.16, one function of its own since; in v6.18 the lockless walk came out of it.
const fn kernel_walk(holds: &'static [(LockName, LockMode)]) -> [InKernel; 4] {
    [
        InKernel { revision: Revision::V6_16, holds, walk: NOVMA, asserts: HELD },
        InKernel { revision: Revision::Patch, holds, walk: &[KERNEL, HELPER], asserts: HELD },
        InKernel { revision: Revision::V6_17, holds, walk: &[KERNEL], asserts: HELD },
        InKernel { revision: Revision::V7_3, holds, walk: &[KERNEL, LOCKLESS], asserts: HELD },
    ]
}

/// The lockless walk (v6.18).
const fn lockless(holds: &'static [(LockName, LockMode)]) -> [InKernel; 2] {
    let walk = &[LOCKLESS];
    [
        InKernel { revision: Revision::V6_18, holds, walk, asserts: &[] },
        InKernel { revision: Revision::V7_3, holds, walk, asserts: &[] },
    ]
}

static WRITERS: [InKernel; 4] = kernel_walk(&[(INIT, LockMode::Write)]);
static READER: [InKernel; 4] = kernel_walk(&[(INIT, LockMode::Read)]);
static UPDATE_RANGE_PROT: [InKernel; 2] = lockless(&[]);
static SPLIT_TO_PTES: [InKernel; 2] = lockless(&[(LockName::PgtableSplit, LockMode::Write)]);

const LOONGARCH: &str = "loongarch64-16k-3level";
const SV39: &str = "riscv64-sv39";
const X86: &str = "x86_64-4level";
const ARM64: &str = "arm64-4k-48";

const fn shown(scenario: &'static str, machine: &'static str) -> Shown {
    Shown { scenario, machine }
}

/// All of them: those of the patch in the order of its files, then arm64, which came in v6.18.
pub static CALL_SITES: &[CallSite] = &[
    CallSite {
        title: "loongarch: permissions",
        functions: &["__set_memory"],
        file: "arch/loongarch/mm/pageattr.c",
        changed: 1,
        before: None,
        why: "It changes kernel addresses, which no VMA describes: only a walk without VMAs finds their entries. It takes the lock \
              for writing, though the walk would be content with reading.",
        ops: &["pageattr_ops"],
        callbacks: Callbacks::WITHOUT_VMA,
        does: "At a leaf or a pte, the bits of one mask are cleared and those of another set. Nothing is split: a leaf that is only \
               partly meant changes as a whole. Empty ptes are written as well. pte_hole does nothing.",
        kernels: &WRITERS,
        runs: &[shown("loongarch-set-memory", LOONGARCH)],
        wrong: &[shown("loongarch-leaf", LOONGARCH), shown("loongarch-no-lock", LOONGARCH)],
        race: None,
    },
    CallSite {
        title: "openrisc: memory for DMA",
        functions: &["arch_dma_set_uncached", "arch_dma_clear_uncached"],
        file: "arch/openrisc/kernel/dma.c",
        changed: 2,
        before: None,
        why: "It once called walk_page_range() of init_mm. Since v6.0 that looks only where there are VMAs, and init_mm has none: \
              so in 2022 it moved to the walk without VMAs.",
        ops: &["set_nocache_walk_ops", "clear_nocache_walk_ops"],
        callbacks: Callbacks::PTE_ENTRY,
        does: "It sets or clears _PAGE_CI, the cache-inhibit bit, and flushes the page's TLB entry at once, inside the callback; \
               when it sets, the data cache too.",
        kernels: &WRITERS,
        runs: &[shown("openrisc-dma", "openrisc"), shown("openrisc-dma-clear", "openrisc")],
        wrong: &[shown("openrisc-dma-nothing", "openrisc")],
        race: None,
    },
    CallSite {
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
    },
    CallSite {
        title: "HVO: vmemmap of huge pages",
        functions: &["vmemmap_remap_range"],
        file: "mm/hugetlb_vmemmap.c",
        changed: 1,
        before: None,
        why: "Reading is enough: the walk needs tables that stay, and two operations on one pmd exclude each other by \
              init_mm.page_table_lock, inside the callback. For this caller the assertion was relaxed in v6.8 (b123d09304d8).",
        ops: &["vmemmap_remap_ops"],
        callbacks: Callbacks::PMD_ENTRY.union(Callbacks::PTE_ENTRY),
        does: "pmd_entry splits the leaf, and the same walk goes on into the new table. There pte_entry points the ptes to one \
               shared page, or gives each a page of its own again.",
        kernels: &READER,
        runs: &[shown("hvo-optimize", X86), shown("hvo-many", X86), shown("hvo-restore", X86)],
        wrong: &[shown("hvo-roll-back", X86), shown("hvo-self-hosted", X86), shown("hvo-unaligned", X86)],
        race: Some("hot-remove"),
    },
    CallSite {
        title: "ptdump of init_mm",
        functions: &["ptdump_walk_pgd"],
        file: "mm/ptdump.c",
        changed: 1,
        before: None,
        why: "The only user of the debug walk. From the patch until v7.1 that walk handed init_mm over to the kernel walk and its weaker \
              rule. But a huge vmap does free kernel tables, so since v7.3 it demands the write lock itself. \
              Until v6.16 the hotplug lock was the architectures' affair, and x86 did not take it.",
        ops: &["ptdump_ops"],
        callbacks: Callbacks::WITHOUT_VMA,
        does: "Every leaf, pte and hole is noted, and lines are made of what is alike. Nothing is written. A leaf is answered with \
               ACTION_CONTINUE.",
        kernels: &[
            InKernel {
                revision: Revision::V6_16,
                holds: &[(INIT, LockMode::Write)],
                walk: NOVMA,
                asserts: HELD,
            },
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
    },
    CallSite {
        title: "ptdump of another mm",
        functions: &["ptdump_walk_pgd"],
        file: "mm/ptdump.c",
        changed: 0,
        before: None,
        why: "The same call with another mm: a process's or the firmware's. munmap() frees tables while it holds only the read lock, so \
              the walk demands the write lock. The kernel's half belongs to init_mm, hence its lock as well since v7.3.",
        ops: &["ptdump_ops"],
        callbacks: Callbacks::WITHOUT_VMA,
        does: "As for init_mm. x86 passes a root besides the mm: with page-table isolation a process has two.",
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
    },
    CallSite {
        title: "arm64: permissions",
        functions: &["update_range_prot"],
        file: "arch/arm64/mm/pageattr.c",
        changed: 0,
        before: Some("apply_to_page_range(), which is not of mm/pagewalk.c"),
        why: "No lock, hence a walk that asserts none: KFENCE changes permissions from softirq, where nobody may sleep, and the others \
              would only wait for each other. Whoever calls owns the range.",
        ops: &["pageattr_ops"],
        callbacks: Callbacks::PUD_ENTRY.union(Callbacks::PMD_ENTRY).union(Callbacks::PTE_ENTRY),
        does: "A leaf must lie in the range as a whole; otherwise it warns and refuses. Bits are first cleared, then set, as some \
               share a place. What is only partly meant was split before the walk, under pgtable_split_lock.",
        kernels: &UPDATE_RANGE_PROT,
        runs: &[shown("arm64-set-memory", ARM64), shown("arm64-gigabyte", ARM64)],
        wrong: &[
            shown("arm64-refused", ARM64),
            shown("arm64-no-area", ARM64),
            shown("arm64-unaligned", ARM64),
        ],
        race: Some("set-prot"),
    },
    CallSite {
        title: "arm64: the linear map in pages",
        functions: &["range_split_to_ptes"],
        file: "arch/arm64/mm/mmu.c",
        changed: 0,
        before: Some("nothing: the linear map was never split"),
        why: "Whoever splits the linear map excludes the others by pgtable_split_lock, or at boot by stop_machine(). init_mm's lock \
              would add nothing.",
        ops: &["split_to_ptes_ops"],
        callbacks: Callbacks::PUD_ENTRY.union(Callbacks::PMD_ENTRY).union(Callbacks::PTE_ENTRY),
        does: "A pud leaf is split, and the walk goes on into its pmds. A pmd leaf is split into ptes and answered with ACTION_CONTINUE. \
               A contiguous pte loses the hint.",
        kernels: &SPLIT_TO_PTES,
        runs: &[shown("arm64-kfence", ARM64)],
        wrong: &[shown("arm64-kfence-no-memory", ARM64)],
        race: None,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patch_replaced_nine_calls_in_five_files() {
        assert_eq!(CALL_SITES.iter().map(|site| site.changed).sum::<u8>(), 9);
        let mut files: Vec<_> =
            CALL_SITES.iter().filter(|site| site.changed != 0).map(|site| site.file).collect();
        files.dedup();
        assert_eq!(files.len(), 5);
        // What was not there before the patch says what was.
        for site in CALL_SITES {
            let first = site.kernels[0].revision;
            assert_eq!(site.before.is_some(), first > Revision::V6_16, "{}", site.title);
        }
    }

    #[test]
    fn every_link_opens_what_it_says() {
        for site in CALL_SITES {
            assert!(!site.runs.is_empty(), "{}", site.title);
            let kernels = site.kernels.iter().map(|kernel| Some(kernel.revision));
            for revision in kernels.chain([None]) {
                for of in site.runs.iter().chain(site.wrong) {
                    let link = of.link(revision).expect("a scenario and a machine of the library");
                    assert_eq!(Link::parse(&link.to_string()), (link, None), "{of:?}");
                    assert_eq!((link.setup.scenario.id, link.setup.machine.id), (of.scenario, of.machine));
                    let exists = link.setup.scenario.program.exists_in(link.setup.revision);
                    assert!(exists, "{of:?} under {revision:?}");
                }
            }
        }
    }

    #[test]
    fn every_scenario_of_a_caller_is_linked_from_one_site_at_least() {
        let shown: Vec<_> = CALL_SITES
            .iter()
            .flat_map(|site| site.runs.iter().chain(site.wrong))
            .map(|of| of.scenario)
            .collect();
        for scenario in crate::scenarios().filter(|of| of.group == crate::Group::Callers) {
            // Two show that nothing happens; they belong to no walk.
            let nothing = matches!(scenario.id, "loongarch-window" | "riscv-no-pages");
            assert_eq!(shown.contains(&scenario.id), !nothing, "{}", scenario.id);
        }
    }
}
