//! The scenarios that this program has.

use scenario::Library;

/// All of them; of the callers' only the names where the program is the light one.
pub static LIBRARY: Library = if cfg!(feature = "lab") {
    Library::new(&[callers::SCENARIOS], &[])
} else {
    Library::new(&[], &callers::ABOUTS)
};
