//! HVO, the vmemmap optimization of hugetlb (mm/hugetlb_vmemmap.c, v6.12 and v7.3).
//!
//! The `struct page`s of a huge page fill several pages of the vmemmap, and all but the first hold the same: those are
//! mapped, read-only, to one shared page, and given back. Before v7.1 the shared page is a copy of the huge page's own first
//! one; from v7.1 one page serves all huge pages of a size. The vmemmap is mapped by pmd leaves, so they are split on
//! the way. All of it is done under the *read* lock of `init_mm`: what keeps two of these from splitting the same leaf is
//! `init_mm.page_table_lock`, inside the callback.

mod remap;
mod scenarios;
mod split_pmd;

use alloc::vec;
use alloc::vec::Vec;

use mm::{LockMode, World};
use pagewalk::{Callbacks, WalkOps};
use pgtable::{Model, VirtAddr};
use trace::{CheckDef, ENOMEM, Event, Flush, Function, Line, On, Returns, Revision, StackFrame};

use crate::bits::word;
use crate::checks::AT_PAGES;
use crate::place::page_of;
use crate::procedure::{Begun, Do, Next, Now, Procedure, kernel_walk};
use crate::request::{Order, Request};
use remap::{Mode, Remap};

pub(crate) use scenarios::{SCENARIOS, SITE};

/// Where all of it is.
const FILE: &str = "mm/hugetlb_vmemmap.c";

/// What HVO is asked for. The range is the vmemmap of one huge page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Hvo {
    /// Which way.
    pub(crate) way: Way,
    /// Whether the vmemmap pages describe themselves, as those of hot-added memory may (`PageVmemmapSelfHosted()`).
    pub(crate) self_hosted: bool,
}

/// Which way HVO goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// `hugetlb_vmemmap_optimize_folio()`: gives pages back.
    Optimize,
    /// `hugetlb_vmemmap_optimize_folios()` of one huge page: first splits, then remaps, with one flush for each.
    OptimizeMany,
    /// `hugetlb_vmemmap_restore_folio()`: gets pages again.
    Restore,
}

static OPTIMIZE_FOLIO: Function = Function {
    name: "hugetlb_vmemmap_optimize_folio",
    file: FILE,
    lines: |revision| {
        if shared_tail(revision) {
            const {
                &[
                    Line::new(On::Check, "  optimized already? return"),
                    Line::new(
                        On::Alloc,
                        "  the shared tail page of this size\n  a page for the head: none? -ENOMEM",
                    ),
                    Line::new(
                        On::Descend,
                        "  copy the head; vmemmap_remap_free(…)\n  free what is no longer mapped",
                    ),
                ]
            }
        } else {
            const {
                &[
                    Line::new(On::Check, "  optimized already? return"),
                    Line::new(On::Descend, "  vmemmap_remap_free(…)\n  free what is no longer mapped"),
                ]
            }
        }
    },
    returns: Returns::Nothing(""),
};

static OPTIMIZE_FOLIOS: Function = Function {
    name: "hugetlb_vmemmap_optimize_folios",
    file: FILE,
    lines: |_| {
        const {
            &[
                Line::new(On::Check, "  optimized already? not this one"),
                Line::new(On::Leaf, "  each folio: vmemmap_remap_split(…)"),
                Line::new(On::Flush, "  flush_tlb_all()"),
                Line::new(On::Alloc, "  each folio: the pages that it needs"),
                Line::new(On::Descend, "    vmemmap_remap_free(…)\n  flush_tlb_all(); free the pages"),
            ]
        }
    },
    returns: Returns::Nothing(""),
};

static RESTORE_FOLIO: Function = Function {
    name: "hugetlb_vmemmap_restore_folio",
    file: FILE,
    lines: |_| {
        const {
            &[
                Line::new(On::Check, "  not optimized? return 0"),
                Line::new(On::Descend, "  vmemmap_remap_alloc(…)"),
            ]
        }
    },
    returns: Returns::Int,
};

