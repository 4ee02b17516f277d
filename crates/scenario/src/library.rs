//! The built-in scenarios.

mod edges;
mod no_vma;
mod vma;

use core::fmt::Debug;

use actors::{AnyActor, Observer};
use mm::{MmId, World};
use pagewalk::names::Near;
use pagewalk::release::Nearest;
use pagewalk::{EntryPoint, NotInThisKernel, Release, Revision};
use pgtable::{Level, Model, VirtAddr};

use crate::held::Held;
use crate::places::Places;
use crate::tables::{FileId, Tables};
use crate::worlds::Build;

/// What a scenario calls.
#[derive(Clone, Copy, Debug)]
pub enum Program {
    /// An entry point, by a caller that holds whatever the person chose.
    Call {
        /// The function; on kernels without it the one that did its work there.
        entry: EntryPoint,
        /// Its mm. Of a function that takes a VMA, the VMA of this mm that holds the start of the range.
        mm: MmId,
        /// Its callbacks.
        ops: Observer,
    },
    /// The same, given the mm's own root as its `pgd` argument.
    Rooted {
        /// The function.
        entry: EntryPoint,
        /// Its mm.
        mm: MmId,
        /// Its callbacks.
        ops: Observer,
    },
    /// Who a room above brings.
    Other(&'static dyn Runs),
}

/// What a room above runs in a scenario of its own.
pub trait Runs: Debug + Sync {
    /// The mm that is walked.
    fn mm(&self) -> MmId;

    /// Whether it runs in `revision`.
    fn exists_in(&self, revision: Revision) -> bool;

    /// Whether the locks that the caller holds are a person's choice; otherwise it takes them itself.
    fn person_holds_locks(&self) -> bool;

    /// Whether it runs on any tables of `model`, so also on those of a file; most ask for a place of one machine.
    fn runs_on_any(&self, _model: &Model) -> bool {
        false
    }

    /// Its ranges, start and end of each, if they follow from the machine alone.
    fn ranges(&self, _model: &Model) -> Option<Vec<(VirtAddr, VirtAddr)>> {
        None
    }

    /// Makes the world ready and whoever is about to run on it.
    ///
    /// # Errors
    /// [`NotInThisKernel`] if what it calls does not exist in this kernel.
    fn start(&self, begin: &Begin<'_>, world: &mut World) -> Result<AnyActor, NotInThisKernel>;
}

/// The choices of a setup that concern whoever runs.
#[derive(Clone, Copy, Debug)]
pub struct Begin<'a> {
    /// Which kernel.
    pub revision: Revision,
    /// The ranges, start and end of each.
    pub ranges: &'a [(VirtAddr, VirtAddr)],
    /// How the lock of the mm that is walked is held.
    pub lock: Held,
}

impl Program {
    /// The mm that is walked.
    pub fn mm(&self) -> MmId {
        match *self {
            Self::Call { mm, .. } | Self::Rooted { mm, .. } => mm,
            Self::Other(runs) => runs.mm(),
        }
    }

    /// Whether it runs in `revision`: a caller may not use the walker yet.
    pub fn exists_in(&self, revision: Revision) -> bool {
        match self {
            Self::Call { entry, .. } | Self::Rooted { entry, .. } => {
                entry.in_revision(revision).exists_in(revision)
            }
            Self::Other(runs) => runs.exists_in(revision),
        }
    }
}

/// The range of a scenario in tables made for a model: start and end.
pub type Made = fn(&Places) -> (u64, u64);

/// The range of a scenario on one machine: its id, then start and end of one range or of two.
pub type OnMachine = (&'static str, &'static [(u64, u64)]);

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
    /// Builds the machine, where it is neither a captured one nor one made for a model.
    pub build: Option<Build>,
    /// What it belongs to, among the others.
    pub group: Group,
    /// Its range in tables made for a model; none if it runs on captured machines only.
    pub made: Option<Made>,
    /// Its ranges on captured machines.
    pub on: &'static [OnMachine],
}

/// What a scenario belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The walks that the patch is about.
    NoVma,
    /// Walks with VMAs.
    Vma,
    /// What happens at the edges.
    Edges,
    /// The patch's callers.
    Callers,
}

impl Group {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::NoVma, Self::Vma, Self::Edges, Self::Callers];

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::NoVma => "Without VMAs",
            Self::Vma => "With VMAs",
            Self::Edges => "At the edges",
            Self::Callers => "The patch's callers",
        }
    }
}

