//! What a step says.
//!
//! A [`Timeline`] records a run once: which steps there are, and of what kind. At any of them it gives the
//! [`Point`]: everything that a view needs to show the step without its neighbours, in words and numbers.
//! Views draw it and compute no kernel facts of their own.
//!
//! ```
//! use narrate::{Timeline, point};
//! use pgtable::VirtAddr;
//! use scenario::Setup;
//! use scenario::library::Library;
//! use scenario::link::Grain;
//!
//! let setup = Setup::of(Library::WALKS.scenario("again").expect("one of the walks"));
//! let (world, runner) = setup.start(&setup.made().expect("its tables are made for it"))?;
//! let mut timeline = Timeline::new(world, runner);
//! while !timeline.record(1_000) {}
//! let said = |index| {
//!     let span = timeline.span(Grain::Stops, index);
//!     let moment = timeline.moment(span.from, span.to);
//!     point::point(&moment, span.mark, setup.revision, VirtAddr(0)).sentence
//! };
//! assert!(said(1).starts_with("walk_kernel_page_table_range() is called for 0x"));
//! # Ok::<(), scenario::SetupError>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`mark`] | the kinds of steps, and how events group into them |
//! | [`timeline`] | recording, going to any step, going back |
//! | [`point`] | the point of a step |
//! | [`same`] | the same step of another run |
//! | [`sentence`] | what just happened, in one sentence |
//! | [`listing`] | the function at work, line by line |
//! | [`entry_diff`] | what a write changed, by the names of the bits |
//! | [`ruler`] | the address and its bit fields |
//! | [`tables`] | the tables on the path |
//! | [`predict`] | what comes next, for who is asked before it is shown |
//! | [`dump`] | ptdump's text, line by line with the steps that made it |
//! | [`race`] | races: each CPU, the locks, the tables at stake, the outcome |
//! | [`geometry`] | an architecture's levels, folding and entry bits |
//! | [`kernel`] | a kernel that somebody runs, and what tells its row from others |
//! | [`locks`] | who holds what; an assertion and why it is there; the delegation |
//! | [`source`] | where the kernel's own source and history can be read |
//! | [`sheet`] | what a person takes away: as text, as Markdown, on paper |

pub mod dump;
pub mod entry_diff;
pub mod geometry;
pub mod kernel;
mod lines;
pub mod listing;
pub mod locks;
pub mod mark;
pub mod point;
pub mod predict;
pub mod race;
pub mod ruler;
pub mod same;
pub mod sentence;
pub mod sheet;
pub mod source;
pub mod tables;
pub mod timeline;

pub use dump::DumpRecord;
pub use entry_diff::EntryDiff;
pub use mark::Mark;
pub use point::Point;
pub use same::{Pair, Same};
pub use sheet::Sheet;
pub use timeline::{Moment, Span, Step, Timeline};
