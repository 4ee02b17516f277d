//! What is in the part with the page itself. Nothing else may name it.
//!
//! It is fetched beside the first part wherever the page is; an element of another page does without it.

use super::Reach;
use crate::later::PartError;
use crate::root::Start;
use crate::shell::Shell;

/// What starts the page, as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<fn(Reach) -> Start, PartError> {
    Ok(Shell::start)
}
