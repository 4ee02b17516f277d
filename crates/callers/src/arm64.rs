//! arm64's callers of the lockless walk (arch/arm64/mm/{pageattr,mmu}.c, v6.18).
//!
//! No lock of `init_mm` is taken: permissions are changed from softirq too, where nobody can wait. Whoever asks owns the
//! range, so that nobody else changes its entries; splitting, which also touches what lies around it, is done under a
//! mutex. A leaf that is only partly in the range is split before, where the CPU can bear it (FEAT_BBM level 3);
//! otherwise it is refused.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use mm::{LockMode, World};
use pagewalk::{
    Callbacks, CallerCheck, CallerFunc, EINVAL, EntryPoint, Flush, LockName, Revision, SetMemory,
};
use pgtable::{PhysAddr, VirtAddr};

use super::Memory;
use super::bits::{Bits, Masks};
use super::ops::Ops;
use super::pageattr::{Leaves, Pageattr};
use super::program::{Order, Phase, Program};
use super::split_leaf::SplitLeaf;
use super::split_to_ptes::SplitToPtes;

/// What an arm64 caller is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Arm64 {
    /// Which function.
    pub what: Arm64Func,
    /// What the kernel knows of the machine's memory.
    pub memory: &'static Memory,
    /// Whether the CPU bears that a leaf is replaced by a table while it is used (FEAT_BBM level 3), so that leaves can be
    /// split.
    pub bbm3: bool,
    /// Whether kernel mappings are not global (`arm64_use_ng_mappings`), as with page-table isolation.
    pub not_global: bool,
}

/// A function of arm64's kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arm64Func {
    /// `set_memory_ro()` and its siblings, `set_direct_map_*_noflush()`, `set_memory_valid()`.
    Set(SetMemory),
    /// `linear_map_split_to_ptes()`: at boot, while all other CPUs wait.
    SplitAtBoot,
    /// `arch_kfence_init_pool()`: the pool of KFENCE needs single pages.
    SplitForKfence,
}

const PXN: Bits = &[("PTE_PXN", 1)];
const RDONLY: Bits = &[("PTE_RDONLY", 1)];
const WRITE: Bits = &[("PTE_WRITE", 1)];
const VALID: Bits = &[("PTE_VALID", 1)];
const VALID_WRITE: Bits = &[("PTE_VALID", 1), ("PTE_WRITE", 1)];
/// `PTE_PRESENT_INVALID`: the nG bit, where the valid bit is clear.
const PRESENT_INVALID: Bits = &[("PTE_NG", 1)];
const PRESENT_INVALID_RDONLY: Bits = &[("PTE_NG", 1), ("PTE_RDONLY", 1)];
/// `PTE_PRESENT_VALID_KERNEL` where kernel mappings are not global: the same bit, which is why clearing comes first.
const VALID_NG: Bits = &[("PTE_VALID", 1), ("PTE_NG", 1)];
const VALID_NG_WRITE: Bits = &[("PTE_VALID", 1), ("PTE_NG", 1), ("PTE_WRITE", 1)];

/// What each function sets and clears; none where there is no such function. Without `PTE_MAYBE_GP`: no branch targets are
/// guarded.
pub(super) const fn masks(what: SetMemory, not_global: bool, revision: Revision) -> Option<Masks> {
    let valid = if not_global { VALID_NG } else { VALID };
    let valid_write = if not_global { VALID_NG_WRITE } else { VALID_WRITE };
    let (set, clear): (Bits, Bits) = match (what, revision.rules().arm64_present_invalid) {
        (SetMemory::Ro, _) => (RDONLY, WRITE),
        (SetMemory::Rw, _) => (WRITE, RDONLY),
        (SetMemory::Nx, _) => (PXN, &[]),
        (SetMemory::X, _) => (&[], PXN),
        (SetMemory::Valid, false) => (VALID, &[]),
        (SetMemory::Valid, true) => (valid, PRESENT_INVALID),
        (SetMemory::Invalid | SetMemory::DirectMapInvalid, false) => (&[], VALID),
        (SetMemory::Invalid | SetMemory::DirectMapInvalid, true) => (PRESENT_INVALID, valid),
        (SetMemory::DirectMapDefault, false) => (VALID_WRITE, RDONLY),
        (SetMemory::DirectMapDefault, true) => (valid_write, PRESENT_INVALID_RDONLY),
        (SetMemory::RwNx, _) => return None,
    };
    Some(Masks { set, clear })
}

