//! What is in the part with the lessons. Nothing else may name it.

use super::Arrived;
use crate::later::PartError;
use crate::pages::learn::Learn;

/// The page of lessons, as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Learn(Box::new(Learn::default())))
}
