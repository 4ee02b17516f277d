//! What is in the part that reads captured machines. Nothing else may name it.

use capture::Capture;
use yew::Callback;

use super::Arrived;
use crate::later::{Load, Loaded, PartError};
use crate::load;
use crate::progress::Progress;

/// [`tables`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Tables(tables()))
}

/// The part. The others must not name this, but in the place where the program is split.
pub fn tables() -> Load {
    load
}

fn load(folder: &'static str, progress: Callback<Progress>) -> Loaded {
    Box::pin(async move {
        let loaded: Result<Capture, _> = load::load(folder, progress).await;
        loaded.map_err(|error| error.to_string())
    })
}
