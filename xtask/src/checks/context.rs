//! What checks share: the workspace, and the page, which is built once.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::workspace::Workspace;
use crate::{page, process};

/// What checks work on.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) workspace: Workspace,
    dist: OnceCell<PathBuf>,
}

impl Context {
    pub(super) fn new(workspace: Workspace) -> Self {
        Self { workspace, dist: OnceCell::new() }
    }

    /// The directory of the built page.
    pub(super) fn dist(&self) -> Result<&Path, Error> {
        if let Some(dist) = self.dist.get() {
            return Ok(dist);
        }
        let dist = page::build(&self.workspace)?;
        Ok(self.dist.get_or_init(|| dist))
    }

    /// Runs cargo with these arguments, and expects success.
    pub(super) fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Result<(), Error> {
        process::run(self.workspace.cargo().args(arguments))
    }
}
