//! `pagewalk walk --call`: a call that a person put together.

use std::process::Command;

fn pagewalk(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_pagewalk")).args(arguments).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("a code"), text(&output.stdout), text(&output.stderr))
}

const CALL: &str = "v1/call/x86_64-4level/v7.3?fn=walk_page_range&range=800000-806000&ops=pte_entry\
                    &do=pte_entry@leaf:clear=2&do=pte_entry@5:return=-11";

#[test]
fn a_call_is_walked_and_what_its_callbacks_did_is_counted() {
    let (code, out, _) = pagewalk(&["walk", "--call", CALL]);
    assert_eq!(code, 0, "{out}");
    for words in [
        "walk_page_range(800000, 806000)",
        "pte entry of 800000: ",
        "returned -11",
        "pte_entry was called 5 times",
        "pte_entry@leaf:clear=2: 3 times",
    ] {
        assert!(out.contains(words), "{words}\n{out}");
    }
    // From a file, for a program.
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), format!("# a remark\n{}", CALL.replace(['?', '&'], "\n"))).expect("written");
    let (code, out, _) = pagewalk(&["walk", "--json", "--call", file.path().to_str().expect("a name")]);
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &value["writes"], &value["call"]), (0, &3.into(), &CALL.into()));
    // On the tables of a kernel that booted.
    let booted = "v1/call/booted-riscv64-sv39/v7.1?fn=walk_kernel_page_table_range&ops=pmd_entry";
    let (code, out, _) = pagewalk(&["walk", "--call", booted]);
    assert!(code == 0 && out.contains("pmd_entry was called"), "{out}");
}

#[test]
fn a_call_that_names_a_release_walks_as_the_nearest_row_and_says_so() {
    let call = "v1/call/arm64-4k-52/6.1.0-53-amd64?fn=walk_page_range_debug&mm=init_mm&lock=write";
    let (code, out, _) = pagewalk(&["walk", "--call", call]);
    assert_eq!(code, 0, "{out}");
    for words in [
        "walk_page_range_novma(",
        "note: kernel: the nearest row to \u{201c}6.1.0-53-amd64\u{201d} is v6.1.192",
        "note: machine: there is no arm64-4k-52 in 6.1.0-53-amd64: LPA2",
    ] {
        assert!(out.contains(words), "{words}\n{out}");
    }
    let (_, out, _) = pagewalk(&["walk", "--json", "--call", call]);
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert!(
        value["call"].as_str().is_some_and(|of| of.starts_with("v1/call/arm64-4k-48/v6.1.192?")),
        "{value}"
    );
    assert_eq!(value["assumed"].as_array().map(Vec::len), Some(2), "{value}");
    let (code, _, says) = pagewalk(&["walk", "--call", "v1/call/arm64-4k-48/six.one"]);
    assert!(code == 2 && says.contains("no kernel"), "{says}");
}

#[test]
fn a_call_that_is_wrong_says_all_that_is() {
    let (code, _, says) = pagewalk(&["walk", "--call", "v1/call/vax/v7.3?lock=red&do=pte_entry:sett=1"]);
    assert_eq!(code, 2);
    for words in [
        "no machine \u{201c}vax\u{201d}",
        "did you mean \u{201c}read\u{201d}?",
        "nothing that a callback can do",
    ] {
        assert!(says.contains(words), "{words}\n{says}");
    }
    let (code, _, says) = pagewalk(&["walk", "--call", "v1/call?fn=walk_page_vma&vma=none"]);
    assert!(code == 2 && says.contains("takes a VMA"), "{says}");
    let (code, _, says) = pagewalk(&["walk", "--call", "v1/call/file-0000a0b1-riscv64-sv39"]);
    assert!(code == 2 && says.contains("give that file as well"), "{says}");
    // The lock of a reverse map is no mmap lock, and an assertion before v6.9 is a BUG or nothing.
    let mapping = "v1/call/x86_64-4level/v6.1.192?fn=walk_page_mapping&lock=none";
    let (code, out, _) = pagewalk(&["walk", "--call", mapping]);
    assert!(code == 0 && out.contains("lockdep_assert_held(&mapping->i_mmap_rwsem) holds"), "{out}");
    let novma = "v1/call/x86_64-4level/v6.1.192?fn=walk_page_range_novma&lock=none";
    let (code, out, _) = pagewalk(&["walk", "--call", novma]);
    assert!(code == 0 && out.contains(" FAILS. With CONFIG_DEBUG_VM, the kernel stops"), "{out}");
    // Without a call, the file and the range are needed.
    let (code, _, says) = pagewalk(&["walk"]);
    assert!(code == 2 && says.contains("--start"), "{says}");
}
