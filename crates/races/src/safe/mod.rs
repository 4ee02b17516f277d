//! “Is my walk safe?”: a walk as a person states it, and what there is to find out about it.
//!
//! That its assertions hold is one thing ([`Case::alone`]), whether it is safe another: that is for a search of
//! [each race](Case::races) that such a walk has. A race counts only if the range may hold what its other CPU changes.

mod asserted;
pub mod link;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};
use pgtable::{Model, Since};

pub use asserted::Asserted;

use crate::beside::{Also, Beside};
use crate::choice::Choice;
use crate::ground::Half;
use crate::race::VMALLOC;
use crate::step::{Lock, Step};

/// Whose tables a walk walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The kernel's.
    InitMm,
    /// Those of a process, by itself or by a task of the same size.
    Mm,
    /// Those of a process of 64 bits, by a task that may have 32 bits.
    Other,
}

impl Whose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::InitMm, Self::Mm, Self::Other];

    /// Its name in links.
    pub const fn id(self) -> &'static str {
        match self {
            Self::InitMm => "init_mm",
            Self::Mm => "mm",
            Self::Other => "other",
        }
    }

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::InitMm => "init_mm",
            Self::Mm => "the mm of a process",
            Self::Other => "the mm of another process",
        }
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::InitMm => "init_mm has the kernel\u{2019}s own page tables.",
            Self::Mm => "The page tables of a process, which the walker\u{2019}s own task may be.",
            Self::Other => {
                "The page tables of another process. A task of 32 bits may look at one of 64 bits, whose addresses are then no \
                 user addresses to it."
            }
        }
    }

    /// The mm in the small world.
    const fn mm(self) -> MmId {
        match self {
            Self::InitMm => MmId::INIT_MM,
            Self::Mm | Self::Other => MmId::USER,
        }
    }
}

/// What a range of addresses may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Nothing is known of it.
    Anything,
    /// What `vmalloc()`, `ioremap()` and their siblings map.
    Vmalloc,
    /// Modules, and what else has text that is made while the kernel runs.
    Modules,
    /// All memory, at a fixed offset.
    DirectMap,
    /// The `struct page`s of all memory.
    Vmemmap,
    /// The mappings of a process.
    User,
    /// What nobody else maps, unmaps or removes while the walk runs.
    Own,
}

impl Area {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Anything, Self::Vmalloc, Self::Modules, Self::DirectMap, Self::Vmemmap, Self::User, Self::Own];

    /// Its name in links.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Anything => "anything",
            Self::Vmalloc => "vmalloc",
            Self::Modules => "modules",
            Self::DirectMap => "direct-map",
            Self::Vmemmap => "vmemmap",
            Self::User => "user",
            Self::Own => "own",
        }
    }

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Anything => "anything",
            Self::Vmalloc => "the vmalloc area",
            Self::Modules => "the module area",
            Self::DirectMap => "the direct map",
            Self::Vmemmap => "vmemmap",
            Self::User => "user mappings",
            Self::Own => "only kernel memory of the walker\u{2019}s own",
        }
    }

    /// What it is, in a sentence or two.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Anything => "Nothing is known of the range, so every race counts.",
            Self::Vmalloc => {
                "vmalloc() and ioremap() map memory here. A huge vmap may free a page table that an earlier mapping left empty."
            }
            Self::Modules => {
                "Modules and BPF programs, mapped as by vmalloc(). x86 merges their small pages into large ones and frees the \
                 page table."
            }
            Self::DirectMap => {
                "All memory, at a fixed offset. Memory hot-remove frees the page tables of memory that goes."
            }
            Self::Vmemmap => {
                "The struct pages of all memory. Memory hot-remove frees these page tables as well."
            }
            Self::User => "What a process has mapped, each mapping in a VMA.",
            Self::Own => {
                "Kernel memory that nobody else maps, unmaps or removes while the walk runs, as the callers of the kernel walk \
                 have it."
            }
        }
    }

    /// Whether it is of the kernel's addresses only.
    const fn is_of_the_kernel(self) -> bool {
        matches!(self, Self::Vmalloc | Self::Modules | Self::DirectMap | Self::Vmemmap | Self::Own)
    }

    /// Whether it may hold what the other CPUs of a race change.
    fn may_hold(self, choice: &Choice) -> bool {
        const MODULES: Half = Half::Kernel("modules");
        const DIRECT_MAP: Half = Half::Kernel("direct map");
        let half = choice.race.ground.0;
        match self {
            Self::Anything => true,
            Self::User => half == Half::User,
            Self::Vmalloc => half == VMALLOC,
            Self::Modules => half == VMALLOC || half == MODULES,
            // Hot-remove frees the tables of both alike (arch_remove_memory()).
            Self::DirectMap | Self::Vmemmap => half == DIRECT_MAP,
            // x86 merges whoever's pages; whoever adds tables may add them above those of others.
            Self::Own => half == MODULES || !frees(choice),
        }
    }
}

