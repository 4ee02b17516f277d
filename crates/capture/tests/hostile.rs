//! Files that are not what they say: whatever the bytes are, reading returns, within its limits, and says what is wrong.

use std::io::Write as _;

use capture::formats::read_file;
use capture::importer::{self, HEAD, is_gzip, read_any, recognise, unpack};
use capture::ptcapture::PtCapture;
use capture::{Brought, Capture, IMPORTERS, ImportError, Importer, Input, Limits};
use mm::MmId;
use pagewalk::{Args, Callbacks, EntryPoint, Reply, Revision, Walk, WalkOps};
use pgtable::VirtAddr;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

/// The captures of this repository, compressed.
fn captures() -> Vec<(String, Vec<u8>)> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/captures");
    let mut folders: Vec<_> =
        std::fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    let tables = folders.into_iter().map(|folder| folder.join("tables.json.gz"));
    let read = |path: std::path::PathBuf| {
        let bytes = std::fs::read(&path).expect("a capture of this repository");
        (path.display().to_string(), bytes)
    };
    tables.filter(|path| path.exists()).map(read).collect()
}

fn read(bytes: &[u8]) -> Result<Brought, ImportError> {
    read_file(bytes, Limits::ALL)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).and_then(|()| writer.finish()).expect("writing to memory")
}

/// A captured machine with no more than its first tables.
fn small() -> Value {
    let of = |name: &String| name.contains("riscv64-sv39");
    let (_, bytes) = captures().into_iter().find(|(name, _)| of(name)).expect("a capture of this repository");
    let json = unpack(&bytes, &Limits::ALL).expect("a capture of this repository");
    let mut document: Value = serde_json::from_slice(&json).expect("JSON");
    let tables = document["tables"].as_array_mut().expect("tables");
    tables.truncate(40);
    document
}

fn each(cases: u32, test: impl Fn(u64)) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new_with_rng(config, rng).run(&any::<u64>(), |seed| {
        test(seed);
        Ok(())
    });
    result.expect("no panic");
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    /// One of `0..of`.
    fn roll(&mut self, of: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % of.max(1) as u64) as usize
    }
}

/// Changes something somewhere in a document.
fn mutate(value: &mut Value, dice: &mut Dice) {
    let goes_on = dice.roll(8) != 0;
    match value {
        Value::Object(object) if goes_on && !object.is_empty() => {
            let nth = dice.roll(object.len());
            let key = object.keys().nth(nth).expect("one of them").clone();
            if dice.roll(6) == 0 {
                object.remove(&key);
            } else {
                mutate(&mut object[&key], dice);
            }
        }
        Value::Array(array) if goes_on && !array.is_empty() => {
            let nth = dice.roll(array.len());
            match dice.roll(8) {
                0 => drop(array.remove(nth)),
                1 => array.push(array[nth].clone()),
                _ => mutate(&mut array[nth], dice),
            }
        }
        _ => {
            *value = match dice.roll(10) {
                0 => Value::Null,
                1 => json!(-1),
                2 => json!(1.5),
                3 => json!(u64::MAX),
                4 => json!("0xffffffffffffffff"),
                5 => json!(format!("0x{:x}", dice.roll(usize::MAX))),
                6 => json!("\u{0}\u{202e}x".repeat(50)),
                7 => json!([[[[[[]]]]]]),
                8 => json!({ "": {} }),
                _ => json!(dice.roll(10_000)),
            }
        }
    }
}

struct Everything;

impl WalkOps for Everything {
    fn callbacks(&self) -> Callbacks {
        Callbacks::all()
    }

    fn call(&mut self, _: &pagewalk::Call, _: &mut mm::World) -> Reply {
        Reply::default()
    }
}

/// Walks on what was read: tables that a file made are no more to be trusted than the file.
fn walk(capture: &Capture) {
    for mm in [MmId::INIT_MM, MmId::USER] {
        for (start, end) in [(0, 1 << 40), (1 << 63, u64::MAX)] {
            let args = Args { mm: Some(mm), start: VirtAddr(start), end: VirtAddr(end), ..Args::default() };
            let walk = Walk::new(EntryPoint::Novma, Revision::V6_16, args);
            let mut world = capture.world.clone();
            walk.expect("it exists there").run(&mut world, &mut Everything, &mut (), 3_000);
        }
    }
}

