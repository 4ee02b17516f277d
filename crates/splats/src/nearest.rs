//! The race and the call site that are nearest to a splat, as links of the page.

use callers::site::{CallSite, Shown};
use callers::{CALL_SITES, SCENARIOS};
use mm::LockMode;
use pagewalk::{EntryPoint, Revision};
use pgtable::Model;
use races::safe::{Case, Whose};
use races::{Choice, RaceDef, RaceLink};
use scenario::library::Library;

use crate::assertion::Missing;
use crate::report::{Held, Kind, Splat};
use crate::trace::Frame;
use crate::walk::InTrace;

/// A race, and why it is the nearest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearRace {
    /// Its name in links.
    pub id: &'static str,
    /// For a person.
    pub title: &'static str,
    /// What goes wrong.
    pub about: &'static str,
    /// The hash of the page's address.
    pub link: String,
    /// Why this one.
    pub why: String,
}

/// A call site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearSite {
    /// For a person.
    pub title: &'static str,
    /// Where it is.
    pub file: &'static str,
    /// Why it walks in this way.
    pub about: &'static str,
    /// The hash of the page's address, where a scenario shows it.
    pub link: Option<String>,
}

impl NearSite {
    /// A site, shown on this machine if it runs there.
    pub(crate) fn on(site: &CallSite, model: &'static Model, row: Revision) -> Self {
        Self { title: site.title, file: site.file, about: site.why, link: link(site, model.id, row) }
    }
}

/// Who frees tables, by functions of the trace of the free: function, and the race of a walk without VMAs in which that happens.
const FREES: [(&str, &str); 27] = [
    ("vmap_try_huge_pud", "huge-pud"),
    ("pud_free_pmd_page", "huge-pud"),
    ("vmap_try_huge_pmd", "huge-vmap"),
    ("pmd_free_pte_page", "huge-vmap"),
    ("vmap_range", "huge-vmap"),
    ("vmap_pages", "huge-vmap"),
    ("ioremap_page_range", "huge-vmap"),
    ("cpa_collapse", "collapse"),
    ("collapse_pmd_page", "collapse"),
    ("collapse_large_pages", "collapse"),
    ("remove_pagetable", "hot-remove"),
    ("arch_remove_memory", "hot-remove"),
    ("try_remove_memory", "hot-remove"),
    ("free_empty_tables", "hot-remove"),
    ("unmap_hotplug_range", "hot-remove"),
    ("retract_page_tables", "retract"),
    ("collapse_pte_mapped_thp", "retract"),
    ("khugepaged", "retract"),
    ("try_get_and_clear_pmd", "reclaim"),
    ("zap_empty_pte_table", "reclaim"),
    ("try_to_free_pte", "reclaim"),
    ("free_pgtables", "munmap"),
    ("free_pgd_range", "munmap"),
    ("unmap_region", "munmap"),
    ("munmap", "munmap"),
    ("exit_mmap", "munmap"),
    ("tlb_remove_table", "munmap"),
];

fn freed_by(frames: &[Frame]) -> Option<(&str, &'static str)> {
    FREES.iter().find_map(|(name, race)| {
        frames
            .iter()
            .find(|frame| frame.function.contains(name))
            .map(|frame| (frame.function.as_str(), *race))
    })
}

