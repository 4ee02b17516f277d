//! Who walks the kernel's own tables, and changes them: the callers of the patch "mm/pagewalk: split
//! `walk_page_range_novma()` into kernel/user parts" (June 2025), and those that came later.
//!
//! openrisc takes two pages out of the data cache for a device:
//!
//! ```
//! use actors::Actor;
//! use scenario::Setup;
//! use trace::{Event, Status};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenarios = callers::SCENARIOS.iter().copied().flatten();
//! let dma = scenarios.copied().find(|scenario| scenario.id == "openrisc-dma").expect("it is there");
//! let setup = Setup::of(dma);
//! let tables = setup.made().expect("its tables are made, not captured");
//! let (mut world, mut runner) = setup.start(&tables)?;
//! let mut events: Vec<Event> = Vec::new();
//! while runner.step(&mut world, &mut events) == Status::Running {}
//! let writes = events.iter().filter(|event| matches!(event, Event::Write { .. }));
//! assert_eq!(writes.count(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! | module | who | lock of `init_mm` |
//! |---|---|---|
//! | `loongarch` | `__set_memory()` | write |
//! | `openrisc` | `arch_dma_set_uncached()`, `arch_dma_clear_uncached()` | write |
//! | `riscv` | `__set_memory()`, `split_linear_mapping()` | write |
//! | `hvo` | HVO: `vmemmap_remap_range()` and its callbacks | read |
//! | `arm64` | `update_range_prot()`, `range_split_to_ptes()` | none |
//!
//! A caller is one file: its functions with their listings and words, its checks, what it is asked for
//! (`request::Request`) and how it does that (`procedure::Procedure`). What only it needs is beside it in the folder of its
//! name, also its scenarios and call sites, with what is claimed of them. This file is the only one that knows all of them.
//!
//! `ptdump` has the scenarios and call sites of the debug walk's user, whose machine is in the room of its name.
//!
//! What they share: `run` is a caller at work, `pageattr` the callbacks that change bits, `replace` the making of a table for a
//! leaf, `set_memory` the functions that several architectures have, `bits` the bits by their names, `memory` and
//! `place` where things are.
//!
//! A caller is a machine of the walker's kind: one atomic action a step, exactly one event. Its callbacks read an entry
//! in one step and write it in another, so another CPU may come in between, as it may in the kernel.

#![no_std]

extern crate alloc;

pub mod site;

mod arm64;
mod bits;
mod checks;
mod hvo;
mod loongarch;
mod memory;
mod openrisc;
mod pageattr;
mod place;
mod procedure;
mod ptdump;
mod replace;
mod request;
mod riscv;
mod run;
mod set_memory;

#[cfg(test)]
mod tests;

pub use ptdump::dumped;
use scenario::library::{About, Shelf, abouts};
use site::CallSite;

/// Their scenarios, and those of the walks that arrive with them.
pub static SCENARIOS: Shelf = &[
    scenario::library::LATER,
    ptdump::SCENARIOS,
    loongarch::SCENARIOS,
    openrisc::SCENARIOS,
    riscv::SCENARIOS,
    hvo::SCENARIOS,
    arm64::SCENARIOS,
];

/// The names of these scenarios: data that refers to no code, for who has the rest loaded later.
pub static ABOUTS: [About; 36] = abouts(SCENARIOS);

/// All call sites: those of the patch in the order of its files, then arm64, which came in v6.18.
pub static CALL_SITES: &[&CallSite] = &[
    &loongarch::SITE,
    &openrisc::SITE,
    &riscv::SITE,
    &hvo::SITE,
    &ptdump::OF_INIT_MM,
    &ptdump::OF_ANOTHER_MM,
    &arm64::PERMISSIONS,
    &arm64::SPLITTING,
];
