//! What is equal per kernel and machine, written by the runs themselves: `web/src/view/verdicts/equal.txt` for the page, docs/equal.md.
//!
//! `UPDATE=1 cargo test -p pagewalk-tests --test equal` writes both anew; they are never written by hand.

use std::path::{Path, PathBuf};
use std::{env, fs};

use pagewalk::Revision;
use pagewalk_tests::equal::{Cases, Compared, Machine, Table, cases, machine};
use pagewalk_tests::{conformance, default_dir, find};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

#[test]
fn the_table_says_what_the_runs_say() {
    let cases = cases(&conformance::default_dir()).expect("readable cases");
    let machines: Vec<Machine> = find(&default_dir())
        .expect("captures")
        .iter()
        .map(|dir| machine(dir).expect("a readable capture"))
        .collect();
    let table = Table::new(&cases, &machines);
    let text = format!(
        "# What is equal\n\n\
         Written by `UPDATE=1 cargo test -p pagewalk-tests --test equal`, from the runs. A test fails when they say something else. The page has\n\
         the same table under `#v1/verdicts/trust`.\n\n\
         - A column of a kernel: how many cases that were traced with that version\u{2019}s own `mm/pagewalk.c` come out of our machine with the same\n\
           events, one by one. `patch` is the file as it was posted (v2). `v7.2` follows the rules of the row `v7.3`.\n\
         - `walks`: those that a booted 7.3.4 kernel of that machine ran itself, equal callback by callback.\n\
         - `texts`: what its debugfs printed (dumps, and the check for pages that are writable and executable), equal to the byte.\n\
         - `\u{2013}`: nothing was compared. `v6.6.153` was read, not traced, and no case is of powerpc or s390.\n\n\
         {}",
        table.markdown(),
    );
    for (name, made) in [("web/src/view/verdicts/equal.txt", table.lines()), ("docs/equal.md", text)] {
        if env::var_os("UPDATE").is_some() {
            fs::write(file(name), &made).expect("it is written");
        }
        let stored = fs::read_to_string(file(name)).unwrap_or_default();
        assert!(stored == made, "{name} says something else than the runs; UPDATE=1 writes it anew:\n{made}");
    }
    let all: Vec<&String> = cases.values().flat_map(|of| &of.different).collect();
    assert_eq!(all, Vec::<&String>::new());
    for of in &machines {
        assert_eq!([&of.walks, &of.texts].map(|of| of.different.len()), [0, 0], "{of:?}");
        assert!(of.walks.runs > 10, "{}", of.model);
    }
}

#[test]
fn what_is_different_or_was_not_compared_is_seen_in_the_table() {
    let of = |runs, different: usize| Compared { runs, different: vec!["x".to_owned(); different] };
    let cases: Cases = [
        (("v6.16".to_owned(), "openrisc"), of(3, 0)),
        (("seed-v2".to_owned(), "openrisc"), of(1, 0)),
        (("v7.2".to_owned(), "openrisc"), of(2, 0)),
        (("v7.3".to_owned(), "openrisc"), of(5, 2)),
        (("v7.3".to_owned(), "riscv64-sv39"), of(4, 0)),
    ]
    .into();
    let machines = [Machine { model: "riscv64-sv39", walks: of(9, 1), texts: of(2, 0) }];
    let table = Table::new(&cases, &machines);
    let lines = table.lines();
    let row = |name: &str| {
        let line = lines.lines().find(|line| line.starts_with(&format!("{name}\t")));
        line.unwrap_or_else(|| panic!("no {name}: {lines}")).split('\t').skip(1).collect::<Vec<_>>()
    };
    let cell = |name: &str, head: &str| {
        let at =
            row("machine").iter().position(|of| *of == head).unwrap_or_else(|| panic!("no {head}: {lines}"));
        row(name)[at]
    };
    // Every kernel that can be chosen has a column, and v7.2, which has no row, one as well.
    assert!(Revision::ALL.iter().all(|of| row("machine").contains(&of.id())), "{lines}");
    assert_eq!(row("machine").len(), Revision::ALL.len() + 4);
    assert_eq!(
        ["patch", "v6.16", "v7.2", "v7.3", "v6.6.153", "all"].map(|of| cell("openrisc", of)),
        ["1", "3", "2", "3 of 5", "\u{2013}", "9 of 11"]
    );
    assert_eq!(
        ["v7.3", "all", "walks", "texts"].map(|of| cell("riscv64-sv39", of)),
        ["4", "4", "8 of 9", "2"]
    );
    assert_eq!(
        ["v7.3", "all", "walks", "texts"].map(|of| cell("all", of)),
        ["7 of 9", "13 of 15", "8 of 9", "2"]
    );
    // So has every machine.
    assert_eq!(cell("s390x", "walks"), "\u{2013}");
    assert_eq!(lines.lines().count(), pgtable::MODELS.len() + 2);
    assert!(table.markdown().contains("| openrisc | 3 | 1 |"), "{}", table.markdown());
}
