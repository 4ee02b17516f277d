//! The part of the program that arrives later: the pages of races, callers and verdicts, what ptdump prints, and the
//! scenarios of the patch's callers.
//!
//! A reader of a walk does not wait for it: it is not in the first download. The first part knows none of its types; it
//! has the [`Lab`] that is handed over, and the names of what is in it, so that a mistyped address needs nothing more to
//! be answered. How it is reached is for whoever starts the page to say ([`Reach`]): `main.rs` splits the program there,
//! tests have everything at once.

mod contents;

use std::pin::Pin;

use scenario::Library;

use crate::later::{LabError, Later};
use crate::pages::Page;

pub use contents::{arrived, lab};

/// The later part, as the first one has it.
#[derive(Debug)]
pub struct Lab {
    /// The pages, in the order of the navigation after the walk: callers, race, verdicts.
    pub pages: [Box<dyn Page>; 3],
    /// What the page of a walk has of it.
    pub later: Later,
    /// All scenarios.
    pub library: Library,
}

/// Fetches the later part. After an error it may be asked for again.
pub type Reach = fn() -> Pin<Box<dyn Future<Output = Result<Lab, LabError>>>>;
