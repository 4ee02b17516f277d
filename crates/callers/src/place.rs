//! Where an entry of the kernel's page tables lies, and writing it.

use mm::{MmId, Slot, World};
use pgtable::{EntryKind, Level, PhysAddr, RawEntry, VirtAddr};
use trace::{Event, Fault, Sink};

/// `pgd_offset_k()`: the slot of `init_mm`'s root for `addr`.
pub(crate) fn root(world: &World, addr: VirtAddr) -> Slot {
    let table = world.mm(MmId::INIT_MM).map(|mm| mm.pgd).unwrap_or_default();
    Slot { table, index: world.model().index(Level::Pgd, addr) }
}

/// `p?d_offset()`: the slot of `level` for `addr`, where the entry above lies in `upper` and holds `value`.
pub(crate) fn below(world: &World, level: Level, upper: Slot, value: RawEntry, addr: VirtAddr) -> Slot {
    let model = world.model();
    if model.is_folded(level) {
        Slot { table: upper.table, index: model.folded_index(level, upper.index, addr) }
    } else {
        let table = model.table_address(level.upper().unwrap_or(level), value);
        Slot { table, index: model.index(level, addr) }
    }
}

/// The entry of `level` in `slot`; without one the kernel would read memory that is no page table.
pub(crate) fn read(world: &World, level: Level, slot: Slot) -> Result<RawEntry, Fault> {
    let level = world.model().table_level(level);
    world.read_slot(slot).ok_or(match world.table_at(slot.table) {
        None => Fault::NoTable { level, pa: slot.table },
        Some(_) => Fault::OffTable { level, slot },
    })
}

/// The bytes that one entry of `level` covers.
pub(crate) fn bytes_of(world: &World, level: Level) -> u64 {
    1 << world.model().level(level).shift
}

/// Where the page that `addr` maps lies; none where nothing is mapped.
pub(crate) fn page_of(world: &World, addr: VirtAddr) -> Option<PhysAddr> {
    let model = world.model();
    let mut slot = root(world, addr);
    let mut value = world.read_slot(slot)?;
    for level in Level::ALL {
        if level != Level::Pgd {
            slot = below(world, level, slot, value, addr);
            value = world.read_slot(slot)?;
        }
        if model.is_constant(level) {
            continue;
        }
        match world.classify(level, value) {
            EntryKind::Table => {}
            EntryKind::Leaf => {
                let inside = addr.0 & (bytes_of(world, level) - 1) & !(model.page_bytes() - 1);
                return Some(PhysAddr(model.leaf_address(level, value).0.wrapping_add(inside)));
            }
            _ => return None,
        }
    }
    None
}

/// Writes an entry, with its event.
pub(crate) fn write(
    world: &mut World,
    level: Level,
    addr: VirtAddr,
    slot: Slot,
    is: RawEntry,
    sink: &mut dyn Sink,
) {
    let was = world.read_slot(slot).unwrap_or_default();
    world.write_slot(slot, is);
    sink.event(Event::Write { level, addr, slot, was, is });
}
