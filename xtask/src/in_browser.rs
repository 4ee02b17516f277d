//! Running what needs a headless browser: wasm tests with wasm-bindgen's test runner, and what drives the built site.

use std::env;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::browser::{self, Browser};
use crate::error::Error;
use crate::workspace::Workspace;
use crate::{toolchain, tools};

/// `cargo test` for wasm, in a browser; what to test is to be added. Installs what is missing.
pub(crate) fn cargo_test(workspace: &Workspace) -> Result<Command, Error> {
    toolchain::ensure_target(toolchain::WASM)?;
    let toolbox = tools::for_component_tests(workspace)?;
    let browser = browser::ensure()?;
    let mut tests = workspace.cargo();
    tests
        .args(["test", "--target", toolchain::WASM])
        // The runner is named, not located: cargo would split a path at its spaces.
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
        .env("PATH", toolbox.path())
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities(&browser)?);
    set_default(&mut tests, "WASM_BINDGEN_USE_BROWSER", "1");
    // Seconds, for a machine that is busy; the runner's own are 5 and 20.
    set_default(&mut tests, "WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
    set_default(&mut tests, "WASM_BINDGEN_TEST_TIMEOUT", "120");
    Ok(tests)
}

/// `cargo SUBCOMMAND` for the package that drives the built site in a browser. Installs the browser if it is missing.
pub(crate) fn cargo_with_site(
    workspace: &Workspace,
    subcommand: &str,
    dist: &Path,
) -> Result<Command, Error> {
    let browser = browser::ensure()?;
    Ok(cargo_in(workspace, subcommand, dist, browser.capabilities(), &browser.driver))
}

/// The same in Firefox.
pub(crate) fn cargo_with_site_in_firefox(
    workspace: &Workspace,
    subcommand: &str,
    dist: &Path,
) -> Result<Command, Error> {
    let (firefox, driver) = (browser::ensure_firefox()?, tools::geckodriver()?);
    Ok(cargo_in(workspace, subcommand, dist, firefox.capabilities(), &driver))
}

fn cargo_in(
    workspace: &Workspace,
    subcommand: &str,
    dist: &Path,
    capabilities: String,
    driver: &Path,
) -> Command {
    let mut cargo = workspace.cargo();
    cargo
        .args([subcommand, "--package", "pagewalk-browser-tests"])
        .env("PAGEWALK_DIST", dist)
        .env("PAGEWALK_CAPABILITIES", capabilities)
        .env("PAGEWALK_DRIVER", driver);
    // They wait for the browser more than they work.
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    set_default(&mut cargo, "RUST_TEST_THREADS", &(2 * cores).to_string());
    cargo
}

/// Writes the file in which the test runner reads which browser to start, and how. It names this machine's paths, so
/// it belongs beside our own binary, in cargo's target directory, and not in the repository.
fn capabilities(browser: &Browser) -> Result<PathBuf, Error> {
    let binary = env::current_exe().map_err(Error::io("find", Path::new("xtask")))?;
    let file = binary.with_file_name("webdriver.json");
    fs::write(&file, browser.capabilities()).map_err(Error::io("write", &file))?;
    Ok(file)
}

/// Sets a variable that the person has not set.
fn set_default(command: &mut Command, variable: &str, value: &str) {
    if env::var_os(variable).is_none() {
        command.env(variable, value);
    }
}
