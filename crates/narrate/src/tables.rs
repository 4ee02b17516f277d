//! The tables on the path.
//!
//! A table of 512 to 8192 slots is shown as rows: single slots around the current one, runs of like slots
//! elsewhere, and a strip that shows where in the whole table we are.

use mm::World;
use pagewalk::Slot;
use pgtable::{EntryKind, Level, PhysAddr, RawEntry, SetFlag};

use crate::ruler::table_name;

/// Rows of a table that are shown at most, the current one in the middle.
const ROWS: usize = 9;

/// Cells of the strip that stands for the whole table.
pub const STRIP: usize = 64;

/// One column: a level that has tables in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The level.
    pub level: Level,
    /// Its name, with the folded levels that share its entries.
    pub name: String,
    /// The table that the walk holds a pointer into.
    pub table: Option<TableView>,
}

/// A table on the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableView {
    /// Its physical address, in bytes.
    pub pa: PhysAddr,
    /// Number of slots; 0 if there is no table at this address.
    pub slots: u32,
    /// The number of the slot that the walk points to, or will point to, from 0.
    pub current: u32,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// The whole table in [`STRIP`] cells, or in one cell per slot if it has fewer slots.
    pub strip: Vec<EntryKind>,
    /// The index in `strip` of the current slot's cell.
    pub strip_at: usize,
}

/// A row: a slot, or a run of slots that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of its first slot, from 0.
    pub first: u32,
    /// The number of its last slot, which belongs to it.
    pub last: u32,
    /// What is in it; none for the rest of a table that is not shown.
    pub kind: Option<EntryKind>,
    /// The value, of a single slot.
    pub value: Option<RawEntry>,
    /// Whether the walk is here.
    pub current: bool,
    /// Whether the line of the dump to which the step adds comes from here.
    pub noted: bool,
}

impl Row {
    /// What is in it, in words; `level` is that of its table.
    pub fn what(&self, level: Level) -> String {
        let count = self.last - self.first + 1;
        match (self.value, self.kind) {
            (_, None) => format!("{count} more"),
            (None, Some(kind)) if kind != EntryKind::None => format!("{count} {}", several(level, kind)),
            (_, Some(kind)) => word(level, kind).to_owned(),
        }
    }
}

/// What an entry is, in a word: a leaf of the lowest level is a page.
pub const fn word(level: Level, kind: EntryKind) -> &'static str {
    match (level, kind) {
        (Level::Pte, EntryKind::Leaf) => "page",
        _ => kind.word(),
    }
}

/// Several of them.
const fn several(level: Level, kind: EntryKind) -> &'static str {
    match (level, kind) {
        (_, EntryKind::Table) => "tables",
        (Level::Pte, EntryKind::Leaf) => "pages",
        (_, EntryKind::Leaf) => "leaves",
        _ => kind.word(),
    }
}

/// An entry in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// The level that gives it a meaning.
    pub level: Level,
    /// Its table and its number there.
    pub slot: Slot,
    /// The physical address of the entry itself, in bytes.
    pub pa: PhysAddr,
    /// The value.
    pub value: RawEntry,
    /// What it is.
    pub kind: EntryKind,
    /// Where it points or what it maps, for a table or a leaf.
    pub target: Option<PhysAddr>,
    /// The bits that say so, as a mask; the others are flags.
    pub address_bits: u64,
    /// The bits that are set, by name.
    pub flags: Vec<SetFlag>,
}

/// An entry with its flags; `level` is the one that asks.
pub(crate) fn entry(world: &World, level: Level, slot: Slot, value: RawEntry) -> EntryView {
    let model = world.model();
    let level = model.lowest_sharing(level);
    // By its own type, where that says of which level an entry is.
    let level = model.type_of.map_or(level, |of| level.max(of(value.0).min(Level::Pmd)));
    let kind = world.classify(level, value);
    let points = |value| match kind {
        EntryKind::Table => Some(model.table_address(level, value)),
        EntryKind::Leaf => Some(model.leaf_address(level, value)),
        _ => None,
    };
    let target = points(value);
    // A bit belongs to the address if changing it changes one bit of that. PSE makes another kind of entry; without P all
    // bits of an x86 address count the other way round.
    let says_where = |bit: &u64| {
        let other = RawEntry(value.0 ^ bit);
        let changes = points(other).zip(target).map_or(0, |(other, own)| (other.0 ^ own.0).count_ones());
        changes == 1 && world.classify(level, other) == kind
    };
    let bits = (0..u32::from(model.entry_bytes) * 8).map(|bit| 1 << bit);
    let address_bits = bits.filter(says_where).fold(0, |mask, bit| mask | bit);
    let flags = world.set_flags(level, value).collect();
    EntryView { level, slot, pa: slot.pa(model.entry_bytes), value, kind, target, address_bits, flags }
}

