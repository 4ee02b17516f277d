//! loongarch's `__set_memory()` (arch/loongarch/mm/pageattr.c, v7.3).
//!
//! Its quirk: a leaf above pte level is changed as a whole, however little of it lies in the range.

use alloc::vec;

use mm::{LockMode, World};
use pagewalk::{Callbacks, CallerCheck, CallerFunc, Flush, Revision, SetMemory};

use super::bits::{Bits, Masks};
use super::ops::Ops;
use super::pageattr::Pageattr;
use super::program::{Order, Phase, Program, kernel_walk};

/// `PAGE_KERNEL` (asm/pgtable-bits.h): privilege level 0 and coherent cached.
pub(super) const PAGE_KERNEL: Bits = &[
    ("_PAGE_VALID", 1),
    ("_PAGE_DIRTY", 1),
    ("_CACHE_MASK", 1),
    ("_PAGE_GLOBAL", 1),
    ("_PAGE_PRESENT", 1),
    ("_PAGE_WRITE", 1),
];

const NO_EXEC: Bits = &[("_PAGE_NO_EXEC", 1)];
const WRITABLE: Bits = &[("_PAGE_WRITE", 1), ("_PAGE_DIRTY", 1)];
const THERE: Bits = &[("_PAGE_PRESENT", 1), ("_PAGE_VALID", 1)];

/// What each function sets and clears; none where there is no such function.
pub(super) const fn masks(what: SetMemory) -> Option<Masks> {
    let (set, clear): (Bits, Bits) = match what {
        SetMemory::X => (&[], NO_EXEC),
        SetMemory::Nx => (NO_EXEC, &[]),
        SetMemory::Ro => (&[], WRITABLE),
        SetMemory::Rw => (WRITABLE, &[]),
        SetMemory::DirectMapInvalid => (&[], THERE),
        SetMemory::DirectMapDefault => (PAGE_KERNEL, &[]),
        SetMemory::RwNx | SetMemory::Valid | SetMemory::Invalid => return None,
    };
    Some(Masks { set, clear })
}

/// `vm_map_base`: the first kernel address in tables. Below it lie the windows that map memory without any.
fn vm_map_base(world: &World) -> u64 {
    let first = world.model().layout.iter().find(|region| region.name == "PCI I/O");
    first.map_or(0, |region| region.start.0)
}

/// `set_memory_x()` and its siblings: the check of the address, then `__set_memory()`.
pub(super) fn program(what: SetMemory, order: &Order, world: &World, revision: Revision) -> Program {
    let (start, end) = (order.start, order.end);
    let (outer, func) = (CallerFunc::Set(what), CallerFunc::LoongarchSetMemory);
    let in_tables = start.0 >= vm_map_base(world);
    let pages = order.pages(world) != 0;
    let mut phases = vec![Phase::Enter(outer, start, end), Phase::Check(CallerCheck::InTables, in_tables, 0)];
    if in_tables {
        phases.extend([Phase::Enter(func, start, end), Phase::Check(CallerCheck::Pages, pages, 0)]);
        if pages {
            phases.extend([
                Phase::lock_init_mm(LockMode::Write),
                Phase::Walk(kernel_walk(revision), start, end),
                Phase::unlock_init_mm(LockMode::Write),
                Phase::Flush(Flush::Range(start, end)),
            ]);
        }
        phases.push(Phase::Return(func));
    }
    phases.push(Phase::Return(outer));
    Program::new(phases, Ops::Pageattr(Pageattr::new(Callbacks::WITHOUT_VMA, masks(what), world)))
}
