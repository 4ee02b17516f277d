//! `tables.json`: the page tables of a captured machine.
//!
//! The format is "ptcapture-1": one JSON object with the geometry that the kernel had at run time (`levels`,
//! `macros`), its address-space `layout`, the `roots` and every table reachable from them. The file is hostile until
//! proven otherwise: sizes are bounded before anything is allocated for them, and each error names the place.
//!
//! The JSON itself is taken apart by whoever is there: serde_json natively (feature `json`), the browser in the page,
//! where serde_json would cost 25 kB of the first download. What the parts mean is said once, here, over [`Node`].

use mm::{MmId, Table, Vma, VmaFlags, World, WorldError};
use pgtable::{Level, MODELS, Model, PhysAddr, RawEntry, VirtAddr};

use super::named::Named;

use crate::clip;

/// Largest file that is read, in bytes of JSON. The captures of whole machines have about 200,000.
pub const MAX_BYTES: usize = 16 << 20;

/// Most tables in a file. The captures of whole machines have about 150.
const MAX_TABLES: usize = 100_000;

/// A value in a JSON document.
pub trait Node: Sized {
    /// The member of an object.
    fn get(&self, key: &str) -> Option<Self>;
    /// The names of an object's members.
    fn names(&self) -> Option<Vec<String>>;
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
    /// Where the kernel's regions lie and what the registers held, by their kernel names (`VMALLOC_START`, `CR3`).
    pub layout: Named,
    /// Physical addresses of root tables: `init_mm`, `current`, `current_pti_user` … There need not be a table.
    pub roots: Named,
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
        let format = text(root, "", "format")?;
        if format != "ptcapture-1" {
            return Err(ImageError::Format(clip(&format)));
        }
        let model = model_of(root)?;
        let mut tables = Vec::new();
        for (index, table) in array(root, "", "tables")?.iter().enumerate() {
            if index == MAX_TABLES {
                return Err(shape("tables", "an array of at most 100,000 tables"));
            }
            tables.push(table_of(model, table, &format!("tables[{index}]."))?);
        }
        let roots = Named::read(root, "roots")?;
        let init_mm = roots.get("init_mm").ok_or_else(|| shape("roots.init_mm", HEX))?;
        let mut mms = vec![("init_mm", PhysAddr(init_mm))];
        mms.extend(roots.get("current").map(|current| ("mm", PhysAddr(current))));
        let mut world = World::new(model, tables, mms)?;
        let layout = Named::read(root, "layout")?;
        if let Some(task_size) = layout.get("TASK_SIZE") {
            world.task_size = VirtAddr(task_size);
        }
        // What unused slots hold on loongarch: the symbol of the invalid table of the level below.
        for (key, level) in
            [("INVALID_pte", Level::Pmd), ("INVALID_pmd", Level::Pud), ("INVALID_pud", Level::P4d)]
        {
            if let Some(value) = layout.get(key) {
                world = world.with_empty(level, RawEntry(value));
            }
        }
        Ok(Self { name: clip(&text(root, "", "capture")?), world, layout, roots })
    }

    /// A machine that was not captured but made.
    pub fn made(name: &str, world: World) -> Self {
        Self { name: name.to_owned(), world, layout: Named::default(), roots: Named::default() }
    }

    /// Adds the areas of the user mm, from a `vmas.json` that has been taken apart: an array of objects with `start`,
    /// `end`, the kernel's raw `vm_flags`, and `page_size` in bytes.
    ///
    /// # Errors
    /// [`ImageError`] says what is wrong and where.
    pub fn with_vmas<N: Node>(mut self, areas: &N) -> Result<Self, ImageError> {
        let items = areas.items().ok_or_else(|| shape("the file", "an array of VMAs"))?;
        let mut vmas = Vec::new();
        for (index, area) in items.iter().enumerate() {
            let place = format!("[{index}].");
            let (start, end) = (hex(area, &place, "start")?, hex(area, &place, "end")?);
            let flags = VmaFlags::from_bits_retain(hex(area, &place, "vm_flags")?);
            let page_bytes = number(area, &place, "page_size")?;
            vmas.push(Vma {
                flags,
                huge_page_bytes: if flags.contains(VmaFlags::HUGETLB) { u64::from(page_bytes) } else { 0 },
                ..Vma::anon(MmId::USER, VirtAddr(start), VirtAddr(end))
            });
        }
        self.world = self.world.with_vmas(vmas)?;
        Ok(self)
    }

    /// The same with the text of a `vmas.json`.
    ///
    /// # Errors
    /// [`ImageError`] says what is wrong and where.
    #[cfg(feature = "json")]
    pub fn parse_vmas(self, json: &[u8]) -> Result<Self, ImageError> {
        if json.len() > MAX_BYTES {
            return Err(ImageError::TooLarge);
        }
        let document: serde_json::Value =
            serde_json::from_slice(json).map_err(|error| ImageError::Syntax(error.to_string()))?;
        self.with_vmas(&&document)
    }

    /// The architecture configuration.
    pub const fn model(&self) -> &'static Model {
        self.world.model()
    }
}

