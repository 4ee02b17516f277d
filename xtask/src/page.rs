//! Building the page: Trunk's release build of `index.html` and what it names, into `dist/`.
//!
//! Twice: `index.html` is light, the first download; `lab.html` beside it is the same page with everything in it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, PageError};
use crate::glue;
use crate::lock;
use crate::process;
use crate::progress::say;
use crate::toolchain;
use crate::tools::{self, PageTools};
use crate::workspace::Workspace;

/// The whole page. Trunk calls whatever it builds `index.html`.
pub(crate) const LAB: &str = "lab.html";

/// Installs what is missing, builds the static site and returns its directory.
///
/// On a machine that has everything this needs no network.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, Error> {
    toolchain::ensure_target(toolchain::WASM)?;
    let tools = tools::for_page(workspace)?;
    // Trunk passes its `--offline` on to cargo, so the crates must be here. This asks no registry if they are.
    process::run(workspace.cargo().arg("fetch")).map_err(|reason| PageError::NotFetched(Box::new(reason)))?;
    // Trunk prepares every build of this repository in the same directory.
    let _building = lock::lock(&workspace.root().join("target").join("page.lock"), "building the page")?;
    say("building the page into dist/: 2 to 4 minutes the first time");
    let dist = workspace.dist();
    build_into(workspace, &tools, "index.html", &dist)?;
    let lab = workspace.root().join("target").join("lab");
    build_into(workspace, &tools, LAB, &lab)?;
    join(&dist, &lab)?;
    Ok(dist)
}

/// Builds a page with what it names into a directory.
fn build_into(workspace: &Workspace, tools: &PageTools, page: &str, dist: &Path) -> Result<(), Error> {
    let mut trunk = trunk_build(workspace, tools, page);
    trunk.arg("--dist").arg(dist);
    match (process::run(&mut trunk), tools.missing_wasm_opt.clone()) {
        (Ok(()), _) => {
            if !glue::shrink(dist)? {
                say(
                    "the glue is not as wasm-bindgen wrote it so far: it stays as it is, some kilobytes larger",
                );
            }
            Ok(())
        }
        (Err(reason), None) => Err(PageError::NotBuilt(Box::new(reason)).into()),
        (Err(reason), Some(version)) => {
            Err(PageError::WithoutWasmOpt { version, reason: Box::new(reason) }.into())
        }
    }
}

/// Puts the whole page beside the light one, as `lab.html`. What both need is in both builds under the same name; the
/// names of their programs differ by a hash.
fn join(dist: &Path, lab: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(lab).map_err(Error::io("read", lab))? {
        let from = entry.map_err(Error::io("read", lab))?.path();
        let Some(name) = from.file_name().filter(|_| from.is_file()) else { continue };
        let to = dist.join(if name == "index.html" { LAB.as_ref() } else { name });
        fs::copy(&from, &to).map_err(Error::io("copy", &from))?;
    }
    Ok(())
}

fn trunk_build(workspace: &Workspace, tools: &PageTools, page: &str) -> Command {
    let mut trunk = Command::new(tools.toolbox.program("trunk"));
    trunk.args(["build", page, "--release", "--skip-version-check"]);
    if tools.missing_wasm_opt.is_none() {
        trunk.arg("--offline");
    }
    trunk.current_dir(workspace.root()).env("PATH", tools.toolbox.path());
    // Its minifier cannot read wasm-bindgen's glue, leaves it as it is, and would warn at every build.
    trunk.env("RUST_LOG", "info,trunk::processing::minify=error");
    trunk.env("CARGO_ENCODED_RUSTFLAGS", without_this_machine(workspace));
    // Any value means "no colour" to everyone else; Trunk takes only `true` and `false`.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    trunk
}

/// Flags for rustc by which the places of crates and of the standard library on this machine do not get into the page:
/// those that are set, and a shorter name for each place.
fn without_this_machine(workspace: &Workspace) -> OsString {
    let set = |variable, separator| env::var(variable).ok().map(|flags| flags.replace(separator, "\u{1f}"));
    let set = set("CARGO_ENCODED_RUSTFLAGS", "\u{1f}").or_else(|| set("RUSTFLAGS", " "));
    let mut flags: Vec<OsString> =
        set.filter(|flags| !flags.is_empty()).map(OsString::from).into_iter().collect();
    let mut rename = |place: &Path, name: &str| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(place);
        flag.push("=");
        flag.push(name);
        flags.push(flag);
    };
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry").join("src")).ok());
    for registry in registries.into_iter().flatten().flatten() {
        rename(&registry.path(), "");
    }
    if let Some(sysroot) = toolchain::sysroot() {
        rename(&sysroot.join("lib").join("rustlib").join("src").join("rust"), "rust");
    }
    rename(workspace.root(), "");
    flags.join(OsStr::new("\u{1f}"))
}
