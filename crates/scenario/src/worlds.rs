//! Machines that are built here instead of captured: a few tables with the addresses and bits of the architecture's own
//! layout, for scenarios that no captured machine has.

use mm::{MmId, Slot, Table, World, WorldError};
use pgtable::{Level, Model, PhysAddr, Prot, RawEntry, VirtAddr};

/// A built machine could not be built: its tables make no world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct BuildError(#[from] WorldError);

/// Builds a machine of a model at rest.
pub type Build = fn(&'static Model) -> Result<World, BuildError>;

/// What is mapped where: first address, level of the entries, the first entry, and how many.
type Mapped = (u64, Level, u64, u64);

/// A machine whose tables begin at `tables`; each mm has a root of its own, the first one is `init_mm`.
fn build(model: &'static Model, tables: u64, mms: &[(&'static str, &[Mapped])]) -> Result<World, BuildError> {
    let root_bytes =
        (u64::from(model.slots(Level::Pgd)) * u64::from(model.entry_bytes)).max(model.page_bytes());
    let root = |number: usize| PhysAddr(tables + number as u64 * root_bytes);
    let roots = (0..mms.len()).map(|number| Table::unused(model, root(number), Level::Pgd)).collect();
    let names: Vec<_> = mms.iter().enumerate().map(|(number, (name, _))| (*name, root(number))).collect();
    let mut world = World::new(model, roots, names)?;
    world.allocator.next = root(mms.len());
    let ids: Vec<MmId> = world.mms().map(|(id, _)| id).collect();
    for (id, (_, mapped)) in ids.into_iter().zip(mms) {
        for &(addr, level, value, count) in *mapped {
            let bytes = 1u64 << model.level(level).shift;
            let step = model.make.next_page * (bytes >> model.page_shift);
            for number in 0..count {
                map(&mut world, id, VirtAddr(addr + number * bytes), level, value + number * step);
            }
        }
    }
    world.allocator.asked = 0;
    Ok(world)
}

/// Writes the entry of `level` for `addr`, making the tables above it. Nothing is written once memory is out, which a few
/// tables cannot bring about.
fn map(world: &mut World, mm: MmId, addr: VirtAddr, level: Level, value: u64) {
    let model = world.model();
    let table = world.mm(mm).map(|mm| mm.pgd).unwrap_or_default();
    let mut slot = Slot { table, index: model.index(Level::Pgd, addr) };
    let mut upper = Level::Pgd;
    while let Some(lower) = upper.lower().filter(|_| upper < level) {
        if model.is_folded(lower) {
            slot.index = model.folded_index(lower, slot.index, addr);
        } else {
            if world.populate(upper, slot).is_err() {
                return;
            }
            let entry = world.read_slot(slot).unwrap_or_default();
            slot = Slot { table: model.table_address(upper, entry), index: model.index(lower, addr) };
        }
        upper = lower;
    }
    world.write_slot(slot, RawEntry(value));
}

/// loongarch64 with 16K pages: a loaded module, and a leaf of 32 MiB in the vmalloc area.
///
/// # Errors
/// [`BuildError`] would mean that two of the tables overlap. A test builds
/// this machine.
pub fn loongarch(model: &'static Model) -> Result<World, BuildError> {
    // PAGE_KERNEL; the second half of the module is data and not executable.
    const PTE: u64 = 0x1d3;
    const NO_EXEC: u64 = 1 << 62;
    // The same with HUGE, and the global bit in its other place.
    const LEAF: u64 = 0x11d3;
    build(
        model,
        0x0064_0000,
        &[(
            "init_mm",
            &[
                (0xffff_8000_0200_8000, Level::Pte, 0x0812_0000 | PTE, 4),
                (0xffff_8000_0201_8000, Level::Pte, 0x0813_0000 | PTE | NO_EXEC, 4),
                (0xffff_8000_8400_0000, Level::Pmd, 0x0a00_0000 | LEAF, 2),
            ],
        )],
    )
}

/// openrisc: kernel memory from 64 MiB on, mapped by pages, as all of its memory is.
///
/// # Errors
/// [`BuildError`] would mean that two of the tables overlap. A test builds
/// this machine.
pub fn openrisc(model: &'static Model) -> Result<World, BuildError> {
    // PAGE_KERNEL: present, accessed, dirty, the kernel may read, write and execute.
    const PTE: u64 = 0x731;
    build(model, 0x0100_0000, &[("init_mm", &[(0xc400_0000, Level::Pte, 0x0400_0000 | PTE, 16)])])
}