impl PartialEq for Scenario {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Scenario {
    /// The machines that it runs on.
    pub fn machines(&self) -> impl Iterator<Item = Tables> + use<'_> {
        pgtable::models().filter_map(|model| self.tables_on(model))
    }

    /// The machine that it starts with: the first one. Who sees a walk for the first time sees one without folded levels.
    pub fn machine(&self) -> Option<Tables> {
        let is_good = |tables: &Tables| {
            self != FIRST || !Level::ALL.into_iter().any(|level| tables.model().is_folded(level))
        };
        self.machines().find(is_good)
    }

    /// The tables that it runs on where the machine is of `model`; `None` if it does not run there.
    pub fn tables_on(&self, model: &'static Model) -> Option<Tables> {
        match self.ranges_on(model) {
            Some(_) if self.build.is_some() => Some(Tables::Built(model)),
            Some(_) => Some(Tables::Captured(model)),
            // A program of its own may need something of the machine.
            None if matches!(self.program, Program::Other(runs) if !runs.runs_on_any(model)) => None,
            None => self.made.map(|_| Tables::Made(model)),
        }
    }

    /// The tables of a file that a person opened; `None` if it does not run on such a machine. A file has no areas (VMAs).
    pub fn tables_of(&self, file: FileId) -> Option<Tables> {
        let runs = match self.program {
            // The first one is about what was made for it.
            Program::Call { entry, .. } => self.made.is_some() && !entry.has_vmas() && self != FIRST,
            Program::Rooted { .. } => false,
            Program::Other(runs) => runs.runs_on_any(file.model),
        };
        runs.then_some(Tables::Brought(file))
    }

    /// The tables with this name in a link; `None` if it does not run there. Whether the file is here that a name may
    /// stand for is not known.
    pub fn tables_named(&self, name: &str) -> Option<Tables> {
        match FileId::parse(name) {
            Some(file) => self.tables_of(file),
            None => self.tables_on(pgtable::model(name).ok()?),
        }
    }

    fn ranges_on(&self, model: &Model) -> Option<&'static [(u64, u64)]> {
        self.on.iter().find(|(id, _)| *id == model.id).map(|&(_, ranges)| ranges)
    }

    /// The ranges in these tables, where things are at `places`; `None` if it does not run there.
    pub fn ranges(&self, tables: Tables, places: &Places) -> Option<Vec<(VirtAddr, VirtAddr)>> {
        let model = tables.model();
        if let Tables::Brought(file) = tables {
            self.tables_of(file)?;
        }
        if let Program::Other(runs) = self.program
            && let Some(ranges) = runs.ranges(model)
        {
            return Some(ranges);
        }
        let ranges = match (self.ranges_on(model), self.made) {
            (Some(ranges), _) if !matches!(tables, Tables::Brought(_)) => ranges.to_vec(),
            (_, Some(range)) => vec![range(places)],
            _ => return None,
        };
        Some(ranges.into_iter().map(|(start, end)| (VirtAddr(start), VirtAddr(end))).collect())
    }

    /// Whether the caller's locks are chosen by the person; some callers take their own.
    pub fn caller_holds_locks(&self) -> bool {
        match self.program {
            Program::Call { .. } | Program::Rooted { .. } => true,
            Program::Other(runs) => runs.person_holds_locks(),
        }
    }

    /// The kernels that it runs in.
    pub fn revisions(&self) -> impl Iterator<Item = Revision> + use<> {
        let program = self.program;
        Revision::ALL.into_iter().filter(move |&revision| program.exists_in(revision))
    }

    /// Whether the lock of `init_mm` is a choice besides the walked mm's.
    pub fn has_second_lock(&self) -> bool {
        self.program.mm() != MmId::INIT_MM
    }
}

/// The scenarios of the walks themselves, in the order in which they are offered.
static WALKS: &[&Scenario] = &[
    &no_vma::START,
    &no_vma::KERNEL_WALK,
    &no_vma::DEBUG_USER,
    &no_vma::DEBUG_INIT_MM,
    &vma::RANGE,
    &vma::WITH_VMAS,
    &vma::WITHOUT_VMAS,
    &vma::MAPPING,
    &vma::INSTALL,
    &edges::AGAIN,
    &edges::DOUBLE_WALK,
    &edges::UNALIGNED,
    &edges::TOP,
];

