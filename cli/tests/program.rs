//! The program as a shell sees it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn pagewalk(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagewalk")).args(args).output().expect("the program starts")
}

fn with_input(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("an input").write_all(input).expect("the program reads");
    child.wait_with_output().expect("the program ends")
}

fn file(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(name).to_string_lossy().into_owned()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

const TLB: &[u8] =
    b"0000000000400000: 0000000001000000 X--DA--UW\n0000000000401000: 0000000001001000 X--DA--UW\n";

#[test]
fn help_names_the_exit_codes_and_every_command_has_examples() {
    let help = pagewalk(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(out(&help).contains("Exit codes:"));
    for command in ["open", "kernel", "figure", "standalone", "check", "diff", "completions"] {
        assert!(out(&help).contains(command), "{command}");
        let help = pagewalk(&[command, "--help"]);
        assert_eq!(help.status.code(), Some(0));
        assert!(out(&help).contains("Example"), "{command}");
    }
}

#[test]
fn a_kernel_is_found_by_what_uname_says() {
    let said = |name: &str| {
        let output = pagewalk(&["kernel", name]);
        (output.status.code(), out(&output))
    };
    let (code, text) = said("6.1.0-53-amd64");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("v6.1.192: Debian 12"), "{text}");
    assert!(text.contains("6.1.0-N") && text.contains("uname -v"), "{text}");
    assert!(text.contains("asserts the write lock of its mm and of init_mm"), "{text}");
    let (code, text) = said("6.12.107+deb13");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("exactly this one"), "{text}");
    let (code, text) = said("7.2.13");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("v7.3: "), "{text}");
    let program = json(&pagewalk(&["kernel", "--json", "#1 SMP Debian 6.1.192-3"]));
    assert_eq!((&program["row"], &program["sure"]), (&"v6.1.192".into(), &"exactly this one".into()));
    let refused = pagewalk(&["kernel", "my laptop"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("uname -r"));
}

#[test]
fn one_value_is_read_under_two_models_side_by_side() {
    // A pte of a kernel for 52-bit addresses with LPA2: bits 8 and 9 are bits 50 and 51 of the address. Without LPA2 they are the
    // shareability. Debuggers that guess wrong read another page.
    let output = pagewalk(&["decode", "arm64-4k-52,arm64-4k-52-l5off", "pte", "0x00e8000040204f03"]);
    assert_eq!(output.status.code(), Some(0));
    let text = out(&output);
    let row = |what: &str| {
        let line =
            text.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("no {what}: {text}"));
        line.split("  ").filter(|part| !part.is_empty()).map(str::trim).collect::<Vec<_>>()
    };
    assert_eq!(
        row("Where it leads"),
        ["\u{2260} Where it leads", "4 KiB at 0xc000040204000", "4 KiB at 0x40204000"]
    );
    assert_eq!(row("Bits 8, 9"), ["\u{2260} Bits 8, 9", "bits 50, 51 of the address", "PTE_SHARED = 3"]);
    assert_eq!(row("What it is"), ["What it is", "leaf", "leaf"]);
    assert!(text.contains("TCR_EL1 does: its bit 59 (DS)"), "{text}");
    let both =
        json(&pagewalk(&["decode", "--json", "arm64-64k-52,arm64-64k-48", "pte", "0x00e800004020ff03"]));
    assert_eq!(both["models"][1], "arm64-64k-48");
    let differs = both["pairs"][0]["differs"].as_array().expect("a list");
    assert!(differs.iter().any(|row| row["says"][0] == "64 KiB at 0xf000040200000"), "{both}");
    let alike = pagewalk(&["decode", "riscv64-sv39,riscv64-sv48", "pte", "0x200800e7"]);
    assert!(out(&alike).contains("the same under riscv64-sv39 and riscv64-sv48"), "{}", out(&alike));
    assert_eq!(pagewalk(&["decode", "arm64-4k-52,vax", "pte", "0x1"]).status.code(), Some(2));
    assert_eq!(pagewalk(&["decode", "arm64-4k-52,arm64-4k-48", "pagemap", "0x1"]).status.code(), Some(2));
    // A level that is not known is the one that fits the first best.
    let found = pagewalk(&["decode", "arm64-4k-52,arm64-4k-52-l5off", "?", "0x00e8000040204f03"]);
    assert!(out(&found).contains("arm64-4k-52-l5off pte"), "{}", out(&found));
}

