//! What the documents and comments of this repository name is there: sections that are cited, files that are pointed to.

use std::fs;
use std::path::{Path, PathBuf};

use pagewalk_tests::LIBRARY;
use scenario::Group;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file and every document that is ours.
fn texts() -> Vec<PathBuf> {
    fn add(folder: &Path, texts: &mut Vec<PathBuf>) {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.map(|entry| entry.expect("an entry of a folder").path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !name.starts_with('.') && !["target", "dist", "node_modules"].contains(&name)
            {
                add(&path, texts);
            } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "md") {
                texts.push(path);
            }
        }
    }
    let mut texts = Vec::new();
    for folder in ["crates", "docs", "tests", "web", "xtask"] {
        add(&root().join(folder), &mut texts);
    }
    texts.extend(["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"].map(|name| root().join(name)));
    assert!(texts.len() > 200, "only {} texts were found", texts.len());
    texts
}

/// The words of a text, without the marks of comments, so that a citation may go on in the next line.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| !["//", "///", "//!"].contains(word)).collect()
}

/// The number of a section without what surrounds it.
fn section(word: &str) -> Option<&str> {
    let number = word.trim_matches(|end: char| !end.is_ascii_digit());
    let digits =
        number.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    digits.then_some(number)
}

/// The sections that are cited behind "kernel-facts": numbers, with "and" and "to" between them.
fn cited<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let starts = words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.trim_matches(|c: char| !c.is_alphabetic()) == "kernel-facts");
    starts
        .map(|(at, _)| {
            let rest = words[at + 1..].iter().filter(|word| !["and", "to"].contains(word));
            rest.map_while(|word| section(word)).collect()
        })
        .collect()
}

#[test]
fn a_citation_is_read_to_its_end() {
    let of = |text| cited(&words(text));
    assert_eq!(
        of("//! (kernel-facts\n//! 2.3.1, 2.3.4 to 2.3.6), and 3"),
        [["2.3.1", "2.3.4", "2.3.6", "3"]]
    );
    assert_eq!(of("kernel-facts 6.4 and 3.6. So"), [["6.4", "3.6"]]);
    assert_eq!(of("docs/kernel-facts.md"), [[""; 0]; 0]);
    assert_eq!(of("those of kernel-facts, row by row"), [[""; 0]]);
}

#[test]
fn every_section_of_kernel_facts_that_is_cited_is_there() {
    let document = root().join("docs/kernel-facts.md");
    let text = read(&document);
    let sections: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("## ")?.split(' ').next()).collect();
    let mut found = 0;
    for path in texts() {
        if path == document || path.ends_with("tests/tidy.rs") {
            continue;
        }
        let text = read(&path);
        for citation in cited(&words(&text)) {
            assert!(!citation.is_empty(), "{}: cites kernel-facts without a section", path.display());
            for number in citation {
                assert!(sections.contains(&number), "{}: there is no section {number}", path.display());
            }
            found += 1;
        }
    }
    assert!(found >= 10, "only {found} citations were found");
    for table in races::verdicts::tables().filter(|table| table.id != "patch") {
        assert!(sections.contains(&table.id), "{}: there is no section {}", table.name, table.id);
    }
}

/// What stands between backquotes and is a path from the root of the repository.
fn paths(text: &str) -> Vec<&str> {
    const TOP: [&str; 6] = ["crates/", "docs/", "tests/", "web/", "xtask/", ".cargo/"];
    let quoted = text.split('`').skip(1).step_by(2);
    let is_path = |path: &&str| {
        TOP.iter().any(|top| path.starts_with(top)) && !path.contains(|c: char| "<>*{} ".contains(c))
    };
    quoted.filter(is_path).collect()
}

#[test]
fn every_file_that_the_guides_name_is_there() {
    for name in
        ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "tests/captures/README.md", "docs/mutants.md"]
    {
        let text = read(&root().join(name));
        let paths = paths(&text);
        for path in &paths {
            assert!(root().join(path).exists(), "{name} names {path}, which does not exist");
        }
        let least = if name == "ARCHITECTURE.md" { 10 } else { 0 };
        assert!(paths.len() >= least, "{name}: only {} paths were found", paths.len());
    }
}

#[test]
fn every_scenario_that_is_no_callers_is_in_the_readme() {
    let readme = read(&root().join("README.md"));
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `")).collect();
    for scenario in LIBRARY.scenarios().filter(|scenario| scenario.group != Group::Callers) {
        let name = format!("`{}`", scenario.id);
        assert!(rows.iter().any(|row| row.contains(&name)), "README.md has no row for {name}");
    }
}

#[test]
fn only_pgtable_and_captures_know_an_architecture_by_its_name() {
    // Everybody else asks a model for a fact, which a new architecture has as well.
    let asks = [".id.starts_with(", ".id.split(", ".id.contains(", "model().id ==", "model().id !="];
    let allowed = ["crates/pgtable", "crates/capture/src/ptcapture", "tests"].map(|place| root().join(place));
    let mut read_files = 0;
    for path in texts().iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let inside = path.strip_prefix(root()).unwrap_or(path);
        let in_tests = inside.components().any(|part| part.as_os_str() == "tests");
        if in_tests || allowed.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        let text = read(path);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for ask in asks {
            assert!(!code.contains(ask), "{}: {ask} asks for a name, not for a fact", path.display());
        }
        read_files += 1;
    }
    assert!(read_files > 100, "only {read_files} files were read");
}
