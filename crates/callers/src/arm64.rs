//! arm64's callers of the lockless walk (arch/arm64/mm/{pageattr,mmu}.c, v6.18).
//!
//! No lock of `init_mm` is taken: permissions are changed from softirq too, where nobody can wait. Whoever asks owns the
//! range, so that nobody else changes its entries; splitting, which also touches what lies around it, is done under a
//! mutex. A leaf that is only partly in the range is split before, where the CPU can bear it (FEAT_BBM level 3);
//! otherwise it is refused.

mod scenarios;
mod split_leaf;
mod split_to_ptes;

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use mm::{LockMode, World};
use pagewalk::{Callbacks, EntryPoint, WalkOps};
use pgtable::{PhysAddr, VirtAddr};
use trace::{CheckDef, EINVAL, Flush, Function, Line, LockName, On, Returns, Revision};

use crate::bits::{Bits, Masks};
use crate::checks::{AT_PAGES, PAGES};
use crate::memory::Memory;
use crate::pageattr::{Leaves, Pageattr};
use crate::procedure::{Begun, Do, Next, Now, Procedure};
use crate::request::{Order, Request};
use crate::set_memory::SetMemory;
use split_leaf::SplitLeaf;
use split_to_ptes::SplitToPtes;

pub(crate) use scenarios::{PERMISSIONS, SCENARIOS, SPLITTING};

/// What an arm64 caller is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Arm64 {
    /// Which function.
    pub(crate) what: Arm64Func,
    /// What the kernel knows of the machine's memory.
    pub(crate) memory: &'static Memory,
    /// Whether the CPU bears that a leaf is replaced by a table while it is used (FEAT_BBM level 3), so that leaves can be
    /// split.
    pub(crate) bbm3: bool,
    /// Whether kernel mappings are not global (`arm64_use_ng_mappings`), as with page-table isolation.
    pub(crate) not_global: bool,
}

/// A function of arm64's kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(test), expect(dead_code, reason = "tests call more functions than scenarios show"))]
pub(crate) enum Arm64Func {
    /// `set_memory_ro()` and its siblings, `set_direct_map_*_noflush()`, `set_memory_valid()`.
    Set(SetMemory),
    /// `linear_map_split_to_ptes()`: at boot, while all other CPUs wait.
    SplitAtBoot,
    /// `arch_kfence_init_pool()`: the pool of KFENCE needs single pages.
    SplitForKfence,
}

static CHANGE_MEMORY_COMMON: Function = Function {
    name: "change_memory_common",
    file: "arch/arm64/mm/pageattr.c",
    lines: |_| {
        const {
            &[
                Line::new(
                    On::Check,
                    "  not at a page? warn, round down\n  not in one vmalloc area? -EINVAL\n  numpages 0? 0",
                ),
                Line::new(On::Entry, "  RO or RW: update_range_prot of each alias"),
                Line::new(On::Descend, "  vm_unmap_aliases; update_range_prot(range)"),
                Line::new(On::Flush, "  flush after each, unless only made valid"),
            ]
        }
    },
    returns: Returns::Int,
};

static UPDATE_RANGE_PROT: Function = Function {
    name: "update_range_prot",
    file: "arch/arm64/mm/pageattr.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Leaf, "  split_kernel_leaf_mapping: failed? warn"),
                Line::new(On::Descend, "  in lazy MMU mode:\n    walk_kernel_page_table_range_lockless(…)"),
                Line::new(On::Check, "    leaf only partly in the range? -EINVAL"),
            ]
        }
    },
    returns: Returns::Int,
};

static SPLIT_KERNEL_LEAF_MAPPING: Function = Function {
    name: "split_kernel_leaf_mapping",
    file: "arch/arm64/mm/mmu.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Check, "  not at pages? -EINVAL"),
                Line::new(On::Lock, "  mutex_lock(&pgtable_split_lock)"),
                Line::new(On::Leaf, "  down to start, then to end:\n    leaf or block around it?"),
                Line::new(On::Alloc, "      a new table: none? return -ENOMEM"),
                Line::new(On::Descend, "      fill it, contiguous; dsb"),
                Line::new(On::Entry, "      entry = the table, or without the hint"),
                Line::new(On::Offset, "    one level down"),
                Line::new(On::Unlock, "  mutex_unlock(&pgtable_split_lock)"),
            ]
        }
    },
    returns: Returns::Int,
};

