//! The machine: one walk, one atomic action a step.
//!
//! The program counter (`Pc`) names the next action. A step runs it, emits exactly one event, and decides
//! which action comes next; decisions that touch no memory and call nobody happen on the way and are no
//! steps of their own. The control flow is that of `mm/pagewalk.c`:
//!
//! | file | functions |
//! |---|---|
//! | this one | stepping, and what all files share |
//! | `entry_point.rs` | the entry points: checks, assertions, the delegation |
//! | `vma.rs` | VMA after VMA: `walk_page_range_mm()`, `walk_page_mapping()`, `walk_page_test()`, `__walk_page_range()` |
//! | `vma_lock.rs` | `process_mm_walk_lock()`, `process_vma_walk_lock()` |
//! | `hugetlb.rs` | `walk_hugetlb_range()` |
//! | `upper.rs` | `walk_pgd_range()`, `walk_p4d_range()`, `walk_pud_range()`, `walk_pmd_range()` |
//! | `descend.rs` | from a pud or pmd entry downwards: leaves, splitting, allocating, looking again |
//! | `pte.rs` | `walk_pte_range()` |
//! | `map.rs` | `pte_offset_kernel()`, `pte_offset_map()`, `pte_offset_map_lock()` |
//! | `folio.rs` | `folio_walk_start()`, `folio_walk_end()` |
//!
//! The four upper loops are one piece of code with the level as a parameter, as their sources differ only in
//! names and in the few places that `Pc` and [`Rules`] name.

mod descend;
mod entry_point;
mod folio;
mod hugetlb;
mod map;
mod pte;
mod upper;
mod vma;
mod vma_lock;

#[cfg(test)]
mod tests;

use core::hash::{Hash, Hasher};

use arrayvec::ArrayVec;
use mm::{MmId, Slot, TableId, Task, VmaId, World};
use pgtable::{EntryKind, Level, PhysAddr, RawEntry, VirtAddr};

use crate::entry::{Body, Prologue, prologue};
use crate::{
    Action, Callbacks, EntryPoint, Event, Fault, Func, LockName, MapKind, NotInThisKernel, Revision, Rules,
    Sink, StackFrame, Status, WalkOps,
};

pub use folio::{FolioFlags, complete};

/// The arguments of an entry point, apart from the ops. Each function looks at those that it has parameters for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Args {
    /// The mm; `None` is a NULL pointer. The kernel walks ignore it and use `init_mm`.
    pub mm: Option<MmId>,
    /// First address; of a folio walk the only one.
    pub start: VirtAddr,
    /// End of the range, excluded.
    pub end: VirtAddr,
    /// The root table to use instead of the mm's own (`walk->pgd`).
    pub pgd: Option<PhysAddr>,
    /// The VMA; its mm is the one that is walked.
    pub vma: Option<VmaId>,
    /// `walk_page_mapping()`: first page of the file.
    pub first_index: u64,
    /// `walk_page_mapping()`: number of pages.
    pub nr: u64,
    /// `folio_walk_start()`: what it may find besides ordinary pages.
    pub folio: FolioFlags,
}

/// A table that the walker holds a pointer into. It may not exist, or no longer: then the first read is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TableRef {
    pa: PhysAddr,
    /// If there is no table: what the entry was that led here.
    id: Result<TableId, EntryKind>,
}

impl Default for TableRef {
    fn default() -> Self {
        Self { pa: PhysAddr(0), id: Err(EntryKind::None) }
    }
}

impl TableRef {
    /// The root at `pa`.
    fn root(world: &World, pa: PhysAddr) -> Self {
        Self { pa, id: world.table_at(pa).ok_or(EntryKind::Table) }
    }

    /// Where an entry of `level` with this `value` leads, if it is used as a table entry.
    fn below(world: &World, level: Level, value: RawEntry) -> Self {
        let pa = world.model().table_address(level, value);
        Self { pa, id: world.table_at(pa).ok_or_else(|| world.classify(level, value)) }
    }
}

/// The local variables of one `walk_p?d_range()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Frame {
    /// The entry pointer: table and index.
    table: TableRef,
    index: u32,
    addr: VirtAddr,
    next: VirtAddr,
    end: VirtAddr,
}

