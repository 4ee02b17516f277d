//! Arrows between the files of a crate point in one direction: no file needs, by way of others, a file that needs it.
//!
//! Excepted are a module and what lies within it: a child may use its parent's types while the parent uses the child.
//! Circles between crates are cargo's to refuse. What is only compiled for tests does not count.

mod graph;
mod modules;

use std::path::Path;
use std::process::Command;

use modules::Crate;

/// Circles that are still there, by crate and first file; each is somebody's to cut, and nothing is added.
const KNOWN: &[(&str, &str)] = &[];

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// All crates of the workspace: libraries, programs and tests, by their first files.
fn crates() -> Result<Vec<Crate>, Box<dyn std::error::Error>> {
    // At run time: another checkout is looked at by setting the variable.
    let here = std::env::var("CARGO_MANIFEST_DIR")?;
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(&here)
        .output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let mut crates = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        for target in package["targets"].as_array().into_iter().flatten() {
            let (name, kind) = (target["name"].as_str(), target["kind"][0].as_str());
            if let (Some(name), Some(kind), Some(root)) = (name, kind, target["src_path"].as_str()) {
                crates.push(Crate::read(&format!("{name} ({kind})"), Path::new(root))?);
            }
        }
    }
    Ok(crates)
}

#[test]
fn no_files_need_each_other() -> Outcome {
    let crates = crates()?;
    assert!(crates.len() > 20, "cargo names the crates");
    let mut found = Vec::new();
    for of_one in &crates {
        for circle in graph::circles(of_one) {
            let names: Vec<_> = circle.iter().map(|&module| of_one.file(module)).collect();
            println!("{}: {} files: {}", of_one.name, names.len(), names.join(", "));
            for (from, to) in of_one.arrows() {
                if circle.contains(&from) && circle.contains(&to) {
                    println!("    {} needs {}", of_one.file(from), of_one.file(to));
                }
            }
            if !KNOWN.contains(&(&of_one.name, &names[0])) {
                found.push(names);
            }
        }
    }
    assert!(found.is_empty(), "files that need each other, of which there is more above: {found:?}");
    Ok(())
}

/// For whoever wants to see it: `cargo test -p pagewalk-tests --test circles -- --nocapture`.
#[test]
fn every_crate_is_read_as_a_whole() -> Outcome {
    for of_one in crates()? {
        let files = of_one.files().len();
        println!("{:40} {files:4} files {:5} arrows", of_one.name, of_one.arrows().len());
        // Enough to notice that files are not found any more.
        if of_one.name == "pagewalk (lib)" {
            assert!(files > 10 && of_one.arrows().len() > files);
        }
    }
    Ok(())
}

#[test]
fn a_circle_is_found_where_there_is_one() -> Outcome {
    let directory = tempfile::tempdir()?;
    let circles = |files: &[(&str, &str)]| -> Result<Vec<Vec<String>>, Box<dyn std::error::Error>> {
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(directory.path()))?;
            std::fs::write(path, text)?;
        }
        let of_one = Crate::read("example", &directory.path().join("lib.rs"))?;
        let names = |circle: Vec<usize>| circle.into_iter().map(|module| of_one.file(module)).collect();
        Ok(graph::circles(&of_one).into_iter().map(names).collect())
    };
    // By an import and by a path; then only in a comment, a text and a test.
    let two =
        [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "fn b() { super::a::a() }")];
    assert_eq!(circles(&two)?, [["a.rs", "b.rs"]]);
    let one = [(
        "b.rs",
        "// crate::a\nconst A: &str = \"crate::a::A\"; #[cfg(test)] mod tests { use crate::a::A; }",
    )];
    assert!(circles(&one)?.is_empty());
    // By a name that the crate's root hands on.
    let handed_on = [
        ("lib.rs", "mod a; mod b; pub use a::A; pub use b::*;"),
        ("a.rs", "use crate::{B}; pub struct A;"),
        ("b.rs", "use crate::A; pub struct B;"),
    ];
    assert_eq!(circles(&handed_on)?, [["a.rs", "b.rs"]]);
    // A module and its children are one house, unless two children need each other or somebody else is in it.
    let house = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "mod x; mod y; pub struct A; use x::X;"),
        ("a/x.rs", "use super::A; use super::y::Y; pub struct X;"),
        ("a/y.rs", "pub struct Y; use super::A;"),
        ("b.rs", ""),
    ];
    assert!(circles(&house)?.is_empty());
    assert_eq!(circles(&[("a/y.rs", "pub struct Y; use super::x::X;")])?, [["a/x.rs", "a/y.rs"]]);
    let guest = [("a/y.rs", "pub struct Y; use crate::b::B;"), ("b.rs", "pub struct B(crate::a::A);")];
    assert_eq!(circles(&guest)?, [["a.rs", "a/x.rs", "a/y.rs", "b.rs"]]);
    Ok(())
}
