//! Tables that would give a listing: so that a text can be walked.
//!
//! A text has ranges, not tables. What is built here has entries of the levels that the text tells, or else of the largest that fit, at
//! addresses of its own choice; [`Built::assumed`] says so. Nobody should take them for the machine's.

use std::collections::BTreeMap;

use mm::{Table, World, WorldError};
use pgtable::{Empty, EntryKind, Isa, Level, Model, Owner, PhysAddr, Prot, RawEntry, VirtAddr};

use crate::{Frames, Listing, Perms, Range, Right, merged};

/// Most entries that are built: the walk of a larger range has to be asked in parts.
const MOST_LEAVES: usize = 4 << 20;

/// The same where a whole listing is built: of one range, of all, and slots that are kept of all tables.
const WHOLE: Most = Most { of_range: 1 << 15, leaves: 1 << 18, stored: 3 << 20 };

/// Tables built from ranges.
#[derive(Clone, Debug)]
pub struct Built {
    /// The tables, as those of `init_mm`.
    pub world: World,
    /// What of them is not from the text.
    pub assumed: Vec<String>,
}

/// Why no tables can be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// There are no rules for making entries of that machine.
    #[error("no tables can be built of a text of {0}: it has no model here; --model names one that fits")]
    NoModel(&'static str),
    /// Nothing says whose tables they are.
    #[error("the text does not tell whose tables these are: --model says it")]
    Unknown,
    /// The window is too large.
    #[error("from {0:x} on the ranges have more than {MOST_LEAVES} entries: ask for a smaller part")]
    TooMany(u64),
    /// The machine contradicts itself.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// Builds the tables of a listing that a walk from `start` to `last` can see.
///
/// # Errors
/// [`BuildError`]
pub fn built(listing: &Listing, start: u64, last: u64) -> Result<Built, BuildError> {
    let model = model_of(listing)?;
    let mut building = Building::new(model, 0, Most::default());
    let ranges = merged(listing);
    for range in ranges.iter().filter(|range| range.last >= start && range.start <= last) {
        building.add(range, start, last)?;
    }
    let mut assumed = assumptions(listing, &building.seen);
    assumed.push(ATTRIBUTES.to_owned());
    Ok(Built { world: building.world()?, assumed })
}

/// Builds the tables of a whole listing with these [`merged`] ranges, for who walks about in it: those of `init_mm`, and where it maps user addresses those of a
/// process, `mm`. Whatever a text says, this takes a bounded time: what is left out of large ranges is said.
///
/// # Errors
/// [`BuildError`]
pub fn whole(listing: &Listing, ranges: &[Range]) -> Result<Built, BuildError> {
    let model = model_of(listing)?;
    let mut kernel = Building::new(model, 0, WHOLE);
    // Where each half of the addresses has a root of its own, a table of both would mix them up.
    let mut user = Building::new(model, 1, WHOLE);
    let mut has_user = false;
    for range in ranges {
        let is_user = model.owner(VirtAddr(range.start)) == Owner::User;
        has_user |= is_user;
        let building = if is_user && !model.one_root { &mut user } else { &mut kernel };
        building.add(range, 0, u64::MAX)?;
    }
    let seen = kernel.seen.and(&user.seen);
    let mut assumed = assumptions(listing, &seen);
    if has_user {
        assumed.push(if model.one_root {
            "the text does not say whose tables these are: init_mm and a process have them both".to_owned()
        } else {
            "user addresses are those of one process".to_owned()
        });
    }
    if let Some(at) = seen.left_out {
        assumed.push(format!(
            "ranges are larger than can be built here: of some only the first entries are there; the first that is left out is at {at:#x}"
        ));
    }
    assumed.push(ATTRIBUTES.to_owned());
    let mut roots = Vec::from([("init_mm", kernel.pa(0))]);
    if has_user {
        roots.push(("mm", if model.one_root { kernel.pa(0) } else { user.pa(0) }));
    }
    let mut tables = kernel.tables();
    if has_user && !model.one_root {
        tables.extend(user.tables());
    }
    Ok(Built { world: World::new(model, tables, roots)?, assumed })
}

const ATTRIBUTES: &str = "attributes that the text does not tell are those that the kernel gives such pages";

fn model_of(listing: &Listing) -> Result<&'static Model, BuildError> {
    let machine = listing.machine.ok_or(BuildError::Unknown)?;
    machine.model.ok_or(BuildError::NoModel(machine.id))
}

