//! riscv's `__set_memory()` (arch/riscv/mm/pageattr.c, v7.3).
//!
//! The kernel sees most memory twice: in the linear map, and in the vmalloc area or the kernel image. Both views get the same
//! permissions, the linear one first. Its leaves are split where only a part is wanted; those of the other view are not,
//! and are changed as a whole. A linear address is its own alias and is walked twice. 32-bit kernels have no such alias.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use mm::{LockMode, World};
use pagewalk::{Callbacks, CallerCheck, CallerFunc, Flush, Revision, SetMemory};
use pgtable::{Arch, PhysAddr, VirtAddr};

use super::Memory;
use super::bits::{Bits, Masks};
use super::ops::Ops;
use super::pageattr::Pageattr;
use super::program::{Order, Phase, Program, kernel_walk};
use super::split_linear::SplitLinear;

/// `PAGE_KERNEL` (asm/pgtable.h).
pub(super) const PAGE_KERNEL: Bits = &[
    ("_PAGE_PRESENT", 1),
    ("_PAGE_READ", 1),
    ("_PAGE_WRITE", 1),
    ("_PAGE_GLOBAL", 1),
    ("_PAGE_ACCESSED", 1),
    ("_PAGE_DIRTY", 1),
];

const READ: Bits = &[("_PAGE_READ", 1)];
const WRITE: Bits = &[("_PAGE_WRITE", 1)];
const READ_WRITE: Bits = &[("_PAGE_READ", 1), ("_PAGE_WRITE", 1)];
const EXEC: Bits = &[("_PAGE_EXEC", 1)];
const PRESENT: Bits = &[("_PAGE_PRESENT", 1)];

/// What each function sets and clears; none where there is no such function.
pub(super) const fn masks(what: SetMemory) -> Option<Masks> {
    let (set, clear): (Bits, Bits) = match what {
        SetMemory::RwNx => (READ_WRITE, EXEC),
        SetMemory::Ro => (READ, WRITE),
        SetMemory::Rw => (READ_WRITE, &[]),
        SetMemory::X => (EXEC, &[]),
        SetMemory::Nx => (&[], EXEC),
        SetMemory::DirectMapInvalid => (&[], PRESENT),
        SetMemory::DirectMapDefault => (PAGE_KERNEL, EXEC),
        SetMemory::Valid | SetMemory::Invalid => return None,
    };
    Some(Masks { set, clear })
}

/// What is left to do, in terms of riscv.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum RiscvStep {
    /// The linear aliases of the pages from the first on, up to the second.
    Aliases(u32, u32),
    /// A part of the linear map: split its leaves, then change it.
    Linear(VirtAddr, VirtAddr),
}

/// `find_vm_area()` found nothing, and `area->addr` is read all the same.
const NO_AREA: &str = "find_vm_area() finds no area, and area->addr is read all the same: the kernel dereferences a NULL pointer";

/// The loop over `area->pages` does not look at `area->nr_pages`.
const NO_PAGE: &str =
    "the area has fewer pages than were asked for: the kernel reads past the end of area->pages";

/// `set_memory_x()` and its siblings: all of them are `__set_memory()`.
pub(super) fn program(
    what: SetMemory,
    memory: &'static Memory,
    order: &Order,
    world: &World,
    revision: Revision,
) -> Program {
    let (start, end) = (order.start, order.end);
    let (outer, func) = (CallerFunc::Set(what), CallerFunc::RiscvSetMemory);
    let pages = order.pages(world);
    let mut phases = vec![
        Phase::Enter(outer, start, end),
        Phase::Enter(func, start, end),
        Phase::Check(CallerCheck::Pages, pages != 0, 0),
    ];
    let mut area_pages = Rc::default();
    if pages != 0 {
        phases.push(Phase::lock_init_mm(LockMode::Write));
        let has_aliases = world.model().arch != Arch::Riscv32;
        match world.model().region(start).map(|region| region.name) {
            Some("vmalloc" | "modules and BPF") if has_aliases => match memory.area(start, world) {
                None => phases.push(Phase::Oops(NO_AREA)),
                Some(area) => {
                    area_pages = area.pages(world);
                    let first = (start.0.wrapping_sub(area.start.0) >> world.model().page_shift) as u32;
                    let last = first.saturating_add(u32::try_from(pages).unwrap_or(u32::MAX));
                    phases.push(Phase::Riscv(RiscvStep::Aliases(first, last)));
                }
            },
            _ if has_aliases => {
                if let Some((start, end)) = memory.linear_alias(start, end) {
                    phases.push(Phase::Riscv(RiscvStep::Linear(start, end)));
                }
            }
            _ => {}
        }
        phases.extend([
            Phase::Walk(kernel_walk(revision), start, end),
            Phase::unlock_init_mm(LockMode::Write),
            // A leaf that was split is larger than the range, so all is flushed.
            Phase::Flush(if has_aliases { Flush::All } else { Flush::Range(start, end) }),
        ]);
    }
    phases.extend([Phase::Return(func), Phase::Return(outer)]);
    let callbacks = Callbacks::WITHOUT_VMA.difference(Callbacks::PGD_ENTRY);
    let ops = Ops::Pageattr(Pageattr::new(callbacks, masks(what), world));
    Program { pages: area_pages, ..Program::new(phases, ops) }
}

/// What `step` comes to.
pub(super) fn expand(
    step: RiscvStep,
    memory: &Memory,
    pages: &[PhysAddr],
    world: &World,
    revision: Revision,
) -> Vec<Phase> {
    match step {
        RiscvStep::Aliases(at, end) if at >= end => Vec::new(),
        RiscvStep::Aliases(at, end) => match pages.get(at as usize) {
            None => vec![Phase::Oops(NO_PAGE)],
            Some(&page) => {
                let alias = memory.page_address(page);
                let next = world.model().add(alias, world.model().page_bytes());
                vec![
                    Phase::Riscv(RiscvStep::Linear(alias, next)),
                    Phase::Riscv(RiscvStep::Aliases(at + 1, end)),
                ]
            }
        },
        RiscvStep::Linear(start, end) => vec![
            Phase::Enter(CallerFunc::SplitLinearMapping, start, end),
            Phase::SplitLinear(SplitLinear::new(world, start, end)),
            Phase::Return(CallerFunc::SplitLinearMapping),
            Phase::Walk(kernel_walk(revision), start, end),
        ],
    }
}