impl Frame {
    const fn slot(&self) -> Slot {
        Slot { table: self.table.pa, index: self.index }
    }
}

/// The range that a level walk is for: all of it, or the part in one VMA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Outer {
    addr: VirtAddr,
    next: VirtAddr,
    end: VirtAddr,
}

/// The next action. Variants with a level are labels of that level's loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    /// The n-th thing that the entry point does before the walk proper.
    Prologue(u8),
    /// Something in the walk over VMAs.
    Vma(vma::Pc),
    /// Something in `walk_hugetlb_range()`.
    Hugetlb(hugetlb::Pc),
    /// Something in `folio_walk_start()` or `folio_walk_end()`.
    Folio(folio::Pc),
    /// Enter the loop of a level.
    Enter(Level),
    /// `walk_pmd_range()`: `pudp_get()`, is it still a table?
    Recheck,
    /// `p?d_offset()`: read the entry above to find this level's table.
    Offset(Level),
    /// `p?d_none()`
    NoneTest(Level),
    /// `pgd_bad()`, `p4d_bad()`
    BadTest(Level),
    /// `p?d_clear_bad()`
    ClearBad(Level),
    /// `ops->pte_hole()`
    Hole(Level),
    /// `__p4d_alloc()` … `__pte_alloc()`
    Alloc(Level),
    /// `ops->p?d_entry()`
    Callback(Level),
    /// Inside `ops->p?d_entry()` or `ops->pte_entry()`, which has more to do than to look
    InCallback(Level),
    /// `p?d_present()` of a walk that only installs
    InstallPresent(Level),
    /// `p?d_trans_huge()` of a walk that only installs
    InstallHuge(Level),
    /// `split_huge_pud()`, `split_huge_pmd()`
    Split(Level),
    /// `p?d_leaf()`
    LeafTest(Level),
    /// `p?d_present()`
    PresentTest(Level),
    /// `pud_none()` again
    NoneRetest,
    /// `goto again`
    Again(Level),
    /// Something in `pte_offset_*()`
    Map(map::Pc),
    /// `ops->pte_entry()`
    PteCallback,
    /// `pte_none()` of a walk that installs
    PteNone,
    /// `ops->install_pte()`
    InstallPte,
    /// `set_pte_at()`
    SetPte,
    /// `update_mmu_cache()`
    UpdateMmuCache,
    /// The loop of a level returns.
    Return(Level),
    /// The innermost entry point returns.
    ReturnCaller,
    /// All have returned.
    Done,
    /// Stopped for good.
    Faulted(Fault),
}

/// Most functions above the level loops that can be on the stack at once: `walk_page_range()`, `walk_page_range_mm()`,
/// `__walk_page_range()`, `walk_hugetlb_range()`.
const MAX_CALLERS: usize = 4;

/// A walk: the whole state of one call of an entry point.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Walk {
    entry: EntryPoint,
    revision: Revision,
    prologue: &'static [Prologue],
    args: Args,
    task: Task,
    pc: Pc,
    callers: ArrayVec<Func, MAX_CALLERS>,
    /// The innermost level function that has been entered and has not returned.
    innermost: Option<Level>,
    /// `walk->mm`
    mm: Option<MmId>,
    /// `walk->vma`; none throughout a walk without VMAs.
    vma: Option<VmaId>,
    /// The VMA that was looked up for the next turn of the walk over VMAs.
    following: Option<VmaId>,
    /// The turn of the walk over VMAs, or the whole range.
    outer: Outer,
    /// `walk->action`
    action: Action,
    /// The value on its way up.
    ret: i32,
    upper: [Frame; 4],
    pte: Frame,
    /// How the current pte table is mapped; with `User` an RCU section is open, with `Lock` its lock is held too.
    map: MapKind,
    /// The entry at hand where no level's loop has one: of a hugetlb page, or of a folio walk.
    at: Option<(Level, Slot)>,
    /// A pte on its way into its slot, or the pmd that a mapping was made with, to be compared.
    value: RawEntry,
}