/// What of the tables is not from the text.
fn assumptions(listing: &Listing, seen: &Found) -> Vec<String> {
    let mut assumed = vec![format!(
        "built from the ranges of a text ({}): the tables themselves, where they lie, and entries that map nothing are not known",
        listing.format.name()
    )];
    let mut say = |is_so: bool, what: &str| {
        if is_so {
            assumed.push(what.to_owned());
        }
    };
    say(seen.guessed, "the text has no levels: each part is made of the largest entries that fit");
    say(seen.unknown, "the text has no physical addresses: entries lead to 0");
    say(seen.first_only, "only the first frame of a range is known: the entries behind it lead to 0");
    say(seen.overlaps, "ranges overlap: the first one is taken");
    assumed
}

/// How much is built at most.
#[derive(Clone, Copy, Debug)]
struct Most {
    of_range: usize,
    leaves: usize,
    stored: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { of_range: usize::MAX, leaves: usize::MAX, stored: usize::MAX }
    }
}

/// What the ranges did not tell.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a sentence of its own")]
struct Found {
    guessed: bool,
    unknown: bool,
    first_only: bool,
    overlaps: bool,
    /// The first address that was left out.
    left_out: Option<u64>,
}

impl Found {
    const fn and(&self, other: &Self) -> Self {
        Self {
            guessed: self.guessed || other.guessed,
            unknown: self.unknown || other.unknown,
            first_only: self.first_only || other.first_only,
            overlaps: self.overlaps || other.overlaps,
            left_out: match self.left_out {
                Some(at) => Some(at),
                None => other.left_out,
            },
        }
    }
}

/// Tables that grow.
struct Building {
    model: &'static Model,
    tables: Vec<(Level, Vec<u64>)>,
    /// Which table an entry leads to, by the table and slot that the entry is in.
    below: BTreeMap<(usize, u32), usize>,
    /// The table of the last entry, by the entry's level and the first address that the table is for.
    last: Option<(Level, u64, usize)>,
    leaves: usize,
    stored: usize,
    most: Most,
    /// Where the tables lie: each root of a machine has a place of its own.
    first: u64,
    seen: Found,
}

/// A table of any level fits between two of these addresses; they end below what entries of all models can hold.
const APART: u64 = 1 << 17;

impl Building {
    fn new(model: &'static Model, nth: u64, most: Most) -> Self {
        let top = model.real_levels().next().unwrap_or(Level::Pgd);
        let place = if model.entry_bytes == 4 { 1u64 << 30 } else { 1 << 44 };
        Self {
            model,
            tables: vec![(top, Vec::new())],
            below: BTreeMap::new(),
            last: None,
            leaves: 0,
            stored: 0,
            most,
            first: place * (nth + 1),
            seen: Found::default(),
        }
    }

    fn pa(&self, table: usize) -> PhysAddr {
        PhysAddr(self.first + table as u64 * APART)
    }

    /// The entries of a range that the window touches.
    fn add(&mut self, range: &Range, start: u64, last: u64) -> Result<(), BuildError> {
        let page = self.model.page_bytes();
        let mut at = range.start & !(page - 1);
        if range.start < start {
            // Whole entries, so that a walk sees the one that it begins within.
            let level = range.level.unwrap_or(Level::Pmd).max(Level::Pud);
            at = at.max(start & !((1u64 << self.model.level(level).shift) - 1));
        }
        self.seen.guessed |= range.level.is_none();
        self.seen.unknown |= range.frames == Frames::Unknown;
        self.seen.first_only |= matches!(range.frames, Frames::First(_));
        let stop = range.last.min(last);
        let begun = self.leaves;
        loop {
            if self.leaves - begun >= self.most.of_range
                || self.leaves >= self.most.leaves
                || self.stored >= self.most.stored
            {
                self.seen.left_out.get_or_insert(at);
                return Ok(());
            }
            let level = self.level(range, at);
            let offset = at.wrapping_sub(range.start);
            let frame = match range.frames {
                Frames::RunOn(first) => first.wrapping_add(offset),
                Frames::First(first) if offset == 0 => first,
                Frames::First(_) | Frames::Unknown => 0,
            };
            self.leaf(at, level, frame, range)?;
            let bytes = 1u64 << self.model.level(level).shift;
            match (at & !(bytes - 1)).checked_add(bytes) {
                Some(next) if next <= stop => at = next,
                _ => return Ok(()),
            }
        }
    }

