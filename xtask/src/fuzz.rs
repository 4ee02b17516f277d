//! Fuzzing: libFuzzer breeds programs for the machine, and texts, cores and reports for their readers, on the stable toolchain.
//!
//! This is what `cargo bolero test` does, without installing it: bolero links libFuzzer in when these flags are set.

use std::fs;
use std::path::Path;

use crate::error::{CheckError, Error};
use crate::progress::say;
use crate::workspace::Workspace;
use crate::{process, toolchain};

/// How long to fuzz when nothing else is asked for, in seconds.
pub(crate) const SECONDS: u32 = 60;

/// Counters for every edge and comparison, for libFuzzer to see; and the checks of a debug build.
const FLAGS: &str = "--cfg fuzzing --cfg fuzzing_libfuzzer -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1 \
    -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What is bred: the test, the longest input in bytes, and what it starts from. A full program takes about 500.
const TARGETS: [(&str, u32, Option<&str>); 4] = [
    ("machine", 700, None),
    ("texts", 4096, Some("tests/formats")),
    ("cores", 300, None),
    ("reports", 4096, Some("crates/splats/tests/splats")),
];

/// Fuzzes for so long, each target its share. What was bred is kept in `target/fuzz`, so that the next run goes on from there.
pub(crate) fn run(workspace: &Workspace, seconds: u32) -> Result<(), Error> {
    say(format_args!(
        "fuzzing for {seconds} s; the first build, which needs a C++ compiler, takes 1 to 2 minutes"
    ));
    for (target, max_bytes, seeds) in TARGETS {
        let seeds = seeds.map(|seeds| workspace.root().join(seeds));
        // No time at all would be all the time there is.
        let seconds = (seconds / TARGETS.len() as u32).max(1);
        one(workspace, target, seconds, max_bytes, seeds.as_deref())?;
    }
    Ok(())
}

fn one(
    workspace: &Workspace,
    target: &str,
    seconds: u32,
    max_bytes: u32,
    seeds: Option<&Path>,
) -> Result<(), Error> {
    let directory = workspace.root().join("target").join("fuzz");
    let corpus = create(&directory.join(format!("corpus-{target}")))?;
    let found = create(&directory.join("found"))?;
    // Of several folders libFuzzer writes to the first.
    let seeds = seeds.map(|seeds| format!(" {}", seeds.display())).unwrap_or_default();
    let arguments = format!(
        "{}{seeds} -artifact_prefix={}/ -max_total_time={seconds} -max_len={max_bytes} -len_control=0 -print_final_stats=1",
        corpus.display(),
        found.display(),
    );
    let fuzzed = process::run(
        workspace
            .cargo()
            // With a target of its own, build scripts and procedural macros stay as they are.
            .args([
                "test",
                "--profile",
                "native",
                "--package",
                "pagewalk-fuzz",
                "--target",
                &toolchain::host()?,
            ])
            .arg("--target-dir")
            .arg(directory.join("build"))
            .args(["--test", target, "--", "--nocapture", "--test-threads", "1"])
            .env("RUSTFLAGS", FLAGS)
            .env("BOLERO_LIBFUZZER_ARGS", arguments),
    );
    Ok(fuzzed.map_err(|reason| CheckError::Fuzz { found, reason: Box::new(reason) })?)
}

fn create(directory: &Path) -> Result<std::path::PathBuf, Error> {
    fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    Ok(directory.to_owned())
}