static REMAP_FREE: Function = Function {
    name: "vmemmap_remap_free",
    file: FILE,
    lines: |revision| {
        if shared_tail(revision) {
            const {
                &[
                    Line::new(On::Descend, "  vmemmap_remap_range(…)"),
                    Line::new(On::Again, "  failed half-way? the same range, to restore"),
                ]
            }
        } else {
            const {
                &[
                    Line::new(On::Alloc, "  a page for the head, if there is one"),
                    Line::new(On::Descend, "  copy the head; vmemmap_remap_range(…)"),
                    Line::new(On::Again, "  failed half-way? the same range, to restore"),
                ]
            }
        }
    },
    returns: Returns::Int,
};

static REMAP_ALLOC: Function = Function {
    name: "vmemmap_remap_alloc",
    file: FILE,
    lines: |_| {
        const {
            &[
                Line::new(On::Alloc, "  a page for each pte: none? -ENOMEM"),
                Line::new(On::Descend, "  vmemmap_remap_range(…)"),
            ]
        }
    },
    returns: Returns::Int,
};

static REMAP_SPLIT: Function = Function {
    name: "vmemmap_remap_split",
    file: FILE,
    lines: |_| const { &[Line::new(On::Descend, "  vmemmap_remap_range(…), without a flush")] },
    returns: Returns::Int,
};

static REMAP_RANGE: Function = Function {
    name: "vmemmap_remap_range",
    file: FILE,
    lines: |_| {
        const {
            &[
                Line::new(On::Check, "  VM_BUG_ON: not at pages"),
                Line::new(On::Lock, "  mmap_read_lock(&init_mm)"),
                Line::new(On::Descend, "  walk: pmd_entry splits, pte_entry remaps"),
                Line::new(On::Entry, "    a pte: head page, shared page or fresh one"),
                Line::new(On::Unlock, "  mmap_read_unlock(&init_mm)"),
                Line::new(On::Flush, "  all well: flush_tlb_kernel_range"),
            ]
        }
    },
    returns: Returns::Int,
};

/// The huge page has its vmemmap pages (`vmemmap_should_optimize_folio()`); otherwise there is nothing to do.
static NOT_OPTIMIZED: CheckDef = CheckDef {
    name: "NotOptimized",
    passed: "The huge page still has all of its vmemmap pages.",
    failed: "Its vmemmap pages have already been given back, so there is nothing to do.",
};

/// Its vmemmap pages have been given back; otherwise there is nothing to restore.
static OPTIMIZED: CheckDef = CheckDef {
    name: "Optimized",
    passed: "Its vmemmap pages have been given back, so they have to be restored.",
    failed: "Its vmemmap pages were never given back, so there is nothing to restore.",
};

/// `vmemmap_remap_range()`: both ends are multiples of the page size, by `VM_BUG_ON()`.
static ALIGNED_OR_BUG: CheckDef = CheckDef {
    name: "AlignedOrBug",
    passed: AT_PAGES,
    failed: "The range does not begin and end at page boundaries, which is a bug in the caller.",
};

/// Whether all tail pages of a size point to one shared page of their own (mm/hugetlb_vmemmap.c, v7.1). Before, they pointed to
/// the copied head page of each huge page.
const fn shared_tail(revision: Revision) -> bool {
    revision.includes(Revision::V7_1)
}

/// `PAGE_KERNEL` and `PAGE_KERNEL_RO`, without the global bit where page-table isolation leaves it out: an entry keeps it from
/// the one before it.
pub(crate) fn protections(model: &Model) -> [u64; 2] {
    let out = if model.kernel.drops_global { global(model) } else { 0 };
    let prot = model.make.prot;
    [prot.kernel.pte & !out, prot.kernel_ro.pte & !out]
}

/// The global bit of a pte.
fn global(model: &Model) -> u64 {
    word(model, &[("_PAGE_GLOBAL", 1)])
}

