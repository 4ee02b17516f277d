//! Golden runs: what is said at each step of a run, compared with the text beside this file.
//!
//! The words are what a reader gets, so each change of them is to be a difference that somebody reads. After a change
//! that is meant, `UPDATE=1 cargo test -p pagewalk-tests --test golden` writes the files anew; `git diff` is then what
//! has to be reviewed. `runs.rs` makes the texts and is the only part that knows our crates.

mod runs;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// How many differences are shown of a file.
const SHOWN: usize = 5;

const WHAT_TO_DO: &str = "If this is what you want, run `UPDATE=1 cargo test -p pagewalk-tests --test golden`, read the \
                          difference that git shows, and commit it.";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// The files of the folder by their names.
fn stored() -> BTreeMap<String, String> {
    let files = fs::read_dir(folder()).expect("the folder of golden runs");
    files
        .map(|file| file.expect("a file of it").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            (name, fs::read_to_string(&path).expect("a readable text"))
        })
        .collect()
}

/// The first lines that differ.
fn difference(name: &str, stored: &str, now: &str) -> String {
    let (stored, now): (Vec<_>, Vec<_>) = (stored.lines().collect(), now.lines().collect());
    let pair = |index| (stored.get(index), now.get(index));
    let differ: Vec<usize> =
        (0..stored.len().max(now.len())).filter(|&index| pair(index).0 != pair(index).1).collect();
    let mut text = format!("{name}:\n");
    for &index in differ.iter().take(SHOWN) {
        let [stored, now] = [pair(index).0, pair(index).1].map(|line| line.unwrap_or(&"(the end)"));
        let _ = write!(text, "  line {}\n  - {stored}\n  + {now}\n", index + 1);
    }
    if differ.len() > SHOWN {
        let _ = writeln!(text, "  and {} more lines", differ.len() - SHOWN);
    }
    text
}

#[test]
fn every_run_says_what_it_said() {
    let mut stored = stored();
    let update = env::var_os("UPDATE").is_some();
    let mut problems = Vec::new();
    let runs = runs::all();
    for runs::Run { name, text } in &runs {
        let before = stored.remove(name);
        if before.as_ref() == Some(text) {
            continue;
        }
        if update {
            fs::write(folder().join(name), text).expect("the golden run is written");
        } else if let Some(before) = before {
            problems.push(difference(name, &before, text));
        } else {
            problems.push(format!("{name}: there is no such file yet\n"));
        }
    }
    // What is left belongs to no run.
    for name in stored.keys() {
        if update {
            fs::remove_file(folder().join(name)).expect("a file that is not needed is removed");
        } else {
            problems.push(format!("{name}: no scenario and no race has this run any more\n"));
        }
    }
    assert!(problems.is_empty(), "\n{}\n{WHAT_TO_DO}", problems.join("\n"));
}

#[test]
fn the_pictures_of_the_gallery_are_those_of_the_runs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/view/strips.txt");
    let now = runs::strips();
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &now).expect("the pictures are written");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == now, "\n{}\n{WHAT_TO_DO}", difference("strips.txt", &stored, &now));
}

/// Words that make a reader read twice (`plain-words` in CONTRIBUTING.md), most of them because they leave open who does
/// what, or whether a lock or an entry is meant.
const RETIRED: [&str; 12] = [
    "whatever",
    "to be had",
    "comes to",
    "gone on",
    "is told",
    "is said",
    "as a reader",
    "as a writer",
    "walker reads",
    "reading is enough",
    "only a writer",
    "goes astray",
];

#[test]
fn no_run_uses_a_retired_word() {
    for (name, text) in stored() {
        let text = text.to_lowercase();
        for word in RETIRED {
            assert!(!text.contains(word), "{name} says \u{201c}{word}\u{201d}");
        }
    }
}

#[test]
fn a_difference_shows_its_lines_and_how_many_there_are() {
    let of = |stored, now| difference("run", stored, now);
    assert_eq!(of("a\nb\nc\n", "a\nB\nc\n"), "run:\n  line 2\n  - b\n  + B\n");
    assert_eq!(of("a\n", "a\nb\n"), "run:\n  line 2\n  - (the end)\n  + b\n");
    assert!(of("1\n2\n3\n4\n5\n6\n7\n", "").ends_with("  and 2 more lines\n"));
}
