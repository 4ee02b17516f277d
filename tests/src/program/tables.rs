//! Page tables: such that point to each other or to nowhere, with entries of any value.

use mm::{MmId, Pages, Slot, Table, World};
use pgtable::{Level, Model, Owner, PhysAddr, Prot, RawEntry};

use super::Write;
use super::choices::Choices;

/// Number of tables of a world.
const TABLES: u32 = 7;

/// Where table `n` lies: aligned for every page size.
pub(super) const fn at(n: u32) -> PhysAddr {
    PhysAddr((n as u64 + 1) << 16)
}

/// Where one of the tables lies.
pub(super) fn root(c: &mut Choices<'_>) -> PhysAddr {
    at(c.below(TABLES))
}

/// A world whose table 0 is the root of both mms. The next ones are of the levels below, the others of any.
pub(super) fn world(c: &mut Choices<'_>, model: &'static Model) -> World {
    let real: Vec<Level> = model.real_levels().collect();
    // Most worlds are sure to have a path down to a pte.
    let linked = !c.one_in(4);
    let pages = pages(c, model);
    let tables = (0..TABLES).map(|n| {
        let level = real.get(n as usize).copied().unwrap_or_else(|| c.of(&real));
        let mut table = Table::unused(model, at(n), level);
        for _ in 0..c.below(10) {
            let slot = slot(c, table.slots());
            table.set(slot, RawEntry(entry_in(c, model, n)));
        }
        if linked && (n as usize) + 1 < real.len() {
            table.set(0, RawEntry(pointer(model, at(n + 1))));
        }
        table
    });
    let tables = tables.collect();
    let mms = [("init_mm", at(0)), ("mm", at(0))];
    let mut world =
        World::new(model, tables, mms).unwrap_or_else(|error| unreachable!("made to be valid: {error}"));
    debug_assert!(world.mm(MmId::USER).is_some(), "both mms are there");
    world.pages = pages;
    world
}

/// A few writes of another task, mostly into the slots where walks begin and soon enough to meet them.
pub(super) fn writes(c: &mut Choices<'_>, model: &Model) -> Vec<Write> {
    let write = |c: &mut Choices<'_>| {
        let n = c.below(TABLES);
        let index = if c.one_in(3) { c.below(3) } else { 0 };
        let slot = Slot { table: at(n), index };
        Write { after: u64::from(c.below(40)), slot, value: RawEntry(entry_in(c, model, n)) }
    };
    (0..=c.below(4)).map(|_| write(c)).collect()
}

/// Slots that walks from the edges of a table reach.
fn slot(c: &mut Choices<'_>, slots: u32) -> u32 {
    let slot = match c.below(6) {
        0..=2 => c.below(3),
        3 => slots.saturating_sub(1 + c.below(2)),
        4 => slots / 2,
        _ => c.below(slots),
    };
    slot % slots
}

/// An entry of any value, but mostly one that means something.
pub(super) fn entry(c: &mut Choices<'_>, model: &Model) -> u64 {
    let table = c.below(TABLES);
    entry_in(c, model, table)
}

/// An entry of table `n`: the next one is mostly of the level below.
fn entry_in(c: &mut Choices<'_>, model: &Model, n: u32) -> u64 {
    let value = match c.below(16) {
        0..=3 => pointer(model, at((n + 1) % TABLES)),
        // To a table of this world, of any level.
        4 | 5 => pointer(model, root(c)),
        6..=8 => leaf(model) + (u64::from(c.below(4)) << 12),
        // Swapped out, PROT_NONE, present-invalid, accessed and dirty alone.
        9 | 10 => c.of(&[0x200, 0x100, 0x20, 0x800, 0x802, 0x60, 0x4000, 1 << 63]),
        // A table pointer with a bit too few or too many.
        11 => pointer(model, root(c)) ^ 1 << c.below(64),
        12 => pointer(model, PhysAddr(0x0dea_d000_0000)),
        13 => c.of(&model.empty),
        14 => 0,
        _ => c.number(8),
    };
    fitting(model, value)
}

/// As much of a value as an entry has room for.
fn fitting(model: &Model, value: u64) -> u64 {
    if model.entry_bytes == 4 { value & 0xffff_ffff } else { value }
}

fn pointer(model: &Model, pa: PhysAddr) -> u64 {
    fitting(model, model.make_table(Level::Pmd, pa, Owner::User).0)
}

/// A leaf, at any level.
fn leaf(model: &Model) -> u64 {
    let (pa, prot) = (PhysAddr(0x4000_0000), Prot::Kernel);
    model.make_leaf(pa, prot, Level::Pmd).unwrap_or(model.make_pte(pa, prot)).0
}

/// What folio walks ask about pages.
fn pages(c: &mut Choices<'_>, model: &Model) -> Pages {
    if !c.one_in(4) {
        return Pages::default();
    }
    let leaf = RawEntry(leaf(model));
    let zero = Some(model.leaf_address(Level::Pte, leaf));
    let huge_zero = Some(model.leaf_address(Level::Pmd, leaf));
    Pages { zero, huge_zero, migration: Some((0x200, 0x200)) }
}
