//! `tables.json`: the page tables of a captured machine.
//!
//! The format is "ptcapture-1": one JSON object with the geometry that the kernel had at run time
//! (`levels`, `macros`), its address-space `layout`, the `roots` and every table reachable from them. The
//! file is hostile until proven otherwise: sizes are bounded before anything is allocated for them, and each
//! error names the place.

use std::collections::BTreeMap;
use std::fmt;

use mm::{MmId, Table, World, WorldError};
use pgtable::{Level, MODELS, Model, PhysAddr, VirtAddr};
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

/// Largest file that is read, in bytes of JSON. The captures of whole machines have about 200,000.
pub const MAX_BYTES: usize = 32 << 20;

/// The image cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Larger than [`MAX_BYTES`].
    #[error("the file has more than {} MiB of JSON; a capture has less than one", MAX_BYTES >> 20)]
    TooLarge,
    /// Not JSON, or not of the expected shape.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// Line in the file, from 1.
        line: usize,
        /// Column in the line, from 1.
        column: usize,
        /// What is wrong.
        what: String,
    },
    /// A `format` that this program does not know.
    #[error("the format is {0:?}; this program reads \"ptcapture-1\"")]
    Format(String),
    /// No model has this geometry.
    #[error("no model for {arch} with {levels}: this architecture is not modelled yet")]
    UnknownModel {
        /// The file's `arch`.
        arch: String,
        /// The file's levels, for a person.
        levels: String,
    },
    /// A table has more slots than its level.
    #[error("the {level} table at {pa:#x} claims {slots} slots; a {level} table has {expected}")]
    Slots {
        /// Name of the level.
        level: &'static str,
        /// Where the table lies.
        pa: PhysAddr,
        /// What the file says.
        slots: u32,
        /// What the model says.
        expected: u32,
    },
    /// A table's level does not exist.
    #[error("the table at {pa:#x} is of level {level:?}, which this machine does not have")]
    Level {
        /// Where the table lies.
        pa: PhysAddr,
        /// What the file says.
        level: String,
    },
    /// A slot number is too large.
    #[error("slot {slot} of the table at {pa:#x} is beyond its {slots} slots")]
    Slot {
        /// Where the table lies.
        pa: PhysAddr,
        /// The slot.
        slot: u32,
        /// How many there are.
        slots: u32,
    },
    /// The tables do not make a world.
    #[error(transparent)]
    World(#[from] WorldError),
    /// `init_mm` has no root.
    #[error("\"roots\" does not name init_mm")]
    NoInitMm,
}

impl From<serde_json::Error> for ImageError {
    fn from(error: serde_json::Error) -> Self {
        let full = error.to_string();
        let what = full.split(" at line ").next().unwrap_or_default().to_owned();
        Self::Json { line: error.line(), column: error.column(), what }
    }
}

/// A captured machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The file's own name for it.
    pub name: String,
    /// The machine at rest: nobody holds a lock. Its mms are `init_mm` and, if captured, the user mm `mm`.
    pub world: World,
    /// Root tables by name: `init_mm`, `current`, x86's PTI user roots and others.
    pub roots: BTreeMap<String, PhysAddr>,
    /// Kernel symbols and bounds by name, as the machine had them: `VMALLOC_START`, `_stext`.
    pub layout: BTreeMap<String, VirtAddr>,
}

impl Capture {
    /// Reads a `tables.json`.
    ///
    /// # Errors
    /// [`ImageError`] says what is wrong and where.
    pub fn parse(json: &[u8]) -> Result<Self, ImageError> {
        if json.len() > MAX_BYTES {
            return Err(ImageError::TooLarge);
        }
        let file: File = serde_json::from_slice(json)?;
        if file.format != "ptcapture-1" {
            return Err(ImageError::Format(clip(&file.format)));
        }
        let model = model_of(&file)?;
        let tables = file.tables.iter().map(|table| table_of(model, table)).collect::<Result<Vec<_>, _>>()?;
        let roots: BTreeMap<String, PhysAddr> =
            file.roots.into_iter().map(|(name, pa)| (name, PhysAddr(pa.0))).collect();
        let init_mm = *roots.get("init_mm").ok_or(ImageError::NoInitMm)?;
        let mut mms = vec![("init_mm", init_mm)];
        mms.extend(roots.get("current").map(|&pgd| ("mm", pgd)));
        let mut world = World::new(model, tables, mms)?;
        let layout: BTreeMap<String, VirtAddr> =
            file.layout.into_iter().map(|(name, addr)| (name, VirtAddr(addr.0))).collect();
        if let Some(&task_size) = layout.get("TASK_SIZE") {
            world.task_size = task_size;
        }
        Ok(Self { name: file.capture, world, roots, layout })
    }

