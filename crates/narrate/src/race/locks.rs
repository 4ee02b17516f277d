//! Who holds which lock, and who waits for it.

use mm::{LockMode, MmId, Rwsem, Task, World};
use pagewalk::LockName;
use races::{
    State, Step,
    locks::{holder, rwsem},
    step::Lock,
};

use super::words;
use crate::locks::lock_name;

/// A lock with everybody who has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockView {
    /// `init_mm.mmap_lock`, `cpa_lock`.
    pub name: String,
    /// Who holds it: "CPU 0 (read)".
    pub holders: Vec<String>,
    /// Who waits for it, the next one first.
    pub queue: Vec<String>,
    /// Whether the step changed it.
    pub changed: bool,
}

/// The locks that anybody here may take, in a fixed order, and page-table locks while they are held.
pub(super) fn locks(state: &State, before: &State) -> Vec<LockView> {
    let world = &state.world;
    let mut names: Vec<LockName> = world
        .mms()
        .map(|(id, _)| LockName::Mmap(id))
        .filter(|&lock| uses(state, lock) || is_held(state, lock) || is_held(before, lock))
        .collect();
    let vma = state.cpus().iter().find_map(|cpu| cpu.script().ground.vma);
    let others = [
        Some(LockName::MemHotplug),
        vma.map(LockName::Vma),
        Some(LockName::IMmap),
        Some(LockName::PageTable(MmId::INIT_MM)),
        Some(LockName::PageTable(MmId::USER)),
        Some(LockName::Cpa),
        Some(LockName::PgtableSplit),
    ];
    let used = |&lock: &LockName| uses(state, lock) || is_held(state, lock) || is_held(before, lock);
    names.extend(others.into_iter().flatten().filter(used));
    for table in world.tables() {
        let lock = LockName::Ptl(table.pa());
        if is_held(state, lock) || is_held(before, lock) {
            names.push(lock);
        }
    }
    let mut views: Vec<LockView> = names
        .into_iter()
        .map(|lock| {
            let view = |state: &State| (holders(state, lock), queue(state, lock));
            let (now, was) = (view(state), view(before));
            LockView { name: name(lock, world), changed: now != was, holders: now.0, queue: now.1 }
        })
        .collect();
    if uses_rcu(state) {
        let readers =
            |state: &State| -> Vec<String> { state.world.frames.readers().iter().map(words::cpu).collect() };
        let holders = readers(state);
        let changed = holders != readers(before);
        views.push(LockView { name: "RCU read section".to_owned(), holders, queue: Vec::new(), changed });
    }
    views
}

/// What a lock is called in a race, where there is one VMA.
pub(super) fn name(lock: LockName, world: &World) -> String {
    match lock {
        LockName::Vma(_) => "the VMA's lock".to_owned(),
        LockName::MemHotplug => "mem_hotplug_lock".to_owned(),
        LockName::Ptl(table) => {
            let level = world.table_at(table).and_then(|id| world.table(id)).map(mm::Table::level);
            format!("lock of the {} table", level.map_or("freed", pgtable::Level::name))
        }
        other => lock_name(other, world),
    }
}

/// Whether the lines of anybody here take a lock.
fn uses(state: &State, lock: LockName) -> bool {
    state.cpus().iter().any(|cpu| {
        let ground = &cpu.script().ground;
        cpu.script().lines.iter().any(|line| {
            let of = match line.step {
                Step::Lock(of, _) | Step::TryLock(of, _) => of,
                Step::StartVmaWrite => Lock::Vma,
                _ => return false,
            };
            match (of, lock) {
                (Lock::Mmap(of), LockName::Mmap(mm)) => of == mm,
                (Lock::Pud, LockName::PageTable(mm)) => mm == ground.mm,
                (Lock::Pmd, LockName::PageTable(mm)) => mm == ground.mm && ground.pud.is_none(),
                (Lock::Hotplug, LockName::MemHotplug)
                | (Lock::Vma, LockName::Vma(_))
                | (Lock::IMmap, LockName::IMmap)
                | (Lock::Cpa, LockName::Cpa)
                | (Lock::Split, LockName::PgtableSplit) => true,
                _ => false,
            }
        })
    })
}

/// Whether tables here may be handed to RCU, or somebody is inside a read section.
pub(super) fn uses_rcu(state: &State) -> bool {
    let hands_over = state.cpus().iter().any(|cpu| {
        let hands = |step: &Step| {
            matches!(step, Step::Finish(_) if cpu.script().rcu)
                || matches!(step, Step::Free(_, pagewalk::Free::Rcu) | Step::Rcu(_) | Step::Interrupts(_))
        };
        cpu.script().lines.iter().any(|line| hands(&line.step))
    });
    hands_over || !state.world.frames.readers().is_empty() || !state.world.frames.rcu().is_empty()
}

fn is_held(state: &State, lock: LockName) -> bool {
    holder(&state.world, lock).is_some()
}

fn holders(state: &State, lock: LockName) -> Vec<String> {
    let Some(rwsem) = rwsem(&state.world, lock) else {
        let owner = holder(&state.world, lock);
        return owner.map(|(task, _)| words::cpu(task)).into_iter().collect();
    };
    let held = Task::ALL.into_iter().map(|task| (task, rwsem.held_by(task)));
    held.filter(|(_, mode)| *mode != LockMode::None).map(|(task, mode)| words::holds(task, mode)).collect()
}

fn queue(state: &State, lock: LockName) -> Vec<String> {
    let queue = rwsem(&state.world, lock).map_or(&[][..], Rwsem::queue);
    queue.iter().map(|&(task, mode)| words::holds(task, mode)).collect()
}

/// "waits for init_mm.mmap_lock (write), held by CPU 1 (read)"
pub(super) fn waits(state: &State, task: Task, lock: LockName) -> String {
    let queue = rwsem(&state.world, lock).map_or(&[][..], Rwsem::queue);
    let wanted = queue.iter().find(|(waiting, _)| *waiting == task);
    let wanted = wanted.map_or_else(String::new, |(_, mode)| format!(" ({})", mode.name()));
    let before = |text: &str, names: &[String]| {
        if names.is_empty() { String::new() } else { [", ", text, " ", &*names.join(", ")].concat() }
    };
    let ahead: Vec<String> = queue
        .iter()
        .take_while(|(waiting, _)| *waiting != task)
        .map(|&(task, mode)| words::holds(task, mode))
        .collect();
    let name = name(lock, &state.world);
    let held = before("held by", &holders(state, lock));
    let behind = before("and first in the queue is", &ahead);
    format!("waits for {name}{wanted}{held}{behind}")
}
