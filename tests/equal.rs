//! docs/equal.md: what is equal per kernel and machine, written by the runs themselves.
//!
//! `UPDATE=1 cargo test -p pagewalk-tests --test equal` writes it anew; it is never written by hand.

use std::path::{Path, PathBuf};
use std::{env, fs};

use pagewalk_tests::equal::{Cases, Compared, Machine, cases, machine, table_of_cases, table_of_machines};
use pagewalk_tests::{conformance, default_dir, find};

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/equal.md")
}

#[test]
fn the_table_says_what_the_runs_say() {
    let cases = cases(&conformance::default_dir()).expect("readable cases");
    let machines: Vec<(String, Machine)> = find(&default_dir())
        .expect("captures")
        .iter()
        .map(|dir| machine(dir).expect("a readable capture"))
        .collect();
    let text = format!(
        "# What is equal\n\n\
         Written by `UPDATE=1 cargo test -p pagewalk-tests --test equal`, from the runs. A test fails when they say something else.\n\n\
         ## Cases traced with the kernel's own mm/pagewalk.c\n\n\
         How many cases of each version and machine come out of our machine with the same events. `seed-v2` is the row `patch`,\n\
         `v6.12` is `v6.12.107`, and `v7.2` follows the rules of `v7.3`. `v6.6.153` was read and not traced; no case is of powerpc or\n\
         s390.\n\n\
         {}\n\
         ## Captured machines\n\n\
         Walks that captured 7.3.4 kernels ran themselves, callback by callback, and what debugfs printed, to the byte.\n\n\
         {}",
        table_of_cases(&cases),
        table_of_machines(&machines),
    );
    if env::var_os("UPDATE").is_some() {
        fs::write(file(), &text).expect("docs/equal.md is written");
    }
    let stored = fs::read_to_string(file()).unwrap_or_default();
    assert!(
        stored == text,
        "docs/equal.md says something else than the runs; UPDATE=1 writes it anew:\n{text}"
    );
    let all: Vec<&String> = cases.values().flat_map(|of| &of.different).collect();
    assert_eq!(all, Vec::<&String>::new());
    for (name, of) in &machines {
        assert_eq!([&of.walks, &of.texts].map(|of| of.different.len()), [0, 0], "{name}: {of:?}");
        assert!(of.walks.runs > 10, "{name}");
    }
}

#[test]
fn what_is_different_is_seen_in_the_table() {
    let of = |runs, different: usize| Compared { runs, different: vec!["x".to_owned(); different] };
    let cases: Cases = [
        (("v6.16".to_owned(), "openrisc"), of(3, 0)),
        (("v7.3".to_owned(), "openrisc"), of(5, 2)),
        (("v7.3".to_owned(), "riscv64-sv39"), of(4, 0)),
    ]
    .into();
    let table = table_of_cases(&cases);
    assert!(table.contains("| openrisc | 3 | 3 of 5 | 6 of 8 |"), "{table}");
    assert!(table.contains("| riscv64-sv39 | – | 4 | 4 |"), "{table}");
    assert!(table.contains("| together | 3 | 7 of 9 | 10 of 12 |"), "{table}");
}
