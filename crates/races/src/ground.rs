//! The small world in which every race is run: one pmd table with two entries, one pte table, and what leads there.
//!
//! The walk covers the last page that the pte table maps and the first of what the second entry covers, so that the walker
//! returns to the pmd table after it has left the pte table.

use alloc::vec;

use mm::{MmId, Slot, Table, Vma, VmaId, World, WorldError};
use pgtable::{Level, Model, Owner, PhysAddr, Prot, RawEntry, VirtAddr};

/// What is there before anything moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The first pmd entry points to a pte table, whose last entry maps a page.
    Page,
    /// The first pmd entry points to a pte table of an earlier mapping, which is empty by now.
    EmptyTable,
    /// The first pmd entry is a leaf.
    PmdLeaf,
    /// The pud entry is a leaf: there is no table below.
    PudLeaf,
    /// The pud entry is empty: there is no table below.
    Nothing,
    /// The first pmd entry is a leaf, the second one points to a pte table, whose first entry maps a page.
    LeafThenPage,
}

/// Whose tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Those of a process.
    User,
    /// The kernel's, in the region of this name or whose name starts like this. A process's root leads there as well,
    /// where one root serves both halves.
    Kernel(&'static str),
}

/// Where things are in the small world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Whose tables are at stake.
    pub mm: MmId,
    /// First address of the walk.
    pub start: VirtAddr,
    /// End of the walk, excluded.
    pub end: VirtAddr,
    /// The entry that points to the pmd table; none where pmd entries are in the root, which nobody frees.
    pub pud: Option<Slot>,
    /// The pmd table; address 0 where there is none yet.
    pub pmd_table: PhysAddr,
    /// Index of the pmd entry at stake.
    pub pmd: u32,
    /// The pte table; address 0 where there is none yet.
    pub pte_table: PhysAddr,
    /// Index of the pte at stake.
    pub pte: u32,
    /// The area that maps it all, in a process.
    pub vma: Option<VmaId>,
}

/// Roots of `init_mm` and of `mm`; the tables below them follow, at distances that suit every page size.
const INIT_ROOT: PhysAddr = PhysAddr(0x1_0000);
const USER_ROOT: PhysAddr = PhysAddr(0x2_0000);
const NEXT: u64 = 0x1_0000;

/// What leaves map.
const PAGE: u64 = 0x20_0000;
const PMD_LEAF: u64 = 0x4000_0000;
const PUD_LEAF: u64 = 0x8000_0000;

/// A process's range starts at 4 GiB, beyond the reach of 32-bit tasks, or at 1 GiB where addresses have 32 bits.
const fn user_base(model: &Model) -> u64 {
    if model.va_bits > 32 { 1 << 32 } else { 1 << 30 }
}

/// A leaf of `level`.
pub(super) fn leaf(model: &Model, level: Level, user: bool) -> RawEntry {
    let pa = match level {
        Level::Pte => PAGE,
        Level::Pmd => PMD_LEAF,
        _ => PUD_LEAF,
    };
    // Where nothing above a pte maps memory there are no races about it either.
    model.make_leaf(PhysAddr(pa), Prot::writable(owner(user)), level).unwrap_or_default()
}

/// What the kernel may do with a page besides reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Nothing.
    Read,
    /// Execute it.
    Execute,
    /// Write it and execute it.
    WriteExecute,
}

/// A page of the kernel with these rights.
pub(super) fn with_rights(model: &Model, rights: Rights) -> RawEntry {
    let prot = model.make.prot;
    let [mask, both] = prot.write_execute.unwrap_or_default();
    // PAGE_KERNEL is writable, so what has to change for both is what keeps it from being executed.
    let execute = prot.kernel.pte & mask ^ both;
    let writable = prot.kernel.pte;
    // Where there is no PAGE_KERNEL_RO, set_memory_ro() takes the right to write away (riscv).
    let no_write = writable ^ mask & !execute;
    let read_only = if prot.kernel_ro == prot.kernel { no_write } else { prot.kernel_ro.pte };
    let bits = match rights {
        Rights::Read => read_only,
        Rights::Execute => read_only & !execute | both & execute,
        Rights::WriteExecute => writable & !execute | both & execute,
    };
    let page = leaf(model, Level::Pte, false).0 & !writable;
    RawEntry(page | bits)
}

/// An entry that points to a table.
pub(super) fn table_entry(model: &Model, level: Level, pa: PhysAddr, user: bool) -> RawEntry {
    model.make_table(level, pa, owner(user))
}

const fn owner(user: bool) -> Owner {
    if user { Owner::User } else { Owner::Kernel }
}