    /// The level of the entry for `at`: what the text says, else the largest entry that fits.
    fn level(&self, range: &Range, at: u64) -> Level {
        let model = self.model;
        if let Some(level) = range.level
            && model.make_leaf(PhysAddr(0), Prot::Kernel, level).is_some()
        {
            return model.lowest_sharing(level);
        }
        let fits = |level: &Level| {
            let mask = (1u64 << model.level(*level).shift) - 1;
            let frame_fits = match range.frames {
                Frames::RunOn(first) => first.wrapping_add(at.wrapping_sub(range.start)) & mask == 0,
                _ => true,
            };
            at & mask == 0
                && frame_fits
                && at.checked_add(mask).is_some_and(|end| end <= range.last)
                && model.make_leaf(PhysAddr(0), Prot::Kernel, *level).is_some()
        };
        [Level::Pud, Level::Pmd]
            .into_iter()
            .find(fits)
            .map_or(Level::Pte, |level| model.lowest_sharing(level))
    }

    fn leaf(&mut self, at: u64, level: Level, frame: u64, range: &Range) -> Result<(), BuildError> {
        self.leaves += 1;
        if self.leaves > MOST_LEAVES {
            return Err(BuildError::TooMany(at));
        }
        let model = self.model;
        let addr = VirtAddr(at);
        let prot = match (range.perms.get(Right::User), range.perms.get(Right::Write)) {
            (Some(true), _) => Prot::Shared,
            (_, Some(false)) => Prot::KernelRo,
            _ => Prot::Kernel,
        };
        let Some(value) = model.make_leaf(PhysAddr(frame), prot, level) else { return Ok(()) };
        let value = told(model, value.0, range.perms);
        let covers = u64::from(model.slots(level)) << model.level(level).shift;
        let part = at & !covers.wrapping_sub(1);
        // Most entries are for the table of the one before.
        let mut table = match self.last {
            Some((of, first, table)) if of == level && first == part => table,
            _ => 0,
        };
        loop {
            let (of, _) = self.tables[table];
            let lowest = model.lowest_sharing(of);
            let slot = model.index(model.indexed_by(of), addr);
            let now = RawEntry(self.tables[table].1.get(slot as usize).copied().unwrap_or(0));
            let kind = if now.0 == 0 { EntryKind::None } else { model.classify(lowest, now, &NO_EMPTY) };
            match (lowest.lower(), kind) {
                (Some(below), EntryKind::None | EntryKind::Table) if lowest < level => {
                    table = self.table(table, slot, below, model.owner(addr));
                }
                (_, EntryKind::None) => {
                    self.last = (lowest == level).then_some((level, part, table));
                    self.set(table, slot, value);
                    return Ok(());
                }
                _ => {
                    self.seen.overlaps = true;
                    return Ok(());
                }
            }
        }
    }

    /// The table below a slot, made if there is none.
    fn table(&mut self, above: usize, slot: u32, level: Level, owner: pgtable::Owner) -> usize {
        if let Some(&table) = self.below.get(&(above, slot)) {
            return table;
        }
        let table = self.tables.len();
        self.tables.push((level, Vec::new()));
        self.below.insert((above, slot), table);
        let value = self.model.make_table(level.upper().unwrap_or(level), self.pa(table), owner);
        self.set(above, slot, value.0);
        table
    }

    fn set(&mut self, table: usize, slot: u32, value: u64) {
        let entries = &mut self.tables[table].1;
        if entries.len() <= slot as usize {
            self.stored += slot as usize + 1 - entries.len();
            entries.resize(slot as usize + 1, 0);
        }
        entries[slot as usize] = value;
    }

    fn world(self) -> Result<World, WorldError> {
        World::new(self.model, self.tables(), [("init_mm", self.pa(0))])
    }