pub(super) fn shape(place: impl Into<String>, expected: &'static str) -> ImageError {
    ImageError::Shape { place: place.into(), expected }
}

pub(super) fn member<N: Node>(
    of: &N,
    place: &str,
    key: &str,
    expected: &'static str,
) -> Result<N, ImageError> {
    of.get(key).ok_or_else(|| shape(format!("{place}{key}"), expected))
}

fn text<N: Node>(of: &N, place: &str, key: &str) -> Result<String, ImageError> {
    of.get(key).and_then(|node| node.text()).ok_or_else(|| shape(format!("{place}{key}"), "a string"))
}

fn number<N: Node>(of: &N, place: &str, key: &str) -> Result<u32, ImageError> {
    of.get(key).and_then(|node| node.number()).ok_or_else(|| shape(format!("{place}{key}"), "a number"))
}

fn array<N: Node>(of: &N, place: &str, key: &str) -> Result<Vec<N>, ImageError> {
    of.get(key).and_then(|node| node.items()).ok_or_else(|| shape(format!("{place}{key}"), "an array"))
}

const HEX: &str = "a number of at most 64 bits as a string like \"0x1000\"";

const PAIR: &str = "a pair like [3, \"0x1063\"], a slot and a value of at most 64 bits";

pub(super) fn hex<N: Node>(of: &N, place: &str, key: &str) -> Result<u64, ImageError> {
    of.get(key).and_then(|node| hex_of(&node)).ok_or_else(|| shape(format!("{place}{key}"), HEX))
}

fn hex_of<N: Node>(node: &N) -> Option<u64> {
    let text = node.text()?;
    // from_str_radix takes a sign.
    let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+'))?;
    u64::from_str_radix(digits, 16).ok()
}

fn model_of<N: Node>(root: &N) -> Result<&'static Model, ImageError> {
    let arch = text(root, "", "arch")?;
    let page_shift = number(root, "", "page_shift")?;
    let mut levels = Vec::new();
    // No machine has more than five levels: what comes after is not looked at, as it cannot match anyway.
    for (index, level) in array(root, "", "levels")?.iter().enumerate().take(Level::ALL.len() + 1) {
        let place = format!("levels[{index}].");
        levels.push((
            text(level, &place, "name")?,
            number(level, &place, "shift")?,
            number(level, &place, "slots")?,
        ));
    }
    let macros = root.get("macros");
    let ptrs_of = |level: Level| macros.as_ref()?.get(&format!("PTRS_PER_{}", level.upper_name()))?.number();
    let matches = |model: &&&Model| {
        model.id.split('-').next() == Some(&*arch)
            && u32::from(model.page_shift) == page_shift
            && model.real_levels().count() == levels.len()
            && model.real_levels().zip(&levels).all(|(level, (name, shift, slots))| {
                let indexed_by = model.indexed_by(level);
                table_level(model, name) == Some(level)
                    && *shift == u32::from(model.level(indexed_by).shift)
                    && *slots == model.slots(level)
            })
            && Level::ALL
                .into_iter()
                .all(|level| ptrs_of(level).is_none_or(|ptrs| ptrs == u32::from(model.level(level).ptrs)))
    };
    MODELS.iter().find(matches).copied().ok_or_else(|| {
        let levels: Vec<_> = levels
            .iter()
            .map(|(name, shift, slots)| format!("{} shift {shift} × {slots}", clip(name)))
            .collect();
        ImageError::UnknownModel { arch: clip(&arch), levels: levels.join(", ") }
    })
}

