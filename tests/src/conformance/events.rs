//! Our events in the words of the files.
//!
//! The machine says more than the files record: reads of entries, checks, functions entered and left have no
//! counterpart there. What has one is written exactly as the kernel's run wrote it.

use mm::{Need, Populated, Split, VmaId, World};
use pagewalk::{Call, Callback, ENOMEM, Event, Fault, Func, LockName, MapKind, Slot};
use pgtable::{Level, PhysAddr, RawEntry, VirtAddr};
use ptdump::dump::{Note, Noted};
use serde_json::{Value, json};

use crate::script::Deviation;

/// Turns events into recorded ones. Knows what an event alone does not say.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Set for `ptdump_walk_pgd()`, whose callbacks are recorded as what they note; whether they also track
    /// effective protection.
    pub dump: Option<bool>,
    /// The VMA of the last callback.
    vma: Option<VmaId>,
    /// How a pte table was mapped, if one was found: only then is there something to unmap.
    mapped: Option<&'static str>,
}

impl Words {
    /// What is recorded of `event`: nothing, one thing, or two. `deviation` is what the script made the
    /// last callback do; `world` is the world after the event.
    pub fn of(&mut self, event: &Event, deviation: Option<&Deviation>, world: &World) -> Vec<Value> {
        match *event {
            Event::Assert { lock, need, seen, by, .. } => {
                let need = match need {
                    Need::Held => "held",
                    Need::Write => "write",
                };
                vec![json!({
                    "e": "assert", "lock": lock_name(lock, world), "need": need, "held": seen.own.name(),
                    "ok": seen.lockdep_ok, "by": by.name().unwrap_or("walk"),
                })]
            }
            Event::Callback { call, reply } => {
                self.vma = call.vma;
                match self.dump {
                    None => vec![callback(&call, deviation, world)],
                    Some(effective_prot) => noted(Noted::of(&call, &reply), effective_prot),
                }
            }
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
                    MapKind::Lock => "lock",
                };
                self.mapped = ok.then_some(how);
                vec![json!({"e": "map", "how": how, "a": virt(addr), "ok": ok})]
            }
            // Until v6.4 a mapping has no RCU section: it ends with the function. pte_offset_kernel() has nothing to end.
            Event::RcuUnlock | Event::Return { func: Func::WalkRange(Level::Pte), .. } => self
                .mapped
                .take()
                .filter(|&how| how != "kernel")
                .map(|how| json!({"e": "unmap", "how": how}))
                .into_iter()
                .collect(),
            Event::Lock { lock: LockName::Mmap(mm), mode, nested } => {
                let mode = mode.name();
                let lock = lock_name(LockName::Mmap(mm), world);
                vec![json!({"e": "lock", "lock": lock, "mode": mode, "nested": nested})]
            }
            Event::Unlock { lock: LockName::Mmap(mm), .. } => {
                vec![json!({"e": "unlock", "lock": lock_name(LockName::Mmap(mm), world)})]
            }
            Event::Lock { lock: LockName::MemHotplug, .. } => vec![json!({"e": "mem_hotplug", "op": "get"})],
            Event::Unlock { lock: LockName::MemHotplug, .. } => {
                vec![json!({"e": "mem_hotplug", "op": "put"})]
            }
            Event::Lock { lock: LockName::HugetlbVma(vma), .. } => {
                vec![json!({"e": "hugetlb_lock", "vma": vma.index()})]
            }
            Event::Unlock { lock: LockName::HugetlbVma(vma), .. } => {
                vec![json!({"e": "hugetlb_unlock", "vma": vma.index()})]
            }
            Event::NotePageFlush => vec![json!({"e": "flush"})],
            Event::Fault(fault) => vec![stop(fault)],
            _ => self.changed(event, world),
        }
    }

    /// What is recorded of something that changes the world and is no callback. All else is not recorded.
    fn changed(&self, event: &Event, world: &World) -> Vec<Value> {
        match *event {
            Event::VmaStartWrite { vma, was } => {
                vec![json!({"e": "vma_start_write", "vma": vma.index(), "held": was.name()})]
            }
            Event::Split { level, addr, slot, value, did, vma } => {
                vec![split(level, addr, slot, value, did, vma, world)]
            }
            Event::Alloc { level, slot, result, .. } => {
                let lower = level.lower().unwrap_or(level);
                let mut words = json!({"e": "alloc", "lvl": lower.name(), "at": at(slot, world)});
                match result {
                    Err(_) => words["ret"] = json!(ENOMEM),
                    Ok(populated) => {
                        words["ret"] = json!(0);
                        words["pop"] = json!(populated != Populated::NotNeeded);
                        if let Populated::Table(pa) = populated {
                            words["pa"] = json!(phys(pa));
                        }
                    }
                }
                vec![words]
            }
            Event::SetPte { addr, slot, value } => {
                vec![json!({"e": "set_pte", "a": virt(addr), "at": at(slot, world), "v": raw(value)})]
            }
            Event::UpdateMmuCache { addr } => {
                vec![json!({"e": "update_mmu_cache", "a": virt(addr), "vma": vma(self.vma)})]
            }
            _ => Vec::new(),
        }
    }
}

