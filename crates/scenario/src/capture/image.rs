//! `tables.json`: the page tables of a captured machine.
//!
//! The format is "ptcapture-1": one JSON object with the geometry that the kernel had at run time (`levels`,
//! `macros`), its address-space `layout`, the `roots` and every table reachable from them. The file is hostile until
//! proven otherwise: sizes are bounded before anything is allocated for them, and each error names the place.
//!
//! The JSON itself is taken apart by whoever is there: serde_json natively (feature `json`), the browser in the page,
//! where serde_json would cost 25 kB of the first download. What the parts mean is said once, here, over [`Node`].

use std::fmt::Write;

use mm::{Table, World, WorldError};
use pgtable::{Level, MODELS, Model, PhysAddr, VirtAddr};

use crate::clip;

/// Largest file that is read, in bytes of JSON. The captures of whole machines have about 200,000.
pub const MAX_BYTES: usize = 16 << 20;

/// Most tables in a file. The captures of whole machines have about 150.
const MAX_TABLES: usize = 100_000;

/// A value in a JSON document.
pub trait Node: Sized {
    /// The member of an object.
    fn get(&self, key: &str) -> Option<Self>;
    /// The items of an array.
    fn items(&self) -> Option<Vec<Self>>;
    /// A string.
    fn text(&self) -> Option<String>;
    /// A whole number that is not negative and below 2³².
    fn number(&self) -> Option<u32>;
}

/// The image cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Larger than [`MAX_BYTES`].
    #[error("the file has more than {} MiB of JSON; a capture has less than one", MAX_BYTES >> 20)]
    TooLarge,
    /// Not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// Something is missing or of another kind than it must be.
    #[error("{place} must be {expected}")]
    Shape {
        /// Where: `tables[3].pa`.
        place: String,
        /// What must be there.
        expected: &'static str,
    },
    /// A `format` that this program does not know.
    #[error("the format is \u{201c}{0}\u{201d}; this program reads \u{201c}ptcapture-1\u{201d}")]
    Format(String),
    /// No model has this geometry.
    #[error("no model for {arch} with {levels}: this architecture is not modelled yet")]
    UnknownModel {
        /// The file's `arch`.
        arch: String,
        /// The file's levels, for a person.
        levels: String,
    },
    /// A table has another number of slots than its level.
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
    #[error("the table at {pa:#x} is of level \u{201c}{level}\u{201d}, which this machine does not have")]
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
    /// A table lies where none can.
    #[error("the table at {0:#x} does not lie at a multiple of the size of its entries")]
    Unaligned(PhysAddr),
    /// The tables do not make a world.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// A captured machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The file's own name for it.
    pub name: String,
    /// The machine at rest: nobody holds a lock. Its mms are `init_mm` and, if captured, the user mm `mm`.
    pub world: World,
}

impl Capture {
    /// Reads the text of a `tables.json`.
    ///
    /// # Errors
    /// [`ImageError`] says what is wrong and where.
    #[cfg(feature = "json")]
    pub fn parse(json: &[u8]) -> Result<Self, ImageError> {
        if json.len() > MAX_BYTES {
            return Err(ImageError::TooLarge);
        }
        let document: serde_json::Value =
            serde_json::from_slice(json).map_err(|error| ImageError::Syntax(error.to_string()))?;
        Self::from_json(&&document)
    }

    /// Reads a `tables.json` that has been taken apart. Its text must not be larger than [`MAX_BYTES`].
    ///
    /// # Errors
    /// [`ImageError`] says what is wrong and where.
    pub fn from_json<N: Node>(root: &N) -> Result<Self, ImageError> {
        Self::read(root).map_err(|error| *error)
    }

