//! Building the page: Trunk's release build of `index.html` and what it names, into `dist/`.

use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::glue;
use crate::lock;
use crate::process;
use crate::progress::say;
use crate::toolchain;
use crate::tools::{self, PageTools};
use crate::workspace::Workspace;

/// Installs what is missing, builds the static site and returns its directory.
///
/// On a machine that has everything this needs no network.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, Error> {
    toolchain::ensure_target(toolchain::WASM)?;
    let tools = tools::for_page(workspace)?;
    // Trunk passes its `--offline` on to cargo, so the crates must be here. This asks no registry if they are.
    process::run(workspace.cargo().arg("fetch")).map_err(|reason| Error::NotFetched(Box::new(reason)))?;
    // Trunk prepares every build of this repository in the same directory.
    let _building = lock::lock(&workspace.root().join("target").join("page.lock"), "building the page")?;
    say("building the page into dist/: 1 to 2 minutes the first time");
    match (process::run(&mut trunk_build(workspace, &tools)), tools.missing_wasm_opt) {
        (Ok(()), _) => {
            let dist = workspace.dist();
            if !glue::shrink(&dist)? {
                say(
                    "the glue is not as wasm-bindgen wrote it so far: it stays as it is, some kilobytes larger",
                );
            }
            Ok(dist)
        }
        (Err(reason), None) => Err(Error::Page(Box::new(reason))),
        (Err(reason), Some(version)) => Err(Error::PageWithoutWasmOpt { version, reason: Box::new(reason) }),
    }
}

fn trunk_build(workspace: &Workspace, tools: &PageTools) -> Command {
    let mut trunk = Command::new(tools.toolbox.program("trunk"));
    trunk.args(["build", "--release", "--skip-version-check"]);
    if tools.missing_wasm_opt.is_none() {
        trunk.arg("--offline");
    }
    trunk.current_dir(workspace.root()).env("PATH", tools.toolbox.path());
    // Its minifier cannot read wasm-bindgen's glue, leaves it as it is, and would warn at every build.
    trunk.env("RUST_LOG", "info,trunk::processing::minify=error");
    // Any value means "no colour" to everyone else; Trunk takes only `true` and `false`.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    trunk
}
