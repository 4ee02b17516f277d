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

    #[error("cargo compiled the page and does not say where it is: check the package `pagewalk-web`")]
    NoProgram,

    #[error(
        "the script that loads the parts of the program does not say which files each needs: see `packs` in xtask/src/page.rs"
    )]
    NotPacked,

    #[error("Trunk starts this command, see Trunk.toml; to build the page, run `cargo xtask dist`")]
    NoTrunk,
}
