//! What another CPU does, as data: lines of a kernel function, each one atomic action.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use mm::{LockMode, MmId};
use pagewalk::{Free, Test};
use pgtable::Level;

use crate::ground::Ground;
pub use crate::ground::Rights;
use crate::notes::Notes;

/// A lock, by what it protects in the small world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// `mmap_lock` of an mm.
    Mmap(MmId),
    /// `mem_hotplug_lock`.
    Hotplug,
    /// The per-VMA lock of the area.
    Vma,
    /// `i_mmap_rwsem` of the file.
    IMmap,
    /// `pud_lock()`, and for the kernel's tables of any level: `mm->page_table_lock`.
    Pud,
    /// `pmd_lock()`: that of the pmd table.
    Pmd,
    /// `pte_lockptr()`: that of the pte table.
    Pte,
    /// x86's `cpa_lock`.
    Cpa,
    /// arm64's `pgtable_split_lock`.
    Split,
}

/// What is written to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing is mapped.
    Empty,
    /// A leaf: at pte level a page.
    Leaf,
    /// It points to the table below that this CPU made.
    Table,
    /// A page of the kernel with other rights than to read, write and not execute.
    Rights(Rights),
}

/// One atomic action. An entry is named by its level (pud to pte), a table by the level of its entries (pmd or pte).
///
/// If a condition fails, the more deeply indented lines after it are skipped, up to a matching [`Step::Else`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something that changes neither entries nor locks, in words that end a sentence.
    Act(&'static str),
    /// Takes a lock, or waits for it.
    Lock(Lock, LockMode),
    /// Takes a lock if that does not have to wait. A condition: did it get the lock?
    TryLock(Lock, LockMode),
    /// Releases a lock.
    Unlock(Lock, LockMode),
    /// `mmap_write_downgrade()`
    Downgrade(MmId),
    /// `vma_start_write()`, which waits until nobody holds the VMA's lock for reading.
    StartVmaWrite,
    /// Removes the VMA from the maple tree, with the words for it.
    Detach(&'static str),
    /// Removes the VMA from the reverse map of its file, with the words for it.
    Unlink(&'static str),
    /// Reads an entry and asks something of it: a condition.
    Is(Level, Test),
    /// Writes an entry.
    Write(Level, Value),
    /// Makes a table for an empty entry: `__pmd_alloc()`, `__pte_alloc()`.
    Populate(Level),
    /// Makes a pte table that maps what the pmd leaf maps that was read last, and does not use it yet.
    Fill,
    /// Frees a table, queues it, or hands it to RCU.
    Free(Level, Free),
    /// `tlb_finish_mmu()`: what was queued is handed to RCU, or freed at once by architectures that do not use RCU for that.
    Finish(Level),
    /// Flushes the TLB: of everything, or of the area.
    Flush {
        /// Everything?
        all: bool,
    },
    /// Turns arm64's static key on or off.
    SetKey(bool),
    /// Whether arm64's static key is on: a condition.
    IsKeyOn,
    /// `rcu_read_lock()` or `rcu_read_unlock()` around a whole walk.
    Rcu(bool),
    /// Waits until no CPU is inside an RCU read section, which includes those that have interrupts off.
    Sync,
    /// Turns interrupts off (false) or on: whoever has them off is in an RCU read section as well.
    Interrupts(bool),
    /// Something is so from now on, with the words for it.
    Note(Notes, &'static str),
    /// Something is not so any more, with the words for it.
    Forget(Notes, &'static str),
    /// Whether something is so, with the words for no and yes: a condition.
    Has(Notes, [&'static str; 2]),
    /// Reads an entry once, and takes from that value where the table below is: a condition, does it lead to a table?
    Get(Level),
    /// What a compiler may make of [`Step::Get`] without `READ_ONCE()`: the entry is read again, untested, for where the table is.
    GetAgain(Level),
    /// Reads an entry again: a condition, does it still lead to the table that was found there, or is the pte as it was?
    Same(Level),
    /// Reads the pte at stake: a condition, is it as all others of its table?
    Alike,
    /// Allocates an empty pte table that nothing leads to, or has none yet.
    Spare(bool),
    /// Whether there is one: a condition.
    HasSpare,
    /// What to do where the condition before did not hold. No action of its own.
    Else,
    /// The walk, or the dump, to its end.
    Run,
}

/// A line of the function: what it says, how deep it stands, what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line, in the kernel's words.
    pub text: &'static str,
    /// How many conditions it depends on.
    pub depth: u8,
    /// What it does.
    pub step: Step,
}

/// A line that stands outside of all conditions.
pub(crate) const fn line(text: &'static str, step: Step) -> Line {
    Line { text, depth: 0, step }
}

/// A line behind one condition.
pub(crate) const fn inner(text: &'static str, step: Step) -> Line {
    Line { text, depth: 1, step }
}

/// A line behind so many conditions.
pub(crate) const fn behind(depth: u8, text: &'static str, step: Step) -> Line {
    Line { text, depth, step }
}

/// A line behind two conditions.
pub(crate) const fn deep(text: &'static str, step: Step) -> Line {
    Line { text, depth: 2, step }
}

/// What one CPU runs, in the small world.
#[derive(Debug, PartialEq, Eq)]
pub struct Script {
    /// The kernel function.
    pub name: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Where things are.
    pub ground: Ground,
    /// Whether the architecture hands user page tables to RCU.
    pub rcu: bool,
}

/// A script that clones share. Never changes during a race, so its hash says nothing.
#[derive(Clone, Debug)]
pub struct Shared(pub Rc<Script>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Shared {}

impl Hash for Shared {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Shared {
    /// A script, without the lines that are about a pmd table where there is none.
    pub(crate) fn new(name: &'static str, lines: &[Line], ground: Ground, rcu: bool) -> Self {
        let applies = |line: &Line| match line.step {
            Step::Is(Level::Pud, _)
            | Step::Write(Level::Pud, _)
            | Step::Populate(Level::Pud)
            | Step::Get(Level::Pud)
            | Step::Free(Level::Pmd, _)
            | Step::Finish(Level::Pmd) => ground.pud.is_some(),
            _ => true,
        };
        let lines = lines.iter().copied().filter(applies).collect();
        Self(Rc::new(Script { name, lines, ground, rcu }))
    }
}
