//! What can go wrong: each message says what is wrong, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use crate::commands::UsageError;
use crate::process;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Usage(#[from] UsageError),

    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },

    #[error("cannot start `{command}`: {source}; install it, or put it on PATH")]
    NotStarted { command: String, source: io::Error },

    #[error("`{command}` failed with {status}; its own messages are above")]
    Failed { command: String, status: String },

    #[error("npm is not on PATH")]
    NoNpm,

    /// A program of ours ended with this code and has said why.
    #[error("the program ended with exit code {0}")]
    Program(u8),

    #[error("{} has no version of `{of}`; restore the file from the repository", file.display())]
    NotPinned { of: String, file: PathBuf },

    #[error("no directory for caches: set XDG_CACHE_HOME or HOME to an absolute path")]
    NoCacheDirectory,

    #[error(
        "this Rust toolchain lacks {what} and it could not be added ({reason}); \
         with a network connection, run `rustup {command}`"
    )]
    ToolchainPart { what: String, command: String, reason: Box<Error> },

    #[error("rustup is not on PATH; install it from https://rustup.rs")]
    NoRustup,

    #[error(
        "{name} {version} could not be installed ({reason}); with a network connection, run the command again, \
         or install it yourself: `{by_hand}`"
    )]
    NotInstalled { name: &'static str, version: String, by_hand: String, reason: Box<Error> },

    #[error("{} does not answer `--version` with {version}", program.display())]
    WrongVersion { program: PathBuf, version: String },

    #[error(
        "the crates in Cargo.lock could not be downloaded ({0}); check the network connection and run the command again"
    )]
    NotFetched(Box<Error>),

    #[error("the page could not be built: {0}")]
    Page(Box<Error>),

    #[error(
        "the page could not be built: {reason}. wasm-opt {version} is missing and Trunk may have been unable to \
         download it: install npm, or put binaryen {version} on PATH, and run the command again"
    )]
    PageWithoutWasmOpt { version: String, reason: Box<Error> },

    #[error("port {0} on 127.0.0.1 is in use; choose another with --port")]
    PortInUse(u16),

    #[error("cannot listen on port {port} of 127.0.0.1: {source}; choose another with --port")]
    Port { port: u16, source: io::Error },

    #[error("{} is missing: run `cargo xtask dist` first", .0.display())]
    NoPage(PathBuf),

    #[error(
        "{} refers to `{reference}`, which is not a file of the site; \
         the site must be complete, with relative URLs only", file.display()
    )]
    BrokenReference { file: PathBuf, reference: String },

    #[error(
        "the first load is {total} bytes gzipped, {} above the budget of {budget}; the table above shows where they are",
        total - budget
    )]
    OverBudget { total: usize, budget: usize },

    #[error(
        "no {what} on this machine; install the Debian packages `chromium` and `chromium-driver` \
         (or Chrome and the ChromeDriver of the same major version), or set CHROME and CHROMEDRIVER to their paths"
    )]
    NoBrowser { what: &'static str },

    #[error(
        "chromium and chromium-driver could not be installed ({0}); check the network connection, \
         or set CHROME and CHROMEDRIVER to the paths of a browser and its driver"
    )]
    BrowserNotInstalled(Box<Error>),

    #[error("{variable} is set to {}, which is not a file; correct or unset it", path.display())]
    NotAProgram { variable: &'static str, path: PathBuf },

    #[error("`{} --version` does not print a version; reinstall it, or set {variable} to a working one", program.display())]
    NoVersion { program: PathBuf, variable: &'static str },

    #[error(
        "the browser ({}, version {browser_version}) and its driver ({}, version {driver_version}) are of different \
         major versions; install matching ones, or set CHROME and CHROMEDRIVER to matching ones",
        browser.display(), driver.display()
    )]
    BrowserVersions { browser: PathBuf, browser_version: String, driver: PathBuf, driver_version: String },

    #[error(
        "fuzzing stopped ({reason}); if a law was broken, the bytes are in {} and above: make them a test in \
         tests/properties/findings.rs", found.display()
    )]
    Fuzz { found: PathBuf, reason: Box<Error> },

    #[error("rustc does not say which machine this is; reinstall the Rust toolchain")]
    NoHost,

    /// The closing lines of `test` have said which.
    #[error("{0} checks failed")]
    Checks(usize),
}

impl Error {
    /// Adds to an I/O error what was being done, and to which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// `command` was started and ended badly.
    pub(crate) fn failed(command: &Command, status: ExitStatus) -> Self {
        Self::Failed { command: process::describe(command), status: status.to_string() }
    }

    /// Whether the message adds anything to what has been printed already.
    pub(crate) fn needs_saying(&self) -> bool {
        !matches!(self, Self::Program(_) | Self::Checks(_))
    }

    /// The exit code of a command that ends with this error.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Program(code) => ExitCode::from(*code),
            _ => ExitCode::FAILURE,
        }
    }
}
