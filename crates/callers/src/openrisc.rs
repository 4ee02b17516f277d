//! openrisc's `arch_dma_set_uncached()` and `arch_dma_clear_uncached()` (arch/openrisc/kernel/dma.c, v7.3).
//!
//! Memory for a device that does not see the caches is the kernel's ordinary memory with the cache-inhibit bit set. TLB and
//! cache are flushed page by page, inside the callback. Neither function tests its arguments.

use alloc::vec;

use mm::{LockMode, World};
use pagewalk::{Callbacks, CallerFunc, Revision};

use super::bits::{Bits, Masks};
use super::ops::Ops;
use super::pageattr::{Pageattr, PerPage};
use super::program::{Order, Phase, Program, kernel_walk};

/// `_PAGE_CI`
pub(super) const UNCACHED: Bits = &[("_PAGE_CI", 1)];

/// `PAGE_OFFSET`: what `__pa()` subtracts (asm/page.h).
const PAGE_OFFSET: u64 = 0xc000_0000;

/// `arch_dma_set_uncached(cpu_addr, size)`, or the other way round.
pub(super) fn program(uncached: bool, order: &Order, world: &World, revision: Revision) -> Program {
    let (start, end) = (order.start, order.end);
    let func = if uncached { CallerFunc::ArchDmaSetUncached } else { CallerFunc::ArchDmaClearUncached };
    let mut phases = vec![
        Phase::Enter(func, start, end),
        Phase::lock_init_mm(LockMode::Write),
        Phase::Walk(kernel_walk(revision), start, end),
        Phase::unlock_init_mm(LockMode::Write),
    ];
    if !uncached {
        phases.push(Phase::ActIfFailed("warns with WARN_ON(): it returns nothing that could say so"));
    }
    phases.push(Phase::Return(func));
    let (set, clear): (Bits, Bits) = if uncached { (UNCACHED, &[]) } else { (&[], UNCACHED) };
    let mut ops = Pageattr::new(Callbacks::PTE_ENTRY, Some(Masks { set, clear }), world);
    ops.per_page = if uncached { PerPage::TlbAndDcache(PAGE_OFFSET) } else { PerPage::Tlb };
    Program::new(phases, Ops::Pageattr(ops))
}