/// Its own steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// The callbacks change their mode.
    Mode(Mode),
    /// Allocates the shared page, as the first huge page of a size and zone does.
    AllocTail,
    /// Allocates the page that the first part is copied to. Before v7.1 HVO goes on without it.
    AllocHead,
    /// Allocates as many pages as this, to restore.
    AllocList(u32),
    /// `vmemmap_remap_free()`
    RemapFree(VirtAddr, VirtAddr),
    /// `vmemmap_remap_range()`
    RemapRange(VirtAddr, VirtAddr),
    /// Undoes a remapping that stopped half-way.
    RollBack(VirtAddr),
    /// Sets the return value: fails after all, or forgets a failure.
    Ret(i32),
}

const FREES: &str = "gives back the pages that the vmemmap no longer maps";

impl Request for Hvo {
    type Procedure = Remap;

    fn walks_in(revision: Revision) -> bool {
        revision.around().hvo_walks
    }

    fn begin(self, order: &Order<Self>, world: &World, revision: Revision) -> Begun<Remap> {
        let (start, end) = (order.start, order.end);
        let shared = shared_tail(revision);
        let outer = match self.way {
            Way::Optimize => &OPTIMIZE_FOLIO,
            Way::OptimizeMany => &OPTIMIZE_FOLIOS,
            Way::Restore => &RESTORE_FOLIO,
        };
        let mut todo = vec![Do::enter(outer, start, end)];
        let optimize = [
            Some(Step::Mode(Mode::Remap)),
            shared.then_some(Step::AllocTail),
            shared.then_some(Step::AllocHead),
            Some(Step::RemapFree(start, end)),
        ];
        let optimize = optimize.into_iter().flatten().map(Do::step);
        // The kernel keeps a flag with the huge page: whether pages share their memory says the same.
        let optimized = is_optimized(start, world);
        let has_hvo = world.model().kernel.hvo;
        let goes_on = optimized == (self.way == Way::Restore);
        if has_hvo {
            let check = if self.way == Way::Restore { &OPTIMIZED } else { &NOT_OPTIMIZED };
            todo.push(Do::check(check, goes_on, 0));
        }
        match self.way {
            _ if !has_hvo || !goes_on => {}
            Way::Optimize => todo.extend(optimize),
            Way::OptimizeMany => {
                todo.extend([
                    Do::enter(&REMAP_SPLIT, start, end),
                    Do::step(Step::Mode(Mode::Split)),
                    Do::step(Step::RemapRange(start, end)),
                    Do::leave(&REMAP_SPLIT),
                    // What could not be split now may be on the way.
                    Do::step(Step::Ret(0)).always(),
                    Do::flush(Flush::All),
                ]);
                todo.extend(optimize);
                todo.push(Do::flush(Flush::All));
            }
            Way::Restore => {
                let page = world.model().page_bytes();
                let pages = (order.pages(world) as u32).saturating_sub(1);
                // The first page stays as it is; before v7.1 the walk visits it to learn which page is shared.
                let from = if shared { world.model().add(start, page) } else { start };
                todo.extend([
                    Do::enter(&REMAP_ALLOC, start, end),
                    Do::step(Step::Mode(Mode::Restore)),
                    Do::step(Step::AllocList(pages)),
                    Do::step(Step::RemapRange(from, end)),
                    Do::leave(&REMAP_ALLOC),
                ]);
            }
        }
        if has_hvo && goes_on && self.way != Way::Restore {
            todo.push(Do::act(FREES));
        }
        todo.push(Do::leave(outer));
        let procedure = Remap::new(self.self_hosted, shared, self.way != Way::OptimizeMany, world);
        Begun { procedure, todo }
    }
}

/// Whether the second and the third page of the vmemmap are one.
fn is_optimized(start: VirtAddr, world: &World) -> bool {
    let page = |number: u64| page_of(world, world.model().add(start, number << world.model().page_shift));
    page(1).is_some() && page(1) == page(2)
}

