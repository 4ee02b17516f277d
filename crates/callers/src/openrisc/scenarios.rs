//! Where openrisc's caller is seen: its scenarios and its call site.

use scenario::library::Scenario;
use scenario::worlds;
use trace::Callbacks;

use super::Uncached;
use crate::request::{Ask, scenario};
use crate::site::{CallSite, WRITERS, shown};

static SET: Ask<Uncached> = Ask::of(Uncached(true));
static CLEAR: Ask<Uncached> = Ask { before: Some(Uncached(true)), ..Ask::of(Uncached(false)) };

/// Its scenarios, in the order in which they are offered.
pub(crate) static SCENARIOS: &[&Scenario] = &[&DMA, &DMA_CLEAR, &DMA_NOTHING];

static DMA: Scenario = Scenario {
    build: Some(worlds::openrisc),
    ..scenario(
        "openrisc-dma",
        "openrisc: memory for DMA",
        "arch_dma_set_uncached() sets the cache-inhibit bit of two pages. The callback flushes each page's \
         TLB entry and cache lines at once.",
        &SET,
        &[("openrisc", &[(0xc400_4000, 0xc400_8000)])],
    )
};

static DMA_CLEAR: Scenario = Scenario {
    build: Some(worlds::openrisc),
    ..scenario(
        "openrisc-dma-clear",
        "openrisc: memory back from DMA",
        "arch_dma_clear_uncached() clears the bit again. The cache holds nothing of these pages, so only the \
         TLB is flushed.",
        &CLEAR,
        &[("openrisc", &[(0xc400_4000, 0xc400_8000)])],
    )
};

static DMA_NOTHING: Scenario = Scenario {
    build: Some(worlds::openrisc),
    ..scenario(
        "openrisc-dma-nothing",
        "openrisc: no memory at all",
        "arch_dma_set_uncached() with a size of 0. It takes the lock without a check of its arguments. The \
         walk checks them and returns -EINVAL.",
        &SET,
        &[("openrisc", &[(0xc400_4000, 0xc400_4000)])],
    )
};

/// Its call sites.
pub(crate) static SITE: CallSite = CallSite {
    title: "openrisc: memory for DMA",
    functions: &["arch_dma_set_uncached", "arch_dma_clear_uncached"],
    file: "arch/openrisc/kernel/dma.c",
    changed: 2,
    before: None,
    why: "It once called walk_page_range() for init_mm. Since v6.0, that function walks only where there are \
          VMAs, and init_mm has none, so in 2022 it moved to the walk without VMAs.",
    ops: &["set_nocache_walk_ops", "clear_nocache_walk_ops"],
    callbacks: Callbacks::PTE_ENTRY,
    does: "It sets or clears _PAGE_CI, the cache-inhibit bit, and flushes the page's TLB entry at once, \
           inside the callback. When it sets the bit, it flushes the data cache too.",
    kernels: &WRITERS,
    runs: &[shown("openrisc-dma", "openrisc"), shown("openrisc-dma-clear", "openrisc")],
    wrong: &[shown("openrisc-dma-nothing", "openrisc")],
    race: None,
};
