//! How much a reader downloads before the page is there, and for the rest of it.

use std::path::Path;

use crate::error::{Error, PageError};
use crate::workspace::Workspace;
use crate::{in_browser, page, process};

/// Builds the page unless told not to, and measures it.
pub(crate) fn run(workspace: &Workspace, build: bool) -> Result<(), Error> {
    let dist = if build { page::build(workspace)? } else { workspace.dist() };
    if !dist.join("index.html").is_file() {
        return Err(PageError::Missing(dist).into());
    }
    check(workspace, &dist)
}

/// Prints what a browser loads of the built site, and compares that with the budgets.
pub(crate) fn check(workspace: &Workspace, dist: &Path) -> Result<(), Error> {
    process::run(in_browser::cargo_with_site(workspace, "run", dist)?.args(["--quiet", "--bin", "size"]))
}
