//! Captured machines: page tables of a kernel that really booted, and the walks that it ran itself.
//!
//! | module | what it reads |
//! |---|---|
//! | [`image`] | `tables.json`: every table, the roots, the layout ("ptcapture-1") |
//! | [`named`] | its values with names |
//! | [`log`] | `walk-*.log`: the callbacks of the kernel's own walks |
//! | [`mod@replay`] | nothing: it runs a logged walk on the image and compares |

pub mod image;
pub mod log;
pub mod named;
pub mod replay;

pub use image::{Capture, ImageError};
pub use log::{LogError, LoggedWalk, parse_log};
pub use named::Named;
pub use replay::{Outcome, replay};
