//! `tables.json`: the page tables of a captured machine, in our own format "ptcapture-1".
//!
//! One JSON object with the geometry that the kernel had at run time (`levels`, `macros`), its address-space `layout`,
//! the `roots`, and every table reachable from them. `tests/captures/README.md` says where such files come from and what
//! each field is.

mod geometry;
mod tables;
mod vmas;

#[cfg(all(test, feature = "json"))]
mod tests;

use mm::World;
use pgtable::{EntryKind, Level, PhysAddr, RawEntry, VirtAddr};

use crate::json::{At, HEX, Node};
use crate::{Capture, ImportError, Importer, Input, Limits, Named, error};

/// The importer of this format.
#[derive(Clone, Copy, Debug)]
pub struct PtCapture;

impl Importer for PtCapture {
    fn name(&self) -> &'static str {
        "ptcapture-1"
    }

    fn about(&self) -> &'static str {
        "page tables of a booted kernel as JSON: tables.json, or compressed tables.json.gz"
    }

    fn recognise(&self, head: &[u8]) -> bool {
        let head = head.trim_ascii_start();
        // A later version of the format is one as well: reading it says which one it is.
        head.starts_with(b"{") && head.windows(10).any(|words| words == b"\"ptcapture")
    }

    fn read(&self, input: &Input<'_>) -> Result<(Capture, Vec<String>), ImportError> {
        let capture = Capture::from_json(input.json()?, &input.limits)?;
        let assumed = assumed(&capture);
        Ok((capture, assumed))
    }
}

impl Capture {
    /// Reads a `tables.json` that has been taken apart. Its text must not be larger than [`Limits::bytes`].
    ///
    /// # Errors
    /// [`ImportError`] says what is wrong and where.
    pub fn from_json(document: Box<dyn Node + '_>, limits: &Limits) -> Result<Self, ImportError> {
        let root = At::top(document);
        let format = root.text("format")?;
        if format != "ptcapture-1" {
            return Err(ImportError::Format(error::clip(&format)));
        }
        let model = geometry::model_of(&root)?;
        let tables = tables::read(model, &root, limits)?;
        let roots = Named::read(&root, "roots", limits.names)?;
        let init_mm = roots.get("init_mm");
        let init_mm =
            init_mm.ok_or_else(|| ImportError::Shape { place: "roots.init_mm".into(), expected: HEX })?;
        let mut mms = vec![("init_mm", PhysAddr(init_mm))];
        mms.extend(roots.get("current").map(|current| ("mm", PhysAddr(current))));
        let mut world = World::new(model, tables, mms)?;
        // Where a tree says by itself how deep it is, the file says so as well.
        if let Some(levels) = root.find("root_levels") {
            for (name, pa) in roots.iter() {
                let Ok(level) = levels.text(name) else { continue };
                let table = world.table_at(PhysAddr(pa)).and_then(|id| world.table(id));
                if table.is_none_or(|table| table.level().name() != level) {
                    return Err(ImportError::RootLevel {
                        root: error::clip(name),
                        level: error::clip(&level),
                    });
                }
            }
        }
        let layout = Named::read(&root, "layout", limits.names)?;
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
        Ok(Self { name: error::clip(&root.text("capture")?), world, layout, roots })
    }
}

/// What the file does not say.
fn assumed(capture: &Capture) -> Vec<String> {
    let model = capture.model();
    let mut assumed = Vec::new();
    if capture.layout.get("TASK_SIZE").is_none() {
        let size = model.task_size;
        assumed.push(format!(
            "The file does not say where user space ends (layout.TASK_SIZE): {size:#x} is assumed."
        ));
    }
    if capture.roots.get("current").is_none() {
        assumed.push(
            "The file has no process (roots.current): what walks a process's tables does not run on it."
                .to_owned(),
        );
    }
    let missing = missing_tables(&capture.world);
    if missing > 0 {
        assumed.push(format!(
            "{missing} entries point to tables that are not in the file: a walk that gets there stops and says so."
        ));
    }
    assumed
}

/// How many entries of upper levels point to a table that is not there.
fn missing_tables(world: &World) -> usize {
    let model = world.model();
    let of_table = |table: &mm::Table| {
        // The last level points to pages.
        let level = model.lowest_sharing(table.level());
        let slots = if level == Level::Pte { 0 } else { table.stored() as u32 };
        let is_missing = |slot: &u32| {
            let value = table.get(*slot).unwrap_or_default();
            world.classify(level, value) == EntryKind::Table
                && world.table_at(model.table_address(level, value)).is_none()
        };
        (0..slots).filter(is_missing).count()
    };
    world.tables().iter().map(of_table).sum()
}
