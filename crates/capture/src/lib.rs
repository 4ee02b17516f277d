//! Page tables that come in a file, and the walks that captured kernels ran on them.
//!
//! A format is an [`Importer`]: it recognises a file by its first bytes, reads it within [`Limits`], and says what it
//! assumed. Compression is no format: what an importer gets is unpacked. Every file is hostile until proven otherwise:
//! sizes are bounded before anything is allocated, and an error says what is wrong, where, and what to do.
//!
//! ```
//! use capture::Limits;
//! use capture::importer::recognise;
//!
//! // No format recognises this, and the error says what to do about it.
//! let error = recognise(capture::IMPORTERS, b"Hello, world").err().expect("no page tables");
//! assert!(!error.to_string().is_empty() && !error.remedy().is_empty());
//! assert!(Limits::ALL.tables >= 1000);
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`importer`] | what a format is |
//! | [`formats`] | the list of those that can be read |
//! | [`ptcapture`] | our own format, "ptcapture-1": `tables.json`, `vmas.json` |
//! | [`json`] | a JSON document, and where in it one is |
//! | [`error`] | why a file cannot be read |
//! | [`named`] | a machine's values with names |
//! | [`log`] | `walk-*.log`: the callbacks of the kernel's own walks |
//! | [`mod@replay`] | runs a logged walk on the tables and compares |

mod capture;
pub mod error;
pub mod formats;
pub mod importer;
pub mod json;
pub mod log;
pub mod named;
pub mod ptcapture;
pub mod replay;

pub use capture::Capture;
pub use error::ImportError;
pub use formats::IMPORTERS;
pub use importer::{Brought, Importer, Input, Limits};
pub use log::{LogError, LoggedWalk, parse_log};
pub use named::Named;
pub use replay::{Outcome, replay};