/// Those that arrive with other rooms' scenarios: nobody needs their tables, or their entry point, for the first walk.
pub static LATER: &[&Scenario] =
    &[&vma::FOLIO, &edges::EVERY_KIND, &edges::GIVEN_ROOT, &edges::PAST_THE_ROOT];

/// The one that a person sees first.
pub static FIRST: &Scenario = &no_vma::START;

/// The one that a file is shown with which a person opens: it finds its range in the file.
pub static FIRST_OF_FILE: &Scenario = &no_vma::KERNEL_WALK;

/// Scenarios, one list per file that has some.
pub type Shelf = &'static [&'static [&'static Scenario]];

/// What is known of a scenario that is not in the program yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Name in links.
    pub id: &'static str,
    /// For a person.
    pub title: &'static str,
    /// What it belongs to, among the others.
    pub group: Group,
}

/// The names of all scenarios of `shelf`, of which there are `N`: data that refers to no code.
///
/// # Panics
/// If there are not `N`. It is for statics, so the compiler says so.
pub const fn abouts<const N: usize>(shelf: Shelf) -> [About; N] {
    let mut abouts = [About { id: "", title: "", group: Group::NoVma }; N];
    let (mut list, mut next) = (0, 0);
    while list < shelf.len() {
        let mut index = 0;
        while index < shelf[list].len() {
            let Scenario { id, title, group, .. } = *shelf[list][index];
            abouts[next] = About { id, title, group };
            next += 1;
            index += 1;
        }
        list += 1;
    }
    assert!(next == N, "N is the number of scenarios");
    abouts
}

/// The scenarios of a program: those of this room, and those that other rooms add.
#[derive(Clone, Copy, Debug)]
pub struct Library {
    more: &'static [Shelf],
    later: &'static [About],
    /// Finds the nearest kernel to a release. It is a long table, which comes with the rest of the scenarios.
    nearest: Option<fn(&str) -> Option<Nearest>>,
}

impl Library {
    /// The scenarios of this room.
    pub const WALKS: Self = Self::whole(&[]);

    /// These besides the walks, and all that there is.
    pub const fn whole(more: &'static [Shelf]) -> Self {
        Self { more, later: &[], nearest: Some(nearest) }
    }

    /// The walks; of those `later` nothing is here but their names.
    pub const fn first(later: &'static [About]) -> Self {
        Self { more: &[], later, nearest: None }
    }

    /// Whether nothing arrives later.
    pub const fn is_whole(&self) -> bool {
        self.nearest.is_some()
    }

    /// The nearest kernel to a release that has no row.
    pub(crate) fn nearest(&self, release: &str) -> Option<Nearest> {
        self.nearest?(release)
    }

    /// All scenarios, in the order in which they are offered: group by group.
    pub fn scenarios(&self) -> impl Iterator<Item = &'static Scenario> + use<> {
        let more = self.more;
        Group::ALL.into_iter().flat_map(move |group| {
            let all = WALKS.iter().chain(more.iter().copied().flatten().copied().flatten());
            all.copied().filter(move |scenario| scenario.group == group)
        })
    }

    /// The scenario with this name.
    pub fn scenario(&self, id: &str) -> Option<&'static Scenario> {
        self.scenarios().find(|scenario| scenario.id == id)
    }

    /// The name of a scenario, here or not yet, that was probably meant.
    pub fn near(&self, id: &str) -> Option<&'static str> {
        let mut near = Near::new(id);
        for scenario in WALKS {
            near.see(scenario.id);
        }
        for list in self.more.iter().copied().flatten() {
            for scenario in *list {
                near.see(scenario.id);
            }
        }
        for about in self.later {
            near.see(about.id);
        }
        near.meant()
    }

    /// The scenarios that are not here yet.
    pub const fn later(&self) -> &'static [About] {
        self.later
    }
}

fn nearest(release: &str) -> Option<Nearest> {
    Release::parse(release).map(Release::nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_a_machine_and_every_list_names_models() {
        for scenario in Library::WALKS.scenarios() {
            assert!(scenario.machines().next().is_some(), "{}", scenario.id);
            for (id, _) in scenario.on {
                let tables = scenario.tables_on(pgtable::model(id).expect("a model")).expect("it is listed");
                let built = scenario.build.is_some();
                assert_ne!(tables.folder().is_some(), built, "{} on {id}", scenario.id);
            }
        }
    }
}