/// The names of races depend on who walks: a kernel walk and a dump have one each.
fn for_walker(race: &'static str, entry: EntryPoint, of_init_mm: Option<bool>) -> &'static str {
    let kernel = matches!(entry, EntryPoint::Kernel | EntryPoint::KernelLockless);
    match race {
        "huge-vmap" if kernel => "kernel-vmap",
        "huge-vmap" if of_init_mm == Some(false) => "other-mm",
        "huge-pud" if kernel => "kernel-pud",
        "munmap" if entry == EntryPoint::Mapping => "munmap-mapping",
        "munmap" if entry.has_vmas() => "munmap-vmas",
        race => race,
    }
}

/// What to look at where nothing says who the other CPU is.
fn by_walk(splat: &Splat, walk: &InTrace, of_init_mm: Option<bool>) -> (&'static str, String) {
    let has = |name: &str| splat.frames.iter().any(|frame| frame.function.contains(name));
    let fault = matches!(splat.kind, Kind::Oops(_) | Kind::Sanitizer(_));
    match walk.entry {
        EntryPoint::Kernel => ("kernel-vmap", "a walk of kernel tables: what frees them is a huge vmap".to_owned()),
        EntryPoint::KernelLockless => ("set-prot", "the lockless walk: its callers own the range, and split under a mutex".to_owned()),
        EntryPoint::Mapping => ("munmap-mapping", "a walk of a file's areas is kept safe by i_mmap_rwsem alone".to_owned()),
        EntryPoint::Novma | EntryPoint::Debug if of_init_mm == Some(false) => {
            ("munmap", "a walk without VMAs of an mm that is not init_mm: munmap() frees its tables under the read lock".to_owned())
        }
        EntryPoint::Novma | EntryPoint::Debug => {
            ("huge-vmap", "a walk of kernel tables without VMAs: what frees them is a huge vmap".to_owned())
        }
        _ if fault && (has("numa_map") || has("vfio")) => (
            "pud-refault",
            "a walk of VMAs that faults in the loops, over memory that huge puds map: a pud is split and faulted in again meanwhile \
             (CVE-2026-31456, fixed in v7.0)"
                .to_owned(),
        ),
        _ if fault => (
            "pud-refault",
            "a walk of VMAs that faults in its own loops: before v7.0 a pud that became a leaf again was followed as a table".to_owned(),
        ),
        _ => ("munmap-vmas", "a walk of VMAs: the mmap lock keeps munmap() from taking the VMAs away".to_owned()),
    }
}

/// The nearest race.
pub fn race(
    splat: &Splat,
    walk: &InTrace,
    missing: Option<&Missing>,
    of_init_mm: Option<bool>,
    model: &'static Model,
    row: Revision,
    lock: LockMode,
) -> Option<NearRace> {
    let recursion =
        matches!(&splat.kind, Kind::Lockdep(what) if what.contains("recursive") || what.contains("circular"));
    let (id, why) = if let Some((function, race)) = freed_by(&splat.freed) {
        let id = for_walker(race, walk.entry, of_init_mm);
        (id, format!("the report says who freed the memory: {function}()"))
    } else if recursion && splat.held.iter().flatten().any(|of| of.name.contains("mmap_lock")) {
        (
            "nested-read",
            "an mmap lock is taken while one is held: a writer that waits between makes a deadlock of it"
                .to_owned(),
        )
    } else if of_init_mm == Some(false) && missing.is_some_and(|missing| missing.lock.starts_with("init_mm"))
    {
        let why = "the mm is locked and init_mm is not: a huge vmap frees kernel tables that both share";
        ("other-mm", why.to_owned())
    } else {
        by_walk(splat, walk, of_init_mm)
    };
    let race = RaceDef::from_id(id)?;
    let rules = row.rules();
    let is_fixed = id == "pud-refault" && (rules.pud_recheck || rules.vma_tests);
    let model = race.model(model.id);
    // No lock is missing where a mapping is odd; and what is fixed in a kernel is not what happened there.
    if splat.before.iter().any(|line| line.contains("W+X")) || is_fixed {
        return None;
    }
    let (choice, why) = match (race.absent)(row, model) {
        None => (Choice::of(race, model, row), why),
        Some(absent) => (
            Choice::of(race, model, Revision::V7_3),
            format!("{why}; it does not happen in {}, as {absent}, so v7.3 is shown", row.id()),
        ),
    };
    let choice = if race.locks.contains(&lock) { choice.with_lock(lock) } else { choice };
    Some(NearRace {
        id: race.id,
        title: race.title,
        about: race.about,
        link: format!("#{}", RaceLink::new(choice)),
        why,
    })
}

/// Functions of older kernels that became a call site's: function, and the file of the site.
const FORMER: [(&str, &str); 7] = [
    ("set_direct_map_invalid_noflush", "arch/riscv/mm/pageattr.c"),
    ("set_direct_map_default_noflush", "arch/riscv/mm/pageattr.c"),
    ("split_linear_mapping", "arch/riscv/mm/pageattr.c"),
    ("__change_memory_common", "arch/arm64/mm/pageattr.c"),
    ("split_kernel_leaf_mapping", "arch/arm64/mm/mmu.c"),
    ("vmemmap_remap_free", "mm/hugetlb_vmemmap.c"),
    ("vmemmap_remap_split", "mm/hugetlb_vmemmap.c"),
];

/// The call site that a trace comes through.
pub fn site(splat: &Splat, walk: &InTrace, of_init_mm: Option<bool>) -> Option<&'static CallSite> {
    let names: Vec<&str> = walk.callers.iter().map(String::as_str).collect();
    let sites = || CALL_SITES.iter().copied();
    let own = |site: &&CallSite| site.functions.iter().any(|of| names.contains(of));
    let machine = splat.machine.unwrap_or_default();
    let fits =
        |site: &&CallSite| match site.file.strip_prefix("arch/").and_then(|rest| rest.split('/').next()) {
            Some(folder) => machine.is_empty() || machine.starts_with(folder),
            None => true,
        };
    let former = || {
        let file = FORMER.iter().find(|(function, _)| names.contains(function)).map(|(_, file)| *file)?;
        sites().find(|site| site.file == file)
    };
    let of_ptdump = || {
        let mut ptdump = sites().filter(|site| site.functions.contains(&"ptdump_walk_pgd"));
        let first = ptdump.next()?;
        if of_init_mm == Some(false) { ptdump.next() } else { Some(first) }
    };
    let is_dump = names.contains(&"ptdump_walk_pgd");
    if is_dump { of_ptdump() } else { sites().filter(own).find(fits).or_else(former) }
}

