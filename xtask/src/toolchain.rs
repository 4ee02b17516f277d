//! What the Rust toolchain must hold. rustup is asked only for what is missing, so a complete machine needs neither
//! rustup nor a network.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, ToolError};
use crate::process;
use crate::progress::say;
use crate::workspace::Workspace;

/// What the page is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// A target that has `core` and `alloc` and nothing else: what builds for it is `no_std` indeed.
pub(crate) const BARE: &str = "wasm32v1-none";

/// Adds a target's standard library unless it is there.
pub(crate) fn ensure_target(target: &str) -> Result<(), Error> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", target]);
    if process::output(&mut rustc).is_some_and(|libraries| Path::new(libraries.trim()).is_dir()) {
        return Ok(());
    }
    say(format_args!("adding the target {target} with rustup: under a minute"));
    add(&format!("the target {target}"), &["target", "add", target])
}

/// The target that is this machine.
pub(crate) fn host() -> Result<String, Error> {
    let version = process::output(Command::new("rustc").arg("-vV")).ok_or(ToolError::NoHost)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.map(str::to_owned).ok_or(ToolError::NoHost)?)
}

/// Where the toolchain is.
pub(crate) fn sysroot() -> Option<PathBuf> {
    process::output(Command::new("rustc").args(["--print", "sysroot"])).map(|path| PathBuf::from(path.trim()))
}

/// Adds rustfmt and clippy unless they are there.
pub(crate) fn ensure_components(workspace: &Workspace) -> Result<(), Error> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if process::output(workspace.cargo().args([subcommand, "--version"])).is_none() {
            say(format_args!("adding {component} with rustup: under a minute"));
            add(component, &["component", "add", component])?;
        }
    }
    Ok(())
}

fn add(what: &str, arguments: &[&str]) -> Result<(), Error> {
    let rustup = process::on_path("rustup").ok_or(Error::from(ToolError::NoRustup));
    rustup.and_then(|rustup| process::run(Command::new(rustup).args(arguments))).map_err(|reason| {
        ToolError::ToolchainPart {
            what: what.to_owned(),
            command: arguments.join(" "),
            reason: Box::new(reason),
        }
        .into()
    })
}
