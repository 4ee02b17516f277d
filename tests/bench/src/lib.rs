//! How fast the machine walks, how fast a recorded walk is rewound, and how fast races are searched.
//!
//! The trees are those with which the kernel's own `mm/pagewalk.c` was timed in user space, so that both can be set side by
//! side: a number of present ptes from `PMD_SIZE` up, walked by `walk_kernel_page_table_range()` with a `pte_entry` that
//! counts and adds up the values and a `pte_hole` that counts. Calls, holes and sum are reported as proof that it was the same
//! work.
//!
//! Searched are all variants of all tables of verdicts, one after the other, and the race with `munmap()` alone, beside what
//! spin does with the same race.
//!
//! | module | what it holds |
//! |---|---|
//! | [`trees`] | the page tables |
//! | [`measure`] | the walk, the sinks, rewinding |
//! | [`figures`] | what is printed |
//! | [`spin`] | the same race for spin |
//!
//! `cargo xtask bench` prints one JSON line per figure; `cargo bench -p pagewalk-bench` is criterion on the same. Absolute
//! times depend on the machine and on what else it does: compare figures of one run.

pub mod figures;
pub mod measure;
#[cfg(not(target_arch = "wasm32"))]
pub mod spin;
pub mod trees;
