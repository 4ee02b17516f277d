//! `pagewalk open` of a machine's memory.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

#[path = "made/core.rs"]
mod made;

use made::core_file;

fn pagewalk(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagewalk")).args(args).output().expect("the program starts")
}

fn text(args: &[&str]) -> String {
    let output = pagewalk(args);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

const RANGES: &str = "\
ffff888000001000\tffff888000002000\tpte\trw--gad\t1000
ffff888000200000\tffff888000400000\tpmd\trw--gad\t200000
";

#[test]
fn a_core_is_opened_by_its_own_notes() {
    let core = core_file("by-notes");
    assert_eq!(text(&["open", &core, "--ranges"]), RANGES);
    let summary = text(&["open", &core]);
    for part in ["kernel: 6.12.57", "model: x86_64-4level", "root: 0x2000 (init_mm)", "rights: effective"] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    let value: Value = serde_json::from_str(&text(&["open", &core, "--json"])).expect("JSON");
    assert_eq!(
        (&value["format"], &value["root"]["at"], &value["ranges"][1]["level"]),
        (&"vmcore".into(), &"2000".into(), &"pmd".into())
    );
}

#[test]
fn a_core_that_is_packed_as_a_whole_is_one_sentence() {
    let core = core_file("packed");
    let packed = format!("{core}.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&std::fs::read(&core).expect("a file")).expect("written");
    std::fs::write(&packed, gzip.finish().expect("gzip")).expect("a file");
    for command in ["open", "dump", "check"] {
        let output = pagewalk(&[command, &packed]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains("the core is packed with gzip: unpack it first"), "{said}");
    }
}

/// What cannot be read as it is given is told how it can be.
#[test]
fn a_core_at_standard_input_and_a_report_are_sent_to_where_they_are_read() {
    let core = core_file("piped");
    let output = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .args(["open", "-"])
        .stdin(std::fs::File::open(&core).expect("a file"))
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("give it as a file"), "{said}");
    let report = format!("{}/../crates/splats/tests/splats/kasan-ptdump-7.1.txt", env!("CARGO_MANIFEST_DIR"));
    let output = pagewalk(&["open", &report]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("`pagewalk explain "), "{said}");
}

#[test]
fn the_note_is_found_in_memory_by_its_address() {
    let raw = core_file("noted").replace(".core", ".raw");
    let args = ["open", &raw, "--vmcoreinfo", "0x1000", "--model", "x86_64-4level"];
    assert_eq!(text(&[&args[..], &["--ranges"]].concat()), RANGES);
    assert!(text(&args).contains("root: 0x2000 (init_mm)"));
    let output = pagewalk(&["open", &raw, "--vmcoreinfo", "0x2000", "--model", "x86_64-4level"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2) && said.contains("there is no VMCOREINFO note at 0x2000"),
        "{said}"
    );
}

/// A root that the core tells keeps its name, its model, and what was assumed of it.
#[test]
fn a_root_that_the_core_tells_may_be_chosen() {
    let core = core_file("chosen");
    assert!(text(&["open", &core, "--root", "2000"]).contains("root: 0x2000 (init_mm)"));
    assert!(text(&["open", &core, "--root", "3000"]).contains("root: 0x3000 (given)"));
    // The lower half of the addresses has the same tables, and addresses without the sign.
    let lower = text(&["open", &core, "--root", "2000", "--model", "arm64-4k-48", "--lower", "--json"]);
    assert!(!lower.contains("ffff"), "{lower}");
}

#[test]
fn a_raw_image_needs_a_root_and_a_model() {
    let raw = core_file("raw").replace(".core", ".raw");
    assert_eq!(text(&["open", &raw, "--root", "0x2000", "--model", "x86_64-4level", "--ranges"]), RANGES);
    let checked = text(&["check", &raw, "--root", "2000", "--model", "x86_64-4level"]);
    assert!(
        checked.contains("the tables of a raw image, x86_64-4level") && checked.contains("nothing found"),
        "{checked}"
    );
    let output = pagewalk(&["open", &raw, "--root", "2000"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--model"));
    let output = pagewalk(&["open", &raw, "--root", "9000000", "--model", "x86_64-4level"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("does not have the memory at 0x9000000"));
}

#[test]
fn a_core_is_dumped_as_its_kernel_would() {
    let core = core_file("dumped");
    let dump = text(&["dump", &core]);
    assert!(dump.starts_with("---[ User Space ]---\n"), "{dump}");
    let line = "0xffff888000001000-0xffff888000002000           4K     RW                 GLB NX pte\n";
    assert!(dump.contains(line), "{dump}");
    let output = pagewalk(&["dump", &core.replace(".core", ".raw")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--root"), "{output:?}");
}

#[test]
fn a_core_is_walked_by_the_walker_of_a_kernel() {
    let core = core_file("walked");
    let range = ["--start", "ffff888000000000", "--end", "0xffff888000400000"];
    let ask = |more: &[&str]| text(&[&["walk", &core], &range[..], more].concat());
    let lines = ask(&[]);
    assert!(
        lines.starts_with("walk_kernel_page_table_range(ffff888000000000, ffff888000400000)\n"),
        "{lines}"
    );
    for part in [
        "mmap_assert_locked(init_mm) holds",
        "pgd_entry ffff888000000000 ffff888000400000 3063",
        "pmd_entry ffff888000200000 ffff888000400000 80000000002001e3",
        "pte_entry ffff888000001000 ffff888000002000 8000000000001163",
        "\nreturned 0\n",
    ] {
        assert!(lines.contains(part), "{part}: {lines}");
    }
    // A name of a kernel without a row is the nearest row, and that is said.
    let near = pagewalk(&[&["walk", &core], &range[..], &["--kernel", "6.1.0-53-amd64"]].concat());
    let says = String::from_utf8_lossy(&near.stderr);
    assert!(says.contains("the nearest row to 6.1.0-53-amd64 is v6.1.192, whose walker walks"), "{says}");
    let lines = ask(&["--function", "walk_page_range_debug", "--lock", "read"]);
    assert_eq!(lines.matches("mmap_assert_write_locked(init_mm) FAILS").count(), 2, "{lines}");
    let lines =
        ask(&["--function", "walk_page_range_debug", "--lock", "read", "--kernel", "v6.17", "--most", "4"]);
    assert!(
        lines.contains("handed over") && !lines.contains("FAILS") && lines.contains("more lines"),
        "{lines}"
    );
    let value: Value = serde_json::from_str(&ask(&["--json", "--lock", "none"])).expect("JSON");
    assert_eq!((&value["kernel"], &value["ended"]), (&"v7.3".into(), &"returned 0".into()));
    assert!(value["events"].as_array().expect("events").iter().any(|event| event["holds"] == false));
    for wrong in [["--kernel", "v9"], ["--function", "walk_page_range"], ["--lock", "maybe"]] {
        assert_eq!(
            pagewalk(&[&["walk", &core], &range[..], &wrong[..]].concat()).status.code(),
            Some(2),
            "{wrong:?}"
        );
    }
}

#[test]
fn a_core_that_is_cut_off_is_one_sentence() {
    let core = core_file("cut");
    let bytes = std::fs::read(&core).expect("a file");
    std::fs::write(&core, &bytes[..150]).expect("a file");
    let output = pagewalk(&["open", &core]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    std::fs::write(&core, b"KDUMP   \x06\0\0\0").expect("a file");
    let output = pagewalk(&["open", &core]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("too short for a core"), "{output:?}");
    assert!(said.contains("cut off") && said.lines().count() == 1, "{said}");
}

/// A text has no tables: they are built from its ranges, and everywhere it is said that they are.
#[test]
fn a_text_can_be_walked_in_tables_built_from_its_ranges() {
    let file =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/formats/qemu-11.1.3-x86_64-4level-info-tlb.txt");
    let range = ["--start", "0", "--end", "600000", "--lock", "read", "--kernel", "v7.3"];
    let said = text(&[&["walk", file][..], &range].concat());
    assert!(
        said.starts_with("tables built from ranges (x86_64-4level): not those of the machine\n"),
        "{said}"
    );
    // The page at 3000 is not listed; the one at 4000 leads to 1009000.
    assert!(said.contains("\npte_entry 3000 4000 0\n"), "{said}");
    assert!(
        said.lines().any(|line| line.starts_with("pte_entry 4000 5000") && line.contains("1009")),
        "{said}"
    );
    let value: Value =
        serde_json::from_str(&text(&[&["walk", file, "--json"][..], &range].concat())).expect("JSON");
    assert_eq!(value["made_from"], "ranges of a text: the tables themselves are not known");
    assert!(
        value["assumed"][0].as_str().expect("a sentence").starts_with("built from the ranges of a text"),
        "{value}"
    );
}

/// A capture has its tables.
#[test]
fn a_capture_can_be_walked() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/captures/riscv64-sv39/tables.json.gz");
    let said = text(&["walk", file, "--start", "ffffffc4fec00000", "--end", "ffffffc4ff000000"]);
    assert!(said.starts_with("walk_kernel_page_table_range("), "{said}");
    assert!(said.contains("pmd_entry ffffffc4fec00000 ffffffc4fee00000"), "{said}");
    // Its dump is its kernel's own, to the byte.
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/captures/riscv64-sv39/ptdump-kernel.txt.gz");
    let mut kernels = String::new();
    let unpacked = std::fs::File::open(own).map(flate2::read::GzDecoder::new);
    unpacked.expect("a file").read_to_string(&mut kernels).expect("a text");
    assert_eq!(text(&["dump", file]), kernels);
    assert_eq!(text(&["open", file, "--ranges"]), text(&["open", own, "--ranges"]));
    // The end of the last page is no address.
    let last = text(&["walk", file, "--start", "fffffffffffff000", "--end", "10000000000000000"]);
    assert!(last.ends_with("returned -22\n"), "{last}");
    let refused = pagewalk(&["walk", file, "--start", "0", "--end", "zz"]);
    assert_eq!(refused.status.code(), Some(2));
}

/// What `open --ranges` says of a file of tests/formats, which is unpacked first.
fn of_formats(name: &str) -> (String, Vec<Vec<String>>) {
    let packed = format!("{}/../tests/formats/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut file = packed.clone();
    if let Some(unpacked) = name.strip_suffix(".gz") {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&packed).expect("a file"))
            .read_to_end(&mut bytes)
            .expect("gzip");
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(unpacked);
        std::fs::write(&path, bytes).expect("a file");
        file.clear();
        file.push_str(path.to_str().expect("a name"));
    }
    let ranges = text(&["open", &file, "--ranges"]);
    (file, ranges.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// Pages of 4 KiB, each with what column says of it.
fn pages(ranges: &[Vec<String>], column: impl Fn(&[String], u64) -> String) -> Vec<(u64, String)> {
    let number = |text: &str| u128::from_str_radix(text, 16).expect("a number");
    let mut pages = Vec::new();
    for range in ranges {
        let (start, end) = (number(&range[0]), number(&range[1]));
        let step = ((end - start) / 64).max(4096) as usize;
        pages.extend((start..end).step_by(step).map(|at| (at as u64, column(range, (at - start) as u64))));
    }
    pages
}

/// QEMU 7.2.22, `dump-guest-memory` without and with `-p`, of a guest with tables made by hand: the core says of each page what
/// `info tlb` says of its level and frame, and of rights what `info mem` says of all levels.
#[test]
fn qemus_cores_say_what_its_monitor_says() {
    let (_, tlb) = of_formats("qemu-7.2.22-x86_64-4level-guest-info-tlb.txt");
    let (_, mem) = of_formats("qemu-7.2.22-x86_64-4level-guest-info-mem.txt");
    for name in ["qemu-7.2.22-x86_64-4level-guest.core.gz", "qemu-7.2.22-x86_64-4level-guest-paging.core.gz"]
    {
        let (file, core) = of_formats(name);
        let frame = |range: &[String], offset: u64| {
            let physical = u64::from_str_radix(&range[4], 16).expect("a frame") + offset;
            format!("{} {physical:x}", range[2])
        };
        // The tlb has a row for each range of the core here: both are joined alike but for rights of the levels above.
        assert_eq!(pages(&core, frame), pages(&tlb, frame), "{name}");
        let rights =
            |range: &[String], _: u64| range[3].chars().filter(|letter| "wu".contains(*letter)).collect();
        let split: Vec<Vec<String>> = mem.iter().flat_map(|row| cut_like(row, &core)).collect();
        assert_eq!(pages(&core, rights), pages(&split, rights), "{name}");
        let said = text(&["open", &file]);
        assert!(
            said.contains("QEMU, dump-guest-memory") && said.contains("root: 0x40000 (cr3 of CPU 0)"),
            "{said}"
        );
        assert!(text(&["dump", &file]).contains("x  pte\n"));
        // The guest has pages that are writable and executable.
        let checked = pagewalk(&["check", &file]);
        assert_eq!(checked.status.code(), Some(1), "{}", String::from_utf8_lossy(&checked.stderr));
        let compared = pagewalk(&["diff", &file, &file]);
        assert_eq!(compared.status.code(), Some(0), "{}", String::from_utf8_lossy(&compared.stderr));
    }
}

/// A row in the parts that other ranges have.
fn cut_like(row: &[String], like: &[Vec<String>]) -> Vec<Vec<String>> {
    let number = |text: &str| u128::from_str_radix(text, 16).expect("a number");
    let within =
        |range: &&Vec<String>| number(&range[0]) >= number(&row[0]) && number(&range[1]) <= number(&row[1]);
    let part = |range: &Vec<String>| {
        let mut part = row.to_vec();
        part[..2].clone_from_slice(&range[..2]);
        part
    };
    like.iter().filter(within).map(part).collect()
}

/// A shell's `<(…)` is a pipe: what was looked at is gone.
#[test]
#[cfg(target_os = "linux")]
fn a_pipe_is_read_once() {
    let file =
        format!("{}/../tests/formats/qemu-11.1.3-x86_64-4level-info-tlb.txt", env!("CARGO_MANIFEST_DIR"));
    let rows =
        std::fs::read_to_string(&file).expect("a text").split_once('\n').expect("a heading").1.to_owned();
    let mut child = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .args(["open", "/dev/stdin", "--ranges"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(rows.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), text(&["open", &file, "--ranges"]));
}
