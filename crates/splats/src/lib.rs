//! What a splat says of a page walk.
//!
//! Somebody has a WARNING, a lockdep report, a KASAN report or an oops, and asks what it has to do with a page walk: which assertion of
//! which function it is, which lock in which mode was missing, what that kernel's build could know, and which race and call site are the
//! nearest.
//!
//! ```
//! let text = "\
//! WARNING: CPU: 1 PID: 71 at include/linux/rwsem.h:85 walk_page_range_novma+0x13b/0x1b0
//! CPU: 1 UID: 0 PID: 71 Comm: cat Not tainted 6.16.0 #1
//! Call Trace:
//!  <TASK>
//!  ptdump_walk_pgd+0x5a/0xa0
//!  ptdump_curusr_show+0x6a/0xa0
//!  </TASK>
//! ";
//! let explained = splats::explain(text);
//! let splats::Verdict::Walk(walk) = &explained[0].verdict else { panic!("a walk") };
//! assert_eq!(walk.function, "walk_page_range_novma");
//! assert_eq!(walk.row.revision.id(), "v6.16");
//! // An assertion that wants the write lock, so the mm is not init_mm.
//! assert_eq!(walk.missing.as_ref().map(|missing| missing.mode), Some(mm::LockMode::Write));
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`trace`] | one line of a call trace |
//! | [`report`] | a text taken apart into splats: header, kernel, frames, locks |
//! | [`version`] | the kernel's version, and the row of [`pagewalk::Revision`] that is nearest |
//! | [`walk`] | the walk in a trace: entry point, caller |
//! | [`assertion`] | which assertion failed, what it wants, and what it meant in that kernel and build |
//! | [`nearest`] | the race and the call site that are nearest, as links of the page |
//! | [`mod@explain`] | all of it together |
//!
//! Facts: mm/pagewalk.c, include/linux/mmap_lock.h and include/linux/rwsem.h of Linux v5.8 to v7.3, kernel/locking/lockdep.c,
//! mm/kasan/report.c, and the forms of `WARN()` in lib/bug.c (`WARNING: CPU: …`; newer kernels, some since v6.18, print the condition and then `WARNING: FILE:LINE at …`).

pub mod assertion;
pub mod explain;
pub mod nearest;
pub mod report;
pub mod trace;
pub mod version;
pub mod walk;

pub use assertion::{Build, Missing};
pub use explain::{Explained, Verdict, Walk, explain};
pub use report::{Held, Kind, Splat, splats};
pub use trace::Frame;
pub use version::{Row, Version};