    fn read<N: Node>(root: &N) -> Result<Self> {
        let format = text(root, "", "format")?;
        if format != "ptcapture-1" {
            return Err(ImageError::Format(clip(&format)).into());
        }
        let model = model_of(root)?;
        let mut tables = Vec::new();
        for (index, table) in array(root, "", "tables")?.iter().enumerate() {
            if index == MAX_TABLES {
                return Err(shape("tables", "an array of at most 100,000 tables"));
            }
            tables.push(table_of(model, table, &format!("tables[{index}]."))?);
        }
        let roots = member(root, "", "roots", "an object")?;
        let init_mm = hex(&roots, "roots.", "init_mm")?;
        let mut mms = vec![("init_mm", PhysAddr(init_mm))];
        if roots.get("current").is_some() {
            mms.push(("mm", PhysAddr(hex(&roots, "roots.", "current")?)));
        }
        let mut world = World::new(model, tables, mms).map_err(ImageError::from)?;
        let layout = member(root, "", "layout", "an object")?;
        if layout.get("TASK_SIZE").is_some() {
            world.task_size = VirtAddr(hex(&layout, "layout.", "TASK_SIZE")?);
        }
        Ok(Self { name: clip(&text(root, "", "capture")?), world })
    }

    /// The architecture configuration.
    pub const fn model(&self) -> &'static Model {
        self.world.model()
    }
}

/// Errors are in a box on their way out: they are larger than what is returned otherwise.
type Result<T, E = Box<ImageError>> = std::result::Result<T, E>;

#[expect(
    clippy::unnecessary_box_returns,
    reason = "boxed here rather than at each call: the code is in the page"
)]
fn shape(place: impl Into<String>, expected: &'static str) -> Box<ImageError> {
    Box::new(ImageError::Shape { place: place.into(), expected })
}

fn member<N: Node>(of: &N, place: &str, key: &str, expected: &'static str) -> Result<N> {
    of.get(key).ok_or_else(|| shape(format!("{place}{key}"), expected))
}

fn text<N: Node>(of: &N, place: &str, key: &str) -> Result<String> {
    of.get(key).and_then(|node| node.text()).ok_or_else(|| shape(format!("{place}{key}"), "a string"))
}

fn number<N: Node>(of: &N, place: &str, key: &str) -> Result<u32> {
    of.get(key).and_then(|node| node.number()).ok_or_else(|| shape(format!("{place}{key}"), "a number"))
}

fn array<N: Node>(of: &N, place: &str, key: &str) -> Result<Vec<N>> {
    of.get(key).and_then(|node| node.items()).ok_or_else(|| shape(format!("{place}{key}"), "an array"))
}

const HEX: &str = "a number of at most 64 bits as a string like \"0x1000\"";

const PAIR: &str = "a pair like [3, \"0x1063\"], a slot and a value of at most 64 bits";

fn hex<N: Node>(of: &N, place: &str, key: &str) -> Result<u64> {
    of.get(key).and_then(|node| hex_of(&node)).ok_or_else(|| shape(format!("{place}{key}"), HEX))
}

fn hex_of<N: Node>(node: &N) -> Option<u64> {
    let text = node.text()?;
    // from_str_radix takes a sign.
    let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+'))?;
    u64::from_str_radix(digits, 16).ok()
}

fn model_of<N: Node>(root: &N) -> Result<&'static Model> {
    let arch = text(root, "", "arch")?;
    let page_shift = number(root, "", "page_shift")?;
    // Geometries are compared as the message about them shows them.
    let mut levels = String::new();
    // No machine has more than five levels: what comes after is not looked at, as it cannot match anyway.
    for (index, level) in array(root, "", "levels")?.iter().enumerate().take(Level::ALL.len() + 1) {
        let place = format!("levels[{index}].");
        let name = text(level, &place, "name")?;
        add_level(&mut levels, &name, number(level, &place, "shift")?, number(level, &place, "slots")?);
    }
    let macros = root.get("macros");
    let ptrs_of = |level: Level| macros.as_ref()?.get(&format!("PTRS_PER_{}", level.upper_name()))?.number();
    for &model in MODELS {
        let ptrs = |level| u32::from(model.level(level).ptrs);
        let mut own = String::new();
        for level in model.real_levels() {
            add_level(&mut own, level.name(), model.level(level).shift.into(), ptrs(level));
        }
        if model.id.split_once('-').is_some_and(|(of, _)| of == arch)
            && u32::from(model.page_shift) == page_shift
            && own == levels
            && Level::ALL.iter().all(|&level| ptrs_of(level).is_none_or(|of| of == ptrs(level)))
        {
            return Ok(model);
        }
    }
    Err(ImageError::UnknownModel { arch: clip(&arch), levels }.into())
}

