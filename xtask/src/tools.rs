//! The tools that turn the workspace into a page or check it, each at exactly one version.
//!
//! A tool is taken from PATH if the first one there has the right version, else from our own cache, else it is
//! installed into that cache. Nothing outside the cache is changed.

mod cache;
mod install;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, ToolError};
use crate::process;
use crate::progress::say;
use crate::workspace::Workspace;
use cache::Cache;
use install::Source;

/// The binaryen (wasm-opt) and the esbuild that make the page smaller: exactly these, so that its size is the same for
/// everybody.
const BINARYEN: (&str, &str) = ("132", "132.0.0");
const ESBUILD_VERSION: &str = "0.28.2";

/// The Trunk by which we check that Trunk builds the page too. Nothing else needs it.
const TRUNK_VERSION: &str = "0.21.14";

/// The cargo-mutants that `.cargo/mutants.toml` is written for.
const MUTANTS_VERSION: &str = "27.1.0";

/// The axe-core by which the browser tests look for what keeps people out: another one has other rules.
const AXE_VERSION: &str = "4.14.1";

/// The driver of Firefox, which knows all versions of it.
const GECKODRIVER_VERSION: &str = "0.37.1";

/// A tool, with the one version that will do.
#[derive(Debug)]
struct Tool {
    /// The name of its package.
    name: &'static str,
    version: String,
    /// The programs we run; the tool is there when all of them are …
    programs: &'static [&'static str],
    /// … and the script of an npm package that we read, if any.
    script: Option<&'static str>,
    source: Source,
}

impl Tool {
    fn trunk() -> Self {
        Self {
            name: "trunk",
            version: TRUNK_VERSION.to_owned(),
            programs: &["trunk"],
            script: None,
            source: Source::Crate { minutes: 5 },
        }
    }

    /// Bindings and library must come from the same release, so the lock file decides.
    fn wasm_bindgen(workspace: &Workspace) -> Result<Self, Error> {
        Ok(Self {
            name: "wasm-bindgen-cli",
            version: workspace.locked_version("wasm-bindgen")?,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            script: None,
            source: Source::Crate { minutes: 2 },
        })
    }

    fn geckodriver() -> Self {
        Self {
            name: "geckodriver",
            version: GECKODRIVER_VERSION.to_owned(),
            programs: &["geckodriver"],
            script: None,
            source: Source::Crate { minutes: 3 },
        }
    }

    fn mutants() -> Self {
        Self {
            name: "cargo-mutants",
            version: MUTANTS_VERSION.to_owned(),
            programs: &["cargo-mutants"],
            script: None,
            source: Source::Crate { minutes: 3 },
        }
    }

    fn binaryen() -> Self {
        let (version, package) = BINARYEN;
        Self {
            name: "binaryen",
            version: version.to_owned(),
            programs: &["wasm-opt"],
            script: None,
            source: Source::Npm { version: package },
        }
    }

    fn esbuild() -> Self {
        Self {
            name: "esbuild",
            version: ESBUILD_VERSION.to_owned(),
            programs: &["esbuild"],
            script: None,
            source: Source::Npm { version: ESBUILD_VERSION },
        }
    }

    fn axe() -> Self {
        Self {
            name: "axe-core",
            version: AXE_VERSION.to_owned(),
            programs: &[],
            script: Some("axe.min.js"),
            source: Source::Npm { version: AXE_VERSION },
        }
    }

    fn is_on_path(&self) -> bool {
        self.programs
            .iter()
            .all(|name| process::on_path(name).is_some_and(|program| self.is_version(&program)))
    }

    fn is_in(&self, directory: &Path) -> bool {
        self.verify(directory).is_ok()
    }

    /// Where its script is, if its programs are in `directory`: npm puts packages beside that, but on Windows into it.
    fn script_of(&self, directory: &Path) -> Option<PathBuf> {
        let packages = if cfg!(windows) { directory.to_owned() } else { directory.with_file_name("lib") };
        Some(packages.join("node_modules").join(self.name).join(self.script?))
    }

