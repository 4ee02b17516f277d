//! `pagewalk open` of a machine's memory.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// A core of x86-64 with one kernel page and one of 2 MiB, and a root at 0x2000.
fn core_file(name: &str) -> String {
    let info = "OSRELEASE=6.12.57\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff80002000\nNUMBER(phys_base)=0\nNUMBER(pgtable_l5_enabled)=0\n";
    let mut note = Vec::new();
    for number in [11u32, info.len() as u32, 0] {
        note.extend(number.to_le_bytes());
    }
    note.extend(b"VMCOREINFO\0\0");
    note.extend(info.as_bytes());
    note.resize(note.len().next_multiple_of(4), 0);
    let mut memory = vec![0u8; 0x6000];
    let entries: [(usize, u64); 5] = [
        (0x2888, 0x3063),
        (0x3000, 0x4063),
        (0x4000, 0x5063),
        (0x4008, 0x8000_0000_0020_01e3),
        (0x5008, 0x8000_0000_0000_1163),
    ];
    for (at, value) in entries {
        memory[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    let mut file = vec![0u8; 64];
    file[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    for (at, value) in [(16, 4u16), (18, 62), (54, 56), (56, 2)] {
        file[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    file[32..40].copy_from_slice(&64u64.to_le_bytes());
    let mut offset = 64 + 2 * 56u64;
    for (kind, bytes) in [(4u32, note.len() as u64), (1, memory.len() as u64)] {
        file.extend(kind.to_le_bytes());
        file.extend(6u32.to_le_bytes());
        for number in [offset, 0, 0, bytes, bytes, 0] {
            file.extend(number.to_le_bytes());
        }
        offset += bytes;
    }
    file.extend(note);
    file.extend(&memory);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{name}.core"));
    std::fs::write(&path, file).expect("a file");
    std::fs::write(folder.join(format!("{name}.raw")), memory).expect("a file");
    path.to_str().expect("a name").to_owned()
}

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
fn a_raw_image_needs_a_root_and_a_model() {
    let raw = core_file("raw").replace(".core", ".raw");
    assert_eq!(text(&["open", &raw, "--root", "0x2000", "--model", "x86_64-4level", "--ranges"]), RANGES);
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
fn a_core_that_is_cut_off_is_one_sentence() {
    let core = core_file("cut");
    let bytes = std::fs::read(&core).expect("a file");
    std::fs::write(&core, &bytes[..150]).expect("a file");
    let output = pagewalk(&["open", &core]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("cut off") && said.lines().count() == 1, "{said}");
}
