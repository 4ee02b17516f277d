//! A page that is not there or could not be built.

use std::path::PathBuf;

use super::Error;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error("there is no page in {}: run `cargo xtask dist` first", .0.display())]
    Missing(PathBuf),

    #[error(
        "the crates in Cargo.lock could not be downloaded ({0}); check the network connection and run the command again"
    )]
    NotFetched(Box<Error>),

    #[error("the page could not be built: {0}")]
    NotBuilt(Box<Error>),

    #[error(
        "the page could not be built: {reason}. wasm-opt {version} is missing and Trunk may have been unable to \
         download it: install npm, or put binaryen {version} on PATH, and run the command again"
    )]
    WithoutWasmOpt { version: String, reason: Box<Error> },
}