impl Walk {
    /// A call of `entry` that has not started yet.
    ///
    /// # Errors
    /// [`NotInThisKernel`] when the function does not exist in `revision`.
    pub fn new(entry: EntryPoint, revision: Revision, args: Args) -> Result<Self, NotInThisKernel> {
        if entry.exists_in(revision) {
            Ok(Self::begin(entry, revision, args))
        } else {
            Err(NotInThisKernel { entry, revision })
        }
    }

    /// A call that has not started yet, of the function that does the work of `entry` in `revision`
    /// ([`EntryPoint::in_revision`]): there is always one.
    pub fn in_revision(entry: EntryPoint, revision: Revision, args: Args) -> Self {
        Self::begin(entry.in_revision(revision), revision, args)
    }

    fn begin(entry: EntryPoint, revision: Revision, args: Args) -> Self {
        let mm = if entry.takes_mm() { args.mm } else { Some(MmId::INIT_MM) };
        Self {
            entry,
            revision,
            prologue: prologue(entry, revision),
            args: Args { mm, ..args },
            task: Task::Walker,
            pc: Pc::Prologue(0),
            callers: ArrayVec::new(),
            innermost: None,
            mm,
            vma: None,
            following: None,
            outer: Outer { addr: args.start, next: args.end, end: args.end },
            action: Action::Subtree,
            ret: 0,
            upper: [Frame::default(); 4],
            pte: Frame::default(),
            map: MapKind::Kernel,
            at: None,
            value: RawEntry(0),
        }
    }

    /// The same call, made by `task`.
    #[must_use]
    pub fn by(self, task: Task) -> Self {
        Self { task, ..self }
    }

    /// The function that was called.
    pub const fn entry(&self) -> EntryPoint {
        self.entry
    }

    /// The kernel version whose rules this walk follows.
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// What the walk was called with; the mm is `init_mm` for the kernel walks.
    pub const fn args(&self) -> &Args {
        &self.args
    }

    /// `walk->vma` at this moment.
    pub const fn vma(&self) -> Option<VmaId> {
        self.vma
    }

    /// `walk->action` at this moment.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Whether the walk has ended.
    pub const fn status(&self) -> Status {
        match self.pc {
            Pc::Done => Status::Done(self.ret),
            Pc::Faulted(fault) => Status::Faulted(fault),
            _ => Status::Running,
        }
    }

    /// Hashes where it is and what it has read last: for who hashes walks at every step. What else a walk knows hardly ever differs
    /// where this does not.
    pub fn hash_place<H: Hasher>(&self, hasher: &mut H) {
        self.pc.hash(hasher);
        let [_, p4d, pud, pmd] = &self.upper;
        for Frame { table, index, addr, .. } in [p4d, pud, pmd, &self.pte] {
            hasher.write_u64(table.pa.0 ^ addr.0.rotate_left(24) ^ u64::from(*index) << 56);
        }
        hasher.write_u64(self.value.0 ^ self.outer.addr.0.rotate_left(24));
    }