/// Whether another CPU of a race frees a table.
fn frees(choice: &Choice) -> bool {
    let is_free = |step: &Step| matches!(step, Step::Free(..));
    let state = choice.start();
    state.is_ok_and(|of| {
        of.cpus()[1..].iter().any(|cpu| cpu.script().lines.iter().any(|of| is_free(&of.step)))
    })
}

/// A walk as a person states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The walk. Its mm follows [`Case::whose`].
    pub walk: Beside,
    /// Whose tables.
    pub whose: Whose,
    /// What the range may hold.
    pub area: Area,
}

impl Default for Case {
    /// The question that the patch raises.
    fn default() -> Self {
        Self::new(EntryPoint::Kernel, pgtable::MODELS[0], Revision::V7_3)
    }
}

impl From<Beside> for Case {
    fn from(walk: Beside) -> Self {
        let whose = if walk.mm == MmId::INIT_MM { Whose::InitMm } else { Whose::Mm };
        Self { walk, whose, area: Area::Anything }
    }
}

impl Case {
    /// A walk with the read lock, of the tables that the function is there for.
    pub fn new(entry: EntryPoint, model: &'static Model, revision: Revision) -> Self {
        let whose = if entry.has_vmas() { Whose::Mm } else { Whose::InitMm };
        let (lock, also) = (LockMode::Read, Also::default());
        let walk = Beside { entry, mm: whose.mm(), model, revision, lock, also };
        Self { walk, whose, area: Area::Anything }
    }

    /// The same of other tables.
    #[must_use]
    pub const fn of(self, whose: Whose) -> Self {
        Self { whose, walk: Beside { mm: whose.mm(), ..self.walk }, ..self }
    }

    /// The function that does the work in this kernel: "walk_page_range_novma".
    pub const fn function(&self) -> &'static str {
        self.walk.entry.in_revision(self.walk.revision).func().name()
    }

    /// The lock that is asked for, as one writes it.
    pub fn lock(&self) -> &'static str {
        match (self.walk.own_lock(), self.whose) {
            (Lock::IMmap, _) => "mapping->i_mmap_rwsem",
            (_, Whose::InitMm) => "init_mm.mmap_lock",
            _ => "mm->mmap_lock",
        }
    }

    /// Why there can be no such walk, and what the kernel would do.
    pub fn cannot(&self) -> Option<String> {
        let (entry, function) = (self.walk.entry, self.function());
        let of_kernel = self.whose == Whose::InitMm;
        if !entry.has_vmas() && matches!(entry, EntryPoint::Kernel | EntryPoint::KernelLockless) && !of_kernel
        {
            return Some(format!(
                "{function}() is for kernel addresses and always walks init_mm. At the addresses of a process it would read \
                 init_mm\u{2019}s entries, which say nothing of the process."
            ));
        }
        if entry.has_vmas() && of_kernel {
            return Some(if entry.takes_mm() {
                format!("init_mm has no VMAs. {function}() would report one hole and read no page table.")
            } else {
                format!("init_mm has no VMAs, so there is none that {function}() could walk.")
            });
        }
        match self.area {
            Area::Own if !of_kernel => Some(
                "Page tables of a process are never the walker\u{2019}s own: the other threads of the process, khugepaged and \
                 reclaim change them without asking."
                    .into(),
            ),
            area if entry.has_vmas() && area.is_of_the_kernel() => Some(format!(
                "No VMA has kernel addresses. {function}() would report the range as a hole and read no page table."
            )),
            Area::User if of_kernel => Some(format!(
                "init_mm maps nothing for a process. {function}() does not check that: it would walk the entries that init_mm\u{2019}s \
                 root has for such addresses."
            )),
            area if !of_kernel && area.is_of_the_kernel() && !self.walk.model.one_root => Some(format!(
                "On {}, the page tables of a process have no kernel addresses. {function}() would find none of the \
                 kernel\u{2019}s tables there.",
                self.walk.model.title
            )),
            _ => None,
        }
    }

    /// The races with such a walk: those whose other CPUs change what the range may hold, and the others. None where there is no
    /// such walk.
    pub fn races(&self) -> (Vec<Choice>, Vec<Choice>) {
        if self.cannot().is_some() {
            return (Vec::new(), Vec::new());
        }
        let mut all = self.walk.choices();
        if self.whose == Whose::Other {
            all.extend(self.walk.choices_of_a_small_task());
        }
        all.into_iter().partition(|choice| self.area.may_hold(choice))
    }
}

