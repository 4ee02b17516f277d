//! Checks that need a browser.

use std::process::Command;

use super::context::Context;
use super::runner;
use crate::error::Error;
use crate::{in_browser, process, size, tools, yew_host};

/// Tests the page's components with wasm-bindgen's test runner.
pub(super) fn components(context: &Context) -> Result<(), Error> {
    runner::run(in_browser::cargo_test(&context.workspace)?.args(["--package", "pagewalk-web"]))
}

/// Measures what a browser loads.
pub(super) fn size(context: &Context) -> Result<(), Error> {
    size::check(&context.workspace, context.dist()?)
}

/// Tests the built page as a reader uses it.
pub(super) fn whole_page(context: &Context) -> Result<(), Error> {
    let axe = tools::axe()?;
    let mut tests = in_browser::cargo_with_site(&context.workspace, "test", context.dist()?)?;
    runner::run(tests.env("PAGEWALK_AXE", axe).env("PAGEWALK_YEW_HOST", yew_host::build(&context.workspace)?))
}

/// The tests of the built page that ask only what every browser has, in Firefox: the others speak Chromium's own protocol, or
/// need a screen as narrow as no window of Firefox is.
const IN_FIREFOX: [&str; 10] = [
    "stepping",
    "races",
    "verdicts",
    "callers",
    "compare",
    "history",
    "addresses",
    "levels",
    "manners",
    "element",
];

/// Tests the built page in another engine.
pub(super) fn firefox(context: &Context) -> Result<(), Error> {
    let dist = context.dist()?;
    let mut tests = in_browser::cargo_with_site_in_firefox(&context.workspace, "test", dist)?;
    runner::run(tests.args(IN_FIREFOX.into_iter().flat_map(|name| ["--test", name])))
}

/// Builds the page with Trunk, as `trunk serve` does, and opens all pages.
pub(super) fn trunk(context: &Context) -> Result<(), Error> {
    let toolbox = tools::for_trunk()?;
    let dist = context.workspace.root().join("target").join("page").join("trunk");
    let mut trunk = Command::new(toolbox.program("trunk"));
    trunk.args(["build", "--skip-version-check", "--dist"]).arg(&dist).current_dir(context.workspace.root());
    // Any value means "no colour" to everyone else; Trunk takes only `true` and `false`.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    process::run(&mut trunk)?;
    runner::run(in_browser::cargo_with_site(&context.workspace, "test", &dist)?.args([
        "--test",
        "pages",
        "the_later_part",
    ]))
}
