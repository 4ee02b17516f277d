//! The callbacks of the walks that take part in races.

use actors::Observer;
use mm::{Slot, World};
use pagewalk::{Action, Call, Callback, Callbacks, EINVAL, Reply, Status, Walk, WalkLock, WalkOps};
use pgtable::{EntryKind, Level, RawEntry};

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
    /// Those of `mbind()` (mm/mempolicy.c, `queue_pages_range()`): `pmd_entry` puts each page of a pte table on a list.
    Queue {
        /// `walk_lock` of the ops table.
        walk_lock: WalkLock,
        /// Whether the page at stake is on the list.
        queued: bool,
    },
    /// ptdump's, as `ptdump_check_wx()` calls them.
    CheckWx {
        /// What they do.
        of: Observer,
        /// Whether they have found a page that is writable and executable.
        found: bool,
    },
    /// ptdump's, with what each half of the range was shown as.
    Dump {
        /// What they do.
        of: Observer,
        /// By now.
        shown: Shown,
        /// By a dump before anybody has moved.
        before: Shown,
    },
}

/// What a dump shows for the part of the range below the first pmd, and for the part below the second: a level, and the entry
/// there; of a hole nothing.
pub type Shown = [(u8, u64); 2];

impl WalkOps for Ops {
    fn callbacks(&self) -> Callbacks {
        match self {
            Self::Look(ops) => ops.callbacks(),
            Self::Smaps { .. } => Callbacks::PMD_ENTRY,
            Self::Queue { .. } => Callbacks::PMD_ENTRY,
            Self::Dump { of, .. } | Self::CheckWx { of, .. } => of.callbacks(),
            Self::SetProt { .. } => Callbacks::PUD_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY,
        }
    }

    fn walk_lock(&self) -> WalkLock {
        match self {
            Self::Look(ops) => ops.walk_lock(),
            Self::Queue { walk_lock, .. } => *walk_lock,
            _ => WalkLock::Rdlock,
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
                if call.callback != Callback::Entry(Level::Pte) && world.tests(call.level).leaf(call.value) {
                    // It warns, as the leaf maps more than the page.
                    return Reply { ret: EINVAL, ..Reply::default() };
                }
                if call.callback == Callback::Entry(Level::Pte) {
                    world.write_slot(call.slot, RawEntry(call.value.0 & !*clear | *set));
                }
            }
            Self::Queue { .. } | Self::CheckWx { .. } | Self::Dump { .. } => {
                return later::here()(self, call, world);
            }
        }
        Reply::default()
    }
}

late! {
    /// What only callbacks of races do that come later: nobody has them before.
    later: fn(&mut Ops, &Call, &mut World) -> Reply = call, until |_, _, _| Reply::default()
}

/// What the callbacks of races do that come [later](crate::complete).
pub(crate) fn call(ops: &mut Ops, call: &Call, world: &mut World) -> Reply {
    match ops {
        Ops::Queue { queued, .. } => {
            let model = world.model();
            if world.classify(call.level, call.value) != EntryKind::Table {
                // pte_offset_map_lock() finds no table any more.
                return Reply { action: Some(Action::Again), ..Reply::default() };
            }
            let (table, index) =
                (model.table_address(Level::Pmd, call.value), model.index(Level::Pte, call.addr));
            let pte = world.read_slot(Slot { table, index });
            *queued |= pte.is_some_and(|pte| world.tests(Level::Pte).present(pte));
        }
        Ops::Dump { of, shown, .. } => {
            note(shown, call, world);
            return of.call(call, world);
        }
        Ops::CheckWx { of, found } => {
            let is_pte = call.callback == Callback::Entry(Level::Pte);
            *found |= is_pte
                && world.tests(Level::Pte).present(call.value)
                && world.model().make.prot.is_write_execute(call.value.0);
            return of.call(call, world);
        }
        Ops::Look(_) | Ops::Smaps { .. } | Ops::SetProt { .. } => {}
    }
    Reply::default()
}

/// What ptdump's callbacks note of a call: a leaf, a pte, or a hole.
fn note(shown: &mut Shown, call: &Call, world: &World) {
    let noted = match call.callback {
        Callback::Entry(Level::Pte) => (Level::Pte as u8, call.value.0),
        Callback::Entry(level) if world.tests(call.level).leaf(call.value) => (level as u8, call.value.0),
        Callback::Hole => (call.depth.cast_unsigned(), 0),
        _ => return,
    };
    // The small world has a page of each pmd, so that the second half begins at a multiple of what a pmd maps.
    let pmd = world.model().level(Level::Pmd).shift;
    let first = call.addr.0 & ((1 << pmd) - 1) != 0;
    if first {
        shown[0] = noted;
    }
    if !first || call.next.0 & ((1 << pmd) - 1) != 0 {
        shown[1] = noted;
    }
}

/// What a dump like this shows if nobody moves meanwhile.
pub fn shown(walk: &Walk, of: Observer, world: &World) -> Shown {
    let (mut world, nothing) = (world.clone(), [(u8::MAX, 0); 2]);
    let mut ops = Ops::Dump { of, shown: nothing, before: nothing };
    let mut walk = Walk::in_revision(walk.entry(), walk.revision(), *walk.args());
    // Nobody else moves, so it waits for nobody.
    while walk.step_shared(&mut world, &mut ops, &mut ()) == Status::Running {}
    match ops {
        Ops::Dump { shown, .. } => shown,
        _ => nothing,
    }
}
