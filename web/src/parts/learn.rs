//! What is in the part with the lessons and the glossary. Nothing else may name it.

use super::Arrived;
use crate::later::PartError;
use crate::pages::Page;
use crate::pages::learn::Learn;
use crate::words::WORDS;

/// [`learn`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Learn(learn(), WORDS))
}

/// The page. The others must not name this, but in the place where the program is split.
pub fn learn() -> Box<dyn Page> {
    Box::new(Learn::default())
}