/// One column per level that has tables, with the tables on the path filled in. Before and after the walk proper there is no
/// path: then the root is shown, with no slot lit.
pub(crate) fn columns(world: &World, path: &[(Level, Slot)], root: Option<Slot>) -> Vec<Column> {
    let model = world.model();
    let mut columns: Vec<Column> = model
        .real_levels()
        .map(|level| Column { level, name: table_name(model, level), table: None })
        .collect();
    let root = root.filter(|_| path.is_empty()).map(|slot| (Level::Pgd, slot));
    for &(level, slot) in path.iter().chain(&root) {
        let level = model.table_level(level);
        if let Some(column) = columns.iter_mut().find(|column| column.level == level) {
            column.table = Some(table(world, level, slot, root.is_none()));
        }
    }
    columns
}

fn table(world: &World, level: Level, Slot { table: pa, index: current }: Slot, here: bool) -> TableView {
    let Some(id) = world.table_at(pa) else {
        return TableView { pa, slots: 0, current, rows: Vec::new(), strip: Vec::new(), strip_at: 0 };
    };
    let slots = world.table(id).map_or(0, mm::Table::slots);
    // Where entries say which level they are of, a root of fewer levels is on the path of those above it too: its slots are of its own.
    let own = world.table(id).map(mm::Table::level).filter(|_| world.model().type_of.is_some());
    let runs = world.runs(id, own.unwrap_or(level));
    let strip = strip(&runs, slots);
    let strip_at = (current as usize * strip.len()).checked_div(slots as usize).unwrap_or(0);
    let mut rows = Vec::new();
    for (first, last, kind) in runs {
        split(first, last, current, &mut |first, last| {
            let value = (first == last).then(|| world.read(id, first)).flatten();
            rows.push(Row {
                first,
                last,
                kind: Some(kind),
                value,
                current: here && first == last && first == current,
                noted: false,
            });
        });
    }
    TableView { pa, slots, current, rows: around(current, rows, slots), strip, strip_at }
}

/// Cuts a run so that the current slot and its neighbours stand alone.
fn split(first: u32, last: u32, current: u32, push: &mut impl FnMut(u32, u32)) {
    let near = current.saturating_sub(2)..current.saturating_add(3);
    let mut at = first;
    for slot in near.filter(|slot| (first..=last).contains(slot)) {
        if at < slot {
            push(at, slot - 1);
        }
        push(slot, slot);
        at = slot + 1;
    }
    if at <= last {
        push(at, last);
    }
}

/// Keeps the rows around the current slot and sums up the rest.
fn around(current: u32, mut rows: Vec<Row>, slots: u32) -> Vec<Row> {
    if rows.len() <= ROWS {
        return rows;
    }
    let rest = |first, last| Row { first, last, kind: None, value: None, current: false, noted: false };
    let at = rows.iter().position(|row| (row.first..=row.last).contains(&current)).unwrap_or(0);
    // Two of the rows may be needed for what is left out above and below.
    let start = at.saturating_sub(ROWS / 2).min(rows.len() - ROWS);
    let end = start + ROWS;
    if end < rows.len() {
        let first = rows[end - 1].first;
        rows.truncate(end - 1);
        rows.push(rest(first, slots - 1));
    }
    if start > 0 {
        let last = rows[start].last;
        rows.drain(..=start);
        rows.insert(0, rest(0, last));
    }
    rows
}

/// The whole table in few cells: each shows the first thing in it that is not empty.
fn strip(runs: &[(u32, u32, EntryKind)], slots: u32) -> Vec<EntryKind> {
    let cells = (slots as usize).min(STRIP);
    let mut strip = vec![EntryKind::None; cells];
    for &(first, last, kind) in runs {
        let cell = |slot: u32| slot as usize * cells / slots as usize;
        for of in &mut strip[cell(first)..=cell(last)] {
            if *of == EntryKind::None {
                *of = kind;
            }
        }
    }
    strip
}

