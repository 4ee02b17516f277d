//! What other programs print of page tables, read back.
//!
//! A text arrives in slices ([`Reading`]) and becomes a [`Listing`]: ranges of addresses ([`Row`]) with what the text says of
//! them, and nothing that it does not say. On the way lines are cleaned (mail quoting, timestamps, terminals), broken ones are
//! joined where that can be done in one way only, the format is recognised, and what cannot be read is noted with line and
//! column while the rest is kept. Every text is hostile: memory is bounded, and nothing panics.
//!
//! ```
//! use texts::{Wish, merged, read};
//!
//! let text = b"0000000000400000: 0000000001000000 X--DA--UW\n0000000000401000: 0000000001001000 X--DA--UW\n";
//! let listing = read(text, Wish::default())?;
//! assert_eq!(listing.format.name(), "info-tlb-x86");
//! let ranges: Vec<String> = merged(&listing).iter().map(ToString::to_string).collect();
//! assert_eq!(ranges, ["400000\t402000\tpte\trw-u-ad\t1000000"]);
//! # Ok::<(), texts::ReadError>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | `row` | a range, its rights, its frames |
//! | `format` | what a format is; [`FORMATS`] lists those there are, one file each |
//! | `clean`, `terminal` | undoes what happened to a line on its way |
//! | `lines`, `reading` | reads lines as one format; recognises it, in slices |
//! | `listing`, `merge` | the result, and its ranges in address order |
//! | `print` | prints a kernel's dump again, to the byte |
//! | [`tables`] | tables that would give a listing, to walk in |
//! | `check`, `diff` | what is odd in one listing, and what differs between two |
//! | `machine` | the machines that a text can be of |

pub mod check;
mod clean;
pub mod diff;
mod draft;
mod error;
mod format;
mod formats;
mod lines;
mod listing;
mod machine;
mod merge;
mod print;
mod problem;
mod reading;
mod row;
pub mod tables;
mod terminal;
mod words;

pub use draft::{Draft, MAX_ROWS, Mark, MarkContent, Step, Walk};
pub use error::ReadError;
pub use format::{Fact, Format, Seen};
pub use formats::FORMATS;
pub use listing::{Listing, format_named};
pub use machine::{Arch, Machine, UnknownMachine};
pub use merge::{Range, joined, merged};
pub use print::{attributes, printed};
pub use problem::{MAX_PROBLEMS, Problem, Problems};
pub use reading::{Reading, Wish, read};
pub use row::{Frames, Perms, Right, Rights, Row};