/// What is left to do, in terms of arm64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Arm64Step {
    /// The linear aliases of the pages from the first on, up to the second.
    Aliases(u32, u32),
    /// `__change_memory_common()`: `update_range_prot()` and a flush.
    Change(VirtAddr, VirtAddr),
    /// `update_range_prot()`
    Update(VirtAddr, VirtAddr),
    /// What `split_kernel_leaf_mapping()` does under its mutex.
    SplitLocked(VirtAddr, VirtAddr),
    /// `split_kernel_leaf_mapping_locked()` of one address.
    SplitAt(VirtAddr),
    /// The lockless walk in lazy MMU mode.
    LazyWalk(VirtAddr, VirtAddr),
}

const LAZY_ON: &str = "enters lazy MMU mode: barriers after each write wait until it ends";
const LAZY_OFF: &str = "leaves lazy MMU mode";

/// The functions that are called from elsewhere.
pub(super) fn program(request: &Arm64, order: &Order, world: &World, revision: Revision) -> Program {
    let (start, end) = (order.start, order.end);
    match request.what {
        Arm64Func::Set(what) => set_memory(what, request, order, world, revision),
        Arm64Func::SplitAtBoot => {
            let func = CallerFunc::LinearMapSplitToPtes;
            split_to_ptes(vec![
                Phase::Enter(func, start, end),
                Phase::Act("waits in stop_machine() until all other CPUs are in the identity map"),
                Phase::Enter(CallerFunc::RangeSplitToPtes, start, end),
                Phase::Arm64(Arm64Step::LazyWalk(start, end)),
                Phase::Return(CallerFunc::RangeSplitToPtes),
                Phase::OopsIfFailed("without a split linear map the kernel cannot go on: it panics at boot"),
                Phase::Flush(Flush::Range(start, end)),
                Phase::Return(func),
            ])
        }
        Arm64Func::SplitForKfence => {
            let func = CallerFunc::ArchKfenceInitPool;
            split_to_ptes(vec![
                Phase::Enter(func, start, end),
                Phase::Lock(LockName::PgtableSplit, LockMode::Write),
                Phase::Enter(CallerFunc::RangeSplitToPtes, start, end),
                Phase::Arm64(Arm64Step::LazyWalk(start, end)),
                Phase::Return(CallerFunc::RangeSplitToPtes),
                Phase::Unlock(LockName::PgtableSplit, LockMode::Write),
                Phase::Return(func),
            ])
        }
    }
}

fn split_to_ptes(phases: Vec<Phase>) -> Program {
    Program::new(phases, Ops::SplitToPtes(SplitToPtes::default()))
}

fn set_memory(what: SetMemory, request: &Arm64, order: &Order, world: &World, revision: Revision) -> Program {
    let (start, end) = (order.start, order.end);
    let outer = CallerFunc::Set(what);
    let mut phases = vec![Phase::Enter(outer, start, end)];
    let mut area_pages = Rc::default();
    match what {
        SetMemory::DirectMapInvalid | SetMemory::DirectMapDefault => {
            phases.push(Phase::Arm64(Arm64Step::Update(start, end)));
        }
        SetMemory::Valid | SetMemory::Invalid => phases.push(Phase::Arm64(Arm64Step::Change(start, end))),
        _ => {
            let pages = order.pages(world);
            let page_mask = !(world.model().page_bytes() - 1);
            // The number of pages stays.
            let start = VirtAddr(order.start.0 & page_mask);
            let end = world.model().add(start, pages << world.model().page_shift);
            let area = request.memory.area(order.start, world).filter(|area| end <= area.end(world));
            let func = CallerFunc::ChangeMemoryCommon;
            phases.extend([
                Phase::Enter(func, order.start, order.end),
                Phase::Check(CallerCheck::AlignedOrWarn, start == order.start, 0),
                Phase::Check(CallerCheck::Area, area.is_some(), EINVAL),
            ]);
            if let Some(area) = area {
                phases.push(Phase::Check(CallerCheck::Pages, pages != 0, 0));
                if pages != 0 {
                    area_pages = area.pages(world);
                    // Only read-only or writable is a matter of the linear map too (rodata=full).
                    if matches!(what, SetMemory::Ro | SetMemory::Rw) {
                        let first = (start.0 - area.start.0) >> world.model().page_shift;
                        let step = Arm64Step::Aliases(first as u32, (first + pages) as u32);
                        phases.push(Phase::Arm64(step));
                    }
                    phases.extend([
                        Phase::ActIfOk(
                            "unmaps what was freed but is still mapped (vm_unmap_aliases()): it may be another view \
                             of these pages",
                        ),
                        Phase::Arm64(Arm64Step::Change(start, end)),
                    ]);
                }
            }
            phases.push(Phase::Return(func));
        }
    }
    phases.push(Phase::Return(outer));
    let callbacks = Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY;
    let mut ops = Pageattr::new(callbacks, masks(what, request.not_global, revision), world);
    ops.leaves = Leaves::Covered;
    Program { pages: area_pages, ..Program::new(phases, Ops::Pageattr(ops)) }
}

