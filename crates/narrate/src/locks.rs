//! Who holds what; an assertion and why it is there; the delegation.

use mm::{LockMode, MmId, Need, Seen, Task, VmaId, World};
use pagewalk::{By, Event, LockName, Revision, Subject};

/// A lock and who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockView {
    /// `init_mm.mmap_lock`, `mem_hotplug_lock`.
    pub name: String,
    /// How it is held.
    pub mode: LockMode,
    /// By whom, in words.
    pub holder: Option<&'static str>,
    /// How it was held before the step, if that is different.
    pub was: Option<LockMode>,
}

/// A lock assertion that has been met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertView {
    /// `mmap_assert_write_locked(mm)`
    pub call: String,
    /// The lock: `init_mm.mmap_lock`.
    pub lock: String,
    /// What is demanded, in words.
    pub need: &'static str,
    /// What is held and by whom, in words.
    pub held: String,
    /// Whether it holds with lockdep.
    pub ok: bool,
    /// What a kernel without lockdep finds, where that differs.
    pub without_lockdep: Option<&'static str>,
    /// Why the rule exists.
    pub why: &'static str,
    /// What a failure does.
    pub consequence: Option<&'static str>,
}

/// The hop from the debug walk to the kernel walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegateView {
    /// Why it is made.
    pub why: &'static str,
    /// What rule is exchanged for which.
    pub exchange: &'static str,
    /// On which kernels.
    pub kernels: String,
}

/// What a lock is called.
pub(crate) fn lock_name(lock: LockName, world: &World) -> String {
    match lock {
        LockName::Mmap(mm) => mmap_lock(world.mm(mm).map_or("mm", |mm| mm.name)),
        LockName::MemHotplug => "the memory-hotplug lock".to_owned(),
        LockName::Vma(vma) => format!("the lock of VMA {}", vma_name(vma, world)),
        LockName::IMmap => "i_mmap_rwsem of the file".to_owned(),
        LockName::HugetlbVma(vma) => format!("the hugetlb lock of VMA {}", vma_name(vma, world)),
        LockName::PageTable(mm) => format!("{}.page_table_lock", world.mm(mm).map_or("mm", |mm| mm.name)),
        LockName::Ptl(table) => format!("the page-table lock of the table at {table:#x}"),
        LockName::Cpa => "cpa_lock".to_owned(),
        LockName::PgtableSplit => "pgtable_split_lock".to_owned(),
    }
}

/// A VMA by its range.
pub(crate) fn vma_name(id: VmaId, world: &World) -> String {
    world.vma(id).map_or_else(|| id.index().to_string(), |vma| format!("{:#x} to {:#x}", vma.start, vma.end))
}

fn mmap_lock(name: &str) -> String {
    format!("{name}.mmap_lock")
}

/// All locks, with what the step changed.
pub(crate) fn locks(world: &World, before: &World) -> Vec<LockView> {
    let mut locks: Vec<LockView> = world
        .mms()
        .map(|(id, mm)| {
            let mode = mm.mmap_lock.mode();
            let was = before.mm(id).map(|mm| mm.mmap_lock.mode()).filter(|&was| was != mode);
            LockView { name: mmap_lock(mm.name), mode, holder: mm.mmap_lock.holder().map(Task::words), was }
        })
        .collect();
    // It is held for moments only, so it is listed when it is.
    for (id, mm) in world.mms() {
        let mode = |holder: Option<Task>| holder.map_or(LockMode::None, |_| LockMode::Write);
        let (now, was) = (mode(mm.page_table_lock), mode(before.mm(id).and_then(|mm| mm.page_table_lock)));
        if now != LockMode::None || was != LockMode::None {
            locks.push(LockView {
                name: lock_name(LockName::PageTable(id), world),
                mode: now,
                holder: mm.page_table_lock.map(Task::words),
                was: (was != now).then_some(was),
            });
        }
    }
    let mode = world.hotplug.mode();
    let was = before.hotplug.mode();
    locks.push(LockView {
        name: "mem_hotplug_lock".to_owned(),
        mode,
        holder: world.hotplug.holder().map(Task::words),
        was: (was != mode).then_some(was),
    });
    locks
}

