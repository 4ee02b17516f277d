//! The page tables that are walked.

use mm::{Table, World};
use pgtable::{Level, Model, Owner, PhysAddr, RawEntry, VirtAddr};

/// Present ptes of a tree: as many as the kernel's walker was timed with.
pub const PTES: u64 = 1 << 20;

/// How full a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Every pte is present.
    Dense,
    /// Every fourth pte table is missing, and every eighth pte empty.
    Holes,
    /// One pte per table.
    Sparse,
}

impl Fill {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dense, Self::Holes, Self::Sparse];

    /// `dense`, `holes` or `sparse`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dense => "dense",
            Self::Holes => "holes",
            Self::Sparse => "sparse",
        }
    }

    const fn has_table(self, table: u64) -> bool {
        !matches!(self, Self::Holes) || table % 4 != 3
    }

    const fn has_pte(self, slot: u64) -> bool {
        match self {
            Self::Dense => true,
            Self::Holes => slot % 8 != 7,
            Self::Sparse => slot == 0,
        }
    }
}

/// Page tables and the range that they map.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The tables, with the root as that of `init_mm`.
    pub world: World,
    /// `PMD_SIZE`.
    pub start: VirtAddr,
    /// Behind the last pte.
    pub end: VirtAddr,
    /// Present ptes.
    pub ptes: u64,
}

/// Makes tables of rising addresses, each where nothing lies yet.
struct Tables {
    model: &'static Model,
    made: Vec<Table>,
    next: u64,
}

impl Tables {
    /// A table with these entries. Returns where it lies.
    fn make(&mut self, level: Level, entries: Vec<u64>) -> u64 {
        let slots = self.model.slots(level);
        let bytes = (u64::from(slots) * u64::from(self.model.entry_bytes)).max(self.model.page_bytes());
        let pa = self.next;
        self.next += bytes;
        let fill = self.model.empty[self.model.lowest_sharing(level) as usize];
        self.made.push(Table::new(PhysAddr(pa), level, slots, RawEntry(fill), entries));
        pa
    }
}

/// A tree of `ptes` present ptes from `PMD_SIZE` up, or of as many as half of the address space has room for.
///
/// # Panics
/// Only if a model's geometry is no geometry.
pub fn tree(model: &'static Model, fill: Fill, ptes: u64) -> Tree {
    let page = model.page_bytes();
    let start = VirtAddr(1 << model.level(Level::Pmd).shift);
    let last = (1u64 << (model.va_bits - 1)).min(model.word_mask / 2);
    // Behind where loongarch has its invalid tables: one of ours there would be none.
    let mut tables = Tables { model, made: Vec::new(), next: 0x200_0000 };
    let (mut present, mut addr) = (0, start.0);
    // Entries of the level at hand with the address of the memory that each of them maps.
    let mut entries: Vec<(u64, u64)> = Vec::new();
    let per_table = u64::from(model.slots(Level::Pte));
    for table in 0.. {
        if present >= ptes || addr + per_table * page > last {
            break;
        }
        let first = addr;
        addr += per_table * page;
        if !fill.has_table(table) {
            continue;
        }
        let mut values = Vec::new();
        for slot in (0..per_table).filter(|&slot| fill.has_pte(slot)) {
            if present == ptes {
                break;
            }
            values.resize(slot as usize, model.empty[Level::Pte as usize]);
            values.push((first + slot * page) | 0x83);
            present += 1;
        }
        entries.push((first, tables.make(Level::Pte, values)));
    }
    let uppers: Vec<Level> = model.real_levels().filter(|&level| level != Level::Pte).collect();
    for &level in uppers.iter().rev() {
        entries = upper_tables(&mut tables, level, &entries);
    }
    let root = PhysAddr(entries.first().map_or(0, |&(_, pa)| pa));
    let world = World::new(model, tables.made, [("init_mm", root)]).expect("a valid world");
    Tree { world, start, end: VirtAddr(addr), ptes: present }
}

/// The tables of `level` that point to those below, which come by address.
fn upper_tables(tables: &mut Tables, level: Level, below: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let model = tables.model;
    let shift = model.level(model.indexed_by(level)).shift;
    // A table of the highest level may span all 64 bits.
    let within = ((u128::from(model.slots(level)) << shift) - 1) as u64;
    let empty = model.empty[model.lowest_sharing(level) as usize];
    let mut above: Vec<(u64, u64)> = Vec::new();
    for group in below.chunk_by(|one, other| one.0 & !within == other.0 & !within) {
        let mut values = Vec::new();
        for &(first, pa) in group {
            values.resize(((first & within) >> shift) as usize, empty);
            values.push(model.make_table(level, PhysAddr(pa), Owner::User).0);
        }
        let first = group.first().map_or(0, |&(first, _)| first) & !within;
        above.push((first, tables.make(level, values)));
    }
    above
}