/// A function of a call site in a trace that has no walk: it takes its locks before that, or is behind it.
pub fn caller(splat: &Splat) -> Option<(&str, &'static CallSite)> {
    splat.frames.iter().chain(&splat.chains).find_map(|frame| {
        let site = CALL_SITES.iter().find(|site| site.functions.contains(&frame.function.as_str()))?;
        Some((frame.function.as_str(), *site))
    })
}

/// A scenario that shows the site: on the machine of the trace, if it runs there.
fn link(site: &CallSite, machine: &'static str, row: Revision) -> Option<String> {
    static LIBRARY: Library = Library::whole(&[SCENARIOS]);
    let shown = site.runs.first()?;
    let exists = shown.scenario(&LIBRARY)?.program.exists_in(row);
    let row = exists.then_some(row);
    let here = Shown { machine, ..*shown }.link(&LIBRARY, row);
    let link = here.or_else(|| shown.link(&LIBRARY, row))?;
    Some(format!("#{link}"))
}

/// "Is my walk safe?" for this walk, as a link.
pub fn case(
    walk: &InTrace,
    of_init_mm: Option<bool>,
    model: &'static Model,
    row: Revision,
    lock: LockMode,
) -> String {
    let case = Case::new(walk.entry, model, row);
    let mut case = match of_init_mm {
        Some(true) if !walk.entry.has_vmas() => case.of(Whose::InitMm),
        Some(false) if !matches!(walk.entry, EntryPoint::Kernel | EntryPoint::KernelLockless) => {
            case.of(Whose::Mm)
        }
        _ => case,
    };
    case.walk.lock = lock;
    format!("#{case}")
}

/// Whether the caller walks init_mm, where the trace tells, or the list of locks that it took.
pub fn of_init_mm(splat: &Splat, walk: &InTrace) -> Option<bool> {
    by_callers(walk).or_else(|| {
        let of_caller = |held: &&Held| walk.callers.contains(&held.at) && held.name.contains("mmap_lock");
        let mut taken =
            splat.held.iter().flatten().filter(of_caller).map(|held| held.name.contains("init_mm"));
        // Of another mm a caller may have taken both.
        let first = taken.next()?;
        Some(first && taken.all(|of_init_mm| of_init_mm))
    })
}

fn by_callers(walk: &InTrace) -> Option<bool> {
    let has = |name: &str| walk.callers.iter().any(|of| of.contains(name));
    match walk.entry {
        EntryPoint::Kernel | EntryPoint::KernelLockless => Some(true),
        EntryPoint::Novma | EntryPoint::Debug => {
            if ["curknl", "curusr", "efi", "current_"].iter().any(|of| has(of)) {
                Some(false)
            } else if [
                "check_wx",
                "checkwx",
                "debug_checkwx",
                "set_memory",
                "set_direct_map",
                "vmemmap",
                "arch_dma",
                "split_linear",
            ]
            .iter()
            .any(|of| has(of))
            {
                Some(true)
            } else {
                None
            }
        }
        _ => Some(false),
    }
}