    /// The call stack, outermost first.
    pub fn stack(&self) -> impl Iterator<Item = StackFrame> + '_ {
        let Args { start, end, .. } = self.args;
        let callers = self.callers.iter().map(move |&func| match func {
            Func::WalkOneVma | Func::WalkHugetlbRange => {
                StackFrame { func, addr: self.outer.addr, end: self.outer.next }
            }
            _ => StackFrame { func, addr: start, end },
        });
        let depth = self.innermost.map_or(0, |level| level as usize + 1);
        let levels = Level::ALL.into_iter().take(depth).map(|level| {
            let frame = self.frame(level);
            StackFrame { func: Func::WalkRange(level), addr: frame.addr, end: frame.end }
        });
        callers.chain(levels)
    }

    /// The slots that the active level functions point to, root first. Folded levels point to the same slot
    /// as the level above.
    pub fn path(&self) -> impl Iterator<Item = (Level, Slot)> + '_ {
        let depth = self.innermost.map_or(0, |level| level as usize + 1);
        let levels = Level::ALL.into_iter().take(depth).filter_map(|level| {
            let frame = self.frame(level);
            // Entered but not mapped or looked up yet: no table.
            (frame.table != TableRef::default()).then(|| (level, frame.slot()))
        });
        levels.chain(self.at)
    }

    /// The slot of the root table that the walk starts at, or the part of it in the VMA at hand: in `walk->pgd` if there is
    /// one, else in the mm's own root. No table is there if the mm is NULL.
    pub fn root(&self, world: &World) -> Slot {
        let table = self.args.pgd.or_else(|| Some(world.mm(self.mm?)?.pgd)).unwrap_or_default();
        // walk->pgd + pgd_index(): an explicit root is always indexed as one of five levels.
        let level = if self.args.pgd.is_some() { Level::Pgd } else { world.root_level(table) };
        Slot { table, index: world.model().index(level, self.outer.addr) }
    }

    /// Runs one atomic action and emits its event. Does nothing once the walk has ended.
    #[inline]
    pub fn step<O: WalkOps, S: Sink>(&mut self, world: &mut World, ops: &mut O, sink: &mut S) -> Status {
        match self.pc {
            Pc::PteCallback => {
                self.pte_callbacks(1, world, ops, sink);
            }
            Pc::Enter(Level::Pte) => self.enter_pte(world, sink),
            Pc::Map(map::Pc::Kernel) => self.map_kernel(world, ops, sink),
            Pc::Return(level) => self.return_level(level, world, ops, sink),
            Pc::NoneTest(level) => self.none_test(level, world, ops, sink),
            Pc::Callback(level) => self.callback(level, world, ops, sink),
            Pc::LeafTest(level) => self.leaf_test(level, world, ops, sink),
            Pc::PresentTest(level) => self.present_test(level, world, ops, sink),
            Pc::Hole(level) => self.hole(level, world, ops, sink),
            Pc::Enter(level) => self.enter(level, world, ops, sink),
            Pc::Offset(level) => self.offset(level, world, ops, sink),
            Pc::Recheck => self.recheck(world, ops, sink),
            Pc::BadTest(level) => self.bad_test(level, world, ops, sink),
            Pc::ClearBad(level) => self.clear_bad(level, world, ops, sink),
            Pc::InCallback(level) => return self.in_callback(level, world, ops, sink),
            Pc::Alloc(level) => self.allocate(level, world, ops, sink),
            Pc::InstallPresent(level) => self.install_present(level, world, sink),
            Pc::InstallHuge(level) => self.install_huge(level, world, ops, sink),
            Pc::Split(level) => self.split(level, world, sink),
            Pc::NoneRetest => self.none_retest(world, sink),
            Pc::Again(level) => self.again(level, world, ops, sink),
            Pc::Map(pc) => return self.map_step(pc, world, ops, sink),
            Pc::PteNone => self.pte_none(world, ops, sink),
            Pc::InstallPte => self.install_pte(world, ops, sink),
            Pc::SetPte => self.set_pte(world, sink),
            Pc::UpdateMmuCache => self.update_mmu_cache(world, sink),
            Pc::Vma(pc) => return self.vma_step(pc, world, ops, sink),
            Pc::Hugetlb(pc) => self.hugetlb_step(pc, world, ops, sink),
            Pc::Folio(pc) => return self.folio_step(pc, world, sink),
            Pc::Prologue(at) => self.entry_point(at, world, ops, sink),
            Pc::ReturnCaller => self.return_caller(sink),
            Pc::Done | Pc::Faulted(_) => {}
        }
        self.status()
    }

    /// The same step, of the one copy of the machine that all callers share whose callbacks and sinks are of different
    /// types: a copy is a fifth of the page's first download.
    pub fn step_shared(
        &mut self,
        world: &mut World,
        mut ops: &mut dyn WalkOps,
        mut sink: &mut dyn Sink,
    ) -> Status {
        self.step(world, &mut ops, &mut sink)
    }

    /// The lock that the next step waits for, if it does: then stepping changes nothing. What a callback waits for that has
    /// more to do than to look only its ops know.
    pub fn waits_for(&self, world: &World) -> Option<LockName> {
        let (lock, taken) = match self.pc {
            Pc::Map(map::Pc::Lock) => {
                let table = self.pte.table.pa;
                (LockName::Ptl(table), world.ptl_owner(table).is_some())
            }
            Pc::Vma(vma::Pc::AwaitVma) => {
                let vma = self.vma?;
                (LockName::Vma(vma), world.vma(vma)?.lock.waits(self.task).is_some())
            }
            Pc::Folio(pc) => {
                let lock = self.folio_takes(pc, world)?;
                let taken = match lock {
                    LockName::PageTable(mm) => world.mm(mm)?.page_table_lock.is_some(),
                    LockName::Ptl(table) => world.ptl_owner(table).is_some(),
                    _ => false,
                };
                (lock, taken)
            }
            _ => return None,
        };
        taken.then_some(lock)
    }

    /// Steps until the walk ends, waits, or `fuel` steps have been run. `Running` means that the fuel is gone.
    ///
    /// Nothing else bounds a walk: a callback that always answers AGAIN repeats its entry for ever, and
    /// tables that point to each other make a few kilobytes look like 2⁴⁸ bytes.
    pub fn run<O: WalkOps, S: Sink>(
        &mut self,
        world: &mut World,
        ops: &mut O,
        sink: &mut S,
        fuel: u64,
    ) -> Status {
        let mut left = fuel;
        while left > 0 {
            // Most steps of most walks are of this kind; after them a walk always goes on.
            if let Pc::PteCallback = self.pc {
                left = self.pte_callbacks(left, world, ops, sink);
                continue;
            }
            left -= 1;
            match self.step(world, ops, sink) {
                Status::Running => {}
                status => return status,
            }
        }
        self.status()
    }

    const fn rules(&self) -> &'static Rules {
        self.revision.rules()
    }

    /// Which callbacks are set. Before v6.13 the ops table has no `install_pte`.
    #[inline]
    fn set<O: WalkOps>(&self, ops: &O) -> Callbacks {
        let set = ops.callbacks();
        if self.rules().checks_ops { set } else { set.difference(Callbacks::INSTALL_PTE) }
    }

    /// Whether `walk->no_vma` is set.
    const fn no_vma(&self) -> bool {
        matches!(self.entry.body(), Body::NoVma)
    }

    #[inline]
    fn frame(&self, level: Level) -> &Frame {
        match level {
            Level::Pgd => &self.upper[0],
            Level::P4d => &self.upper[1],
            Level::Pud => &self.upper[2],
            Level::Pmd => &self.upper[3],
            Level::Pte => &self.pte,
        }
    }

    #[inline]
    fn frame_mut(&mut self, level: Level) -> &mut Frame {
        match level {
            Level::Pgd => &mut self.upper[0],
            Level::P4d => &mut self.upper[1],
            Level::Pud => &mut self.upper[2],
            Level::Pmd => &mut self.upper[3],
            Level::Pte => &mut self.pte,
        }
    }

    /// Reads the entry that a level's pointer points to.
    #[inline]
    fn read(&self, level: Level, world: &World) -> Result<RawEntry, Fault> {
        let frame = self.frame(level);
        match frame.table.id.map(|id| world.read(id, frame.index)) {
            Ok(Some(value)) => Ok(value),
            _ => Err(self.unreadable(level, world)),
        }
    }

    /// Why the entry that a level's pointer points to cannot be read.
    #[cold]
    fn unreadable(&self, level: Level, world: &World) -> Fault {
        let frame = self.frame(level);
        let level = world.model().table_level(level);
        let pa = frame.table.pa;
        match frame.table.id {
            Ok(id) if world.table(id).is_some_and(mm::Table::is_freed) => Fault::UseAfterFree { level, pa },
            Ok(_) => Fault::OffTable { level, slot: frame.slot() },
            Err(EntryKind::Table | EntryKind::Bad) => Fault::NoTable { level, pa },
            Err(entry) => Fault::WildRead { level, pa, entry },
        }
    }

    #[cold]
    #[inline(never)]
    fn fault<S: Sink>(&mut self, fault: Fault, sink: &mut S) {
        sink.event(Event::Fault(fault));
        self.pc = Pc::Faulted(fault);
    }
}
