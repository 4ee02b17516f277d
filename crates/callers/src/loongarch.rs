//! loongarch's `__set_memory()` (arch/loongarch/mm/pageattr.c, v7.3).
//!
//! Its quirk: a leaf above pte level is changed as a whole, however little of it lies in the range.

mod scenarios;

use alloc::vec;

use mm::{LockMode, World};
use pagewalk::Callbacks;
use trace::{CheckDef, Flush, Function, Line, On, Returns, Revision};

use crate::bits::{Bits, Masks, PAGE_KERNEL};
use crate::checks::PAGES;
use crate::pageattr::Pageattr;
use crate::procedure::{Begun, Do, kernel_walk};
use crate::request::{Order, Request};
use crate::set_memory::SetMemory;

pub(crate) use scenarios::{SCENARIOS, SITE};

/// A request of `set_memory_ro()` or one of its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Loongarch(pub(crate) SetMemory);

static SET_MEMORY: Function = Function {
    name: "__set_memory",
    file: "arch/loongarch/mm/pageattr.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Check, "  numpages 0? return 0"),
                Line::new(On::Lock, "  mmap_write_lock(&init_mm)"),
                Line::new(On::Descend, "  walk: clear and set bits of leaves and ptes"),
                Line::new(On::Unlock, "  mmap_write_unlock(&init_mm)"),
                Line::new(On::Flush, "  flush_tlb_kernel_range(start, end)"),
            ]
        }
    },
    returns: Returns::Int,
};

/// The address is not below `vm_map_base`; what is below lies in windows, not in tables, and 0 is returned.
static IN_TABLES: CheckDef = CheckDef {
    name: "InTables",
    passed: "The address is not below vm_map_base, so page tables map it.",
    failed: "The address is below vm_map_base, in a window that is mapped without page tables, so the \
             function returns 0.",
};

const NO_EXEC: Bits = &[("_PAGE_NO_EXEC", 1)];
const WRITABLE: Bits = &[("_PAGE_WRITE", 1), ("_PAGE_DIRTY", 1)];
const THERE: Bits = &[("_PAGE_PRESENT", 1), ("_PAGE_VALID", 1)];

/// What each function sets and clears; none where there is no such function.
pub(crate) const fn masks(what: SetMemory) -> Option<Masks> {
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

/// The check of the address, then `__set_memory()`.
impl Request for Loongarch {
    type Procedure = Pageattr;

    fn walks_in(revision: Revision) -> bool {
        revision.around().loongarch_set_memory
    }

    fn begin(self, order: &Order<Self>, world: &World, revision: Revision) -> Begun<Pageattr> {
        let (start, end) = (order.start, order.end);
        let outer = self.0.function();
        let in_tables = start >= world.model().kernel_start;
        let pages = order.pages(world) != 0;
        let mut todo = vec![Do::enter(outer, start, end), Do::check(&IN_TABLES, in_tables, 0)];
        if in_tables {
            todo.extend([Do::enter(&SET_MEMORY, start, end), Do::check(&PAGES, pages, 0)]);
            if pages {
                todo.extend([
                    Do::lock_init_mm(LockMode::Write),
                    Do::walk(kernel_walk(revision), start, end),
                    Do::unlock_init_mm(LockMode::Write),
                    Do::flush(Flush::Range(start, end)),
                ]);
            }
            todo.push(Do::leave(&SET_MEMORY));
        }
        todo.push(Do::leave(outer));
        Begun { procedure: Pageattr::new(Callbacks::WITHOUT_VMA, masks(self.0), world), todo }
    }
}