impl Case {
    /// The same on the nearest machine that a kernel of this version has, and what it lacks of the other one.
    pub fn existing(self, version: (u16, u16)) -> (Self, Option<&'static Since>) {
        match pgtable::lacking(self.walk.model, version) {
            Some((since, model)) => (Self { walk: Beside { model, ..self.walk }, ..self }, Some(since)),
            None => (self, None),
        }
    }

    /// The races with such a walk that do not happen in this kernel, but in today's, and why: a sentence each.
    pub fn absent(&self) -> Vec<String> {
        let later = Self { walk: Beside { revision: Revision::V7_3, ..self.walk }, ..*self };
        let (count, _) = later.races();
        let why =
            |choice: Choice| Some((choice.race, (choice.race.absent)(self.walk.revision, self.walk.model)?));
        let absent = count.into_iter().filter_map(why);
        absent
            .map(|(race, why)| {
                format!("{}: it does not happen in {}: {why}.", race.title, self.walk.revision.id())
            })
            .collect()
    }
}

/// The name of a function in links.
pub const fn id(entry: EntryPoint) -> &'static str {
    match entry {
        EntryPoint::Novma => "novma",
        EntryPoint::Kernel => "kernel",
        EntryPoint::KernelLockless => "kernel-lockless",
        EntryPoint::Debug => "debug",
        EntryPoint::Range => "range",
        EntryPoint::RangeMm => "range-mm",
        EntryPoint::RangeMmUnsafe => "range-mm-unsafe",
        EntryPoint::RangeVma => "range-vma",
        EntryPoint::RangeVmaUnsafe => "range-vma-unsafe",
        EntryPoint::Vma => "vma",
        EntryPoint::Mapping => "mapping",
        EntryPoint::FolioWalk => "folio",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::search;
    use explore::{Lane, Turn};
    use pagewalk::{Event, LockName};

    fn case(link: &str) -> Case {
        let (case, problems) = link::parse(link);
        assert_eq!(problems, [], "{link}");
        case
    }

    fn ids(choices: &[Choice]) -> Vec<&'static str> {
        choices.iter().map(|choice| choice.race.id).collect()
    }

    #[test]
    fn a_race_counts_only_if_the_range_may_hold_what_it_changes() {
        for (holds, races) in [
            ("anything", &["hot-remove", "kernel-vmap", "kernel-pud", "collapse", "vmalloc"][..]),
            ("vmalloc", &["kernel-vmap", "kernel-pud", "vmalloc"]),
            ("modules", &["kernel-vmap", "kernel-pud", "collapse", "vmalloc"]),
            ("direct-map", &["hot-remove"]),
            ("vmemmap", &["hot-remove"]),
            ("own", &["collapse", "vmalloc"]),
        ] {
            let (count, others) =
                case(&format!("v1/safe/kernel/x86_64-4level/v7.3?lock=read&holds={holds}")).races();
            assert_eq!(ids(&count), races, "{holds}");
            assert_eq!(count.len() + others.len(), 5);
        }
        // What its callers rely on, in the kernel of today, and what they could not rely on before.
        let own = |kernel| {
            let (count, _) =
                case(&format!("v1/safe/kernel/x86_64-4level/{kernel}?lock=read&holds=own")).races();
            count.iter().all(|choice| search(choice).expect("it starts").is_safe())
        };
        assert!(own("v7.3") && !own("v7.1"));
    }

    #[test]
    fn a_race_that_the_kernel_does_not_have_is_said_with_the_reason() {
        let absent = |link: &str| case(&format!("v1/safe/debug/{link}?lock=write&holds=vmalloc")).absent();
        let said = absent("riscv64-sv39/v6.1.192");
        assert!(
            said.iter().any(|of| of.contains("huge vmap: it does not happen in v6.1.192: riscv has")),
            "{said:?}"
        );
        assert_eq!(absent("x86_64-4level/v6.1.192"), [""; 0]);
        assert_eq!(absent("riscv64-sv39/v7.3"), [""; 0]);
    }

    #[test]
    fn what_is_held_besides_is_taken_into_account() {
        let safe = |also: &str| {
            let (count, _) =
                case(&format!("v1/safe/debug/x86_64-4level/v7.3?mm=mm&lock=write&also={also}")).races();
            let wrong = count.iter().filter(|choice| !search(choice).expect("it starts").is_safe());
            ids(&wrong.copied().collect::<Vec<_>>())
        };
        // ptdump holds all of it.
        assert_eq!(safe("hotplug,init_mm"), [""; 0]);
        assert_eq!(safe("hotplug"), ["other-mm", "collapse"]);
        assert_eq!(safe("init_mm"), ["hot-remove"]);
        // A small task's walk of a large one is not protected by RCU.
        let other = case("v1/safe/debug/x86_64-4level/v7.3?mm=other&lock=write&holds=user");
        let small: Vec<_> = other.races().0.into_iter().filter(|choice| choice.rule.id == "kernel").collect();
        assert_eq!(ids(&small), ["retract", "reclaim"]);
        assert!(other.of(Whose::Mm).races().0.iter().all(|choice| choice.rule.id != "kernel"));
    }

    #[test]
    fn what_cannot_be_says_what_the_kernel_would_do_and_has_no_races() {
        for (link, says) in [
            ("kernel?mm=mm", "always walks init_mm"),
            ("kernel-lockless?mm=other", "always walks init_mm"),
            ("range?mm=init_mm", "one hole"),
            ("vma?mm=init_mm", "there is none"),
            ("range?holds=vmalloc", "No VMA has kernel addresses"),
            ("kernel?holds=user", "maps nothing for a process"),
            ("debug/arm64-4k-48?mm=mm&holds=modules", "On arm64"),
            ("debug?mm=mm&holds=own", "never the walker"),
        ] {
            let case = case(&format!("v1/safe/{link}"));
            let why = case.cannot().unwrap_or_default();
            assert!(why.contains(says), "{link}: {why}");
            assert_eq!(case.races(), (Vec::new(), Vec::new()), "{link}");
        }
        // Everything else has a race.
        for entry in EntryPoint::ALL {
            for whose in Whose::ALL {
                for model in pgtable::MODELS {
                    for revision in Revision::ALL {
                        let case = Case::new(entry, model, revision).of(whose);
                        let none = case.races().0.is_empty();
                        assert_eq!(case.cannot().is_some(), none, "{case:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn that_an_assertion_holds_is_not_that_a_walk_is_safe() {
        let asserted = |link: &str| {
            let mut state = case(&format!("v1/safe/{link}")).alone().expect("it starts");
            let mut events: Vec<Event> = Vec::new();
            while state.turn(Lane::ALL[0]) == Turn::Move {
                state.step(Lane::ALL[0], &mut events);
            }
            let asserted = events.iter().filter_map(Asserted::of);
            let mut each: Vec<_> = asserted.map(|of| (of.lock, of.write, of.holds)).collect();
            each.dedup();
            each
        };
        let (init_mm, mm) = (LockName::Mmap(MmId::INIT_MM), LockName::Mmap(MmId::USER));
        assert_eq!(asserted("kernel?lock=read"), [(init_mm, false, true)]);
        assert_eq!(asserted("kernel?lock=none"), [(init_mm, false, false)]);
        assert_eq!(asserted("kernel-lockless?lock=none"), []);
        assert_eq!(asserted("debug?mm=mm&lock=write"), [(mm, true, true), (init_mm, true, false)]);
        assert_eq!(
            asserted("debug?mm=mm&lock=write&also=init_mm"),
            [(mm, true, true), (init_mm, true, true)]
        );
        assert_eq!(asserted("debug/x86_64-4level/v6.17?lock=read"), [(init_mm, false, true)]);
        assert_eq!(asserted("debug?lock=read"), [(init_mm, true, false)]);
        assert!(asserted("range?lock=read").iter().all(|of| of.2), "{:?}", asserted("range?lock=read"));
        assert_eq!(asserted("mapping?lock=none"), [(LockName::IMmap, false, false)]);
    }
}
