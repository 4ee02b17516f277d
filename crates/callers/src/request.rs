//! A request of a caller, and the scenarios that make it.

use core::fmt::Debug;
use core::hash::Hash;

use actors::{Actor, AnyActor};
use mm::{LockMode, MmId, Task, World};
use pagewalk::{EntryPoint, NotInThisKernel};
use pgtable::VirtAddr;
use scenario::Held;
use scenario::library::{Begin, Group, OnMachine, Program, Runs, Scenario};
use trace::{Revision, Sink, Status};

use crate::procedure::{Begun, Procedure};
use crate::run::Run;

/// What a caller is asked for, with what it knows of the machine.
pub(crate) trait Request: Copy + Debug + Eq + Hash + Sync + 'static {
    /// How it does that.
    type Procedure: Procedure + 'static;

    /// The entry point that it walks with: the kernel walk, or the lockless one of v6.18. Before that arm64 went through its
    /// ptes with `apply_to_page_range()`, which is none of mm/pagewalk.c.
    const ENTRY: EntryPoint = EntryPoint::Kernel;

    /// What it does, on a machine like `world`.
    fn begin(self, order: &Order<Self>, world: &World, revision: Revision) -> Begun<Self::Procedure>;

    /// Whether this caller is there in `revision`, and uses mm/pagewalk.c at all.
    fn walks_in(_revision: Revision) -> bool {
        true
    }

    /// Whether this caller walks with the walker in `revision`.
    fn exists_in(revision: Revision) -> bool {
        (Self::ENTRY == EntryPoint::Kernel || Self::ENTRY.exists_in(revision)) && Self::walks_in(revision)
    }
}

/// A request for a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Order<R> {
    pub(crate) request: R,
    /// The first address.
    pub(crate) start: VirtAddr,
    /// The address behind the last one. Functions that take a number of pages get that of whole pages in between, others the
    /// number of bytes.
    pub(crate) end: VirtAddr,
    /// Whether the caller forgets to take `init_mm`'s lock, which no kernel does: then the walk's assertion says so.
    pub(crate) forgets_lock: bool,
}

impl<R: Request> Order<R> {
    /// `numpages`
    pub(crate) fn pages(&self, world: &World) -> u64 {
        (self.end - self.start) >> world.model().page_shift
    }

    /// The call, not started yet, on a machine like `world`.
    ///
    /// # Errors
    /// [`NotInThisKernel`] if this caller does not walk in `revision`.
    pub(crate) fn call(
        &self,
        revision: Revision,
        world: &World,
    ) -> Result<Run<R::Procedure>, NotInThisKernel> {
        if !R::exists_in(revision) {
            return Err(NotInThisKernel { entry: R::ENTRY, revision });
        }
        let begun = self.request.begin(self, world, revision);
        Run::new(revision, R::ENTRY, (self.start, self.end), self.forgets_lock, begun)
    }
}

/// What a scenario of a caller runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<R> {
    /// What is asked for.
    pub(crate) request: R,
    /// What was done before, on the machine at rest.
    pub(crate) before: Option<R>,
    /// Which allocation fails, from 1; 0 is none.
    pub(crate) fails_at: u32,
    /// Whether the caller forgets `init_mm`'s lock: then what is held is the person's choice.
    pub(crate) forgets_lock: bool,
}

impl<R> Ask<R> {
    /// A request on the machine at rest, where nothing fails.
    pub(crate) const fn of(request: R) -> Self {
        Self { request, before: None, fails_at: 0, forgets_lock: false }
    }
}

impl<R: Request> Runs for Ask<R> {
    fn mm(&self) -> MmId {
        MmId::INIT_MM
    }

    fn exists_in(&self, revision: Revision) -> bool {
        R::exists_in(revision)
    }

    fn person_holds_locks(&self) -> bool {
        self.forgets_lock
    }

    fn start(&self, begin: &Begin<'_>, world: &mut World) -> Result<AnyActor, NotInThisKernel> {
        let Begin { revision, ranges, lock } = *begin;
        let (start, end) = ranges.first().copied().unwrap_or_default();
        let order = Order { request: self.request, start, end, forgets_lock: self.forgets_lock };
        if let Some(before) = self.before {
            run_before(revision, &Order { request: before, ..order }, world)?;
            lock.hold(world, MmId::INIT_MM);
            world.allocator.asked = 0;
        }
        world.allocator.fails_at = self.fails_at;
        Ok(AnyActor::new(order.call(revision, world)?))
    }
}

/// Steps of what comes before a scenario: those that there are take a few hundred.
const MAX_STEPS_BEFORE: u32 = 100_000;

/// Runs a call to its end before a scenario begins, on the machine at rest.
fn run_before<R: Request>(
    revision: Revision,
    order: &Order<R>,
    world: &mut World,
) -> Result<(), NotInThisKernel> {
    world.preset_lock(MmId::INIT_MM, Task::Walker, LockMode::None);
    let mut call = order.call(revision, world)?;
    for _ in 0..MAX_STEPS_BEFORE {
        // As a scenario steps it, so that there is one copy of the code.
        let mut nobody: &mut dyn Sink = &mut ();
        if call.step(world, &mut nobody) != Status::Running {
            break;
        }
    }
    Ok(())
}

/// A scenario of a caller on captured machines.
pub(crate) const fn scenario(
    id: &'static str,
    title: &'static str,
    about: &'static str,
    asks: &'static dyn Runs,
    on: &'static [OnMachine],
) -> Scenario {
    Scenario {
        id,
        title,
        about,
        program: Program::Other(asks),
        revision: Revision::V7_3,
        held: (Held::None, Held::None),
        build: None,
        group: Group::Callers,
        made: None,
        on,
    }
}