fn split(
    level: Level,
    addr: VirtAddr,
    slot: Slot,
    value: RawEntry,
    did: Split,
    of: VmaId,
    world: &World,
) -> Value {
    let name = if level == Level::Pmd { "split_pmd" } else { "split_pud" };
    let mut words = json!({
        "e": name, "a": virt(addr), "at": at(slot, world), "v": raw(value), "vma": of.index(),
        "did": match did {
            Split::Nothing => "no",
            Split::Cleared => "clear",
            Split::Table(_) => "table",
        },
    });
    if let Split::Table(pa) = did {
        words["pa"] = json!(phys(pa));
    }
    words
}

/// How a walk that cannot go on is recorded.
fn stop(fault: Fault) -> Value {
    match fault {
        Fault::NullMm => json!({"e": "fault", "lvl": "null_mm", "pa": "0x0"}),
        // Why there is no table makes no difference to a recording.
        Fault::NoTable { level, pa }
        | Fault::WildRead { level, pa, .. }
        | Fault::UseAfterFree { level, pa } => json!({"e": "fault", "lvl": level.name(), "pa": phys(pa)}),
        Fault::OffTable { level, .. } => json!({"e": "oob", "lvl": level.name()}),
        Fault::NullCall => json!({"e": "fault", "lvl": "null_call", "pa": "0x0"}),
        Fault::Oops(_) => json!({"e": "oops"}),
        Fault::Deadlock { .. } => json!({"e": "deadlock"}),
    }
}

/// A callback of a scripted ops table.
fn callback(call: &Call, deviation: Option<&Deviation>, world: &World) -> Value {
    let name = call.callback.name();
    let mut words = json!({"e": name, "vma": vma(call.vma)});
    if call.callback != Callback::PostVma {
        words["a"] = json!(virt(call.addr));
        words["n"] = json!(virt(call.next));
    }
    match call.callback {
        Callback::Entry(_) | Callback::Hugetlb => {
            words["at"] = json!(at(call.slot, world));
            words["v"] = json!(raw(call.value));
        }
        Callback::Hole => words["d"] = json!(call.depth),
        Callback::TestWalk | Callback::PreVma | Callback::PostVma | Callback::InstallPte => {}
    }
    if call.callback == Callback::Hugetlb {
        words["hmask"] = json!(format!("{:#x}", call.hmask));
    }
    if let Some(&Deviation { ret, action, set, .. }) = deviation {
        // Only these have an entry to write to, or hand one out.
        let sets = matches!(call.callback, Callback::Entry(_) | Callback::Hugetlb | Callback::InstallPte);
        let acts = call.callback != Callback::InstallPte;
        // post_vma() returns nothing.
        let returns = call.callback != Callback::PostVma;
        if let Some(set) = set.filter(|_| sets) {
            words["set"] = json!(format!("{set:#x}"));
        }
        if let Some(action) = action.filter(|_| acts) {
            words["act"] = json!(action.name().trim_start_matches("ACTION_"));
        }
        if let Some(ret) = ret.filter(|_| returns) {
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

fn lock_name(lock: LockName, world: &World) -> String {
    match lock {
        LockName::Mmap(mm) => world.mm(mm).map_or("?", |mm| mm.name).to_owned(),
        LockName::Vma(vma) => format!("vma{}", vma.index()),
        LockName::IMmap => "i_mmap".to_owned(),
        other => format!("{other:?}"),
    }
}

fn vma(vma: Option<VmaId>) -> Value {
    vma.map_or(Value::Null, |vma| json!(vma.index()))
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
