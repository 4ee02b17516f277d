//! Running other programs. None of them gets our stdin: nothing here may stop and ask.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::{Error, ProcessError};

/// What a program's file name may end with.
const SUFFIXES: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };

/// Runs `command` to its end, its output going where ours goes, and expects success.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let status = status(command)?;
    if status.success() { Ok(()) } else { Err(failed(command, status).into()) }
}

/// Runs `command` to its end, its output going where ours goes.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus, Error> {
    command.stdin(Stdio::null()).status().map_err(|source| not_started(command, source).into())
}

/// `command` could not be started.
pub(crate) fn not_started(command: &Command, source: io::Error) -> ProcessError {
    ProcessError::NotStarted { command: describe(command), source }
}

/// `command` was started and ended badly.
pub(crate) fn failed(command: &Command, status: ExitStatus) -> ProcessError {
    ProcessError::Failed { command: describe(command), status: status.to_string() }
}

/// What `command` prints on stdout, if it succeeds.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The version `program --version` prints, if it runs and prints one.
pub(crate) fn version(program: &Path) -> Option<String> {
    let text = output(Command::new(program).args(subcommand(program)).arg("--version"))?;
    version_in(&text).map(str::to_owned)
}

/// What cargo puts before the arguments of a program that is a subcommand of its own: `mutants` of `cargo-mutants`, which
/// knows no `--version` without it.
fn subcommand(program: &Path) -> Option<&str> {
    program.file_stem()?.to_str()?.strip_prefix("cargo-")
}

/// The first program called `name` on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).find_map(|directory| program_in(&directory, name))
}

/// The program called `name` in `directory`.
pub(crate) fn program_in(directory: &Path, name: &str) -> Option<PathBuf> {
    SUFFIXES.iter().map(|suffix| directory.join(format!("{name}{suffix}"))).find(|program| program.is_file())
}

/// The version in what a program prints for `--version`: its first word that begins with a digit.
fn version_in(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| {
        word.starts_with(|first: char| first.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c))
    })
}

/// The command as a person would type it, without its directory.
pub(crate) fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str());
    std::iter::once(name).chain(command.get_args()).map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_each_tool_prints() {
        for (text, version) in [
            ("trunk 0.21.14\n", "0.21.14"),
            ("wasm-bindgen 0.2.126\n", "0.2.126"),
            ("wasm-bindgen 0.2.74 (27c7a4d06)", "0.2.74"),
            ("wasm-bindgen-test-runner 0.2.126\n", "0.2.126"),
            ("wasm-opt version 132 (version_132)\n", "132"),
            ("wasm-opt version 101", "101"),
            ("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)", "156.0.8078.79"),
            ("Google Chrome 141.0.7390.54 \n", "141.0.7390.54"),
            ("ChromeDriver 156.0.8078.79 (a21ce95c-refs/branch-heads/8078@{#1704})", "156.0.8078.79"),
            ("trunk 0.22.0-beta.1", "0.22.0-beta.1"),
        ] {
            assert_eq!(version_in(text), Some(version), "{text}");
        }
    }

    #[test]
    fn text_without_a_version_has_none() {
        assert_eq!(version_in(""), None);
        assert_eq!(version_in("/usr/bin/thing: 9: [: 25276502016: unexpected operator"), None);
    }

    #[test]
    fn a_subcommand_of_cargo_is_asked_as_cargo_asks_it() {
        for (program, expected) in [
            ("/some/where/cargo-mutants", Some("mutants")),
            ("cargo-mutants.exe", Some("mutants")),
            ("/cargo-tools/trunk", None),
            ("cargo", None),
        ] {
            assert_eq!(subcommand(Path::new(program)), expected, "{program}");
        }
    }

    #[test]
    fn a_command_is_described_without_its_directory() {
        let mut command = Command::new("/some/where/cargo");
        command.args(["fmt", "--all"]);
        assert_eq!(describe(&command), "cargo fmt --all");
    }

    #[test]
    fn a_program_that_cannot_be_started_is_named() {
        let error = run(&mut Command::new("no-such-program-anywhere")).map_err(|error| error.to_string());
        assert!(matches!(error, Err(text) if text.contains("cannot start `no-such-program-anywhere`")));
    }
}
