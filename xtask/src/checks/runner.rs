//! Running tests. A runner that finds no test says so and ends well: to us, such a check has failed.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::error::{CheckError, Error};
use crate::process;

/// Runs a test runner to its end, its output going where ours goes, and expects that at least one test has passed.
pub(super) fn run(command: &mut Command) -> Result<(), Error> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| process::not_started(command, source))?;
    let passed = child.stdout.take().map_or(0, pass_on);
    let status = child.wait().map_err(|source| process::not_started(command, source))?;
    if !status.success() {
        return Err(process::failed(command, status).into());
    }
    if passed == 0 {
        return Err(CheckError::NoTests(process::describe(command)).into());
    }
    Ok(())
}

/// Writes what a runner says to stdout, line by line as it comes, and counts the tests that passed.
fn pass_on(output: impl io::Read) -> u64 {
    let mut passed = 0;
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        let mut stdout = io::stdout().lock();
        // If nobody reads it, the tests still count.
        let _ = stdout.write_all(&line).and_then(|()| stdout.write_all(b"\n"));
        passed += passed_in(&String::from_utf8_lossy(&line));
    }
    passed
}

/// How many tests a runner's closing line counts: both libtest and wasm-bindgen's write
/// `test result: ok. 3 passed; 0 failed; …`.
fn passed_in(line: &str) -> u64 {
    let count = line.split_once("test result:").and_then(|(_, rest)| rest.split_once(" passed"));
    count.and_then(|(before, _)| before.split_whitespace().last()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted_and_no_others() {
        let line =
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(passed_in(line), 12);
        for line in ["test a_test_that_passed ... ok", "running 3 tests", "no tests to run!", "3 passed"] {
            assert_eq!(passed_in(line), 0, "{line}");
        }
        assert_eq!(pass_on("a\ntest result: ok. 1 passed; \ntest result: ok. 2 passed;".as_bytes()), 3);
    }

    /// What `version` of the tests' own rustc prints is no closing line of a test runner.
    #[test]
    fn a_runner_without_tests_has_failed() {
        let outcome = run(Command::new("rustc").arg("--version")).map_err(|error| error.to_string());
        assert!(matches!(&outcome, Err(text) if text.contains("ran no test at all")), "{outcome:?}");
    }
}
