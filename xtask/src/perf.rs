//! What a step costs in the browser.

use std::path::Path;

use crate::error::{Error, PageError};
use crate::workspace::Workspace;
use crate::{in_browser, page, process};

/// Builds the page and measures it with a program of the browser tests, beside another built site if there is one.
pub(crate) fn run(workspace: &Workspace, program: &str, beside: Option<&Path>) -> Result<(), Error> {
    if let Some(missing) = beside.filter(|site| !site.join("index.html").is_file()) {
        return Err(PageError::Missing(missing.to_owned()).into());
    }
    let dist = page::build(workspace)?;
    let mut perf = in_browser::cargo_with_site(workspace, "run", &dist)?;
    if let Some(site) = beside {
        let site = site.canonicalize().map_err(Error::io("find", site))?;
        perf.env("PAGEWALK_BESIDE", site);
    }
    process::run(perf.args(["--quiet", "--bin", program]))
}
