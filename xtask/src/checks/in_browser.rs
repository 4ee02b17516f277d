//! Checks that need a browser.

use super::context::Context;
use super::runner;
use crate::error::Error;
use crate::{in_browser, size};

/// Tests the page's components with wasm-bindgen's test runner.
pub(super) fn components(context: &Context) -> Result<(), Error> {
    runner::run(in_browser::cargo_test(&context.workspace)?.args([
        "--package",
        "pagewalk-web",
        "--features",
        "lab",
    ]))
}

/// Measures what a browser loads.
pub(super) fn size(context: &Context) -> Result<(), Error> {
    size::check(&context.workspace, context.dist()?)
}

/// Tests the built page as a reader uses it.
pub(super) fn whole_page(context: &Context) -> Result<(), Error> {
    runner::run(&mut in_browser::cargo_with_site(&context.workspace, "test", context.dist()?)?)
}
