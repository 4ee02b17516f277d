//! Mutation testing of the walker and of the architectures: which changes of the code does no test notice?
//!
//! `.cargo/mutants.toml` says which files are changed and which tests must notice; `docs/mutants.md` says why some changes
//! need not be.

use std::ffi::OsString;
use std::process::Command;

use crate::error::Error;
use crate::workspace::Workspace;
use crate::{process, tools};

/// Runs cargo-mutants; `arguments` are its own, for example `--file crates/pagewalk/src/machine/pte.rs`.
pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> Result<(), Error> {
    let toolbox = tools::for_mutants()?;
    process::run(
        Command::new(toolbox.program("cargo-mutants"))
            .args(["mutants", "--output", "target"])
            .args(arguments)
            .current_dir(workspace.root())
            .env("PATH", toolbox.path()),
    )
}
