//! The page tables at stake: where each is in its life, and what its entries say.

use mm::{Frame, MmId, Slot, Table};
use pgtable::{EntryKind, Level, PhysAddr, RawEntry};
use races::{Cpu, Inner, Ops, State};

use super::words;
use crate::ruler::table_name;

/// Where a page table is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Live.
    Live,
    /// Live, and no entry leads to it: not yet, or not any more.
    Unlinked,
    /// Queued for freeing, or handed to RCU.
    Leaving,
    /// Freed.
    Freed,
}

/// A page table at stake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeTable {
    /// "PMD table", with the folded levels that share it.
    pub name: String,
    /// Its physical address, in bytes.
    pub pa: PhysAddr,
    /// Where it is in its life.
    pub life: Life,
    /// The same in words: "handed to RCU, which waits for CPU 0".
    pub life_words: String,
    /// Whether the step changed that.
    pub changed: bool,
    /// The entries that are at stake; none of a freed table.
    pub slots: Vec<StakeSlot>,
    /// The CPUs whose walk holds a pointer into it.
    pub walkers: Vec<String>,
}

/// An entry at stake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeSlot {
    /// Its number in the table, from 0.
    pub index: u32,
    /// Its value.
    pub value: RawEntry,
    /// What it is.
    pub kind: EntryKind,
    /// The same in words: "empty", "→ table at 0x50000".
    pub words: String,
    /// Whether the step changed it.
    pub changed: bool,
    /// The CPUs whose walk points to it.
    pub walkers: Vec<String>,
}

/// The tables from the one that holds the pud at stake downwards, in the order in which they were made.
pub(super) fn tables(state: &State, before: &State) -> Vec<StakeTable> {
    let Some(ground) = state.cpus().first().map(|cpu| cpu.script().ground) else { return Vec::new() };
    let world = &state.world;
    let model = world.model();
    let top = ground.pud.map_or(ground.pmd_table, |pud| pud.table);
    let below = |table: &Table| table.pa() == top || table.level() > model.table_level(Level::Pud);
    let of = |level: Level| world.tables().iter().filter(move |table| table.level() == level);
    let tables = Level::ALL.into_iter().flat_map(of).filter(|table| below(table));
    tables.map(|table| view(state, before, table, top)).collect()
}

fn view(state: &State, before: &State, table: &Table, top: PhysAddr) -> StakeTable {
    let world = &state.world;
    let pa = table.pa();
    let of = |state: &State| {
        let linked = pa == top || is_linked(state, pa);
        match state.world.frame(pa) {
            Some(Frame::Live) if linked => (Life::Live, "live".to_owned()),
            Some(Frame::Live) => (Life::Unlinked, "no entry points to it".to_owned()),
            Some(Frame::Queued) => (Life::Leaving, "queued: freed after the TLB flush".to_owned()),
            Some(Frame::Rcu(readers)) if readers.is_empty() => {
                (Life::Leaving, "handed to RCU, which may free it now".to_owned())
            }
            Some(Frame::Rcu(readers)) => {
                let names: Vec<String> = readers.iter().map(words::cpu).collect();
                (Life::Leaving, format!("handed to RCU, which waits for {}", names.join(", ")))
            }
            Some(Frame::Freed) => (Life::Freed, "freed: its memory may hold anything".to_owned()),
            None => (Life::Unlinked, "not there yet".to_owned()),
        }
    };
    let (life, life_words) = of(state);
    let changed = of(before) != (life, life_words.clone());
    let slots = indexes(state, table)
        .into_iter()
        .filter_map(|index| {
            let slot = Slot { table: pa, index };
            let value = world.read_slot(slot)?;
            let level = world.model().lowest_sharing(table.level());
            let kind = world.classify(level, value);
            let words = match kind {
                EntryKind::Table => format!("→ {:#x}", world.model().table_address(level, value)),
                EntryKind::Leaf if level == Level::Pte && is_write_execute(state, value) => {
                    "page, W+X".to_owned()
                }
                EntryKind::Leaf if level == Level::Pte => "page".to_owned(),
                kind => kind.word().to_owned(),
            };
            let changed = before.world.read_slot(slot).is_some_and(|was| was != value);
            Some(StakeSlot { index, value, kind, words, changed, walkers: walkers(state, |at| at == slot) })
        })
        .collect();
    StakeTable {
        name: format!("{} table", table_name(world.model(), table.level())),
        pa,
        life,
        life_words,
        changed,
        slots,
        walkers: walkers(state, |slot| slot.table == pa),
    }
}

/// Whether a page of the kernel may be written and executed, as check_wx looks for it.
fn is_write_execute(state: &State, pte: RawEntry) -> bool {
    let ground = state.cpus().first().map(|cpu| cpu.script().ground);
    ground.is_some_and(|ground| ground.mm == MmId::INIT_MM)
        && state.world.model().make.prot.is_write_execute(pte.0)
}

/// Whether an entry of a live table leads to a table.
fn is_linked(state: &State, pa: PhysAddr) -> bool {
    let world = &state.world;
    let live = world.tables().iter().filter(|table| world.frame(table.pa()) == Some(Frame::Live));
    live.into_iter().any(|table| {
        let level = world.model().lowest_sharing(table.level());
        // Beyond what is stored all entries are empty.
        (0..table.stored() as u32).any(|index| {
            table.get(index).is_some_and(|value| {
                world.classify(level, value) == EntryKind::Table
                    && world.model().table_address(level, value) == pa
            })
        })
    })
}

/// The slots of a table that anybody here has to do with, in order.
fn indexes(state: &State, table: &Table) -> Vec<u32> {
    let model = state.world.model();
    let mut indexes = Vec::new();
    for cpu in state.cpus() {
        let ground = &cpu.script().ground;
        match model.lowest_sharing(table.level()) {
            Level::Pte => {
                indexes.push(ground.pte);
                // Changes of permissions are of neighbouring pages.
                if let Inner::Walk(walk, Ops::SetProt { .. }) = cpu.inner() {
                    indexes.push(model.index(Level::Pte, walk.args().start));
                }
            }
            Level::Pmd => {
                // The walk comes back for the entry behind, or has come from the one before.
                let first = model.index(model.indexed_by(Level::Pmd), ground.start);
                indexes.extend([ground.pmd, first, first + 1]);
            }
            _ => indexes.extend(ground.pud.filter(|pud| pud.table == table.pa()).map(|pud| pud.index)),
        }
    }
    // A handful, for which a sort is too much code.
    let mut sorted: Vec<u32> = Vec::new();
    for index in indexes {
        let at = sorted.partition_point(|&of| of < index);
        if sorted.get(at) != Some(&index) {
            sorted.insert(at, index);
        }
    }
    sorted
}

/// The CPUs whose walk points to a slot like this.
fn walkers(state: &State, wanted: impl Fn(Slot) -> bool) -> Vec<String> {
    let points = |cpu: &&Cpu| cpu.walk().is_some_and(|walk| walk.path().any(|(_, slot)| wanted(slot)));
    state.cpus().iter().filter(points).map(|cpu| words::cpu(cpu.task())).collect()
}