    /// The architecture configuration.
    pub const fn model(&self) -> &'static Model {
        self.world.model()
    }

    /// Whether a user mm was captured.
    pub fn has_user_mm(&self) -> bool {
        self.world.mm(MmId::USER).is_some()
    }
}

/// At most this much of a foreign text goes into a message.
pub(super) fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

fn model_of(file: &File) -> Result<&'static Model, ImageError> {
    let matches = |model: &&&Model| {
        model.id.split_once('-').is_some_and(|(arch, _)| arch == file.arch)
            && model.page_shift == file.page_shift
            && model.real_levels().count() == file.levels.len()
            && model.real_levels().zip(&file.levels).all(|(level, found)| {
                let spec = model.level(level);
                found.name == level.name() && found.shift == spec.shift && found.slots == u32::from(spec.ptrs)
            })
            && Level::ALL.into_iter().all(|level| {
                let name = format!("PTRS_PER_{}", level.upper_name());
                file.macros.get(&name).is_none_or(|&ptrs| ptrs == u64::from(model.level(level).ptrs))
            })
    };
    MODELS.iter().find(matches).copied().ok_or_else(|| ImageError::UnknownModel {
        arch: clip(&file.arch),
        levels: file
            .levels
            .iter()
            .take(5)
            .map(|level| format!("{} shift {} × {}", clip(&level.name), level.shift, level.slots))
            .collect::<Vec<_>>()
            .join(", "),
    })
}

fn table_of(model: &Model, file: &FileTable) -> Result<Table, ImageError> {
    let pa = PhysAddr(file.pa.0);
    let level = Level::from_name(&file.level)
        .filter(|&level| !model.is_folded(level))
        .ok_or_else(|| ImageError::Level { pa, level: clip(&file.level) })?;
    let expected = u32::from(model.level(level).ptrs);
    if file.slots != expected {
        return Err(ImageError::Slots { level: level.name(), pa, slots: file.slots, expected });
    }
    let mut entries = Vec::new();
    for &(slot, value) in &file.entries {
        if slot >= expected {
            return Err(ImageError::Slot { pa, slot, slots: expected });
        }
        let slot = slot as usize;
        if slot >= entries.len() {
            entries.resize(slot + 1, 0);
        }
        entries[slot] = value.0;
    }
    Ok(Table::new(pa, level, expected, entries))
}

#[derive(serde::Deserialize)]
struct File {
    format: String,
    capture: String,
    arch: String,
    page_shift: u8,
    levels: Vec<FileLevel>,
    #[serde(default)]
    macros: BTreeMap<String, u64>,
    layout: BTreeMap<String, Hex>,
    roots: BTreeMap<String, Hex>,
    tables: Vec<FileTable>,
}

#[derive(serde::Deserialize)]
struct FileLevel {
    name: String,
    shift: u8,
    slots: u32,
}

#[derive(serde::Deserialize)]
struct FileTable {
    pa: Hex,
    level: String,
    slots: u32,
    #[serde(deserialize_with = "entries")]
    entries: Vec<(u32, Hex)>,
}

/// A number written as a string: `"0x1000"`.
#[derive(Clone, Copy)]
struct Hex(u64);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HexVisitor;
        impl Visitor<'_> for HexVisitor {
            type Value = Hex;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of at most 64 bits as a string like \"0x1000\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hex, E> {
                let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+'));
                digits
                    .and_then(|digits| u64::from_str_radix(digits, 16).ok())
                    .map(Hex)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(&clip(text)), &self))
            }
        }
        deserializer.deserialize_str(HexVisitor)
    }
}