#[cfg(test)]
mod tests {
    use super::*;
    use mm::Table;
    use proptest::prelude::*;

    fn world(entries: Vec<u64>) -> World {
        let model = pgtable::model("x86_64-4level").expect("known");
        let root = Table::new(PhysAddr(0x1000), Level::Pgd, 512, RawEntry(0), entries);
        World::new(model, vec![root], [("init_mm", PhysAddr(0x1000))]).expect("valid")
    }

    fn view(entries: Vec<u64>, current: u32) -> TableView {
        table(&world(entries), Level::Pgd, Slot { table: PhysAddr(0x1000), index: current }, true)
    }

    #[test]
    fn an_empty_table_is_a_few_rows() {
        let view = view(vec![], 100);
        let rows: Vec<_> = view.rows.iter().map(|row| (row.first, row.last)).collect();
        assert_eq!(rows, [(0, 97), (98, 98), (99, 99), (100, 100), (101, 101), (102, 102), (103, 511)]);
        assert_eq!(view.strip, [EntryKind::None; STRIP]);
    }

    #[test]
    fn a_slot_beyond_the_table_has_no_row() {
        assert!(view(vec![], 512).rows.iter().all(|row| !row.current));
    }

    #[test]
    fn the_bits_that_say_where_an_entry_points_are_those_of_the_headers() {
        let bits = |model: &str, level, value| {
            let model = pgtable::model(model).expect("known");
            let root = Table::new(PhysAddr(0x10_0000), Level::Pgd, 512, RawEntry(0), vec![]);
            let world = World::new(model, vec![root], [("init_mm", PhysAddr(0x10_0000))]).expect("valid");
            let slot = Slot { table: PhysAddr(0x10_0000), index: 0 };
            entry(&world, level, slot, RawEntry(value)).address_bits
        };
        let range = |high: u32, low: u32| u64::MAX >> (63 - high) & u64::MAX << low;
        // PTE_PFN_MASK; the bit of the PAT is no address of a huge page.
        assert_eq!(bits("x86_64-4level", Level::Pud, 0x100_1067), range(51, 12));
        assert_eq!(bits("x86_64-4level", Level::Pmd, 0x8000_0000_8000_00e3), range(51, 21));
        // _PAGE_PFN_MASK of riscv64.
        assert_eq!(bits("riscv64-sv39", Level::Pmd, 0x2000_0001), range(53, 10));
        // PTE_ADDR_LOW and PTE_ADDR_HIGH, in two places with 52 bits: those of LPA2.
        assert_eq!(bits("arm64-4k-48", Level::Pud, 0x8000_0003), range(49, 12));
        assert_eq!(bits("arm64-4k-52", Level::Pud, 0x8000_0003), range(49, 12) | range(9, 8));
        // What points nowhere.
        assert_eq!(bits("x86_64-4level", Level::Pmd, 0), 0);
    }

    #[test]
    fn a_root_of_fewer_levels_has_slots_of_its_own_level() {
        let model = pgtable::model("s390x").expect("known");
        // Region-third entries, all unused.
        let root = Table::new(PhysAddr(0x4000), Level::Pud, 2048, RawEntry(0x24), vec![]);
        let world = World::new(model, vec![root], [("init_mm", PhysAddr(0x4000))]).expect("valid");
        for level in [Level::Pgd, Level::P4d, Level::Pud] {
            let view = table(&world, level, Slot { table: PhysAddr(0x4000), index: 3 }, true);
            assert!(view.rows.iter().all(|row| row.kind == Some(EntryKind::None)), "{level:?} {view:?}");
        }
    }

    proptest! {
        #[test]
        fn rows_cover_the_table_once(kinds in proptest::collection::vec(0u64..3, 0..512), current in 0u32..512) {
            let entries = kinds.into_iter().map(|kind| [0, 0x2067, 0x1][kind as usize]).collect();
            let view = view(entries, current);
            prop_assert!(view.rows.len() <= ROWS);
            prop_assert_eq!(view.rows.iter().filter(|row| row.current).count(), 1);
            let mut next = 0;
            for row in &view.rows {
                prop_assert_eq!(row.first, next);
                prop_assert!(row.last >= row.first);
                next = row.last + 1;
            }
            prop_assert_eq!(next, 512);
        }
    }
}
