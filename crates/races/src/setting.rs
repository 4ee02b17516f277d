//! Setting up a race: the small world, and who takes part in it.

use actors::Observer;
use arrayvec::ArrayVec;
use mm::{LockMode, MmId, Task, World, WorldError};
use pagewalk::{Args, Callbacks, EntryPoint, NotInThisKernel, Revision, Walk};
use pgtable::Model;
use ptdump::Ptdump;

use crate::cpu::{Cpu, Inner};
use crate::ground::{Ground, Half, Shape};
use crate::ops::Ops;
use crate::state::{Cpus, State};
use crate::step::{Line, Lock, Shared, Step, line};
use crate::walker;

/// A race cannot be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// It does not happen on this machine.
    #[error("this race does not happen on {0}")]
    Model(&'static str),
    /// It does not happen in this kernel, and why.
    #[error("this race does not happen in {row} on this machine: {1}", row = .0.id())]
    Revision(Revision, &'static str),
    /// A function that it needs is not there.
    #[error(transparent)]
    Function(#[from] NotInThisKernel),
    /// The world cannot be built.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// A race while it is set up: its world, and the CPUs that were added by now.
#[derive(Debug)]
pub struct Setting {
    /// The machine.
    pub model: &'static Model,
    /// The kernel under whose rules the walker walks.
    pub revision: Revision,
    /// How the walker is to hold the lock of the mm that it walks.
    pub lock: LockMode,
    /// The world.
    pub world: World,
    /// Where things are in it.
    pub ground: Ground,
    /// Whether page tables of a process are freed only after an RCU grace period: as on this machine, unless a rule of the race
    /// says otherwise before it adds CPUs.
    pub rcu: bool,
    cpus: Cpus,
}

/// `init_mm`'s lock.
pub(crate) const INIT_MM: Lock = Lock::Mmap(MmId::INIT_MM);
/// The lock of a process's mm.
pub(crate) const MM: Lock = Lock::Mmap(MmId::USER);

/// ptdump's callbacks.
pub(crate) const DUMP: Ops = Ops::Look(Observer::PTDUMP);
/// A callback for everything.
pub(crate) const LOOK: Ops = Ops::Look(Observer::ALL);
/// Callbacks for ptes and holes.
pub(crate) const PTES: Ops = Ops::Look(Observer::ALL.only(Callbacks::PTE_ENTRY.union(Callbacks::PTE_HOLE)));

impl Setting {
    pub(crate) fn new(
        model: &'static Model,
        revision: Revision,
        lock: LockMode,
        (half, shape): (Half, Shape),
    ) -> Result<Self, NotThere> {
        let (world, ground) = Ground::build(model, half, shape)?;
        let rcu = model.kernel.frees_by_rcu;
        Ok(Self { model, revision, lock, world, ground, rcu, cpus: ArrayVec::new() })
    }

    /// Adds a CPU. The first one walks.
    fn cpu(&mut self, name: &'static str, lines: &[Line], inner: Inner) {
        let script = Shared::new(name, lines, self.ground, self.rcu);
        if let Some(&task) = Task::ALL.get(self.cpus.len()) {
            self.cpus.push(Cpu::new(task, script, inner));
        }
    }

    /// Adds a CPU that changes the tables: a kernel function and its lines.
    pub fn other(&mut self, name: &'static str, lines: &[Line]) {
        self.cpu(name, lines, Inner::Nothing);
    }

    /// Adds a CPU that calls an entry point under these locks, outermost first.
    ///
    /// # Errors
    /// [`NotThere::Function`] if the kernel has no such entry point.
    pub fn walker(
        &mut self,
        entry: EntryPoint,
        mm: MmId,
        ops: Ops,
        locks: &[(Lock, LockMode)],
    ) -> Result<(), NotThere> {
        let entry = entry.in_revision(self.revision);
        self.walk(entry, self.args(mm), ops, &walker::lines(locks, entry.func().name()))
    }

    /// The arguments of a walk of the whole range.
    pub fn args(&self, mm: MmId) -> Args {
        let Ground { start, end, vma, .. } = self.ground;
        Args { mm: Some(mm), start, end, vma, ..Args::default() }
    }

    /// Adds a CPU that calls an entry point among other lines; one of them is [`Step::Run`].
    ///
    /// # Errors
    /// [`NotThere::Function`] if the kernel has no such entry point.
    pub fn walk(&mut self, entry: EntryPoint, args: Args, ops: Ops, lines: &[Line]) -> Result<(), NotThere> {
        let task = Task::ALL.get(self.cpus.len()).copied().unwrap_or(Task::Walker);
        let walk = Walk::new(entry, self.revision, args)?.by(task);
        self.cpu(entry.func().name(), lines, Inner::Walk(walk, ops));
        Ok(())
    }

    /// Adds a CPU that runs `ptdump_walk_pgd()` of an mm, which takes its locks itself.
    pub fn dump(&mut self, mm: MmId) {
        let ranges = [(self.ground.start, self.ground.end)].into_iter().collect();
        let dump = Ptdump::new(self.revision, mm, None, ranges);
        self.cpu("ptdump_walk_pgd", &[line("ptdump_walk_pgd", Step::Run)], Inner::Dump(dump));
    }

    pub(crate) fn into_state(self) -> State {
        State { world: self.world, cpus: self.cpus }
    }
}
