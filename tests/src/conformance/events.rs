//! Our events in the words of the files.
//!
//! The machine says more than the files record: reads of entries, checks, functions entered and left have no
//! counterpart there. What has one is written exactly as the kernel's run wrote it.

use actors::dump::{Note, Noted};
use mm::{MmId, Need, World};
use pagewalk::{Call, Callback, Event, Fault, LockName, MapKind, Slot};
use pgtable::{PhysAddr, RawEntry, VirtAddr};
use serde_json::{Value, json};

use crate::script::Deviation;

/// Turns events into recorded ones. Knows what an event alone does not say.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Set for `ptdump_walk_pgd()`, whose callbacks are recorded as what they note; whether they also track
    /// effective protection.
    pub dump: Option<bool>,
    /// Whether `pte_offset_map()` found a table: only then is there something to unmap.
    mapped: bool,
}

impl Words {
    /// What is recorded of `event`: nothing, one thing, or two. `deviation` is what the script made the
    /// last callback do; `world` is the world after the event.
    pub fn of(&mut self, event: &Event, deviation: Option<&Deviation>, world: &World) -> Vec<Value> {
        match *event {
            Event::Assert { mm, need, seen, .. } => {
                let need = match need {
                    Need::Held => "held",
                    Need::Write => "write",
                };
                vec![json!({
                    "e": "assert", "lock": lock(mm, world), "need": need, "held": seen.own.name(),
                    "ok": seen.lockdep_ok, "by": "walk",
                })]
            }
            Event::Callback { call, reply } => match self.dump {
                None => vec![callback(&call, deviation, world)],
                Some(effective_prot) => noted(Noted::of(&call, &reply), effective_prot),
            },
            Event::BadCleared { level, slot, value, cleared: true, .. } => {
                vec![json!({"e": "bad", "lvl": level.name(), "at": at(slot, world), "v": raw(value)})]
            }
            Event::Again { level, addr } => {
                vec![json!({"e": "again", "lvl": level.name(), "a": virt(addr)})]
            }
            Event::Map { how, addr, ok, .. } => {
                let how = match how {
                    MapKind::Kernel => "kernel",
                    MapKind::User => "map",
                };
                self.mapped = ok;
                vec![json!({"e": "map", "how": how, "a": virt(addr), "ok": ok})]
            }
            Event::RcuUnlock if self.mapped => vec![json!({"e": "unmap", "how": "map"})],
            Event::Lock { lock: LockName::Mmap(mm), mode, nested } => {
                let mode = mode.name();
                vec![json!({"e": "lock", "lock": lock(mm, world), "mode": mode, "nested": nested})]
            }
            Event::Unlock { lock: LockName::Mmap(mm), .. } => {
                vec![json!({"e": "unlock", "lock": lock(mm, world)})]
            }
            Event::Lock { lock: LockName::MemHotplug, .. } => vec![json!({"e": "mem_hotplug", "op": "get"})],
            Event::Unlock { lock: LockName::MemHotplug, .. } => {
                vec![json!({"e": "mem_hotplug", "op": "put"})]
            }
            Event::NotePageFlush => vec![json!({"e": "flush"})],
            Event::Fault(fault) => vec![stop(fault)],
            Event::Enter { .. }
            | Event::Return { .. }
            | Event::Check { .. }
            | Event::Delegate
            | Event::Read { .. }
            | Event::BadCleared { cleared: false, .. }
            | Event::RcuLock
            | Event::RcuUnlock => Vec::new(),
        }
    }
}

/// How a walk that cannot go on is recorded.
fn stop(fault: Fault) -> Value {
    match fault {
        Fault::NullMm => json!({"e": "fault", "lvl": "null_mm", "pa": "0x0"}),
        Fault::NoTable { level, pa } => json!({"e": "fault", "lvl": level.name(), "pa": phys(pa)}),
        Fault::OffTable { level, .. } => json!({"e": "oob", "lvl": level.name()}),
        Fault::Deadlock { .. } => json!({"e": "deadlock"}),
    }
}

/// A callback of a scripted ops table.
fn callback(call: &Call, deviation: Option<&Deviation>, world: &World) -> Value {
    let mut words = match call.callback {
        Callback::Entry(_) => json!({
            "e": call.callback.name(), "a": virt(call.addr), "n": virt(call.next),
            "at": at(call.slot, world), "v": raw(call.value), "vma": null,
        }),
        Callback::Hole => json!({
            "e": "pte_hole", "a": virt(call.addr), "n": virt(call.next), "d": call.depth, "vma": null,
        }),
    };
    if let Some(&Deviation { ret, action, set, .. }) = deviation {
        let action = action.map(|action| action.name().trim_start_matches("ACTION_"));
        if let Some(set) = set {
            words["set"] = json!(format!("{set:#x}"));
        }
        if let Some(action) = action {
            words["act"] = json!(action);
        }
        if let Some(ret) = ret {
            words["ret"] = json!(ret);
        }
    }
    words
}

/// A callback of ptdump's ops table, as what it notes; whether effective protection is tracked too.
fn noted(noted: Noted, effective_prot: bool) -> Vec<Value> {
    let track =
        |entry: Note| json!({"e": "effective_prot", "lvl": entry.level.depth(), "v": raw(entry.value)});
    let note = |entry: Note| json!({"e": "note", "lvl": entry.level.depth(), "a": virt(entry.addr), "v": raw(entry.value)});
    let tracked = noted.effective_prot.filter(|_| effective_prot).map(track);
    tracked.into_iter().chain(noted.note.map(note)).collect()
}

fn lock(mm: MmId, world: &World) -> &'static str {
    world.mm(mm).map_or("?", |mm| mm.name)
}

fn virt(addr: VirtAddr) -> String {
    format!("{addr:#x}")
}

fn phys(pa: PhysAddr) -> String {
    format!("{pa:#x}")
}

fn raw(value: RawEntry) -> String {
    format!("{value:#x}")
}

fn at(slot: Slot, world: &World) -> String {
    phys(slot.pa(world.model().entry_bytes))
}
