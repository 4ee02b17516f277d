//! The words that a person reads: each term is explained in the glossary and used somewhere, and locks are named with their mode.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lessons::glossary::Finder;
use pagewalk_tests::files;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the repository").to_owned()
}

/// The texts of the files below a folder whose names end like this.
fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    let text = |path: PathBuf| (path.display().to_string(), fs::read_to_string(path).expect("a text"));
    files::below(&root().join(folder), ending).into_iter().map(text).collect()
}

/// What golden runs say, and lessons.
fn said() -> Vec<(String, String)> {
    let mut all = texts("tests/golden", "txt");
    all.extend(texts("lessons", "txt").into_iter().filter(|(path, _)| !path.ends_with("glossary.txt")));
    assert!(all.len() > 100, "only {} texts", all.len());
    all
}

/// What stands between quotes in the sources of what a person reads, without comments and tests.
fn literals() -> Vec<(String, String)> {
    let rooms = ["callers", "narrate", "races", "scenario", "trace"].map(|room| format!("crates/{room}/src"));
    let sources = rooms.iter().flat_map(|room| texts(room, "rs")).chain(texts("web/src", "rs"));
    let is_tests = |path: &str| path.contains("/tests/") || path.ends_with("tests.rs");
    let quoted = sources.filter(|(path, _)| !is_tests(path)).map(|(path, text)| {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let quoted: Vec<String> = lines.join("\n").split('"').skip(1).step_by(2).map(plain).collect();
        (path, quoted.join("\n"))
    });
    quoted.collect()
}

/// A literal as it is read: one that goes on in the next line has blanks there.
fn plain(text: &str) -> String {
    text.replace("\\n", "\n").split_whitespace().filter(|word| *word != "\\").collect::<Vec<_>>().join(" ")
}

#[test]
fn every_word_of_the_glossary_is_used() {
    let finder = Finder::default();
    let mut used = BTreeSet::new();
    for (_, text) in said().into_iter().chain(literals()) {
        used.extend(finder.find(&text).map(|(_, number)| number));
    }
    for (number, term) in finder.terms().iter().enumerate() {
        assert!(used.contains(&number), "nobody says {}", term.name());
    }
}

/// Names that a person need not know, or that the page explains where it shows them: processors, flags of entries and of a dump's
/// lines, constants of the kernel that are an example.
const KNOWN: [&str; 14] = [
    "CPU",
    "CPUs",
    "NULL",
    "TASK_SIZE",
    "PAGE_SIZE",
    "KiB",
    "MiB",
    "GiB",
    "TiB",
    "GLB",
    "PSE",
    "MEM",
    "NORMAL",
    "DEVICE",
];

/// Words in capitals and names of code that are no functions.
fn jargon(text: &str) -> BTreeSet<&str> {
    let ends = |letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '(' | '-'));
    let words = text.split(ends).map(|word| word.trim_matches('-')).filter(|word| !word.contains('('));
    let is_code = |word: &&str| {
        let letters = word.chars().filter(char::is_ascii_alphabetic).count();
        let capitals = word.chars().filter(char::is_ascii_uppercase).count();
        let flag = ["_PAGE_", "PTE_", "PMD_", "PUD_", "_HPAGE"].iter().any(|start| word.starts_with(start));
        letters > 2 && capitals + 1 >= letters && !flag && !word.contains("0x")
    };
    words.filter(is_code).collect()
}

#[test]
fn words_in_capitals_are_found() {
    let found = jargon("The TLBs of all CPUs, -EINVAL, walk_pgd_range(0xAB) and _PAGE_RW: VMA ACTION_AGAIN.");
    assert_eq!(found, BTreeSet::from(["TLBs", "CPUs", "EINVAL", "VMA", "ACTION_AGAIN"]));
}

#[test]
fn what_runs_say_in_capitals_is_explained() {
    let finder = Finder::default();
    let mut unknown: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in said() {
        let text = if path.contains("golden") { text } else { paragraphs(&text) };
        for word in jargon(&text) {
            let explained = finder.find(word).next().is_some_and(|(place, _)| place.end == word.len());
            if !explained && !KNOWN.contains(&word) {
                unknown.insert(word.to_owned(), path.clone());
            }
        }
    }
    assert!(unknown.is_empty(), "neither in the glossary nor known otherwise: {unknown:?}");
}

/// A lesson without its checks and addresses.
fn paragraphs(text: &str) -> String {
    let is_text = |line: &&str| !["check:", "figure:"].iter().any(|key| line.starts_with(key));
    text.lines().filter(is_text).collect::<Vec<_>>().join("\n")
}

/// Kinds of steps that say what they are in ordinary words.
const PLAIN: [&str; 21] = [
    "split",
    "start",
    "call",
    "check",
    "check fails",
    "down a level",
    "up a level",
    "page",
    "table",
    "empty pte",
    "again",
    "install",
    "entry written",
    "flush",
    "table freed",
    "waits",
    "action",
    "lock taken",
    "lock released",
    "return",
    "fault",
];

#[test]
fn the_kinds_of_steps_are_plain_words_or_explained() {
    let finder = Finder::default();
    for mark in narrate::Mark::ALL {
        let title = mark.title();
        let known = PLAIN.contains(&title) || finder.find(title).next().is_some();
        assert!(known, "{title} is neither a plain word nor in the glossary");
    }
}

#[test]
fn locks_are_held_for_reading_and_not_read() {
    // "Reads" and "writes" are for entries; a lock is named with its mode.
    let wrong = [
        "that reads,",
        "that reads runs",
        "walker reads runs",
        "walk that reads",
        "walks that read ",
        "dump that reads",
        "lock reads",
        "read-locks",
        "reads the lock",
        "writes the lock",
        "Reading is enough",
        "walker that writes",
        "walk that writes",
        "reading walk",
        "reading walker",
        "writing walk",
        "a reader of init_mm",
        "is read-locked",
    ];
    let mut files = 0;
    for (path, text) in said().into_iter().chain(literals()) {
        files += 1;
        for phrase in wrong {
            assert!(!text.contains(phrase), "{path} says “{phrase}”: name the lock with its mode");
        }
    }
    assert!(files > 200, "only {files} texts were read");
}
