//! The value bench: what raw page-table entries are.
//!
//! A person has one to five 64-bit values, from a debugger, a "Bad page map" line or an oops, and asks what they are.
//!
//! ```
//! use decode::{Reading, Target};
//! use pgtable::{Level, PhysAddr, RawEntry, model};
//!
//! let arm64 = model("arm64-4k-48")?;
//! let old = Reading::new(arm64, Level::Pte, RawEntry(0x0068_0004_1689_9f03));
//! let new = Reading::new(arm64, Level::Pte, RawEntry(0x0060_0004_1689_8f83));
//! assert_eq!(old.target, Target::Memory { start: PhysAddr(0x4_1689_9000), bytes: 4096 });
//! // The frame and the right to write change in one step, which arm64 does not allow.
//! let change = decode::Change::new(old, new);
//! assert!(change.demands.iter().any(|demand| demand.rule == "break-before-make"));
//! # Ok::<(), pgtable::UnknownModel>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`mod@reading`] | one value under one model: level, kind, flags, where it points |
//! | [`swap`] | what an entry holds that the CPU must not use: swap, migration, markers |
//! | [`change`] | two values side by side |
//! | [`mod@beside`] | one value under two models |
//! | [`demand`] | what an architecture demands between them |
//! | [`fit`] | which of the models fits best, and why |
//! | [`pagemap`] | an entry of `/proc/PID/pagemap`, from a pte and back |
//! | [`lines`] | the lines of a kernel log and of crash that have such values |
//! | [`clean`] | a text as mails and logs have it, line by line without what they added |
//! | [`quoted`] | quoted-printable, as mails have it |
//! | [`input`] | values and levels as a person writes them |
//!
//! Bits, levels and tests are those of [`pgtable`]; what is here besides is what a table of bits does not say: the formats of swap
//! entries and the rules for changing an entry that a CPU may be using. The files say which header or manual a fact is from. Linux
//! v7.3 where nothing else is said.

pub mod beside;
pub mod change;
pub mod clean;
pub mod demand;
pub mod fit;
pub mod input;
pub mod lines;
pub mod pagemap;
pub mod quoted;
pub mod reading;
pub mod swap;

pub use beside::Beside;
pub use change::{Change, Changed};
pub use demand::{Demand, Weight};
pub use fit::{Fit, fits};
pub use input::{InputError, level_named, value};
pub use lines::{Found, Source, fault_address, readings, recognise};
pub use pagemap::Pagemap;
pub use quoted::Quoted;
pub use reading::{Named, Reading, Target};
pub use swap::Swap;
