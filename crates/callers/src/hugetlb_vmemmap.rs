//! HVO, the vmemmap optimization of hugetlb (mm/hugetlb_vmemmap.c, v6.12 and v7.3).
//!
//! The `struct page`s of a huge page fill several pages of the vmemmap, and all but the first hold the same: those are
//! mapped, read-only, to one shared page, and given back. Before v7.1 the shared page is a copy of the huge page's own first
//! one; from v7.1 one page serves all huge pages of a size. The vmemmap is mapped by pmd leaves, so they are split on
//! the way. All of it is done under the *read* lock of `init_mm`: what keeps two of these from splitting the same leaf is
//! `init_mm.page_table_lock`, inside the callback.

use alloc::vec;
use alloc::vec::Vec;

use mm::{LockMode, World};
use pagewalk::{CallerCheck, CallerFunc, ENOMEM, Event, Flush, Revision, Sink};
use pgtable::{Arch, VirtAddr};

use super::bits::Bits;
use super::ops::Ops;
use super::place::page_of;
use super::program::{Order, Phase, Program, kernel_walk};
use super::remap::{Mode, Remap};

/// What HVO is asked for. The range is the vmemmap of one huge page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hvo {
    /// Which way.
    pub way: Way,
    /// Whether the vmemmap pages describe themselves, as those of hot-added memory may (`PageVmemmapSelfHosted()`).
    pub self_hosted: bool,
}

/// Which way HVO goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// `hugetlb_vmemmap_optimize_folio()`: gives pages back.
    Optimize,
    /// `hugetlb_vmemmap_optimize_folios()` of one huge page: first splits, then remaps, with one flush for each.
    OptimizeMany,
    /// `hugetlb_vmemmap_restore_folio()`: gets pages again.
    Restore,
}

/// `PAGE_KERNEL` and `PAGE_KERNEL_RO` without the global bit, which an entry keeps from the one before it: page-table isolation
/// does without. None where an architecture has no HVO (`ARCH_WANT_OPTIMIZE_HUGETLB_VMEMMAP`). riscv and loongarch have no
/// read-only kernel protection of that name, so it is the same.
pub(super) const fn protections(arch: Arch) -> Option<[Bits; 2]> {
    const X86: Bits =
        &[("_PAGE_PRESENT", 1), ("_PAGE_RW", 1), ("_PAGE_ACCESSED", 1), ("_PAGE_DIRTY", 1), ("_PAGE_NX", 1)];
    const X86_RO: Bits = &[("_PAGE_PRESENT", 1), ("_PAGE_ACCESSED", 1), ("_PAGE_NX", 1)];
    match arch {
        Arch::X86_64 => Some([X86, X86_RO]),
        Arch::Riscv64 => Some([super::riscv::PAGE_KERNEL; 2]),
        Arch::Loongarch64 => Some([super::loongarch::PAGE_KERNEL; 2]),
        Arch::Arm64 | Arch::Riscv32 | Arch::Openrisc => None,
    }
}

/// What is left to do, in terms of HVO.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum HvoStep {
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
    /// Fails with this return value after all.
    Fail(i32),
    /// Forgets a failure.
    Forgive,
}

impl HvoStep {
    /// Whether it is passed over once something has failed.
    pub(super) const fn wants_success(self) -> bool {
        !matches!(self, Self::RollBack(_) | Self::Fail(_) | Self::Forgive)
    }
}

const FREES: &str = "gives the pages back that the vmemmap no longer maps";

/// The functions that hugetlb calls.
pub(super) fn program(request: Hvo, order: &Order, world: &World, revision: Revision) -> Program {
    let (start, end) = (order.start, order.end);
    let hvo = Phase::Hvo;
    let shared = revision.rules().hvo_shared_tail;
    let outer = match request.way {
        Way::Optimize => CallerFunc::HugetlbVmemmapOptimizeFolio,
        Way::OptimizeMany => CallerFunc::HugetlbVmemmapOptimizeFolios,
        Way::Restore => CallerFunc::HugetlbVmemmapRestoreFolio,
    };
    let mut phases = vec![Phase::Enter(outer, start, end)];
    let optimize = [
        Some(HvoStep::Mode(Mode::Remap)),
        shared.then_some(HvoStep::AllocTail),
        shared.then_some(HvoStep::AllocHead),
        Some(HvoStep::RemapFree(start, end)),
    ];
    let optimize = optimize.into_iter().flatten().map(hvo);
    // The kernel keeps a flag with the huge page: whether pages share their memory says the same.
    let optimized = is_optimized(start, world);
    let has_hvo = protections(world.model().arch).is_some();
    let goes_on = optimized == (request.way == Way::Restore);
    if has_hvo {
        let check =
            if request.way == Way::Restore { CallerCheck::Optimized } else { CallerCheck::NotOptimized };
        phases.push(Phase::Check(check, goes_on, 0));
    }
    match request.way {
        _ if !has_hvo || !goes_on => {}
        Way::Optimize => phases.extend(optimize),
        Way::OptimizeMany => {
            let split = CallerFunc::VmemmapRemapSplit;
            phases.extend([
                Phase::Enter(split, start, end),
                hvo(HvoStep::Mode(Mode::Split)),
                hvo(HvoStep::RemapRange(start, end)),
                Phase::Return(split),
                // What could not be split now may be on the way.
                hvo(HvoStep::Forgive),
                Phase::Flush(Flush::All),
            ]);
            phases.extend(optimize);
            phases.push(Phase::Flush(Flush::All));
        }
        Way::Restore => {
            let func = CallerFunc::VmemmapRemapAlloc;
            let page = world.model().page_bytes();
            let pages = (order.pages(world) as u32).saturating_sub(1);
            // The first page stays as it is; before v7.1 the walk visits it to learn which page is shared.
            let from = if shared { world.model().add(start, page) } else { start };
            phases.extend([
                Phase::Enter(func, start, end),
                hvo(HvoStep::Mode(Mode::Restore)),
                hvo(HvoStep::AllocList(pages)),
                hvo(HvoStep::RemapRange(from, end)),
                Phase::Return(func),
            ]);
        }
    }
    if has_hvo && goes_on && request.way != Way::Restore {
        phases.push(Phase::Act(FREES));
    }
    phases.push(Phase::Return(outer));
    let ops = Remap::new(request.self_hosted, shared, request.way != Way::OptimizeMany, world);
    Program::new(phases, Ops::Remap(ops))
}

