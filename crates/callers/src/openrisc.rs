//! openrisc's `arch_dma_set_uncached()` and `arch_dma_clear_uncached()` (arch/openrisc/kernel/dma.c, v7.3).
//!
//! Memory for a device that does not see the caches is the kernel's ordinary memory with the cache-inhibit bit set. TLB and
//! cache are flushed page by page, inside the callback. Neither function tests its arguments.

mod scenarios;

use alloc::vec;

use mm::{LockMode, World};
use pagewalk::Callbacks;
use trace::{Function, Line, On, Returns, Revision};

use crate::bits::{Bits, Masks};
use crate::pageattr::{Pageattr, PerPage};
use crate::procedure::{Begun, Do, kernel_walk};
use crate::request::{Order, Request};

pub(crate) use scenarios::{SCENARIOS, SITE};

/// A request of `arch_dma_set_uncached()`, or with `false` of `arch_dma_clear_uncached()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Uncached(pub(crate) bool);

static SET: Function = Function {
    name: "arch_dma_set_uncached",
    file: "arch/openrisc/kernel/dma.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Lock, "  mmap_write_lock(&init_mm)"),
                Line::new(On::Descend, "  walk: each pte"),
                Line::new(On::Entry, "    set _PAGE_CI"),
                Line::new(On::Flush, "    flush its TLB entry and its cache lines"),
                Line::new(On::Unlock, "  mmap_write_unlock(&init_mm)"),
            ]
        }
    },
    returns: Returns::Pointer("the address: its memory is uncached"),
};

static CLEAR: Function = Function {
    name: "arch_dma_clear_uncached",
    file: "arch/openrisc/kernel/dma.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Lock, "  mmap_write_lock(&init_mm)"),
                Line::new(On::Descend, "  walk: each pte; failed? WARN_ON"),
                Line::new(On::Entry, "    clear _PAGE_CI"),
                Line::new(On::Flush, "    flush its TLB entry"),
                Line::new(On::Unlock, "  mmap_write_unlock(&init_mm)"),
            ]
        }
    },
    returns: Returns::Nothing(""),
};

/// `_PAGE_CI`
pub(crate) const UNCACHED: Bits = &[("_PAGE_CI", 1)];

/// `PAGE_OFFSET`: what `__pa()` subtracts (asm/page.h).
const PAGE_OFFSET: u64 = 0xc000_0000;

impl Request for Uncached {
    type Procedure = Pageattr;

    fn begin(self, order: &Order<Self>, world: &World, revision: Revision) -> Begun<Pageattr> {
        let (start, end) = (order.start, order.end);
        let Self(uncached) = self;
        let func = if uncached { &SET } else { &CLEAR };
        let mut todo = vec![
            Do::enter(func, start, end),
            Do::lock_init_mm(LockMode::Write),
            Do::walk(kernel_walk(revision), start, end),
            Do::unlock_init_mm(LockMode::Write),
        ];
        if !uncached {
            todo.push(Do::act("warns with WARN_ON(): it returns nothing that could say so").if_failed());
        }
        todo.push(Do::leave(func));
        let (set, clear): (Bits, Bits) = if uncached { (UNCACHED, &[]) } else { (&[], UNCACHED) };
        let mut procedure = Pageattr::new(Callbacks::PTE_ENTRY, Some(Masks { set, clear }), world);
        procedure.per_page = if uncached { PerPage::TlbAndDcache(PAGE_OFFSET) } else { PerPage::Tlb };
        Begun { procedure, todo }
    }
}
