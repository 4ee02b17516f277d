//! What is in the part with races and walks that a person states. Nothing else may name it.

use super::Arrived;
use crate::later::PartError;
use crate::pages::Page;
use crate::pages::safe::Safe;
use crate::pages::switches::Switches;

/// [`switches()`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Switches(switches()))
}

/// The part. The others must not name this, but in the place where the program is split.
pub fn switches() -> [Box<dyn Page>; 2] {
    pgtable::complete();
    races::complete();
    [Box::new(Switches::default()), Box::new(Safe::default())]
}
