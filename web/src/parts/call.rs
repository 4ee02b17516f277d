//! What is in the part with calls that a person puts together. Nothing else may name it.

use yew::Callback;

use super::{Arrived, Change};
use crate::later::PartError;
use crate::pages::Page;
use crate::pages::call::Own;

/// [`call()`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Call(call))
}

/// The part. The others must not name this, but in the place where the program is split.
pub fn call(change: Callback<Change>) -> Box<dyn Page> {
    super::complete();
    Box::new(Own::new(change))
}