impl Ground {
    /// The small world, and where things are in it.
    ///
    /// # Errors
    /// [`WorldError`] never happens for a model of [`pgtable::MODELS`]; the type is the world's.
    pub fn build(model: &'static Model, half: Half, shape: Shape) -> Result<(World, Self), WorldError> {
        let user = half == Half::User;
        let pmd_bytes = 1u64 << model.level(Level::Pmd).shift;
        let own_pmd_table = model.table_level(Level::Pmd) != Level::Pgd;
        // The first entry of a pmd table.
        let span = if own_pmd_table { pmd_bytes * u64::from(model.slots(Level::Pmd)) } else { pmd_bytes };
        let base = match half {
            Half::User => user_base(model),
            Half::Kernel(name) => {
                let region = model.layout.iter().find(|region| region.name.starts_with(name));
                region.or(model.layout.last()).map_or(0, |region| region.start.0).next_multiple_of(span)
            }
        };
        let (start, end) = (
            VirtAddr(base + pmd_bytes - model.page_bytes()),
            VirtAddr(base + pmd_bytes + model.page_bytes()),
        );
        let mm = if user { MmId::USER } else { MmId::INIT_MM };
        let (last, second) = (model.slots(Level::Pte) - 1, shape == Shape::LeafThenPage);
        let mut ground = Self {
            mm,
            start,
            end,
            pud: None,
            pmd_table: PhysAddr(0),
            pmd: 0,
            pte_table: PhysAddr(0),
            pte: if second { 0 } else { last },
            vma: None,
        };

        let mut tables = [INIT_ROOT, USER_ROOT].map(|pa| Table::unused(model, pa, Level::Pgd)).to_vec();
        let mut at = usize::from(user);
        let mut level = Level::Pgd;
        // Downwards, until there is no table below.
        while let Some(lower) = model.real_levels().find(|&real| real > level) {
            let meaning = model.lowest_sharing(level);
            let index =
                model.index(model.indexed_by(level), start) + u32::from(second && meaning == Level::Pmd);
            let slot = Slot { table: tables[at].pa(), index };
            match meaning {
                Level::Pud => ground.pud = Some(slot),
                Level::Pmd => (ground.pmd_table, ground.pmd) = (slot.table, slot.index),
                _ => {}
            }
            if second && meaning == Level::Pmd {
                tables[at].set(index - 1, leaf(model, Level::Pmd, user));
            }
            let ends = match (meaning, shape) {
                (Level::Pud, Shape::PudLeaf) | (Level::Pmd, Shape::PmdLeaf) => {
                    Some(leaf(model, meaning, user))
                }
                (Level::Pud | Level::Pmd, Shape::Nothing) => Some(RawEntry(model.empty[meaning as usize])),
                _ => None,
            };
            let pa = PhysAddr(NEXT * (tables.len() as u64 + 1));
            let value = ends.unwrap_or(table_entry(model, level, pa, user));
            tables[at].set(index, value);
            if level == Level::Pgd && !user && model.one_root {
                tables[1].set(index, value);
            }
            if ends.is_some() {
                break;
            }
            at = tables.len();
            tables.push(Table::unused(model, pa, lower));
            level = lower;
        }
        if level == Level::Pte {
            ground.pte_table = tables[at].pa();
            if shape != Shape::EmptyTable {
                tables[at].set(ground.pte, leaf(model, Level::Pte, user));
            }
        }
        let next = PhysAddr(NEXT * (tables.len() as u64 + 1));
        let mut world = World::new(model, tables, [("init_mm", INIT_ROOT), ("mm", USER_ROOT)])?;
        // Where entries of 32 bits reach.
        world.allocator.next = next;
        if user {
            world = world.with_vmas(vec![Vma::anon(MmId::USER, start, end)])?;
            ground.vma = world.vmas().next().map(|(id, _)| id);
        }
        Ok((world, ground))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgtable::EntryKind;

    #[test]
    fn the_small_world_leads_to_what_it_says_on_every_model() {
        for model in pgtable::MODELS {
            for half in [Half::User, Half::Kernel("vmalloc"), Half::Kernel("direct map")] {
                let (world, ground) = Ground::build(model, half, Shape::Page).expect("a valid world");
                let id = model.id;
                assert_eq!(ground.pud.is_some(), model.table_level(Level::Pmd) != Level::Pgd, "{id}");
                let of = |level, slot| world.classify(level, world.read_slot(slot).expect("a slot"));
                let pmd = Slot { table: ground.pmd_table, index: ground.pmd };
                assert_eq!(of(Level::Pmd, pmd), EntryKind::Table, "{id}");
                assert_eq!(of(Level::Pmd, Slot { index: ground.pmd + 1, ..pmd }), EntryKind::None, "{id}");
                let pte = Slot { table: ground.pte_table, index: ground.pte };
                assert_eq!(of(Level::Pte, pte), EntryKind::Leaf, "{id}");
                assert_eq!(ground.pte, model.index(Level::Pte, ground.start));
                let indexed_by = model.indexed_by(Level::Pmd);
                assert_eq!(model.index(indexed_by, ground.end), model.index(indexed_by, ground.start) + 1);
                // s390: kernel and processes have address spaces of their own.
                if half != Half::User && model.kernel_start.0 != 0 {
                    assert!(
                        model.region(ground.start).is_some_and(|region| region.start.0 >= model.task_size.0)
                    );
                }
            }
        }
    }

    #[test]
    fn the_other_shapes_have_leaves_and_holes() {
        let model = pgtable::model("x86_64-4level").expect("a known model");
        let kind = |shape, level, index| {
            let (world, ground) = Ground::build(model, Half::User, shape).expect("a valid world");
            let slot = match level {
                Level::Pud => ground.pud.expect("a pud"),
                _ => Slot { table: ground.pmd_table, index },
            };
            (world.classify(level, world.read_slot(slot).expect("a slot")), ground.pmd, ground.pte)
        };
        assert_eq!(kind(Shape::PudLeaf, Level::Pud, 0), (EntryKind::Leaf, 0, 511));
        assert_eq!(kind(Shape::Nothing, Level::Pud, 0), (EntryKind::None, 0, 511));
        assert_eq!(kind(Shape::PmdLeaf, Level::Pmd, 0), (EntryKind::Leaf, 0, 511));
        assert_eq!(kind(Shape::LeafThenPage, Level::Pmd, 0), (EntryKind::Leaf, 1, 0));
        assert_eq!(kind(Shape::LeafThenPage, Level::Pmd, 1), (EntryKind::Table, 1, 0));
    }
}
