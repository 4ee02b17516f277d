//! Entry values through the kernel's own tests: none, bad, present, leaf, trans_huge, and where they point.
//!
//! `tests/conformance/classify.jsonl.gz` was written by the architectures' headers; each line is one value at one
//! level, folded levels and those above them included. `pa` is the address of the table that the value would
//! point to if it were used as a table entry, of any kind: this is the address that an offset function follows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use pgtable::{Level, Model, RawEntry};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    geom: String,
    lvl: String,
    v: String,
    none: u8,
    bad: u8,
    present: u8,
    leaf: u8,
    trans_huge: u8,
    pa: Option<String>,
}

fn hex(text: &str) -> u64 {
    text.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()).expect("a hex number")
}

fn ours(model: &'static Model, level: Level, value: RawEntry) -> [u8; 5] {
    let tests = model.tests(level, &model.empty);
    [tests.none(value), tests.bad(value), tests.present(value), tests.leaf(value), tests.trans_huge(value)]
        .map(u8::from)
}

#[test]
fn entries_are_what_the_headers_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/classify.jsonl.gz");
    let file = File::open(file).expect("a file of this repository");
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for line in BufReader::new(GzDecoder::new(file)).lines() {
        let line: Line = serde_json::from_str(&line.expect("text")).expect("a classification");
        let model = pgtable::model(&line.geom).expect("a model of every geometry");
        let level = Level::from_name(&line.lvl).expect("a level");
        let value = hex(&line.v);
        *seen.entry(model.id).or_default() += 1;
        let expected = [line.none, line.bad, line.present, line.leaf, line.trans_huge];
        let found = ours(model, level, RawEntry(value));
        if found != expected {
            wrong.push(format!("{} {} {value:#x}: {expected:?}, not {found:?}", line.geom, line.lvl));
        }
        if let Some(pa) = &line.pa {
            let found = model.table_address(level, RawEntry(value)).0;
            if found != hex(pa) {
                wrong.push(format!("{} {} {value:#x}: points to {pa}, not {found:#x}", line.geom, line.lvl));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    let expected = [
        ("arm64-16k-47", 767),
        ("arm64-16k-52-l4off", 770),
        ("arm64-4k-39", 768),
        ("arm64-4k-48", 769),
        ("arm64-4k-52", 770),
        ("arm64-4k-52-l5off", 769),
        ("arm64-64k-42", 767),
        ("arm64-64k-52", 768),
        ("loongarch64-16k-3level", 763),
        ("loongarch64-4k-3level", 762),
        ("openrisc", 596),
        ("riscv32-sv32", 604),
        ("riscv64-sv39", 766),
        ("riscv64-sv48", 763),
        ("riscv64-sv57", 766),
        ("x86_64-4level", 783),
        ("x86_64-5level", 782),
    ];
    assert_eq!(seen, BTreeMap::from(expected), "lines that were compared");
}
