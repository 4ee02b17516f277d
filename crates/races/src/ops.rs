//! The callbacks of the walks that take part in races.

use actors::Observer;
use mm::World;
use pagewalk::{Action, Call, Callback, Callbacks, Reply, WalkOps};
use pgtable::{EntryKind, RawEntry};

/// Callbacks of a walk in a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ops {
    /// Callbacks that only look.
    Look(Observer),
    /// Those of /proc/PID/smaps (fs/proc/task_mmu.c): `pmd_entry` adds up what the pmd maps.
    Smaps {
        /// How often each of the two pmds was added, in the order of their slots.
        added: [u8; 2],
    },
    /// Those of arm64's `update_range_prot()` (arch/arm64/mm/pageattr.c): `pte_entry` clears bits, then sets bits.
    SetProt {
        /// Bits to set.
        set: u64,
        /// Bits to clear.
        clear: u64,
    },
}

impl WalkOps for Ops {
    fn callbacks(&self) -> Callbacks {
        match self {
            Self::Look(ops) => ops.callbacks(),
            Self::Smaps { .. } => Callbacks::PMD_ENTRY,
            Self::SetProt { .. } => Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY,
        }
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        match self {
            Self::Look(ops) => return ops.call(call, world),
            Self::Smaps { added } => match world.classify(call.level, call.value) {
                EntryKind::Table | EntryKind::Leaf => {
                    let of = &mut added[call.slot.index as usize % 2];
                    *of = of.saturating_add(1);
                }
                // pte_offset_map_lock() finds no table any more.
                _ => return Reply { action: Some(Action::Again), ..Reply::default() },
            },
            // The range is one page, which the leaf above was split for: only its pte is changed.
            Self::SetProt { set, clear } => {
                if call.callback == Callback::Entry(pgtable::Level::Pte) {
                    world.write_slot(call.slot, RawEntry(call.value.0 & !*clear | *set));
                }
            }
        }
        Reply::default()
    }
}