/// The level of a table with this name. The root of an arm64 kernel that folds at run time has two names: it is the pgd,
/// and a whole table of the level that indexes it.
fn table_level(model: &Model, name: &str) -> Option<Level> {
    model.real_levels().find(|&level| name == level.name() || name == model.indexed_by(level).name())
}

fn table_of<N: Node>(model: &Model, table: &N, place: &str) -> Result<Table, ImageError> {
    let pa = PhysAddr(hex(table, place, "pa")?);
    if !pa.0.is_multiple_of(u64::from(model.entry_bytes)) {
        return Err(ImageError::Unaligned(pa));
    }
    let name = text(table, place, "level")?;
    let level = table_level(model, &name).ok_or_else(|| ImageError::Level { pa, level: clip(&name) })?;
    let expected = model.slots(level);
    let slots = number(table, place, "slots")?;
    if slots != expected {
        return Err(ImageError::Slots { level: level.name(), pa, slots, expected });
    }
    let mut entries = Vec::new();
    for (index, pair) in array(table, place, "entries")?.iter().enumerate() {
        let expected_pair = || shape(format!("{place}entries[{index}]"), PAIR);
        let pair = pair.items().ok_or_else(expected_pair)?;
        let slot = pair.first().and_then(N::number).ok_or_else(expected_pair)?;
        let value = pair.get(1).and_then(hex_of).ok_or_else(expected_pair)?;
        if slot >= expected {
            return Err(ImageError::Slot { pa, slot, slots: expected });
        }
        let slot = slot as usize;
        if slot >= entries.len() {
            entries.resize(slot + 1, 0);
        }
        entries[slot] = value;
    }
    Ok(Table::new(pa, level, expected, RawEntry(0), entries))
}

#[cfg(feature = "json")]
impl Node for &serde_json::Value {
    fn get(&self, key: &str) -> Option<Self> {
        serde_json::Value::get(self, key)
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(self.as_object()?.keys().cloned().collect())
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
        assert_eq!(capture.layout.get("TASK_SIZE"), Some(0x100_0000));
        assert_eq!(capture.layout.get("VMALLOC_START"), None);
        assert_eq!(capture.roots.iter().collect::<Vec<_>>(), [("init_mm", 0x1000)]);
        let root = capture.world.table_at(PhysAddr(0x1000)).expect("the root");
        assert_eq!(capture.world.read(root, 3).map(|entry| entry.0), Some(0x801));
    }

    /// An arm64 kernel for 52-bit addresses on a CPU with 48 of them; `root` is what the file calls its root.
    fn folded_at_run_time(root: &str) -> String {
        r#"{"format":"ptcapture-1","capture":"nolpa2","arch":"arm64","page_shift":12,
        "levels":[{"name":"ROOT","shift":39,"slots":512},{"name":"pud","shift":30,"slots":512},
            {"name":"pmd","shift":21,"slots":512},{"name":"pte","shift":12,"slots":512}],
        "macros":{"PTRS_PER_PGD":16,"PTRS_PER_P4D":512,"PTRS_PER_PUD":512},"layout":{"RT_L5":"0x0","RT_L4":"0x1"},
        "roots":{"init_mm":"0x1000"},
        "tables":[{"pa":"0x1000","level":"ROOT","slots":512,"entries":[[511,"0x2403"]]}]}"#
            .replace("ROOT", root)
    }

    #[test]
    fn the_root_of_an_arm64_kernel_that_folds_at_run_time_is_a_whole_table() {
        for root in ["pgd", "p4d"] {
            let capture = Capture::parse(folded_at_run_time(root).as_bytes()).expect("valid");
            assert_eq!(capture.model().id, "arm64-4k-52-l5off", "{root}");
            let table = capture.world.table_at(PhysAddr(0x1000)).expect("the root");
            assert_eq!(capture.world.read(table, 511).map(|entry| entry.0), Some(0x2403), "{root}");
        }
        let text = folded_at_run_time("pgd").replace("\"PTRS_PER_PGD\":16", "\"PTRS_PER_PGD\":512");
        let text = text.replace("\"PTRS_PER_P4D\":512", "\"PTRS_PER_P4D\":1");
        assert_eq!(Capture::parse(text.as_bytes()).expect("valid").model().id, "arm64-4k-48");
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
