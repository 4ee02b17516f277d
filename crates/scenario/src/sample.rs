//! Small page tables made for a model, for what no capture shows in a few steps.
//!
//! Every model gets the same things at places that follow from its geometry: in the kernel's half a pte table, a huge page, a
//! hole and another pte table; in a process one area after the other: pages with some of them empty, a file, a huge page, a
//! device's memory, hugetlbfs, one that is mostly bare; and two pte tables at the end of a pud for [`Places::twice`]. Entries have the architecture's
//! real bits.

use capture::Capture;
use mm::{Allocator, MmId, Slot, Table, Vma, VmaFlags, VmaKind, World, WorldError};
use pgtable::{Hugetlb, Level, Model, PhysAddr, Prot, RawEntry, Thp, VirtAddr};

use crate::places::Places;

/// Pages of the first area, which of them are there, and its length in pages.
const PAGES: [u64; 3] = [0, 1, 3];
const AREA: u64 = 6;

/// Where data lies in physical memory: a multiple of every huge page.
const DATA: u64 = 0x4000_0000;

/// Builds tables from mappings.
struct Builder {
    model: &'static Model,
    /// By physical address: each is made behind those before it.
    tables: Vec<Table>,
    next: PhysAddr,
}

impl Builder {
    fn table(&mut self, level: Level) -> PhysAddr {
        let bytes = u64::from(self.model.slots(level)) * u64::from(self.model.entry_bytes);
        let pa = self.next;
        self.next = PhysAddr(pa.0 + bytes.next_multiple_of(self.model.page_bytes()));
        self.tables.push(Table::unused(self.model, pa, level));
        pa
    }

    /// The slot of `level` for `addr`, with the tables above it made where they are missing.
    fn slot(&mut self, root: PhysAddr, addr: u64, level: Level) -> Slot {
        let (model, addr) = (self.model, VirtAddr(addr));
        let mut at = Slot { table: root, index: model.index(Level::Pgd, addr) };
        for lower in Level::ALL.into_iter().skip(1).take_while(|&lower| lower <= level) {
            if model.is_folded(lower) {
                at.index = model.folded_index(lower, at.index, addr);
                continue;
            }
            let upper = lower.upper().unwrap_or(lower);
            let value = self.read(at);
            let none = model.tests(model.lowest_sharing(upper), &model.empty).none(value);
            let table = if none { self.table(lower) } else { model.table_address(upper, value) };
            if none {
                self.write(at, model.make_table(upper, table, model.owner(addr)));
            }
            at = Slot { table, index: model.index(lower, addr) };
        }
        at
    }

    fn find(&self, pa: PhysAddr) -> Option<usize> {
        self.tables.binary_search_by_key(&pa, Table::pa).ok()
    }

    fn read(&self, at: Slot) -> RawEntry {
        self.find(at.table).and_then(|id| self.tables[id].get(at.index)).unwrap_or_default()
    }

    fn write(&mut self, at: Slot, value: RawEntry) {
        if let Some(id) = self.find(at.table) {
            self.tables[id].set(at.index, value);
        }
    }

    /// Maps one page.
    fn page(&mut self, root: PhysAddr, addr: u64, value: RawEntry) {
        let slot = self.slot(root, addr, Level::Pte);
        self.write(slot, value);
    }

    /// Maps a huge page at pmd level, or its first two pages where there are none.
    fn huge(&mut self, root: PhysAddr, addr: u64, pa: u64, prot: Prot) {
        if let Some(huge) = self.model.make_leaf(PhysAddr(pa), prot, Level::Pmd) {
            let slot = self.slot(root, addr, Level::Pmd);
            self.write(slot, huge);
        } else {
            self.two_pages(root, addr, pa, prot);
        }
    }

    /// Maps the first two pages of what could be a huge page.
    fn two_pages(&mut self, root: PhysAddr, addr: u64, pa: u64, prot: Prot) {
        let model = self.model;
        for offset in [0, model.page_bytes()] {
            self.page(root, addr + offset, model.make_pte(PhysAddr(pa + offset), prot));
        }
    }
}