#[test]
fn every_capture_of_this_repository_is_read_and_says_all_that_there_is_to_say() {
    let captures = captures();
    assert!(captures.len() >= 6);
    for (file, bytes) in captures {
        let from_packed = read(&bytes).expect("a capture");
        assert_eq!(from_packed.assumed, Vec::<String>::new(), "{file}");
        let plain = unpack(&bytes, &Limits::ALL).expect("gzip");
        assert_eq!(read(&plain).expect("a capture"), from_packed, "{file}");
    }
}

#[test]
fn what_a_file_does_not_say_is_assumed_aloud() {
    let mut document = small();
    document["layout"].as_object_mut().expect("a layout").remove("TASK_SIZE");
    document["roots"].as_object_mut().expect("roots").remove("current");
    let tables = document["tables"].as_array_mut().expect("tables");
    tables.truncate(4);
    let text = document.to_string();
    let assumed = read(text.as_bytes()).expect("enough for a walk").assumed;
    assert_eq!(assumed.len(), 3, "{assumed:#?}");
    for (sentence, words) in assumed.iter().zip(["layout.TASK_SIZE", "roots.current", "point to tables"]) {
        assert!(sentence.contains(words) && sentence.ends_with('.'), "{sentence}");
    }
}

#[test]
fn a_changed_document_is_read_or_refused_with_a_reason() {
    let document = small();
    each(400, |seed| {
        let mut dice = Dice(seed);
        let mut changed = document.clone();
        for _ in 0..=dice.roll(3) {
            mutate(&mut changed, &mut dice);
        }
        match read(changed.to_string().as_bytes()) {
            Ok(brought) => walk(&brought.capture),
            Err(error) => {
                let text = error.to_string();
                assert!(!text.is_empty() && text.chars().count() < 400, "{text}");
                assert!(error.remedy().ends_with('.'));
            }
        }
    });
}

#[test]
fn changed_bytes_are_read_or_refused() {
    let json = small().to_string().into_bytes();
    let gz = packed(&json);
    each(150, |seed| {
        let mut dice = Dice(seed);
        for original in [&json, &gz] {
            let mut bytes = original.clone();
            for _ in 0..=dice.roll(4) {
                let at = dice.roll(bytes.len());
                bytes[at] = dice.roll(256) as u8;
            }
            let _ = read(&bytes);
        }
    });
}

#[test]
fn a_file_that_ends_early_is_refused_wherever_it_ends() {
    let json = json!({
        "format": "ptcapture-1", "capture": "cut", "arch": "riscv64", "page_shift": 12,
        "levels": [{"name": "pgd", "shift": 30, "slots": 512}, {"name": "pmd", "shift": 21, "slots": 512},
            {"name": "pte", "shift": 12, "slots": 512}],
        "layout": {}, "roots": {"init_mm": "0x1000"},
        "tables": [{"pa": "0x1000", "level": "pgd", "slots": 512, "entries": [[3, "0x801"]]}],
    });
    let json = json.to_string().into_bytes();
    let gz = packed(&json);
    assert!(read(&json).is_ok() && read(&gz).is_ok());
    for (bytes, wrong) in [(&json, "not JSON"), (&gz, "cannot be unpacked")] {
        for end in 0..bytes.len() {
            let error = read(&bytes[..end]).expect_err("cut off");
            let unknown = matches!(error, ImportError::Unrecognised(_) | ImportError::Empty);
            assert!(unknown || error.to_string().contains(wrong), "{end}: {error}");
        }
    }
}

#[test]
fn nothing_is_allocated_for_what_is_too_much() {
    let limits = Limits { bytes: 1 << 20, ..Limits::ALL };
    // Many zeroes pack well.
    let bomb = packed(&vec![0; 64 << 20]);
    assert!(bomb.len() < limits.packed);
    assert_eq!(read_file(&bomb, limits), Err(ImportError::TooLarge(1 << 20)));
    assert_eq!(read_file(&vec![b' '; (1 << 20) + 1], limits), Err(ImportError::TooLarge(1 << 20)));
    // A document that says that it is one of ours, and is nested without end.
    let deep = format!("{{\"format\":\"ptcapture-1\",\"a\":{}", "[".repeat(500_000));
    assert!(matches!(read_file(deep.as_bytes(), limits), Err(ImportError::Syntax(_))));
    // Tables of which only the last slot is used: 66 bytes of text for 4 KiB of memory each.
    let mut document = small();
    let tables = (0..2_000u64).map(|number| {
        json!({"pa": format!("{:#x}", 0x10_0000 + 0x1000 * number), "level": "pte", "slots": 512,
            "entries": [[511, "0x1"]]})
    });
    document["tables"] = tables.collect();
    let limits = Limits { entries: 100_000, ..Limits::ALL };
    let error = read_file(document.to_string().as_bytes(), limits).expect_err("too many");
    assert_eq!(error, ImportError::TooManyEntries { place: "tables[195]".to_owned(), most: 100_000 });
    let error = read_file(document.to_string().as_bytes(), Limits { tables: 100, ..Limits::ALL });
    assert!(error.expect_err("too many").to_string().starts_with("tables must be an array of at most"));
}