static RANGE_SPLIT_TO_PTES: Function = Function {
    name: "range_split_to_ptes",
    file: "arch/arm64/mm/mmu.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Descend, "  in lazy MMU mode: lockless walk"),
                Line::new(On::Alloc, "    pud, pmd leaf: a new table of smaller ones"),
                Line::new(On::Entry, "    contiguous: take the hint from the block"),
            ]
        }
    },
    returns: Returns::Int,
};

static LINEAR_MAP_SPLIT_TO_PTES: Function = Function {
    name: "linear_map_split_to_ptes",
    file: "arch/arm64/mm/mmu.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Descend, "  all other CPUs wait\n  range_split_to_ptes: failed? panic"),
                Line::new(On::Flush, "  flush_tlb_kernel_range(linear map)"),
            ]
        }
    },
    returns: Returns::Int,
};

static ARCH_KFENCE_INIT_POOL: Function = Function {
    name: "arch_kfence_init_pool",
    file: "arch/arm64/mm/mmu.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Lock, "  mutex_lock(&pgtable_split_lock)"),
                Line::new(On::Descend, "  range_split_to_ptes(pool)"),
                Line::new(On::Unlock, "  mutex_unlock(&pgtable_split_lock)"),
            ]
        }
    },
    returns: Returns::Bool,
};

/// `split_kernel_leaf_mapping()`: both ends are multiples of the page size; `-EINVAL` otherwise.
static ALIGNED: CheckDef = CheckDef {
    name: "Aligned",
    passed: AT_PAGES,
    failed: "The range does not begin and end at page boundaries, so the function returns -EINVAL.",
};

/// `change_memory_common()`: the address is a multiple of the page size, and is rounded down with a warning otherwise.
static ALIGNED_OR_WARN: CheckDef = CheckDef {
    name: "AlignedOrWarn",
    passed: AT_PAGES,
    failed: "The address is inside a page: the kernel warns and rounds it down.",
};

/// The range is inside one area of `vmalloc()`; `-EINVAL` otherwise.
static AREA: CheckDef = CheckDef {
    name: "Area",
    passed: "The range is inside one area of vmalloc().",
    failed: "The range is not inside one area of vmalloc(). Other memory may be mapped by leaves, so the \
             function returns -EINVAL.",
};

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

/// Whether a page goes out of the direct map by being marked present-invalid (`PTE_PRESENT_INVALID`,
/// arch/arm64/include/asm/pgtable-prot.h, v7.1). Before, the valid bit was cleared and nothing else.
const fn present_invalid(revision: Revision) -> bool {
    revision.includes(Revision::V7_1)
}

/// What each function sets and clears; none where there is no such function. Without `PTE_MAYBE_GP`: no branch targets are
/// guarded.
pub(crate) const fn masks(what: SetMemory, not_global: bool, revision: Revision) -> Option<Masks> {
    let valid = if not_global { VALID_NG } else { VALID };
    let valid_write = if not_global { VALID_NG_WRITE } else { VALID_WRITE };
    let (set, clear): (Bits, Bits) = match (what, present_invalid(revision)) {
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

/// Its own steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
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
    /// The splitting of `SplitAt`.
    Split(SplitLeaf),
}

const LAZY_ON: &str = "enters lazy MMU mode: the barriers after each write wait until it ends";
const LAZY_OFF: &str = "leaves lazy MMU mode";

/// A call under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Calling {
    request: Arm64,
    /// `area->pages`, of an address of `vmalloc()`.
    pages: Rc<[PhysAddr]>,
    ops: Ops,
}

