//! Tools and parts of the toolchain that are missing and could not be installed.

use std::path::PathBuf;

use super::Error;

/// What is missing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    #[error("npm is not on PATH; install Node.js, which has it")]
    NoNpm,

    #[error("no directory for caches: set XDG_CACHE_HOME or HOME to an absolute path")]
    NoCacheDirectory,

    #[error("rustup is not on PATH; install it from https://rustup.rs")]
    NoRustup,

    #[error("rustc does not say which machine this is; reinstall the Rust toolchain")]
    NoHost,

    #[error(
        "this Rust toolchain lacks {what} and it could not be added ({reason}); \
         with a network connection, run `rustup {command}`"
    )]
    ToolchainPart { what: String, command: String, reason: Box<Error> },

    #[error(
        "{name} {version} could not be installed ({reason}); with a network connection, run the command again, \
         or install it yourself: `{by_hand}`"
    )]
    NotInstalled { name: &'static str, version: String, by_hand: String, reason: Box<Error> },

    #[error("{} does not answer `--version` with {version}", program.display())]
    WrongVersion { program: PathBuf, version: String },

    #[error("there is no {}", script.display())]
    NoScript { script: PathBuf },
}
