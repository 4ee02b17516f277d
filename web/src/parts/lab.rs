//! What is in the part with the race lab. Nothing else may name it.

use super::beside::beside;
use super::{Arrived, Lab};
use crate::later::PartError;
use crate::pages::Page;
use crate::pages::race::Race;
use crate::pages::safe::Safe;
use crate::pages::verdicts::Verdicts;

/// [`lab`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Lab(lab()))
}

/// The part. The others must not name this, but in the place where the program is split.
pub fn lab() -> Lab {
    let pages: [Box<dyn Page>; 3] =
        [Box::new(Race::default()), Box::new(Verdicts::default()), Box::new(Safe::default())];
    Lab { pages, beside }
}