/// `[[slot, "0xvalue"], ...]`, at most as many as the largest table has slots.
fn entries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(u32, Hex)>, D::Error> {
    const MOST: usize = 8192;
    struct Entries;
    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<(u32, Hex)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {MOST} pairs of slot and value")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while entries.len() < MOST {
                match seq.next_element()? {
                    Some(entry) => entries.push(entry),
                    None => return Ok(entries),
                }
            }
            match seq.next_element::<IgnoredAny>()? {
                None => Ok(entries),
                Some(_) => Err(de::Error::invalid_length(MOST + 1, &self)),
            }
        }
    }
    deserializer.deserialize_seq(Entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine with one empty root.
    const SMALL: &str = r#"{"format":"ptcapture-1","capture":"small","arch":"riscv64","page_shift":12,
        "levels":[{"name":"pgd","shift":30,"slots":512},{"name":"pmd","shift":21,"slots":512},{"name":"pte","shift":12,"slots":512}],
        "macros":{"PTRS_PER_PUD":512},"layout":{"TASK_SIZE":"0x1000000"},"roots":{"init_mm":"0x1000"},
        "tables":[{"pa":"0x1000","level":"pgd","slots":512,"entries":[[3,"0x801"]]}]}"#;

    fn error_of(from: &str, to: &str) -> String {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{from} is in the file");
        Capture::parse(text.as_bytes()).expect_err("a broken file").to_string()
    }

    #[test]
    fn a_capture_becomes_a_world() {
        let capture = Capture::parse(SMALL.as_bytes()).expect("valid");
        assert_eq!(capture.model().id, "riscv64-sv39");
        assert_eq!(capture.world.task_size, VirtAddr(0x100_0000));
        assert!(!capture.has_user_mm());
        let root = capture.world.table_at(PhysAddr(0x1000)).expect("the root");
        assert_eq!(capture.world.read(root, 3).map(|entry| entry.0), Some(0x801));
    }

    #[test]
    fn errors_say_what_and_where() {
        assert_eq!(
            error_of("ptcapture-1", "ptcapture-9"),
            "the format is \"ptcapture-9\"; this program reads \"ptcapture-1\""
        );
        assert!(error_of("\"riscv64\"", "\"vax\"").starts_with("no model for vax with pgd shift 30"));
        assert_eq!(error_of("[[3,", "[[512,"), "slot 512 of the table at 0x1000 is beyond its 512 slots");
        assert_eq!(
            error_of("\"slots\":512,\"entries\"", "\"slots\":4294967295,\"entries\""),
            "the pgd table at 0x1000 claims 4294967295 slots; a pgd table has 512"
        );
        assert_eq!(
            error_of("\"level\":\"pgd\"", "\"level\":\"pud\""),
            "the table at 0x1000 is of level \"pud\", which this machine does not have"
        );
        assert_eq!(error_of("{\"init_mm\":\"0x1000\"}", "{}"), "\"roots\" does not name init_mm");
        assert_eq!(
            error_of("{\"init_mm\":\"0x1000\"}", "{\"init_mm\":\"0x2000\"}"),
            "there is no table at physical address 0x2000, which init_mm has as its root"
        );
        assert!(error_of("\"0x801\"", "801").starts_with("line 4, column "));
        assert!(error_of("\"0x801\"", "\"0x1ffffffffffffffff\"").contains("at most 64 bits"));
        assert!(error_of("\"PTRS_PER_PUD\":512", "\"PTRS_PER_PUD\":1").starts_with("no model for riscv64"));
    }

    #[test]
    fn no_prefix_of_a_file_panics() {
        for end in 0..SMALL.len() {
            assert!(Capture::parse(&SMALL.as_bytes()[..end]).is_err());
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_not_looked_at() {
        assert_eq!(Capture::parse(&vec![b' '; MAX_BYTES + 1]), Err(ImageError::TooLarge));
    }
}