fn add_level(levels: &mut String, name: &str, shift: u32, slots: u32) {
    let comma = if levels.is_empty() { "" } else { ", " };
    // Writing to a text cannot fail.
    let _ = write!(levels, "{comma}{} shift {shift} × {slots}", clip(name));
}

fn table_of<N: Node>(model: &Model, table: &N, place: &str) -> Result<Table> {
    let pa = PhysAddr(hex(table, place, "pa")?);
    if !pa.0.is_multiple_of(u64::from(model.entry_bytes)) {
        return Err(ImageError::Unaligned(pa).into());
    }
    let name = text(table, place, "level")?;
    let level = Level::from_name(&name)
        .filter(|&level| !model.is_folded(level))
        .ok_or_else(|| ImageError::Level { pa, level: clip(&name) })?;
    let expected = u32::from(model.level(level).ptrs);
    let slots = number(table, place, "slots")?;
    if slots != expected {
        return Err(ImageError::Slots { level: level.name(), pa, slots, expected }.into());
    }
    let mut entries = Vec::new();
    for (index, pair) in array(table, place, "entries")?.iter().enumerate() {
        let expected_pair = || shape(format!("{place}entries[{index}]"), PAIR);
        let pair = pair.items().ok_or_else(expected_pair)?;
        let slot = pair.first().and_then(N::number).ok_or_else(expected_pair)?;
        let value = pair.get(1).and_then(hex_of).ok_or_else(expected_pair)?;
        if slot >= expected {
            return Err(ImageError::Slot { pa, slot, slots: expected }.into());
        }
        let slot = slot as usize;
        if slot >= entries.len() {
            entries.resize(slot + 1, 0);
        }
        entries[slot] = value;
    }
    Ok(Table::new(pa, level, expected, entries))
}

#[cfg(feature = "json")]
impl Node for &serde_json::Value {
    fn get(&self, key: &str) -> Option<Self> {
        serde_json::Value::get(self, key)
    }

    fn items(&self) -> Option<Vec<Self>> {
        Some(self.as_array()?.iter().collect())
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<u32> {
        self.as_u64()?.try_into().ok()
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use mm::MmId;

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
        assert!(capture.world.mm(MmId::USER).is_none());
        let root = capture.world.table_at(PhysAddr(0x1000)).expect("the root");
        assert_eq!(capture.world.read(root, 3).map(|entry| entry.0), Some(0x801));
    }

    #[test]
    fn errors_say_what_and_where() {
        assert_eq!(
            error_of("ptcapture-1", "ptcapture-9"),
            "the format is “ptcapture-9”; this program reads “ptcapture-1”"
        );
        assert!(error_of("\"riscv64\"", "\"vax\"").starts_with("no model for vax with pgd shift 30"));
        assert_eq!(error_of("[[3,", "[[512,"), "slot 512 of the table at 0x1000 is beyond its 512 slots");
        assert_eq!(
            error_of("\"slots\":512,\"entries\"", "\"slots\":4294967295,\"entries\""),
            "the pgd table at 0x1000 claims 4294967295 slots; a pgd table has 512"
        );
        assert_eq!(
            error_of("\"level\":\"pgd\"", "\"level\":\"pud\""),
            "the table at 0x1000 is of level “pud”, which this machine does not have"
        );
        assert_eq!(
            error_of("{\"init_mm\":\"0x1000\"}", "{}"),
            "roots.init_mm must be a number of at most 64 bits as a string like \"0x1000\""
        );
        assert_eq!(
            error_of("{\"init_mm\":\"0x1000\"}", "{\"init_mm\":\"0x2000\"}"),
            "there is no table at physical address 0x2000, which init_mm has as its root"
        );
        assert_eq!(
            error_of("\"0x801\"", "801"),
            "tables[0].entries[0] must be a pair like [3, \"0x1063\"], a slot and a value of at most 64 bits"
        );
        assert!(error_of("\"0x801\"", "\"0x1ffffffffffffffff\"").starts_with("tables[0].entries[0] must be"));
        assert!(error_of("\"pa\":\"0x1000\"", "\"pa\":\"0x1001\"").contains("does not lie at a multiple"));
        assert!(error_of("]}]}", "]}").starts_with("not JSON: "));
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