/// The callbacks of its walks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Ops {
    Pageattr(Pageattr),
    SplitToPtes(SplitToPtes),
}

impl Request for Arm64 {
    type Procedure = Calling;

    const ENTRY: EntryPoint = EntryPoint::KernelLockless;

    fn begin(self, order: &Order<Self>, world: &World, revision: Revision) -> Begun<Calling> {
        let (start, end) = (order.start, order.end);
        let split = |todo: Vec<Do<Step>>| {
            let ops = Ops::SplitToPtes(SplitToPtes::default());
            Begun { procedure: Calling { request: self, pages: Rc::default(), ops }, todo }
        };
        match self.what {
            Arm64Func::Set(what) => set_memory(what, self, order, world, revision),
            Arm64Func::SplitAtBoot => split(vec![
                Do::enter(&LINEAR_MAP_SPLIT_TO_PTES, start, end),
                Do::act("waits in stop_machine() until all other CPUs are in the identity map"),
                Do::enter(&RANGE_SPLIT_TO_PTES, start, end),
                Do::step(Step::LazyWalk(start, end)),
                Do::leave(&RANGE_SPLIT_TO_PTES),
                Do::oops("without a split linear map the kernel cannot go on: it panics at boot").if_failed(),
                Do::flush(Flush::Range(start, end)),
                Do::leave(&LINEAR_MAP_SPLIT_TO_PTES),
            ]),
            Arm64Func::SplitForKfence => split(vec![
                Do::enter(&ARCH_KFENCE_INIT_POOL, start, end),
                Do::lock(LockName::PgtableSplit, LockMode::Write),
                Do::enter(&RANGE_SPLIT_TO_PTES, start, end),
                Do::step(Step::LazyWalk(start, end)),
                Do::leave(&RANGE_SPLIT_TO_PTES),
                Do::unlock(LockName::PgtableSplit, LockMode::Write),
                Do::leave(&ARCH_KFENCE_INIT_POOL),
            ]),
        }
    }
}

fn set_memory(
    what: SetMemory,
    request: Arm64,
    order: &Order<Arm64>,
    world: &World,
    revision: Revision,
) -> Begun<Calling> {
    let (start, end) = (order.start, order.end);
    let outer = what.function();
    let mut todo = vec![Do::enter(outer, start, end)];
    let mut area_pages = Rc::default();
    match what {
        SetMemory::DirectMapInvalid | SetMemory::DirectMapDefault => {
            todo.push(Do::step(Step::Update(start, end)));
        }
        SetMemory::Valid | SetMemory::Invalid => todo.push(Do::step(Step::Change(start, end))),
        _ => {
            let pages = order.pages(world);
            let page_mask = !(world.model().page_bytes() - 1);
            // The number of pages stays.
            let start = VirtAddr(order.start.0 & page_mask);
            let end = world.model().add(start, pages << world.model().page_shift);
            let area = request.memory.area(order.start, world).filter(|area| end <= area.end(world));
            let func = &CHANGE_MEMORY_COMMON;
            todo.extend([
                Do::enter(func, order.start, order.end),
                Do::check(&ALIGNED_OR_WARN, start == order.start, 0),
                Do::check(&AREA, area.is_some(), EINVAL),
            ]);
            if let Some(area) = area {
                todo.push(Do::check(&PAGES, pages != 0, 0));
                if pages != 0 {
                    area_pages = area.pages(world);
                    // Only read-only or writable is a matter of the linear map too (rodata=full).
                    if matches!(what, SetMemory::Ro | SetMemory::Rw) {
                        let first = (start - area.start) >> world.model().page_shift;
                        let step = Step::Aliases(first as u32, (first + pages) as u32);
                        todo.push(Do::step(step));
                    }
                    todo.extend([
                        Do::act(
                            "unmaps vmalloc memory that is freed but still mapped (vm_unmap_aliases()), \
                             because it may map the same pages",
                        )
                        .if_ok(),
                        Do::step(Step::Change(start, end)),
                    ]);
                }
            }
            todo.push(Do::leave(func));
        }
    }
    todo.push(Do::leave(outer));
    let callbacks = Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY;
    let mut ops = Pageattr::new(callbacks, masks(what, request.not_global, revision), world);
    ops.leaves = Leaves::Covered;
    Begun { procedure: Calling { request, pages: area_pages, ops: Ops::Pageattr(ops) }, todo }
}

