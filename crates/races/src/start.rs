//! Who takes part in a race.

use alloc::vec::Vec;

use actors::Observer;
use arrayvec::ArrayVec;
use mm::{LockMode, MmId, Task, VmaFlags, World, WorldError};
use pagewalk::{Args, Callbacks, EntryPoint, NotInThisKernel, Revision, Walk};
use pgtable::VirtAddr;
use ptdump::Ptdump;

use crate::choice::{Choice, Race};
use crate::cpu::{Cpu, Inner};
use crate::ops::Ops;
use crate::place::{Half, Place, Shape};
use crate::state::{Cpus, State};
use crate::step::{Line, Lock, Shared, Step, line};
use crate::{collapse, faults, hot_remove, munmap, pte_tables, set_prot, vmap, walker};

/// A race cannot be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// It does not happen on this machine.
    #[error("this race does not happen on {0}")]
    Model(&'static str),
    /// It does not happen in this kernel.
    #[error("this race does not happen in {}", .0.id())]
    Revision(Revision),
    /// A function that it needs is not there.
    #[error(transparent)]
    Function(#[from] NotInThisKernel),
    /// The world cannot be built.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// The race being set up.
struct Setting {
    choice: Choice,
    world: World,
    place: Place,
    cpus: Cpus,
}

const READ: LockMode = LockMode::Read;
const INIT_MM: Lock = Lock::Mmap(MmId::INIT_MM);
const MM: Lock = Lock::Mmap(MmId::USER);

impl Setting {
    fn new(choice: Choice, half: Half, shape: Shape) -> Result<Self, NotThere> {
        let (world, place) = Place::build(choice.model, half, shape)?;
        Ok(Self { choice, world, place, cpus: ArrayVec::new() })
    }

    /// Adds a CPU. The first one walks.
    fn cpu(&mut self, name: &'static str, lines: Vec<Line>, inner: Inner) {
        let script = Shared::new(name, lines, self.place, self.choice.frees_by_rcu());
        if let Some(&task) = Task::ALL.get(self.cpus.len()) {
            self.cpus.push(Cpu::new(task, script, inner));
        }
    }

    /// Adds a CPU that changes the tables.
    fn other(&mut self, name: &'static str, lines: Vec<Line>) {
        self.cpu(name, lines, Inner::Nothing);
    }

    /// Adds a CPU that calls an entry point under these locks, outermost first.
    fn walker(
        &mut self,
        entry: EntryPoint,
        mm: MmId,
        ops: Ops,
        locks: &[(Lock, LockMode)],
    ) -> Result<(), NotThere> {
        let entry = entry.in_revision(self.choice.revision);
        self.walk(entry, self.args(mm), ops, walker::lines(locks, entry.func().name()))
    }

    /// A walk of the whole range.
    fn args(&self, mm: MmId) -> Args {
        let Place { start, end, vma, .. } = self.place;
        Args { mm: Some(mm), start, end, vma, ..Args::default() }
    }

    fn walk(&mut self, entry: EntryPoint, args: Args, ops: Ops, lines: Vec<Line>) -> Result<(), NotThere> {
        let task = Task::ALL.get(self.cpus.len()).copied().unwrap_or(Task::Walker);
        let walk = Walk::new(entry, self.choice.revision, args)?.by(task);
        self.cpu(entry.func().name(), lines, Inner::Walk(walk, ops));
        Ok(())
    }

    /// Adds `ptdump_walk_pgd()` of an mm, which takes its locks itself.
    fn dump(&mut self, mm: MmId) {
        let ranges = [(self.place.start, self.place.end)].into_iter().collect();
        let dump = Ptdump::new(self.choice.revision, mm, None, ranges);
        self.cpu("ptdump_walk_pgd", Vec::from([line("ptdump_walk_pgd", Step::Run)]), Inner::Dump(dump));
    }
}

const DUMP: Ops = Ops::Look(Observer::PTDUMP);
const LOOK: Ops = Ops::Look(Observer::ALL);
const PTES: Ops = Ops::Look(Observer::ALL.only(Callbacks::PTE_ENTRY.union(Callbacks::PTE_HOLE)));

/// The kernel's tables of a mapping that comes and goes.
const VMALLOC: Half = Half::Kernel("vmalloc");

impl Choice {
    /// The race before anybody has moved. The first CPU walks.
    ///
    /// # Errors
    /// [`NotThere`] when the race does not happen on this machine or in this kernel.
    pub fn start(&self) -> Result<State, NotThere> {
        if !self.race.models().any(|id| id == self.model.id) {
            return Err(NotThere::Model(self.model.title));
        }
        if !self.race.exists_in(self.revision) {
            return Err(NotThere::Revision(self.revision));
        }
        let (half, shape) = ground(self.race);
        let mut race = Setting::new(*self, half, shape)?;
        match self.race {
            Race::Munmap | Race::MunmapVmas | Race::TwoWalkers => munmapped(&mut race)?,
            Race::HotRemove => removed(&mut race)?,
            Race::HugeVmap | Race::HugePud => promoted(&mut race)?,
            Race::OtherMm => promoted_elsewhere(&mut race)?,
            Race::Collapse => collapsed(&mut race)?,
            Race::SetProt | Race::SetProtDump => protected(&mut race)?,
            Race::StaleAction => zapped(&mut race)?,
            Race::PudRefault => refaulted(&mut race)?,
            Race::Retract | Race::Reclaim => pte_table_freed(&mut race)?,
            Race::PageFault | Race::Vmalloc => added_to(&mut race)?,
            Race::NestedRead => read_twice(&mut race)?,
        }
        Ok(State { world: race.world, cpus: race.cpus })
    }
}

/// Whose tables a race is about, and what is there before anything moves.
const fn ground(race: Race) -> (Half, Shape) {
    match race {
        Race::Munmap
        | Race::MunmapVmas
        | Race::TwoWalkers
        | Race::Retract
        | Race::Reclaim
        | Race::NestedRead => (Half::User, Shape::Page),
        Race::HotRemove => (Half::Kernel("direct map"), Shape::Page),
        Race::HugeVmap | Race::HugePud | Race::OtherMm => (VMALLOC, Shape::EmptyTable),
        Race::Collapse => (Half::Kernel("modules"), Shape::Page),
        Race::SetProt | Race::SetProtDump => (VMALLOC, Shape::PmdLeaf),
        Race::StaleAction => (Half::User, Shape::LeafThenPage),
        Race::PudRefault => (Half::User, Shape::PudLeaf),
        Race::PageFault => (Half::User, Shape::Nothing),
        Race::Vmalloc => (VMALLOC, Shape::Nothing),
    }
}

fn munmapped(race: &mut Setting) -> Result<(), NotThere> {
    let choice = race.choice;
    let locks = [(MM, choice.lock)];
    let (entry, ops) =
        if choice.race == Race::MunmapVmas { (EntryPoint::Range, PTES) } else { (EntryPoint::Debug, DUMP) };
    race.walker(entry, MmId::USER, ops, &locks)?;
    race.other("munmap", munmap::lines(choice.rule == 0, choice.model.per_vma_lock));
    if choice.race == Race::TwoWalkers {
        race.walker(entry, MmId::USER, ops, &locks)?;
    }
    Ok(())
}

fn removed(race: &mut Setting) -> Result<(), NotThere> {
    let choice = race.choice;
    if choice.rule == 2 {
        race.dump(MmId::INIT_MM);
    } else {
        let hotplug = if choice.rule == 1 { READ } else { LockMode::None };
        let locks = [(Lock::Hotplug, hotplug), (INIT_MM, choice.lock)];
        race.walker(EntryPoint::Kernel, MmId::INIT_MM, LOOK, &locks)?;
    }
    let order = choice.model.kernel.hot_remove.ok_or(NotThere::Model(choice.model.title))?;
    race.other("arch_remove_memory", hot_remove::lines(&order));
    Ok(())
}

fn promoted(race: &mut Setting) -> Result<(), NotThere> {
    let choice = race.choice;
    let rule = vmap::Rule::ALL.get(usize::from(choice.rule)).copied().unwrap_or(vmap::Rule::Nothing);
    let entry = EntryPoint::Debug.in_revision(choice.revision);
    let mut lines = walker::lines(&[(INIT_MM, choice.lock)], entry.func().name());
    if rule.has_key() {
        lines.insert(0, line("static_branch_inc(&arm64_ptdump_lock_key)", Step::SetKey(true)));
        lines.push(line("static_branch_dec(&arm64_ptdump_lock_key)", Step::SetKey(false)));
    }
    let args = race.args(MmId::INIT_MM);
    race.walk(entry, args, DUMP, lines)?;
    if choice.race == Race::HugePud {
        race.other("vmap_try_huge_pud", vmap::pud_lines(rule, choice.model));
    } else {
        race.other("vmap_try_huge_pmd", vmap::lines(rule));
    }
    Ok(())
}

fn promoted_elsewhere(race: &mut Setting) -> Result<(), NotThere> {
    let choice = race.choice;
    if choice.rule == 2 {
        race.dump(MmId::USER);
    } else {
        let both = if choice.rule == 1 { LockMode::Write } else { LockMode::None };
        race.walker(EntryPoint::Debug, MmId::USER, DUMP, &[(MM, choice.lock), (INIT_MM, both)])?;
    }
    race.other("vmap_try_huge_pmd", vmap::lines(vmap::Rule::of(choice.revision, choice.model)));
    Ok(())
}

fn collapsed(race: &mut Setting) -> Result<(), NotThere> {
    let choice = race.choice;
    race.walker(EntryPoint::Kernel, MmId::INIT_MM, LOOK, &[(INIT_MM, choice.lock)])?;
    let held = LockMode::ALL.get(usize::from(choice.rule)).copied().unwrap_or_default();
    race.other("cpa_collapse_large_pages", collapse::lines(held));
    Ok(())
}

fn protected(race: &mut Setting) -> Result<(), NotThere> {
    let choice = race.choice;
    let (set, clear) = set_prot::read_only(choice.model);
    let ops = Ops::SetProt { set, clear };
    let mut pages = 2;
    if choice.race == Race::SetProtDump {
        race.walker(EntryPoint::Debug, MmId::INIT_MM, DUMP, &[(INIT_MM, choice.lock)])?;
        pages = 1;
    }
    // Neighbours in one block.
    for nth in 0..pages {
        let bytes = choice.model.page_bytes();
        let start = VirtAddr(race.place.start.0 - nth * bytes);
        let args = Args { start, end: VirtAddr(start.0 + bytes), ..Args::default() };
        race.walk(EntryPoint::KernelLockless, args, ops, set_prot::lines(choice.rule == 0))?;
    }
    Ok(())
}

fn zapped(race: &mut Setting) -> Result<(), NotThere> {
    race.walker(EntryPoint::Vma, MmId::USER, Ops::Smaps { added: [0; 2] }, &[(MM, READ)])?;
    race.other("madvise", pte_tables::RECLAIM.to_vec());
    Ok(())
}

fn refaulted(race: &mut Setting) -> Result<(), NotThere> {
    if let Some(vma) = race.place.vma.and_then(|id| race.world.vma_mut(id)) {
        vma.flags |= VmaFlags::PFNMAP;
    }
    let numa_maps = Observer::ALL.only(Callbacks::PMD_ENTRY);
    race.walker(EntryPoint::Vma, MmId::USER, Ops::Look(numa_maps), &[(MM, READ)])?;
    race.other("vfio_pci_mmap_huge_fault", faults::PUD_FAULT.to_vec());
    Ok(())
}

fn pte_table_freed(race: &mut Setting) -> Result<(), NotThere> {
    let choice = race.choice;
    if choice.rule_id().starts_with("kernel") {
        // A 32-bit task dumps another one: to it these are not user addresses.
        race.world.task_size = race.place.start;
    }
    race.walker(EntryPoint::Debug, MmId::USER, DUMP, &[(MM, choice.lock)])?;
    if choice.race == Race::Retract {
        race.other("retract_page_tables", pte_tables::retract(choice.frees_by_rcu()));
    } else {
        race.other("madvise", pte_tables::RECLAIM.to_vec());
    }
    Ok(())
}

fn added_to(race: &mut Setting) -> Result<(), NotThere> {
    let choice = race.choice;
    if choice.race == Race::PageFault {
        race.walker(EntryPoint::Debug, MmId::USER, DUMP, &[(MM, choice.lock)])?;
        race.other("handle_mm_fault", faults::PAGE_FAULT.to_vec());
        return Ok(());
    }
    let (entry, ops) = if choice.rule == 0 { (EntryPoint::Kernel, LOOK) } else { (EntryPoint::Debug, DUMP) };
    race.walker(entry, MmId::INIT_MM, ops, &[(INIT_MM, choice.lock)])?;
    race.other("vmalloc", faults::VMALLOC.to_vec());
    Ok(())
}

fn read_twice(race: &mut Setting) -> Result<(), NotThere> {
    race.walker(EntryPoint::Range, MmId::USER, PTES, &[(MM, READ), (MM, READ)])?;
    let write = LockMode::Write;
    let mprotect = [
        line("mmap_write_lock(mm)", Step::Lock(MM, write)),
        line("mmap_write_unlock(mm)", Step::Unlock(MM, write)),
    ];
    race.other("mprotect", mprotect.into());
    Ok(())
}