#[test]
fn a_file_that_nobody_knows_is_answered_with_how_it_begins() {
    for (bytes, begins) in [
        (&b"\x7fELF\x02\x01"[..], "\u{b7}ELF\u{b7}\u{b7}"),
        (b"0xffff888000000000-0xffff888000200000   2M", "0xffff888000000000-0xffff888000200000   "),
        (b"{\"some\": \"thing\"}", "{\"some\": \"thing\"}"),
    ] {
        assert_eq!(read(bytes), Err(ImportError::Unrecognised(begins.to_owned())));
    }
    for empty in [&b""[..], b" \n", &packed(b"")] {
        assert_eq!(read(empty), Err(ImportError::Empty));
    }
    let later = br#"{"format": "ptcapture-2"}"#;
    assert_eq!(read(later), Err(ImportError::Format("ptcapture-2".to_owned())));
}

/// Takes everything for its own.
struct Greedy;

impl Importer for Greedy {
    fn name(&self) -> &'static str {
        "greedy"
    }

    fn about(&self) -> &'static str {
        "anything"
    }

    fn recognise(&self, head: &[u8]) -> bool {
        assert!(head.len() <= HEAD);
        true
    }

    fn read(&self, input: &Input<'_>) -> Result<(Capture, Vec<String>), ImportError> {
        PtCapture.read(input)
    }
}

/// Takes everything for its own, and reads nothing.
struct Broken;

impl Importer for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn about(&self) -> &'static str {
        "nothing"
    }

    fn recognise(&self, _: &[u8]) -> bool {
        true
    }

    fn read(&self, _: &Input<'_>) -> Result<(Capture, Vec<String>), ImportError> {
        Err(ImportError::Unpack)
    }
}

#[test]
fn where_two_recognise_a_file_one_reads_it_and_that_is_said() {
    let both: [&'static dyn Importer; 2] = [&Greedy, &PtCapture];
    let names = |bytes: &[u8]| {
        let found = recognise(&both, bytes).expect("Greedy takes everything");
        found.into_iter().map(Importer::name).collect::<Vec<_>>()
    };
    assert_eq!(names(b"{\"format\": \"ptcapture-1\"}"), ["greedy", "ptcapture-1"]);
    assert_eq!(names(&[b'x'; 3 * HEAD]), ["greedy"]);
    let document = unpack(&captures()[3].1, &Limits::ALL).expect("a capture of this repository");
    let input = Input::native(&document);
    let alone = read_any(IMPORTERS, &input).expect("a capture");
    let [greedy, broken, ours]: [&'static dyn Importer; 3] = [&Greedy, &Broken, &PtCapture];
    for (importers, chosen) in [
        ([greedy, ours], "(greedy, ptcapture-1): it was read as greedy"),
        // Who cannot read it is passed over.
        ([broken, ours], "(broken, ptcapture-1): it was read as ptcapture-1"),
    ] {
        let mut read = read_any(&importers, &input).expect("one of them reads it");
        let says = read.assumed.remove(0);
        assert!(says.contains(chosen), "{says}");
        assert_eq!(read, alone);
    }
    // Where none can, the first says why.
    assert_eq!(read_any(&[broken, greedy], &Input::native(b"x")), Err(ImportError::Unpack));
}

#[test]
fn every_importer_has_a_name_of_its_own_and_says_where_its_files_come_from() {
    for (nth, of) in IMPORTERS.iter().enumerate() {
        assert!(!of.name().is_empty() && of.about().len() > 20, "{of:?}");
        assert!(IMPORTERS[..nth].iter().all(|before| before.name() != of.name()), "{of:?}");
        // It recognises neither an empty file nor a packed one: what it gets is unpacked.
        assert!(!of.recognise(b"") && !of.recognise(&packed(b"x")), "{of:?}");
        for end in [0, 1, 7, 100] {
            let head = &[0xff; 100][..end];
            let _ = of.recognise(head);
            assert!(importer::read(*of, &Input::native(head)).is_err(), "{of:?}");
        }
    }
    assert!(is_gzip(&packed(b"x")));
}