    fn tables(&self) -> Vec<Table> {
        let model = self.model;
        let empty = |level: Level| model.empty.get(level as usize).map_or(RawEntry(0), |of| RawEntry(*of));
        let mut tables = Vec::with_capacity(self.tables.len());
        for (nth, (level, entries)) in self.tables.iter().enumerate() {
            let filled = entries.iter().map(|&value| if value == 0 { empty(*level).0 } else { value });
            tables.push(Table::new(
                self.pa(nth),
                *level,
                model.slots(*level),
                empty(*level),
                filled.collect(),
            ));
        }
        tables
    }
}

/// An entry with the rights and marks that a text tells; of others it stays what it is. No text is read of the architectures that are left
/// as they are, or it has rights only.
fn told(model: &Model, value: u64, perms: Perms) -> u64 {
    let put = |value: u64, bit: u32, is: Option<bool>| match is {
        Some(true) => value | 1 << bit,
        Some(false) => value & !(1 << bit),
        None => value,
    };
    let get = |right| perms.get(right);
    let not = |right| get(right).map(|is: bool| !is);
    // What is not writable has not been written, as far as the text does not say so.
    let dirty = get(Right::Dirty).or(get(Right::Write).filter(|is| !is));
    let all = |bits: &[(u32, Option<bool>)]| bits.iter().fold(value, |value, &(bit, is)| put(value, bit, is));
    match model.kernel.isa {
        Isa::X86 => all(&[
            (1, get(Right::Write)),
            (2, get(Right::User)),
            (5, get(Right::Accessed)),
            (6, dirty),
            (8, get(Right::Global)),
            (63, not(Right::Execute)),
        ]),
        Isa::Arm64 => {
            let is_user = perms.has(Right::User);
            let (own, other) = if is_user { (54, 53) } else { (53, 54) };
            // PTE_WRITE is what the kernel looks at, PTE_RDONLY what the CPU does.
            all(&[
                (7, not(Right::Write)),
                (51, get(Right::Write)),
                (6, get(Right::User)),
                (own, not(Right::Execute)),
                (other, get(Right::Execute).map(|_| true)),
                (11, not(Right::Global)),
                (10, get(Right::Accessed)),
                (55, dirty),
            ])
        }
        Isa::Riscv => {
            let made = all(&[
                (1, get(Right::Read)),
                (2, get(Right::Write)),
                (3, get(Right::Execute)),
                (4, get(Right::User)),
                (5, get(Right::Global)),
                (6, get(Right::Accessed)),
                (7, dirty),
            ]);
            // With none of the three it would be a table.
            if made & 0xe == 0 { made | 2 } else { made }
        }
        Isa::S390 => all(&[(9, not(Right::Write)), (8, not(Right::Execute))]),
        Isa::Powerpc => all(&[
            (2, get(Right::Read)),
            (1, get(Right::Write)),
            (0, get(Right::Execute)),
            (3, not(Right::User)),
            (8, get(Right::Accessed)),
            (7, dirty),
        ]),
        Isa::Loongarch | Isa::Openrisc => value,
    }
}