/// The tables, the mms and the areas of a model.
///
/// # Errors
/// [`WorldError`] would mean that two of the tables overlap or are not aligned. For the models of [`pgtable::MODELS`]
/// it does not happen, as a test shows for each.
pub fn sample(model: &'static Model) -> Result<Capture, WorldError> {
    let at = Places::of(model);
    let mut build = Builder { model, tables: Vec::new(), next: PhysAddr(0x100_0000) };
    let root = build.table(Level::Pgd);
    let page = |number: u64, prot| model.make_pte(PhysAddr(DATA + number * at.page), prot);
    for number in [0, 1, 2, 4] {
        build.page(root, at.kernel + number * at.page, page(number, Prot::Kernel));
    }
    build.huge(root, at.kernel + at.pmd, DATA + at.pmd, Prot::Kernel);
    build.page(root, at.kernel + 3 * at.pmd, page(8, Prot::Kernel));
    build.page(root, at.top & !(at.page - 1), page(9, Prot::Kernel));

    let user = if model.one_root { build.user_root(root) } else { build.table(Level::Pgd) };
    for number in PAGES {
        build.page(user, at.user + number * at.page, page(16 + number, Prot::Shared));
        build.page(user, at.file + number * at.page, page(32 + number, Prot::Shared));
    }
    // Where there are no transparent huge pages, a leaf outside of hugetlbfs would be a bad entry (riscv32).
    let map = if model.thp == Thp::No { Builder::two_pages } else { Builder::huge };
    map(&mut build, user, at.user + at.pmd, DATA + 2 * at.pmd, Prot::Shared);
    for number in 0..2 {
        let device = RawEntry(page(48 + number, Prot::Shared).0 | model.special);
        build.page(user, at.user + 2 * at.pmd + number * at.page, device);
        build.page(user, at.twice + number * at.pmd, page(64 + number, Prot::Shared));
    }
    build.page(user, at.bare + at.page, page(80, Prot::Shared));
    if model.hugetlb != Hugetlb::No {
        build.huge(user, at.user + 3 * at.pmd, DATA + 3 * at.pmd, Prot::Shared);
    }

    let mut world =
        World::new(model, build.tables, [("init_mm", root), ("mm", user)])?.with_vmas(areas(model, &at))?;
    world.allocator = Allocator { next: PhysAddr(0x1800_0000), ..Allocator::default() };
    Ok(Capture::made("made for the scenario", world))
}

impl Builder {
    /// A root that shares the kernel's half of another one.
    fn user_root(&mut self, kernel: PhysAddr) -> PhysAddr {
        let root = self.table(Level::Pgd);
        let slots = self.model.slots(Level::Pgd);
        for index in 0..slots {
            let value = self.read(Slot { table: kernel, index });
            self.write(Slot { table: root, index }, value);
        }
        root
    }
}

fn areas(model: &'static Model, at: &Places) -> Vec<Vma> {
    let area = |start: u64, bytes: u64| Vma::anon(MmId::USER, VirtAddr(start), VirtAddr(start + bytes));
    let mut areas = vec![
        area(at.user, AREA * at.page),
        Vma { kind: VmaKind::File, in_mapping: true, pgoff: 16, ..area(at.file, AREA * at.page) },
        area(at.user + at.pmd - 2 * at.page, at.pmd + 2 * at.page),
        Vma { flags: VmaFlags::PFNMAP, ..area(at.user + 2 * at.pmd, 4 * at.page) },
    ];
    if model.hugetlb != Hugetlb::No {
        let flags = VmaFlags::HUGETLB;
        areas.push(Vma { flags, huge_page_bytes: at.pmd, ..area(at.user + 3 * at.pmd, at.pmd) });
    }
    areas.push(area(at.bare, 4 * at.page));
    areas.push(area(at.twice, 2 * at.pmd));
    if model.thp == Thp::No {
        // Without huge pages the third area is one of pages.
        areas[2].end = VirtAddr(at.user + at.pmd + 4 * at.page);
    }
    areas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_has_a_sample_with_the_same_things() {
        for model in pgtable::MODELS {
            let at = Places::of(model);
            let world = sample(model).expect("tables that fit").world;
            assert!(world.vmas().count() >= 5, "{model:?}");
            assert!(
                at.twice > at.user + 6 * at.pmd && at.twice + 2 * at.pmd <= model.task_size.0,
                "{model:?}"
            );
            // Each area starts with something that is mapped, found as the walker finds it.
            for (_, vma) in world.vmas() {
                let root = world.mm(MmId::USER).expect("a process").pgd;
                let mut slot = Slot { table: root, index: model.index(Level::Pgd, vma.start) };
                let addr = vma.start.max(VirtAddr(vma.start.0.next_multiple_of(at.page)));
                let mut level = Level::Pgd;
                while level != Level::Pte {
                    let value = world.read_slot(slot).expect("a table");
                    if !model.is_constant(level) && world.classify(level, value) != pgtable::EntryKind::Table
                    {
                        break;
                    }
                    level = level.lower().expect("not a pte yet");
                    slot = world.slot_below(level, slot, addr).expect("a table");
                }
                assert!(world.read_slot(slot).is_some(), "{model:?} {:#x}", vma.start);
            }
        }
    }
}
