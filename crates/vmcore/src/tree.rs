//! The tables below a root: the ranges that they map, or a world to walk in.

use std::collections::BTreeSet;

use mm::{Table, World};
use pgtable::{EntryKind, Isa, Level, Model, PhysAddr, RawEntry};

use crate::core::Core;
use crate::error::CoreError;
use crate::read::ReadAt;
use crate::rights::{Path, Rights};
use crate::root::Root;

/// Most tables that are read of one root. A tree that leads to itself has no end.
pub const MOST_TABLES: usize = 1 << 16;
/// Most ranges that are kept.
pub const MOST_RANGES: usize = 1 << 20;
/// Most entries of a world's tables: 128 MiB.
const MOST_OF_WORLD: usize = 16 << 20;

/// Pages of one kind that follow each other in both memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first address.
    pub start: u64,
    /// The last address, so that a range may reach the top.
    pub last: u64,
    /// Where it leads.
    pub physical: u64,
    /// The level of its entries.
    pub level: Level,
    /// What the entries of all levels leave.
    pub rights: Rights,
}

/// What a root maps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    /// In the order of addresses.
    pub all: Vec<Range>,
    /// Tables that were read.
    pub tables: usize,
    /// Tables that the core does not have, or that cannot be unpacked.
    pub missing: usize,
    /// Tables that lie behind the end of a file that is cut off.
    pub behind_end: usize,
    /// Entries that the kernel would call bad.
    pub bad: usize,
    /// Whether a limit was reached, so that the rest is not here.
    pub cut: bool,
}

/// The address of a slot: what lies above the bits that are translated is alike.
fn canonical(model: &Model, addr: u64, upper_half: bool) -> u64 {
    let bits = u32::from(model.va_bits);
    if model.one_root {
        let sign = addr >> (bits - 1) & 1 != 0;
        if sign { addr | u64::MAX << bits.min(63) } else { addr }
    } else if upper_half {
        // All ones of arm64, 0xc of powerpc; s390's kernel has addresses of its own, from 0.
        addr | model.kernel_start.0 & !(u64::MAX >> (64 - bits))
    } else {
        addr
    }
}

/// Whether the CPU can use a leaf: `PROT_NONE` is present to the kernel only.
fn is_used(model: &Model, level: Level, value: u64) -> bool {
    match (model.kernel.isa, level) {
        (Isa::Powerpc, _) => value >> 63 != 0,
        (Isa::S390, Level::Pte) => value & pgtable::arch::s390x::PAGE_INVALID == 0,
        (Isa::S390, _) => value & 0x20 == 0,
        (Isa::X86 | Isa::Arm64 | Isa::Riscv | Isa::Loongarch | Isa::Openrisc, _) => value & 1 != 0,
    }
}

struct Walk<'c, 'a, R: ?Sized> {
    core: &'c Core<'a, R>,
    model: &'static Model,
    upper_half: bool,
    found: Ranges,
}

impl<R: ReadAt + ?Sized> Core<'_, R> {
    /// The entries of a table.
    fn table(&self, model: &Model, at: PhysAddr, slots: u32) -> Result<Vec<u64>, CoreError> {
        let mut bytes = vec![0; slots as usize * usize::from(model.entry_bytes)];
        self.read(at, &mut bytes)?;
        // powerpc's radix tables and s390's have the high byte first, whatever the CPU does.
        let word = match model.kernel.isa {
            Isa::Powerpc | Isa::S390 => u64::from_be_bytes,
            Isa::X86 | Isa::Arm64 | Isa::Riscv | Isa::Loongarch | Isa::Openrisc => u64::from_le_bytes,
        };
        let entries = bytes.chunks_exact(8).map(|of| of.try_into().map_or(0, word));
        Ok(entries.collect())
    }

    /// The level that a root is of: of s390 its first entry says it, empty or not.
    fn root_level(&self, root: &Root) -> Result<Level, CoreError> {
        let top = root.model.real_levels().next().unwrap_or(Level::Pgd);
        match root.model.type_of {
            Some(type_of) => {
                Ok(self.table(root.model, root.at, 1)?.first().map_or(top, |&first| type_of(first)))
            }
            None => Ok(top),
        }
    }

    /// The ranges that a root maps. `upper_half`: where each half of the addresses has a root of its own (arm64), whether it is the kernel's.
    ///
    /// # Errors
    /// Of the root, and of a file whose parts are not here yet. Tables that are not in the core are counted.
    pub fn ranges(&self, root: &Root, upper_half: bool) -> Result<Ranges, CoreError> {
        let mut walk = Walk { core: self, model: root.model, upper_half, found: Ranges::default() };
        walk.table(root.at, self.root_level(root)?, 0, Path::default())?;
        Ok(walk.found)
    }

    /// A world with every table below a root, to walk in. Tables that the core does not have are left out: a walk that gets there stops.
    ///
    /// # Errors
    /// [`CoreError::NotInCore`] for the root, [`CoreError::World`] where the tables contradict each other or are too many.
    pub fn world(&self, root: &Root) -> Result<World, CoreError> {
        self.world_of(root, false)
    }

    /// The same with an empty table in the place of each that the core does not have: a walk goes on behind it. [`Core::ranges`] counts them.
    ///
    /// # Errors
    /// Those of [`Core::world`].
    pub fn world_with_holes(&self, root: &Root) -> Result<World, CoreError> {
        self.world_of(root, true)
    }

    fn world_of(&self, root: &Root, holes: bool) -> Result<World, CoreError> {
        let model = root.model;
        let top = self.root_level(root)?;
        let mut todo = Vec::from([(root.at, top)]);
        let mut seen = BTreeSet::from([root.at.0]);
        let mut tables = Vec::new();
        let mut entries_read = 0;
        while let Some((at, level)) = todo.pop() {
            entries_read += model.slots(level) as usize;
            if entries_read > MOST_OF_WORLD {
                let why = format!("the tables below {:#x} have more than {MOST_OF_WORLD} entries", root.at);
                return Err(CoreError::NoRoot(why));
            }
            let slots = model.slots(level);
            let empty = model.empty.get(level as usize).map_or(0, |of| *of);
            let entries = match self.table(model, at, slots) {
                Ok(entries) => entries,
                Err(error) if error.is_of_memory() && at != root.at && holes => vec![empty; slots as usize],
                Err(error) if error.is_of_memory() && at != root.at => continue,
                Err(error) => return Err(error),
            };
            let lowest = model.lowest_sharing(level);
            if let Some(below) = lowest.lower() {
                for value in entries.iter().map(|&value| RawEntry(value)) {
                    if leads_on(model, lowest, value) {
                        let next = model.table_address(lowest, value);
                        if seen.insert(next.0) {
                            todo.push((next, below));
                        }
                    }
                }
            }
            tables.push(Table::new(at, level, slots, RawEntry(empty), entries));
        }
        Ok(World::new(model, tables, [("init_mm", root.at)])?)
    }
}

