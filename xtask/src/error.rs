//! What can go wrong: each message says what is wrong, where, and what to do.
//!
//! One type for each concern, in a file of its own; [`Error`] is any of them.

mod browser;
mod checks;
mod hosts;
mod page;
mod process;
mod serve;
mod tools;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) use browser::BrowserError;
pub(crate) use checks::CheckError;
pub(crate) use hosts::HostError;
pub(crate) use page::PageError;
pub(crate) use process::ProcessError;
pub(crate) use serve::ServeError;
pub(crate) use tools::ToolError;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },

    #[error("{} has no version of `{of}`; restore the file from the repository", file.display())]
    NotPinned { of: String, file: PathBuf },

    #[error(transparent)]
    Process(#[from] ProcessError),

    #[error(transparent)]
    Tool(#[from] ToolError),

    #[error(transparent)]
    Browser(#[from] BrowserError),

    #[error(transparent)]
    Page(#[from] PageError),

    #[error(transparent)]
    Serve(#[from] ServeError),

    #[error(transparent)]
    Check(#[from] CheckError),

    #[error(transparent)]
    Host(#[from] HostError),
}

impl Error {
    /// Adds to an I/O error what was being done, and to which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// Whether the message adds anything to what has been printed already.
    pub(crate) fn needs_saying(&self) -> bool {
        !matches!(self, Self::Process(ProcessError::Program(_)) | Self::Check(CheckError::Failed(_)))
    }

    /// The exit code of a command that ends with this error.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Process(ProcessError::Program(code)) => ExitCode::from(*code),
            _ => ExitCode::FAILURE,
        }
    }
}