/// Whether nothing but the valid bit is turned on: what was not valid is in no TLB, so nothing is flushed.
const fn only_turns_valid(what: Arm64Func) -> bool {
    matches!(what, Arm64Func::Set(SetMemory::Valid))
}

impl Procedure for Calling {
    type Step = Step;

    fn callbacks(&self) -> Callbacks {
        match &self.ops {
            Ops::Pageattr(ops) => ops.callbacks,
            Ops::SplitToPtes(ops) => ops.callbacks(),
        }
    }

    fn ops(&mut self) -> &mut dyn WalkOps {
        match &mut self.ops {
            Ops::Pageattr(ops) => ops,
            Ops::SplitToPtes(ops) => ops,
        }
    }

    fn step(&mut self, step: Step, now: &mut Now<'_>) -> Next<Step> {
        let (request, world) = (self.request, &*now.world);
        Next::Instead(match step {
            Step::Aliases(at, end) => {
                let page = self.pages.get(at as usize).filter(|_| at < end);
                page.map_or(Vec::new(), |&page| {
                    let alias = request.memory.page_address(page);
                    let next = world.model().add(alias, world.model().page_bytes());
                    vec![Do::step(Step::Change(alias, next)), Do::step(Step::Aliases(at + 1, end))]
                })
            }
            Step::Change(start, end) => {
                let mut todo = vec![Do::step(Step::Update(start, end))];
                if !only_turns_valid(request.what) {
                    todo.push(Do::flush(Flush::Range(start, end)));
                }
                todo
            }
            Step::Update(start, end) => update(start, end, request.bbm3, world),
            Step::SplitLocked(start, end) => {
                let one_page = end - start == world.model().page_bytes();
                let mut todo = vec![Do::lock(LockName::PgtableSplit, LockMode::Write), Do::act(LAZY_ON)];
                if one_page {
                    // Of two neighbours the less aligned one is inside the smallest leaf: what is split for it is split for both.
                    let less = if start.0.trailing_zeros() < end.0.trailing_zeros() { start } else { end };
                    todo.push(Do::step(Step::SplitAt(less)));
                } else {
                    todo.extend([start, end].map(|addr| Do::step(Step::SplitAt(addr))));
                }
                todo.extend([Do::act(LAZY_OFF), Do::unlock(LockName::PgtableSplit, LockMode::Write)]);
                todo
            }
            Step::SplitAt(addr) => vec![Do::step(Step::Split(SplitLeaf::new(world, addr)))],
            Step::Split(mut splitter) => {
                return splitter.step(now.world, now.sink).next(Step::Split(splitter), now);
            }
            Step::LazyWalk(start, end) => {
                vec![Do::act(LAZY_ON), Do::walk(EntryPoint::KernelLockless, start, end), Do::act(LAZY_OFF)]
            }
        })
    }
}

fn update(start: VirtAddr, end: VirtAddr, bbm3: bool, world: &World) -> Vec<Do<Step>> {
    let (func, split) = (&UPDATE_RANGE_PROT, &SPLIT_KERNEL_LEAF_MAPPING);
    let mut todo = vec![Do::enter(func, start, end)];
    if bbm3 {
        let aligned = (start.0 | end.0) & (world.model().page_bytes() - 1) == 0;
        todo.extend([
            Do::enter(split, start, end),
            Do::check(&ALIGNED, aligned, EINVAL),
            Do::step(Step::SplitLocked(start, end)),
            Do::leave(split),
            Do::act("warns with WARN_ON_ONCE(): the leaves could not be split").if_failed(),
        ]);
    }
    todo.extend([Do::step(Step::LazyWalk(start, end)), Do::leave(func)]);
    todo
}