impl<R: ReadAt + ?Sized> Walk<'_, '_, R> {
    /// One table and all below it. The depth is that of the levels: five at most.
    fn table(&mut self, at: PhysAddr, level: Level, base: u64, path: Path) -> Result<(), CoreError> {
        if self.found.cut || self.found.tables >= MOST_TABLES || self.found.all.len() >= MOST_RANGES {
            self.found.cut = true;
            return Ok(());
        }
        let model = self.model;
        let lowest = model.lowest_sharing(level);
        let entries = match self.core.table(model, at, model.slots(level)) {
            Ok(entries) => entries,
            Err(error) if error.is_of_memory() && self.found.tables > 0 => {
                match error {
                    CoreError::Read(_) => self.found.behind_end += 1,
                    _ => self.found.missing += 1,
                }
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.found.tables += 1;
        // The level whose index selects the slot: another than the table's own where arm64 folds at run time.
        let shift = model.level(model.indexed_by(level)).shift;
        for (slot, value) in (0u64..).zip(entries) {
            if value == 0 {
                continue;
            }
            let addr = base | slot << shift;
            let entry = RawEntry(value);
            match model.classify(lowest, entry, &model.empty) {
                EntryKind::Table | EntryKind::Bad if leads_on(model, lowest, entry) => {
                    if let Some(below) = lowest.lower() {
                        self.table(
                            model.table_address(lowest, entry),
                            below,
                            addr,
                            path.below(model, value),
                        )?;
                    }
                }
                EntryKind::Leaf if is_used(model, lowest, value) => {
                    let bytes = 1u64 << model.level(lowest).shift;
                    let start = canonical(model, addr, self.upper_half);
                    self.add(Range {
                        start,
                        last: start.wrapping_add(bytes - 1),
                        physical: model.leaf_address(lowest, entry).0.wrapping_add(napot(model, value, addr)),
                        level: lowest,
                        rights: path.leaf(model, value),
                    });
                }
                EntryKind::Bad => self.found.bad += 1,
                EntryKind::None | EntryKind::NotPresent | EntryKind::Leaf | EntryKind::Table => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, range: Range) {
        if let Some(before) = self.found.all.last_mut() {
            let bytes = before.last.wrapping_sub(before.start).wrapping_add(1);
            let adjoins = before.last.checked_add(1) == Some(range.start)
                && before.physical.wrapping_add(bytes) == range.physical;
            if adjoins && before.level == range.level && before.rights == range.rights {
                before.last = range.last;
                return;
            }
        }
        self.found.all.push(range);
    }
}

/// Whether an entry leads to a table. A pmd of x86's ESPfix area does although `pmd_bad()` is true of it (NX set, RW clear): a walk of
/// kernel tables does not ask that at pmd level, and the CPU follows it.
fn leads_on(model: &'static Model, level: Level, value: RawEntry) -> bool {
    match model.classify(level, value, &model.empty) {
        EntryKind::Table => true,
        EntryKind::Bad => level == Level::Pmd,
        EntryKind::None | EntryKind::Leaf | EntryKind::NotPresent => false,
    }
}

/// Svnapot: 16 ptes hold the same frame, and each maps a page of its own of those 64 KiB.
fn napot(model: &Model, value: u64, addr: u64) -> u64 {
    let mut flags = model.set_flags(Level::Pte, EntryKind::Leaf, RawEntry(value));
    if flags.any(|set| set.flag.name == "_PAGE_NAPOT") { addr & 0xf000 } else { 0 }
}