impl Procedure for Remap {
    type Step = Step;

    fn callbacks(&self) -> Callbacks {
        WalkOps::callbacks(self)
    }

    fn ops(&mut self) -> &mut dyn WalkOps {
        self
    }

    fn frames(&self) -> [Option<StackFrame>; 2] {
        self.running_functions()
    }

    fn step(&mut self, step: Step, now: &mut Now<'_>) -> Next<Step> {
        let shared = shared_tail(now.revision);
        let todo = match step {
            Step::Mode(mode) => {
                self.mode = mode;
                Vec::new()
            }
            Step::AllocTail => {
                let result = now.world.alloc_page();
                now.sink.event(Event::NewPage { table: None, result });
                self.tail = result.ok();
                *now.ret = if result.is_ok() { 0 } else { ENOMEM };
                return Next::Did(Vec::new());
            }
            Step::AllocHead => {
                let result = now.world.alloc_page();
                now.sink.event(Event::NewPage { table: None, result });
                self.take_head(result.ok());
                if result.is_err() && shared {
                    *now.ret = ENOMEM;
                }
                let copies = Do::act("copies the first page's contents to the new page").if_ok();
                return Next::Did(if result.is_ok() { vec![copies] } else { Vec::new() });
            }
            Step::AllocList(0) => Vec::new(),
            Step::AllocList(left) => {
                let result = now.world.alloc_page();
                now.sink.event(Event::NewPage { table: None, result });
                if let Ok(page) = result {
                    self.pages.push(page);
                    return Next::Again(Step::AllocList(left - 1));
                }
                self.pages.clear();
                *now.ret = ENOMEM;
                return Next::Did(vec![Do::act("gives back the pages that it has allocated so far")]);
            }
            Step::RemapFree(start, end) => {
                let mut todo = vec![Do::enter(&REMAP_FREE, start, end)];
                if !shared {
                    todo.push(Do::step(Step::AllocHead));
                }
                todo.extend([
                    Do::step(Step::RemapRange(start, end)),
                    Do::step(Step::RollBack(start)).always(),
                    Do::leave(&REMAP_FREE),
                ]);
                todo
            }
            Step::RemapRange(start, end) => remap_range(start, end, self, now.revision, now.world),
            Step::RollBack(start) => {
                let failed = core::mem::take(now.ret);
                if failed == 0 || self.walked() == 0 {
                    *now.ret = failed;
                    return Next::Instead(Vec::new());
                }
                let model = now.world.model();
                let end = model.add(start, u64::from(self.walked()) << model.page_shift);
                self.roll_back();
                vec![Do::step(Step::RemapRange(start, end)), Do::step(Step::Ret(failed)).always()]
            }
            Step::Ret(ret) => {
                *now.ret = ret;
                Vec::new()
            }
        };
        Next::Instead(todo)
    }
}

fn remap_range(
    start: VirtAddr,
    end: VirtAddr,
    ops: &Remap,
    revision: Revision,
    world: &World,
) -> Vec<Do<Step>> {
    let aligned = (start.0 | end.0) & (world.model().page_bytes() - 1) == 0;
    let mut todo = vec![Do::enter(&REMAP_RANGE, start, end), Do::check(&ALIGNED_OR_BUG, aligned, 0)];
    if !aligned {
        todo.push(Do::oops("VM_BUG_ON(): a kernel with CONFIG_DEBUG_VM stops here"));
    }
    todo.extend([
        Do::lock_init_mm(LockMode::Read),
        Do::walk(kernel_walk(revision), start, end),
        Do::unlock_init_mm(LockMode::Read),
    ]);
    if ops.flushes_range() {
        todo.push(Do::flush(Flush::Range(start, end)).if_ok());
    }
    todo.push(Do::leave(&REMAP_RANGE));
    todo
}
