//! Measuring how fast the machine is: natively, then the same walk in a headless browser, one JSON line per figure.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::error::Error;
use crate::workspace::Workspace;
use crate::{in_browser, process};

/// The package of the benchmarks, and its binary.
const PACKAGE: &str = "pagewalk-bench";

/// Prints all figures, and at the end how many times slower wasm is than the same walk natively in this run.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--profile", "native", "--package", PACKAGE, "--bin", "bench"]);
    let native = figures(&mut command)?;
    // In the page's own profile: small code first.
    let mut command = in_browser::cargo_test(workspace)?;
    command.args(["--release", "--package", PACKAGE, "--test", "browser", "--", "--nocapture"]);
    let wasm = figures(&mut command)?;
    for sink in ["counting", "recording"] {
        if let (Some(wasm), Some(native)) = (dense_walk(&wasm, sink), dense_walk(&native, sink)) {
            let ratio = (wasm / native * 1e3).round() / 1e3;
            println!(
                "{}",
                json!({"figure": "ratio", "of": "wasm to native", "tree": "dense", "sink": sink, "ratio": ratio})
            );
        }
    }
    Ok(())
}

/// Runs a command and prints the figures among what it says.
fn figures(command: &mut Command) -> Result<Vec<Value>, Error> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| process::not_started(command, source))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        eprint!("{text}");
        return Err(process::failed(command, output.status).into());
    }
    let figures: Vec<Value> = figures_in(&text).collect();
    for figure in &figures {
        println!("{figure}");
    }
    Ok(figures)
}

/// The lines that are figures. A test runner writes others as well, and indents these.
fn figures_in(text: &str) -> impl Iterator<Item = Value> {
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line.trim()).ok())
        .filter(|value| value.get("figure").is_some())
}

/// Nanoseconds per pte of the walk that both have in common: the first model's dense tree.
fn dense_walk(figures: &[Value], sink: &str) -> Option<f64> {
    let is_it =
        |figure: &&Value| figure["figure"] == "walk" && figure["tree"] == "dense" && figure["sink"] == sink;
    figures.iter().find(is_it)?["ns_per_entry"].as_f64().filter(|&ns| ns > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
running 1 test
test a_walk_in_the_browser ... ok
    {\"figure\":\"walk\",\"tree\":\"dense\",\"sink\":\"counting\",\"ns_per_entry\":7.5}
{\"figure\":\"walk\",\"tree\":\"dense\",\"sink\":\"counting\",\"ns_per_entry\":9.5}
{\"figure\":\"rewind\"}
{\"other\":1}
";

    #[test]
    fn figures_are_found_among_other_lines() {
        let figures: Vec<Value> = figures_in(OUTPUT).collect();
        assert_eq!(figures.len(), 3);
        assert_eq!(dense_walk(&figures, "counting"), Some(7.5));
        assert_eq!(dense_walk(&figures, "recording"), None);
    }
}