/// The assertion of an event.
pub(crate) fn assertion(event: &Event, world: &World) -> Option<AssertView> {
    let Event::Assert { subject, lock, need, seen, by } = *event else { return None };
    let function = match (subject, need) {
        (Subject::Walked, Need::Held) => "mmap_assert_locked(mm)",
        (Subject::Walked, Need::Write) => "mmap_assert_write_locked(mm)",
        (Subject::InitMm, Need::Held) => "mmap_assert_locked(&init_mm)",
        (Subject::InitMm, Need::Write) => "mmap_assert_write_locked(&init_mm)",
        (Subject::Vma, Need::Held) => "vma_assert_locked(vma)",
        (Subject::Vma, Need::Write) => "vma_assert_write_locked(vma)",
        (Subject::IMmap, _) => "lockdep_assert_held(&mapping->i_mmap_rwsem)",
    };
    Some(AssertView {
        call: match by.name() {
            Some(inside) => format!("{function}, in {inside}()"),
            None => function.to_owned(),
        },
        lock: lock_name(lock, world),
        need: match need {
            Need::Held => "held, for reading or for writing",
            Need::Write => "held for writing",
        },
        held: held(seen),
        ok: seen.lockdep_ok,
        without_lockdep: (seen.lockdep_ok != seen.plain_ok).then_some(
            "Without lockdep the kernel sees that somebody holds the lock, but not who: there this assertion holds.",
        ),
        why: why(lock, need, by),
        consequence: (!seen.lockdep_ok).then_some(
            "The kernel prints a warning with a stack trace and goes on: an assertion prevents nothing.",
        ),
    })
}

fn held(seen: Seen) -> String {
    match (seen.own, seen.any) {
        (LockMode::None, LockMode::None) => "not held by anybody".to_owned(),
        (LockMode::None, any) => format!("held for {} by another task, not by this one", any.purpose()),
        (own, _) => format!("held for {} by this task", own.purpose()),
    }
}

/// Why a rule exists.
const fn why(lock: LockName, need: Need, by: By) -> &'static str {
    match (lock, need) {
        _ if matches!(by, By::FindVma) => {
            "The VMAs of an mm are kept in a tree that munmap() and mmap() change under the write lock. A reader keeps them \
             out, so that what is found is still there when it is looked at."
        }
        _ if matches!(by, By::VmaStartWrite | By::VmaAssertWriteLocked) => {
            "A VMA is write-locked only by a task that holds the mm's lock for writing: it stays so until that lock is \
             released or downgraded, and page faults that only take the VMA's own lock are kept out until then."
        }
        _ if matches!(by, By::VmaAssertLocked) => {
            "Nobody reads this VMA under its own lock, so it is stable only if the mm's lock is held for writing."
        }
        (LockName::Vma(_), Need::Held) => {
            "With the VMA held the VMA stays, and so do the page tables that only it uses; the mm's own lock is not needed."
        }
        (LockName::Vma(_), Need::Write) => {
            "The walk changes entries: page faults that only take the VMA's own lock must not see them half-way."
        }
        (LockName::IMmap, _) => {
            "The VMAs that map the file are found through its reverse map. With its lock held none of them can go, whatever \
             their mms do. Only lockdep checks this."
        }
        (LockName::Mmap(MmId::INIT_MM), Need::Held) => {
            "Reading is enough for the kernel's tables: their intermediate levels are normally not freed, so the lock \
             only has to keep writers out. The exceptions, memory hot-remove above all, are for the caller to exclude."
        }
        (LockName::Mmap(MmId::INIT_MM), Need::Write) => {
            "A huge vmap frees a kernel page table when one large entry replaces it, holding init_mm's lock for reading. \
             Only a writer keeps it out. A dump of another mm meets the same kernel tables, so it needs this lock too \
             (v7.3, after a use-after-free that syzbot found)."
        }
        (_, Need::Held) => {
            "With the lock held, for reading too, no VMA of the mm can go, and free_pgtables() only frees what lies between \
             those that are left: the tables under a VMA that was found stay."
        }
        (_, Need::Write) => {
            "munmap() detaches VMAs under the write lock, downgrades it to a read lock, and only then frees the page \
             tables. A walker that reads runs beside that and may step into a freed table, as without VMAs it cannot \
             see that they are gone. Only a writer waits for munmap() to finish."
        }
    }
}

/// The delegation of an event.
pub(crate) fn delegation(event: &Event) -> Option<DelegateView> {
    if *event != Event::Delegate {
        return None;
    }
    let mut kernels = String::new();
    for revision in Revision::ALL {
        if revision.rules().debug_delegates() {
            kernels += if kernels.is_empty() { "" } else { ", " };
            kernels += revision.id();
        }
    }
    Some(DelegateView {
        why: "The mm is init_mm: its tables are the kernel's, and for those there is a walk of their own.",
        exchange: "With it the rule changes from \u{201c}write-locked, because munmap() frees user tables\u{201d} to \
                   \u{201c}locked, reading is enough, because kernel tables are normally not freed\u{201d}.",
        kernels: format!(
            "So in {kernels}. Not in v7.3, where the debug walk asserts the write lock of init_mm itself: a huge vmap does \
             free kernel tables."
        ),
    })
}