/// x86-64 with `efi_mm`: the firmware's runtime services in their part of the address space, by pages and by a leaf.
///
/// # Errors
/// [`BuildError`] would mean that two of the tables overlap. A test builds
/// this machine.
pub fn efi(model: &'static Model) -> Result<World, BuildError> {
    const PTE: u64 = 0x8000_0000_0000_0063;
    const CODE: u64 = 0x61;
    const LEAF: u64 = 0x8000_0000_0000_00e3;
    build(
        model,
        0x0100_0000,
        &[
            ("init_mm", &[(0xffff_8880_0000_0000, Level::Pmd, LEAF, 4)]),
            (
                "efi_mm",
                &[
                    (0xffff_fffe_fe60_0000, Level::Pmd, 0x7e60_0000 | LEAF, 1),
                    (0xffff_fffe_fee1_0000, Level::Pte, 0x7ee1_0000 | CODE, 8),
                    (0xffff_fffe_fee1_8000, Level::Pte, 0x7ee1_8000 | PTE, 8),
                ],
            ),
        ],
    )
}

/// x86-64 with five levels: a process with each kind of entry, the last ones of their tables, so that a walk over all of
/// them is short. It ends with an entry of the pgd that is empty.
///
/// # Errors
/// [`BuildError`] would mean that two of the tables overlap. A test builds
/// this machine.
pub fn every_kind(model: &'static Model) -> Result<World, BuildError> {
    // PAGE_SHARED, and the same with PSE.
    const PTE: u64 = 0x8000_0000_0000_0067;
    const LEAF: u64 = PTE | 0x80;
    // Of the first swap area, and of a huge page that moves: the place is stored inverted.
    const SWAPPED: u64 = 0x07ff_ffff_ffdb_9600;
    const MOVING: u64 = 0xffff_ffff_f78b_fe00;
    // A table that nobody may write to is none: _PAGE_RW is missing. So is one with _PAGE_PSE at a level without leaves.
    const BAD_PMD: u64 = 0x5a5a_5065;
    const BAD_P4D: u64 = 0x5a5a_60e7;
    build(
        model,
        0x0100_0000,
        &[
            ("init_mm", &[]),
            (
                "mm",
                &[
                    // Of the last four pages before 0xfeff3f800000 the second one is not there.
                    (0xfeff_3f7f_c000, Level::Pte, 0x4000_0000 | PTE, 1),
                    (0xfeff_3f7f_e000, Level::Pte, SWAPPED, 1),
                    (0xfeff_3f7f_f000, Level::Pte, 0x4000_3000 | PTE, 1),
                    // The pmd entry at 0xfeff3fa00000 is empty.
                    (0xfeff_3f80_0000, Level::Pmd, 0x4020_0000 | LEAF, 1),
                    (0xfeff_3fc0_0000, Level::Pmd, MOVING, 1),
                    (0xfeff_3fe0_0000, Level::Pmd, BAD_PMD, 1),
                    // The pud entry at 0xfeff80000000 is empty.
                    (0xfeff_4000_0000, Level::Pud, 0x8000_0000 | LEAF, 1),
                    (0xfeff_c000_0000, Level::Pud, 0xc000_0000 | LEAF, 1),
                    // The p4d entry at 0xff0000000000 is empty.
                    (0xff80_0000_0000, Level::P4d, BAD_P4D, 1),
                ],
            ),
        ],
    )
}

/// An address of the identity mapping in [`s390`]: its pmd has the index that the vmalloc address has below its own pud.
pub(crate) const S390_IDENTITY: u64 = 0x6000_0000;

/// An address of the vmalloc area in [`s390`].
pub(crate) const S390_VMALLOC: u64 = 0x37f_e000_0000;

/// Where the root of [`s390`] ends: 4 TiB.
pub(crate) const S390_END: u64 = 1 << 42;

/// s390x: a kernel's tree of three levels, whose root is a table of puds. Identity mapping, vmalloc and kernel image, a few pages of
/// each.
///
/// # Errors
/// [`BuildError`] would mean that two of the tables overlap. A test builds
/// this machine.
pub fn s390(model: &'static Model) -> Result<World, BuildError> {
    // PAGE_KERNEL; PAGE_KERNEL_RO without NOEXEC, which is that of the kernel's text.
    const PTE: u64 = 0x13d;
    const TEXT: u64 = 0x215;
    // Entries that point to a table of pmds and to one of ptes.
    const TO_PMDS: u64 = 0x07;
    const TO_PTES: u64 = 0x01;
    const ROOT: u64 = 0x10_0000;
    let mut tables = vec![Table::unused(model, PhysAddr(ROOT), Level::Pud)];
    let mapped = [
        (S390_IDENTITY, S390_IDENTITY | PTE),
        (S390_VMALLOC, 0x500_0000 | PTE),
        (S390_END - 0x10_0000, 0x60_0000 | TEXT),
    ];
    for (nth, (addr, first)) in mapped.into_iter().enumerate() {
        // A table of pmds has 16 KiB, one of ptes lies in a page of its own.
        let pmds = ROOT + (nth as u64 + 1) * 0x1_0000;
        let ptes = pmds + 0x8000;
        let index = |level| model.index(level, VirtAddr(addr));
        tables[0].set(index(Level::Pud), RawEntry(pmds | TO_PMDS));
        let mut pmd_table = Table::unused(model, PhysAddr(pmds), Level::Pmd);
        pmd_table.set(index(Level::Pmd), RawEntry(ptes | TO_PTES));
        let mut pte_table = Table::unused(model, PhysAddr(ptes), Level::Pte);
        for page in 0..4 {
            pte_table.set(index(Level::Pte) + page, RawEntry(first + u64::from(page) * model.page_bytes()));
        }
        tables.extend([pmd_table, pte_table]);
    }
    Ok(World::new(model, tables, [("init_mm", PhysAddr(ROOT))])?)
}

