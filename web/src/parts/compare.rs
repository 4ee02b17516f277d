//! What is in the part with two runs side by side. Nothing else may name it.

use super::Arrived;
use crate::later::PartError;
use crate::pages::Page;
use crate::pages::compare::Compare;

/// [`compare`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Compare(compare()))
}

/// The part. The others must not name this, but in the place where the program is split.
pub fn compare() -> Box<dyn Page> {
    Box::new(Compare::default())
}