    /// Checks that all programs are in `directory` and run, and are of the right version; and that the script is there.
    fn verify(&self, directory: &Path) -> Result<(), Error> {
        if let Some(script) = self.script_of(directory).filter(|script| !script.is_file()) {
            return Err(ToolError::NoScript { script }.into());
        }
        self.programs.iter().try_for_each(|name| match process::program_in(directory, name) {
            Some(program) if self.is_version(&program) => Ok(()),
            _ => {
                Err(ToolError::WrongVersion { program: directory.join(name), version: self.version.clone() }
                    .into())
            }
        })
    }

    fn is_version(&self, program: &Path) -> bool {
        process::version(program).as_ref() == Some(&self.version)
    }
}

/// Tools that are ready to be run.
#[derive(Debug)]
pub(crate) struct Toolbox {
    /// The cache directories to be put before PATH.
    directories: Vec<PathBuf>,
}

impl Toolbox {
    /// Where `program` is.
    pub(crate) fn program(&self, program: &str) -> PathBuf {
        self.directories
            .iter()
            .find_map(|directory| process::program_in(directory, program))
            .or_else(|| process::on_path(program))
            .unwrap_or_else(|| PathBuf::from(program))
    }

    /// The PATH on which programs find the tools. Joining cannot fail on directories that came from PATH or that we
    /// named; should the cache lie under a directory with the separator in its name, PATH stays as it is.
    pub(crate) fn path(&self) -> OsString {
        let path = env::var_os("PATH").unwrap_or_default();
        env::join_paths(self.directories.iter().cloned().chain(env::split_paths(&path))).unwrap_or(path)
    }

    fn with(tools: &[Tool]) -> Result<Self, Error> {
        let elsewhere: Vec<_> = tools.iter().filter(|tool| !tool.is_on_path()).collect();
        let cache = Cache::find()?;
        if !elsewhere.iter().all(|tool| tool.is_in(&cache.programs_of(tool))) {
            install::all(&elsewhere, &cache)?;
        }
        Ok(Self { directories: elsewhere.iter().map(|tool| cache.programs_of(tool)).collect() })
    }
}

/// Finds or installs what builds the page.
pub(crate) fn for_page(workspace: &Workspace) -> Result<Toolbox, Error> {
    let optimisers = Toolbox::with(&[Tool::binaryen(), Tool::esbuild()])?;
    say("compiling tools/split: a minute on 2 cores the first time");
    process::run(&mut splitter(workspace, "build"))?;
    Ok(optimisers)
}

/// `cargo SUBCOMMAND` for the program that splits the page's.
pub(crate) fn splitter(workspace: &Workspace, subcommand: &str) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args([subcommand, "--quiet", "--package", "pagewalk-split"]);
    cargo
}

/// Finds or installs what builds the page by itself.
pub(crate) fn for_trunk() -> Result<Toolbox, Error> {
    Toolbox::with(&[Tool::trunk()])
}

/// Finds or installs what runs tests in the browser.
pub(crate) fn for_component_tests(workspace: &Workspace) -> Result<Toolbox, Error> {
    Toolbox::with(&[Tool::wasm_bindgen(workspace)?])
}

/// Finds or installs the driver of Firefox, and says where it is.
pub(crate) fn geckodriver() -> Result<PathBuf, Error> {
    Ok(Toolbox::with(&[Tool::geckodriver()])?.program("geckodriver"))
}

/// Finds or installs axe-core, and says where its script is.
pub(crate) fn axe() -> Result<PathBuf, Error> {
    let (tool, cache) = (Tool::axe(), Cache::find()?);
    let directory = cache.programs_of(&tool);
    if !tool.is_in(&directory) {
        install::all(&[&tool], &cache)?;
    }
    Ok(tool.script_of(&directory).unwrap_or(directory))
}

/// Finds or installs what looks for changes that no test notices.
pub(crate) fn for_mutants() -> Result<Toolbox, Error> {
    Toolbox::with(&[Tool::mutants()])
}
