//! The checks, in the order they run: what fails soonest comes first, what needs a browser last.

use super::context::Context;
use super::{Check, in_browser, runner};
use crate::error::Error;
use crate::programs::{CAPTURES, CONFORMANCE, RACES};
use crate::{hosts, process, toolchain};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "fmt",
        about: "the code is formatted",
        run: |context| {
            toolchain::ensure_components(&context.workspace)?;
            context.cargo(["fmt", "--all", "--check"])
        },
    },
    Check {
        name: "clippy",
        about: "no lint objects, natively",
        run: |context| {
            toolchain::ensure_components(&context.workspace)?;
            context.cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
        },
    },
    Check { name: "clippy-wasm", about: "no lint objects to the page as it is shipped", run: clippy_wasm },
    Check { name: "no-std", about: "the rooms of the walk need no operating system", run: no_std },
    Check { name: "doc", about: "the documentation builds and its links lead somewhere", run: doc },
    Check {
        name: "unit",
        about: "unit, property, integration and documentation tests",
        run: |context| {
            runner::run(context.workspace.cargo().args([
                "test",
                "--workspace",
                "--exclude",
                "pagewalk-browser-tests",
                "--exclude",
                "pagewalk-web",
            ]))
        },
    },
    Check {
        name: "captures",
        about: "our walks are those of captured kernels",
        run: |context| CAPTURES.check(&context.workspace),
    },
    Check {
        name: "conformance",
        about: "our walker does what the kernel's own does",
        run: |context| CONFORMANCE.check(&context.workspace),
    },
    Check {
        name: "races",
        about: "every race has the verdict that it should",
        run: |context| RACES.check(&context.workspace),
    },
    Check {
        name: "component",
        about: "the page's components, in a headless browser",
        run: in_browser::components,
    },
    Check { name: "size", about: "the first load stays within its budget", run: in_browser::size },
    Check {
        name: "browser",
        about: "the release build, end to end in a headless browser",
        run: in_browser::whole_page,
    },
    Check {
        name: "firefox",
        about: "the same in Firefox, as far as it can be asked there",
        run: in_browser::firefox,
    },
    Check {
        name: "hosts",
        about: "the element in the programs that the examples are for",
        run: |context| hosts::check(&context.workspace, context.dist()?),
    },
    Check { name: "trunk", about: "plain Trunk builds a page that works, too", run: in_browser::trunk },
];

fn clippy_wasm(context: &Context) -> Result<(), Error> {
    toolchain::ensure_target(toolchain::WASM)?;
    toolchain::ensure_components(&context.workspace)?;
    context.cargo([
        "clippy",
        "--package",
        "pagewalk-web",
        "--all-targets",
        "--target",
        toolchain::WASM,
        "--",
        "-D",
        "warnings",
    ])
}

fn no_std(context: &Context) -> Result<(), Error> {
    toolchain::ensure_target(toolchain::BARE)?;
    context.cargo([
        "build",
        "-p",
        "pgtable",
        "-p",
        "mm",
        "-p",
        "pagewalk",
        "-p",
        "actors",
        "-p",
        "explore",
        "-p",
        "races",
        "--target",
        toolchain::BARE,
    ])
}

fn doc(context: &Context) -> Result<(), Error> {
    process::run(
        context
            .workspace
            .cargo()
            .args(["doc", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}
