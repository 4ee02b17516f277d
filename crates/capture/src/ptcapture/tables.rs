//! The tables of a captured machine.

use mm::Table;
use pgtable::{Model, PhysAddr, RawEntry};

use super::geometry::table_level;
use crate::error::clip;
use crate::json::At;
use crate::{ImportError, Limits};

const PAIR: &str = "a pair like [3, \"0x1063\"], a slot and a value of at most 64 bits";

/// All tables of the document.
pub(super) fn read(model: &Model, root: &At<'_>, limits: &Limits) -> Result<Vec<Table>, ImportError> {
    let array = root.get("tables", "an array")?;
    let count = array.items("an array")?;
    if count > limits.tables {
        return Err(array.must_be("an array of at most 100,000 tables"));
    }
    let mut tables = Vec::with_capacity(count);
    let mut left = limits.entries;
    for index in 0..count {
        let Some(at) = array.item(index) else { break };
        let table = table_of(model, &at)?;
        let too_many = || ImportError::TooManyEntries { place: at.to_string(), most: limits.entries };
        left = left.checked_sub(table.stored()).ok_or_else(too_many)?;
        tables.push(table);
    }
    Ok(tables)
}

fn table_of(model: &Model, at: &At<'_>) -> Result<Table, ImportError> {
    let pa = PhysAddr(at.hex("pa")?);
    if !pa.0.is_multiple_of(u64::from(model.entry_bytes)) {
        return Err(ImportError::Unaligned(pa));
    }
    let name = at.text("level")?;
    let level = table_level(model, &name).ok_or_else(|| ImportError::Level { pa, level: clip(&name) })?;
    let expected = model.slots(level);
    let slots = at.number("slots")?;
    if slots != expected {
        return Err(ImportError::Slots { level: level.name(), pa, slots, expected });
    }
    // What slots hold that are not listed: not 0 on s390.
    let empty = match at.find("empty") {
        Some(_) => at.hex("empty")?,
        None => 0,
    };
    let array = at.get("entries", "an array")?;
    let mut entries = Vec::new();
    for index in 0..array.items("an array")? {
        let Some(pair) = array.item(index) else { break };
        let part = |number| pair.item(number);
        let slot = part(0).and_then(|slot| slot.as_number());
        let value = part(1).and_then(|value| value.as_hex());
        let (Some(slot), Some(value)) = (slot, value) else { return Err(pair.must_be(PAIR)) };
        if slot >= expected {
            return Err(ImportError::Slot { pa, slot, slots: expected });
        }
        let slot = slot as usize;
        if slot >= entries.len() {
            entries.resize(slot + 1, empty);
        }
        entries[slot] = value;
    }
    Ok(Table::new(pa, level, expected, RawEntry(empty), entries))
}