/// Whether nothing but the valid bit is turned on: what was not valid is in no TLB, so nothing is flushed.
const fn only_turns_valid(what: Arm64Func) -> bool {
    matches!(what, Arm64Func::Set(SetMemory::Valid))
}

/// What `step` comes to.
pub(super) fn expand(step: Arm64Step, request: &Arm64, pages: &[PhysAddr], world: &World) -> Vec<Phase> {
    match step {
        Arm64Step::Aliases(at, end) => {
            let page = pages.get(at as usize).filter(|_| at < end);
            page.map_or(Vec::new(), |&page| {
                let alias = request.memory.page_address(page);
                let next = world.model().add(alias, world.model().page_bytes());
                vec![
                    Phase::Arm64(Arm64Step::Change(alias, next)),
                    Phase::Arm64(Arm64Step::Aliases(at + 1, end)),
                ]
            })
        }
        Arm64Step::Change(start, end) => {
            let mut phases = vec![Phase::Arm64(Arm64Step::Update(start, end))];
            if !only_turns_valid(request.what) {
                phases.push(Phase::Flush(Flush::Range(start, end)));
            }
            phases
        }
        Arm64Step::Update(start, end) => update(start, end, request.bbm3, world),
        Arm64Step::SplitLocked(start, end) => {
            let one_page = end.0.wrapping_sub(start.0) == world.model().page_bytes();
            let mut phases = vec![Phase::Lock(LockName::PgtableSplit, LockMode::Write), Phase::Act(LAZY_ON)];
            if one_page {
                // Of two neighbours the less aligned one is inside the smallest leaf: what is split for it is split for both.
                let less = if start.0.trailing_zeros() < end.0.trailing_zeros() { start } else { end };
                phases.push(Phase::Arm64(Arm64Step::SplitAt(less)));
            } else {
                phases.extend([start, end].map(|addr| Phase::Arm64(Arm64Step::SplitAt(addr))));
            }
            phases.extend([Phase::Act(LAZY_OFF), Phase::Unlock(LockName::PgtableSplit, LockMode::Write)]);
            phases
        }
        Arm64Step::SplitAt(addr) => vec![Phase::SplitLeaf(SplitLeaf::new(world, addr))],
        Arm64Step::LazyWalk(start, end) => vec![
            Phase::Act(LAZY_ON),
            Phase::Walk(EntryPoint::KernelLockless, start, end),
            Phase::Act(LAZY_OFF),
        ],
    }
}

fn update(start: VirtAddr, end: VirtAddr, bbm3: bool, world: &World) -> Vec<Phase> {
    let (func, split) = (CallerFunc::UpdateRangeProt, CallerFunc::SplitKernelLeafMapping);
    let mut phases = vec![Phase::Enter(func, start, end)];
    if bbm3 {
        let aligned = (start.0 | end.0) & (world.model().page_bytes() - 1) == 0;
        phases.extend([
            Phase::Enter(split, start, end),
            Phase::Check(CallerCheck::Aligned, aligned, EINVAL),
            Phase::Arm64(Arm64Step::SplitLocked(start, end)),
            Phase::Return(split),
            Phase::ActIfFailed("warns with WARN_ON_ONCE(): the leaves could not be split"),
        ]);
    }
    phases.extend([Phase::Arm64(Arm64Step::LazyWalk(start, end)), Phase::Return(func)]);
    phases
}
