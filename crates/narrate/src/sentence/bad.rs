//! Why an entry is bad: in which flags it differs from one that points to a table.

use mm::World;
use pgtable::{EntryKind, Level, Owner, RawEntry, VirtAddr};

/// " pmd_bad(): its flags lack _PAGE_RW. …"
pub(super) fn why(world: &World, level: Level, value: RawEntry, addr: VirtAddr) -> String {
    let model = world.model();
    let owner = if addr < model.task_size { Owner::User } else { Owner::Kernel };
    let usual = model.make_table(level, model.table_address(level, value), owner);
    let names = |of: u64| {
        let flags = model.set_flags(level, EntryKind::Table, RawEntry(of));
        flags.map(|flag| flag.flag.name).collect::<Vec<_>>().join(", ")
    };
    let mut says = [" ", level.name(), "_bad():"].concat();
    let differs = [(" its flags lack ", usual.0 & !value.0), (" a table does not have ", value.0 & !usual.0)];
    for (words, names) in
        differs.map(|(words, of)| (words, names(of))).iter().filter(|(_, of)| !of.is_empty())
    {
        says += &[*words, names, "."].concat();
    }
    if model.region(addr).is_some_and(|region| region.name == "ESPfix") {
        says += " ESPfix's tables are read-only: this is normal here.";
    }
    says
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgtable::PhysAddr;
    use races::ground::{Ground, Half, Shape};

    #[test]
    fn the_reason_names_the_flags_and_where_that_is_usual() {
        let model = pgtable::model("x86_64-4level").expect("a known model");
        let said = |half, change: fn(u64) -> u64| {
            let (world, ground) = Ground::build(model, Half::Kernel(half), Shape::Page).expect("a world");
            let table = model.make_table(Level::Pmd, PhysAddr(0x5000), Owner::Kernel);
            why(&world, Level::Pmd, RawEntry(change(table.0)), ground.start)
        };
        let read_only = said("ESPfix", |table| table & !2);
        assert_eq!(
            read_only,
            " pmd_bad(): its flags lack _PAGE_RW. ESPfix's tables are read-only: this is normal here."
        );
        assert_eq!(said("vmalloc", |table| table | 1 << 63), " pmd_bad(): a table does not have _PAGE_NX.");
    }
}
