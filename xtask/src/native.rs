//! Building our programs for this machine.

use std::env;
use std::path::PathBuf;

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// Builds the programs of these packages as they are meant to be used, and says in which folder they are.
pub(crate) fn build(workspace: &Workspace, packages: &[&str]) -> Result<PathBuf, Error> {
    with(workspace, packages, "native", "native")
}

/// Builds them as tests do, which have them already.
pub(crate) fn for_tests(workspace: &Workspace, packages: &[&str]) -> Result<PathBuf, Error> {
    with(workspace, packages, "dev", "debug")
}

fn with(workspace: &Workspace, packages: &[&str], profile: &str, folder: &str) -> Result<PathBuf, Error> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--quiet", "--profile", profile]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    process::run(&mut cargo)?;
    Ok(target(workspace).join(folder))
}

/// Where cargo puts what it builds.
pub(crate) fn target(workspace: &Workspace) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.root().join("target"), PathBuf::from)
}