/// While tables grow a slot without an entry is 0 on every machine.
static NO_EMPTY: Empty = [0; 5];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Wish, read};

    fn of(text: &str, start: u64, last: u64) -> Built {
        let listing = read(text.as_bytes(), Wish::default()).expect("a text");
        built(&listing, start, last).expect("tables")
    }

    #[test]
    fn the_tables_of_a_listing_give_its_pages() {
        let text = "0000000000400000: 0000000001000000 X--DA--UW\n0000000000401000: 0000000005001000 X--DA--UW\n\
                    0000000000600000: 0000000000600000 --PDA---W\n";
        let built = of(text, 0, u64::MAX);
        // pgd, pud, pmd, pte.
        assert_eq!(built.world.tables().len(), 4);
        let pte = built.world.tables().iter().find(|table| table.level() == Level::Pte).expect("a table");
        let model = built.world.model();
        let frame = |slot| model.leaf_address(Level::Pte, pte.get(slot).expect("a slot"));
        assert_eq!((frame(0), frame(1)), (PhysAddr(0x100_0000), PhysAddr(0x500_1000)));
        assert!(
            built.assumed[0].starts_with("built from the ranges of a text (info-tlb-x86)"),
            "{:?}",
            built.assumed
        );
    }

    /// What a text tells of a page is in its entry: read back by the rules of the architecture it is the same.
    #[test]
    fn rights_that_a_text_tells_are_in_the_entries() {
        let cases: [(&str, u64, Level, u64); 7] = [
            (
                "0xffffffff81000000-0xffffffff81200000           2M     RW         PSE     GLB x  pmd\n",
                0xffff_ffff_8100_0000,
                Level::Pmd,
                0x1e3,
            ),
            (
                "0xffffffff81000000-0xffffffff81200000           2M     ro         PSE     GLB x  pmd\n",
                0xffff_ffff_8100_0000,
                Level::Pmd,
                0x1a1,
            ),
            (
                "0x0000000000400000-0x0000000000401000           4K USR ro                     x  pte\n",
                0x40_0000,
                Level::Pte,
                0x25,
            ),
            ("0000000000002000: 0000000001008000 XG--A--U-\n", 0x2000, Level::Pte, 0x8000_0000_0100_8125),
            (
                "0xffffffd600200000-0xffffffd600400000    0x0000000080400000         2M PMD .   ..     ..   D A G . X W R V\n",
                0xffff_ffd6_0020_0000,
                Level::Pmd,
                0x2010_00ef,
            ),
            (
                "0xffffffd600200000-0xffffffd600400000    0x0000000080400000         2M PMD .   ..     ..   . . . . X . R V\n",
                0xffff_ffd6_0020_0000,
                Level::Pmd,
                0x2010_000b,
            ),
            (
                "0xffff800008000000-0xffff800008200000           2M PMD       ro x      SHD AF        BLK UXN    MEM/NORMAL\n",
                0xffff_8000_0800_0000,
                Level::Pmd,
                0x0040_0000_0000_0781,
            ),
        ];
        for (text, at, level, value) in cases {
            let built = of(text, 0, u64::MAX);
            let model = built.world.model();
            let table = built.world.tables().iter().find(|table| table.level() == level).expect("a table");
            let slot = model.index(model.indexed_by(level), VirtAddr(at));
            let entry = table.get(slot).expect("a slot").0;
            let mask = if text.contains("BLK") { 0x0060_0000_0000_0fff } else { u64::MAX };
            assert_eq!(format!("{:x}", entry & mask), format!("{value:x}"), "{text}");
        }
    }

    #[test]
    fn of_a_whole_listing_large_ranges_are_built_in_part_and_a_process_has_user_addresses() {
        let text = "---[ User Space ]---\n0x0000000000000000-0xffff800000000000   16777088T     RW                 GLB NX pte\n\
                    0xffff888000000000-0xffff888000200000           2M     RW         PSE     GLB NX pmd\n";
        let listing = read(text.as_bytes(), Wish::default()).expect("a text");
        let built = whole(&listing, &merged(&listing)).expect("tables");
        assert!(
            built.assumed.iter().any(|says| says.contains("left out is at 0x8000000")),
            "{:?}",
            built.assumed
        );
        let root = |mm| built.world.mm(mm).map(|mm| mm.pgd);
        assert_eq!(root(mm::MmId::INIT_MM), root(mm::MmId::USER));
        // The kernel's range is there although the one before it was too large.
        let pmds = built.world.tables().iter().filter(|table| table.level() == Level::Pmd).count();
        assert_eq!(pmds, 2);
        let listing =
            of_text("0xffff888000000000-0xffff888000200000           2M     RW         PSE     GLB NX pmd\n");
        let none = whole(&listing, &merged(&listing));
        assert!(none.expect("tables").world.mm(mm::MmId::USER).is_none());
    }

    fn of_text(text: &str) -> crate::Listing {
        read(text.as_bytes(), Wish::default()).expect("a text")
    }

    #[test]
    fn only_what_a_walk_sees_is_built() {
        let text = "---[ User Space ]---\n0x0000000000000000-0xffff800000000000   16777088T     RW                 GLB NX pte\n";
        let listing = read(text.as_bytes(), Wish::default()).expect("a text");
        assert!(matches!(built(&listing, 0, u64::MAX), Err(BuildError::TooMany(_))));
        assert!(built(&listing, 0x40_0000, 0x40_0fff).is_ok());
    }
}
