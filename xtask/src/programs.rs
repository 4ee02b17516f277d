//! Commands that only build a program of another package and run it.
//!
//! A further one is a further entry of [`PROGRAMS`].

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::error::{Error, ProcessError};
use crate::process;
use crate::workspace::Workspace;

/// A program that is a command under its own name.
#[derive(Debug)]
pub(crate) struct Program {
    /// The command, and the binary target it runs.
    pub(crate) name: &'static str,
    /// The package of that binary target.
    package: &'static str,
    /// What it takes, for the reader; the program itself reads it.
    pub(crate) arguments: &'static str,
    /// What it does, in one line.
    pub(crate) about: &'static str,
}

/// All of them, in the order of the list of commands.
pub(crate) const PROGRAMS: &[Program] = &[CAPTURES, CONFORMANCE, RACES];

/// Replays the captured kernels' walks.
pub(crate) const CAPTURES: Program = Program {
    name: "captures",
    package: "pagewalk-tests",
    arguments: "[DIR]",
    about: "Compares our walks with those of captured kernels",
};

/// Replays cases that were traced with the kernel's own walker.
pub(crate) const CONFORMANCE: Program = Program {
    name: "conformance",
    package: "pagewalk-tests",
    arguments: "[DIR]",
    about: "Compares our walker with traces of the kernel's own mm/pagewalk.c",
};

/// Searches the races.
pub(crate) const RACES: Program = Program {
    name: "races",
    package: "pagewalk-tests",
    arguments: "",
    about: "Searches every interleaving of the races, and compares the verdicts",
};

impl Program {
    /// Builds the program and runs it in the caller's directory; its exit code becomes ours.
    pub(crate) fn run(&self, workspace: &Workspace, arguments: &[OsString]) -> Result<(), Error> {
        let here = std::env::current_dir().map_err(Error::io("find the directory", Path::new(".")))?;
        let mut command = workspace.cargo();
        self.started_by(&mut command, workspace).args(arguments).current_dir(here);
        let status = process::status(&mut command)?;
        match status.code().map(u8::try_from) {
            Some(Ok(0)) => Ok(()),
            Some(Ok(code)) => Err(ProcessError::Program(code).into()),
            _ => Err(process::failed(&command, status).into()),
        }
    }

    /// Builds the program and runs it on what it takes by default.
    pub(crate) fn check(&self, workspace: &Workspace) -> Result<(), Error> {
        process::run(self.started_by(&mut workspace.cargo(), workspace))
    }

    fn started_by<'c>(&self, cargo: &'c mut Command, workspace: &Workspace) -> &'c mut Command {
        cargo
            .args(["run", "--quiet", "--profile", "native", "--manifest-path"])
            .arg(workspace.root().join("Cargo.toml"))
            .args(["--package", self.package, "--bin", self.name, "--"])
    }
}
