//! `pagewalk check`, `diff` and `dump --json` of a core: its tables, not only what debugfs would print of them.

use std::process::{Command, Output};

use serde_json::Value;

#[path = "made/core.rs"]
mod made;

use made::{core_file, core_with};

fn pagewalk(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagewalk")).args(args).output().expect("the program starts")
}

fn text(args: &[&str], code: i32) -> String {
    let output = pagewalk(args);
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// A page that its own entry lets be written and executed: NX of the table above it decides.
#[test]
fn a_core_is_checked_by_effective_rights() {
    // The pmd of the table of ptes, without NX and with it.
    let leaf = (0x5008, 0x1163);
    let open = core_with("check-open", &[leaf]);
    let found = text(&["check", &open], 1);
    assert!(
        found.contains("w+x: ffff888000001000-ffff888000002000 is writable and executable: 1 pte entry\n"),
        "{found}"
    );
    assert!(!found.contains("line ") && found.contains("rights: effective"), "{found}");
    let value: Value = serde_json::from_str(&text(&["check", &open, "--json"], 1)).expect("JSON");
    assert_eq!((&value["findings"][0]["line"], &value["rights"]), (&Value::Null, &"effective".into()));
    let closed = core_with("check-closed", &[leaf, (0x4000, 0x8000_0000_0000_5063)]);
    assert!(text(&["check", &closed], 0).contains("nothing found"));
}

#[test]
fn two_cores_are_compared_by_frames_and_by_what_the_cpu_noted() {
    let (one, frame) = (core_file("diff-one"), core_with("diff-frame", &[(0x5008, 0x8000_0000_0000_2163)]));
    let clean = core_with("diff-clean", &[(0x5008, 0x8000_0000_0000_1123)]);
    assert!(text(&["diff", &one, &one], 0).contains("no differences"));
    let found = text(&["diff", &one, &frame], 1);
    assert!(
        found.contains("ffff888000001000\tffff888000002000\tphysical\tA: pte rw--gad 1000 (RW GLB NX)\tB: pte rw--gad 2000 (RW GLB NX)\n"),
        "{found}"
    );
    assert!(!found.contains("does not tell"), "{found}");
    assert!(text(&["diff", &one, &clean], 1).contains("\td\tA: pte rw--gad 1000"));
    // Beside a monitor's rows as well, and beside the text of debugfs it is what debugfs would print.
    let file = one.replace(".core", ".tlb");
    std::fs::write(
        &file,
        "ffff888000001000: 0000000000007000 XG-DA---W\nffff888000200000: 0000000000200000 XGPDA---W\n",
    )
    .expect("a file");
    let found = text(&["diff", &one, &file], 1);
    assert!(found.contains("\tphysical\tA: pte rw--gad 1000"), "{found}");
    let dump = one.replace(".core", ".txt");
    std::fs::write(&dump, text(&["dump", &one], 0)).expect("a file");
    assert!(text(&["diff", &one, &dump], 0).contains("no differences"));
}

#[test]
fn the_dump_of_a_core_is_there_for_programs() {
    let core = core_file("dump-json");
    let value: Value = serde_json::from_str(&text(&["dump", &core, "--json"], 0)).expect("JSON");
    assert_eq!((&value["model"], &value["rights"]), (&"x86_64-4level".into(), &"leaf".into()));
    let rows = value["rows"].as_array().expect("rows");
    let mapped: Vec<&Value> = rows.iter().filter(|row| row["mapped"] == true).collect();
    assert_eq!(mapped.len(), 2);
    let of = |column: &str| mapped[1][column].as_str().expect("text");
    assert_eq!(
        [of("start"), of("end"), of("level"), of("attributes"), of("region")],
        ["ffff888000200000", "ffff888000400000", "pmd", "RW PSE GLB NX", "Low Kernel Mapping"]
    );
    // As many rows as the text has lines with a range.
    let lines = text(&["dump", &core], 0).lines().filter(|line| line.starts_with("0x")).count();
    assert_eq!(rows.len(), lines);
}

/// What lies behind the end of the file is missing, and the rest is shown.
#[test]
fn a_core_that_is_cut_off_behind_its_root_shows_what_is_there() {
    let core = core_file("cut-tables");
    let bytes = std::fs::read(&core).expect("a file");
    // The last table, of ptes, lies in the last page of memory.
    std::fs::write(&core, &bytes[..bytes.len() - 0x1000]).expect("a file");
    let output = pagewalk(&["open", &core, "--ranges"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "ffff888000200000\tffff888000400000\tpmd\trw--gad\t200000\n"
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("1 table lies behind the end of the file, which is cut off"), "{said}");
    // The page behind the hole is in the dump as well, and is checked.
    let output = pagewalk(&["dump", &core]);
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("0xffff888000200000-0xffff888000400000"),
        "{output:?}"
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 table lies behind the end"), "{output:?}");
    let checked = text(&["check", &core], 0);
    assert!(
        checked.contains("assumed: 1 table lies behind the end") && checked.contains("nothing found"),
        "{checked}"
    );
}

/// A capture of the tree.
fn capture(name: &str) -> String {
    format!("{}/../tests/captures/{name}/tables.json.gz", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_capture_is_walked_from_the_root_that_is_given_or_says_which_it_has() {
    let s390 = capture("s390x-3level");
    let walk = |more: &[&str], code: i32| {
        let args = [&["walk", &*s390, "--start", "0", "--end", "2000", "--kernel", "v7.3"], more].concat();
        let output = pagewalk(&args);
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    let wrong = walk(&["--root", "1234"], 2);
    assert!(
        wrong.contains("no root of this capture is at 1234; it has ") && wrong.contains("(init_mm)"),
        "{wrong}"
    );
    // Each root by the address that is said.
    let (_, all) = wrong.split_once("it has ").expect("a list");
    let roots: Vec<(&str, &str)> = all.trim().split(", ").filter_map(|root| root.split_once(" (")).collect();
    assert!(roots.len() > 1, "{wrong}");
    for (at, name) in roots {
        let said = walk(&["--root", at], 0);
        let name = name.trim_end_matches([')', '\n']);
        let is_other = said.contains(&format!("the tree below {at} is walked, that of {name}"));
        assert_eq!(is_other, name != "init_mm", "{said}");
    }
    assert!(
        walk(&["--model", "x86_64-4level"], 2)
            .contains("its tables are of s390x, and --model says x86_64-4level")
    );
    assert!(walk(&["--base", "0", "--vmcoreinfo", "0"], 2).contains("for images of memory"));
    let open = pagewalk(&["open", &s390, "--root", "0"]);
    assert_eq!(open.status.code(), Some(2));
    let dump = pagewalk(&["dump", &s390, "--model", "arm64-4k-48"]);
    assert!(String::from_utf8_lossy(&dump.stderr).contains("--model says arm64-4k-48"));
}

#[test]
fn the_names_of_models_that_open_and_decode_know_are_the_same() {
    let said = |args: &[&str]| String::from_utf8_lossy(&pagewalk(args).stderr).into_owned();
    let open = said(&["open", "-", "--model", "nonesuch"]);
    let (_, list) = open.split_once("there are ").expect("a list");
    let names: Vec<&str> = list.lines().next().unwrap_or_default().split(", ").map(str::trim).collect();
    assert!(names.len() > 20, "{open}");
    for name in names {
        let decode = pagewalk(&["decode", name, "pte", "0"]);
        let is_modelled = decode.status.success();
        assert!(
            is_modelled || said(&["decode", name, "pte", "0"]).contains("is read as a text (pagewalk open)"),
            "{name}"
        );
        assert_eq!(is_modelled, !["x86-pae", "x86-legacy"].contains(&name), "{name}");
    }
    for (name, near) in [("s390", "s390x"), ("powerpc", "ppc64le-64k-radix"), ("arm64-4k-53", "arm64-4k-52")]
    {
        assert!(
            said(&["decode", name, "pte", "0"]).contains(&format!("did you mean \u{201c}{near}\u{201d}?")),
            "{name}"
        );
    }
}
