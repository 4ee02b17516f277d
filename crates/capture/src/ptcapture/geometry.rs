//! Which model a captured machine is of: the one whose levels and `PTRS_PER_*` are those of the file.

use pgtable::{Level, MODELS, Model};

use crate::ImportError;
use crate::error::clip;
use crate::json::At;

/// The model with the geometry of the document.
pub(super) fn model_of(root: &At<'_>) -> Result<&'static Model, ImportError> {
    let arch = root.text("arch")?;
    let page_shift = root.number("page_shift")?;
    let array = root.get("levels", "an array")?;
    let mut levels = Vec::new();
    // No machine has more than five levels: what comes after is not looked at, as it cannot match anyway.
    for index in 0..array.items("an array")?.min(Level::ALL.len() + 1) {
        let Some(level) = array.item(index) else { break };
        levels.push((level.text("name")?, level.number("shift")?, level.number("slots")?));
    }
    let macros = root.find("macros");
    let ptrs_of = |level: Level| macros.as_ref()?.number(&format!("PTRS_PER_{}", level.upper_name())).ok();
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
        ImportError::UnknownModel { arch: clip(&arch), levels: levels.join(", ") }
    })
}

/// The level of a table with this name. The root of an arm64 kernel that folds at run time has two names: it is the pgd,
/// and a whole table of the level that indexes it.
pub(super) fn table_level(model: &Model, name: &str) -> Option<Level> {
    model.real_levels().find(|&level| name == level.name() || name == model.indexed_by(level).name())
}
