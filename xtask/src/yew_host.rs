//! A page made with Yew, for the browser test that puts our element into it.

use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::workspace::Workspace;
use crate::{native, process, toolchain, tools};

/// Its package, and its program.
const PACKAGE: &str = "pagewalk-yew-host";

/// Builds its program and the script that starts it, and says in which folder they are.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, Error> {
    toolchain::ensure_target(toolchain::WASM)?;
    let toolbox = tools::for_component_tests(workspace)?;
    process::run(workspace.cargo().args([
        "build",
        "--quiet",
        "--package",
        PACKAGE,
        "--target",
        toolchain::WASM,
    ]))?;
    let program =
        native::target(workspace).join(toolchain::WASM).join("debug").join(PACKAGE).with_extension("wasm");
    let made = workspace.root().join("target").join("yew-host");
    let mut bindgen = Command::new(toolbox.program("wasm-bindgen"));
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "yew_host", "--out-dir"]);
    process::run(bindgen.arg(&made).arg(program))?;
    Ok(made)
}
