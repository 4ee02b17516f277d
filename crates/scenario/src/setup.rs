//! A scenario with every choice made, ready to start.

use actors::{Actor, AnyActor, Direct, Observer, Stack};
use mm::{LockMode, MmId, Task, World};
use pagewalk::{Args, Callbacks, EntryPoint, Func, NotInThisKernel, Revision, Sink, Status, Walk};
use pgtable::{Since, VirtAddr};

use crate::held::Held;
use crate::library::{Begin, FIRST, Program, Scenario};
use crate::places::Places;
use crate::sample::sample;
use crate::tables::Tables;
use capture::Capture;

/// A scenario with every choice made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// Which scenario.
    pub scenario: &'static Scenario,
    /// Which machine: the tables that it runs on.
    pub tables: Tables,
    /// Which kernel.
    pub revision: Revision,
    /// The lock of the mm that is walked.
    pub lock: Held,
    /// The lock of `init_mm`, where another mm is walked.
    pub init_lock: Held,
}

/// A setup cannot start on this capture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The tables are of another machine than that of the setup.
    #[error("the tables are those of {found}, but {wanted} was chosen")]
    OtherModel {
        /// What the file holds.
        found: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The capture has no user mm.
    #[error("the capture holds no user mm")]
    NoUserMm,
    /// The scenario does not run on this machine.
    #[error("this scenario does not run on {0}")]
    NotOnMachine(&'static str),
    /// The function does not exist in this kernel.
    #[error(transparent)]
    NotInThisKernel(#[from] NotInThisKernel),
}

impl Default for Setup {
    fn default() -> Self {
        Self::of(FIRST)
    }
}

impl Setup {
    /// A scenario as it is offered first.
    pub fn of(scenario: &'static Scenario) -> Self {
        let tables = scenario.machine().unwrap_or(Tables::Made(pgtable::arch::FIRST));
        let (lock, init_lock) = scenario.held;
        Self { scenario, tables, revision: scenario.revision, lock, init_lock }
    }

    /// The same choices for another scenario, as far as they exist there.
    #[must_use]
    pub fn with_scenario(self, scenario: &'static Scenario) -> Self {
        let fresh = Self::of(scenario);
        let same = match self.tables {
            Tables::Brought(file) => scenario.tables_of(file),
            Tables::Made(model) | Tables::Built(model) | Tables::Captured(model) => scenario.tables_on(model),
        };
        let exists = scenario.program.exists_in(self.revision);
        let revision = if exists { self.revision } else { fresh.revision };
        Self { tables: same.unwrap_or(fresh.tables), revision, ..fresh }
    }

    /// The same on the nearest machine that the kernel has, and what it lacks of the chosen one. Tables that a person brought are as
    /// they are.
    #[must_use]
    pub fn existing(self, version: (u16, u16)) -> (Self, Option<&'static Since>) {
        let model = self.tables.model();
        let Some((since, nearest)) = pgtable::lacking(model, version) else { return (self, None) };
        match self.tables {
            Tables::Brought(_) => (self, None),
            _ => {
                let tables = self.scenario.tables_on(nearest).unwrap_or(self.tables);
                (Self { tables, ..self }, Some(since))
            }
        }
    }

    /// The tables, where they come from no file.
    pub fn made(&self) -> Option<Capture> {
        match self.tables {
            Tables::Built(model) => {
                self.scenario.build?(model).ok().map(|world| Capture::made(self.scenario.id, world))
            }
            Tables::Made(model) => sample(model).ok(),
            Tables::Captured(_) | Tables::Brought(_) => None,
        }
    }

    /// The machine at rest with the chosen locks held, and whoever is about to run on it.
    ///
    /// # Errors
    /// [`SetupError::OtherModel`] if the tables are of another machine, [`SetupError::NoUserMm`] if they hold no user mm and
    /// the scenario walks one, [`SetupError::NotOnMachine`] if the scenario has no range on this machine, and
    /// [`SetupError::NotInThisKernel`] if the kernel does not have the function yet.
    pub fn start(&self, capture: &Capture) -> Result<(World, Runner), SetupError> {
        self.start_at(capture, &self.tables.places(&capture.world))
    }

    /// The same for whoever knows already where things are in the [tables](Tables::places).
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_at(&self, capture: &Capture, places: &Places) -> Result<(World, Runner), SetupError> {
        let found = capture.model().id;
        let wanted = self.tables.model();
        if found != wanted.id {
            return Err(SetupError::OtherModel { found, wanted: wanted.id });
        }
        let mut world = capture.world.clone();
        let program = &self.scenario.program;
        if world.mm(program.mm()).is_none() {
            return Err(SetupError::NoUserMm);
        }
        self.lock.hold(&mut world, program.mm());
        if self.scenario.has_second_lock() {
            self.init_lock.hold(&mut world, MmId::INIT_MM);
        }
        let ranges = self.scenario.ranges(self.tables, places);
        let ranges = ranges.ok_or(SetupError::NotOnMachine(wanted.title))?;
        let runner = match *program {
            Program::Call { entry, mm, ops } | Program::Rooted { entry, mm, ops } => {
                let (start, end) = ranges.first().copied().unwrap_or_default();
                let mut args = args(entry, mm, start, end, &world);
                if matches!(program, Program::Rooted { .. }) {
                    args.pgd = world.mm(mm).map(|mm| mm.pgd);
                }
                if entry == EntryPoint::Mapping {
                    world.i_mmap.preset(Task::Walker, LockMode::Read);
                }
                let walk = Walk::new(entry.in_revision(self.revision), self.revision, args)?;
                Runner::Call(Direct::new(walk, ops))
            }
            Program::Other(runs) => {
                let begin = Begin { revision: self.revision, ranges: &ranges, lock: self.lock };
                Runner::Other(runs.start(&begin, &mut world)?)
            }
        };
        Ok((world, runner))
    }
}

/// The arguments of `entry` for a range: a function that takes a VMA gets the one that holds its start, one that takes a file
/// the pages that this VMA has there.
pub fn args(entry: EntryPoint, mm: MmId, start: VirtAddr, end: VirtAddr, world: &World) -> Args {
    let vma = world.find_vma(mm, start).filter(|_| entry.has_vmas());
    let area = vma.and_then(|id| world.vma(id));
    let page_shift = world.model().page_shift;
    let page = |addr: VirtAddr| {
        area.map_or(0, |area| area.pgoff + (addr.0.saturating_sub(area.start.0) >> page_shift))
    };
    let first_index = page(start);
    let nr = page(end).saturating_sub(first_index);
    Args { mm: Some(mm), start, end, vma, first_index, nr, ..Args::default() }
}

/// Whoever runs in a scenario.
#[expect(
    clippy::large_enum_variant,
    reason = "most runs are calls, and a pointer to one would be followed at each step"
)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Runner {
    /// A caller of an entry point.
    Call(Direct<Observer>),
    /// Who a room above brings.
    Other(AnyActor),
}

impl Actor for Runner {
    fn step<S: Sink>(&mut self, world: &mut World, sink: &mut S) -> Status {
        match self {
            Self::Call(caller) => caller.step(world, sink),
            Self::Other(other) => other.step(world, sink),
        }
    }

    fn function(&self) -> Func {
        match self {
            Self::Call(caller) => caller.function(),
            Self::Other(other) => other.function(),
        }
    }

    fn callbacks(&self) -> Callbacks {
        match self {
            Self::Call(caller) => caller.callbacks(),
            Self::Other(other) => other.callbacks(),
        }
    }

    fn stack(&self) -> Stack {
        match self {
            Self::Call(caller) => caller.stack(),
            Self::Other(other) => other.stack(),
        }
    }

    fn walk(&self) -> Option<&Walk> {
        match self {
            Self::Call(caller) => caller.walk(),
            Self::Other(other) => other.walk(),
        }
    }
}
