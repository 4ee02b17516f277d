//! What `tests/captures/README.md` says of a file is so: its example is read, what it calls required is, and what it calls
//! optional may be missing.

use capture::formats::read_file;
use capture::{Brought, ImportError, Limits};
use mm::{MmId, Slot};
use pgtable::{EntryKind, Level, VirtAddr};
use serde_json::{Value, json};

const DESCRIPTION: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/captures/README.md"));

fn read(document: &Value) -> Result<Brought, ImportError> {
    read_file(document.to_string().as_bytes(), Limits::ALL)
}

/// The example, as it is written.
fn example() -> &'static str {
    let (_, rest) = DESCRIPTION.split_once("```json\n").expect("an example");
    rest.split_once("```").expect("its end").0
}

/// The rows of the table of fields: the way to the field, and whether it is required.
fn fields() -> Vec<(&'static str, bool)> {
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (field, required) = (*cells.get(1)?, *cells.get(3)?);
        let required = match required {
            "yes" => true,
            "no" => false,
            _ => return None,
        };
        Some((field.trim_matches('`'), required))
    };
    DESCRIPTION.lines().filter_map(row).collect()
}

/// Takes a field out of a document, by the way to it: `tables[].pa`. Returns whether it was there.
fn remove(document: &mut Value, field: &str) -> bool {
    match field.split_once('.') {
        None => document.as_object_mut().is_some_and(|object| object.remove(field).is_some()),
        Some((first, rest)) => match first.strip_suffix("[]") {
            None => remove(&mut document[first], rest),
            Some(array) => remove(&mut document[array][0], rest),
        },
    }
}

#[test]
fn the_example_is_read() {
    let brought = read_file(example().as_bytes(), Limits::ALL).expect("the example");
    assert_eq!(brought.assumed.len(), 2, "{:#?}", brought.assumed);
    let (world, model) = (&brought.capture.world, brought.capture.model());
    assert_eq!((model.id, world.tables().len()), ("riscv64-sv39", 3));
    let mut found = Vec::new();
    for addr in [0xffff_ffd6_0000_0000, 0xffff_ffd6_0020_0000, 0xffff_ffd6_0040_0000] {
        let addr = VirtAddr(addr);
        let mut slot = Slot {
            table: world.mm(MmId::INIT_MM).expect("the kernel's").pgd,
            index: model.index(Level::Pgd, addr),
        };
        for level in Level::ALL {
            if level != Level::Pgd {
                slot = world.slot_below(level, slot, addr).expect("a table");
            }
            let kind = world.classify(level, world.read_slot(slot).expect("a slot"));
            if !model.is_constant(level) && kind != EntryKind::Table {
                found.push((level, kind));
                break;
            }
        }
    }
    let expected =
        [(Level::Pte, EntryKind::Leaf), (Level::Pmd, EntryKind::Leaf), (Level::Pmd, EntryKind::None)];
    assert_eq!(found, expected);
}

#[test]
fn what_is_called_required_is_and_nothing_else() {
    let mut document: Value = serde_json::from_str(example()).expect("JSON");
    document["macros"] = json!({ "PTRS_PER_PGD": 512 });
    document["layout"] = json!({ "TASK_SIZE": "0x4000000000", "INVALID_pte": "0x0" });
    document["roots"]["current"] = json!("0x80001000");
    document["root_levels"] = json!({ "init_mm": "pgd" });
    document["tables"][0]["empty"] = json!("0x0");
    assert_eq!(read(&document).expect("all there is").assumed, Vec::<String>::new());
    let fields = fields();
    assert!(fields.len() > 20, "{fields:?}");
    for (field, required) in fields {
        let mut without = document.clone();
        assert!(remove(&mut without, field), "{field} is in the document");
        match read(&without) {
            Ok(_) => assert!(!required, "{field}"),
            // Without its format it is no file of ours.
            Err(ImportError::Unrecognised(_)) => assert_eq!(field, "format"),
            Err(error) => assert!(required && error.to_string().contains("must be"), "{field}: {error}"),
        }
    }
}

#[test]
fn every_field_that_the_example_has_is_in_the_table() {
    fn names(value: &Value, way: &str, found: &mut Vec<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let way = if way.is_empty() { name.clone() } else { format!("{way}.{name}") };
            match value {
                Value::Array(items) => names(&items[0], &format!("{way}[]"), found),
                _ => names(value, &way, found),
            }
            found.push(way);
        }
    }
    let mut found = Vec::new();
    names(&serde_json::from_str(example()).expect("JSON"), "", &mut found);
    for field in found {
        assert!(fields().iter().any(|(of, _)| *of == field), "{field}");
    }
}

#[test]
fn the_limits_are_those_of_every_file() {
    let Limits { packed, bytes, tables, entries, names } = Limits::ALL;
    for (number, says) in [
        (packed >> 20, "at most 8 MiB if it is compressed"),
        (bytes >> 20, "at most 16 MiB as it is"),
        (tables, "at most 100,000, each once"),
        (entries, "at most 4,194,304 entries"),
        (names, "at most 1000 names"),
    ] {
        assert!(DESCRIPTION.contains(says), "{says}");
        assert!(says.replace(',', "").contains(&format!("at most {number}")), "{number}: {says}");
    }
}
