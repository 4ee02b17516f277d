//! Checks that need a browser.

use super::context::Context;
use crate::error::Error;
use crate::{browser, in_browser, process};

/// Tests the page's components with wasm-bindgen's test runner.
pub(super) fn components(context: &Context) -> Result<(), Error> {
    process::run(in_browser::cargo_test(&context.workspace)?.args([
        "--package",
        "pagewalk-web",
        "--features",
        "lab",
    ]))
}

/// Tests the built page as a reader uses it.
pub(super) fn whole_page(context: &Context) -> Result<(), Error> {
    let browser = browser::ensure()?;
    let dist = context.dist()?;
    process::run(
        context
            .workspace
            .cargo()
            .args(["test", "--package", "pagewalk-browser-tests"])
            .env("PAGEWALK_DIST", dist)
            .env("PAGEWALK_CHROME", &browser.chrome)
            .env("CHROMEDRIVER", &browser.driver),
    )
}
