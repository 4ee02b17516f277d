//! riscv's `__set_memory()` (arch/riscv/mm/pageattr.c, v7.3).
//!
//! The kernel sees most memory twice: in the linear map, and in the vmalloc area or the kernel image. Both views get the same
//! permissions, the linear one first. Its leaves are split where only a part is wanted; those of the other view are not,
//! and are changed as a whole. A linear address is its own alias and is walked twice. 32-bit kernels have no such alias.

mod scenarios;
mod split_linear;

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use mm::{LockMode, World};
use pagewalk::{Callbacks, WalkOps};
use pgtable::{PhysAddr, VirtAddr};
use trace::{Flush, Function, Line, On, Returns, Revision};

use crate::bits::{Bits, Masks, PAGE_KERNEL};
use crate::checks::PAGES;
use crate::memory::Memory;
use crate::pageattr::Pageattr;
use crate::procedure::{Begun, Do, Next, Now, Procedure, kernel_walk};
use crate::request::{Order, Request};
use crate::set_memory::SetMemory;
use split_linear::SplitLinear;

pub(crate) use scenarios::{SCENARIOS, SITE};

/// A request of `set_memory_ro()` or one of its siblings, with what the kernel knows of the machine's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Riscv(pub(crate) SetMemory, pub(crate) &'static Memory);

static SET_MEMORY: Function = Function {
    name: "__set_memory",
    file: "arch/riscv/mm/pageattr.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Check, "  numpages 0? return 0"),
                Line::new(On::Lock, "  mmap_write_lock(&init_mm)"),
                Line::new(On::Find, "  vmalloc: each page's linear alias\n  else the whole linear alias"),
                Line::new(On::Descend, "    split_linear_mapping; walk the alias"),
                Line::new(On::Entry, "  walk start to end itself"),
                Line::new(On::Unlock, "  mmap_write_unlock(&init_mm), on error too"),
                Line::new(On::Flush, "  flush_tlb_all(), on error too"),
            ]
        }
    },
    returns: Returns::Int,
};

static SPLIT_LINEAR_MAPPING: Function = Function {
    name: "split_linear_mapping",
    file: "arch/riscv/mm/pageattr.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Leaf, "  entry wholly in the range? leave it\n  leaf? to be split"),
                Line::new(On::Alloc, "    alloc_page: none? return -ENOMEM"),
                Line::new(On::Descend, "    fill it with leaves; smp_wmb"),
                Line::new(On::Entry, "    entry = the new table"),
                Line::new(On::Offset, "  go down, from p4d to pmd"),
            ]
        }
    },
    returns: Returns::Int,
};

const READ: Bits = &[("_PAGE_READ", 1)];
const WRITE: Bits = &[("_PAGE_WRITE", 1)];
const READ_WRITE: Bits = &[("_PAGE_READ", 1), ("_PAGE_WRITE", 1)];
const EXEC: Bits = &[("_PAGE_EXEC", 1)];
const PRESENT: Bits = &[("_PAGE_PRESENT", 1)];

/// What each function sets and clears; none where there is no such function.
pub(crate) const fn masks(what: SetMemory) -> Option<Masks> {
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

/// `find_vm_area()` found nothing, and `area->addr` is read all the same.
const NO_AREA: &str = "find_vm_area() finds no area, and area->addr is read all the same: the kernel dereferences a NULL pointer";

/// The loop over `area->pages` does not look at `area->nr_pages`.
const NO_PAGE: &str =
    "the area has fewer pages than were asked for: the kernel reads past the end of area->pages";

/// A call under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Calling {
    memory: &'static Memory,
    /// `area->pages`, of an address of `vmalloc()`.
    pages: Rc<[PhysAddr]>,
    ops: Pageattr,
}

/// Its own steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "a caller has a handful of steps before it, and a step is `Copy`"
)]
pub(crate) enum Step {
    /// The linear aliases of the pages from the first on, up to the second.
    Aliases(u32, u32),
    /// A part of the linear map: split its leaves, then change it.
    Linear(VirtAddr, VirtAddr),
    /// The splitting.
    Split(SplitLinear),
}

impl Request for Riscv {
    type Procedure = Calling;

    fn begin(self, order: &Order<Self>, world: &World, revision: Revision) -> Begun<Calling> {
        let Self(what, memory) = self;
        let (start, end) = (order.start, order.end);
        let outer = what.function();
        let pages = order.pages(world);
        let mut todo = vec![
            Do::enter(outer, start, end),
            Do::enter(&SET_MEMORY, start, end),
            Do::check(&PAGES, pages != 0, 0),
        ];
        let mut area_pages = Rc::default();
        if pages != 0 {
            todo.push(Do::lock_init_mm(LockMode::Write));
            let has_aliases = world.model().kernel.linear_alias;
            match world.model().region(start).map(|region| region.name) {
                Some("vmalloc" | "modules and BPF") if has_aliases => match memory.area(start, world) {
                    None => todo.push(Do::oops(NO_AREA)),
                    Some(area) => {
                        area_pages = area.pages(world);
                        let first = ((start - area.start) >> world.model().page_shift) as u32;
                        let last = first.saturating_add(u32::try_from(pages).unwrap_or(u32::MAX));
                        todo.push(Do::step(Step::Aliases(first, last)));
                    }
                },
                _ if has_aliases => {
                    if let Some((start, end)) = memory.linear_alias(start, end) {
                        todo.push(Do::step(Step::Linear(start, end)));
                    }
                }
                _ => {}
            }
            todo.extend([
                Do::walk(kernel_walk(revision), start, end),
                Do::unlock_init_mm(LockMode::Write),
                // A leaf that was split is larger than the range, so all is flushed.
                Do::flush(if has_aliases { Flush::All } else { Flush::Range(start, end) }),
            ]);
        }
        todo.extend([Do::leave(&SET_MEMORY), Do::leave(outer)]);
        let callbacks = Callbacks::WITHOUT_VMA.difference(Callbacks::PGD_ENTRY);
        let ops = Pageattr::new(callbacks, masks(what), world);
        Begun { procedure: Calling { memory, pages: area_pages, ops }, todo }
    }
}

impl Procedure for Calling {
    type Step = Step;

    fn callbacks(&self) -> Callbacks {
        self.ops.callbacks
    }

    fn ops(&mut self) -> &mut dyn WalkOps {
        &mut self.ops
    }

    fn step(&mut self, step: Step, now: &mut Now<'_>) -> Next<Step> {
        Next::Instead(match step {
            Step::Aliases(at, end) if at >= end => Vec::new(),
            Step::Aliases(at, end) => match self.pages.get(at as usize) {
                None => vec![Do::oops(NO_PAGE)],
                Some(&page) => {
                    let alias = self.memory.page_address(page);
                    let next = now.world.model().add(alias, now.world.model().page_bytes());
                    vec![Do::step(Step::Linear(alias, next)), Do::step(Step::Aliases(at + 1, end))]
                }
            },
            Step::Linear(start, end) => vec![
                Do::enter(&SPLIT_LINEAR_MAPPING, start, end),
                Do::step(Step::Split(SplitLinear::new(now.world, start, end))),
                Do::leave(&SPLIT_LINEAR_MAPPING),
                Do::walk(kernel_walk(now.revision), start, end),
            ],
            Step::Split(mut splitter) => {
                return splitter.step(now.world, now.sink).next(Step::Split(splitter), now);
            }
        })
    }
}