/// Whether the second and the third page of the vmemmap are one.
fn is_optimized(start: VirtAddr, world: &World) -> bool {
    let page = |number: u64| page_of(world, world.model().add(start, number << world.model().page_shift));
    page(1).is_some() && page(1) == page(2)
}

/// Does what `step` says, or says what it comes to. `ret` is the return value so far. An event is emitted exactly if nothing is
/// returned but the new return value.
pub(super) fn run(
    step: HvoStep,
    ops: &mut Remap,
    ret: &mut i32,
    revision: Revision,
    world: &mut World,
    sink: &mut dyn Sink,
) -> Expansion {
    let shared = revision.rules().hvo_shared_tail;
    let free = CallerFunc::VmemmapRemapFree;
    match step {
        HvoStep::Mode(mode) => {
            ops.mode = mode;
            Expansion::Phases(Vec::new())
        }
        HvoStep::AllocTail => {
            let result = world.alloc_page();
            sink.event(Event::NewPage { table: None, result });
            ops.tail = result.ok();
            *ret = if result.is_ok() { 0 } else { ENOMEM };
            Expansion::Acted(Vec::new())
        }
        HvoStep::AllocHead => {
            let result = world.alloc_page();
            sink.event(Event::NewPage { table: None, result });
            ops.take_head(result.ok());
            if result.is_err() && shared {
                *ret = ENOMEM;
            }
            let copies = Phase::ActIfOk("copies the first page's contents to the new page");
            Expansion::Acted(if result.is_ok() { vec![copies] } else { Vec::new() })
        }
        HvoStep::AllocList(0) => Expansion::Phases(Vec::new()),
        HvoStep::AllocList(left) => {
            let result = world.alloc_page();
            sink.event(Event::NewPage { table: None, result });
            match result {
                Ok(page) => {
                    ops.pages.push(page);
                    Expansion::Acted(vec![Phase::Hvo(HvoStep::AllocList(left - 1))])
                }
                Err(_) => {
                    ops.pages.clear();
                    *ret = ENOMEM;
                    Expansion::Acted(vec![Phase::Act("gives back the pages that it has got so far")])
                }
            }
        }
        HvoStep::RemapFree(start, end) => {
            let mut phases = vec![Phase::Enter(free, start, end)];
            if !shared {
                phases.push(Phase::Hvo(HvoStep::AllocHead));
            }
            phases.extend([
                Phase::Hvo(HvoStep::RemapRange(start, end)),
                Phase::Hvo(HvoStep::RollBack(start)),
                Phase::Return(free),
            ]);
            Expansion::Phases(phases)
        }
        HvoStep::RemapRange(start, end) => Expansion::Phases(remap_range(start, end, ops, revision, world)),
        HvoStep::RollBack(start) => {
            let failed = core::mem::take(ret);
            if failed == 0 || ops.walked() == 0 {
                *ret = failed;
                return Expansion::Phases(Vec::new());
            }
            let end = world.model().add(start, u64::from(ops.walked()) << world.model().page_shift);
            ops.roll_back();
            Expansion::Phases(vec![
                Phase::Hvo(HvoStep::RemapRange(start, end)),
                Phase::Hvo(HvoStep::Fail(failed)),
            ])
        }
        HvoStep::Fail(with) => {
            *ret = with;
            Expansion::Phases(Vec::new())
        }
        HvoStep::Forgive => {
            *ret = 0;
            Expansion::Phases(Vec::new())
        }
    }
}

/// What became of a step.
#[derive(Debug)]
pub(super) enum Expansion {
    /// It did something and said so, and these come next.
    Acted(Vec<Phase>),
    /// It comes to these, and nothing was said.
    Phases(Vec<Phase>),
}

fn remap_range(start: VirtAddr, end: VirtAddr, ops: &Remap, revision: Revision, world: &World) -> Vec<Phase> {
    let func = CallerFunc::VmemmapRemapRange;
    let aligned = (start.0 | end.0) & (world.model().page_bytes() - 1) == 0;
    let mut phases =
        vec![Phase::Enter(func, start, end), Phase::Check(CallerCheck::AlignedOrBug, aligned, 0)];
    if !aligned {
        phases.push(Phase::Oops("VM_BUG_ON(): a kernel with CONFIG_DEBUG_VM stops here"));
    }
    phases.extend([
        Phase::lock_init_mm(LockMode::Read),
        Phase::Walk(kernel_walk(revision), start, end),
        Phase::unlock_init_mm(LockMode::Read),
    ]);
    if ops.flushes_range() {
        phases.push(Phase::FlushIfOk(Flush::Range(start, end)));
    }
    phases.push(Phase::Return(func));
    phases
}
