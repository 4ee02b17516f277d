//! The texts of tests/formats and tests/captures.

#![expect(dead_code, reason = "each test takes a part of it")]

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use texts::{Listing, Wish, merged, read};

pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

/// A file below tests, unpacked.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    let bytes = fs::read(tests().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&*bytes).read_to_end(&mut unpacked).expect("gzip");
    unpacked
}

pub(crate) fn listing(name: &str) -> Listing {
    read(&bytes(name), Wish::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A text that is read.
pub(crate) fn of(text: &str) -> Listing {
    read(text.as_bytes(), Wish::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The lines of `--ranges`, with blanks for tabs.
pub(crate) fn ranges(listing: &Listing) -> Vec<String> {
    merged(listing).iter().map(|range| range.to_string().replace('\t', " ")).collect()
}

/// Whether one of the sentences has these words.
pub(crate) fn says(listing: &Listing, words: &str) -> bool {
    listing.assumed.iter().any(|sentence| sentence.contains(words))
}

/// Every text of tests/formats.
pub(crate) fn formats() -> Vec<String> {
    let entries = fs::read_dir(tests().join("formats")).expect("the folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let mut names: Vec<String> = names.filter(|name| name.strip_suffix(".txt").is_some()).collect();
    names.sort();
    assert!(names.len() >= 17, "only {} texts", names.len());
    names.into_iter().map(|name| format!("formats/{name}")).collect()
}