#[test]
fn what_is_asked_wrongly_ends_with_two() {
    for args in
        [&["no-such-command"][..], &["open"], &["open", "-", "--format", "x"], &["diff", "-", "-"], &[]]
    {
        assert_eq!(pagewalk(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = pagewalk(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{shell}");
        assert!(out(&script).contains("completions"), "{shell}");
    }
}

#[test]
fn ranges_are_five_columns_between_tabs() {
    let ranges = with_input(&["open", "-", "--ranges"], TLB);
    assert_eq!(ranges.status.code(), Some(0));
    assert_eq!(out(&ranges), "400000\t402000\tpte\trw-u-ad\t1000000\n");
    // Of several files each is a list of its own, below its name: they may be of different machines.
    let files = [
        file("formats/qemu-11.1.3-riscv64-sv39-info-mem.txt"),
        file("formats/crash-8.0.2-x86_64-4level-vtop.txt"),
    ];
    let alone = files.each_ref().map(|name| out(&pagewalk(&["open", name, "--ranges"])));
    let both = out(&pagewalk(&["open", &files[0], &files[1], "--ranges"]));
    assert_eq!(both, format!("# {}\n{}# {}\n{}", files[0], alone[0], files[1], alone[1]));
    for list in alone {
        let start = |line: &str| u64::from_str_radix(line.split('\t').next().expect("a column"), 16);
        assert!(list.lines().map(|line| start(line).expect("a number")).is_sorted());
    }
}

#[test]
fn json_says_what_the_text_is_and_what_was_assumed() {
    let value = json(&pagewalk(&["open", &file("formats/qemu-11.1.3-x86_64-4level-info-tlb.txt"), "--json"]));
    assert_eq!(value["format"], "info-tlb-x86");
    assert_eq!(value["program"], "QEMU 11.1.3");
    assert_eq!(value["model"], "x86_64-4level");
    assert!(value["assumed"].as_array().is_some_and(|assumed| assumed.len() > 2));
    let first = &value["ranges"][0];
    assert_eq!((&first["start"], &first["end"]), (&"0".into(), &"1000".into()));
    assert_eq!(
        (&first["level"], &first["perms"], &first["physical"]),
        (&"pte".into(), &"rwxu-ad".into(), &"1000000".into())
    );
    assert_eq!(first["rights"], "leaf");
    let mem = json(&pagewalk(&["open", &file("formats/qemu-11.1.3-x86_64-4level-info-mem.txt"), "--json"]));
    assert_eq!(
        (&mem["ranges"][0]["level"], &mem["ranges"][0]["rights"]),
        (&Value::Null, &"effective".into())
    );
}

#[test]
fn a_model_and_a_format_can_be_chosen() {
    let large = b"0000000000400000: 0000000002000000 --P-A---W\n";
    let end = |model| {
        let output = with_input(&["open", "-", "--json", "--model", model], large);
        json(&output)["ranges"][0]["end"].as_str().expect("an end").to_owned()
    };
    assert_eq!((end("x86-legacy"), end("x86-pae")), ("800000".to_owned(), "600000".to_owned()));
    let wrong = with_input(&["open", "-", "--model", "s390x"], large);
    assert_eq!(wrong.status.code(), Some(2));
    let format = with_input(&["open", "-", "--ranges", "--format", "info mem x86"], large);
    assert_eq!(format.status.code(), Some(2));
}

#[test]
fn a_summary_names_program_rights_and_assumptions() {
    let summary = out(&pagewalk(&["open", &file("formats/crash-8.0.2-x86_64-4level-vtop.txt")]));
    for words in
        ["crash 8.0.2", "x86_64-4level", "the leaf's own", "assumed: PHYSICAL in the heading", "fee00000"]
    {
        assert!(summary.contains(words), "{words}: {summary}");
    }
}

#[test]
fn no_data_is_no_error() {
    let nothing = pagewalk(&["open", &file("formats/qemu-11.1.3-aarch64-info-mem.txt"), "--ranges"]);
    assert_eq!(nothing.status.code(), Some(0));
    assert_eq!(out(&nothing), "");
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("There is no data"));
}

#[test]
fn what_cannot_be_read_is_one_sentence_and_two() {
    for output in [
        with_input(&["open", "-"], b"hello\n"),
        with_input(&["check", "-"], b""),
        with_input(&["diff", "-", &file("formats/README.md")], TLB),
        pagewalk(&["open", "/no/such/file"]),
        pagewalk(&["open", &file("formats")]),
        // Not gzip behind its first bytes.
        with_input(&["open", "-"], b"\x1f\x8brubbish"),
    ] {
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(out(&output), "");
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{output:?}");
    }
}

/// One of several files that cannot be read does not take the others away.
#[test]
fn what_can_be_read_of_several_files_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tlb.txt").to_string_lossy().into_owned();
    std::fs::write(&path, "0000000000400000: 0000000001000000 X--DA--UW\n").expect("a file");
    for files in [["no-such-file", &path], [&path, "no-such-file"]] {
        let output = pagewalk(&["open", files[0], files[1], "--ranges"]);
        assert_eq!((output.status.code(), out(&output).lines().count()), (Some(2), 2), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("pagewalk: no-such-file: "), "{output:?}");
    }
}

#[test]
fn a_check_ends_with_one_if_it_finds_something() {
    let clean = pagewalk(&["check", &file("captures/x86_64-4level/ptdump-kernel.txt.gz")]);
    assert_eq!(clean.status.code(), Some(0), "{}", out(&clean));
    let text = b"0xffff888000099000-0xffff88800009a000           4K     RW                 GLB x  pte\n";
    let found = with_input(&["check", "-"], text);
    assert_eq!(found.status.code(), Some(1));
    assert!(out(&found).contains("w+x: ffff888000099000-ffff88800009a000"), "{}", out(&found));
    let found = json(&with_input(&["check", "-", "--json"], text));
    assert_eq!((&found["findings"][0]["kind"], &found["findings"][0]["line"]), (&"w+x".into(), &1.into()));
}

#[test]
fn a_comparison_ends_with_one_if_something_differs() {
    let tlb = file("formats/qemu-11.1.3-x86_64-4level-info-tlb.txt");
    let same = pagewalk(&["diff", &tlb, &file("formats/qemu-11.1.3-x86_64-4level-info-mem.txt")]);
    assert_eq!(same.status.code(), Some(0), "{}", out(&same));
    let differs = with_input(&["diff", "-", &tlb], TLB);
    assert_eq!(differs.status.code(), Some(1));
    assert!(out(&differs).contains("column only-b:"), "{}", out(&differs));
    // Machines that have nothing in common are compared as asked, and that is said first.
    let other = out(&pagewalk(&["diff", &tlb, &file("formats/qemu-11.1.3-riscv64-sv39-info-mem.txt")]));
    let says = "not compared: The first text is of x86 (x86_64-4level), the second of riscv (riscv64-sv39): what they say of one address has \
                nothing to do with each other.\n";
    assert!(other.contains(says), "{other}");
    let value = json(&with_input(&["diff", "-", &tlb, "--json"], TLB));
    assert!(value["legend"]["only-a"].is_string() && value["differences"][0]["columns"].is_array());
}

#[test]
fn a_kernels_dump_is_printed_again_to_the_byte() {
    let name = file("captures/riscv64-sv39/ptdump-kernel.txt.gz");
    let once = pagewalk(&["open", &name, "--print"]);
    assert_eq!(once.status.code(), Some(0));
    let twice = with_input(&["open", "-", "--print"], &once.stdout);
    assert_eq!(once.stdout, twice.stdout);
    assert_eq!(with_input(&["open", "-", "--print"], TLB).status.code(), Some(2));
}

#[test]
fn who_reads_only_the_beginning_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    let name = file("formats/qemu-7.2.22-linux-7.3.4-x86_64-4level-info-tlb.txt.gz");
    command.args(["open", &name, "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_figure_is_printed_or_written_into_a_file() {
    let step = ["figure", "debug-init-mm/x86_64-5level/v7.3?lock=read", "--step", "2"];
    let printed = pagewalk(&step);
    assert_eq!(printed.status.code(), Some(0));
    assert!(out(&printed).starts_with("<svg ") && out(&printed).ends_with("</svg>\n"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.svg").to_string_lossy().into_owned();
    let written = pagewalk(&[&step[..], &["-o", &path]].concat());
    assert_eq!((written.status.code(), &*out(&written)), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(&path).expect("it is written"), out(&printed));
    // Each format and theme is another text.
    let mut texts = vec![out(&printed)];
    for more in [
        ["--format", "text"],
        ["--format", "tex"],
        ["--format", "markdown"],
        ["--theme", "dark"],
        ["--theme", "print"],
    ] {
        let text = out(&pagewalk(&[&step[..], &more].concat()));
        assert!(!text.is_empty() && !texts.contains(&text), "{more:?}");
        texts.push(text);
    }
    let table = pagewalk(&[
        "figure",
        "again",
        "--table",
        "--steps",
        "1..3",
        "--format",
        "markdown",
        "--page",
        "https://h/#x",
    ]);
    assert!(
        out(&table).contains("(<https://h/#v1/again/") && out(&table).contains("| 3 |"),
        "{}",
        out(&table)
    );
    let file = pagewalk(&[
        "figure",
        "kernel-walk",
        "--capture",
        &file("captures/riscv64-sv39/tables.json.gz"),
        "--step",
        "3",
    ]);
    assert!(out(&file).contains("tables of a file"));
}

#[test]
fn a_figure_that_is_asked_wrongly_is_one_sentence_and_no_picture() {
    for (args, says) in [
        (&["kernal-walk"][..], "did you mean \u{201c}kernel-walk\u{201d}?"),
        (&["kernel-walk/x86_64-6level"], "did you mean \u{201c}x86_64-"),
        (&["kernel-walk/x86_64-5level/v7.33"], "did you mean \u{201c}v7.3\u{201d}?"),
        (&["kernel-walk/x86_64-5level/v7.2"], "is v7.3, so ask for that"),
        (&["kernel-walk?lock=writ"], "did you mean \u{201c}write\u{201d}?"),
        (&["race/mummap"], "did you mean \u{201c}munmap\u{201d}?"),
        (&["again", "--step", "999"], "there is no step 999"),
        (&["again", "--capture", "no-such-file"], "no-such-file: "),
        (&["again", "-o", "/no/such/folder/a.svg"], "/no/such/folder/a.svg: "),
        (&["again\u{1b}[31m\n"], "there is no scenario"),
    ] {
        let output = pagewalk(&[&["figure"], args].concat());
        let error = String::from_utf8(output.stderr.clone()).expect("text");
        assert_eq!((output.status.code(), &*out(&output)), (Some(2), ""), "{args:?}");
        assert!(
            error.contains(says) && error.lines().count() == 1 && !error.contains('\u{1b}'),
            "{args:?}: {error}"
        );
    }
    for args in
        [&["again", "--steps", "9..3"][..], &["again", "--step", "1", "--table"], &["again", "--theme", "x"]]
    {
        let output = pagewalk(&[&["figure"], args].concat());
        assert_eq!((output.status.code(), &*out(&output)), (Some(2), ""), "{args:?}");
    }
}

#[test]
fn one_file_of_no_site_or_of_no_link_is_one_sentence_and_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("walk.html").to_string_lossy().into_owned();
    let empty = folder.path().to_string_lossy().into_owned();
    for (link, says) in [
        ("again", "no built site is here"),
        ("kernal-walk", "did you mean \u{201c}kernel-walk\u{201d}?"),
        ("again?t=99", "there is no step 99"),
    ] {
        let output = pagewalk(&["standalone", link, "--site", &empty, "-o", &path]);
        let error = String::from_utf8(output.stderr.clone()).expect("text");
        assert_eq!((output.status.code(), &*out(&output)), (Some(2), ""), "{link}");
        assert!(error.contains(says) && error.lines().count() == 1, "{error}");
        assert!(!Path::new(&path).exists());
    }
}
