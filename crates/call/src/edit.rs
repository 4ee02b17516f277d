//! An entry that is written before the walk, as text: `mm:400000:pte:8000000001007067`.

use std::fmt;

use crate::read::{MMS, Wrong, hex, mm_name, named};
use decode::level_named;
use mm::{MmId, Slot, World};
use pgtable::{EntryKind, Level, RawEntry, VirtAddr};

/// An entry that is written before the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// In whose tables.
    pub mm: MmId,
    /// Of which address.
    pub addr: VirtAddr,
    /// At which level.
    pub level: Level,
    /// What is written; none empties it.
    pub value: Option<RawEntry>,
}

/// Why an entry cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The machine has no such mm.
    #[error("{edit}: the tables hold no process")]
    NoMm {
        /// Which edit.
        edit: Edit,
    },
    /// What is above leads to no table.
    #[error("{edit}: the {} entry above it, {:x}, leads to no table: empty or change it first", .at.name(), .value.0)]
    NoTable {
        /// Which edit.
        edit: Edit,
        /// The level above.
        at: Level,
        /// What is there.
        value: RawEntry,
    },
    /// No table can be made.
    #[error("{edit}: there is no memory for a table")]
    OutOfMemory {
        /// Which edit.
        edit: Edit,
    },
}

impl Edit {
    /// Reads one.
    ///
    /// # Errors
    /// [`Wrong`]
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let [mm, addr, level, value] = parts.as_slice() else {
            return Err(Wrong::new(format!(
                "\u{201c}{text:.60}\u{201d} has not four parts with colons between them"
            )));
        };
        let level = level_named(level).map_err(|error| {
            let near = pagewalk::names::near(level, &mut Level::ALL.into_iter().map(Level::name));
            Wrong { near: near.map(str::to_owned), ..Wrong::new(error.to_string()) }
        })?;
        let value = if *value == "none" { None } else { Some(RawEntry(hex(value)?)) };
        Ok(Self { mm: named(mm, MMS, "mm")?, addr: VirtAddr(hex(addr)?), level, value })
    }

    /// Writes it. Tables that are missing above it are made.
    ///
    /// # Errors
    /// [`EditError`]
    pub fn write(self, world: &mut World) -> Result<(), EditError> {
        let edit = self;
        let model = world.model();
        let root = world.mm(self.mm).ok_or(EditError::NoMm { edit })?.pgd;
        // The entries of a folded level are those of another one.
        let level = model.lowest_sharing(self.level);
        let mut slot = Slot { table: root, index: model.index(Level::Pgd, self.addr) };
        for lower in Level::ALL.into_iter().skip(1).take_while(|&lower| lower <= level) {
            let upper = lower.upper().unwrap_or(lower);
            if !model.is_folded(lower) {
                let at = model.lowest_sharing(upper);
                let value = world.read_slot(slot).unwrap_or_default();
                if world.classify(at, value) == EntryKind::None {
                    let table = world.new_table(lower).map_err(|_| EditError::OutOfMemory { edit })?;
                    world.write_slot(slot, model.make_table(at, table, model.owner(self.addr)));
                } else if world.table_at(model.table_address(at, value)).is_none()
                    || world.classify(at, value) == EntryKind::Leaf
                {
                    return Err(EditError::NoTable { edit, at, value });
                }
            }
            let below = world.slot_below(lower, slot, self.addr);
            slot = below.map_err(|_| EditError::NoTable { edit, at: upper, value: RawEntry(0) })?;
        }
        world.write_slot(slot, self.value.unwrap_or_else(|| world.tests(level).empty()));
        Ok(())
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:x}:{}:", mm_name(self.mm), self.addr.0, self.level.name())?;
        match self.value {
            Some(value) => write!(f, "{:x}", value.0),
            None => f.write_str("none"),
        }
    }
}
