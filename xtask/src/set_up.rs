//! Installing everything at once, before a network connection goes away or a build is timed.

use crate::error::Error;
use crate::workspace::Workspace;
use crate::{browser, hosts, toolchain, tools};

/// Installs what the page needs and, with `tests`, what the checks need.
pub(crate) fn run(workspace: &Workspace, tests: bool) -> Result<(), Error> {
    toolchain::ensure_target(toolchain::WASM)?;
    tools::for_page(workspace)?;
    if tests {
        toolchain::ensure_target(toolchain::BARE)?;
        toolchain::ensure_components(workspace)?;
        tools::for_component_tests(workspace)?;
        tools::for_trunk()?;
        browser::ensure()?;
        browser::ensure_firefox()?;
        tools::geckodriver()?;
        tools::axe()?;
        hosts::install(workspace)?;
    }
    println!("everything is installed");
    Ok(())
}
