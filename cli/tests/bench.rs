//! `pagewalk decode` and `pagewalk explain` as a shell sees them.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn pagewalk(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Who asks for nothing on standard input does not read it.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn text(args: &[&str], input: &str) -> String {
    let output = pagewalk(args, input);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json(args: &[&str], input: &str) -> Value {
    serde_json::from_str(&text(args, input)).expect("JSON")
}

/// Ends with 2, and one sentence on standard error.
fn refused(args: &[&str], input: &str) -> String {
    let output = pagewalk(args, input);
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

#[test]
fn a_value_is_decoded_with_its_flags_and_frame() {
    let said = text(&["decode", "x86_64-4level", "pmd", "0x10001e1"], "");
    for part in
        ["leaf: maps 2M at 0x1000000, frame 0x1000", "_PAGE_PSE", "large page: this entry maps memory itself"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let value = json(&["decode", "x86_64-4level", "pmd", "10001e1", "--json"], "");
    let first = &value["values"][0];
    assert_eq!((first["kind"].as_str(), first["frame"].as_str()), (Some("leaf"), Some("1000")));
    assert!(first["flags"].as_array().expect("flags").iter().any(|flag| flag["name"] == "_PAGE_GLOBAL"));
}

#[test]
fn two_values_say_what_the_architecture_demands() {
    let args = ["decode", "arm64-4k-48", "pte", "0x0068000416899f03", "0x0060000416898f83"];
    let said = text(&args, "");
    assert!(said.contains("  The architecture demands it. The output address changes"), "{said}");
    assert!(said.contains("PTE_WRITE") && said.contains("1 -> 0"), "{said}");
    let value = json(&[&args[..], &["--json"]].concat(), "");
    assert_eq!(value["changes"][0]["demands"][0]["rule"], "break-before-make");
    assert_eq!(value["changes"][0]["bits"], "8000000001080");
}

#[test]
fn which_model_fits_is_ranked() {
    let value = json(&["decode", "?", "?", "3801067", "8000000000000163", "--json"], "");
    assert_eq!(value["fits"][0]["model"], "x86_64-4level");
    assert_eq!(value["fits"].as_array().map(Vec::len), Some(29));
    assert!(text(&["decode", "?", "pte", "8000000000000163"], "").contains("which model fits"));
    // The level alone can be asked for, too.
    let value = json(&["decode", "riscv64-sv39", "?", "20000001", "--json"], "");
    assert_eq!(
        (value["fits"].as_array().map(Vec::len), &value["values"][0]["kind"]),
        (Some(1), &Value::from("table"))
    );
}

#[test]
fn pagemap_entries_are_taken_apart() {
    let said = text(&["decode", "x86_64-4level", "pagemap", "0xa08000000004ecc4"], "");
    for part in ["page frame 0x4ecc4", "PM_SOFT_DIRTY", "PM_FILE", "0x800000004ecc4867"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let value = json(&["decode", "?", "pagemap", "4400000000000000", "--json"], "");
    assert_eq!(value["pagemap"][0]["flags"][0]["name"], "PM_GUARD_REGION");
}

#[test]
fn what_cannot_be_decoded_is_one_sentence() {
    assert!(refused(&["decode", "vax", "pte", "1"], "").contains("x86_64-4level"));
    assert!(refused(&["decode", "x86_64-4level", "pt", "1"], "").contains("levels are"));
    assert!(refused(&["decode", "x86_64-4level", "pte", "1g"], "").contains("column 2"));
    assert!(refused(&["decode", "x86_64-4level", "pte", "11112222333344445"], "").contains("64 bits"));
    assert_eq!(pagewalk(&["decode", "x86_64-4level", "pte"], "").status.code(), Some(2));
    assert_eq!(
        pagewalk(&["decode", "x86_64-4level", "pte", "1", "2", "3", "4", "5", "6"], "").status.code(),
        Some(2)
    );
}

const SPLAT: &str = "\
> [    1.0][  T71] WARNING: CPU: 0 PID: 71 at include/linux/rwsem.h:80\r
> walk_kernel_page_table_range+0x8c/0x98\r
> [    1.0][  T71] CPU: 0 UID: 0 PID: 71 Comm: insmod Not tainted 6.17.0-rc2 #7 NONE\r
> [    1.0][  T71] Call trace:\r
> [    1.0][  T71]  walk_kernel_page_table_range+0x8c/0x98 (P)\r
> [    1.0][  T71]  vmemmap_remap_range+0x4c/0x90\r
";

#[test]
fn a_splat_is_explained_from_standard_input() {
    let said = text(&["explain", "-"], SPLAT);
    for part in [
        "init_mm.mmap_lock held in any mode",
        "without lockdep",
        "#v1/race/kernel-vmap/x86_64-4level/v6.17",
        "hugetlb_vmemmap.c",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let value = json(&["explain", "-", "--json"], SPLAT);
    let walk = &value["splats"][0]["walk"];
    assert_eq!(
        (&walk["row"], &walk["missing"]["mode"], &walk["build"]["lockdep"]),
        (&"v6.17".into(), &"read".into(), &false.into())
    );
}

#[test]
fn no_walk_is_said_and_read() {
    let said = text(
        &["explain", "-"],
        "WARNING: CPU: 3 PID: 9 at kernel/fork.c:1 copy_process+0x58/0x70\nCall Trace:\n x+0x1/0x2\n",
    );
    assert!(said.contains("no page walk in this trace"), "{said}");
    let said = refused(&["explain", "-"], "hello\n");
    assert!(said.contains("no page walk in this trace"), "{said}");
    assert!(refused(&["explain", "/no/such/file"], "").contains("/no/such/file"));
    // What is no text at all is read as far as it goes.
    assert_eq!(pagewalk(&["explain", "-"], "\u{0}\u{1}\u{2}").status.code(), Some(2));
}

#[test]
fn lines_with_entries_are_decoded_in_passing() {
    let said = text(
        &["explain", "-"],
        "__set_pte: racy dirty state clearing: 0x0068000416899f03 -> 0x0060000416898f83\n",
    );
    assert!(said.contains("break-before-make"), "{said}");
    let value = json(
        &["explain", "-", "--json"],
        "BUG: Bad page map in process sh  pte:800000012345a067 pmd:10b0e067\n",
    );
    let found = &value["values"][0];
    assert_eq!(
        (&found["source"], &found["values"][0]["model"]),
        (&"bad-page-map".into(), &"x86_64-4level".into())
    );
}

#[test]
fn a_race_is_searched_and_its_shortest_way_is_told() {
    let args = ["race", "https://your.host/#v1/race/munmap/x86_64-4level/v6.17?lock=read"];
    let output = pagewalk(&args, "");
    assert_eq!(output.status.code(), Some(1), "something can go wrong");
    let said = String::from_utf8(output.stdout).expect("text");
    for part in [
        "A debug walk and munmap() (x86_64-4level, rules of v6.17, the walker with the read lock",
        "not safe. It can happen that a pmd table is read after it was freed, or that",
        "\n   4  mmap_write_downgrade(mm)\n",
        "The shortest way (b4a20b6a2):",
        "\n   1 b  CPU 1",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_composition_is_searched_and_what_makes_no_sense_is_said() {
    let owned = "v1/compose/hot-remove/arm64-4k-48/v7.3?lock=read&rule=no-hotplug&around=owns";
    let value = json(&["race", owned, "--json"], "");
    assert_eq!((value["verdict"].as_str(), value["composition"].as_str()), (Some("safe"), Some(owned)));
    let fails = |link: &str| {
        let output = pagewalk(&["race", link, "--json"], "");
        assert_eq!(output.status.code(), Some(2), "{link}");
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    let no_sense = fails("v1/compose/munmap?around=owns");
    assert_eq!(no_sense["verdict"], "no sense");
    assert!(no_sense["why"].as_str().is_some_and(|why| why.contains("nobody owns them")), "{no_sense}");
    let near = fails("v1/compose/collapse?frees=rcux");
    assert_eq!(
        (near["problems"][1].as_str(), &near["verdict"]),
        (Some("did you mean \u{201c}rcu\u{201d}?"), &"not safe".into())
    );
    assert!(refused(&["race", "munmap"], "").contains("neither the address of a race"));
}

#[test]
fn a_race_that_a_kernel_does_not_have_is_not_called_safe() {
    // riscv of 6.1 has no huge vmaps at all; arm64 none where debugfs can dump its tables.
    for (address, why) in [
        ("v1/race/huge-vmap/riscv64-sv39/v6.1.192", "riscv has huge vmaps only after v6.1"),
        ("v1/compose/huge-vmap/riscv64-sv48/6.1.0-53-amd64", "riscv has huge vmaps only after v6.1"),
        ("v1/race/hot-remove/riscv64-sv39/v6.6.153", "riscv removes memory only since v6.11"),
        ("v1/race/huge-vmap/arm64-4k-48/v6.1.192", "CONFIG_PTDUMP_DEBUGFS"),
    ] {
        let value = json(&["race", address, "--json"], "");
        assert_eq!(
            (value["verdict"].as_str(), &value["outcomes"]),
            (Some("does not happen"), &Value::Array(vec![]))
        );
        assert!(value["why"].as_str().is_some_and(|said| said.contains(why)), "{address} {value}");
        let said = pagewalk(&["race", address], "");
        let text = String::from_utf8(said.stdout).expect("text");
        assert!(said.status.success() && text.contains("does not happen") && text.contains(why), "{text}");
    }
    let value = json(&["race", "v1/race/huge-vmap/x86_64-4level/v6.1.192", "--json"], "");
    assert_eq!((value["verdict"].as_str(), &value["why"]), (Some("safe"), &Value::Null));
}

#[test]
fn a_fix_leads_to_its_race() {
    let output = pagewalk(&["race", "#v1/race?cve=CVE-2026-31456"], "");
    assert_eq!(output.status.code(), Some(1), "without it something goes wrong");
    let said = String::from_utf8(output.stdout).expect("text");
    for part in [
        "3b89863c3fa4 (CVE-2026-31456, since v7.0): mm/pagewalk: fix race between concurrent split and refault",
        "affected: v6.19.x, and v6.18.y before v6.18.21",
        "With it: numa_maps and device memory (x86_64-4level, rules of v7.1",
        "Without it: numa_maps and device memory (x86_64-4level, rules of v6.18",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let unknown = refused(&["race", "CVE-2026-1"], "");
    assert!(
        unknown.contains("nor one of these fixes: 8782fb61cc84, 59305202c67f, CVE-2026-31456, ")
            && unknown.contains("f2c65fb3221a, 70cbc3cc78a9, 2ba99c5e0881, 49b0638502da, 9aa1345d66b8"),
        "{unknown}"
    );
    // What the help says of an address is all that there is.
    let help = pagewalk(&["race", "--help"], "");
    let help = String::from_utf8_lossy(&help.stdout);
    for parameter in [
        "lock=", "rule=", "guard=", "without=", "frees=", "rcu=", "hotplug=", "around=", "reads=", "must=",
        "s=", "t=",
    ] {
        assert!(help.contains(parameter), "{parameter}");
    }
}
