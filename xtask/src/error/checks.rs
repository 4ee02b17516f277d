//! Checks that found something.

use std::path::PathBuf;

use super::Error;

/// What they found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// The closing lines of `test` have said which.
    #[error("{0} checks failed")]
    Failed(usize),

    #[error("`{0}` ended well and ran no test at all; look at which tests it finds")]
    NoTests(String),

    #[error(
        "fuzzing stopped ({reason}); if a law was broken, the bytes are in {} and above: make them a test in \
         tests/properties/findings.rs", found.display()
    )]
    Fuzz { found: PathBuf, reason: Box<Error> },
}