/// The bit that forbids the kernel to execute a page, or that permits it, and whether it permits: `_PAGE_NX`, `PTE_PXN`, `_PAGE_EXEC`,
/// `_PAGE_NOEXEC`.
pub(crate) const EXECUTE: [(&str, u64, bool); 4] = [
    ("x86_64-4level", 1 << 63, false),
    ("arm64-4k-48", 1 << 53, false),
    ("riscv64-sv39", 1 << 3, true),
    ("s390x", 1 << 8, false),
];

/// Four pages of data in the vmalloc area, one of which somebody has made executable and left writable.
///
/// # Errors
/// [`BuildError`] would mean that two of the tables overlap. A test builds this machine.
pub fn write_execute(model: &'static Model) -> Result<World, BuildError> {
    let at = model
        .layout
        .iter()
        .find(|region| region.name.starts_with("vmalloc"))
        .map_or(0, |region| region.start.0);
    let page = |nth: u64| {
        let pa = PhysAddr(0x0300_0000 + nth * model.page_bytes());
        model.make_leaf(pa, Prot::Kernel, Level::Pte).unwrap_or_default().0
    };
    let executable = EXECUTE.iter().find(|(id, ..)| *id == model.id);
    let bad =
        executable.map_or(page(2), |&(_, bit, permits)| if permits { page(2) | bit } else { page(2) & !bit });
    let of = |nth| at + nth * model.page_bytes();
    build(
        model,
        0x0100_0000,
        &[(
            "init_mm",
            &[(of(0), Level::Pte, page(0), 2), (of(2), Level::Pte, bad, 1), (of(3), Level::Pte, page(3), 1)],
        )],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgtable::EntryKind;

    #[test]
    fn what_is_built_is_mapped_and_nobody_has_asked_for_memory() {
        let (init, user) = (MmId::INIT_MM, MmId::USER);
        for (build, id, mm, addr, level, memory) in [
            (
                loongarch as Build,
                "loongarch64-16k-3level",
                init,
                0xffff_8000_0200_c000,
                Level::Pte,
                0x0812_4000,
            ),
            (loongarch, "loongarch64-16k-3level", init, 0xffff_8000_8600_0000, Level::Pmd, 0x0c00_0000),
            (openrisc, "openrisc", init, 0xc400_2000, Level::Pte, 0x0400_2000),
            (efi, "x86_64-4level", init, 0xffff_8880_0020_0000, Level::Pmd, 0x20_0000),
            (efi, "x86_64-4level", user, 0xffff_fffe_fee1_9000, Level::Pte, 0x7ee1_9000),
            (every_kind, "x86_64-5level", user, 0xfeff_3f7f_f000, Level::Pte, 0x4000_3000),
            (every_kind, "x86_64-5level", user, 0xfeff_c000_0000, Level::Pud, 0xc000_0000),
            (write_execute, "x86_64-4level", init, 0xffff_c900_0000_2000, Level::Pte, 0x0300_2000),
            (write_execute, "riscv64-sv39", init, 0xffff_ffc6_0000_3000, Level::Pte, 0x0300_3000),
            (write_execute, "s390x", init, 0x37f_e000_1000, Level::Pte, 0x0300_1000),
        ] {
            let world = build(pgtable::model(id).expect("a model")).expect("it can be built");
            assert_eq!((world.allocator.asked, world.allocator.fails_at), (0, 0));
            let model = world.model();
            let mut table = world.mm(mm).expect("an mm of the world").pgd;
            for of in model.real_levels() {
                let slot = Slot { table, index: model.index(model.indexed_by(of), VirtAddr(addr)) };
                let value = world.read_slot(slot).expect("a slot of the world");
                let meaning = model.lowest_sharing(of);
                if meaning == level {
                    assert_eq!(world.classify(level, value), EntryKind::Leaf, "{addr:x}");
                    assert_eq!(model.leaf_address(level, value), PhysAddr(memory), "{addr:x}");
                    break;
                }
                assert_eq!(world.classify(meaning, value), EntryKind::Table, "{addr:x} {of:?}");
                table = model.table_address(of, value);
            }
        }
    }
}
